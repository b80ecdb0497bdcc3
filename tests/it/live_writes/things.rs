//! Emoji, bookmarks, webhooks, commands, buttons and dialogs, OAuth.

use std::sync::{Arc, Mutex};

use mattermost::rest::Upload;
use mattermost::{
    Attachment, AuthorizeRequest, Button, ChannelBookmarkDraft, ChannelBookmarkPatch, ChannelBookmarkType,
    Client, ClientRegistrationRequest, CommandArgs, CommandDraft, CommandResponse, Dialog, EmojiSearch,
    EventKind, Events, IncomingMessage, IncomingWebhookDraft, OAuthAppDraft, OpenDialogRequest,
    OutgoingWebhookDraft, Page, Post, PostDraft, PostPage, SubmitDialogRequest, TokenRequest,
};
use serde_json::json;

use super::teams::{drop_team, team};
use super::{GIF, Writes, wait_for};
use crate::recorder::{Recorder, Reply, Sent};

/// The newest posts of a channel.
fn newest(client: &Client, post: &mattermost::ChannelId) -> Vec<Post> {
    client.posts().list(post, &PostPage::new()).map(mattermost::PostList::into_posts).unwrap_or_default()
}

pub(super) fn emoji_and_bookmarks(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let name = format!("em{}", world.run);
    let emoji = w.call("POST /emoji", admin.emoji().create(&name, Upload::bytes("a.gif", GIF)))?;
    w.check("POST /emoji", emoji.name == name && emoji.creator_id == admin.me().id, "as drafted");
    if let Some(found) = w.call("POST /emoji/names", admin.emoji().list_by_names(&[&name])) {
        w.check("POST /emoji/names", found.len() == 1 && found[0].id == emoji.id, "the one asked for");
    }
    let found = w.call("POST /emoji/search", admin.emoji().search(&EmojiSearch::new(&*name)))?;
    w.check("POST /emoji/search", found.len() == 1 && found[0].id == emoji.id, "found");
    w.call("DELETE /emoji/{emoji_id}", admin.emoji().delete(&emoji.id));
    let gone = admin.emoji().get(&emoji.id);
    w.check("DELETE /emoji/{emoji_id}", gone.is_err_and(|e| e.is_not_found()), "gone");

    let channel = world.channel("marked", &[]);
    let (bookmarks, id) = (admin.bookmarks(), &channel.id);
    let draft =
        ChannelBookmarkDraft::new("A page", ChannelBookmarkType::Link).link_url("https://example.com/a");
    let made = w.call("POST /channels/{channel_id}/bookmarks", bookmarks.create(id, &draft));
    if let Some(made) = &made {
        let right = made.display_name == "A page" && made.link_url == "https://example.com/a";
        w.check("POST /channels/{channel_id}/bookmarks", right, "as drafted");
    }
    let made = made.map_or_else(super::nobodys, |made| made.id);
    let route = "PATCH /channels/{channel_id}/bookmarks/{bookmark_id}";
    let patch = ChannelBookmarkPatch::new().display_name("Renamed");
    let patched = w.call(route, bookmarks.patch(id, &made, &patch));
    let renamed = |one: mattermost::ChannelBookmark| one.display_name == "Renamed";
    w.check(route, patched.is_none_or(|all| all.updated.is_some_and(renamed)), "renamed");
    let route = "POST /channels/{channel_id}/bookmarks/{bookmark_id}/sort_order";
    let sorted = w.call(route, bookmarks.set_sort_order(id, &made, 0));
    w.check(route, sorted.is_none_or(|all| all.len() == 1), "all in their order");
    let route = "DELETE /channels/{channel_id}/bookmarks/{bookmark_id}";
    let deleted = w.call(route, bookmarks.delete(id, &made));
    w.check(route, deleted.is_none_or(|one| one.delete_at.as_millis() > 0), "deleted");
    w.look(route, admin.channels().archive(id))
}

