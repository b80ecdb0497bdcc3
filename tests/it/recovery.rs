//! Gaps: what was missed is looked up, told once, and in its place.

mod basics;
mod figures;
mod schedules;
#[cfg(target_os = "linux")]
mod soak;
mod trouble;

use std::time::{Duration, Instant};

use mattermost::testing::TestServer;
use mattermost::{Client, Event, EventKind, Events, EventsBuilder, Origin, Payload};

const PATIENCE: Duration = Duration::from_secs(20);

/// A client whose streams dial again without long waits.
fn client(server: &TestServer) -> Client {
    Client::builder(server.url()).token(server.token("janedoe")).backoff_scale(0.02).connect().unwrap()
}

fn stream(server: &TestServer, set: impl FnOnce(EventsBuilder) -> EventsBuilder) -> Events {
    let events = set(Events::builder(&client(server))).open().unwrap();
    // From its answer on it is known when the stream began. The test server's clock runs ahead with each change, so a
    // change before that would seem to be older.
    events.ping().unwrap();
    events
}

fn wait_for(what: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !what() {
        assert!(Instant::now() < deadline, "it did not come to that");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Takes events until one of this kind comes, which is the last of the list.
fn until(events: &Events, kind: EventKind) -> Vec<Event> {
    let deadline = Instant::now() + PATIENCE;
    let mut taken = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match events.recv_timeout(left) {
            Ok(event) => {
                let last = event.kind() == kind;
                taken.push(event);
                if last {
                    return taken;
                }
            }
            Err(error) => panic!("no {kind:?}: {error}; before it: {:#?}", shown(&taken)),
        }
    }
}

/// One line an event: name, origin, text.
fn shown(events: &[Event]) -> Vec<String> {
    let post = |event: &Event| event.payload().ok()?.post().map(|post| post.message.clone());
    events
        .iter()
        .map(|event| format!("{} {:?} {}", event.name(), event.origin(), post(event).unwrap_or_default()))
        .collect()
}

/// What was posted, edited and deleted, as `+ text`, `~ text`, `- text`.
fn changes(events: &[Event], origin: Origin) -> Vec<String> {
    let of = |event: &Event| {
        Some(match event.payload().ok()? {
            Payload::Posted(posted) => format!("+ {}", posted.post.message),
            Payload::PostEdited(edited) => format!("~ {}", edited.post.message),
            Payload::PostDeleted(deleted) => format!("- {}", deleted.post.message),
            _ => return None,
        })
    };
    events.iter().filter(|event| event.origin() == origin).filter_map(of).collect()
}

/// Says where two long lists begin to differ.
fn same(got: &[String], wanted: &[String]) {
    let at = got.iter().zip(wanted).position(|(a, b)| a != b).unwrap_or(got.len().min(wanted.len()));
    let end = at + 8;
    assert!(
        got == wanted,
        "{} and {} differ from {at} on: {:?}, not {:?}",
        got.len(),
        wanted.len(),
        &got[at..end.min(got.len())],
        &wanted[at..end.min(wanted.len())]
    );
}
