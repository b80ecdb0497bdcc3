//! Names, emoji and texts that cannot be: refused before any I/O, or with an error that says which name and where.

use mattermost::http::{Body, Multipart};
use mattermost::testing::TestServer;
use mattermost::{
    ChannelDraft, Client, CustomStatus, ErrorKind, IncomingMessage, Method, PostDraft, PostPatch, PostSearch,
    Result, Upload,
};
use serde_json::json;

use crate::recorder::{Recorder, Reply};

const ID: &str = "8k7ktpqaaidztx87g5zqd8j3ry";

/// A client of a server that fails the test if it is asked for anything.
fn silent() -> (Recorder, Client) {
    let server = Recorder::start(|_| Reply::json(json!({"id": ID}).to_string()));
    let client = Client::builder(server.url()).no_proxy().token("t0ken").connect().unwrap();
    server.take();
    (server, client)
}

fn refused<T: std::fmt::Debug>(case: &str, result: Result<T>, word: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{case}: {error:?}");
    assert!(error.to_string().contains(word), "{case}: {error:?}");
    assert!(error.hint().is_some(), "{case}: {error:?}");
}

#[test]
fn a_picture_is_not_the_name_of_an_emoji() {
    let (server, client) = silent();
    let (post, user) = (ID.parse().unwrap(), ID.parse().unwrap());
    for picture in ["👍", ":👍:", "❤️", "", "thumbs up"] {
        let word = "is not the name of an emoji";
        refused("create", client.reactions().create(&post, picture), word);
        refused("delete", client.reactions().delete(&post, picture), word);
        refused("delete_of", client.reactions().delete_of(&user, &post, picture), word);
        refused("get_by_name", client.emoji().get_by_name(picture), word);
        refused("list_by_names", client.emoji().list_by_names(&["smile", picture]), word);
        refused("emoji", client.emoji().create(picture, Upload::bytes("a.png", "x")), word);
        if !picture.is_empty() {
            refused("status", client.statuses().set_custom(&user, &CustomStatus::new(picture, "x")), word);
            let message = IncomingMessage::new().text("x").icon_emoji(picture);
            refused("icon", client.webhooks().send(&ID.parse().unwrap(), &message), word);
        }
    }
    assert!(server.take().is_empty());
    server.answer_with(|_| Reply::json("{}"));
    client.reactions().create(&post, ":+1:").unwrap();
    client.statuses().set_custom(&user, &CustomStatus::new("", "no emoji")).unwrap();
    assert_eq!(server.take()[0].json()["emoji_name"], "+1");
}

#[test]
fn no_text_with_nul_is_sent() {
    let (server, client) = silent();
    let channel = ID.parse().unwrap();
    let word = "NUL";
    let prop = PostDraft::new(&channel, "x").prop("a", json!({"deep": ["\0"]}));
    refused("prop", client.posts().create(&prop), word);
    refused("message", client.posts().create(&PostDraft::new(&channel, "a\0b")), word);
    let patch = PostPatch::new().message("\0");
    refused("patch", client.posts().patch(&ID.parse().unwrap(), &patch), word);
    refused("header", client.channels().patch(&channel, &mattermost::ChannelPatch::new().header("\0")), word);
    refused("search", client.posts().search(&ID.parse().unwrap(), &PostSearch::new("\0")), word);
    refused("query", client.emoji().autocomplete("\0"), word);
    refused("file name", client.files().upload(&channel, Upload::bytes("a\0.txt", "x")), word);
    let form = Multipart::new().text("channel_id", "a\0");
    refused("field", client.call(Method::Post, "/files", &[]).body(Body::multipart(form)).send(), word);
    let form = Multipart::new().file("files", "a\0.txt", Body::bytes("x", "text/plain"));
    refused("file", client.call(Method::Post, "/files", &[]).body(Body::multipart(form)).send(), word);
    let hook = client.webhooks().send(&ID.parse().unwrap(), &IncomingMessage::new().text("\0"));
    refused("webhook", hook, word);
    assert!(server.take().is_empty());
    // A backslash before the digits is another text, and bytes are nobody's business.
    server.answer_with(|_| Reply::json("{}"));
    let header = mattermost::ChannelPatch::new().header("\\u0000");
    client.channels().patch(&channel, &header).unwrap();
    client.call(Method::Post, "/x", &[]).body(Body::bytes("\0", "application/octet-stream")).send().unwrap();
    assert_eq!(server.take().len(), 2);
}