pub(super) fn webhooks(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let channel = world.channel("hooked", &[]);
    let hooks = admin.webhooks();
    let draft = IncomingWebhookDraft::new(&channel.id).display_name("A hook");
    if let Some(hook) = w.call("POST /hooks/incoming", hooks.create_incoming(&draft)) {
        w.check(
            "POST /hooks/incoming",
            hook.channel_id == channel.id && hook.display_name == "A hook",
            "as drafted",
        );
        w.call("POST /hooks/{hook_id}", hooks.send(&hook.id, &IncomingMessage::new().text("by a hook")));
        let posted =
            wait_for(|| newest(admin, &channel.id).into_iter().find(|post| post.message == "by a hook"));
        w.check("POST /hooks/{hook_id}", posted.is_some_and(|post| post.is_automated()), "posted");
        let mut changed = hook.clone();
        changed.display_name = "Renamed".into();
        let route = "PUT /hooks/incoming/{hook_id}";
        if let Some(updated) = w.call(route, hooks.update_incoming(&changed)) {
            w.check(route, updated.display_name == "Renamed" && updated.id == hook.id, "renamed");
        }
        let route = "DELETE /hooks/incoming/{hook_id}";
        if w.call(route, hooks.delete_incoming(&hook.id)).is_some() {
            w.check(route, hooks.get_incoming(&hook.id).is_err_and(|e| e.is_not_found()), "gone");
        }
    }

    let target = Recorder::start(|_| Reply::json(json!({"text": "heard"}).to_string()));
    let draft = OutgoingWebhookDraft::new(&world.team.id, format!("out {}", world.run), [target.url()]);
    let hook = w.call("POST /hooks/outgoing", hooks.create_outgoing(&draft.channel_id(&channel.id)))?;
    w.check("POST /hooks/outgoing", hook.channel_id == channel.id && !hook.token.is_empty(), "as drafted");
    w.look("POST /posts", admin.posts().create(&PostDraft::new(&channel.id, "for the hook")));
    let heard = wait_for(|| target.take().into_iter().next());
    w.check(
        "POST /hooks/outgoing",
        heard.is_some_and(|sent| says(&sent, hook.token.expose())),
        "called with its token",
    );
    let mut changed = hook.clone();
    changed.display_name = "Renamed".into();
    let route = "PUT /hooks/outgoing/{hook_id}";
    let updated = w.call(route, hooks.update_outgoing(&changed))?;
    w.check(route, updated.display_name == "Renamed" && updated.id == hook.id, "renamed");
    let route = "POST /hooks/outgoing/{hook_id}/regen_token";
    let fresh = w.call(route, hooks.regenerate_outgoing_token(&hook.id))?;
    w.check(route, fresh.token.expose() != hook.token.expose(), "another token");
    let route = "DELETE /hooks/outgoing/{hook_id}";
    w.call(route, hooks.delete_outgoing(&hook.id));
    w.check(route, hooks.get_outgoing(&hook.id).is_err_and(|e| e.is_not_found()), "gone");
    w.look(route, admin.channels().archive(&channel.id))
}

fn says(sent: &Sent, word: &str) -> bool {
    String::from_utf8_lossy(&sent.body).contains(word)
}

/// What a form holds under a name.
fn of_form(sent: &Sent, name: &str) -> Option<String> {
    let body = String::from_utf8_lossy(&sent.body).into_owned();
    let value = body.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?.to_owned();
    Some(value.replace("%3A", ":").replace("%2F", "/").replace("%3D", "="))
}

