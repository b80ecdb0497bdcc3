//! What a test asks the server, and tells it.

mod interaction;

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::http::Request;
pub use interaction::{Interaction, TestDialog, TestUser};

use super::state::posts::NewPost;
use super::state::{StoredPost, World};
use super::{PASSWORD, TestServer};

/// Bodies are remembered up to this size.
const MOST_BODY: usize = 64 * 1024;

/// A request that the server got. See [`TestServer::requests`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    pub(super) number: u64,
    /// `GET`, `POST`, ..
    pub method: String,
    /// Below the server's address, as `/api/v4/users/me`, still encoded.
    pub path: String,
    /// Names and values, decoded. Tokens are left out.
    pub query: Vec<(String, String)>,
    /// Names in lower case. `authorization` and `cookie` say only that they were there.
    pub headers: Vec<(String, String)>,
    /// At most 64 KiB of it. In a JSON object, passwords and tokens are replaced by `***`.
    pub body: Vec<u8>,
    /// Whose token it carried, by name.
    pub user: Option<String>,
    /// The status of the answer; 0 while, or if, there is none.
    pub status: u16,
}

impl RecordedRequest {
    pub(super) fn new(number: u64, request: &Request, user: Option<String>) -> Self {
        let hidden = |name: &str| matches!(name, "authorization" | "cookie" | "access_token");
        let hide = |pairs: &[(String, String)]| {
            pairs
                .iter()
                .map(|(name, value)| {
                    (name.clone(), if hidden(name) { "***".to_owned() } else { value.clone() })
                })
                .collect()
        };
        let mut body = request.body.clone();
        if body.first() == Some(&b'{') {
            if let Ok(Value::Object(mut object)) = serde_json::from_slice(&body) {
                let mut changed = false;
                for (name, value) in &mut object {
                    if name.contains("password") || name == "token" {
                        *value = Value::from("***");
                        changed = true;
                    }
                }
                if changed {
                    body = Value::Object(object).to_string().into_bytes();
                }
            }
        }
        body.truncate(MOST_BODY);
        Self {
            number,
            method: request.method.clone(),
            path: request.path.clone(),
            query: hide(&request.query),
            headers: hide(&request.headers),
            body,
            user,
            status: 0,
        }
    }

    /// The first header of this name, which is written in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The body as JSON; null when it is not.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A post that is on the server. See [`TestServer::posts`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestPost {
    /// Its id.
    pub id: String,
    /// The id of the post that it answers; empty if none.
    pub root_id: String,
    /// Who wrote it, by name.
    pub user: String,
    /// Its text.
    pub message: String,
    /// Its type; empty for what users write.
    pub kind: String,
    /// Milliseconds since 1970.
    pub create_at: i64,
    /// Milliseconds since 1970; 0 if its text was never changed.
    pub edit_at: i64,
    /// Whether it is pinned.
    pub pinned: bool,
    /// User name and emoji of each reaction.
    pub reactions: Vec<(String, String)>,
    /// The names of its files.
    pub files: Vec<String>,
    /// Its props, an object, as clients see them.
    pub props: Value,
}

