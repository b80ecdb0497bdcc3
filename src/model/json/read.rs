//! Reads JSON token by token; [`de`](super::de) makes a serde `Deserializer` of it.
//!
//! Two things set them apart from `serde_json::from_str`:
//! - `null` reads as the default of whatever is asked for: `""`, `0`, `false`, an empty list or struct. The server
//!   sends `null` where it has nothing, and models need no attribute for it.
//! - What does not depend on the type is not generic. The crate has hundreds of models; `serde_json` makes 5 to 25 KiB of
//!   code of each, and of the events alone 600 KiB.
//!
//! What is skipped is not checked in full: an unknown member may hold nonsense as long as its brackets and quotes close.

use std::fmt;

/// As `serde_json`: deeper than any server goes, and far from the end of the stack.
const DEEPEST: u8 = 127;

/// How much memory the items of lists and maps may take, beside [`SLACK`], for each byte of text: of the first
/// [`LARGE`] bytes, and of what is beyond. Of a list of `{}` a post takes 200 bytes for each. What a server sends takes
/// four at most, eight to sixteen where it is read as a `Value`; but for threads that name their participants by id alone.
const SWELLING: usize = 16;
const SWELLING_OF_MUCH: usize = 4;
const LARGE: usize = 2 << 20;
const SLACK: usize = 1 << 20;
/// The same for an event: four megabytes, and as much as the text. The text stands in memory as well.
const SLACK_OF_EVENT: usize = 4 << 20;

/// What an allocation takes at least.
const LEAST: usize = 32;
/// So many members has a node of a map, of which half may be there.
const NODE: usize = 11;

pub(super) struct Reader<'de> {
    text: &'de str,
    at: usize,
    depth: u8,
    /// How much memory further items may take.
    room: usize,
    /// Where strings with escapes are written out; all of it is there to be written on.
    scratch: Vec<u8>,
}

pub(super) enum Text<'de, 's> {
    /// As it stands in the text.
    Plain(&'de str),
    /// Written out in the scratch buffer.
    Written(&'s str),
}

/// How far one is in an object or a list.
pub(super) enum Walk {
    Outside,
    /// So deep.
    Inside(u8),
    Over,
}

#[derive(Clone, Copy)]
pub(super) struct Brackets {
    open: u8,
    close: u8,
    what: &'static str,
}

pub(super) const OBJECT: Brackets = Brackets { open: b'{', close: b'}', what: "an object" };
pub(super) const LIST: Brackets = Brackets { open: b'[', close: b']', what: "a list" };

/// What is wrong; where, the reader knows.
#[derive(Debug)]
pub(super) struct Fault(Box<str>);

pub(super) type Result<T> = std::result::Result<T, Fault>;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string().into())
    }
}

