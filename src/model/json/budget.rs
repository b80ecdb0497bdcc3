//! The memory that a decoded value may take, in proportion to the size of its text.
//!
//! A decoded post takes 200 bytes even if its text is `{}`, and a `Value` takes up to a hundred times its text. Items
//! of lists and entries of maps are therefore counted before they are read.

use std::cell::Cell;

/// Bytes that items may take for each byte of text, in addition to [`BASE_LIMIT`]: for the first [`LARGE_TEXT_SIZE`]
/// bytes, and for the rest. What servers send takes 4 at most, and 8 to 16 if it is read as a `Value`.
const TEXT_FACTOR_LIMIT: usize = 16;
const LARGE_TEXT_FACTOR_LIMIT: usize = 4;
const LARGE_TEXT_SIZE: usize = 2 << 20;
const BASE_LIMIT: usize = 1 << 20;
/// The limit of an event, in addition to the size of its text. The text is kept in memory as well.
const EVENT_BASE_LIMIT: usize = 4 << 20;

/// The minimum size of an allocation.
const MIN_ALLOCATION_SIZE: usize = 32;
/// Entries of a node of a `BTreeMap`. A node may be half empty.
const NODE_CAPACITY: usize = 11;

/// The error message if the budget is used up.
pub(super) const BUDGET_ERROR: &str =
    "it would take far more memory than its text; `Call::bytes` returns the text";

/// No limit: a program reads types of this crate by a deserializer of its own.
const UNLIMITED: usize = usize::MAX;

thread_local! {
    /// The remaining bytes of the text that this thread decodes.
    static REMAINING: Cell<usize> = const { Cell::new(UNLIMITED) };
}

/// The limit of a response.
pub(super) fn response_limit(text: &str) -> usize {
    let small = text.len().min(LARGE_TEXT_SIZE);
    let rest = (text.len() - small).saturating_mul(LARGE_TEXT_FACTOR_LIMIT);
    rest.saturating_add(small * TEXT_FACTOR_LIMIT + BASE_LIMIT)
}

/// The limit of an event.
pub(super) fn event_limit(text: &str) -> usize {
    text.len().saturating_add(EVENT_BASE_LIMIT)
}

/// Limits what this thread decodes until it is dropped. A text inside of a text has a limit of its own.
pub(super) struct MemoryBudget {
    outer: usize,
}

impl MemoryBudget {
    #[inline]
    pub(super) fn begin(limit: usize) -> Self {
        Self { outer: REMAINING.replace(limit) }
    }
}

impl Drop for MemoryBudget {
    #[inline]
    fn drop(&mut self) {
        REMAINING.set(self.outer);
    }
}

/// Reserves memory. Returns `false` if it exceeds what is left.
#[inline]
pub(super) fn reserve_bytes(bytes: usize) -> bool {
    match REMAINING.get() {
        UNLIMITED => true,
        remaining => {
            let rest = remaining.checked_sub(bytes);
            REMAINING.set(rest.unwrap_or_default());
            rest.is_some()
        }
    }
}

/// Reserves memory for entry number `index` of a map: its key, and at intervals a node.
pub(super) fn reserve_entry(index: usize, value_size: usize) -> bool {
    let new_node = index % (NODE_CAPACITY / 2 + 1) == 0;
    let node_size = if new_node { NODE_CAPACITY * (size_of::<String>() + value_size) } else { 0 };
    reserve_bytes(MIN_ALLOCATION_SIZE + node_size)
}

/// Reserves memory for a string of a `Value`.
pub(super) fn reserve_string(text: &str) -> bool {
    reserve_bytes(if text.is_empty() { 0 } else { MIN_ALLOCATION_SIZE })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use crate::model::json::{decode_event, decode_str, deserialize_str};

    #[test]
    fn little_text_takes_no_great_memory() {
        use crate::{Channel, Post, PostList};
        let list = |item: &str, count: usize| format!("[{}{item}]", format!("{item},").repeat(count));
        let map: String = (0..200_000).map(|key| format!("\"{key}\":{{}},")).collect();
        for (text, read) in [
            (list("{}", 300_000), decode_str::<Vec<Post>> as fn(&str) -> _),
            (list("null", 300_000), decode_str::<Vec<Post>>),
        ] {
            let mut result = None;
            let used = allocation_counter::measure(|| result = Some(read(&text)));
            assert!(result.unwrap().unwrap_err().to_string().contains("memory"));
            assert!(used.bytes_max < 60 * text.len() as u64, "{} for {}", used.bytes_max, text.len());
        }
        assert!(decode_str::<BTreeMap<String, Channel>>(&format!("{{{map}\"x\":{{}}}}")).is_err());
        // Types of this crate are counted inside of those of a program as well, and again from the start for each text.
        let pages = list(r#"{"posts":{"a":{},"b":{}}}"#, 100_000);
        for _ in 0..2 {
            let error = deserialize_str::<Vec<PostList>>(&pages).unwrap_err().to_string();
            assert!(error.contains("memory"), "{error}");
            assert_eq!(
                deserialize_str::<Vec<PostList>>(r#"[{"posts":{"a":{}}}]"#).unwrap()[0].posts.len(),
                1
            );
        }
        assert_eq!(serde_json::from_str::<Vec<PostList>>(&pages).unwrap().len(), 100_001);
        // What is really sent fits, and so do lists of anything at all.
        let post = serde_json::to_string(&Post::default()).unwrap();
        assert_eq!(decode_str::<Vec<Post>>(&list(&post, 20_000)).unwrap().len(), 20_001);
        assert_eq!(decode_str::<Vec<Post>>(&list("{}", 1_000)).unwrap().len(), 1_001);
        for item in ["0", "\"\"", "{}", "[]"] {
            assert!(decode_str::<Value>(&list(item, 100_000)).is_ok(), "{item}");
        }
        let name = "a".repeat(26);
        let row = json!({"id": name, "name": "jane.doe", "count": 7, "team": name, "props": {"a": "b"}})
            .to_string();
        assert!(decode_str::<Value>(&list(&row, 2_000_000 / row.len())).is_ok());
    }

    /// A list doubles while it grows, and nodes of a map may be half empty.
    #[test]
    fn a_value_is_counted_as_it_is() {
        for item in
            ["0", "[]", "[0]", "{}", r#""""#, r#""a""#, r#"{"":0}"#, r#"{"a":"b"}"#, r#"{"a":{"a":{}}}"#]
        {
            let text = format!("[{}0]", format!("{item},").repeat(3_000_000 / item.len()));
            let rest = text.len() - (2 << 20);
            for (read, most) in [
                (decode_str::<Value> as fn(&str) -> _, (33 << 20) + 4 * rest),
                (decode_event::<Value>, text.len() + (4 << 20)),
            ] {
                let used = allocation_counter::measure(|| drop(read(&text))).bytes_max;
                println!(
                    "{item:<15} {:>5} kB of text: {:>6} of {:>6} kB",
                    text.len() >> 10,
                    used >> 10,
                    most >> 10
                );
                assert!(used < 3 * most as u64, "{item}: {used} of {most}");
            }
        }
    }
}
