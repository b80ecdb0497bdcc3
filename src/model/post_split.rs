//! Splitting of long texts.

use crate::model::{POST_CHARACTERS, PostDraft};

/// A longer line is not regarded as a fence: it could not be repeated in each part.
const MAX_FENCE_LINE: usize = 200;

impl PostDraft {
    /// Splits a draft whose text is too long for one post.
    ///
    /// Each part has at most 16,383 characters ([`limits::POST_CHARACTERS`](crate::limits::POST_CHARACTERS)), counted
    /// as the server does. The text is split between paragraphs if possible, otherwise between lines, otherwise
    /// between words. Code blocks that do not fit are closed, and reopened in the next part with their language.
    /// Lists, quotes and tables are not split if there is a better place in the last three quarters of a part.
    /// Nothing else is changed: apart from the added fences, the concatenated parts equal the original text.
    ///
    /// The first part has the props, attachments, files and priority of the draft. If the draft has a
    /// [key](Self::key), the parts have the keys `key`, `key/2`, `key/3` and so on. All parts are posted to the same
    /// thread as the draft; [`create_in_parts`](crate::rest::Posts::create_in_parts) creates a thread for them.
    ///
    /// A draft that is not too long is returned unchanged.
    ///
    /// # Examples
    /// ```
    /// use mattermost::{ChannelId, PostDraft, limits};
    /// # fn main() -> mattermost::Result<()> {
    /// let town: ChannelId = "pfsuwsotginax8b81ua7hppyxc".parse()?;
    /// let log = format!("```text\n{}```\n", "a line of the log\n".repeat(2000));
    /// let parts = PostDraft::new(&town, log).split();
    /// assert_eq!(parts.len(), 3);
    /// for part in &parts {
    ///     assert!(part.message.chars().count() <= limits::POST_CHARACTERS);
    ///     assert!(part.message.starts_with("```text\n"));
    ///     assert!(part.message.trim_end().ends_with("\n```"));
    /// }
    /// # Ok(()) }
    /// ```
    pub fn split(&self) -> Vec<Self> {
        let mut first = Some(self.clone());
        let texts = split_text(&self.message, POST_CHARACTERS).into_iter().map(|part| part.full_text());
        let part = |(number, message): (usize, String)| {
            let Some(first) = first.take() else {
                let mut part = Self::new(&self.channel_id, message).root_id(&self.root_id);
                (part.kind, part.set_online) = (self.kind.clone(), self.set_online);
                part.key_since = self.key_since;
                return match &self.key {
                    Some(key) => part.key(format!("{key}/{}", number + 1)),
                    None => part,
                };
            };
            Self { message, ..first }
        };
        texts.enumerate().map(part).collect()
    }
}

/// A part of a text, with the fences that were added.
#[derive(Debug, PartialEq, Eq)]
struct TextPart<'t> {
    head: String,
    body: &'t str,
    tail: String,
}

impl TextPart<'_> {
    fn full_text(&self) -> String {
        format!("{}{}{}", self.head, self.body, self.tail)
    }
}

/// An open code block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fence<'t> {
    mark: &'t str,
    /// The opening line, with its indentation and language, without its end.
    line: &'t str,
}

impl<'t> Fence<'t> {
    /// The fence that a line opens.
    fn opened_by(line: &'t str) -> Option<Self> {
        let line = line.trim_end();
        let (mark, info) = fence_marks(line)?;
        // Inline code otherwise.
        let valid = !(mark.starts_with('`') && info.contains('`'));
        valid.then_some(Self { mark, line })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        fence_marks(line.trim_end())
            .is_some_and(|(mark, info)| mark.starts_with(self.mark) && info.is_empty())
    }

    fn after_line(open: Option<Self>, line: &'t str) -> Option<Self> {
        match open {
            Some(fence) if fence.is_closed_by(line) => None,
            Some(fence) => Some(fence),
            None => Self::opened_by(line),
        }
    }

    /// Closes the block behind `body`.
    fn closing_text(&self, body: &str) -> String {
        let indent = self.line.split_at(self.line.len() - self.line.trim_start().len()).0;
        let newline = if body.ends_with('\n') { "" } else { "\n" };
        format!("{newline}{indent}{}", self.mark)
    }

    fn opening_text(&self) -> String {
        format!("{}\n", self.line)
    }

    /// An upper bound of what `tail` adds.
    fn closing_cost(&self) -> usize {
        1 + (self.line.len() - self.line.trim_start().len()) + self.mark.len()
    }
}

