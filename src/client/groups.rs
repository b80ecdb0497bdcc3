//! One function a group of the REST API.

use super::Client;
use crate::rest::{
    Bookmarks, Bots, Channels, Commands, Dialogs, Drafts, Emojis, Files, Groups, OAuth, Posts, Preferences,
    Reactions, Roles, ScheduledPosts, Statuses, System, Teams, Threads, Uploads, Users, Webhooks,
};

/// The groups of the REST API; [`rest`](crate::rest) lists them.
impl Client {
    /// Posts: write, read, search, mark.
    pub fn posts(&self) -> Posts<'_> {
        Posts(&self.http)
    }

    /// Channels, their members, and categories of the side bar.
    pub fn channels(&self) -> Channels<'_> {
        Channels(&self.http)
    }

    /// Accounts, their sessions and tokens.
    pub fn users(&self) -> Users<'_> {
        Users(&self.http)
    }

    /// Teams and their members.
    pub fn teams(&self) -> Teams<'_> {
        Teams(&self.http)
    }

    /// Files: up, down, search.
    pub fn files(&self) -> Files<'_> {
        Files(&self.http)
    }

    /// Reactions.
    pub fn reactions(&self) -> Reactions<'_> {
        Reactions(&self.http)
    }

    /// Threads that an account follows.
    pub fn threads(&self) -> Threads<'_> {
        Threads(&self.http)
    }

    /// The statuses of users: online, away, offline, Do Not Disturb.
    #[doc(alias = "presence")]
    pub fn statuses(&self) -> Statuses<'_> {
        Statuses(&self.http)
    }

    /// Incoming and outgoing webhooks.
    pub fn webhooks(&self) -> Webhooks<'_> {
        Webhooks(&self.http)
    }

    /// Slash commands.
    #[doc(alias = "slash")]
    pub fn commands(&self) -> Commands<'_> {
        Commands(&self.http)
    }

    /// Interactive dialogs.
    pub fn dialogs(&self) -> Dialogs<'_> {
        Dialogs(&self.http)
    }

    /// Bots: accounts for programs.
    pub fn bots(&self) -> Bots<'_> {
        Bots(&self.http)
    }

    /// Custom emoji.
    pub fn emoji(&self) -> Emojis<'_> {
        Emojis(&self.http)
    }

    /// Large files in pieces.
    pub fn uploads(&self) -> Uploads<'_> {
        Uploads(&self.http)
    }

    /// Bookmarks of channels.
    pub fn bookmarks(&self) -> Bookmarks<'_> {
        Bookmarks(&self.http)
    }

    /// Settings that an account keeps on the server.
    pub fn preferences(&self) -> Preferences<'_> {
        Preferences(&self.http)
    }

    /// Messages that were begun and not sent.
    pub fn drafts(&self) -> Drafts<'_> {
        Drafts(&self.http)
    }

    /// Posts that the server makes later.
    pub fn scheduled_posts(&self) -> ScheduledPosts<'_> {
        ScheduledPosts(&self.http)
    }

    /// User groups.
    pub fn groups(&self) -> Groups<'_> {
        Groups(&self.http)
    }

    /// Roles and their permissions.
    pub fn roles(&self) -> Roles<'_> {
        Roles(&self.http)
    }

    /// OAuth 2.0 applications.
    pub fn oauth(&self) -> OAuth<'_> {
        OAuth(&self.http)
    }

    /// The server itself: health, client configuration.
    pub fn system(&self) -> System<'_> {
        System(&self.http)
    }
}
