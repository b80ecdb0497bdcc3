//! What it costs to make an event of a text, and to decode its payload: time and allocations, beside what programs do
//! by hand.
//!
//! `cargo bench --bench decode_event --no-default-features`; with `-- payload 100000` only that loop runs, for a tool
//! that counts instructions (`valgrind --tool=callgrind`, `perf stat`).

#![expect(clippy::indexing_slicing, clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints")]

use std::borrow::Cow;
use std::hint::black_box;
use std::time::Instant;

use allocation_counter::measure;
use mattermost::{Event, Payload};
use serde::Deserialize;
use serde_json::Value;

const POSTED: &str = include_str!("../tests/data/events/posted.json");
const OTHERS: &[(&str, &str)] = &[
    ("typing", include_str!("../tests/data/events/typing.json")),
    ("reaction_added", include_str!("../tests/data/events/reaction_added.json")),
    ("status_change", include_str!("../tests/data/events/status_change.json")),
    ("user_updated", include_str!("../tests/data/events/user_updated.json")),
    ("thread_updated", include_str!("../tests/data/events/thread_updated.json")),
];

const ROUNDS: usize = 500;
const BATCH: usize = 64;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    post: Cow<'a, str>,
}

#[derive(Deserialize)]
struct ShortPost {
    id: String,
    channel_id: String,
    user_id: String,
    message: String,
}

/// What a program writes that wants the text and nothing else.
fn by_hand(text: &str) -> usize {
    let envelope: Envelope<'_> = serde_json::from_str(text).unwrap();
    let post: ShortPost = serde_json::from_str(&envelope.data.post).unwrap();
    post.id.len() + post.channel_id.len() + post.user_id.len() + post.message.len()
}

fn by_value(text: &str) -> usize {
    let envelope: Value = serde_json::from_str(text).unwrap();
    let post: Value = serde_json::from_str(envelope["data"]["post"].as_str().unwrap()).unwrap();
    post["message"].as_str().unwrap().len()
}

fn length(event: &Event) -> usize {
    match event.payload().unwrap() {
        Payload::Posted(posted) => posted.post.message.len(),
        payload => payload.kind().name().len(),
    }
}

/// Best of many short rounds (the machine is not ours alone), in ns, and allocations of one. A round's events are
/// dropped before the next, as a program drops them.
fn show(name: &str, inputs: impl Fn() -> Vec<Event>, run: impl Fn(&Event) -> usize) {
    let best = (0..ROUNDS)
        .map(|_| {
            let inputs = inputs();
            let began = Instant::now();
            for input in &inputs {
                black_box(run(black_box(input)));
            }
            began.elapsed() / u32::try_from(inputs.len()).unwrap()
        })
        .min()
        .unwrap();
    let one = inputs().pop().unwrap();
    let counted = measure(|| {
        black_box(run(&one));
    });
    println!(
        "{name:<42} {:>6} ns {:>4} allocations {:>6} bytes",
        best.as_nanos(),
        counted.count_total,
        counted.bytes_total
    );
}

fn main() {
    let words = "and a few more words, so that it is as long as what people write ".repeat(6);
    let posted = POSTED.replace(r#"message\":\""#, &format!(r#"message\":\"{words}"#));
    assert!((1_200..1_500).contains(&posted.len()), "{}", posted.len());
    let make = |text: &str| Event::from_json(text).unwrap();

    let args: Vec<String> = std::env::args().collect();
    if let [_, what, rounds, ..] = &*args {
        if what == "payload" {
            let event = make(&posted);
            for _ in 0..rounds.parse().unwrap() {
                black_box(length(&make(black_box(event.raw()))));
            }
            return;
        }
    }
    println!("posted, {} bytes", posted.len());
    let one = [make(&posted)];
    let many = |text: &str| (0..BATCH).map(|_| make(text)).collect::<Vec<_>>();
    let again = || vec![one[0].clone(); BATCH];
    show("  by hand, cold", || many(&posted), |event| by_hand(event.raw()));
    show("  by hand: envelope, post with 4 fields", again, |event| by_hand(event.raw()));
    show("  by hand: Value, Value", again, |event| by_value(event.raw()));
    show("  Event::from_json (checks the whole text)", again, |event| make(event.raw()).raw().len());
    show("  payload(), first call", || many(&posted), length);
    show("  payload(), later calls", again, length);
    show("  broadcast(), first call", || many(&posted), |event| event.broadcast().channel_id.as_str().len());
    show("  data(), first call", || many(&posted), |event| event.data()["post"].as_str().unwrap().len());
    show("  channel_id()", again, |event| event.channel_id().unwrap().as_str().len());
    for (name, text) in OTHERS {
        println!("{name}, {} bytes", text.len());
        show("  payload(), first call", || many(text), length);
    }
}