/// Three or more of one mark, and what follows them.
fn fence_marks(line: &str) -> Option<(&str, &str)> {
    if line.len() > MAX_FENCE_LINE {
        return None;
    }
    let text = line.trim_start();
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = text.trim_start_matches(mark);
    let marks = text.split_at(text.len() - info.len()).0;
    (marks.len() >= 3).then(|| (marks, info.trim()))
}

/// A place at which a text may be split; better ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SplitPoint {
    /// Between lines of a code block, or rows of a table.
    Inside,
    /// Between items of a list, or lines of a quote.
    Item,
    /// Between lines of a paragraph, or behind an empty line within a list.
    Line,
    /// Before or behind a code block.
    Block,
    /// Between paragraphs.
    Paragraph,
}

impl SplitPoint {
    /// Between `above` and `below`, of which `above` left `open`. `kind` is that of the last line that was not empty.
    fn between_lines(
        above: &str,
        below: &str,
        before: Option<Fence<'_>>,
        open: Option<Fence<'_>>,
        kind: LineKind,
    ) -> Self {
        let next = LineKind::of_line(below);
        if open.is_some() {
            return Self::Inside;
        }
        if before.is_some() || Fence::opened_by(below).is_some() {
            return Self::Block;
        }
        let continues = kind != LineKind::Text && (next == kind || next == LineKind::Indented);
        match (above.trim().is_empty(), next) {
            (_, LineKind::Empty) => Self::Line,
            (true, _) if continues => Self::Line,
            (true, _) | (false, LineKind::Heading) => Self::Paragraph,
            (false, LineKind::Row) if continues => Self::Inside,
            (false, _) if continues => Self::Item,
            (false, _) => Self::Line,
        }
    }
}

/// The Markdown construct to which a line belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineKind {
    Empty,
    Text,
    Heading,
    Item,
    Quote,
    Row,
    Indented,
}

impl LineKind {
    fn of_line(line: &str) -> Self {
        let text = line.trim();
        let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let numbered = number.len() < text.len() && number.starts_with([')', '.']);
        if text.is_empty() {
            Self::Empty
        } else if text.starts_with("- ") || text.starts_with("* ") || text.starts_with("+ ") || numbered {
            Self::Item
        } else if text.starts_with('>') {
            Self::Quote
        } else if text.starts_with('|') {
            Self::Row
        } else if line.starts_with("  ") || line.starts_with('\t') {
            Self::Indented
        } else if text.starts_with('#') {
            Self::Heading
        } else {
            Self::Text
        }
    }
}

fn split_text(text: &str, limit: usize) -> Vec<TextPart<'_>> {
    let (mut parts, mut rest, mut open) = (Vec::new(), text, None::<Fence<'_>>);
    loop {
        let head = open.map_or(String::new(), |fence| fence.opening_text());
        let room = limit.saturating_sub(head.chars().count());
        if rest.char_indices().nth(room).is_none() {
            parts.push(TextPart { head, body: rest, tail: String::new() });
            return parts;
        }
        let (end, fence) = cut_part(rest, room, open);
        let (body, behind) = rest.split_at(end);
        let tail = fence.map_or(String::new(), |fence| fence.closing_text(body));
        parts.push(TextPart { head, body, tail });
        (rest, open) = (behind, fence);
    }
}

/// The length of the next part, and the code block that is open there. `rest` is longer than `room` characters.
fn cut_part<'t>(rest: &'t str, room: usize, open: Option<Fence<'t>>) -> (usize, Option<Fence<'t>>) {
    let (mut at, mut count, mut fence, mut kind) = (0, 0, open, LineKind::Text);
    let mut best: Option<(SplitPoint, usize, Option<Fence<'t>>)> = None;
    let mut lines = rest.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let after = Fence::after_line(fence, line);
        let length = line.chars().count();
        let cost = after.map_or(0, |fence| fence.closing_cost());
        if count + length + cost > room {
            break;
        }
        let before = fence;
        (at, count, fence) = (at + line.len(), count + length, after);
        if LineKind::of_line(line) != LineKind::Empty {
            kind = LineKind::of_line(line);
        }
        let below = lines.peek().copied().unwrap_or_default();
        let place = SplitPoint::between_lines(line, below, before, fence, kind);
        if count >= room / 4 && best.is_none_or(|(best, ..)| place >= best) {
            best = Some((place, at, fence));
        }
    }
    if let Some((_, end, fence)) = best {
        return (end, fence);
    }
    // A line that is too long. What precedes it is less than a quarter of a part.
    let line = rest.get(at..).unwrap_or_default();
    let room = room - count - fence.map_or(0, |fence| fence.closing_cost());
    (at + cut_line(line, room), fence)
}

