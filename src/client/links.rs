//! Links to posts and channels, for browsers and apps.

use super::Client;
use crate::model::{Channel, Post, Team};

impl Post {
    /// Returns the permanent link of the post: a URL that opens it in its channel, for all users who may read it.
    #[doc(alias = "link")]
    pub fn permalink(&self, client: &Client) -> String {
        // Without the name of a team, so that no request is needed and the link also works for direct channels.
        format!("{}/_redirect/pl/{}", client.url(), self.id)
    }
}

impl Channel {
    /// Returns the URL of the channel. `team` is the team of the channel or, for a direct or group channel, any team of
    /// the user who opens the link.
    pub fn link(&self, client: &Client, team: &Team) -> String {
        let kind = if self.is_direct() || self.is_group() { "messages" } else { "channels" };
        format!("{}/{}/{kind}/{}", client.url(), team.name, self.name)
    }
}
