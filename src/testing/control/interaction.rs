//! Acting as a user: posts, slash commands, buttons, menus and dialogs.

use serde_json::{Map, Value, json};

use super::super::http::Request;
use super::super::routes;
use super::super::state::integrations::Handler;
use super::super::state::{PostStore, World};
use super::super::{TestPost, TestServer};
use super::{find, must, test_post};

/// A dialog that the server told the client of a user to open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestDialog {
    /// The URL that the submission is sent to.
    pub url: String,
    /// The callback ID.
    pub callback_id: String,
    /// The title.
    pub title: String,
    /// The names of the elements, in order.
    pub elements: Vec<String>,
    /// The definition of the dialog, as sent to the client.
    pub definition: Value,
}

/// The effect of a slash command, a button, a menu or a dialog, as the user sees it.
///
/// Returned by the methods of [`TestUser`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interaction {
    /// The error that is shown to the user. `None` if the action succeeded.
    pub error: Option<String>,
    /// The ID of the server's error, for example `api.command.execute_command.not_found.app_error`. Empty if there is
    /// none.
    pub error_id: String,
    /// Errors of individual dialog elements: name and text.
    pub field_errors: Vec<(String, String)>,
    /// New posts in the channel, oldest first.
    pub posts: Vec<TestPost>,
    /// Messages that only this user sees, oldest first.
    pub ephemeral: Vec<TestPost>,
    /// The post of the button or menu, if the integration updated it.
    pub updated: Option<TestPost>,
    /// The dialog that was opened.
    pub dialog: Option<TestDialog>,
    /// The address that the integration sends the user to. Empty if there is none.
    pub goto_location: String,
}

impl Interaction {
    /// Returns the text of the first ephemeral message, or of the first post if there is none.
    pub fn text(&self) -> Option<&str> {
        self.ephemeral.first().or(self.posts.first()).map(|post| &*post.message)
    }
}

/// A user who acts through the REST API. Created by [`TestServer::as_user`].
///
/// All rules of the server apply. Methods that do not return an [`Interaction`] panic if the server refuses.
#[derive(Clone, Debug)]
#[must_use = "it does nothing by itself"]
pub struct TestUser<'a> {
    server: &'a TestServer,
    id: String,
    name: String,
}

/// A refusal of the server.
#[derive(Debug)]
struct Refusal {
    id: String,
    message: String,
}

fn field<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl TestServer {
    /// Returns a handle that acts as the user with this username, through the REST API.
    ///
    /// ```
    /// # fn main() -> mattermost::Result<()> {
    /// # use mattermost::testing::TestServer;
    /// # let server = TestServer::start()?;
    /// let post = server.as_user("janedoe").post("town-square", "Lunch?");
    /// server.as_user("bob").reply(&post, "Yes!");
    /// server.as_user("bob").react(&post, "thumbsup");
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn as_user(&self, name: &str) -> TestUser<'_> {
        let id = must(self.inner.world().user_named(name), "user", name).id.clone();
        TestUser { server: self, id, name: name.to_owned() }
    }

    /// Executes a slash command as a user, for example `/deploy prod`. See [`TestUser::slash`].
    ///
    /// The program receives a [`CommandRequest`](crate::integration::CommandRequest).
    #[track_caller]
    pub fn slash(&self, user: &str, channel: &str, command: &str) -> Interaction {
        self.as_user(user).slash(channel, command)
    }

    /// Presses a button as a user. See [`TestUser::press`].
    #[track_caller]
    pub fn press(&self, user: &str, post: impl AsRef<str>, action: &str) -> Interaction {
        self.as_user(user).press(post, action)
    }

    /// Submits the last dialog of a user. See [`TestUser::submit_dialog`].
    #[track_caller]
    pub fn submit_dialog(&self, user: &str, submission: Value) -> Interaction {
        self.as_user(user).submit_dialog(submission)
    }

    /// Adds a slash command to the first team, whose calls are sent to `url` as a form. Returns its token.
    pub fn add_command(&self, trigger: &str, url: &str) -> String {
        let mut world = self.inner.world();
        let command = new_command(&mut world, trigger, url);
        command.get("token").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Adds a slash command to the first team that is handled by a closure of the test.
    ///
    /// The closure receives the fields of the call by name, for example `text` and `user_name`, and returns the
    /// response as JSON, for example `{"response_type": "in_channel", "text": "done"}`. It runs on the thread that
    /// serves the request.
    pub fn handle_command(
        &self,
        trigger: &str,
        handler: impl Fn(&std::collections::HashMap<String, String>) -> Value + Send + Sync + 'static,
    ) {
        let mut world = self.inner.world();
        let command = new_command(&mut world, trigger, "http://127.0.0.1/");
        let id = command.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        world.integrations.handlers.insert(id, Handler(std::sync::Arc::new(handler)));
    }

    /// Returns the last 1,000 ephemeral messages to a user, oldest first.
    #[track_caller]
    pub fn ephemeral_posts(&self, user: &str) -> Vec<TestPost> {
        let world = self.inner.world();
        let id = &must(world.user_named(user), "user", user).id;
        let own = world.integrations.ephemerals.iter().filter(|(to, _)| to == id);
        own.map(|(_, post)| shown_post(&world, post)).collect()
    }

    /// Returns the last dialog that was opened for a user.
    #[track_caller]
    pub fn dialog(&self, user: &str) -> Option<TestDialog> {
        let world = self.inner.world();
        let id = &must(world.user_named(user), "user", user).id;
        world
            .integrations
            .dialogs
            .iter()
            .rev()
            .find(|(to, _)| to == id)
            .map(|(_, dialog)| test_dialog(dialog))
    }
}

