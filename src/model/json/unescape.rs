//! The contents of JSON strings with many escapes, such as JSON that is encoded as a string.
//!
//! In such strings, an escape follows every few bytes. `serde_json` copies the pieces between escapes one by one into
//! a new buffer that grows. This module copies eight bytes at a time into a buffer that is reused.

use std::cell::Cell;
use std::ops::Deref;

/// Larger buffers are freed, because few texts need them.
const MAX_KEPT_CAPACITY: usize = 64 << 10;
/// Bytes that are copied at a time.
const CHUNK_SIZE: usize = 8;
/// After so many chunks without a backslash, a longer text without one follows: it is searched and copied at once.
const MAX_PLAIN_CHUNKS: u32 = 2;

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

fn unescape_into(mut target: &mut [u8], mut source: &[u8]) -> Option<usize> {
    let size = target.len();
    let mut plain_chunks = 0;
    while let Some(chunk) = source.first_chunk::<CHUNK_SIZE>() {
        // Copies the whole chunk and keeps what precedes the first backslash.
        let slots = target.first_chunk_mut::<CHUNK_SIZE>()?;
        *slots = *chunk;
        let plain = backslash_in(*chunk);
        let (mut read, mut written) = (plain, plain);
        if plain == CHUNK_SIZE {
            plain_chunks += 1;
            if plain_chunks == MAX_PLAIN_CHUNKS {
                read = memchr::memchr(b'\\', source).unwrap_or(source.len());
                written = read;
                target.get_mut(..read)?.copy_from_slice(source.get(..read)?);
            }
        } else {
            plain_chunks = 0;
            // The escaped character is usually in the chunk too, and stands for one byte.
            let escaped = chunk.get(plain + 1).copied().unwrap_or_default();
            let unescaped = UNESCAPED.get(usize::from(escaped)).copied().unwrap_or_default();
            if unescaped == 0 {
                target = target.get_mut(plain..)?;
                (read, written) = unescape_one(target, source.get(plain..)?)?;
                read += plain;
            } else if let Some(slot) = slots.get_mut(plain) {
                *slot = unescaped;
                (read, written) = (plain + 2, plain + 1);
            }
        }
        source = source.get(read..)?;
        target = target.get_mut(written..)?;
    }
    while let Some((byte, rest)) = source.split_first() {
        let (read, written) = if *byte == b'\\' { unescape_one(target, source)? } else { (1, 1) };
        if read == 1 {
            *target.first_mut()? = *byte;
            source = rest;
        } else {
            source = source.get(read..)?;
        }
        target = target.get_mut(written..)?;
    }
    Some(size - target.len())
}

/// Unescapes the escape that `source` begins with. Returns the numbers of bytes that were read and written.
fn unescape_one(target: &mut [u8], source: &[u8]) -> Option<(usize, usize)> {
    let escaped = *source.get(1)?;
    if escaped == b'u' {
        let digits = std::str::from_utf8(source.get(2..6)?).ok()?;
        if digits.starts_with('+') {
            return None;
        }
        let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
        return Some((6, character.encode_utf8(target.get_mut(..4)?).len()));
    }
    let unescaped = UNESCAPED.get(usize::from(escaped)).copied().filter(|byte| *byte != 0)?;
    *target.first_mut()? = unescaped;
    Some((2, 1))
}

/// The byte that an escaped character stands for. 0 for any other character.
#[expect(clippy::indexing_slicing, reason = "a constant, whose indices are checked when it is compiled")]
static UNESCAPED: [u8; 256] = {
    let mut table = [0; 256];
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table[b'/' as usize] = b'/';
    table[b'n' as usize] = b'\n';
    table[b't' as usize] = b'\t';
    table[b'r' as usize] = b'\r';
    table
};

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
