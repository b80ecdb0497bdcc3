//! A channel's history, where many posts are of the same millisecond: the server compares times only.

use mattermost::testing::TestServer;
use mattermost::{Client, PostId};
use serde_json::{Value, json};

use crate::recorder::{Recorder, Reply, Sent};

const POSTS: usize = 701;

fn id(number: usize) -> String {
    // Ids are in no order of time.
    format!("{:026}", (number * 577) % 1_009)
}

fn time(number: usize) -> usize {
    // Three posts a millisecond, which no page of 200 ends with.
    1_000 + number / 3
}

/// As the server pages: strictly before, or after, the time of a post.
fn answer(sent: &Sent) -> Reply {
    let param =
        |name: &str| sent.query.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str());
    let at =
        |name: &str| param(name).map(|post| time((0..POSTS).find(|number| id(*number) == post).unwrap()));
    let most: usize = param("per_page").unwrap().parse().unwrap();
    let (before, after) = (at("before"), at("after"));
    let fits = |number: &usize| {
        before.is_none_or(|before| time(*number) < before) && after.is_none_or(|after| time(*number) > after)
    };
    let mut all: Vec<usize> = (0..POSTS).filter(fits).collect();
    if after.is_none() {
        all.reverse();
    }
    let more = all.len() > most;
    all.truncate(most);
    if after.is_some() {
        all.reverse();
    }
    let posts: serde_json::Map<String, Value> = all
        .iter()
        .map(|number| (id(*number), json!({"id": id(*number), "create_at": time(*number)})))
        .collect();
    let order: Vec<String> = all.iter().map(|number| id(*number)).collect();
    let mark = |more: bool| if more { id(POSTS) } else { String::new() };
    let (next, prev) = (mark(more && after.is_some()), mark(more && after.is_none()));
    Reply::json(
        json!({"order": order, "posts": posts, "next_post_id": next, "prev_post_id": prev}).to_string(),
    )
}

/// Newest first.
fn expected() -> Vec<PostId> {
    let mut all: Vec<(usize, String)> = (0..POSTS).map(|number| (time(number), id(number))).collect();
    all.sort();
    all.iter().rev().map(|(_, id)| id.parse().unwrap()).collect()
}

#[test]
fn posts_of_one_millisecond_all_come_once() {
    let server = Recorder::start(|sent| match &*sent.path {
        "/api/v4/users/me" => Reply::json(json!({"id": crate::calls::ID}).to_string()),
        _ => answer(sent),
    });
    let client = Client::builder(server.url()).token("secret").connect().unwrap();
    let channel = crate::calls::ID.parse().unwrap();
    let history = || client.posts().history(&channel);
    let ids = |history: mattermost::rest::History<'_>| -> Vec<PostId> {
        history.map(|post| post.unwrap().id).collect()
    };
    let mut all = expected();
    assert_eq!(ids(history()), all);
    // A program that was stopped anywhere goes on there.
    for at in [0, 1, 2, 198, 199, 200, 201, 350, 697, 698, 699] {
        assert_eq!(ids(history().before(&all[at])), all[at + 1..], "before {at}");
    }
    all.reverse();
    // No page begins with the oldest millisecond.
    for at in [2, 3, 4, 199, 200, 201, 350, 650] {
        assert_eq!(ids(history().after(&all[at])), all[at + 1..], "after {at}");
    }
}

#[test]
fn begins_with_the_oldest_or_after_a_time() {
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let town = server.channel_id("town-square").parse().unwrap();
    let mut times = Vec::new();
    for n in 0..650 {
        server.post_as("bob", "town-square", &n.to_string());
        times.push(server.now());
    }
    let all: Vec<_> = client.posts().history(&town).map(|post| post.unwrap().message).collect();
    let numbers = |history: mattermost::rest::History<'_>| {
        history
            .map(|post| post.unwrap().message)
            .filter(|text| text.parse::<u32>().is_ok())
            .collect::<Vec<_>>()
    };
    let mut oldest_first: Vec<_> =
        client.posts().history(&town).oldest_first().map(|post| post.unwrap().message).collect();
    oldest_first.reverse();
    assert_eq!(oldest_first, all);
    for (at, first) in [(0, Some("1")), (199, Some("200")), (648, Some("649")), (649, None)] {
        let time = mattermost::Timestamp::from_millis(times[at]);
        let found = numbers(client.posts().history(&town).after_time(time));
        assert_eq!((found.first().map(String::as_str), found.len()), (first, 649 - at), "{at}");
    }
}