fn new_command(world: &mut World, trigger: &str, url: &str) -> Map<String, Value> {
    let team = world.teams.first().map(|team| team.id.clone()).unwrap_or_default();
    let owner = world.user_named("admin").map(|user| user.id.clone()).unwrap_or_default();
    let command = json!({
        "team_id": team, "trigger": trigger.trim_start_matches('/').to_lowercase(), "method": "P", "url": url,
        "username": "", "icon_url": "", "auto_complete": true, "auto_complete_desc": "", "auto_complete_hint": "",
        "display_name": trigger, "description": "",
    });
    routes::integrations::add(world, command.as_object().cloned().unwrap_or_default(), &owner)
}

fn test_dialog(opened: &Value) -> TestDialog {
    let dialog = opened.get("dialog").cloned().unwrap_or_default();
    let elements = dialog.get("elements").and_then(Value::as_array).cloned().unwrap_or_default();
    TestDialog {
        url: field(opened, "url").to_owned(),
        callback_id: field(&dialog, "callback_id").to_owned(),
        title: field(&dialog, "title").to_owned(),
        elements: elements.iter().map(|element| field(element, "name").to_owned()).collect(),
        definition: dialog,
    }
}

/// Returns a post that is not stored, from its JSON.
fn shown_post(world: &World, post: &Value) -> TestPost {
    TestPost {
        id: field(post, "id").to_owned(),
        root_id: field(post, "root_id").to_owned(),
        user: world.name_of(field(post, "user_id")).to_owned(),
        message: field(post, "message").to_owned(),
        kind: field(post, "type").to_owned(),
        create_at: post.get("create_at").and_then(Value::as_i64).unwrap_or(0),
        props: post.get("props").cloned().unwrap_or_default(),
        ..TestPost::default()
    }
}

/// The state before an interaction.
struct Before {
    posts: usize,
    ephemerals: usize,
    dialogs: usize,
}

