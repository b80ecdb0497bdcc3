//! Streams and messages of a client.

use std::sync::Arc;
use std::time::Duration;

use super::Client;
use crate::config::Config;
use crate::error::Result;
use crate::event::Event;
use crate::http::HttpClient;
use crate::model::{
    Channel, ChannelId, Post, PostDraft, PostId, PostList, PostPage, PostPatch, Preference, Team, TeamId,
    User, UserId,
};
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::ws::{Backend, Events, EventsBuilder, Message, Poster, Selection};

/// Timeout of REST requests that check a connection.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

impl Client {
    /// Opens a stream of events, which uses one WebSocket and two threads.
    ///
    /// Equivalent to `Events::builder(&client).open()`. Returns once the server has sent `hello`, or the error of the
    /// first connection attempt. Waits for at most 15 s.
    pub fn events(&self) -> Result<Events> {
        Events::builder(self).open()
    }
}

impl Events {
    /// Returns a builder for a stream of events. The stream uses the session of the client, but has its own
    /// connections.
    pub fn builder(client: &Client) -> EventsBuilder {
        let backend = client.http.with_own_connections().map(|http| Arc::new(http) as Arc<dyn Backend>);
        EventsBuilder::new(backend, Arc::new(client.clone()))
    }
}

impl Message {
    /// Returns the message in an event, for programs that store events and process them later. In a loop over a stream,
    /// use [`Events::message`].
    ///
    /// Returns `None` if the event is not a post, or is a post by this account, a bot, a webhook or the system. The
    /// message does not belong to a stream, so [`ask`](Self::ask) and [`next`](Self::next) fail.
    ///
    /// # Errors
    ///
    /// For the last event of a stream that ended permanently, returns the error that ended it.
    pub fn from_event(client: &Client, event: &Event) -> Result<Option<Self>> {
        let poster: Arc<dyn Poster> = Arc::new(client.clone());
        Self::select_from(&poster, None, event, Selection::default())
    }
}

impl Backend for HttpClient {
    fn client_config(&self) -> &Config {
        Self::config(self)
    }

    fn current_token(&self) -> (Option<Secret>, u64) {
        Self::current_token(self)
    }

    fn can_log_in(&self) -> bool {
        Self::can_log_in(self)
    }

    fn check_session(&self) -> Result<()> {
        self.get("/users/me", &[]).no_login().timeout(PROBE_TIMEOUT).send()
    }

    fn login_again(&self, generation: u64) -> Result<()> {
        Self::login_again(self, generation)
    }

    fn list_teams(&self) -> Result<Vec<TeamId>> {
        let teams: Vec<Team> = self.get("/users/{user_id}/teams", &[&UserId::me()]).decode()?;
        Ok(teams.into_iter().map(|team| team.id).collect())
    }

    fn list_channels(&self, team: Option<&TeamId>, archived_since: Timestamp) -> Result<Vec<Channel>> {
        let me = UserId::me();
        let Some(team) = team else { return self.get("/users/{user_id}/channels", &[&me]).decode() };
        self.get("/users/{user_id}/teams/{team_id}/channels", &[&me, team])
            .param("include_deleted", true)
            .param("last_delete_at", archived_since.as_millis())
            .decode()
    }

    fn posts_since(&self, channel: &ChannelId, since: Timestamp) -> Result<PostList> {
        // With `skip_fetch_threads`, the rows are the same, and the server also counts the replies of each.
        let page = PostPage::new().since(since);
        self.get("/channels/{channel_id}/posts", &[channel]).query(&page).decode()
    }

    fn posts_before(
        &self,
        channel: &ChannelId,
        before: Option<&PostId>,
        page: u32,
        per_page: u32,
    ) -> Result<PostList> {
        let mut page = PostPage::new().page(page).per_page(per_page).skip_fetch_threads(true);
        page.before = before.cloned();
        self.get("/channels/{channel_id}/posts", &[channel]).query(&page).decode()
    }

    fn list_usernames(&self, ids: &[UserId]) -> Result<Vec<(UserId, String)>> {
        let users: Vec<User> = self.post("/users/ids", &[]).json(&ids).safe().decode()?;
        Ok(users.into_iter().map(|user| (user.id, user.username)).collect())
    }

    fn last_change(&self) -> Result<Timestamp> {
        let me: User = self.get("/users/me", &[]).no_login().timeout(PROBE_TIMEOUT).decode()?;
        Ok(me.update_at)
    }

    fn send_probe(&self, tag: &str) -> Result<()> {
        let me = self.me()?;
        let preference = Preference::new(&me, "rust_mattermost", "liveness", tag);
        self.put("/users/{user_id}/preferences", &[&me])
            .json(&[preference])
            .no_login()
            .timeout(PROBE_TIMEOUT)
            .send()
    }

    fn with_new_connections(&self) -> Result<Arc<dyn Backend>> {
        Ok(Arc::new(self.with_own_connections()?))
    }

    fn close_connections(&self) {
        Self::close(self);
    }
}

impl Poster for Client {
    fn me(&self) -> &UserId {
        &self.me().id
    }

    fn username(&self) -> &str {
        &self.me().username
    }

    fn create_post(&self, draft: &PostDraft) -> Result<Post> {
        self.posts().create(draft)
    }

    fn edit_post(&self, post: &PostId, text: String) -> Result<Post> {
        self.posts().patch(post, &PostPatch::new().message(text))
    }

    fn add_reaction(&self, post: &PostId, emoji: &str) -> Result<()> {
        self.reactions().create(post, emoji).map(drop)
    }

    fn direct_channel(&self, user: &UserId) -> Result<ChannelId> {
        Ok(self.direct(user)?.id)
    }

    fn with_own_connections(&self) -> Result<Arc<dyn Poster>> {
        Ok(Arc::new(Self {
            http: self.http.with_own_connections()?.with_limits_of(&self.http),
            me: Arc::clone(&self.me),
        }))
    }

    fn close_connections(&self) {
        self.http.close();
    }
}
