//! The data and the history of the server.

mod faults;
mod interaction;

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use serde_json::Value;

pub use faults::Fault;
pub use interaction::{Interaction, TestDialog, TestUser};

use super::state::posts::NewPost;
use super::state::{StoredPost, World};
use super::{RecordedRequest, TestServer};

/// A post on the server. See [`TestServer::posts`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestPost {
    /// The ID of the post.
    pub id: String,
    /// The ID of the first post of the thread. Empty if the post is not a reply.
    pub root_id: String,
    /// The username of the author.
    pub user: String,
    /// The text of the post.
    pub message: String,
    /// The type of the post. Empty for posts of users.
    pub kind: String,
    /// Creation time, in milliseconds since 1970.
    pub create_at: i64,
    /// Time of the last edit, in milliseconds since 1970. 0 if the text was never edited.
    pub edit_at: i64,
    /// `true` if the post is pinned.
    pub pinned: bool,
    /// Username and emoji name of each reaction.
    pub reactions: Vec<(String, String)>,
    /// The names of the attached files.
    pub files: Vec<String>,
    /// The props as clients see them: a JSON object.
    pub props: Value,
}

impl TestPost {
    /// Returns the message attachments as clients see them.
    pub fn attachments(&self) -> &[Value] {
        self.props.get("attachments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The ID of the post.
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

#[expect(clippy::panic, reason = "a name that a test got wrong is an error of the test")]
#[track_caller]
fn must<T>(found: Option<T>, what: &str, name: &str) -> T {
    match found {
        Some(found) => found,
        None => panic!("the test server has no {what} {name:?}"),
    }
}

/// The posts created in a channel after a certain moment. Created by [`TestServer::watch`].
#[derive(Debug)]
#[must_use = "a watch does nothing unless its methods are called"]
pub struct ChannelWatch<'a> {
    server: &'a TestServer,
    channel: String,
    /// IDs of posts that must not be returned, or already were.
    seen: std::collections::HashSet<String>,
}

impl ChannelWatch<'_> {
    /// Waits up to `time` for the next post that matches. Each post is returned once.
    #[track_caller]
    pub fn wait_for_post(&mut self, time: Duration, fits: impl Fn(&TestPost) -> bool) -> Option<TestPost> {
        let seen = &self.seen;
        let found =
            self.server.wait_for_post(&self.channel, time, |post| !seen.contains(&post.id) && fits(post));
        self.seen.extend(found.iter().map(|post| post.id.clone()));
        found
    }

    /// Returns the posts since the watch began that were not returned yet, oldest first.
    #[track_caller]
    pub fn posts(&self) -> Vec<TestPost> {
        let mut posts = self.server.posts(&self.channel);
        posts.retain(|post| !self.seen.contains(&post.id));
        posts
    }
}

/// # Address
impl TestServer {
    /// Returns the address, for example `http://127.0.0.1:20123`. It includes the
    /// [subpath](super::TestServerBuilder::subpath), if there is one.
    pub fn url(&self) -> String {
        self.inner.settings.url(self.inner.address)
    }

    /// Returns the certificate of the authority, as PEM, that a client must trust to reach a server with TLS.
    #[cfg(feature = "native-tls")]
    pub fn authority() -> &'static str {
        super::tls::AUTHORITY
    }

    /// Returns the port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.inner.address.port()
    }
}

/// # Data
///
/// A channel is given as its short name, for example `town-square`, in the first team that has it; as `team/channel`;
/// as `@user` for a direct channel, in methods that act as a user; or as its ID.
impl TestServer {
    /// Adds a user to the first team and its default channels. Returns its ID. The password is
    /// [`PASSWORD`](super::PASSWORD), the email address `name@example.com`.
    pub fn add_user(&self, name: &str) -> String {
        self.inner.world().add_user(name)
    }

    /// Adds a bot owned by `admin` to the first team and its default channels. Returns its ID.
    pub fn add_bot(&self, name: &str) -> String {
        self.inner.world().add_bot(name)
    }

    /// Adds a team with its two default channels. All users except guests become members. Returns its ID.
    pub fn add_team(&self, name: &str, display_name: &str) -> String {
        self.inner.world().add_team(name, display_name)
    }

    /// Adds a public channel with all members of the team, without sending events. Returns its ID.
    #[track_caller]
    pub fn add_channel(&self, team: &str, name: &str, display_name: &str) -> String {
        let mut world = self.inner.world();
        let team = must(world.team_named(team), "team", team);
        let members: Vec<String> = team.members.iter().map(|member| member.user_id.clone()).collect();
        let team = team.id.clone();
        world.add_channel(&team, name, display_name, "O", &members)
    }

    /// Adds a private channel with the given users as members, without sending events. Returns its ID.
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

    /// Returns the usernames of all accounts, including bots and guests, in the order in which they were added.
    pub fn usernames(&self) -> Vec<String> {
        self.inner.world().users.iter().map(|user| user.username.clone()).collect()
    }

    /// Creates a post as a user and sends its events. Returns its ID.
    #[track_caller]
    pub fn post_as(&self, user: &str, channel: &str, message: &str) -> String {
        self.write(user, channel, "", message)
    }

