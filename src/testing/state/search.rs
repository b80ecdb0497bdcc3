//! Searching posts as a database does that reads English: words, phrases, exclusions and filters.

use super::{StoredPost, World};

/// Words without a meaning of their own, which are neither stored nor searched for.
const STOP_WORDS: &str = "i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers \
    herself it its itself they them their theirs themselves what which who whom this that these those am is are was were be been \
    being have has had having do does did doing a an the and but if or because as until while of at by for with about against \
    between into through during before after above below to from up down in out on off over under again further then once here \
    there when where why how all any both each few more most other some such no nor not only own same so than too very s t can \
    will just don should now";

const DAY_MILLIS: i64 = 86_400_000;
/// Characters of a search that separate words. `@` does so in old servers only.
const SEPARATORS: &[char] = &['<', '>', '+', '-', '(', ')', '~', ':', '*', '"', '!'];

/// A word of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
enum SearchWord {
    /// The stem of a word.
    Stem(String),
    /// The beginning of a word.
    Prefix(String),
}

/// The parts of a search.
#[derive(Debug, Default)]
struct SearchQuery {
    /// Each is a phrase: words that follow each other.
    wanted: Vec<Vec<Option<SearchWord>>>,
    excluded: Vec<Vec<Option<SearchWord>>>,
    /// Hashtags, as they are written, with `true` if more may follow.
    hashtags: Vec<(String, bool)>,
    filters: Vec<SearchFilter>,
    /// `true` if the search has no words that could match.
    empty: bool,
}

#[derive(Debug)]
struct SearchFilter {
    excluding: bool,
    kind: SearchFilterKind,
}

#[derive(Debug)]
enum SearchFilterKind {
    From(String),
    In(String),
    /// A range of times in milliseconds.
    Made(std::ops::Range<i64>),
}

/// Reduces an English word to its stem, in the cases that matter in chats: plurals and the forms of verbs.
fn stem(word: &str) -> String {
    if word.len() < 4 || !word.is_ascii() {
        return word.to_owned();
    }
    let has_vowel = |text: &str| text.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    let mut stem = word.to_owned();
    if let Some(short) = stem.strip_suffix("ies") {
        stem = format!("{short}i");
    } else if ["sses", "shes", "ches", "xes", "zes"].iter().any(|end| stem.ends_with(end)) {
        stem.truncate(stem.len() - 2);
    } else if stem.ends_with('s') && !stem.ends_with("ss") && !stem.ends_with("us") {
        stem.truncate(stem.len() - 1);
    }
    for end in ["ing", "ed"] {
        if let Some(short) = stem.strip_suffix(end).filter(|short| short.len() > 1 && has_vowel(short)) {
            let mut short = short.to_owned();
            let last_two: Vec<char> = short.chars().rev().take(2).collect();
            let doubled = matches!(&*last_two, [last, before] if last == before && !"lsz".contains(*last));
            if doubled {
                short.pop();
            } else if ["at", "bl", "iz"].iter().any(|end| short.ends_with(end)) {
                short.push('e');
            }
            stem = short;
            break;
        }
    }
    if let Some(short) =
        stem.strip_suffix('y').filter(|short| has_vowel(short) && !short.ends_with(['a', 'e', 'i', 'o', 'u']))
    {
        stem = format!("{short}i");
    }
    if let Some(short) = stem.strip_suffix('e').filter(|short| short.len() > 2) {
        stem = short.to_owned();
    }
    stem
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric()
}

