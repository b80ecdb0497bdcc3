//! The texts of a message without code and URLs, as the server's Markdown parser finds them.

/// A part of a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Inline {
    /// A text and its range in the paragraph.
    Text(String, usize, usize),
    /// Code, a URL, an emoji or the end of a line.
    Break,
    /// The parts inside the brackets of a link or an image.
    Link(Vec<Inline>),
}

/// Maximum length of a message that is parsed, in bytes.
const MAX_MESSAGE: usize = 65_536;
const ESCAPABLE: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// Returns the texts of a message, which are separated by other parts. Servers before 6.0 do not know emoji, and join
/// texts that do not touch.
pub(in crate::testing) fn texts(message: &str, is_old: bool) -> Vec<String> {
    let mut texts = Vec::new();
    if message.len() <= MAX_MESSAGE {
        for paragraph in paragraphs(message) {
            texts.push(String::new());
            collect(&merge(Parser::parse(&paragraph, is_old)), is_old, &mut texts);
        }
    }
    texts.retain(|text| !text.is_empty());
    texts
}

fn collect(parts: &[Inline], is_old: bool, texts: &mut Vec<String>) {
    for part in parts {
        match part {
            Inline::Text(text, ..) => {
                if let Some(last) = texts.last_mut().filter(|_| is_old) {
                    last.push_str(text);
                } else {
                    texts.push(text.clone());
                }
            }
            Inline::Break => texts.push(String::new()),
            Inline::Link(children) => {
                texts.push(String::new());
                collect(children, is_old, texts);
                texts.push(String::new());
            }
        }
    }
}

/// Joins texts that touch. The parts of links are not joined.
fn merge(parts: Vec<Inline>) -> Vec<Inline> {
    let mut merged: Vec<Inline> = Vec::new();
    for part in parts {
        if let (Some(Inline::Text(before, _, end)), Inline::Text(text, from, to)) = (merged.last_mut(), &part)
        {
            if end == from {
                before.push_str(text);
                *end = *to;
                continue;
            }
        }
        merged.push(part);
    }
    merged
}

/// Returns the paragraphs of a message, including those of quotes and lists, without blocks of code.
fn paragraphs(message: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    // The fence, and the list item and the quote that contain it.
    let mut fence: Option<(&str, usize, bool)> = None;
    // Indentation of the text of the last list item.
    let mut item = 0;
    let mut close = |open: &mut Vec<&str>| {
        if !open.is_empty() {
            done.push(std::mem::take(open).join("\n"));
        }
    };
    for line in message.split('\n') {
        let mut rest = line.trim_end_matches('\r');
        let mut indent = indentation(rest);
        if let Some((marks, inside, quoted)) = fence {
            let inner = rest.trim();
            let blank = inner.is_empty();
            let left = if quoted { !inner.starts_with('>') } else { !blank && indent < inside };
            if !left {
                let inner = if quoted { inner.trim_start_matches('>').trim_start() } else { inner };
                let mark = marks.chars().next().unwrap_or('`');
                let closes = inner.starts_with(marks) && inner.trim_start_matches(mark).is_empty();
                if closes && indent <= 3 + inside {
                    fence = None;
                }
                continue;
            }
            // The container of the block has ended, and the block with it.
            fence = None;
        }
        if rest.trim().is_empty() {
            close(&mut open);
            continue;
        }
        if indent >= item {
            indent -= item;
        } else if open.is_empty() {
            item = 0;
        }
        let mut quoted = false;
        loop {
            let inner = rest.trim_start();
            if indent <= 3 {
                if let Some(inside) = inner.strip_prefix('>') {
                    quoted = true;
                    rest = inside.strip_prefix(' ').unwrap_or(inside);
                    indent = indentation(rest);
                    continue;
                }
                if let Some(marker) = list_marker(inner) {
                    close(&mut open);
                    item += indent + marker + 1;
                    rest = inner.get(marker..).unwrap_or_default();
                    indent = indentation(rest).saturating_sub(1);
                    continue;
                }
            }
            break;
        }
        let inner = rest.trim_start();
        if open.is_empty() && indent >= 4 {
            continue;
        }
        if let (Some(marks), true) = (fence_marks(inner), indent <= 3) {
            close(&mut open);
            fence = Some((marks, item, quoted));
            continue;
        }
        if !inner.is_empty() {
            open.push(inner);
        }
    }
    close(&mut open);
    done
}

