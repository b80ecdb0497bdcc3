//! Reads what the figures need from a source file: items, paths and documentation.

use std::mem::take;

/// What a name was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Type,
    Function,
    Constant,
    Macro,
}

#[derive(Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) name: String,
}

/// A block of documentation in front of an item.
#[derive(Debug)]
pub(super) struct Doc {
    pub(super) line: usize,
    pub(super) lines: Vec<String>,
    pub(super) is_public: bool,
}

impl Doc {
    /// The sentences outside of code blocks, tables, headings and routes.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut in_code = false;
        let mut text = String::new();
        for line in &self.lines {
            if line.starts_with("```") {
                in_code = !in_code;
            } else if line.is_empty() || in_code || line.starts_with(['|', '#']) || line.contains("]: ") {
                text.push('\n');
            } else {
                text.push_str(line.trim_start_matches("* ").trim());
                text.push(' ');
            }
        }
        let is_sentence = |sentence: &&str| sentence.contains(' ') && !sentence.starts_with('`');
        let sentences = text.split('\n').flat_map(|paragraph| paragraph.split_inclusive(". "));
        sentences.map(str::trim).filter(is_sentence).map(str::to_owned).collect()
    }

    pub(super) fn first_line(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }

    pub(super) fn first_word(&self) -> &str {
        self.first_line().split([' ', ',', ':']).next().unwrap_or("")
    }

    /// `true` if a paragraph begins with a lower-case letter, or is the end of the sentence before it.
    pub(super) fn is_torn(&self) -> bool {
        let mut in_code = false;
        let mut last = "";
        let mut after_blank = false;
        for line in &self.lines {
            if line.starts_with("```") {
                in_code = !in_code;
            } else if !in_code && after_blank {
                let cut = line.starts_with(|c: char| c.is_lowercase());
                let open = !last.is_empty()
                    && !last.ends_with(['.', ':', '!', '?', '|', '`', ')', ';'])
                    && !last.starts_with('#');
                if cut || (open && line.starts_with(|c: char| c.is_alphabetic())) {
                    return true;
                }
            }
            after_blank = line.is_empty() && !in_code;
            if !line.is_empty() {
                last = line;
            }
        }
        false
    }
}

/// A `use` or a path in code: segments, the name that it gets here, and whether it ends in `*`.
#[derive(Clone, Debug)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    pub(super) alias: Option<String>,
    pub(super) is_glob: bool,
}

#[derive(Debug)]
pub(super) struct Source {
    /// The path below `src` without `.rs`.
    pub(super) name: String,
    pub(super) items: Vec<Item>,
    pub(super) docs: Vec<Doc>,
    /// What `use` brings in.
    pub(super) imports: Vec<Import>,
    /// Paths in code that begin with `crate`, `self` or `super`, and those of two or more segments.
    pub(super) paths: Vec<Vec<String>>,
    pub(super) lines: usize,
}

impl Source {
    pub(super) fn of(name: String, text: &str) -> Self {
        let docs = docs(text);
        let mut tokens = tokens(text);
        drop_tests(&mut tokens);
        let mut source = Self {
            name,
            items: Vec::new(),
            docs,
            imports: Vec::new(),
            paths: Vec::new(),
            lines: text.lines().count(),
        };
        source.read_items(&tokens);
        source.read_paths(&tokens);
        source
    }