#[cold]
pub(super) fn fault<T>(what: &str) -> Result<T> {
    Err(Fault(what.into()))
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        let little = text.len().min(LARGE);
        let much = (text.len() - little).saturating_mul(SWELLING_OF_MUCH);
        Self::within(text, much.saturating_add(little * SWELLING + SLACK))
    }

    pub(super) fn of_event(text: &'de str) -> Self {
        Self::within(text, text.len().saturating_add(SLACK_OF_EVENT))
    }

    fn within(text: &'de str, room: usize) -> Self {
        Self { text, at: 0, depth: 0, room, scratch: Vec::new() }
    }

    /// How far it came.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Nothing but spaces may follow.
    pub(super) fn end(&mut self) -> Result<()> {
        if self.peek().is_none() { Ok(()) } else { fault("something follows the end") }
    }

    fn rest(&self) -> &'de str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte that is no space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    pub(super) fn null(&mut self) -> bool {
        self.peek() == Some(b'n') && self.word("null")
    }

    #[inline(never)]
    fn word(&mut self, word: &str) -> bool {
        let there = self.rest().starts_with(word);
        if there {
            self.at += word.len();
        }
        there
    }

    #[inline(never)]
    pub(super) fn boolean(&mut self) -> Result<bool> {
        self.peek();
        if self.word("true") {
            Ok(true)
        } else if self.word("false") || self.word("null") {
            Ok(false)
        } else {
            self.unexpected("a boolean")
        }
    }

    /// Whether there is one more in the object or list; steps over what stands before it, and out at the end.
    #[inline(never)]
    pub(super) fn next(&mut self, walk: &mut Walk, brackets: Brackets) -> Result<bool> {
        let (first, depth) = match *walk {
            Walk::Over => return Ok(false),
            Walk::Outside if self.null() => {
                *walk = Walk::Over;
                return Ok(false);
            }
            Walk::Outside => (true, self.enter(brackets)?),
            Walk::Inside(depth) => (false, depth),
        };
        *walk = Walk::Inside(depth);
        match self.peek() {
            _ if self.depth != depth => return fault("more than was asked for"),
            Some(byte) if byte == brackets.close => {
                *walk = Walk::Over;
                self.at += 1;
                self.depth = depth.saturating_sub(1);
                return Ok(false);
            }
            Some(_) if first => {}
            Some(b',') => {
                self.at += 1;
                if self.peek() == Some(brackets.close) {
                    return fault("a comma and nothing behind it");
                }
            }
            Some(_) => return fault("a comma is missing"),
            None => return fault("it ends too early"),
        }
        Ok(true)
    }

    fn enter(&mut self, brackets: Brackets) -> Result<u8> {
        if self.peek() != Some(brackets.open) {
            return self.unexpected(brackets.what);
        }
        if self.depth == DEEPEST {
            return fault("nested too deep");
        }
        self.at += 1;
        self.depth += 1;
        Ok(self.depth)
    }

    /// Counts an item of so many bytes.
    #[inline]
    pub(super) fn take(&mut self, bytes: usize) -> Result<()> {
        match self.room.checked_sub(bytes) {
            Some(room) => self.room = room,
            None => return fault("it would take far more memory than its text, which `bytes` gives"),
        }
        Ok(())
    }

    /// Counts an entry of a map: its key, and a node at a time.
    pub(super) fn take_entry(&mut self, number: usize, bytes: usize) -> Result<()> {
        let node = if number % (NODE / 2 + 1) == 0 { NODE * (size_of::<String>() + bytes) } else { 0 };
        self.take(LEAST + node)
    }

    /// Counts the string that begins here, of a `Value`.
    pub(super) fn take_string(&mut self) -> Result<()> {
        let empty = self.text.as_bytes().get(self.at + 1) == Some(&b'"');
        self.take(if empty { 0 } else { LEAST })
    }

    /// The next key and its colon.
    #[inline(never)]
    pub(super) fn key(&mut self, walk: &mut Walk) -> Result<Option<Text<'de, '_>>> {
        if !self.next(walk, OBJECT)? {
            return Ok(None);
        }
        if self.peek() != Some(b'"') {
            return self.unexpected("a key");
        }
        self.at += 1;
        let rest = self.rest();
        let plain = self.plain()?;
        let written = if self.byte() == Some(b'"') { None } else { Some(self.written(rest)?) };
        self.at += 1;
        if self.peek() != Some(b':') {
            return fault("a colon is missing");
        }
        self.at += 1;
        Ok(Some(match written {
            None => Text::Plain(plain),
            Some(length) => Text::Written(self.scratched(length)?),
        }))
    }

    /// A string; `null` is an empty one.
    #[inline(never)]
    pub(super) fn string(&mut self) -> Result<Text<'de, '_>> {
        if self.peek() != Some(b'"') {
            return if self.null() { Ok(Text::Plain("")) } else { self.unexpected("a string") };
        }
        self.at += 1;
        let rest = self.rest();
        let plain = self.plain()?;
        if self.byte() == Some(b'"') {
            self.at += 1;
            return Ok(Text::Plain(plain));
        }
        let length = self.written(rest)?;
        self.at += 1;
        self.scratched(length).map(Text::Written)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn scratched(&self, length: usize) -> Result<&str> {
        match self.scratch.get(..length).map(std::str::from_utf8) {
            Some(Ok(text)) => Ok(text),
            _ => fault("a string is no text"),
        }
    }

    /// Writes a string out; `rest` begins with it. The bytes written. Ends on the closing quote.
    ///
    /// Byte by byte: in JSON within JSON an escape stands every few bytes, and nothing is won by looking ahead.
    #[inline(never)]
    fn written(&mut self, rest: &'de str) -> Result<usize> {
        let mut source = rest.as_bytes().iter();
        let mut written = 0;
        loop {
            if self.scratch.len() < written + 4 {
                self.scratch.resize((self.scratch.len() * 2).max(1024), 0);
            }
            let mut escape = false;
            for slot in self.scratch.get_mut(written..).unwrap_or_default() {
                let Some(byte) = source.next() else { return fault("a string does not end") };
                *slot = match byte {
                    b'"' => {
                        self.at = self.text.len() - source.len() - 1;
                        return Ok(written);
                    }
                    b'\\' => match source.next() {
                        Some(plain @ (b'"' | b'\\' | b'/')) => *plain,
                        Some(b'n') => b'\n',
                        Some(b't') => b'\t',
                        Some(b'r') => b'\r',
                        Some(b'b') => 0x08,
                        Some(b'f') => 0x0C,
                        Some(b'u') => {
                            escape = true;
                            break;
                        }
                        _ => return fault("an unknown escape"),
                    },
                    0..0x20 => return fault("a control character in a string"),
                    plain => *plain,
                };
                written += 1;
            }
            if escape {
                self.at = self.text.len() - source.len();
                let mut bytes = [0; 4];
                let bytes = self.numbered()?.encode_utf8(&mut bytes).as_bytes();
                if self.scratch.len() < written + 4 {
                    self.scratch.resize(written + 1024, 0);
                }
                for (slot, byte) in self.scratch.iter_mut().skip(written).zip(bytes) {
                    *slot = *byte;
                    written += 1;
                }
                source = self.rest().as_bytes().iter();
            }
        }
    }

    /// Text up to the next quote or backslash.
    fn plain(&mut self) -> Result<&'de str> {
        let rest = self.rest();
        let length = special(rest.as_bytes());
        match rest.as_bytes().get(length) {
            Some(b'"' | b'\\') => {
                self.at += length;
                Ok(rest.get(..length).unwrap_or_default())
            }
            Some(_) => fault("a control character in a string"),
            None => fault("a string does not end"),
        }
    }

    /// The character of an escape by number, of which `\u` is behind us.
    #[cold]
    fn numbered(&mut self) -> Result<char> {
        let first = self.hex()?;
        let after_first = self.at;
        if (0xD800..0xDC00).contains(&first) && self.word("\\u") {
            let second = self.hex()?;
            if (0xDC00..0xE000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = after_first;
        }
        // Half a pair is no character.
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.map(|digits| u32::from_str_radix(digits, 16)) {
            Some(Ok(code)) => {
                self.at += 4;
                Ok(code)
            }
            _ => fault("an unknown escape"),
        }
    }

    #[inline(never)]
    pub(super) fn number(&mut self) -> Result<Number> {
        if self.null() {
            return Ok(Number::Unsigned(0));
        }
        let rest = self.rest().as_bytes();
        let (mut value, mut length) = (0_u64, 0);
        for digit in rest.iter().take(19).take_while(|b| b.is_ascii_digit()) {
            value = value * 10 + u64::from(digit - b'0');
            length += 1;
        }
        let padded = length > 1 && rest.first() == Some(&b'0');
        if length > 0
            && !padded
            && !matches!(rest.get(length), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
        {
            self.at += length;
            return Ok(Number::Unsigned(value));
        }
        self.unusual_number()
    }

    /// Negative, very large, or with a fraction.
    fn unusual_number(&mut self) -> Result<Number> {
        let rest = self.rest();
        let length =
            rest.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).count();
        let digits = rest.get(..length).unwrap_or_default();
        if !digits.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return self.unexpected("a number");
        }
        if !is_number(digits) {
            return fault("this is no number");
        }
        let whole = digits.parse().map(Number::Unsigned).or_else(|_| digits.parse().map(Number::Signed));
        let number = match whole {
            Ok(number) => number,
            Err(_) => match digits.parse::<f64>() {
                Ok(number) if number.is_finite() => Number::Float(number),
                _ => return fault("this number is too large"),
            },
        };
        self.at += length;
        Ok(number)
    }

    /// Steps over a value; its text.
    #[inline(never)]
    pub(super) fn skip(&mut self) -> Result<&'de str> {
        self.peek();
        let start = self.at;
        let mut open = 0_u8;
        loop {
            match self.peek() {
                Some(b'"') => self.skip_string()?,
                Some(b'{' | b'[') => {
                    if open + self.depth >= DEEPEST {
                        return fault("nested too deep");
                    }
                    open += 1;
                    self.at += 1;
                    continue;
                }
                Some(b'}' | b']') if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                Some(b',' | b':') if open > 0 => {
                    self.at += 1;
                    continue;
                }
                Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => {
                    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.');
                    self.at += self.rest().as_bytes().iter().take_while(|b| word(b)).count();
                }
                _ => return self.unexpected("a value"),
            }
            if open == 0 {
                return Ok(self.text.get(start..self.at).unwrap_or_default());
            }
        }
    }

    fn skip_string(&mut self) -> Result<()> {
        self.at += 1;
        loop {
            self.plain()?;
            let byte = self.text.as_bytes().get(self.at).copied();
            self.at += 1;
            if byte == Some(b'"') {
                return Ok(());
            }
            // A backslash: what it protects is ASCII, or no JSON.
            match self.text.as_bytes().get(self.at) {
                Some(byte) if byte.is_ascii() => self.at += 1,
                _ => return fault("an unknown escape"),
            }
        }
    }

    #[cold]
    fn unexpected<T>(&mut self, wanted: &str) -> Result<T> {
        let found = match self.peek() {
            None => return fault("it ends too early"),
            Some(b'"') => "a string",
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b't' | b'f') => "a boolean",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(_) => "something else",
        };
        Err(Fault(format!("expected {wanted}, found {found}").into()))
    }
}

/// Whether it is one by JSON's grammar, which is narrower than that of `parse`.
fn is_number(text: &str) -> bool {
    let whole = text.strip_prefix('-').unwrap_or(text);
    let rest = whole.trim_start_matches(|c: char| c.is_ascii_digit());
    let first = whole.len() - rest.len();
    let (fraction, exponent) = match rest.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (rest, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (first == 1 || first > 1 && !whole.starts_with('0'))
        && (fraction.is_empty() || fraction.strip_prefix('.').is_some_and(digits))
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// Place of the first quote, backslash or control character; the length if there is none. Eight bytes at a time.
fn special(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const TOPS: u64 = ONES << 7;
    let mut at = 0;
    while let Some(eight) = bytes.get(at..at + 8).and_then(|eight| <[u8; 8]>::try_from(eight).ok()) {
        let word = u64::from_le_bytes(eight);
        let (quote, slash) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5C));
        let low = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quote.wrapping_sub(ONES) & !quote | slash.wrapping_sub(ONES) & !slash | low) & TOPS;
        if found != 0 {
            // The lowest mark is exact, those above it may be borrowed.
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}

pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}
