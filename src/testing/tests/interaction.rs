//! Slash commands, buttons, menus and dialogs, with a program behind them.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::Http;
use crate::testing::{TestPost, TestServer};

/// A program that responds to each request with the next of `responses`, and passes on the requests.
fn program(responses: Vec<String>) -> (String, mpsc::Receiver<(String, String)>, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        for response in responses {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let mut bytes = Vec::new();
            let (head, body) = loop {
                let mut part = [0; 4096];
                let count = stream.read(&mut part).unwrap();
                bytes.extend_from_slice(&part[..count]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.lines().find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
                });
                if body.len() >= length.unwrap_or(0) {
                    break (head.to_owned(), body.to_owned());
                }
            };
            sender.send((head, body)).unwrap();
            stream.write_all(response.as_bytes()).unwrap();
        }
    });
    (url, receiver, thread)
}

fn ok(body: &Value) -> String {
    let body = body.to_string();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn commands_reach_their_program() {
    let server = TestServer::start().unwrap();
    let response = json!({
        "response_type": "in_channel", "text": "deploying <https://example.com|prod>", "username": "deployer",
        "extra_responses": [{"text": "only for you"}],
    });
    let broken = "HTTP/1.1 500 Oh\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_owned();
    let (url, calls, thread) = program(vec![ok(&response), broken]);
    let token = server.add_command("deploy", &url);
    let seen = server.slash("bob", "town-square", "/deploy prod now");
    let (head, body) = calls.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(head.starts_with("POST /hook ") && head.contains(&format!("Token {token}")), "{head}");
    for part in ["text=prod+now", "user_name=bob", "command=%2Fdeploy", &token] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert_eq!(seen.error, None);
    assert_eq!(seen.posts[0].message, "deploying [prod](https://example.com)");
    assert_eq!(seen.posts[0].props["from_webhook"], "true");
    assert_eq!(seen.posts[0].user, "bob");
    assert_eq!(seen.ephemeral[0].message, "only for you");
    assert_eq!(server.ephemeral_posts("bob").len(), 1);
    assert!(server.ephemeral_posts("zoe").is_empty());
    let seen = server.slash("bob", "town-square", "/deploy");
    assert_eq!(seen.error_id, "api.command.execute_command.failed_resp.app_error");
    let seen = server.slash("bob", "town-square", "/nope");
    assert_eq!(seen.error_id, "api.command.execute_command.not_found.app_error");
    thread.join().unwrap();
}

#[test]
fn commands_are_handled_by_the_test() {
    let server = TestServer::start().unwrap();
    server.handle_command("/add", |call| {
        let sum: i64 = call["text"].split(' ').map(|number| number.parse::<i64>().unwrap()).sum();
        json!({"text": format!("{} wants {sum}", call["user_name"])})
    });
    assert_eq!(server.slash("zoe", "town-square", "/add 2 3").text(), Some("zoe wants 5"));
    let seen = server.slash("zoe", "town-square", "/add x");
    assert_eq!(seen.error_id, "api.command.execute_command.failed.app_error");
    assert_eq!(server.slash("zoe", "town-square", "/me waves").text(), Some("*waves*"));
    assert_eq!(server.slash("zoe", "town-square", "/away").text(), Some("You are now away"));
    assert_eq!(server.status("zoe"), "away");
    let gone = server.slash("zoe", "off-topic", "/leave");
    assert_eq!(gone.goto_location, format!("{}/awesome-chat/channels/town-square", server.url()));
}

#[test]
fn buttons_open_dialogs() {
    let server = TestServer::start().unwrap();
    let bot = Http::new(&server, "bob");
    let update = json!({"update": {"message": "done", "props": {}}, "ephemeral_text": "thanks"});
    let errors = json!({"errors": {"reason": "too short"}});
    let (url, calls, thread) = program(vec![ok(&json!({})), ok(&update), ok(&errors), ok(&json!({}))]);
    let attachments = json!([{"text": "sure?", "actions": [
        {"id": "ok", "name": "Go", "type": "button", "integration": {"url": url, "context": {"n": 1}}},
        {"name": "Which", "type": "select", "options": [{"text": "A", "value": "a"}], "integration": {"url": url}},
    ]}]);
    let post = json!({
        "channel_id": server.channel_id("town-square"), "message": "go?", "props": {"attachments": attachments},
    });
    let post = bot.post("/posts", &post).id();
    let shown = server.posts("town-square").pop().unwrap();
    assert!(!shown.attachments()[0].to_string().contains("integration"), "{shown:?}");

    assert_eq!(server.press("zoe", &shown, "ok").error, None);
    let (_, body) = calls.recv_timeout(Duration::from_secs(10)).unwrap();
    let call: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&call["context"]["n"], &call["user_name"], &call["type"]),
        (&json!(1), &json!("zoe"), &json!("button"))
    );
    assert_eq!(call["post_id"], json!(post));
    let dialog = json!({
        "trigger_id": call["trigger_id"], "url": url,
        "dialog": {"title": "Why?", "callback_id": "why", "elements": [{"name": "reason", "type": "text"}]},
    });
    assert_eq!(bot.post("/actions/dialogs/open", &dialog).status, 200);
    assert_eq!(server.dialog("zoe").unwrap().elements, ["reason"]);

    let seen = server.as_user("zoe").select(&post, "Which", "a");
    let (_, body) = calls.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["context"]["selected_option"], "a");
    assert_eq!(seen.updated.map(|post: TestPost| post.message).as_deref(), Some("done"));
    assert_eq!(seen.ephemeral[0].message, "thanks");

    let seen = server.submit_dialog("zoe", json!({"reason": "x"}));
    assert_eq!(seen.field_errors, [("reason".to_owned(), "too short".to_owned())]);
    let (_, body) = calls.recv_timeout(Duration::from_secs(10)).unwrap();
    let call: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&call["callback_id"], &call["type"]), (&json!("why"), &json!("dialog_submission")));
    assert_eq!(server.as_user("zoe").cancel_dialog().error, None);
    thread.join().unwrap();
    server.advance(Duration::from_secs(4));
    let late = bot.post("/actions/dialogs/open", &dialog).json();
    assert_eq!(late["id"], "interactive_message.decode_trigger_id.expired");
}