fn indentation(line: &str) -> usize {
    let mut width = 0;
    for character in line.chars() {
        match character {
            ' ' => width += 1,
            '\t' => width += 4 - width % 4,
            _ => break,
        }
    }
    width
}

/// Returns the length of the marker of a list item.
fn list_marker(line: &str) -> Option<usize> {
    let after = |length: usize| {
        let next = line.get(length..)?;
        (next.is_empty() || next.starts_with([' ', '\t'])).then_some(length)
    };
    if line.starts_with(['-', '+', '*']) {
        return after(1);
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let marked = (1..=9).contains(&digits) && line.get(digits..)?.starts_with(['.', ')']);
    if marked { after(digits + 1) } else { None }
}

/// Returns the fence that begins a block of code.
fn fence_marks(line: &str) -> Option<&str> {
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let length = line.len() - rest.len();
    if length < 3 || rest.contains('`') { None } else { line.get(..length) }
}

/// A bracket that may begin a link.
struct Opening {
    /// Index of the part that is the bracket.
    part: usize,
    is_image: bool,
    is_inactive: bool,
}

struct Parser<'a> {
    raw: &'a str,
    at: usize,
    parts: Vec<Inline>,
    openings: Vec<Opening>,
    is_old: bool,
}

impl<'a> Parser<'a> {
    fn parse(raw: &'a str, is_old: bool) -> Vec<Inline> {
        let mut parser = Self { raw, at: 0, parts: Vec::new(), openings: Vec::new(), is_old };
        while let Some(next) = parser.rest().chars().next() {
            match next {
                '\n' => parser.skip(1),
                '\\' => parser.escape(),
                '`' => parser.backticks(),
                '&' => parser.reference(),
                '!' if parser.rest().starts_with("![") => parser.open(2, true),
                '!' => parser.text(1),
                '[' => parser.open(1, false),
                ']' => parser.link(),
                'w' | 'W' if parser.www_address() => {}
                ':' if parser.address() || parser.emoji() => {}
                _ => parser.plain(),
            }
        }
        parser.parts
    }