impl TestUser<'_> {
    fn rest(&self, method: &str, path: &str, query: &str, body: Vec<u8>) -> Result<Value, Refusal> {
        let token = self.server.inner.world().open_session(&self.id);
        let request = Request {
            method: method.to_owned(),
            path: format!("/api/v4{path}"),
            raw_query: query.to_owned(),
            query: super::super::http::form(query),
            headers: vec![
                ("host".to_owned(), self.server.inner.address.to_string()),
                ("authorization".to_owned(), format!("Bearer {token}")),
            ],
            body,
            too_large: false,
        };
        let answer = routes::answer(&self.server.inner, &request);
        self.server.inner.world().sessions.remove(&token);
        self.server.inner.notify();
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status < 400 {
            return Ok(body);
        }
        Err(Refusal { id: field(&body, "id").to_owned(), message: field(&body, "message").to_owned() })
    }

    #[expect(clippy::panic, reason = "a refusal that a test did not expect is an error of the test")]
    #[track_caller]
    fn must_rest(&self, method: &str, path: &str, query: &str, body: Vec<u8>) -> Value {
        match self.rest(method, path, query, body) {
            Ok(body) => body,
            Err(Refusal { id, message }) => {
                panic!("the test server refuses {method} {path} of {:?}: {message} ({id})", self.name)
            }
        }
    }

    #[track_caller]
    fn json(&self, method: &str, path: &str, body: &Value) -> Value {
        self.must_rest(method, path, "", body.to_string().into_bytes())
    }

    #[track_caller]
    fn channel(&self, name: &str) -> String {
        must(find(&mut self.server.inner.world(), name, Some(&self.id)), "channel", name)
    }

    #[track_caller]
    fn create(&self, channel_id: &str, root: &str, message: &str, files: &[String]) -> String {
        let body = json!({"channel_id": channel_id, "root_id": root, "message": message, "file_ids": files});
        field(&self.json("POST", "/posts", &body), "id").to_owned()
    }

    /// Creates a post. Returns its ID.
    #[track_caller]
    pub fn post(&self, channel: &str, message: &str) -> String {
        self.create(&self.channel(channel), "", message, &[])
    }

    /// Replies in the thread of a post. Returns the ID of the reply.
    #[track_caller]
    pub fn reply(&self, post: impl AsRef<str>, message: &str) -> String {
        let (channel, root) = {
            let world = self.server.inner.world();
            let post = must(world.posts.get(post.as_ref()), "post", post.as_ref());
            let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
            (post.channel_id.clone(), root.clone())
        };
        self.create(&channel, &root, message, &[])
    }

    /// Uploads a file and posts it. Returns the ID of the post.
    #[track_caller]
    pub fn post_file(&self, channel: &str, message: &str, name: &str, data: &[u8]) -> String {
        let file = self.upload(channel, name, data);
        self.create(&self.channel(channel), "", message, &[file])
    }

    /// Uploads a file to a channel. Returns its ID.
    #[track_caller]
    pub fn upload(&self, channel: &str, name: &str, data: &[u8]) -> String {
        let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
        let query = format!("channel_id={}&filename={name}", self.channel(channel));
        let body = self.must_rest("POST", "/files", &query, data.to_vec());
        body.pointer("/file_infos/0/id").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Changes the text of a post.
    #[track_caller]
    pub fn edit(&self, post: impl AsRef<str>, message: &str) {
        self.json("PUT", &format!("/posts/{}/patch", post.as_ref()), &json!({"message": message}));
    }

    /// Deletes a post.
    #[track_caller]
    pub fn delete(&self, post: impl AsRef<str>) {
        self.json("DELETE", &format!("/posts/{}", post.as_ref()), &Value::Null);
    }

    /// Adds a reaction to a post.
    #[track_caller]
    pub fn react(&self, post: impl AsRef<str>, emoji: &str) {
        let body = json!({"user_id": self.id, "post_id": post.as_ref(), "emoji_name": emoji});
        self.json("POST", "/reactions", &body);
    }

    /// Removes a reaction from a post.
    #[track_caller]
    pub fn unreact(&self, post: impl AsRef<str>, emoji: &str) {
        self.json("DELETE", &format!("/users/me/posts/{}/reactions/{emoji}", post.as_ref()), &Value::Null);
    }

    /// Joins a public channel.
    #[track_caller]
    pub fn join(&self, channel: &str) {
        let id = self.channel(channel);
        self.json("POST", &format!("/channels/{id}/members"), &json!({"user_id": self.id}));
    }

    /// Adds another user, by name, to a channel.
    #[track_caller]
    pub fn invite(&self, channel: &str, user: &str) {
        let (id, other) = (self.channel(channel), self.server.user_id(user));
        self.json("POST", &format!("/channels/{id}/members"), &json!({"user_id": other}));
    }

    /// Leaves a channel.
    #[track_caller]
    pub fn leave(&self, channel: &str) {
        let id = self.channel(channel);
        self.json("DELETE", &format!("/channels/{id}/members/{}", self.id), &Value::Null);
    }

    /// Sends a typing event to the members of a channel.
    #[track_caller]
    pub fn typing(&self, channel: &str) {
        let id = self.channel(channel);
        self.json("POST", "/users/me/typing", &json!({"channel_id": id}));
    }

    /// Executes a slash command, for example `/deploy prod`.
    ///
    /// The program that handles the command receives a [`CommandRequest`](crate::integration::CommandRequest). The
    /// guide describes such programs in [`buttons_and_dialogs`](crate::guide::buttons_and_dialogs).
    ///
    /// # Blocking
    ///
    /// Waits up to 30 s for the program that handles the command.
    #[track_caller]
    pub fn slash(&self, channel: &str, command: &str) -> Interaction {
        let id = self.channel(channel);
        let team = self.server.inner.world().teams.first().map(|team| team.id.clone()).unwrap_or_default();
        let body = json!({"channel_id": id, "command": command, "team_id": team});
        self.interact("/commands/execute", &body, &id)
    }

    /// Presses a button of a post, which may be ephemeral. `action` is the ID or the name of the button.
    ///
    /// As on a real server, a response that [updates](crate::integration::PostActionIntegrationResponse::update) an
    /// ephemeral post is an error.
    ///
    /// # Blocking
    ///
    /// Waits up to 30 s for the program that handles the button.
    ///
    /// # Panics
    ///
    /// Panics if the post has no such button. If the post was changed, it may have had one: the press is then refused
    /// by the server, like a press by a user who still sees the old post.
    #[track_caller]
    pub fn press(&self, post: impl AsRef<str>, action: &str) -> Interaction {
        self.act(post.as_ref(), action, &json!({}))
    }

    /// Selects an option of a menu of a post, by its value. `action` is the ID or the name of the menu.
    ///
    /// # Blocking
    ///
    /// Waits up to 30 s for the program that handles the menu.
    ///
    /// # Panics
    ///
    /// Panics if the post has no such menu. If the post was changed, the server refuses the selection instead.
    #[track_caller]
    pub fn select(&self, post: impl AsRef<str>, action: &str, option: &str) -> Interaction {
        self.act(post.as_ref(), action, &json!({"selected_option": option}))
    }

    #[track_caller]
    fn act(&self, post: &str, action: &str, body: &Value) -> Interaction {
        let world = self.server.inner.world();
        let (channel, id, update_at, cookie) = if let Some(found) = world.posts.get(post) {
            (found.channel_id.clone(), action_id(&found.props, action), found.update_at, None)
        } else {
            let shown = world.integrations.ephemerals.iter().rev();
            let shown = shown.filter(|(to, _)| *to == self.id).find(|(_, shown)| field(shown, "id") == post);
            let (_, shown) = must(shown, "post", post);
            let props = shown.get("props").and_then(Value::as_object).cloned().unwrap_or_default();
            (field(shown, "channel_id").to_owned(), action_id(&props, action), 0, cookie(&props))
        };
        let was_changed = world.posts.get(post).is_some_and(|post| post.update_at != post.create_at);
        drop(world);
        // The ID of an action that is gone is not known any more; any other is refused in the same way.
        let id = id.or_else(|| {
            was_changed.then(|| format!("{}x", action.replace(|c: char| !c.is_ascii_alphanumeric(), "")))
        });
        let id = must(id, "button or menu", action);
        let mut body = body.clone();
        if let (Some(object), Some(cookie)) = (body.as_object_mut(), cookie) {
            object.insert("cookie".into(), json!(cookie));
        }
        let mut seen = self.interact(&format!("/posts/{post}/actions/{id}"), &body, &channel);
        let world = self.server.inner.world();
        let changed = world.posts.get(post).filter(|post| post.update_at != update_at);
        seen.updated = changed.map(|post| test_post(&world, post));
        seen
    }

    /// Submits the last dialog that was opened for the user, with the values of its elements by name.
    ///
    /// # Blocking
    ///
    /// Waits up to 30 s for the program that handles the dialog.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "tests write it as `json!({..})`")]
    pub fn submit_dialog(&self, submission: Value) -> Interaction {
        self.finish_dialog(&submission, false)
    }

    /// Cancels the last dialog that was opened for the user.
    ///
    /// # Blocking
    ///
    /// Waits up to 30 s for the program that handles the dialog.
    #[track_caller]
    pub fn cancel_dialog(&self) -> Interaction {
        self.finish_dialog(&json!({}), true)
    }

    #[track_caller]
    fn finish_dialog(&self, submission: &Value, cancelled: bool) -> Interaction {
        let dialog = must(self.server.dialog(&self.name), "dialog for", &self.name);
        let (team, channel) = {
            let world = self.server.inner.world();
            let team = world.teams.iter().find(|team| team.has(&self.id)).map(|team| team.id.clone());
            let team = team.unwrap_or_default();
            let channel = world.default_channels(&team).into_iter().next().unwrap_or_default();
            (team, channel)
        };
        let body = json!({
            "url": dialog.url, "callback_id": dialog.callback_id, "state": field(&dialog.definition, "state"),
            "user_id": self.id, "channel_id": channel, "team_id": team, "submission": submission,
            "cancelled": cancelled,
        });
        self.interact("/actions/dialogs/submit", &body, &channel)
    }

    fn interact(&self, path: &str, body: &Value, channel: &str) -> Interaction {
        let before = {
            let world = self.server.inner.world();
            let own = |list: &std::collections::VecDeque<(String, Value)>| {
                list.iter().filter(|(to, _)| *to == self.id).count()
            };
            Before {
                posts: world.posts.count(),
                ephemerals: own(&world.integrations.ephemerals),
                dialogs: own(&world.integrations.dialogs),
            }
        };
        let result = self.rest("POST", path, "", body.to_string().into_bytes());
        let world = self.server.inner.world();
        let own = |list: &std::collections::VecDeque<(String, Value)>, skip: usize| -> Vec<Value> {
            let own = list.iter().filter(|(to, _)| *to == self.id);
            own.skip(skip).map(|(_, value)| value.clone()).collect()
        };
        let new = |posts: &PostStore| -> Vec<TestPost> {
            let rows = posts.all().skip(before.posts).filter(|post| post.channel_id == channel);
            rows.filter(|post| post.original_id.is_empty()).map(|post| test_post(&world, post)).collect()
        };
        let ephemeral = own(&world.integrations.ephemerals, before.ephemerals);
        let mut seen = Interaction {
            posts: new(&world.posts),
            ephemeral: ephemeral.iter().map(|post| shown_post(&world, post)).collect(),
            dialog: own(&world.integrations.dialogs, before.dialogs).last().map(test_dialog),
            ..Interaction::default()
        };
        match result {
            Ok(body) => {
                field(&body, "goto_location").clone_into(&mut seen.goto_location);
                let error = field(&body, "error");
                seen.error = (!error.is_empty()).then(|| error.to_owned());
                let errors = body.get("errors").and_then(Value::as_object).cloned().unwrap_or_default();
                let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
                seen.field_errors = errors.into_iter().map(|(name, value)| (name, text(value))).collect();
            }
            Err(refusal) => {
                seen.error = Some(refusal.message);
                seen.error_id = refusal.id;
            }
        }
        seen
    }
}

/// Returns the cookie that clients send with the actions of an ephemeral post.
fn cookie(props: &Map<String, Value>) -> Option<String> {
    let attachments = props.get("attachments")?.as_array()?;
    let actions = attachments.iter().filter_map(|attachment| attachment.get("actions")?.as_array()).flatten();
    actions.map(|action| field(action, "cookie")).find(|cookie| !cookie.is_empty()).map(str::to_owned)
}

fn action_id(props: &Map<String, Value>, name: &str) -> Option<String> {
    let attachments = props.get("attachments")?.as_array()?;
    let actions = attachments.iter().filter_map(|attachment| attachment.get("actions")?.as_array()).flatten();
    let is = |action: &&Value, member: &str| field(action, member) == name;
    let actions: Vec<&Value> = actions.collect();
    let by_id = actions.iter().find(|action| is(action, "id"));
    let found = by_id.or_else(|| actions.iter().find(|action| is(action, "name")))?;
    Some(field(found, "id").to_owned())
}
