//! The routes in the code against the inventory, `tests/data/routes.tsv`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Routes beside API v4, which the inventory does not know.
const OUTSIDE: [&str; 5] = [
    "POST /hooks/{hook_id}",
    "POST /hooks/commands/{id}",
    "POST /oauth/authorize",
    "POST /oauth/deauthorize",
    "POST /oauth/access_token",
];

/// One public method that calls the server.
pub(crate) struct Method {
    /// As `posts.create`: the file's group and the function.
    pub(crate) name: String,
    /// As `POST /posts`.
    pub(crate) route: String,
    aliases: Vec<String>,
}

/// One line of the inventory.
pub(crate) struct Entry {
    pub(crate) route: String,
    operation: Option<String>,
    group: String,
    pub(crate) admin: bool,
    pub(crate) routed: bool,
    pub(crate) query: Vec<String>,
    pub(crate) body: Vec<String>,
}

pub(crate) fn inventory() -> Vec<Entry> {
    let words = |text: &str| text.split(' ').filter(|word| *word != "-").map(str::to_owned).collect();
    include_str!("../data/routes.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [method, path, operation, group, feature, _edition, routed, query, body] = cells[..] else {
                panic!("{line}")
            };
            Entry {
                route: format!("{method} {path}"),
                operation: (operation != "-").then(|| operation.to_owned()),
                group: group.to_owned(),
                admin: feature == "admin",
                routed: routed == "routed",
                query: words(query),
                body: words(body),
            }
        })
        .collect()
}

fn skipped() -> BTreeMap<String, String> {
    include_str!("../data/routes_skipped.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert!(cells.len() == 3 && !cells[2].is_empty(), "a reason is missing: {line}");
            (format!("{} {}", cells[0], cells[1]), cells[2].to_owned())
        })
        .collect()
}

pub(crate) fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// All public methods in `src/rest` that call the server; fails where docs and code differ.
pub(crate) fn methods() -> Vec<Method> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("src/client/calls.rs")];
    sources(&root.join("src/rest"), &mut files);
    files.sort();
    let mut methods = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let relative = file.strip_prefix(root.join("src")).unwrap();
        let relative = relative.strip_prefix("rest").unwrap_or(relative);
        let group = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        for part in functions(&text) {
            let Some(called) = part.called() else {
                assert!(
                    part.routes.is_empty() || relative == Path::new("client/calls.rs"),
                    "{}: {} has a route line and calls nothing",
                    file.display(),
                    part.name
                );
                continue;
            };
            assert_eq!(
                part.routes,
                std::slice::from_ref(&called),
                "{}: doc line of {}",
                file.display(),
                part.name
            );
            let name = format!("{group}.{}", part.name);
            methods.push(Method { name, route: called, aliases: part.aliases });
        }
    }
    methods
}

pub(crate) struct Function<'t> {
    pub(crate) name: &'t str,
    routes: Vec<String>,
    aliases: Vec<String>,
    body: String,
    /// Whether `body` begins with the rest of the signature.
    is_split: bool,
}

/// Public functions with their docs, by indentation: rustfmt sees to that.
pub(crate) fn functions(text: &str) -> Vec<Function<'_>> {
    let (mut found, mut routes, mut aliases) = (Vec::new(), Vec::new(), Vec::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if let Some(doc) = trimmed.strip_prefix("/// `").and_then(|rest| rest.strip_suffix('`')) {
            if doc.split_once(' ').is_some_and(|(verb, path)| is_verb(verb) && path.starts_with('/')) {
                routes.push(doc.to_owned());
            }
        } else if let Some(alias) = trimmed.strip_prefix("#[doc(alias = \"") {
            aliases.push(alias.trim_end_matches("\")]").to_owned());
        } else if let Some(rest) = line.strip_prefix("    pub fn ") {
            let name = rest.split(['(', '<']).next().unwrap();
            let mut body = String::new();
            if !line.ends_with('}') {
                for inner in lines.by_ref() {
                    if inner == "    }" {
                        break;
                    }
                    body.push_str(inner);
                    body.push('\n');
                }
            }
            let is_split = !line.ends_with(['{', '}']);
            let (routes, aliases) = (std::mem::take(&mut routes), std::mem::take(&mut aliases));
            found.push(Function { name, routes, aliases, body, is_split });
        } else if !trimmed.starts_with("///") && !trimmed.starts_with('#') {
            routes.clear();
            aliases.clear();
        }
    }
    found
}

fn is_verb(word: &str) -> bool {
    ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"].contains(&word)
}

