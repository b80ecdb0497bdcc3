//! The stream, and the facade over it.

use std::time::Duration;

use mattermost::crossbeam_channel::unbounded;
use mattermost::{Client, EventKind, Events, Mattermost, Origin, Payload, PostDraft, PostPatch, StatusKind};
use serde_json::json;

use super::world::{World, next};
use crate::outage::Proxy;

pub(super) fn all_is_seen_by_the_other(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("seen", &[&jane, &bob]);
    let events = bob.client.events().unwrap();
    let posts = jane.client.posts();
    let post = posts.create(&PostDraft::new(&channel.id, format!("hello @{}", bob.name))).unwrap();
    posts.patch(&post.id, &PostPatch::new().message("hello again")).unwrap();
    jane.client.reactions().create(&post.id, "tada").unwrap();
    jane.client.reactions().delete(&post.id, "tada").unwrap();
    posts.reply(&post, "a reply").unwrap();
    posts.delete(&post.id).unwrap();

    let posted = next(&events, "posted", |event, payload| match payload {
        Payload::Posted(posted) if posted.post.id == post.id => {
            assert_eq!(event.origin(), Origin::Live);
            assert!(event.seq().is_some() && event.name() == "posted");
            assert_eq!(event.channel_id().as_ref(), Some(&channel.id));
            Some(posted.clone())
        }
        _ => None,
    });
    assert_eq!((posted.sender(), posted.channel_name.as_str()), (jane.name.as_str(), channel.name.as_str()));
    assert_eq!(posted.channel_display_name, channel.display_name);
    assert!(posted.mentions_me(), "{:?}", posted.mentions);
    let edited = next(&events, "post_edited", |_, payload| match payload {
        Payload::PostEdited(edited) => Some(edited.post.clone()),
        _ => None,
    });
    assert_eq!((edited.id, edited.message.as_str()), (post.id.clone(), "hello again"));
    let added = next(&events, "reaction_added", |_, payload| match payload {
        Payload::ReactionAdded(added) => Some(added.clone()),
        _ => None,
    });
    assert_eq!((added.reaction.emoji_name.as_str(), &added.channel_id), ("tada", &channel.id));
    next(&events, "reaction_removed", |_, payload| {
        matches!(payload, Payload::ReactionRemoved(_)).then_some(())
    });
    let reply = next(&events, "the reply", |_, payload| match payload {
        Payload::Posted(posted) => Some(posted.post.clone()),
        _ => None,
    });
    assert_eq!(reply.root_id, post.id);
    let deleted = next(&events, "post_deleted", |_, payload| match payload {
        Payload::PostDeleted(deleted) => Some(deleted.post.clone()),
        _ => None,
    });
    assert_eq!(deleted.id, post.id);
    assert!(events.close(Duration::from_secs(2)).detached.is_empty());
}

pub(super) fn typing_is_seen_by_the_other(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("typing", &[&jane, &bob]);
    let seen =
        Events::builder(&bob.client).kinds([EventKind::Typing]).channels([&channel.id]).open().unwrap();
    let events = jane.client.events().unwrap();
    events.typing(&channel.id).unwrap();
    let typing = next(&seen, "typing", |_, payload| match payload {
        Payload::Typing(typing) => Some(typing.clone()),
        _ => None,
    });
    assert_eq!((typing.user_id, typing.channel_id), (jane.id.clone(), channel.id.clone()));
}

pub(super) fn statuses(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let events = jane.client.events().unwrap();
    // Going online by the stream, which the server does in its own time, must not overtake it.
    next(&events, "going online", |_, payload| matches!(payload, Payload::StatusChange(_)).then_some(()));
    jane.client.statuses().set(&jane.id, &StatusKind::Dnd).unwrap();
    let change = next(&events, "status_change", |_, payload| match payload {
        Payload::StatusChange(change) if change.status == StatusKind::Dnd => Some(change.clone()),
        _ => None,
    });
    assert_eq!(change.user_id, jane.id);
    assert_eq!(bob.client.statuses().get(&jane.id).unwrap().status, StatusKind::Dnd);
    assert_eq!(events.statuses().unwrap().get(&jane.id), Some(&StatusKind::Dnd));
    let answer = events.request("get_statuses_by_ids", Some(json!({ "user_ids": [&jane.id] }))).unwrap();
    assert_eq!(answer[jane.id.as_str()], "dnd");
}

pub(super) fn actions_are_answered(world: &World) {
    let jane = world.account("jane");
    let events = jane.client.events().unwrap();
    let pong = events.ping().unwrap();
    assert!(pong.round_trip < Duration::from_secs(5) && !pong.version.is_empty());
    assert!(!pong.server_time.is_never());
    let error = events.request("no_such_action", None).unwrap_err();
    assert_eq!(error.api_id(), Some("api.web_socket_router.bad_action.app_error"), "{error:?}");
    let error = events.request("get_statuses_by_ids", Some(json!({ "user_ids": [] }))).unwrap_err();
    assert_eq!(error.status(), Some(400), "{error:?}");
}