pub(super) fn commands(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let (commands, channel) = (admin.commands(), world.channel("cmd", &[]));
    let target =
        Recorder::start(|_| Reply::json(json!({"response_type": "ephemeral", "text": "done"}).to_string()));
    let trigger = format!("do{}", world.run);
    let draft = CommandDraft::new(&world.team.id, &*trigger, target.url()).display_name("A command");
    let command = w.call("POST /commands", commands.create(&draft))?;
    w.check(
        "POST /commands",
        command.trigger == trigger && command.display_name == "A command",
        "as drafted",
    );
    let args = CommandArgs::new(&channel.id, format!("/{trigger} it")).team_id(&world.team.id);
    let answer = w.call("POST /commands/execute", commands.execute(&args))?;
    let sent = target.take().into_iter().next()?;
    w.check(
        "POST /commands/execute",
        says(&sent, command.token.expose()) && says(&sent, "text=it"),
        "called",
    );
    w.check("POST /commands/execute", answer.response_type == "ephemeral", "answered");
    let later =
        of_form(&sent, "response_url").and_then(|url| url.rsplit_once('/').map(|(_, id)| id.to_owned()))?;
    let mut response = CommandResponse::default();
    (response.text, response.response_type) = ("and later".into(), "in_channel".into());
    w.call("POST /hooks/commands/{id}", admin.webhooks().send_delayed(&later, &response));
    let posted = wait_for(|| newest(admin, &channel.id).into_iter().find(|post| post.message == "and later"));
    w.check("POST /hooks/commands/{id}", posted.is_some(), "posted");

    let mut changed = command.clone();
    changed.display_name = "Renamed".into();
    let updated = w.call("PUT /commands/{command_id}", commands.update(&changed))?;
    w.check(
        "PUT /commands/{command_id}",
        updated.display_name == "Renamed" && updated.trigger == trigger,
        "renamed",
    );
    let route = "PUT /commands/{command_id}/regen_token";
    let fresh = w.call(route, commands.regenerate_token(&command.id))?;
    w.check(route, !fresh.is_empty() && fresh.expose() != command.token.expose(), "another token");
    let route = "PUT /commands/{command_id}/move";
    let team = team(admin, &world.run, "cmds");
    w.call(route, commands.move_to_team(&command.id, &team.id));
    let moved = w.look(route, commands.get(&command.id));
    w.check(route, moved.is_some_and(|command| command.team_id == team.id), "in the other team");
    let route = "DELETE /commands/{command_id}";
    w.call(route, commands.delete(&command.id));
    w.check(route, commands.get(&command.id).is_err_and(|e| e.is_not_found()), "gone");
    drop_team(admin, &team);
    w.look(route, admin.channels().archive(&channel.id))
}

pub(super) fn buttons_and_dialogs(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let (ann, answer) = (world.account("btn"), Arc::new(Mutex::new(json!({"ephemeral_text": "pressed"}))));
    let channel = world.channel("buttons", &[&ann]);
    let current = Arc::clone(&answer);
    let target = Recorder::start(move |_| Reply::json(current.lock().unwrap().to_string()));
    let button = Button::new("ack", "Acknowledge", target.url()).context("n", 7);
    let draft = PostDraft::new(&channel, "press").attachment(Attachment::new().text("x").button(button));
    let post = w.look("POST /posts", admin.posts().create(&draft))?;
    let route = "POST /posts/{post_id}/actions/{action_id}";
    let pressed = w.call(route, ann.client.posts().do_action(&post.id, "ack"))?;
    let sent = target.take().into_iter().next()?;
    w.check(route, sent.json()["context"]["n"] == 7 && sent.json()["user_id"] == ann.id.as_str(), "called");
    w.check(route, pressed.status == "OK", "done");

    let events = Events::builder(&ann.client).kinds([EventKind::OpenDialog]).open().ok()?;
    let mut dialog = Dialog::default();
    (dialog.callback_id, dialog.title, dialog.state) = ("c".into(), "A form".into(), "s".into());
    let request = OpenDialogRequest::new(sent.json()["trigger_id"].as_str()?, target.url(), dialog);
    w.call("POST /actions/dialogs/open", admin.dialogs().open(&request))?;
    let opened = wait_for(|| {
        events
            .poll(std::time::Duration::from_millis(200))
            .ok()
            .flatten()
            .filter(|e| e.name() == "open_dialog")
    });
    w.check(
        "POST /actions/dialogs/open",
        opened.is_some_and(|event| event.raw().contains("A form")),
        "seen by the one who pressed",
    );

    let mut filled = serde_json::Map::new();
    filled.insert("name".into(), json!("Ann"));
    let form =
        SubmitDialogRequest::new(target.url(), "c", &channel.id, filled).state("s").team_id(&world.team.id);
    *answer.lock().unwrap() = json!({"errors": {"name": "taken"}});
    let route = "POST /actions/dialogs/submit";
    let submitted = w.call(route, ann.client.dialogs().submit(&form))?;
    w.check(route, submitted.errors.get("name").is_some_and(|error| error == "taken"), "what is wrong");
    let sent = target.take().into_iter().next_back()?;
    w.check(route, sent.json()["submission"]["name"] == "Ann" && sent.json()["state"] == "s", "sent on");
    *answer.lock().unwrap() = json!({"items": [{"text": "One", "value": "1"}]});
    let route = "POST /actions/dialogs/lookup";
    if let Some(found) = w.call(route, ann.client.dialogs().lookup(&form)) {
        w.check(route, found.items.len() == 1 && found.items[0].value == "1", "what the menu offers");
    }
    w.look(route, admin.channels().archive(&channel.id))
}