/// The length of the next piece of a line that is longer than `room` characters: up to a space in the second half, or
/// between any two characters that are shown apart.
fn cut_line(line: &str, room: usize) -> usize {
    let end = line.char_indices().nth(room.max(1)).map_or(line.len(), |(at, _)| at);
    // A rest that begins with a fence would open or close a code block, unless it is longer than a fence may be. So the
    // search for another place is short.
    let splits = |at: usize| {
        let (_, rest) = line.split_at(at);
        fence_marks(rest.lines().next().unwrap_or_default()).is_none()
    };
    let (head, _) = line.split_at(end);
    let mut spaces = head.char_indices().rev().filter(|(_, c)| c.is_whitespace());
    let space = spaces.find_map(|(at, c)| Some(at + c.len_utf8()).filter(|at| splits(*at)));
    if let Some(at) = space.filter(|at| *at >= end / 2) {
        return at;
    }
    let mut cuts = head.char_indices().rev().take(MAX_FENCE_LINE + 64).map(|(at, _)| at).filter(|at| *at > 0);
    let whole = |at: usize| {
        let (before, after) = line.split_at(at);
        !before.ends_with(JOINER) && !after.chars().next().is_some_and(joins_previous) && splits(at)
    };
    if whole(end) {
        return end;
    }
    cuts.find(|at| whole(*at)).unwrap_or(end)
}

/// Zero width joiner, as in the emoji of a family.
const JOINER: char = '\u{200d}';