impl TestPost {
    /// Its attachments, as clients see them.
    pub fn attachments(&self) -> &[Value] {
        self.props.get("attachments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The ID.
impl AsRef<str> for TestPost {
    fn as_ref(&self) -> &str {
        &self.id
    }
}

fn test_post(world: &World, post: &StoredPost) -> TestPost {
    let reactions = post.reactions.iter();
    let files = post.file_ids.iter().filter_map(|id| world.files.get(id));
    TestPost {
        id: post.id.clone(),
        root_id: post.root_id.clone(),
        user: world.name_of(&post.user_id).to_owned(),
        message: post.message.clone(),
        kind: post.kind.clone(),
        create_at: post.create_at,
        edit_at: post.edit_at,
        pinned: post.is_pinned,
        reactions: reactions
            .map(|one| (world.name_of(&one.user_id).to_owned(), one.emoji_name.clone()))
            .collect(),
        files: files.map(|file| file.name.clone()).collect(),
        props: super::state::attachments::without_integrations(&post.props),
    }
}

/// The team, the users and the channels that are there from the beginning.
pub(super) fn populate(world: &mut World) {
    let team = world.new_team("awesome-chat", "Awesome Chat", "O");
    for (name, first, last) in
        [("janedoe", "Jane", "Doe"), ("bob", "Bob", "Doe"), ("zoe", "Zoë", "Doe"), ("admin", "", "")]
    {
        let user = world.new_user(name, PASSWORD);
        first.clone_into(&mut user.first_name);
        last.clone_into(&mut user.last_name);
        if name == "admin" {
            "system_admin system_user".clone_into(&mut user.roles);
        }
        let id = user.id.clone();
        world.join_team(&team, &id);
    }
    if let Some(member) = world.teams.first_mut().and_then(|team| team.members.last_mut()) {
        member.admin = true;
    }
}

#[expect(clippy::panic, reason = "a name that a test got wrong is an error of the test")]
#[track_caller]
fn must<T>(found: Option<T>, what: &str, name: &str) -> T {
    match found {
        Some(found) => found,
        None => panic!("the test server has no {what} {name:?}"),
    }
}

/// What is posted in a channel from a certain moment on. Made by [`TestServer::watch`].
#[derive(Debug)]
#[must_use = "it shows nothing unless it is asked"]
pub struct ChannelWatch<'a> {
    server: &'a TestServer,
    channel: String,
    /// IDs of posts that are not shown, or were.
    seen: std::collections::HashSet<String>,
}

impl ChannelWatch<'_> {
    /// Waits for the next post that fits; `None` after `time`. Each post is returned once.
    #[track_caller]
    pub fn wait_for_post(&mut self, time: Duration, fits: impl Fn(&TestPost) -> bool) -> Option<TestPost> {
        let seen = &self.seen;
        let found =
            self.server.wait_for_post(&self.channel, time, |post| !seen.contains(&post.id) && fits(post));
        self.seen.extend(found.iter().map(|post| post.id.clone()));
        found
    }

    /// The posts since the watch began that were not returned yet, oldest first.
    #[track_caller]
    pub fn posts(&self) -> Vec<TestPost> {
        let mut posts = self.server.posts(&self.channel);
        posts.retain(|post| !self.seen.contains(&post.id));
        posts
    }
}

/// # Where it is
impl TestServer {
    /// Its address, as `http://127.0.0.1:20123`.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.inner.settings.tls { "https" } else { "http" }, self.inner.address)
    }

    /// The certificate, as PEM, of the authority that a client has to trust to reach a server with TLS.
    #[cfg(feature = "native-tls")]
    pub fn authority() -> &'static str {
        super::tls::AUTHORITY
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.inner.address.port()
    }
}

/// # Data
///
/// A channel is named by its short name, as `town-square`, in the first team that has it; by `team/channel`; by
/// `@user` for a direct channel, where somebody speaks; or by its id.
impl TestServer {
    /// Adds a user to the first team and its channels. The password is [`PASSWORD`], the address
    /// `name@example.com`. Returns the ID.
    pub fn add_user(&self, name: &str) -> String {
        self.inner.world().add_user(name)
    }

    /// Adds a bot to the first team and its channels, owned by `admin`. Returns its ID.
    pub fn add_bot(&self, name: &str) -> String {
        self.inner.world().add_bot(name)
    }

    /// Adds a team with its two default channels, and all users that are no guests to it. Returns its ID.
    pub fn add_team(&self, name: &str, display_name: &str) -> String {
        self.inner.world().add_team(name, display_name)
    }

    /// Adds a public channel, and all members of the team to it, without any event. Returns its ID.
    #[track_caller]
    pub fn add_channel(&self, team: &str, name: &str, display_name: &str) -> String {
        let mut world = self.inner.world();
        let team = must(world.team_named(team), "team", team);
        let members: Vec<String> = team.members.iter().map(|member| member.user_id.clone()).collect();
        let team = team.id.clone();
        world.add_channel(&team, name, display_name, "O", &members)
    }

    /// Adds a private channel with these users in it, without any event. Returns its ID.
    #[track_caller]
    pub fn add_private_channel(
        &self,
        team: &str,
        name: &str,
        display_name: &str,
        members: &[&str],
    ) -> String {
        let mut world = self.inner.world();
        let members: Vec<String> =
            members.iter().map(|user| must(world.user_named(user), "user", user).id.clone()).collect();
        let team = must(world.team_named(team), "team", team).id.clone();
        world.add_channel(&team, name, display_name, "P", &members)
    }

    /// The usernames of all accounts, bots and guests too, in the order in which they were added.
    pub fn usernames(&self) -> Vec<String> {
        self.inner.world().users.iter().map(|user| user.username.clone()).collect()
    }

    /// Writes a post as a user, with all events. Returns its id.
    #[track_caller]
    pub fn post_as(&self, user: &str, channel: &str, message: &str) -> String {
        self.write(user, channel, "", message)
    }

