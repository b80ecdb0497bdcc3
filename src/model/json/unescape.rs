//! The contents of JSON strings with many escapes, such as JSON that is encoded as a string.
//!
//! There an escape follows every few bytes. `serde_json` copies the pieces between them one by one into a buffer that
//! it grows from nothing. Here eight bytes are copied at a time, into a buffer that is used again.

use std::cell::Cell;
use std::ops::Deref;

/// Larger buffers are freed, because few texts need them.
const MAX_KEPT_CAPACITY: usize = 64 << 10;
/// Bytes that are copied at a time.
const CHUNK_SIZE: usize = 8;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The unescaped text. Gives its buffer back when dropped.
pub(super) struct Unescaped(String);

impl Deref for Unescaped {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Drop for Unescaped {
    fn drop(&mut self) {
        if self.0.capacity() <= MAX_KEPT_CAPACITY {
            BUFFER.set(std::mem::take(&mut self.0).into_bytes());
        }
    }
}

/// Unescapes a JSON string, including its quotes.
///
/// Returns `None` for surrogates and for invalid strings: they are left to `serde_json`.
pub(super) fn unescape_string(quoted: &str) -> Option<Unescaped> {
    let source = quoted.strip_prefix('"')?.strip_suffix('"')?.as_bytes();
    let mut buffer = BUFFER.take();
    buffer.clear();
    // No escape is shorter than what it stands for.
    buffer.resize(source.len() + CHUNK_SIZE, 0);
    let length = unescape_into(&mut buffer, source)?;
    buffer.truncate(length);
    String::from_utf8(buffer).ok().map(Unescaped)
}

fn unescape_into(target: &mut [u8], source: &[u8]) -> Option<usize> {
    let (mut read, mut written) = (0, 0);
    while let Some(&byte) = source.get(read) {
        if byte == b'\\' {
            let unescaped = match source.get(read + 1)? {
                plain @ (b'"' | b'\\' | b'/') => *plain,
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'u' => {
                    let digits = std::str::from_utf8(source.get(read + 2..read + 6)?).ok()?;
                    if digits.starts_with('+') {
                        return None;
                    }
                    let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
                    written += character.encode_utf8(target.get_mut(written..written + 6)?).len();
                    read += 6;
                    continue;
                }
                _ => return None,
            };
            *target.get_mut(written)? = unescaped;
            read += 2;
            written += 1;
        } else if let Some(chunk) = source.get(read..).and_then(|rest| rest.first_chunk::<CHUNK_SIZE>()) {
            // Copies the whole chunk and keeps what precedes the first backslash.
            *target.get_mut(written..)?.first_chunk_mut()? = *chunk;
            let plain = backslash_in(*chunk);
            read += plain;
            written += plain;
        } else {
            *target.get_mut(written)? = byte;
            read += 1;
            written += 1;
        }
    }
    Some(written)
}

/// The index of the first backslash; 8 if there is none.
#[inline]
fn backslash_in(chunk: [u8; CHUNK_SIZE]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH_BITS: u64 = ONES << 7;
    // A byte is zero where there is a backslash. The lowest zero byte is found exactly.
    let zeros = u64::from_le_bytes(chunk) ^ (ONES * 0x5C);
    let marks = zeros.wrapping_sub(ONES) & !zeros & HIGH_BITS;
    (marks.trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use super::unescape_string;
    use crate::fuzz::Dice;

    const PIECES: &[&str] = &[
        "\\\"",
        "\\\\",
        "\\/",
        "\\n",
        "\\t",
        "\\r",
        "\\u003c",
        "\\u2028",
        "\\u00e4",
        "a",
        "abcdefgh",
        "☃",
        "😀",
        " ",
        "\\b",
        "\\f",
        "\\ud83d\\ude00",
        "\\ud83d",
        "\\u+123",
        "\\x",
    ];

    #[test]
    fn reads_what_serde_json_reads() {
        let mut dice = Dice(0x5EED);
        let mut same = 0;
        for _ in 0..20_000 {
            let text: String = (0..dice.roll(12)).map(|_| PIECES[dice.roll(PIECES.len())]).collect();
            let quoted = format!("\"{text}\"");
            match (unescape_string(&quoted), serde_json::from_str::<String>(&quoted)) {
                (Some(ours), Ok(theirs)) => {
                    assert_eq!(&*ours, theirs, "{quoted}");
                    same += 1;
                }
                (Some(_), Err(error)) => panic!("{error}: {quoted}"),
                (None, _) => {}
            }
        }
        assert!(same > 5_000, "{same}");
    }

    #[test]
    fn a_buffer_is_used_again_and_several_at_once() {
        let long = format!("\"{}\"", "a\\n".repeat(30_000));
        drop(unescape_string(&long));
        let counted = allocation_counter::measure(|| drop(unescape_string("\"\\\"\\\"\"")));
        assert_eq!(counted.count_total, 1, "a buffer of 90 kB is not kept");
        let counted = allocation_counter::measure(|| drop(unescape_string("\"\\n\"")));
        assert_eq!(counted.count_total, 0);
        let (one, two) = (unescape_string("\"1\\n\"").unwrap(), unescape_string("\"2\\n\"").unwrap());
        assert_eq!((&*one, &*two), ("1\n", "2\n"));
    }
}
