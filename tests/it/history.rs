//! A channel's history, where many posts are of the same millisecond: the server compares times only.

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
