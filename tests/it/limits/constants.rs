//! The constants of the sources, compared with the table in the documentation of `mattermost::limits`.

use super::table::documented;

/// The row of the table, and the constants that it names: file, name, and unit.
const ROWS: &[(&str, &str, &[(&str, &str, Unit)])] = &[
    ("Calls", "call, including retries and waits", &[("config", "DEFAULT_TIMEOUT", Time)]),
    ("Calls", "name lookup", &[("config", "DEFAULT_CONNECT_TIMEOUT", Time)]),
    ("Calls", "connection, proxy and TLS handshake together", &[("config", "DEFAULT_CONNECT_TIMEOUT", Time)]),
    (
        "Calls",
        "response to a new post, before it is sent again",
        &[("http/retry", "KEYED_RESPONSE_TIMEOUT", Time)],
    ),
    (
        "Calls",
        "retries after failures; after responses with a retry delay",
        &[("http/retry", "MAX_RETRIES", Count), ("http/retry", "MAX_ANNOUNCED_RETRIES", Count)],
    ),
    ("Calls", "response head", &[("config", "DEFAULT_HEAD_LIMIT", Bytes)]),
    ("Calls", "decoded response body", &[("config", "DEFAULT_JSON_LIMIT", Bytes)]),
    ("Calls", "response body in memory", &[("config", "DEFAULT_BODY_LIMIT", Bytes)]),
    ("Calls", "body of an error response", &[("http/response", "ERROR_BODY_LIMIT", Bytes)]),
    (
        "Calls",
        "memory of the items of decoded lists and maps",
        &[
            ("model/json/budget", "TEXT_FACTOR_LIMIT", Count),
            ("model/json/budget", "LARGE_TEXT_FACTOR_LIMIT", Count),
            ("model/json/budget", "BASE_LIMIT", Bytes),
        ],
    ),
    (
        "Calls",
        "framing of a body: heads, chunk sizes, trailers, TLS",
        &[("http/agent/transport", "MAX_FRAMING", Bytes)],
    ),
    ("Calls", "concurrent name lookups of the process", &[("net/lookup", "MAX_LOOKUPS", Count)]),
    ("Streams", "opening, including `hello`", &[("ws/builder", "OPEN_TIMEOUT", Time)]),
    ("Streams", "body of a refusal", &[("ws/socket", "MAX_REFUSAL", Bytes)]),
    ("Streams", "a message", &[("ws/options", "DEFAULT_MAX_MESSAGE_SIZE", Bytes)]),
    (
        "Streams",
        "memory of the items of decoded lists and maps",
        &[("model/json/budget", "EVENT_BASE_LIMIT", Bytes)],
    ),
    ("Streams", "frames of a message", &[("ws/options", "DEFAULT_MAX_FRAGMENTS", Count)]),
    ("Streams", "queued events", &[("ws/options", "DEFAULT_CAPACITY", Count)]),
    (
        "Streams",
        "text of the queued events; a single text of any size fits",
        &[("ws/queue", "AVERAGE_EVENT_SIZE", Bytes), ("ws/queue", "MIN_QUEUE_BYTES", Bytes)],
    ),
    (
        "Streams",
        "rows of a catch-up; others are read later, or reported",
        &[("ws/catch_up", "MAX_FILL_BYTES", Bytes)],
    ),
    ("Streams", "rows of a catch-up between buffered events", &[("ws/catch_up", "MAX_FILL_BYTES", Bytes)]),
    (
        "Streams",
        "posts, edits and deletions that a catch-up remembers",
        &[("ws/catch_up", "MAX_FILL_KEYS", Count)],
    ),
    (
        "Streams",
        "teams of a catch-up; list of channels; pages per channel; passes",
        &[
            ("ws/catch_up/fetch", "MAX_TEAMS", Count),
            ("ws/catch_up/fetch", "MAX_CHANNEL_BYTES", Bytes),
            ("ws/catch_up/fetch", "MAX_PAGES", Count),
            ("ws/catch_up/gap_fill", "MAX_PASSES", Count),
        ],
    ),
    (
        "Streams",
        "frames without an event: pings, pongs, invalid messages",
        &[
            ("ws/threads/reader", "MAX_MEANINGLESS_FRAMES", Count),
            ("ws/threads/reader", "MAX_MEANINGLESS_FRAMES_PER_SECOND", Count),
        ],
    ),
    (
        "Streams",
        "TLS overhead: records without content, new keys",
        &[
            ("ws/connection", "MAX_TLS_OVERHEAD", Bytes),
            ("ws/connection", "MAX_TLS_OVERHEAD_PER_SECOND", Bytes),
        ],
    ),
    ("Streams", "send buffer, including ciphertext", &[("ws/connection", "MAX_SEND_BUFFER_SIZE", Bytes)]),
    ("Streams", "sending a frame", &[("ws/threads/writer", "WRITE_TIMEOUT", Time)]),
    ("Streams", "action", &[("ws/frame", "MAX_ACTION_SIZE", Count)]),
    (
        "Streams",
        "reply to a ping",
        &[("ws/session", "PING_TIMEOUT", Time), ("ws/session", "MAX_PING_TIMEOUT", Time)],
    ),
    (
        "Streams",
        "delay between connection attempts",
        &[("ws/backoff", "MIN_BACKOFF", Time), ("ws/backoff", "MAX_BACKOFF", Time)],
    ),
];