#[test]
fn users_act_under_the_rules_of_the_server() {
    let server = TestServer::start().unwrap();
    server.add_private_channel("awesome-chat", "secret", "Secret", &["bob"]);
    let bob = server.as_user("bob");
    let post = bob.post("secret", "psst");
    server.as_user("bob").react(&post, "thumbsup");
    bob.edit(&post, "psst!");
    bob.invite("secret", "zoe");
    let reply = server.as_user("zoe").reply(&post, "what?");
    let file = server.as_user("zoe").post_file("secret", "", "a.txt", b"text");
    server.as_user("zoe").leave("secret");
    let posts = server.posts("secret");
    let by_id = |id: &str| posts.iter().find(|post| post.id == id).unwrap().clone();
    assert_eq!(by_id(&post).message, "psst!");
    assert_eq!(by_id(&post).reactions, [("bob".to_owned(), "thumbsup".to_owned())]);
    assert_eq!(by_id(&reply).root_id, post);
    assert_eq!(by_id(&file).files, ["a.txt"]);
    let outside =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| server.as_user("zoe").post("secret", "?")));
    assert!(outside.is_err());
}

#[test]
fn attachments_are_what_the_format_has() {
    let server = TestServer::start().unwrap();
    let bob = Http::new(&server, "bob");
    let stored = |attachments: Value| -> Value {
        let props = json!({"attachments": attachments});
        let body = json!({"channel_id": server.channel_id("town-square"), "message": "m", "props": props});
        let post = bob.post("/posts", &body).json();
        assert_eq!(post["metadata"]["embeds"], json!([{"type": "message_attachment"}]), "{post}");
        post["props"]["attachments"].clone()
    };
    // As on real servers, one member of another type makes all of them null.
    for odd in [
        json!([{"title": 5}]),
        json!([{"text": "fine"}, {"title": "t", "fields": [{"title": 1, "value": 2}]}]),
        json!([{"title": "t", "fields": [{"title": "a", "value": 2, "short": "yes"}]}]),
        json!([{"ts": "x", "color": 3}]),
        json!([{"actions": [{"name": 5}]}]),
        json!("no"),
        json!({"a": 1}),
        json!([5]),
        json!([]),
    ] {
        assert_eq!(stored(odd.clone()), Value::Null, "{odd}");
    }
    let fine = stored(
        json!([{"title": "t", "fields": [{"title": "a", "value": [1], "short": true}], "unknown": 1}]),
    );
    assert_eq!(fine[0]["fields"], json!([{"title": "a", "value": [1], "short": true}]));
    assert_eq!((&fine[0]["text"], &fine[0]["ts"], fine[0].get("unknown")), (&json!(""), &Value::Null, None));
    let nulls = stored(json!([{"text": null, "ts": 7}]));
    assert_eq!(
        (&nulls[0]["text"], &nulls[0]["ts"], &nulls[0]["fields"]),
        (&json!(""), &json!(7), &Value::Null)
    );
    let buttons = stored(json!([{"actions": [
        {"name": "n", "type": "button", "integration": {"url": "http://x/", "context": {"a": 1}}},
        {"id": "x", "name": ""},
    ]}]));
    let actions = buttons[0]["actions"].as_array().unwrap();
    assert_eq!(actions[0]["id"].as_str().unwrap().len(), 26);
    assert_eq!((actions[0].get("integration"), &actions[1]), (None, &json!({"id": "x"})));
}