    /// Answers a post, in its thread, as a user. Returns the id.
    #[track_caller]
    pub fn reply_as(&self, user: &str, post_id: &str, message: &str) -> String {
        let (channel, root) = {
            let world = self.inner.world();
            let post = must(world.posts.get(post_id), "post", post_id);
            let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
            (post.channel_id.clone(), root.clone())
        };
        self.write(user, &channel, &root, message)
    }

    #[track_caller]
    fn write(&self, user: &str, channel: &str, root: &str, message: &str) -> String {
        let mut world = self.inner.world();
        let user_id = must(world.user_named(user), "user", user).id.clone();
        let channel_id = must(find(&mut world, channel, Some(&user_id)), "channel", channel);
        let shown = world.create_post(NewPost {
            user_id,
            channel_id,
            root_id: root.to_owned(),
            message: message.to_owned(),
            set_online: true,
            ..NewPost::default()
        });
        drop(world);
        self.inner.notify();
        shown.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Changes the text of a post, with its event.
    #[track_caller]
    pub fn edit_post(&self, post_id: &str, message: &str) {
        let mut world = self.inner.world();
        must(world.posts.get(post_id), "post", post_id);
        world.edit_post(post_id, Some(message.to_owned()), |_| {});
    }

    /// Deletes a post and the replies to it, with its event.
    #[track_caller]
    pub fn delete_post(&self, post_id: &str) {
        let mut world = self.inner.world();
        let by = must(world.posts.get(post_id), "post", post_id).user_id.clone();
        world.delete_post(post_id, &by);
    }

    /// The posts of a channel that were not deleted, oldest first. For a direct channel of two users, `one@other`.
    #[track_caller]
    pub fn posts(&self, channel: &str) -> Vec<TestPost> {
        let mut world = self.inner.world();
        let id = match channel.split_once('@') {
            Some((one, other)) if !one.is_empty() => {
                let one = must(world.user_named(one), "user", one).id.clone();
                find(&mut world, &format!("@{other}"), Some(&one))
            }
            _ => find(&mut world, channel, None),
        };
        let id = must(id, "channel", channel);
        world
            .posts
            .of_channel(&id)
            .filter(|post| post.delete_at == 0)
            .map(|post| test_post(&world, post))
            .collect()
    }

    /// Waits until a channel has a post that fits; `None` after `time`.
    #[track_caller]
    pub fn wait_for_post(
        &self,
        channel: &str,
        time: Duration,
        fits: impl Fn(&TestPost) -> bool,
    ) -> Option<TestPost> {
        let deadline = Instant::now() + time;
        loop {
            if let Some(found) = self.posts(channel).into_iter().find(&fits) {
                return Some(found);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            let world = self.inner.world();
            drop(self.inner.changed.wait_timeout(world, left.min(Duration::from_millis(50))));
        }
    }

    /// Begins to watch a channel. The watch sees only what is posted after this call: make it before the action whose
    /// effect is awaited.
    ///
    /// ```
    /// # fn main() -> mattermost::Result<()> {
    /// # use mattermost::testing::TestServer;
    /// # use std::time::Duration;
    /// # let server = TestServer::start()?;
    /// server.post_as("bob", "town-square", "pong");
    /// let mut watch = server.watch("town-square");
    /// server.post_as("bob", "town-square", "again");
    /// let post = watch.wait_for_post(Duration::from_secs(5), |post| post.user == "bob");
    /// assert_eq!(post.map(|post| post.message).as_deref(), Some("again"));
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn watch(&self, channel: &str) -> ChannelWatch<'_> {
        let seen = self.posts(channel).into_iter().map(|post| post.id).collect();
        ChannelWatch { server: self, channel: channel.to_owned(), seen }
    }

    /// Waits until a condition holds, and returns whether it did within `time`. The condition is checked after every
    /// request and every action of the test, and every 50 ms.
    pub fn wait_until(&self, time: Duration, condition: impl Fn(&Self) -> bool) -> bool {
        let deadline = Instant::now() + time;
        loop {
            if condition(self) {
                return true;
            }
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return false };
            let world = self.inner.world();
            drop(self.inner.changed.wait_timeout(world, left.min(Duration::from_millis(50))));
        }
    }

    /// Changes a setting of the server, such as `"ServiceSettings.EnablePostUsernameOverride"`, without a request.
    ///
    /// # Panics
    ///
    /// Panics if the version has no such setting.
    #[track_caller]
    pub fn set_setting(&self, name: &str, value: impl Into<Value>) {
        let (section, key) = must(name.split_once('.'), "setting", name);
        let known = self.inner.world().set_setting(section, key, value.into());
        must(known.then_some(()), "setting", name);
    }

