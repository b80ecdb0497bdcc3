//! The interfaces through which a stream reaches the REST API.

use std::fmt;
use std::sync::Arc;

use crate::config::Config;
use crate::error::Result;
use crate::model::{Channel, ChannelId, Post, PostDraft, PostId, PostList, TeamId, UserId};
use crate::secret::Secret;
use crate::time::Timestamp;

/// The REST calls of a stream. They use their own connections, so that closing them does not affect others.
pub(crate) trait Backend: fmt::Debug + Send + Sync + 'static {
    /// Returns the addresses, TLS settings, proxy and timeouts.
    fn client_config(&self) -> &Config;
    /// Returns the current token, and the number of the login that it came from.
    fn current_token(&self) -> (Option<Secret>, u64);
    /// Returns `true` if an expired session can be replaced by a login.
    fn can_log_in(&self) -> bool;
    /// Sends `GET /users/me` without logging in if it fails: a 401 means that the token is invalid.
    fn check_session(&self) -> Result<()>;
    /// Renews the session of `generation`, once for all threads that saw it end.
    fn login_again(&self, generation: u64) -> Result<()>;
    /// Returns the teams of the account.
    fn list_teams(&self) -> Result<Vec<TeamId>>;
    /// Returns its channels in a team, or in all teams, including direct channels and those archived since a time.
    fn list_channels(&self, team: Option<&TeamId>, archived_since: Timestamp) -> Result<Vec<Channel>>;
    /// Returns the posts of a channel that changed after `since`.
    fn posts_since(&self, channel: &ChannelId, since: Timestamp) -> Result<PostList>;
    /// Returns a page of a channel's posts, newest first: of all posts, or of those before a given one.
    fn posts_before(
        &self,
        channel: &ChannelId,
        before: Option<&PostId>,
        page: u32,
        per_page: u32,
    ) -> Result<PostList>;
    /// Returns the usernames of these users, omitting those that are not visible.
    fn list_usernames(&self, ids: &[UserId]) -> Result<Vec<(UserId, String)>>;
    /// Returns the time of the last change of the account. A 401 is a result here, and does not cause a login.
    fn last_change(&self) -> Result<Timestamp>;
    /// Writes a preference of the account, which causes an event.
    fn send_probe(&self, tag: &str) -> Result<()>;
    /// Returns a backend with the same session and new connections, for a stream whose backend is closed.
    fn with_new_connections(&self) -> Result<Arc<dyn Backend>>;
    /// Ends the calls in progress. Does not block.
    fn close_connections(&self);
}

/// The client through which a [`Message`](super::Message) is responded to.
pub(crate) trait Poster: fmt::Debug + Send + Sync + 'static {
    /// Returns the ID of the account.
    fn me(&self) -> &UserId;
    fn username(&self) -> &str;
    fn create_post(&self, draft: &PostDraft) -> Result<Post>;
    fn edit_post(&self, post: &PostId, text: String) -> Result<Post>;
    fn add_reaction(&self, post: &PostId, emoji: &str) -> Result<()>;
    /// Returns the direct channel with a user. Creates it if necessary.
    fn direct_channel(&self, user: &UserId) -> Result<ChannelId>;
    /// Returns a poster for the same account with its own connections.
    fn with_own_connections(&self) -> Result<Arc<dyn Poster>>;
    /// Ends the calls in progress. Does not block.
    fn close_connections(&self);
}