    /// Replies in the thread of a post as a user. Returns the ID of the reply.
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
            by_user: true,
            set_online: true,
            ..NewPost::default()
        });
        drop(world);
        self.inner.notify();
        shown.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Changes the text of a post and sends the event.
    #[track_caller]
    pub fn edit_post(&self, post_id: &str, message: &str) {
        let mut world = self.inner.world();
        must(world.posts.get(post_id), "post", post_id);
        world.edit_post(post_id, Some(message.to_owned()), |_| {});
    }

    /// Deletes a post and its replies, and sends the event.
    #[track_caller]
    pub fn delete_post(&self, post_id: &str) {
        let mut world = self.inner.world();
        let by = must(world.posts.get(post_id), "post", post_id).user_id.clone();
        world.delete_post(post_id, &by);
    }

    /// Returns the posts of a channel that are not deleted, oldest first. A direct channel is given as `one@other`.
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

    /// Waits up to `time` until a channel contains a post that matches. A direct channel, given as `one@other`, need
    /// not exist yet.
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

    /// Begins to watch a channel. The watch returns only posts that are created after this call, so call it before
    /// the action under test.
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

    /// Waits up to `time` until `condition` returns `true`. Returns `false` if it did not. The condition is evaluated
    /// after every request, after every action of the test, and every 50 ms.
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

    /// Changes a setting of the server, such as `"ServiceSettings.EnablePostUsernameOverride"`, without sending a
    /// request.
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

    /// Returns the ID of a user.
    #[track_caller]
    pub fn user_id(&self, name: &str) -> String {
        must(self.inner.world().user_named(name), "user", name).id.clone()
    }

    /// Returns the ID of a team.
    #[track_caller]
    pub fn team_id(&self, name: &str) -> String {
        must(self.inner.world().team_named(name), "team", name).id.clone()
    }

    /// Returns the ID of a channel.
    #[track_caller]
    pub fn channel_id(&self, name: &str) -> String {
        must(find(&mut self.inner.world(), name, None), "channel", name)
    }

    /// Returns the status of a user: `online`, `away`, `dnd` or `offline`.
    #[track_caller]
    pub fn status(&self, user: &str) -> String {
        must(self.inner.world().user_named(user), "user", user).status.clone()
    }

    /// Creates a session for a user without a login. Returns its token.
    #[track_caller]
    pub fn token(&self, user: &str) -> String {
        let mut world = self.inner.world();
        let id = must(world.user_named(user), "user", user).id.clone();
        world.open_session(&id)
    }

    /// Requires an MFA code for each later login of a user. Each of `codes` works once. A second call replaces the
    /// codes.
    #[track_caller]
    pub fn set_mfa(&self, user: &str, codes: &[&str]) {
        let mut world = self.inner.world();
        let id = must(world.user_named(user), "user", user).id.clone();
        if let Some(user) = world.user_mut(&id) {
            user.mfa = Some(codes.iter().map(|&code| code.to_owned()).collect());
        }
    }

    /// Activates or deactivates an account, which may be a bot. Deactivation ends its sessions: open connections stay
    /// open but receive no more events, even after the account is activated again. Personal access tokens work again
    /// after the activation.
    #[track_caller]
    pub fn set_active(&self, user: &str, active: bool) {
        let mut world = self.inner.world();
        let id = must(world.user_named(user), "user", user).id.clone();
        world.set_active(&id, active);
    }

    /// Creates a personal access token for a user or a bot, without sending a request. Returns the token.
    #[track_caller]
    pub fn access_token(&self, user: &str) -> String {
        let mut world = self.inner.world();
        let user_id = must(world.user_named(user), "user", user).id.clone();
        world.new_access_token(&user_id, "made by the test").token
    }

    /// Sets the maximum size of a file, in bytes. Defaults to 100 MiB.
    pub fn set_max_file_size(&self, bytes: usize) {
        self.inner.world().max_file_size = bytes;
    }
}

/// # History
impl TestServer {
    /// Returns the last requests, at most 1,000, oldest first.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.inner.world().requests.iter().cloned().collect()
    }

    /// Clears the recorded requests.
    pub fn forget_requests(&self) {
        self.inner.world().requests.clear();
    }

    /// Returns the number of WebSocket connections that are open and authenticated.
    pub fn connections(&self) -> usize {
        self.inner.world().hub.active()
    }

    /// Returns the number of lost connections that can be resumed.
    pub fn resumable(&self) -> usize {
        self.inner.world().hub.inactive()
    }

    /// Returns the number of WebSocket connections so far that resumed an earlier one.
    pub fn resumed(&self) -> usize {
        use super::hub::Attached;
        let world = self.inner.world();
        world.hub.outcomes.iter().filter(|one| matches!(one, Attached::Replayed | Attached::Lossless)).count()
    }

    /// Waits up to `time` until `count` WebSocket connections are open and authenticated. Returns `false` if `time`
    /// has passed before.
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

    /// Returns the server's time in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        self.inner.world().now()
    }
}

/// Returns the ID of a channel that is given by any of its names.
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