    /// The id of a user.
    #[track_caller]
    pub fn user_id(&self, name: &str) -> String {
        must(self.inner.world().user_named(name), "user", name).id.clone()
    }

    /// The id of a team.
    #[track_caller]
    pub fn team_id(&self, name: &str) -> String {
        must(self.inner.world().team_named(name), "team", name).id.clone()
    }

    /// The id of a channel.
    #[track_caller]
    pub fn channel_id(&self, name: &str) -> String {
        must(find(&mut self.inner.world(), name, None), "channel", name)
    }

    /// What a user's status is: `online`, `away`, `dnd` or `offline`.
    #[track_caller]
    pub fn status(&self, user: &str) -> String {
        must(self.inner.world().user_named(user), "user", user).status.clone()
    }

    /// A new session's token, without a login.
    #[track_caller]
    pub fn token(&self, user: &str) -> String {
        let mut world = self.inner.world();
        let id = must(world.user_named(user), "user", user).id.clone();
        world.open_session(&id)
    }

    /// From now on a user needs a code to log in. Each of `codes` works once; new ones take the place of the old.
    #[track_caller]
    pub fn set_mfa(&self, user: &str, codes: &[&str]) {
        let mut world = self.inner.world();
        let id = must(world.user_named(user), "user", user).id.clone();
        if let Some(user) = world.user_mut(&id) {
            user.mfa = Some(codes.iter().map(|&code| code.to_owned()).collect());
        }
    }

    /// Activates or deactivates an account, a bot's too. Deactivating ends its sessions: open links stay open and hear
    /// nothing more, also when the account is active again. A personal access token is then good again.
    #[track_caller]
    pub fn set_active(&self, user: &str, active: bool) {
        let mut world = self.inner.world();
        let id = must(world.user_named(user), "user", user).id.clone();
        world.set_active(&id, active);
    }

    /// A new personal access token of a user or a bot, without a request.
    #[track_caller]
    pub fn access_token(&self, user: &str) -> String {
        let mut world = self.inner.world();
        let user_id = must(world.user_named(user), "user", user).id.clone();
        world.new_access_token(&user_id, "made by the test").token
    }

    /// The largest file that the server takes, in bytes; 100 MiB by default.
    pub fn set_max_file_size(&self, bytes: usize) {
        self.inner.world().max_file_size = bytes;
    }
}

/// # What happened
impl TestServer {
    /// The last requests, at most 1,000, oldest first.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.inner.world().requests.iter().cloned().collect()
    }

    /// Forgets the requests.
    pub fn forget_requests(&self) {
        self.inner.world().requests.clear();
    }

    /// How many WebSocket links are open and logged in.
    pub fn connections(&self) -> usize {
        self.inner.world().hub.active()
    }

    /// How many connections wait to be resumed.
    pub fn resumable(&self) -> usize {
        self.inner.world().hub.inactive()
    }

    /// How many of the links so far went on with an earlier connection.
    pub fn resumed(&self) -> usize {
        use super::hub::Attached;
        let world = self.inner.world();
        world.hub.outcomes.iter().filter(|one| matches!(one, Attached::Replayed | Attached::Lossless)).count()
    }

    /// Waits until so many links are open and logged in; whether it came to that within `time`.
    pub fn wait_for_connections(&self, count: usize, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        let mut world = self.inner.world();
        while world.hub.active() != count {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return false };
            let wait = self.inner.changed.wait_timeout(world, left.min(Duration::from_millis(50)));
            world = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The server's time in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        self.inner.world().now()
    }
}

/// The id of a channel by any of its names.
fn find(world: &mut World, name: &str, user: Option<&str>) -> Option<String> {
    if let (Some(other), Some(user)) = (name.strip_prefix('@'), user) {
        let other = world.user_named(other)?.id.clone();
        return Some(world.direct(user, &other).0);
    }
    if let Some(channel) = world.channel(name) {
        return Some(channel.id.clone());
    }
    let (team, name) = match name.split_once('/') {
        Some((team, name)) => (Some(world.team_named(team)?.id.clone()), name),
        None => (None, name),
    };
    world
        .channels
        .iter()
        .find(|channel| channel.name == name && team.as_ref().is_none_or(|team| *team == channel.team_id))
        .map(|channel| channel.id.clone())
}