#[test]
fn an_error_about_a_name_says_which_and_where() {
    let server = TestServer::start().unwrap();
    let client = server.client("bob").unwrap();
    let team = client.teams().get_by_name("awesome-chat").unwrap();
    let check = |case: &str, result: Result<()>, words: &str, hint: &str| {
        let error = result.unwrap_err();
        println!("{case}: {error:?}");
        assert!(error.to_string().contains(words), "{case}: {error:?}");
        assert!(error.hint().unwrap_or_default().contains(hint), "{case}: {error:?}");
    };
    let user = |name: &str| client.users().get_by_username(name).map(drop);
    check("unknown user", user("nobody"), "no user @nobody", "allowed to see");
    check("@", user("@nobody"), "no user @nobody", "allowed to see");
    assert_eq!(client.users().get_by_username("@zoe").unwrap().username, "zoe");
    assert_eq!(client.users().list_by_usernames(&["@zoe", "nobody", "janedoe"]).unwrap().len(), 2);
    check("email", user("bob@example.com"), "no user @bob@example.com", "get_by_email");
    check("full name", user("Bob Smith"), "no user @Bob Smith", "full name");
    check("capitals of a user", user("Bob"), "no user @Bob", "have no capitals");
    check("dm to an email", client.dm("bob@example.com", "x").map(drop), "no user @bob@", "get_by_email");
    let of_team = |name: &str| client.teams().get_by_name(name).map(drop);
    check("unknown team", of_team("nope"), "no team nope", "short name");
    check("display name of a team", of_team("Awesome Chat"), "no team Awesome Chat", "`awesome-chat`");
    check("capitals of a team", of_team("Awesome-Chat"), "no team Awesome-Chat", "have no capitals");
    let channel = |name: &str| client.channels().get_by_name(&team.id, name).map(drop);
    check("unknown channel", channel("nope"), &format!("no channel ~nope in team {}", team.id), "member");
    check("~", channel("~town-square"), "no channel ~~town-square", "leave out the `~`");
    check("capitals", channel("Town-Square"), "no channel ~Town-Square", "have no capitals");
    check("@ for a channel", channel("@bob"), "no channel ~@bob", "direct");
    let both = |team: &str, name: &str| client.channel(team, name).map(drop);
    check("~nope", both("awesome-chat", "~nope"), "no channel ~nope in team awesome-chat", "member");
    check("~nope of no team", both("nope", "~town-square"), "no team nope", "short name");
    check(
        "display name as short name",
        both("awesome-chat", "~Town Square"),
        "no channel ~Town Square",
        "display",
    );
    check(
        "display name of the team",
        both("Awesome Chat", "~town-square"),
        "no team Awesome Chat",
        "short name",
    );
    check(
        "a sign of other chats",
        both("awesome-chat", "#town-square"),
        "no channel \"#town-square\"",
        "`#`",
    );
    check("the same as short name", channel("#town-square"), "no channel ~#town-square", "`#`");
    let refused = both("Awesome Chat", "~town-square").unwrap_err().to_string();
    assert!(!refused.contains("Typo"), "{refused}");
    check("emoji", client.emoji().get_by_name("nope").map(drop), "no custom emoji :nope:", "built-in");
    let left = client.channels().create(&ChannelDraft::open(&team.id, "left", "Left")).unwrap();
    client.channels().remove_member(&left.id, &client.me().id).unwrap();
    check(
        "no member",
        client.send("awesome-chat", "~left", "x").map(drop),
        "cannot post to the channel ~left",
        "join",
    );
    // Spaces around a name are nobody's name.
    for name in [" ~town-square\n", " Town Square ", "town-square "] {
        assert_eq!(client.channel(" awesome-chat ", name).unwrap().name, "town-square");
    }
    client.dm(" @janedoe ", "x").unwrap();
}

#[test]
fn a_reply_to_a_deleted_post_names_the_cause() {
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let root = client.send("awesome-chat", "town-square", "the root").unwrap();
    client.posts().delete(&root.id).unwrap();
    let error = client.posts().reply(&root, "too late").unwrap_err();
    assert_eq!(error.api().unwrap().id, "api.post.create_post.root_id.app_error");
    assert!(error.hint().unwrap().contains("must not be deleted"), "{error:?}");
}