#[derive(Clone, Copy)]
enum Unit {
    Count,
    Bytes,
    Time,
}
use Unit::{Bytes, Count, Time};

/// The value of a constant, in its own unit. Durations are in seconds.
fn value_of(file: &str, name: &str) -> u64 {
    let path = format!("{}/src/{file}.rs", env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(&path).unwrap();
    let declared =
        source.split_once(&format!("const {name}: ")).unwrap_or_else(|| panic!("{path}: no {name}")).1;
    let value = declared.split_once("= ").unwrap().1.split_once(';').unwrap().0;
    let value = value.trim_start_matches("Duration::from_secs(").trim_end_matches(')').replace('_', "");
    let number =
        |text: &str| -> u64 { text.trim().parse().unwrap_or_else(|_| panic!("{path}: {name} = {value}")) };
    match (value.split_once("<<"), value.split_once('*')) {
        (Some((base, shift)), _) => number(base) << number(shift),
        (_, Some((one, other))) => number(one) * number(other),
        _ => number(&value),
    }
}

fn shown(value: u64, unit: Unit) -> String {
    match unit {
        Time if value >= 120 && value % 60 == 0 => format!("{} min", value / 60),
        Time => format!("{value} s"),
        Bytes if value % (1 << 20) == 0 => format!("{} MiB", value >> 20),
        Bytes => format!("{} KiB", value >> 10),
        Count => {
            let digits = value.to_string();
            let grouped = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap());
            grouped.collect::<Vec<_>>().join(",")
        }
    }
}

/// A limit that is changed in the code must be changed in the documentation.
#[test]
fn the_table_has_the_values_of_the_constants() {
    let table = documented();
    for (section, what, constants) in ROWS {
        let row = table.iter().find(|(other, row, _)| other == section && row == what);
        let Some((.., limit)) = row else { panic!("not in the table: {section}: {what}") };
        let words: Vec<&str> = limit.split([' ', ';']).collect();
        for (file, name, unit) in *constants {
            let shown = shown(value_of(file, name), *unit);
            let parts: Vec<&str> = shown.split(' ').collect();
            let found = words.windows(parts.len()).any(|words| {
                words.iter().zip(&parts).all(|(word, part)| word.trim_end_matches(',') == *part)
            });
            assert!(
                found,
                "{section}: {what}: {limit:?} does not contain {shown}, the value of {name} in src/{file}.rs"
            );
        }
    }
}