    fn rest(&self) -> &'a str {
        self.raw.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.raw.as_bytes().get(at).copied()
    }

    /// Consumes `length` bytes as text.
    fn text(&mut self, length: usize) {
        let text = self.rest().get(..length).unwrap_or_default().to_owned();
        self.parts.push(Inline::Text(text, self.at, self.at + length));
        self.at += length;
    }

    /// Consumes `length` bytes as something else.
    fn skip(&mut self, length: usize) {
        self.parts.push(Inline::Break);
        self.at += length;
    }

    fn plain(&mut self) {
        let rest = self.rest();
        let special = |c: char| "\n\\`&![]wW:".contains(c);
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let length = match rest.find(special) {
            None => rest.len(),
            Some(0) => first,
            Some(length) => length,
        };
        self.text(length);
    }

    fn escape(&mut self) {
        match self.rest().chars().nth(1).filter(|next| ESCAPABLE.contains(*next)) {
            Some(next) => {
                self.parts.push(Inline::Text(next.to_string(), self.at + 1, self.at + 2));
                self.at += 2;
            }
            None => self.text(1),
        }
    }

    fn backticks(&mut self) {
        let rest = self.rest();
        let count = rest.bytes().take_while(|byte| *byte == b'`').count();
        let marks = rest.get(..count).unwrap_or_default();
        let mut search = count;
        while let Some(found) = rest.get(search..).and_then(|rest| rest.find(marks)) {
            let end = search + found + count;
            let more = rest.get(end..).unwrap_or_default().bytes().take_while(|byte| *byte == b'`').count();
            if more == 0 {
                return self.skip(end);
            }
            search = end + more;
        }
        self.text(count);
    }

    /// Consumes a character reference, by number or by name.
    fn reference(&mut self) {
        let name = self.rest().get(1..).and_then(|rest| rest.split_once(';')).map(|(name, _)| name);
        match name.and_then(|name| Some((name, named_character(name)?))) {
            Some((name, character)) => {
                let end = self.at + name.len() + 2;
                // The length of the character counts, not of the reference: the text that follows does not touch it.
                let shown = character.to_string();
                let shown_end = self.at + shown.len();
                self.parts.push(Inline::Text(shown, self.at, shown_end));
                self.at = end;
            }
            None => self.text(1),
        }
    }

    fn open(&mut self, length: usize, is_image: bool) {
        self.openings.push(Opening { part: self.parts.len(), is_image, is_inactive: false });
        self.text(length);
    }

    fn link(&mut self) {
        let Some(opening) = self.openings.pop() else { return self.text(1) };
        let end = self.rest().get(1..).and_then(|rest| destination(rest, opening.is_image));
        let (Some(length), false) = (end, opening.is_inactive) else { return self.text(1) };
        let children = self.parts.split_off(opening.part).split_off(1);
        self.parts.push(Inline::Link(children));
        if !opening.is_image {
            for outer in self.openings.iter_mut().filter(|outer| !outer.is_image) {
                outer.is_inactive = true;
            }
        }
        self.at += 1 + length;
    }

    fn is_inside_brackets(&self) -> bool {
        self.openings.iter().any(|opening| !opening.is_inactive)
    }

    fn www_address(&mut self) -> bool {
        if self.is_inside_brackets() {
            return false;
        }
        let before = self.at.checked_sub(1).filter(|_| self.at > 1).and_then(|at| self.byte(at));
        let allowed: &[u8] = if self.is_old { b"*_~)" } else { b"*_~)<(>" };
        if before.is_some_and(|byte| !byte.is_ascii_whitespace() && !allowed.contains(&byte)) {
            return false;
        }
        let rest = self.rest();
        let digits =
            rest.strip_prefix("www").map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        let named = digits.is_some_and(|after| after.starts_with('.') && rest.len() - after.len() <= 6);
        if !named || domain(rest, false).is_none() {
            return false;
        }
        let length = address_length(rest);
        if length > 0 {
            self.skip(length);
        }
        length > 0
    }

    fn address(&mut self) -> bool {
        if self.is_inside_brackets() || !self.rest().starts_with("://") {
            return false;
        }
        let before = self.raw.get(..self.at).unwrap_or_default();
        let start = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
        let scheme = before.get(start..).unwrap_or_default().to_ascii_lowercase();
        let known = matches!(&*scheme, "http" | "https" | "ftp" | "mailto" | "tel");
        let host = self.rest().get(3..).unwrap_or_default();
        if !known || !host.chars().next().is_some_and(is_host_character) || domain(host, true).is_none() {
            return false;
        }
        let length = address_length(self.raw.get(start..).unwrap_or_default());
        let Some(Inline::Text(text, _, end)) = self.parts.last_mut() else { return false };
        if length <= scheme.len() || text.len() < scheme.len() {
            return false;
        }
        text.truncate(text.len() - scheme.len());
        *end -= scheme.len();
        self.at = start;
        self.skip(length);
        true
    }

    fn emoji(&mut self) -> bool {
        let before = self.at.checked_sub(1).filter(|_| self.at > 1).and_then(|at| self.byte(at));
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if self.is_old || before.is_some_and(is_word) {
            return false;
        }
        let rest = self.rest().get(1..).unwrap_or_default();
        let allowed = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-+".contains(byte);
        let length = rest.bytes().take_while(allowed).count();
        let closed = length > 0 && rest.as_bytes().get(length) == Some(&b':');
        if !closed || rest.as_bytes().get(length + 1).copied().is_some_and(is_word) {
            return false;
        }
        self.skip(length + 2);
        true
    }
}

fn named_character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let (digits, radix, most) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16, 8),
            None => (number, 10, 8),
        };
        if digits.is_empty() || digits.len() > most || !digits.chars().all(|c| c.is_digit(radix)) {
            return None;
        }
        let code = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
        return Some(code.filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "copy" => '©',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "commat" => '@',
        _ => return None,
    })
}