pub(super) fn resumes_after_a_cut(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("cut", &[&jane, &bob]);
    let relay = Proxy::before(&world.url);
    let behind = Client::builder(relay.url()).login(&bob.name, &*bob.password).connect().unwrap();
    let events = Events::builder(&behind).kinds([EventKind::Posted]).open().unwrap();
    let mut expected = Vec::new();
    let mut seen = Vec::new();
    for round in 0..3 {
        for n in 0..5 {
            let text = format!("{round}.{n}");
            jane.client.posts().create(&PostDraft::new(&channel.id, &text)).unwrap();
            expected.push(text);
            if n == 2 {
                relay.cut();
            }
        }
    }
    let mut resumed = 0;
    while seen.len() < expected.len() {
        next(&events, "all posts", |_, payload| {
            match payload {
                Payload::Posted(posted)
                    if posted.post.channel_id == channel.id && !posted.post.is_system() =>
                {
                    seen.push(posted.post.message.clone());
                }
                Payload::Connected(connected) if connected.resumed => resumed += 1,
                Payload::Missed(missed) => panic!("{missed:?}"),
                _ => return None,
            }
            Some(())
        });
    }
    assert_eq!(seen, expected);
    assert!(resumed >= 1, "it resumed {resumed} times");
    assert_eq!(events.stats().gaps, 0);
}

pub(super) fn messages_leave_out_own_and_system_posts(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("messages", &[&bob]);
    let events = Events::builder(&bob.client).channels([&channel.id]).open().unwrap();
    world.admin.channels().add_member(&channel.id, &jane.id).unwrap(); // makes a system post
    bob.client.posts().create(&PostDraft::new(&channel.id, "my own")).unwrap();
    jane.client.posts().create(&PostDraft::new(&channel.id, "!take the pager")).unwrap();
    let message = events.messages().next().unwrap().unwrap();
    assert_eq!(message.text(), "!take the pager");
    assert_eq!(message.command("!"), Some(("take", "the pager")));
    let answer = message.answer("taken").unwrap();
    assert_eq!((answer.channel_id, answer.user_id), (channel.id.clone(), bob.id.clone()));
    assert!(answer.root_id.is_empty());
    let thread = message.reply("and in a thread").unwrap();
    assert!(!thread.root_id.is_empty());
}

pub(super) fn the_facade_does_what_the_seed_did(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("facade", &[&jane, &bob]);
    let mm = Mattermost::new(&world.url, &world.team.name, &jane.email, &*jane.password).unwrap();
    assert!(!mm.started() && !mm.said_hello() && mm.send("town-square", "x").is_err());
    let (log, lines) = unbounded::<String>();
    let note = log.clone();
    mm.on("posted", move |_, _| note.send("replaced".into()).unwrap());
    let (me, note) = (jane.id.clone(), log.clone());
    mm.on("posted", move |mm, event| {
        let Payload::Posted(posted) = event.payload()? else { return Ok(()) };
        if posted.post.user_id == me || posted.post.is_system() {
            return Ok(());
        }
        note.send(posted.post.message.clone()).unwrap();
        match posted.post.message.as_str() {
            "panic" => panic!("a callback that panics"),
            "stop" => mm.stop(),
            text => drop(mm.send(event.data()["channel_name"].as_str().unwrap(), format!("heard {text}"))?),
        }
        Ok(())
    });
    let notes = ["pong", "finish", "error"].map(|name| {
        let note = log.clone();
        mm.on(name, move |_, event| note.send(format!("{name} {}", event.data()["id"])).unwrap());
    });
    assert_eq!(notes.len(), 3);
    for round in 0..2 {
        mm.start().unwrap();
        assert!(mm.started() && mm.said_hello() && !mm.finished());
        let metadata = mm.metadata().unwrap();
        assert_eq!((&metadata.user.id, metadata.team.name.as_str()), (&jane.id, world.team.name.as_str()));
        assert!(metadata.channels.iter().any(|c| c.id == channel.id));
        mm.send(&channel.display_name, "Hey everybody!").unwrap();
        mm.ping_with(json!({ "id": round })).unwrap();
        for text in ["hello", "panic", "stop"] {
            bob.client.posts().create(&PostDraft::new(&channel.id, text)).unwrap();
        }
        mm.run().unwrap();
        assert!(!mm.started() && !mm.said_hello() && mm.finished());
        let mut heard: Vec<String> = lines.try_iter().collect();
        let pong = heard.iter().position(|line| *line == format!("pong {round}")).expect("a pong");
        heard.remove(pong);
        assert_eq!(heard, ["hello", "panic", "stop", "finish null"]);
    }
    let answers = bob.client.posts().list(&channel.id, &Default::default()).unwrap();
    assert_eq!(answers.iter().filter(|post| post.message == "heard hello").count(), 2);
    mm.off("posted");
    assert!(Mattermost::new("", "t", "a", "b").is_err());
    assert!(Mattermost::new("h", "", "a", "b").is_err());
    assert!(Mattermost::new("h", "t", "", "b").is_err());
    assert!(Mattermost::new("h", "t", "a", "").is_err());
    let wrong = Mattermost::new(&world.url, &world.team.name, &jane.email, "wrong").unwrap();
    assert!(wrong.start().unwrap_err().is_unauthorized() && !wrong.started());
}
