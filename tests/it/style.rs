//! The house style in figures: names, documentation and circles between files, counted over `src` without its tests.
//!
//! `cargo test --features testing --test it style -- --nocapture` prints the table and what is above its limit.
//! `MATTERMOST_STYLE_SOURCES=<folder>` counts the sources of another folder, for example those of an older commit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

mod graph;
mod scan;

use scan::{Kind, Source};

/// Words that tell what a constant is: a duration, a bound, a name, a list and so on.
const KIND_WORDS: &[&str] = &[
    "BACKOFF",
    "BIT",
    "BITS",
    "BYTES",
    "CAPACITY",
    "CODE",
    "CODES",
    "COUNT",
    "DEADLINE",
    "DEFAULT",
    "DELAY",
    "DEPTH",
    "ENV",
    "EVERY",
    "FACTOR",
    "FIELD",
    "FIELDS",
    "FORMAT",
    "GUID",
    "HEADER",
    "HEADERS",
    "HINT",
    "HINTS",
    "ID",
    "IDS",
    "INTERVAL",
    "KEY",
    "KEYS",
    "KIND",
    "KINDS",
    "LABEL",
    "LEN",
    "LENGTH",
    "LIMIT",
    "LIMITS",
    "LINES",
    "MASK",
    "MAX",
    "MESSAGE",
    "METHOD",
    "MIN",
    "NAME",
    "NAMES",
    "OFFSET",
    "OPCODE",
    "OPTIONS",
    "OVERLAP",
    "PATH",
    "PATHS",
    "PATTERN",
    "PERCENT",
    "PERIOD",
    "POLICY",
    "PORT",
    "PREFIX",
    "PREFIXES",
    "RATE",
    "RATIO",
    "RETRIES",
    "ROUTE",
    "ROUTES",
    "SECONDS",
    "SEED",
    "SEEDS",
    "SET",
    "SHARE",
    "SIZE",
    "STATUS",
    "STATUSES",
    "SUFFIX",
    "TABLE",
    "TEXT",
    "THRESHOLD",
    "TIMEOUT",
    "URL",
    "VERSION",
    "WINDOW",
    "TTL",
    "AGE",
];

/// Words that an English noun phrase does not begin with.
const QUESTION_WORDS: &[&str] = &["What", "Whether", "Who", "Whom", "Whose", "Where", "How", "When", "Why"];

/// Turns of translated English, and words that the glossary of CONTRIBUTING.md replaces.
const STALE_PHRASES: &[&str] = &[
    "as the case may be",
    "e-mail",
    " for ever.",
    "for good",
    "goes on with",
    "if need be",
    ", lest ",
    "look-up",
    "somebody",
    "thereof",
    "user name",
    "whoever",
];

// The limits, which may only get stricter.
const MAX_ONE_WORD_TYPES: f64 = 45.0;
const MAX_ONE_WORD_FUNCTIONS: f64 = 45.0;
const MIN_CONSTANTS_WITH_KIND: f64 = 50.0;
const MAX_TYPES_TWICE: usize = 0;

/// The figures of a source tree.
#[derive(Debug)]
struct Figures {
    types: Vec<(String, String)>,
    functions: Vec<(String, String)>,
    constants: Vec<(String, String)>,
    questions: Vec<String>,
    stale_phrases: Vec<String>,
    torn_paragraphs: Vec<String>,
    twice: BTreeMap<String, BTreeSet<String>>,
    circles: Vec<Vec<String>>,
    lines: usize,
}

fn word_count(name: &str) -> usize {
    if name.contains('_') {
        return name.split('_').filter(|word| !word.is_empty()).count();
    }
    let letters: Vec<char> = name.chars().collect();
    let starts = |at: usize| {
        let lower = |at: usize| {
            letters.get(at).is_some_and(|letter| letter.is_lowercase() || letter.is_ascii_digit())
        };
        letters[at].is_uppercase() && (at == 0 || lower(at - 1) || lower(at + 1))
    };
    (0..letters.len()).filter(|at| starts(*at)).count().max(1)
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    100.0 * part as f64 / whole as f64
}