impl Function<'_> {
    /// Lines of code in its body.
    pub(crate) fn lines(&self) -> usize {
        let lines = self.body.lines().map(str::trim);
        let body = lines.skip_while(|line| !line.ends_with('{') && self.is_split);
        let skipped = usize::from(self.is_split);
        body.skip(skipped).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
    }

    /// The route that the body calls.
    fn called(&self) -> Option<String> {
        let squeezed: String = self.body.split_whitespace().collect::<Vec<_>>().join(" ");
        let (at, verb) = ["delete", "get", "head", "patch", "post", "put"]
            .iter()
            .flat_map(|verb| {
                let call = format!(".{verb}(");
                let ends: Vec<usize> = squeezed.match_indices(&call).map(|(at, _)| at + call.len()).collect();
                ends.into_iter().map(move |at| (at, verb.to_uppercase()))
            })
            .chain(squeezed.match_indices(".call_outside_api(Method::").map(|(at, call)| {
                let rest = &squeezed[at + call.len()..];
                let (verb, after) = rest.split_once(", ").unwrap();
                (squeezed.len() - after.len(), verb.to_uppercase())
            }))
            .find(|(at, _)| {
                let rest = squeezed[*at..].trim_start();
                rest.starts_with("\"/") || rest.starts_with("template")
            })?;
        let rest = squeezed[at..].trim_start();
        let rest = match rest.strip_prefix("template") {
            Some(_) => squeezed.split_once("template = ")?.1,
            None => rest,
        };
        let path = rest.strip_prefix('"')?.split('"').next()?;
        Some(format!("{verb} {path}"))
    }
}

#[test]
fn the_code_has_every_route_of_the_inventory() {
    let (inventory, skipped, methods) = (inventory(), skipped(), methods());
    let known: BTreeMap<&str, &Entry> = inventory.iter().map(|entry| (&*entry.route, entry)).collect();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut faults = Vec::new();
    for method in &methods {
        match known.get(&*method.route) {
            Some(entry) => {
                done.insert(&entry.route);
                if let Some(operation) = &entry.operation {
                    let in_rest = !method.name.starts_with("client.");
                    if in_rest && !method.aliases.contains(operation) {
                        faults.push(format!("{}: #[doc(alias = {operation:?})] is missing", method.name));
                    }
                }
            }
            None if OUTSIDE.contains(&&*method.route) => {}
            None => faults.push(format!("{}: the inventory has no {}", method.name, method.route)),
        }
    }
    let mut table: BTreeMap<(bool, &str), [usize; 3]> = BTreeMap::new();
    for entry in &inventory {
        let row = table.entry((entry.admin, &entry.group)).or_default();
        row[0] += 1;
        if done.contains(&*entry.route) {
            row[1] += 1;
            if skipped.contains_key(&entry.route) {
                faults.push(format!("{} is done and in the skip list", entry.route));
            }
        } else if skipped.contains_key(&entry.route) {
            row[2] += 1;
        } else {
            faults.push(format!("{} has no method", entry.route));
        }
    }
    let coverage = coverage(&table);
    println!("{coverage}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rest/coverage.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &coverage).unwrap();
    } else if fs::read_to_string(&file).unwrap() != coverage {
        faults.push(format!("{} is not up to date: run this test with UPDATE=1", file.display()));
    }
    let routed = inventory.iter().filter(|entry| entry.routed).count();
    let routed_skipped =
        inventory.iter().filter(|entry| entry.routed && skipped.contains_key(&entry.route)).count();
    let routed_done = inventory.iter().filter(|entry| entry.routed && done.contains(&*entry.route)).count();
    println!(
        "{} routes of the inventory, {routed} routed = {routed_done} done + {routed_skipped} skipped; beside the \
         inventory {} more",
        inventory.len(),
        OUTSIDE.len()
    );
    assert!(routed_skipped <= 10, "more than ten routes are skipped");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The table in the docs of `rest`.
fn coverage(table: &BTreeMap<(bool, &str), [usize; 3]>) -> String {
    let mut text = String::from(
        "| group of the reference | feature | routes | supported | omitted |\n|---|---|---|---|---|\n",
    );
    let mut sum = [0; 3];
    for ((admin, group), counts) in table {
        let feature = if *admin { "`admin`" } else { "" };
        let [routes, done, skipped] = counts;
        writeln!(text, "| {group} | {feature} | {routes} | {done} | {skipped} |").unwrap();
        for (sum, count) in sum.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let [routes, done, skipped] = sum;
    writeln!(text, "| **all** | | {routes} | {done} | {skipped} |").unwrap();
    text
}