/// Belongs to the character before it: accents, variants, skin tones, the second letter of a flag.
fn joins_previous(c: char) -> bool {
    matches!(c,
        JOINER | '\n' | '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{93c}'..='\u{94d}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}'
        | '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::Dice;

    fn texts(text: &str, limit: usize) -> Vec<String> {
        split_text(text, limit).iter().map(TextPart::full_text).collect()
    }

    /// The code block that is open at the end, as a reader of the text sees it.
    fn open_at_end(text: &str) -> Option<Fence<'_>> {
        text.split_inclusive('\n').fold(None, Fence::after_line)
    }

    fn check(text: &str, limit: usize) {
        let parts = split_text(text, limit);
        let joined: String = parts.iter().map(|part| part.body).collect();
        assert_eq!(joined, text, "limit {limit}");
        let (last, firsts) = parts.split_last().unwrap();
        for part in firsts {
            assert!(open_at_end(&part.full_text()).is_none(), "limit {limit}: {part:?} of {text:?}");
            assert!(!part.body.is_empty());
        }
        for part in &parts {
            assert!(part.full_text().chars().count() <= limit, "limit {limit}: {part:?}");
            let fence = Fence::opened_by(&part.head);
            assert_eq!(part.head.is_empty(), fence.is_none(), "{part:?}");
        }
        // What the author left open stays open, and nothing else.
        assert_eq!(
            open_at_end(&last.full_text()).is_some(),
            open_at_end(text).is_some(),
            "limit {limit}: {text:?}"
        );
        if text.chars().count() <= limit {
            assert_eq!(parts, [TextPart { head: String::new(), body: text, tail: String::new() }]);
        }
    }

    const PIECES: &[&str] = &[
        "word ",
        "another word, ",
        "\n",
        "\n\n",
        "```\n",
        "```rust\n",
        "````\n",
        "~~~\n",
        "~~~ text\n",
        "  ```sh\n",
        "- item\n",
        "1. first\n",
        "  continued\n",
        "> quoted\n",
        "| a | b |\n",
        "|---|---|\n",
        "# Heading\n",
        "\r\n",
        "👨‍👩‍👧‍👦",
        "👍🏽",
        "🇩🇪🇫🇷",
        "e\u{301}",
        "שלום ",
        "مرحبا بالعالم ",
        "\u{202e}abc\u{202c} ",
        "日本語の文章",
        "`code` ",
        "``` inline ``` ",
        "\t",
        " ",
        "~",
        "`",
        "x",
        "\u{0}",
        "let x = 1;\n",
        "{\n",
        "}\n",
        "**bold** ",
        ":smile: ",
    ];

    fn random_text(dice: &mut Dice) -> String {
        let mut text = String::new();
        for _ in 0..dice.roll(40) {
            let piece = dice.pick(PIECES);
            let most = if dice.roll(4) == 0 { 200 } else { 3 };
            for _ in 0..=dice.roll(most) {
                text.push_str(piece);
            }
        }
        text
    }

    /// `MATTERMOST_SPLIT_RUNS=100000` for the long form.
    #[test]
    fn no_text_is_changed_torn_or_too_long() {
        let runs =
            std::env::var("MATTERMOST_SPLIT_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(4_000);
        let (mut dice, mut parts) = (Dice(0x5917), 0);
        for run in 0..runs {
            let text = random_text(&mut dice);
            // Small enough for many parts, and large enough for a fence of 200 characters to be closed.
            let limit = 1000 + dice.roll(3000);
            check(&text, limit);
            parts += split_text(&text, limit).len();
            if run % 50 == 0 {
                // Around the limit of a server, exactly.
                let unit = if text.is_empty() { "x" } else { &text };
                let long: String = unit.chars().cycle().take(POST_CHARACTERS - 1 + dice.roll(3)).collect();
                check(&long, POST_CHARACTERS);
                check(&format!("{long}{long}"), POST_CHARACTERS);
            }
        }
        println!("{runs} texts in {parts} parts");
        assert!(parts > runs);
    }

    #[test]
    fn exactly_the_limit_is_one_part() {
        for (text, count) in [("ä".repeat(16_383), 1), ("ä".repeat(16_384), 2), ("😀".repeat(40_000), 3)]
        {
            assert_eq!(texts(&text, POST_CHARACTERS).len(), count);
            check(&text, POST_CHARACTERS);
        }
        assert_eq!(texts("", 10), [""]);
    }

    #[test]
    fn prefers_paragraphs_then_lines_then_words() {
        assert_eq!(texts("one two\n\nthree four\nfive", 22), ["one two\n\n", "three four\nfive"]);
        assert_eq!(texts("one two\nthree four\nfive six", 20), ["one two\nthree four\n", "five six"]);
        assert_eq!(texts("one two three four", 9), ["one two ", "three ", "four"]);
        assert_eq!(texts("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(texts("text\n- a\n- b\n- c\n- d\n", 18), ["text\n", "- a\n- b\n- c\n- d\n"]);
        assert_eq!(texts("text\n\n> a\n> b\n> c\n", 16), ["text\n\n", "> a\n> b\n> c\n"]);
        assert_eq!(texts("abcd👨‍👩‍👧‍👦e\u{301}", 9), ["abcd", "👨‍👩‍👧‍👦e\u{301}"].map(str::to_owned).to_vec());
    }

    #[test]
    fn code_blocks_are_closed_and_opened_again() {
        let text = "```rust\none();\ntwo();\nthree();\n```\nafter\n";
        assert_eq!(texts(text, 30), ["```rust\none();\ntwo();\n```", "```rust\nthree();\n```\nafter\n"]);
        // One that fits is not split.
        assert_eq!(texts("some text\n```\na\nb\n```\n", 20), ["some text\n", "```\na\nb\n```\n"]);
        // A fence in a longer fence is code.
        let nested = "````md\n```sh\nls\n```\nls\nls\n````\n";
        assert_eq!(texts(nested, 28), ["````md\n```sh\nls\n```\nls\n````", "````md\nls\n````\n"]);
        // A line of code that is too long.
        let parts = texts(&format!("```\n{}\n```", "x".repeat(60)), 24);
        assert_eq!(parts[0], "```\nxxxxxxxxxxxxxxxx\n```");
        assert_eq!((parts.len(), &*parts[3]), (4, "```\nxxxxxxxxxxxx\n```"));
    }

    #[test]
    fn the_first_part_has_the_rest_of_the_draft() {
        let channel: crate::ChannelId = "pfsuwsotginax8b81ua7hppyxc".parse().unwrap();
        let root: crate::PostId = "736caaqdfpd4zmtpqqma9fa9er".parse().unwrap();
        let draft = PostDraft::new(&channel, "word ".repeat(8000)).key("k").prop("a", 1).root_id(&root);
        let parts = draft.split();
        let keys: Vec<_> = parts.iter().map(|part| part.key.as_deref().unwrap()).collect();
        assert_eq!(keys, ["k", "k/2", "k/3"]);
        assert!(parts.iter().all(|part| part.root_id == root && part.channel_id == channel));
        assert_eq!((parts[0].props.len(), parts[1].props.len()), (2, 1));
        let short = PostDraft::new(&channel, "x").prop("a", 1);
        assert_eq!(short.split(), [short]);
    }
}