/// Returns the words of a text that a database stores. Names of hosts and addresses are words of their own.
fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.to_lowercase().split_whitespace() {
        let part = part.trim_matches(|c: char| !is_word(c));
        let address = part.split_once("://").map_or(part, |(_, rest)| rest);
        let host = address.split(['/', '?', ':']).next().unwrap_or_default();
        let labels: Vec<&str> = host.split('@').next_back().unwrap_or_default().split('.').collect();
        let is_host = labels.len() > 1
            && labels.iter().all(|label| !label.is_empty() && label.chars().all(|c| is_word(c) || c == '-'));
        if is_host {
            found.push(host.to_owned());
        } else {
            found
                .extend(part.split(|c: char| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }
    found
}

/// Returns the stems of a text at their positions, with `None` for words without a meaning.
fn stems(text: &str) -> Vec<Option<String>> {
    let is_stop = |word: &str| STOP_WORDS.split_whitespace().any(|stop| stop == word);
    let stemmed = |word: String| if word.contains(['.', '@']) { word } else { stem(&word) };
    words(text).into_iter().map(|word| (!is_stop(&word)).then(|| stemmed(word))).collect()
}

/// Returns a phrase, whose gaps fit any word.
fn phrase(text: &str) -> Vec<Option<SearchWord>> {
    stems(text).into_iter().map(|stem| stem.map(SearchWord::Stem)).collect()
}

/// Returns the first millisecond of a day, `2026-11-27`, in a time zone. `None` if it is no date.
fn day(date: &str, offset_seconds: i64) -> Option<i64> {
    let mut parts = date.split('-');
    let mut number = |length: usize, range: std::ops::RangeInclusive<i64>| {
        let part = parts.next().filter(|part| part.len() == length)?;
        part.parse().ok().filter(|number| range.contains(number))
    };
    let (year, month, day) = (number(4, 1..=9999)?, number(2, 1..=12)?, number(2, 1..=31)?);
    let days = crate::time::days_since_epoch(year, month, day);
    Some(days * DAY_MILLIS - offset_seconds * 1000).filter(|_| parts.next().is_none())
}

impl SearchQuery {
    /// Reads the terms of a search. Old servers know fewer forms.
    fn parse(terms: &str, old: bool, any: bool, offset_seconds: i64) -> Self {
        let mut query = Self::default();
        let mut rest = terms;
        let mut seen = false;
        while let Some(begin) = rest.find(|c: char| !c.is_whitespace()) {
            rest = rest.get(begin..).unwrap_or_default();
            let bare = rest.trim_start_matches('-');
            let excluding = bare.len() < rest.len();
            let quotation = bare.strip_prefix('"').and_then(|inner| inner.split_once('"'));
            let quoted = quotation.is_some();
            let (token, after) = quotation
                .unwrap_or_else(|| bare.split_at(bare.find(char::is_whitespace).unwrap_or(bare.len())));
            rest = after;
            if !quoted && query.filter(token, excluding, old, offset_seconds) {
                seen = true;
                continue;
            }
            seen = true;
            if quoted && !(old && (any || excluding)) {
                query.add(phrase(token), excluding);
                continue;
            }
            if token.starts_with('#') {
                let tag = token.trim_end_matches('*');
                query.hashtags.push((tag.to_lowercase(), tag.len() < token.len()));
                continue;
            }
            let begins = token.ends_with('*');
            let separated = token.replace(SEPARATORS, " ");
            let separated = if old { separated.replace('@', " ") } else { separated };
            let pieces: Vec<&str> = separated.split_whitespace().collect();
            for (at, piece) in pieces.iter().enumerate() {
                let mut phrase = phrase(piece);
                if begins && at + 1 == pieces.len() {
                    phrase.pop();
                    phrase.extend(words(piece).pop().map(|last| Some(SearchWord::Prefix(stem(&last)))));
                }
                // The database refuses a search with an apostrophe, and stores no paths.
                if piece.contains('\'') || piece.starts_with('/') {
                    phrase = vec![Some(SearchWord::Stem((*piece).to_owned()))];
                }
                query.add(phrase, excluding);
            }
        }
        let nothing = query.wanted.is_empty() && query.hashtags.is_empty();
        query.empty = !seen || (nothing && (query.filters.is_empty() || !query.excluded.is_empty()));
        query
    }

    fn filter(&mut self, token: &str, excluding: bool, old: bool, offset_seconds: i64) -> bool {
        let Some((name, value)) = token.split_once(':') else { return false };
        let value = value.to_lowercase();
        let kind = match (&*name.to_lowercase(), &*value) {
            (_, "") => return false,
            ("from", value) if old => SearchFilterKind::From(value.to_owned()),
            ("from", value) => SearchFilterKind::From(value.trim_start_matches('@').to_owned()),
            ("in" | "channel", value) if old => SearchFilterKind::In(value.to_owned()),
            ("in" | "channel", value) => SearchFilterKind::In(value.trim_start_matches('~').to_owned()),
            ("after", value) => SearchFilterKind::Made(
                day(value, offset_seconds).map_or(0..0, |day| day + DAY_MILLIS..i64::MAX),
            ),
            ("before", value) => {
                SearchFilterKind::Made(day(value, offset_seconds).map_or(0..0, |day| i64::MIN..day))
            }
            ("on", value) => {
                SearchFilterKind::Made(day(value, offset_seconds).map_or(0..0, |day| day..day + DAY_MILLIS))
            }
            ("ext", _) => return true,
            _ => return false,
        };
        self.filters.push(SearchFilter { excluding, kind });
        true
    }

    fn add(&mut self, mut phrase: Vec<Option<SearchWord>>, excluding: bool) {
        let first = phrase.iter().position(Option::is_some).unwrap_or(phrase.len());
        phrase.drain(..first);
        while phrase.last().is_some_and(Option::is_none) {
            phrase.pop();
        }
        if !phrase.is_empty() {
            let phrases = if excluding { &mut self.excluded } else { &mut self.wanted };
            phrases.push(phrase);
        }
    }
}

impl SearchWord {
    fn fits(&self, stored: &str) -> bool {
        match self {
            Self::Stem(stem) => stored == stem,
            Self::Prefix(begin) => stored.starts_with(&**begin),
        }
    }
}

fn contains(stored: &[Option<String>], phrase: &[Option<SearchWord>]) -> bool {
    stored.windows(phrase.len().max(1)).any(|window| {
        window.iter().zip(phrase).all(|pair| match pair {
            (_, None) => true,
            (Some(stored), Some(word)) => word.fits(stored),
            (None, Some(_)) => false,
        })
    })
}

impl World {
    /// Returns the posts that a search finds among those for which `readable` returns `true`, in no order.
    pub(in crate::testing) fn search_posts(
        &self,
        terms: &str,
        any: bool,
        offset_seconds: i64,
        readable: impl Fn(&StoredPost) -> bool,
    ) -> Vec<&StoredPost> {
        let query = SearchQuery::parse(terms, self.is_old(), any, offset_seconds);
        if query.empty {
            return Vec::new();
        }
        let found = self.posts.all().filter(|post| {
            post.delete_at == 0
                && post.original_id.is_empty()
                && !post.kind.starts_with("system_")
                && readable(post)
        });
        found.filter(|post| self.fits_query(post, &query, any)).collect()
    }

    fn fits_query(&self, post: &StoredPost, query: &SearchQuery, any: bool) -> bool {
        let filtered = query.filters.iter().all(|filter| {
            let fits = match &filter.kind {
                SearchFilterKind::From(name) => self.name_of(&post.user_id) == *name,
                SearchFilterKind::In(name) => self.channel(&post.channel_id).is_some_and(|c| c.name == *name),
                SearchFilterKind::Made(range) => range.contains(&post.create_at),
            };
            fits != filter.excluding
        });
        if !filtered {
            return false;
        }
        let stored = stems(&post.message);
        if query.excluded.iter().any(|phrase| contains(&stored, phrase)) {
            return false;
        }
        let lower = post.message.to_lowercase();
        let tagged = |(tag, begins): &(String, bool)| {
            lower.split_whitespace().any(|word| if *begins { word.starts_with(&**tag) } else { word == tag })
        };
        let mut checks = query
            .wanted
            .iter()
            .map(|phrase| contains(&stored, phrase))
            .chain(query.hashtags.iter().map(tagged))
            .peekable();
        if checks.peek().is_none() {
            return true;
        }
        if any { checks.any(|fits| fits) } else { checks.all(|fits| fits) }
    }
}