impl Figures {
    fn of(sources: &[Source]) -> Self {
        let mut figures = Self {
            types: Vec::new(),
            functions: Vec::new(),
            constants: Vec::new(),
            questions: Vec::new(),
            stale_phrases: Vec::new(),
            torn_paragraphs: Vec::new(),
            twice: BTreeMap::new(),
            circles: graph::circles(sources),
            lines: sources.iter().map(|source| source.lines).sum(),
        };
        for source in sources {
            for item in &source.items {
                let entry = (item.name.clone(), source.name.clone());
                match item.kind {
                    Kind::Type => {
                        figures.twice.entry(item.name.clone()).or_default().insert(source.name.clone());
                        figures.types.push(entry);
                    }
                    // The groups of `rest` have the verbs of the API reference.
                    Kind::Function if !source.name.starts_with("rest/") => figures.functions.push(entry),
                    Kind::Constant => figures.constants.push(entry),
                    Kind::Function | Kind::Macro => {}
                }
            }
            for doc in &source.docs {
                let place = format!("src/{}.rs:{}: {}", source.name, doc.line, doc.first_line());
                if QUESTION_WORDS.iter().any(|word| doc.first_word() == *word) {
                    figures.questions.push(place.clone());
                }
                let text = doc.lines.join(" ").to_lowercase();
                if let Some(phrase) = STALE_PHRASES.iter().find(|phrase| text.contains(*phrase)) {
                    figures.stale_phrases.push(format!("{place} ({phrase})"));
                }
                if doc.is_torn() {
                    figures.torn_paragraphs.push(place);
                }
            }
        }
        figures.twice.retain(|_, places| places.len() > 1);
        figures
    }

    fn one_word(entries: &[(String, String)]) -> usize {
        entries.iter().filter(|(name, _)| word_count(name) == 1).count()
    }

    fn one_word_types(&self) -> f64 {
        percent(Self::one_word(&self.types), self.types.len())
    }

    fn one_word_functions(&self) -> f64 {
        percent(Self::one_word(&self.functions), self.functions.len())
    }

    fn without_kind(&self) -> Vec<&(String, String)> {
        let has_kind = |name: &str| name.split('_').any(|word| KIND_WORDS.contains(&word));
        self.constants.iter().filter(|(name, _)| !has_kind(name)).collect()
    }

    fn constants_with_kind(&self) -> f64 {
        percent(self.constants.len() - self.without_kind().len(), self.constants.len())
    }

    fn table(&self) -> String {
        let in_circles: usize = self.circles.iter().map(Vec::len).sum();
        let mut table = String::new();
        let mut row = |what: &str, figure: String, goal: &str| {
            writeln!(table, "| {what:<62} | {figure:>14} | {goal:>7} |").unwrap();
        };
        row("figure", "here".into(), "goal");
        let of = |percent: f64, whole: usize| format!("{percent:.1} % of {whole}");
        row("type names of one word", of(self.one_word_types(), self.types.len()), "<= 45 %");
        let functions = of(self.one_word_functions(), self.functions.len());
        row("function names of one word (rest groups apart)", functions, "<= 45 %");
        row("constants with a kind word", of(self.constants_with_kind(), self.constants.len()), ">= 50 %");
        row("type names used for two things", self.twice.len().to_string(), "0");
        row("circles between files (files in them)", format!("{} ({in_circles})", self.circles.len()), "0");
        row(
            "docs that begin with What, Whether, Who, Where, How, When",
            self.questions.len().to_string(),
            "few",
        );
        row("docs with a turn of translated English", self.stale_phrases.len().to_string(), "0");
        row("paragraphs of docs that begin in mid-sentence", self.torn_paragraphs.len().to_string(), "0");
        row("lines of src without tests", self.lines.to_string(), "");
        table
    }