#[test]
fn changes_are_current_versions_also_beyond_a_thousand() {
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let town = server.channel_id("town-square").parse().unwrap();
    let old: Vec<_> = (0..3).map(|n| server.post_as("bob", "town-square", &format!("old {n}"))).collect();
    let since = mattermost::Timestamp::from_millis(server.now());
    assert_eq!(client.posts().changes(&town, since).unwrap().until, since);
    server.edit_post(&old[0], "edited");
    server.delete_post(&old[1]);
    server.post_as("bob", "town-square", "new");
    let changes = client.posts().changes(&town, since).unwrap();
    let texts = |changes: &mattermost::rest::PostChanges| {
        changes
            .posts
            .iter()
            .map(|post| if post.is_deleted() { "-".into() } else { post.message.clone() })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (texts(&changes), changes.complete),
        (vec!["edited".into(), "-".into(), "new".to_owned()], true)
    );
    assert!(client.posts().changes(&town, changes.until).unwrap().posts.is_empty());
    for n in 0..1200 {
        server.post_as("bob", "town-square", &n.to_string());
    }
    let changes = client.posts().changes(&town, since).unwrap();
    assert!(!changes.complete);
    let texts = texts(&changes);
    assert!((1202..=1203).contains(&texts.len()), "{}", texts.len());
    assert_eq!(texts.last().unwrap(), "1199");
}

#[test]
fn names_are_kept_true_without_requests() {
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let names = mattermost::Names::with_capacity(&client, 2);
    let ids = ["bob", "zoe", "admin"].map(|name| server.user_id(name).parse::<mattermost::UserId>().unwrap());
    server.forget_requests();
    assert_eq!(names.get(&ids[0]), None);
    let posted = serde_json::json!({
        "event": "posted", "seq": 1,
        "data": {"sender_name": "@bob", "post": serde_json::json!({"user_id": ids[0]}).to_string()}
    });
    names.observe(&mattermost::Event::from_json(&posted.to_string()).unwrap());
    assert_eq!(names.fetch(&ids[0]).unwrap().as_ref(), "bob");
    let renamed = serde_json::json!({
        "event": "user_updated", "seq": 2, "data": {"user": {"id": ids[0], "username": "robert"}}
    });
    names.observe(&mattermost::Event::from_json(&renamed.to_string()).unwrap());
    assert_eq!(names.get(&ids[0]).as_deref(), Some("robert"));
    assert!(server.requests().is_empty());
    names.load(&ids[..2]).unwrap();
    names.load(&ids[..2]).unwrap();
    assert_eq!((names.get(&ids[1]).as_deref(), server.requests().len()), (Some("zoe"), 1));
    // The third name displaces the first.
    names.fetch(&ids[2]).unwrap();
    assert_eq!((names.get(&ids[0]), names.get(&ids[1]).is_some()), (None, true));
    // Members and direct channels.
    let town = server.channel_id("town-square").parse().unwrap();
    assert!(client.channels().is_member(&town, &ids[0]).unwrap());
    let direct = client.direct(&ids[0]).unwrap();
    assert!(!client.channels().is_member(&direct.id, &ids[1]).unwrap());
    let swapped = mattermost::UserDraft::new("kim", "kim@example.com", "Passw0rd");
    assert_eq!(client.users().create(&swapped).unwrap_err().kind(), mattermost::ErrorKind::Input);
}

#[test]
fn links_open_posts_and_channels_and_the_servers_clock_is_read() {
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let (town, team) =
        (client.channel("awesome-chat", "~town-square").unwrap(), client.teams().get_by_name("awesome-chat"));
    let (team, url) = (team.unwrap(), server.url());
    let post = client.posts().create(&mattermost::PostDraft::new(&town, "here")).unwrap();
    assert_eq!(post.permalink(&client), format!("{url}/_redirect/pl/{}", post.id));
    assert_eq!(town.link(&client, &team), format!("{url}/awesome-chat/channels/town-square"));
    let direct = client.channel("", "@bob").unwrap();
    assert_eq!(direct.link(&client, &team), format!("{url}/awesome-chat/messages/{}", direct.name));
    let (now, seconds) = (client.server_time().unwrap().as_millis(), 5_000);
    assert!((now - server.now()).abs() < seconds, "{now} {}", server.now());
}
