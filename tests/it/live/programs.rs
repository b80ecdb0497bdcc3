//! The contract programs that serve and ask, as processes of their own, and conversations within this one.

use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use mattermost::{Channel, EventKind, Events, Filter, Payload, Post, PostDraft};

use super::world::{Account, World, next};
use crate::contract::program;

const PATIENCE: Duration = Duration::from_secs(20);

fn start(world: &World, name: &str, bot: &Account) -> Child {
    let mut program: Command = program(name);
    program
        .env("MATTERMOST_URL", &world.url)
        .env("MATTERMOST_LOGIN", &bot.name)
        .env("MATTERMOST_PASSWORD", &bot.password)
        .env_remove("MATTERMOST_TOKEN")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until the bot of a process responds.
fn await_bot(
    person: &Account,
    events: &Events,
    channel: &Channel,
    bot: &Account,
    say: &str,
    expect: &str,
) -> Post {
    let until = Instant::now() + PATIENCE;
    loop {
        person.client.posts().create(&PostDraft::new(&channel.id, say)).unwrap();
        let posted = Filter::new().kinds([EventKind::Posted]).channel(&channel.id).user(&bot.id);
        if let Some(event) = events.wait_for(posted, Duration::from_secs(1)).unwrap() {
            let Payload::Posted(posted) = event.payload().unwrap() else { panic!("{event:?}") };
            assert_eq!(posted.post.message, expect);
            return posted.post.clone();
        }
        assert!(Instant::now() < until, "the bot did not respond to {say:?}");
    }
}

fn said(events: &Events, bot: &Account, text: &str) -> Post {
    next(events, text, |_, payload| match payload {
        Payload::Posted(posted) if posted.post.user_id == bot.id && posted.post.message == text => {
            Some(posted.post.clone())
        }
        _ => None,
    })
}

pub(super) fn serve_outlives_a_refused_answer(world: &World) {
    let (jane, bot) = (world.account("jane"), world.account("bot"));
    let channel = world.channel("serve", &[&jane, &bot]);
    let events = jane.client.events().unwrap();
    let mut program = start(world, "serve", &bot);
    await_bot(&jane, &events, &channel, &bot, "hello", "You said: hello");
    // An answer as long as this is refused before it is sent.
    let most = "x".repeat(16_380);
    jane.client.posts().create(&PostDraft::new(&channel.id, most)).unwrap();
    jane.client.posts().create(&PostDraft::new(&channel.id, "still there?")).unwrap();
    said(&events, &bot, "You said: still there?");
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
}

pub(super) fn ask_waits_for_the_same_person(world: &World) {
    let (jane, zoe, bot) = (world.account("jane"), world.account("zoe"), world.account("bot"));
    let channel = world.channel("ask", &[&jane, &zoe, &bot]);
    let events = jane.client.events().unwrap();
    let mut program = start(world, "ask", &bot);
    let deploy = format!("@{}: deploy prod", bot.name.to_uppercase());
    let question = await_bot(&jane, &events, &channel, &bot, &deploy, "Deploy to prod? yes/no");
    let root = jane.client.posts().get(&question.root_id).unwrap();
    // Another person's answer, and another thread meanwhile.
    zoe.client.posts().reply(&root, "yes").unwrap();
    let draft = PostDraft::new(&channel.id, format!("@{}\ndeploy staging", bot.name));
    let other = zoe.client.posts().create(&draft).unwrap();
    assert_eq!(said(&events, &bot, "Deploy to staging? yes/no").root_id, other.id);
    zoe.client.posts().reply(&other, "no").unwrap();
    assert_eq!(said(&events, &bot, "Not deployed.").root_id, other.id);
    jane.client.posts().reply(&root, "Yes").unwrap();
    assert_eq!(said(&events, &bot, "Deployed to prod.").root_id, root.id);
    program.kill().unwrap();
    program.wait().unwrap();
}

pub(super) fn a_conversation_in_a_direct_channel(world: &World) {
    let (jane, bot) = (world.account("jane"), world.account("bot"));
    let events = bot.client.events().unwrap();
    let seen = jane.client.events().unwrap();
    let typing = seen.subscribe(Filter::new().kinds([EventKind::Typing]).user(&bot.id), 64);
    let other = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let guard = events.stopper().guard();
        let served = scope.spawn(|| {
            events.messages().serve_on(2, |message| {
                let Some("start") = message.addressed() else {
                    other.lock().unwrap().push(message.text().to_owned());
                    return Ok(());
                };
                let _typing = message.typing();
                message.react("eyes")?;
                let name = message.ask("Your name?", PATIENCE)?.unwrap();
                let color = name.ask("Your color?", PATIENCE)?.unwrap();
                let done = message.answer("..")?;
                message.edit(&done, format!("{} likes {}", name.text(), color.text()))?;
                Ok(())
            })
        });
        let direct = jane.client.channels().create_direct(&jane.id, &bot.id).unwrap();
        let say = |text: &str| jane.client.posts().create(&PostDraft::new(&direct, text)).unwrap();
        let first = say("start");
        said(&seen, &bot, "Your name?");
        let shown = typing.recv_timeout(PATIENCE).unwrap();
        assert!(
            shown.kind().is_notification() || shown.channel_id().as_ref() == Some(&direct.id),
            "{shown:?}"
        );
        say("Jane");
        said(&seen, &bot, "Your color?");
        say("blue");
        let edited = next(&seen, "the edit", |_, payload| match payload {
            Payload::PostEdited(edited) if edited.post.user_id == bot.id => Some(edited.post.clone()),
            _ => None,
        });
        assert_eq!(edited.message, "Jane likes blue");
        let reactions = jane.client.reactions().list(&first.id).unwrap();
        assert!(reactions.iter().any(|reaction| reaction.emoji_name == "eyes" && reaction.user_id == bot.id));
        say("bye");
        let until = Instant::now() + PATIENCE;
        while other.lock().unwrap().is_empty() {
            assert!(Instant::now() < until);
            thread::sleep(Duration::from_millis(5));
        }
        drop(guard);
        served.join().unwrap().unwrap();
    });
    assert_eq!(other.into_inner().unwrap(), ["bye"]);
}