    fn details(&self) -> String {
        let mut text = String::new();
        for (name, places) in &self.twice {
            writeln!(text, "two things: {name} in {}", places.iter().cloned().collect::<Vec<_>>().join(", "))
                .unwrap();
        }
        for circle in &self.circles {
            writeln!(text, "circle: {}", circle.join(" ")).unwrap();
        }
        let mut list = |what: &str, entries: &[String]| {
            for entry in entries {
                writeln!(text, "{what}: {entry}").unwrap();
            }
        };
        list("torn", &self.torn_paragraphs);
        list("stale", &self.stale_phrases);
        if std::env::var_os("MATTERMOST_STYLE_ALL").is_some() {
            list("question", &self.questions);
            let named = |entries: Vec<&(String, String)>| -> Vec<String> {
                entries.iter().map(|(name, place)| format!("{name} in {place}")).collect()
            };
            let single = |entries: &[(String, String)]| -> Vec<String> {
                let single = entries.iter().filter(|(name, _)| word_count(name) == 1).collect();
                named(single)
            };
            list("type", &single(&self.types));
            list("function", &single(&self.functions));
            list("constant", &named(self.without_kind()));
        }
        text
    }
}

fn folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    std::env::var_os("MATTERMOST_STYLE_SOURCES").map_or(here, PathBuf::from)
}

fn sources(root: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(root).unwrap().with_extension("").to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(path).unwrap())
    };
    let is_test = |name: &str| name.split('/').any(|part| part == "tests");
    found
        .iter()
        .map(read)
        .filter(|(name, _)| !is_test(name))
        .map(|(name, text)| Source::of(name, &text))
        .collect()
}

/// The files that each file of `src` uses, by name.
pub(crate) fn uses_between_files() -> BTreeMap<String, BTreeSet<String>> {
    graph::uses(&sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")))
}

/// All files that a file uses, directly or over others.
pub(crate) fn reachable(uses: &BTreeMap<String, BTreeSet<String>>, start: &str) -> BTreeSet<String> {
    graph::reachable(uses, start)
}

#[test]
fn the_figures_are_within_their_limits() {
    let figures = Figures::of(&sources(&folder()));
    println!("{}\n{}", figures.table(), figures.details());
    if std::env::var_os("MATTERMOST_STYLE_SOURCES").is_some() {
        return;
    }
    assert!(figures.types.len() > 300 && figures.functions.len() > 1000, "the test has gone blind");
    assert!(figures.one_word_types() <= MAX_ONE_WORD_TYPES, "rename types of one word");
    assert!(figures.one_word_functions() <= MAX_ONE_WORD_FUNCTIONS, "rename functions of one word");
    assert!(figures.constants_with_kind() >= MIN_CONSTANTS_WITH_KIND, "give constants a kind word");
    assert!(figures.twice.len() == MAX_TYPES_TWICE, "qualify the names that are used for two things");
    assert!(figures.circles.is_empty(), "move what is shared into a file below both");
    assert!(figures.questions.is_empty(), "begin documentation with a noun or a verb");
    assert!(figures.stale_phrases.is_empty() && figures.torn_paragraphs.is_empty(), "mend the documentation");
}

#[test]
fn the_words_of_a_name_are_counted() {
    let count = |name: &str| word_count(name);
    assert_eq!([count("Post"), count("PostDraft"), count("URL"), count("HTTPClient")], [1, 2, 1, 2]);
    assert_eq!([count("send"), count("send_all"), count("_unused"), count("r#type")], [1, 2, 1, 1]);
}

/// Draws 60 sentences of public documentation, for a reader to judge: `MATTERMOST_STYLE_SEED=7 cargo test .. -- --nocapture`.
#[test]
fn sentences_can_be_drawn() {
    let mut all: Vec<String> = Vec::new();
    for source in sources(&folder()) {
        for doc in source.docs.iter().filter(|doc| doc.is_public) {
            let place = |sentence| format!("src/{}.rs:{}: {sentence}", source.name, doc.line);
            all.extend(doc.sentences().into_iter().map(place));
        }
    }
    assert!(all.len() > 3000, "the test has gone blind: {}", all.len());
    let Some(seed) = std::env::var_os("MATTERMOST_STYLE_SEED") else { return };
    let mut state: u64 = seed.to_str().and_then(|seed| seed.parse().ok()).unwrap();
    println!("60 of {} sentences, seed {state}", all.len());
    for _ in 0..60 {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let drawn = (mixed ^ (mixed >> 31)) % all.len() as u64;
        println!("{}", all.swap_remove(drawn as usize));
    }
}
