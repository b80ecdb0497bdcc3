//! The groups of the REST API.

use super::Client;
use crate::rest::{
    Bookmarks, Bots, Channels, Commands, Dialogs, Drafts, Emojis, Files, Groups, OAuth, Posts, Preferences,
    Reactions, Roles, ScheduledPosts, Statuses, System, Teams, Threads, Uploads, Users, Webhooks,
};

/// The groups of the REST API. See [`rest`](crate::rest).
impl Client {
    /// Returns the group for posts: writing, reading, searching, marking as read.
    pub fn posts(&self) -> Posts<'_> {
        Posts(&self.http)
    }

    /// Returns the group for channels, their members, and sidebar categories.
    pub fn channels(&self) -> Channels<'_> {
        Channels(&self.http)
    }

    /// Returns the group for users, their sessions and tokens.
    pub fn users(&self) -> Users<'_> {
        Users(&self.http)
    }

    /// Returns the group for teams and their members.
    pub fn teams(&self) -> Teams<'_> {
        Teams(&self.http)
    }

    /// Returns the group for files: uploading, downloading, searching.
    pub fn files(&self) -> Files<'_> {
        Files(&self.http)
    }

    /// Returns the group for reactions.
    pub fn reactions(&self) -> Reactions<'_> {
        Reactions(&self.http)
    }

    /// Returns the group for followed threads.
    pub fn threads(&self) -> Threads<'_> {
        Threads(&self.http)
    }

    /// Returns the group for user statuses: online, away, offline, Do Not Disturb.
    #[doc(alias = "presence")]
    pub fn statuses(&self) -> Statuses<'_> {
        Statuses(&self.http)
    }

    /// Returns the group for incoming and outgoing webhooks.
    pub fn webhooks(&self) -> Webhooks<'_> {
        Webhooks(&self.http)
    }

    /// Returns the group for slash commands.
    #[doc(alias = "slash")]
    pub fn commands(&self) -> Commands<'_> {
        Commands(&self.http)
    }

    /// Returns the group for interactive dialogs.
    pub fn dialogs(&self) -> Dialogs<'_> {
        Dialogs(&self.http)
    }

    /// Returns the group for bots.
    pub fn bots(&self) -> Bots<'_> {
        Bots(&self.http)
    }

    /// Returns the group for custom emoji.
    pub fn emoji(&self) -> Emojis<'_> {
        Emojis(&self.http)
    }

    /// Returns the group for resumable uploads of large files.
    pub fn uploads(&self) -> Uploads<'_> {
        Uploads(&self.http)
    }

    /// Returns the group for channel bookmarks.
    pub fn bookmarks(&self) -> Bookmarks<'_> {
        Bookmarks(&self.http)
    }

    /// Returns the group for preferences: settings of an account that are stored on the server.
    pub fn preferences(&self) -> Preferences<'_> {
        Preferences(&self.http)
    }

    /// Returns the group for drafts: unsent messages.
    pub fn drafts(&self) -> Drafts<'_> {
        Drafts(&self.http)
    }

    /// Returns the group for scheduled posts.
    pub fn scheduled_posts(&self) -> ScheduledPosts<'_> {
        ScheduledPosts(&self.http)
    }

    /// Returns the group for user groups.
    pub fn groups(&self) -> Groups<'_> {
        Groups(&self.http)
    }

    /// Returns the group for roles and their permissions.
    pub fn roles(&self) -> Roles<'_> {
        Roles(&self.http)
    }

    /// Returns the group for OAuth 2.0 applications.
    pub fn oauth(&self) -> OAuth<'_> {
        OAuth(&self.http)
    }

    /// Returns the group for the server itself: health and client configuration.
    pub fn system(&self) -> System<'_> {
        System(&self.http)
    }
}
