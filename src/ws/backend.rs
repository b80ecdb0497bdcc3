//! The interfaces through which a stream reaches the REST API.

use std::fmt;
use std::sync::Arc;

use crate::config::Config;
use crate::error::Result;
use crate::model::{Channel, ChannelId, Post, PostDraft, PostId, PostList, TeamId, UserId};
use crate::secret::Secret;
use crate::time::Timestamp;

/// The REST calls of a stream. They have connections of their own, so that closing them ends nothing else.
pub(crate) trait Backend: fmt::Debug + Send + Sync + 'static {
    /// Addresses, TLS, proxy, time limits.
    fn client_config(&self) -> &Config;
    /// The present token, and the number of the login that it came from.
    fn current_token(&self) -> (Option<Secret>, u64);
    /// Returns `true` if an expired session can be replaced by a login.
    fn can_log_in(&self) -> bool;
    /// `GET /users/me`, without a login if it fails: its 401 means that the token is bad.
    fn check_session(&self) -> Result<()>;
    /// Logs in again, once for all threads that saw the session of `generation` end.
    fn login_again(&self, generation: u64) -> Result<()>;
    /// The teams that the account is in.
    fn list_teams(&self) -> Result<Vec<TeamId>>;
    /// Its channels in a team, direct ones too, and those archived since; without a team, all of them.
    fn list_channels(&self, team: Option<&TeamId>, archived_since: Timestamp) -> Result<Vec<Channel>>;
    /// Returns the posts of a channel that changed after `since`.
    fn posts_since(&self, channel: &ChannelId, since: Timestamp) -> Result<PostList>;
    /// A page of a channel's posts, the newest first: all, or those before one.
    fn posts_before(
        &self,
        channel: &ChannelId,
        before: Option<&PostId>,
        page: u32,
        per_page: u32,
    ) -> Result<PostList>;
    /// The user names of these accounts, as far as they can be seen.
    fn list_usernames(&self, ids: &[UserId]) -> Result<Vec<(UserId, String)>>;
    /// Returns the time of the last change of the account. A 401 is a result here, and does not cause a login.
    fn last_change(&self) -> Result<Timestamp>;
    /// Writes a preference of the account's own, which comes back as an event.
    fn send_probe(&self, tag: &str) -> Result<()>;
    /// The same session over new connections: a stream that could not be opened has closed its own.
    fn with_new_connections(&self) -> Result<Arc<dyn Backend>>;
    /// Ends the calls in flight. Does not block.
    fn close_connections(&self);
}

/// The interface through which a [`Message`](super::Message) is answered: the program's client.
pub(crate) trait Poster: fmt::Debug + Send + Sync + 'static {
    /// The own account.
    fn me(&self) -> &UserId;
    fn username(&self) -> &str;
    fn create_post(&self, draft: &PostDraft) -> Result<Post>;
    fn edit_post(&self, post: &PostId, text: String) -> Result<Post>;
    fn add_reaction(&self, post: &PostId, emoji: &str) -> Result<()>;
    /// The same account with connections of its own, which can be closed without closing the program's client.
    fn with_own_connections(&self) -> Result<Arc<dyn Poster>>;
    /// Ends the calls in flight. Does not block.
    fn close_connections(&self);
}