/// Returns the length of `(url "title")` after the brackets of a link.
fn destination(rest: &str, is_image: bool) -> Option<usize> {
    let inside = rest.strip_prefix('(')?;
    let start = inside.len() - inside.trim_start().len();
    let mut at = start;
    let bytes = inside.as_bytes();
    if bytes.get(at) == Some(&b'<') {
        at += inside.get(at..)?.find('>')? + 1;
    } else {
        let mut depth = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'(' => depth += 1,
                b')' if depth == 0 => break,
                b')' => depth -= 1,
                byte if byte.is_ascii_whitespace() => break,
                _ => {}
            }
            at += 1;
        }
    }
    let space = |at: usize| inside.get(at..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    if is_image && space(at) > 0 && bytes.get(at + space(at)) == Some(&b'=') {
        at += space(at) + 1;
        while bytes.get(at).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'x') {
            at += 1;
        }
    }
    if space(at) > 0 {
        let title = at + space(at);
        let quote = match bytes.get(title) {
            Some(b'"') => Some('"'),
            Some(b'\'') => Some('\''),
            Some(b'(') => Some(')'),
            _ => None,
        };
        if let Some(quote) = quote {
            at = title + 1 + inside.get(title + 1..)?.find(quote)? + 1;
        }
    }
    at += space(at);
    (bytes.get(at) == Some(&b')')).then_some(at + 2)
}

fn is_host_character(c: char) -> bool {
    // Of the ASCII punctuation, URLs may contain only the symbols.
    !c.is_whitespace() && (!c.is_ascii_punctuation() || "$+<=>^`|~".contains(c))
}

/// Returns the end of a host name, if it is one. A short one needs no dot.
fn domain(data: &str, allow_short: bool) -> Option<usize> {
    let mut has_dot = false;
    let mut end = 1;
    let last = data.len().checked_sub(1)?;
    while end < last {
        let next = data.get(end..).and_then(|rest| rest.chars().next());
        match next {
            Some('_') => return None,
            Some('.') => has_dot = true,
            Some(c) if !is_host_character(c) && c != '-' => break,
            _ => {}
        }
        end += 1;
    }
    (allow_short || has_dot).then_some(end)
}

/// Returns the length of a URL, which ends at white space, without characters that cannot end it.
fn address_length(rest: &str) -> usize {
    let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
    let mut address = rest.get(..end).unwrap_or_default();
    if let Some(at) = address.find(['<', '>']) {
        address = address.get(..at).unwrap_or_default();
    }
    loop {
        let Some(last) = address.chars().next_back() else { return 0 };
        let shorter = address.get(..address.len() - last.len_utf8()).unwrap_or_default();
        if "?!.,:*_~'\"".contains(last) {
            address = shorter;
        } else if last == ';' {
            let name = shorter.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let named = name.len() < shorter.len() && name.ends_with('&');
            address = if named { name.get(..name.len() - 1).unwrap_or_default() } else { shorter };
        } else if last == ')' && address.matches(')').count() > address.matches('(').count() {
            address = shorter;
        } else {
            return address.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::texts;

    #[test]
    fn code_and_addresses_are_no_texts() {
        for (message, wanted) in [
            ("hello @bob", vec!["hello @bob"]),
            ("a `@bob` c", vec!["a ", " c"]),
            ("```\n@bob\n```\nafter", vec!["after"]),
            ("    @bob\n\nx", vec!["x"]),
            ("> @bob\n- @zoe\n1. c", vec!["@bob", "@zoe", "c"]),
            ("[@bob](http://x.com)", vec!["@bob"]),
            ("see http://x.com/@bob, @zoe", vec!["see ", ", @zoe"]),
            ("x\\@bob", vec!["x", "@bob"]),
            ("`open @bob", vec!["`open @bob"]),
            (":tada: @bob", vec![" @bob"]),
        ] {
            assert_eq!(texts(message, false), wanted, "{message:?}");
        }
    }

    #[test]
    fn versions_join_texts_and_leave_code_their_own_way() {
        assert_eq!(texts("x\\@bob", true), ["x@bob"]);
        assert_eq!(texts(":tada: @bob", true), [":tada: @bob"]);
        assert_eq!(texts("1. ```\n\n@bob", false), ["@bob"]);
        assert_eq!(texts("> ```\n@bob", false), ["@bob"]);
    }

    #[test]
    fn no_text_makes_it_panic() {
        let mut bits = 7u64;
        let pieces = [
            "[", "]", "(", ")", "`", "```", "\n", "é", "\\", "&#64;", "&", ":", "://", "http", "www.", "> ",
            "- ", "!", "<", "ß ", "@a",
        ];
        for _ in 0..3000 {
            let mut message = String::new();
            for _ in 0..12 {
                bits = crate::testing::clock::mix(bits + 1);
                let at = usize::try_from(bits % 21).unwrap_or(0);
                message.push_str(pieces.get(at).copied().unwrap_or_default());
            }
            texts(&message, bits % 2 == 0);
        }
    }
}
