//! Decode errors that name the location in the JSON, and show no values.

use std::fmt::Write as _;

use crate::error::{Error, ErrorKind, shorten_text};

const MAX_PATH_STEPS: usize = 8;
const MAX_MESSAGE_LENGTH: usize = 200;

#[cold]
pub(super) fn decode_error(text: &str, error: &serde_json::Error) -> Error {
    let path = path_at(text.as_bytes(), offset_of(text, error));
    let message = error.to_string();
    let reason = match message.rfind(" at line ") {
        Some(end) => message.get(..end).unwrap_or_default(),
        None => &message,
    };
    let reason = shorten_text(&without_values(reason), MAX_MESSAGE_LENGTH).into_owned();
    let mut message = format!("unexpected JSON at {path}: {reason}");
    // Text that is not JSON is shown, but only its first line, because it may be the echo of a request. JSON may
    // contain a token that was just created, and the path is sufficient.
    let first_line = text.trim_start().lines().next().unwrap_or_default();
    if !first_line.starts_with(['{', '[', '"']) {
        let _ = write!(message, "; it begins with {:?}", shorten_text(first_line, 80));
    }
    Error::new(ErrorKind::Decode, message)
}

/// The number of bytes before the error.
fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    lines.map(str::len).sum::<usize>() + error.column()
}

/// Removes the value that serde quotes in a message, which may be secret.
fn without_values(message: &str) -> String {
    const QUOTES: &[(&str, &str, &str)] =
        &[("string \"", "\", expected", "string"), ("unknown variant `", "`, expected", "unknown variant")];
    for (begin, end, shown) in QUOTES {
        if let (Some(from), Some(to)) = (message.find(begin), message.rfind(end)) {
            if let (Some(before), Some(after)) = (message.get(..from), message.get(to + 1..)) {
                return format!("{before}{shown}{after}");
            }
        }
    }
    message.to_owned()
}

/// The JSON path of a position, as `$.posts.abc.create_at`: walks the tokens up to it.
fn path_at(text: &[u8], end: usize) -> String {
    enum Step {
        Key(String),
        Index(usize),
    }
    let mut steps: Vec<Step> = Vec::new();
    let mut at = 0;
    let mut key: Option<String> = None;
    while let Some(byte) = text.get(at).filter(|_| at < end) {
        match byte {
            b'{' => steps.push(Step::Key(String::new())),
            b'[' => steps.push(Step::Index(0)),
            b'}' | b']' if at + 1 < end => drop(steps.pop()),
            b',' => {
                if let Some(Step::Index(n)) = steps.last_mut() {
                    *n += 1;
                }
            }
            b':' => {
                if let (Some(Step::Key(name)), Some(key)) = (steps.last_mut(), key.take()) {
                    *name = key;
                }
            }
            b'"' => {
                let from = at + 1;
                at += 1;
                while text.get(at).is_some_and(|b| *b != b'"') {
                    at += if text.get(at) == Some(&b'\\') { 2 } else { 1 };
                }
                key = text.get(from..at).map(|k| shorten_text(&String::from_utf8_lossy(k), 40).into_owned());
            }
            _ => {}
        }
        at += 1;
    }
    let shown = |step: &Step| match step {
        Step::Key(name) if name.is_empty() => String::new(),
        Step::Key(name) => format!(".{name}"),
        Step::Index(n) => format!("[{n}]"),
    };
    // The end of a deep path is enough.
    let hidden = steps.len().saturating_sub(MAX_PATH_STEPS);
    let begin = if hidden == 0 { "$" } else { "$.." };
    steps.iter().skip(hidden).map(shown).fold(begin.to_owned(), |path, step| path + &step)
}