    fn read_items(&mut self, tokens: &[String]) {
        // What each open brace belongs to: the last of these keywords before it.
        let mut blocks: Vec<&str> = Vec::new();
        let mut opener = "";
        let mut impl_of_trait = false;
        let mut at = 0;
        while at < tokens.len() {
            let token = tokens[at].as_str();
            let next = tokens.get(at + 1).map_or("", String::as_str);
            let is_name = next.starts_with(|c: char| c.is_alphabetic() || c == '_');
            let within = blocks.last().copied().unwrap_or("");
            match token {
                "{" => {
                    blocks.push(if opener == "impl" && impl_of_trait { "impl for" } else { opener });
                    opener = "";
                }
                "}" => {
                    blocks.pop();
                }
                ";" => opener = "",
                "impl" if opener.is_empty() => {
                    opener = "impl";
                    impl_of_trait = false;
                }
                "for" if opener == "impl" && next != "<" => impl_of_trait = true,
                "struct" | "enum" | "trait" | "union" if is_name => {
                    let is_union = token == "union";
                    if !is_union {
                        self.push(Kind::Type, next);
                    }
                    opener = if token == "trait" { "trait" } else { "type" };
                }
                "type" if is_name && !within.starts_with("impl") && within != "trait" => {
                    self.push(Kind::Type, next)
                }
                // The methods of a trait that somebody else made have its names.
                "fn" if is_name => {
                    if within != "impl for" {
                        self.push(Kind::Function, next);
                    }
                    opener = "fn";
                }
                "const" | "static" => {
                    let named =
                        if next == "mut" { tokens.get(at + 2).map_or("", String::as_str) } else { next };
                    let is_constant = named.len() > 1
                        && named.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
                    if is_constant && within != "impl for" && within != "trait" {
                        self.push(Kind::Constant, named);
                    }
                }
                "macro_rules" => {
                    if let Some(named) = tokens.get(at + 2) {
                        self.push(Kind::Macro, named);
                    }
                    // The body is a pattern, and its names are those of its callers.
                    at = skip_block(tokens, at);
                    continue;
                }
                "open_enum" | "ids" if next == "!" => {
                    let end = skip_block(tokens, at);
                    self.read_declarations(&tokens[at + 3..end.saturating_sub(1).max(at + 3)]);
                    at = end;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// The names that stand at the top of `open_enum!` and `ids!`.
    fn read_declarations(&mut self, tokens: &[String]) {
        let mut at = 0;
        while at < tokens.len() {
            match tokens[at].as_str() {
                "#" => at = skip_group(tokens, at + 1),
                "{" => at = skip_group(tokens, at),
                name if name.starts_with(char::is_alphabetic) => {
                    self.push(Kind::Type, name);
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    fn push(&mut self, kind: Kind, name: &str) {
        self.items.push(Item { kind, name: name.trim_start_matches("r#").to_owned() });
    }

    fn read_paths(&mut self, tokens: &[String]) {
        let mut at = 0;
        while at < tokens.len() {
            if tokens[at] == "use" {
                let end = tokens[at..]
                    .iter()
                    .position(|token| token == ";")
                    .map_or(tokens.len(), |found| at + found);
                use_tree(&tokens[at + 1..end], &mut Vec::new(), &mut self.imports);
                at = end;
                continue;
            }
            let starts = tokens[at].starts_with(|c: char| c.is_alphabetic() || c == '_');
            if starts
                && tokens.get(at + 1).is_some_and(|token| token == "::")
                && (at == 0 || tokens[at - 1] != "::" && tokens[at - 1] != "$")
            {
                let mut path = vec![tokens[at].clone()];
                let mut end = at + 1;
                while tokens.get(end).is_some_and(|token| token == "::") {
                    match tokens.get(end + 1) {
                        Some(part) if part.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                            path.push(part.clone())
                        }
                        _ => break,
                    }
                    end += 2;
                }
                self.paths.push(path);
                at = end;
            }
            at += 1;
        }
    }
}

fn use_tree(tokens: &[String], prefix: &mut Vec<String>, found: &mut Vec<Import>) {
    let depth = prefix.len();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "::" => {}
            "{" => {
                let end = skip_group(tokens, at);
                let mut start = at + 1;
                let mut level = 0;
                for inner in at + 1..end {
                    match tokens[inner].as_str() {
                        "{" => level += 1,
                        "}" if inner + 1 < end => level -= 1,
                        "," | "}" if level == 0 => {
                            use_tree(&tokens[start..inner], &mut prefix.clone(), found);
                            start = inner + 1;
                        }
                        _ => {}
                    }
                }
                prefix.truncate(depth);
                return;
            }
            "*" => {
                found.push(Import { path: prefix.clone(), alias: None, is_glob: true });
                prefix.truncate(depth);
                return;
            }
            "as" => {
                let alias = tokens.get(at + 1).cloned();
                found.push(Import { path: take(prefix), alias, is_glob: false });
                return;
            }
            part => prefix.push(part.to_owned()),
        }
        at += 1;
    }
    if !tokens.is_empty() {
        if prefix.last().is_some_and(|last| last == "self") && prefix.len() > 1 {
            prefix.pop();
        }
        let alias = prefix.last().cloned();
        found.push(Import { path: prefix.clone(), alias, is_glob: false });
    }
    prefix.truncate(depth);
}

/// The index behind the first block in braces after `at`.
fn skip_block(tokens: &[String], at: usize) -> usize {
    let open = tokens[at..].iter().position(|token| token == "{").map_or(tokens.len(), |found| at + found);
    skip_group(tokens, open)
}

/// The index behind the group that opens at `at`.
fn skip_group(tokens: &[String], at: usize) -> usize {
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// Removes the items under `#[cfg(test)]`.
fn drop_tests(tokens: &mut Vec<String>) {
    let is_test = |at: usize, tokens: &[String]| {
        let end = skip_group(tokens, at + 1);
        let attribute = &tokens[at + 2..end.max(at + 3) - 1];
        attribute.first().is_some_and(|first| first == "cfg")
            && attribute.iter().any(|token| token == "test")
            && !attribute.iter().any(|token| token == "not" || token == "any")
    };
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] == "#" && tokens.get(at + 1).is_some_and(|token| token == "[") && is_test(at, tokens) {
            let mut end = skip_group(tokens, at + 1);
            while end < tokens.len() {
                match tokens[end].as_str() {
                    "(" | "[" => end = skip_group(tokens, end),
                    "{" => {
                        end = skip_group(tokens, end);
                        break;
                    }
                    ";" | "," => {
                        end += 1;
                        break;
                    }
                    "}" => break,
                    _ => end += 1,
                }
            }
            tokens.drain(at..end);
        } else {
            at += 1;
        }
    }
}

fn docs(text: &str) -> Vec<Doc> {
    let tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let mut found = Vec::new();
    let mut current: Option<Doc> = None;
    // Variants are public if their enum is.
    let mut in_public_enum = false;
    for (index, line) in text[..tests].lines().enumerate() {
        let line = line.trim_start();
        let inner = line.strip_prefix("//!");
        if let Some(body) = line.strip_prefix("///").or(inner).filter(|body| !body.starts_with('/')) {
            let is_public = inner.is_some();
            let doc = current.get_or_insert_with(|| Doc { line: index + 1, lines: Vec::new(), is_public });
            doc.lines.push(body.strip_prefix(' ').unwrap_or(body).trim_end().to_owned());
            continue;
        }
        if line.starts_with("open_enum!") || line.starts_with("pub enum") {
            in_public_enum = true;
        } else if line.starts_with("pub") || line.contains("enum ") || line.starts_with("struct") {
            in_public_enum = false;
        }
        if line.starts_with("#[") && current.is_some() {
            continue;
        }
        if let Some(mut doc) = current.take() {
            let is_variant = in_public_enum && line.starts_with(char::is_uppercase);
            doc.is_public |= line.starts_with("pub ") || is_variant || line.starts_with("\"");
            found.push(doc);
        }
    }
    found.extend(current);
    found
}

/// Identifiers and punctuation; comments and the insides of literals are left out.
fn tokens(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let get = |at: usize| letters.get(at).copied().unwrap_or('\0');
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        if letter.is_whitespace() {
            at += 1;
        } else if letter == '/' && get(at + 1) == '/' {
            while at < letters.len() && letters[at] != '\n' {
                at += 1;
            }
        } else if letter == '/' && get(at + 1) == '*' {
            at += 2;
            while at < letters.len() && !(letters[at] == '*' && get(at + 1) == '/') {
                at += 1;
            }
            at += 2;
        } else if letter == '"' {
            at = skip_text(&letters, at);
        } else if let Some(end) = raw_text(&letters, at) {
            at = end;
        } else if letter == '\'' {
            // A lifetime has no second quote.
            if get(at + 1) == '\\' {
                at += 3;
                while at < letters.len() && letters[at] != '\'' {
                    at += 1;
                }
                at += 1;
            } else if get(at + 2) == '\'' {
                at += 3;
            } else {
                at += 2;
                while get(at).is_alphanumeric() || get(at) == '_' {
                    at += 1;
                }
            }
        } else if letter.is_alphanumeric() || letter == '_' {
            let start = at;
            while get(at).is_alphanumeric() || get(at) == '_' {
                at += 1;
            }
            if letters[start..at] == ['r'] && get(at) == '#' {
                at += 1;
                continue;
            }
            found.push(letters[start..at].iter().collect());
        } else if letter == ':' && get(at + 1) == ':' {
            found.push("::".into());
            at += 2;
        } else {
            found.push(letter.into());
            at += 1;
        }
    }
    found
}

fn skip_text(letters: &[char], at: usize) -> usize {
    let mut at = at + 1;
    while at < letters.len() && letters[at] != '"' {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The index behind the literal at `at`, if one begins there: `r".."`, `r#".."#`, `b".."`, `br".."`, `b'.'`, `c".."`.
fn raw_text(letters: &[char], at: usize) -> Option<usize> {
    let before = at.checked_sub(1).map(|before| letters[before]);
    if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
        return None;
    }
    let mut open = at;
    while matches!(letters.get(open), Some('b' | 'c' | 'r')) && open < at + 2 {
        open += 1;
    }
    let is_raw = letters[at..open].contains(&'r');
    let mut hashes = 0;
    while is_raw && letters.get(open + hashes) == Some(&'#') {
        hashes += 1;
    }
    if open == at || letters.get(open + hashes) != Some(&'"') {
        return None;
    }
    if !is_raw {
        return Some(skip_text(letters, open));
    }
    let mut end = open + hashes + 1;
    loop {
        if end >= letters.len() {
            return Some(end);
        }
        let closes = letters[end] == '"'
            && letters[end + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
        if closes {
            return Some(end + 1 + hashes);
        }
        end += 1;
    }
}
