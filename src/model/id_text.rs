//! The text of an ID, stored without an allocation.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::model::json::{Decode, JsonReader};

/// The length of the IDs that a server generates.
const INLINE_CAPACITY: usize = 26;

/// A short text. Up to 26 bytes are stored inline; longer texts, such as the IDs of some sidebar categories, are
/// allocated.
#[derive(Clone)]
pub(crate) struct IdText(TextStorage);

#[derive(Clone)]
enum TextStorage {
    Inline { length: u8, bytes: [u8; INLINE_CAPACITY] },
    Allocated(Box<str>),
}

impl IdText {
    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        match &self.0 {
            // Always UTF-8: the bytes are those of a whole `str`.
            TextStorage::Inline { length, bytes } => bytes
                .get(..usize::from(*length))
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .unwrap_or_default(),
            TextStorage::Allocated(text) => text,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(&self.0, TextStorage::Inline { length: 0, .. })
    }
}

impl From<&str> for IdText {
    #[inline]
    fn from(text: &str) -> Self {
        let mut bytes = [0; INLINE_CAPACITY];
        Self(match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(target), Ok(length)) => {
                target.copy_from_slice(text.as_bytes());
                TextStorage::Inline { length, bytes }
            }
            _ => TextStorage::Allocated(text.into()),
        })
    }
}

impl Default for IdText {
    #[inline]
    fn default() -> Self {
        Self(TextStorage::Inline { length: 0, bytes: [0; INLINE_CAPACITY] })
    }
}

impl PartialEq for IdText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for IdText {}

impl PartialOrd for IdText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IdText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl fmt::Debug for IdText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Like `str`, because IDs implement `Borrow<str>`.
impl Hash for IdText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Decode for IdText {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        from.read_str(&mut |text| *self = text.into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::IdText;
    use crate::model::{CategoryId, UserId};

    #[test]
    fn texts_of_any_length_are_kept() {
        for text in ["", "x", "8k7ktpqaaidztx87g5zqd8j3ry", "8k7ktpqaaidztx87g5zqd8j3ryX", "☃☃☃☃☃☃☃☃☃", "ä"]
        {
            let id = IdText::from(text);
            assert_eq!((id.as_str(), id.is_empty()), (text, text.is_empty()));
            assert_eq!(id, id.clone());
        }
        assert_eq!(IdText::default(), IdText::from(""));
        assert!(IdText::from("b") > IdText::from("aa"));
    }

    #[test]
    fn short_ids_take_no_allocation_and_are_found_by_their_text() {
        let id = "8k7ktpqaaidztx87g5zqd8j3ry";
        let counted = allocation_counter::measure(|| drop(id.parse::<UserId>().unwrap().clone()));
        assert_eq!(counted.count_total, 0);
        let long = format!("favorites_{id}_{id}");
        let ids = HashMap::from([(long.parse::<CategoryId>().unwrap(), 1), (id.parse().unwrap(), 2)]);
        assert_eq!((ids.get(long.as_str()), ids.get(id), ids.get("x")), (Some(&1), Some(&2), None));
    }
}