pub(super) fn oauth(w: &mut Writes<'_>) -> Option<()> {
    let (world, admin) = (w.world, &w.world.admin);
    let oauth = admin.oauth();
    let back = "https://example.com/back".to_owned();
    let draft = OAuthAppDraft::new(format!("app {}", world.run), "d", [back.clone()], "https://example.com/");
    let app = w.call("POST /oauth/apps", oauth.create(&draft))?;
    w.check(
        "POST /oauth/apps",
        app.callback_urls == [back.clone()] && !app.client_secret.is_empty(),
        "as drafted",
    );
    let mut changed = app.clone();
    changed.description = "changed".into();
    let updated = w.call("PUT /oauth/apps/{app_id}", oauth.update(&changed))?;
    w.check(
        "PUT /oauth/apps/{app_id}",
        updated.description == "changed" && updated.name == app.name,
        "changed",
    );
    let route = "POST /oauth/apps/{app_id}/regen_secret";
    let fresh = w.call(route, oauth.regenerate_secret(&app.id))?;
    w.check(route, fresh.client_secret.expose() != app.client_secret.expose(), "another secret");
    let request = AuthorizeRequest::new(&app.id, &*back).state("mine");
    let page = w.look("POST /oauth/authorize", oauth.authorize_url(&request))?;
    w.check(
        "POST /oauth/authorize",
        page.starts_with(&format!("{}/oauth/authorize?", admin.url())),
        "an address",
    );
    if let Some(redirect) = w.call("POST /oauth/authorize", oauth.authorize(&request)) {
        let (_, query) = redirect.split_once('?')?;
        let of = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        w.check(
            "POST /oauth/authorize",
            redirect.starts_with(&back) && of("state") == Some("mine"),
            "back with the state",
        );
        let secret = fresh.client_secret.clone();
        let code = TokenRequest::code(&app.id, of("code")?, &*back).client_secret(secret.clone());
        let tokens = w.call("POST /oauth/access_token", oauth.token(&code))?;
        w.check(
            "POST /oauth/access_token",
            tokens.token_type == "bearer" && tokens.expires_in > 0,
            "a token",
        );
        w.check("POST /oauth/access_token", oauth.token(&code).is_err(), "a code is good once");
        let refresh = TokenRequest::refresh(&app.id, tokens.refresh_token.clone()).client_secret(secret);
        let tokens = w.call("POST /oauth/access_token", oauth.token(&refresh))?;
        let client = Client::builder(&world.url).token(tokens.access_token.clone()).connect();
        let client = w.look("POST /oauth/access_token", client)?;
        w.check("POST /oauth/access_token", client.me().id == admin.me().id, "acts for the account");
        let known = w.look("POST /oauth/authorize", oauth.list_authorized(&admin.me().id, &Page::new()))?;
        w.check("POST /oauth/authorize", known.iter().any(|one| one.id == app.id), "one of the authorized");
        w.call("POST /oauth/deauthorize", oauth.deauthorize(&app.id));
        w.check("POST /oauth/deauthorize", super::is_logged_out(&client), "its token is worthless");
    }
    w.call("DELETE /oauth/apps/{app_id}", oauth.delete(&app.id));
    w.check("DELETE /oauth/apps/{app_id}", oauth.get(&app.id).is_err_and(|e| e.is_not_found()), "gone");
    let request = ClientRegistrationRequest::new([back]).client_name("by itself");
    // Off by default.
    w.refusal("POST /oauth/apps/register", &["unsupported_operation"], oauth.register(&request));
    Some(())
}