#[test]
fn a_press_that_comes_too_late_is_refused() {
    let server = TestServer::start().unwrap();
    let channel = server.channel_id("town-square");
    let action = json!({"id": "ok", "name": "OK", "integration": {"url": "http://127.0.0.1:1/"}});
    let http = Http::new(&server, "bob");
    let post = json!({
        "channel_id": channel, "message": "m", "props": {"attachments": [{"text": "t", "actions": [action]}]},
    });
    let post = http.post("/posts", &post).json();
    let id = post["id"].as_str().unwrap();
    let patch = json!({"props": {"attachments": []}});
    assert_eq!(http.put(&format!("/posts/{id}/patch"), &patch).status, 200);
    let seen = server.press("zoe", id, "OK");
    assert!(seen.error.is_some() && seen.updated.is_none(), "{seen:?}");
    assert_eq!(seen.error_id, "api.post.do_action.action_id.app_error");
}

#[test]
fn builtin_commands_do_what_they_say() {
    for version in ["11.6.0", "5.37.0"] {
        let server = TestServer::builder().version(version).user("ann").start().unwrap();
        let old = version.starts_with('5');
        server.add_team("other", "Other");
        server.add_private_channel("awesome-chat", "crew", "Crew", &["bob", "zoe"]);
        let members = |channel: &str| {
            let id = server.channel_id(channel);
            let rows = Http::new(&server, "admin").get(&format!("/channels/{id}/members")).json();
            let ids: Vec<&str> =
                rows.as_array().unwrap().iter().filter_map(|row| row["user_id"].as_str()).collect();
            let mut names = server.usernames();
            names.retain(|name| ids.contains(&&*server.user_id(name)));
            names.sort();
            names
        };
        let said = |channel: &str, command: &str| {
            let seen = server.slash("bob", channel, command);
            assert_eq!(seen.error, None, "{command}");
            seen.ephemeral.first().map(|post| post.message.clone()).unwrap_or_default()
        };
        // Members.
        assert_eq!(said("crew", "/kick @nobody").split(' ').next(), Some("We"));
        assert_eq!(said("crew", "/kick @ann"), "ann is not a member of this channel.");
        assert_eq!(said("crew", "/kick @zoe"), "");
        assert_eq!(members("crew"), ["bob"]);
        assert!(said("town-square", "/remove @zoe").contains("the default channel town-square"));
        assert!(said("@zoe", "/kick @zoe").contains("direct message channel"));
        assert_eq!(said("crew", "/invite @zoe"), "");
        let there = said("crew", "/invite @zoe");
        assert_eq!(
            there,
            if old { "zoe is already in the channel." } else { "@zoe is already in the channel." }
        );
        let both = said("town-square", "/invite @ann @janedoe ~crew");
        if old {
            assert!(both.starts_with("Could not find the channel @janedoe ~crew."), "{both}");
            assert_eq!(members("crew"), ["bob", "zoe"]);
        } else {
            assert_eq!(both, "@ann, @janedoe added to crew channel.");
            assert_eq!(members("crew"), ["ann", "bob", "janedoe", "zoe"]);
        }
        let kinds: Vec<String> = server.posts("crew").into_iter().map(|post| post.kind).collect();
        assert_eq!(kinds[..2], ["system_remove_from_channel", "system_add_to_channel"]);
        // Texts of the channel.
        assert_eq!(said("crew", "/header all hands"), "");
        assert_eq!(said("crew", "/rename The crew"), "");
        assert!(said("@zoe", "/purpose x").starts_with("Unable to set purpose"));
        assert!(said("crew", &format!("/purpose {}", "x".repeat(251))).contains("limited to 250 characters"));
        let id = server.channel_id("crew");
        let crew = Http::new(&server, "bob").get(&format!("/channels/{id}")).json();
        assert_eq!((&crew["header"], &crew["display_name"]), (&json!("all hands"), &json!("The crew")));
        // Muting.
        assert!(said("crew", "/mute").starts_with("You will not receive notifications for The crew"));
        assert_eq!(said("crew", "/mute"), "The crew is no longer muted.");
        // Messages.
        let seen = server.slash("bob", "town-square", "/groupmsg @zoe, @ann see you, at noon");
        assert!(seen.goto_location.starts_with(&format!("{}/awesome-chat/channels/", server.url())));
        let group = seen.goto_location.rsplit('/').next().unwrap().to_owned();
        assert_eq!(server.posts(&group)[0].message, "see you, at noon");
        assert_eq!(said("town-square", "/groupmsg @zo, @an hi"), "Unable to find the users: @zo, @an");
        server.slash("bob", "town-square", "/msg @zoe hello");
        assert_eq!(server.posts("bob@zoe").last().unwrap().message, "hello");
        // The caller.
        assert!(said("town-square", "/status :cat: purring").contains("“:cat: purring”"));
        assert_eq!(said("town-square", "/collapse"), "Image links now collapse by default");
        assert!(said("town-square", "/shortcuts").contains("not supported on your device"));
        assert!(said("town-square", "/share-channel").contains("`manage_shared_channels` permission"));
        assert!(
            said("town-square", "/invite_people a@example.com").starts_with("Email has not been configured")
        );
        let market = server.slash("bob", "town-square", "/marketplace");
        assert_eq!(market.error.is_some(), old);
        // Away.
        let seen = server.slash("bob", "crew", "/leave");
        assert!(seen.goto_location.ends_with("/awesome-chat/channels/town-square"), "{seen:?}");
        assert_eq!(said("town-square", "/join crew"), "An error occurred while joining the channel.");
    }
}

/// Each expectation is what both real servers post.
#[test]
fn incoming_webhooks_post_what_they_post_on_real_servers() {
    for version in ["11.6.0", "5.37.0"] {
        let server = TestServer::builder().version(version).start().unwrap();
        let old = version.starts_with('5');
        server.set_setting("ServiceSettings.EnablePostUsernameOverride", true);
        server.set_setting("ServiceSettings.EnablePostIconOverride", true);
        let admin = Http::new(&server, "admin");
        let body = json!({"channel_id": server.channel_id("off-topic"), "display_name": "My hook", "username": "robot"});
        let path = format!("/hooks/{}", admin.post("/hooks/incoming", &body).id());
        let send = |kind: &str, body: &str| {
            let mut watch = server.watch("off-topic");
            let head =
                format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}");
            let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            let got = admin.raw(request.as_bytes()).unwrap();
            let error = got.json()["id"].as_str().unwrap_or_default().to_owned();
            let mut posts = Vec::new();
            while let Some(post) = watch.wait_for_post(Duration::ZERO, |_| true) {
                posts.push(post);
            }
            (got.status, error, posts)
        };
        let post = |body: Value| send("application/json", &body.to_string());
        let text = |body: &str| {
            let (status, error, posts) = send("application/json", body);
            assert_eq!((status, posts.len()), (200, 1), "{body} {error}");
            posts[0].message.clone()
        };
        let bob = server.user_id("bob");
        let markup = format!(
            "<!here> <@{bob}> <@nobody> <http://a.b|label> <http://a.b> <#C12|general> <not a link|x> <|y> <a|>"
        );
        assert_eq!(
            text(&json!({"text": markup}).to_string()),
            "@here @bob <@nobody> [label](http://a.b) <http://a.b> [general](#C12) [x](not a link) <|y> <a|>"
        );
        assert_eq!(text("{\"text\":\"a\nb\tc\"}"), "a\nb\tc");
        assert_eq!(text(r#"{"TEXT": "case"} trailing"#), "case");
        // What is refused.
        for (body, cause) in [
            (json!({"text": 5}), "body"),
            (json!([]), "body"),
            (json!({"attachments": "x"}), "body"),
            (Value::Null, "text"),
            (json!({"attachments": []}), "text"),
            (json!({"attachments": [null]}), "text"),
            (json!({"text": "x", "type": "system_join_channel"}), "type"),
            (json!({"text": "x", "type": "bogus"}), "create"),
        ] {
            let (status, error, posts) = post(body.clone());
            let expected = match cause {
                "body" if old => "model.incoming_hook.parse_data.app_error",
                "body" => "web.incoming_webhook.decode.app_error",
                _ if !old => "web.incoming_webhook.general.app_error",
                "text" => "web.incoming_webhook.text.app_error",
                "type" => "api.context.invalid_param.app_error",
                _ => "api.post.create_webhook_post.creating.app_error",
            };
            let code = if cause == "create" { 500 } else { 400 };
            assert_eq!((status, &*error, posts.len()), (code, expected, 0), "{body}");
        }
        // Forms.
        let (_, _, posts) = send("application/x-www-form-urlencoded", "payload={\"text\":\"a+%26+b\"}");
        assert_eq!(posts[0].message, "a & b");
        let part = |name: &str, value: &str| {
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let parts = format!("{}{}--X--\r\n", part("text", "parts"), part("username", "other"));
        let (_, _, posts) = send("multipart/form-data; boundary=X", &parts);
        assert_eq!((&*posts[0].message, &posts[0].props["override_username"]), ("parts", &json!("other")));
        let parts = format!("{}--X--\r\n", part("payload", r#"{"text":"x"}"#));
        let (status, error, _) = send("multipart/form-data; boundary=X", &parts);
        let id = if old { "api.webhook.incoming.error" } else { "web.incoming_webhook.decode.app_error" };
        assert_eq!((status, &*error), (400, id));
        // Props and attachments.
        let (_, _, posts) = post(json!({
            "text": "props", "icon_emoji": "smile",
            "props": {"a": 1, "from_webhook": "no", "override_username": "evil", "attachments": [{"text": "pa"}]},
        }));
        let props = &posts[0].props;
        assert_eq!(
            (&props["a"], &props["from_webhook"], &props["override_username"]),
            (&json!(1), &json!("true"), &json!("robot"))
        );
        assert!(props.get("attachments").is_none() && props["override_icon_emoji"] == "smile", "{props}");
        let (_, _, posts) = post(json!({"attachments": [{
            "pretext": format!("<@{bob}>"), "text": "<!channel> <http://a|b>",
            "fields": [{"title": "f", "value": 5}, {"title": "g", "value": null}],
        }]}));
        let attachment = &posts[0].attachments()[0];
        assert_eq!(
            (&attachment["pretext"], &attachment["text"]),
            (&json!("@bob"), &json!("@channel [b](http://a)"))
        );
        assert_eq!(
            (&attachment["fields"][0]["value"], &attachment["fields"][1]["value"]),
            (&json!("5"), &Value::Null)
        );
        // Splitting.
        let lengths = |posts: &[TestPost]| -> Vec<(usize, usize)> {
            posts.iter().map(|post| (post.message.chars().count(), post.attachments().len())).collect()
        };
        let (_, _, posts) = post(json!({"text": "é".repeat(40_000), "attachments": [{"text": "att"}]}));
        assert_eq!(lengths(&posts), [(16_383, 0), (16_383, 0), (7_234, 1)]);
        let many: Vec<Value> = (0..3).map(|_| json!({"text": "q".repeat(7_000)})).collect();
        let (_, _, posts) = post(json!({"text": "many", "attachments": many}));
        assert_eq!(lengths(&posts), if old { vec![(4, 1), (0, 1), (0, 1)] } else { vec![(4, 3)] });
        server.set_setting("ServiceSettings.EnableIncomingWebhooks", false);
        assert_eq!(post(json!({"text": "off"})).0, 501);
    }
}
