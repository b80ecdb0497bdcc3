//! Which file uses which, and the circles among them.

use std::collections::{BTreeMap, BTreeSet};

use super::scan::{Import, Source};

struct Graph<'a> {
    /// Files by their module path: `["ws", "queue"]`; the root is empty.
    files: BTreeMap<Vec<String>, &'a Source>,
}

impl Graph<'_> {
    /// The module in whose file a path ends, seen from the module `from`.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
        if depth > 12 {
            return None;
        }
        let mut module: Vec<String>;
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => {
                module = Vec::new();
                rest = &path[1..];
            }
            "self" => {
                module = from.to_vec();
                rest = &path[1..];
            }
            "super" => {
                module = from.to_vec();
                while rest.first().is_some_and(|part| part == "super") {
                    module.pop();
                    rest = &rest[1..];
                }
            }
            _ => module = from.to_vec(),
        }
        let began_here = module == from;
        let Some((first, more)) = rest.split_first() else { return Some(module) };
        module.push(first.clone());
        if self.files.contains_key(&module) {
            if more.is_empty() {
                return Some(module);
            }
            let inner: Vec<String> = std::iter::once("self".to_owned()).chain(more.iter().cloned()).collect();
            return self.resolve(&module, &inner, depth + 1);
        }
        module.pop();
        let source = self.files.get(&module)?;
        if source.items.iter().any(|item| item.name == *first) {
            return Some(module);
        }
        let follow = |import: &Import, extra: &[String]| -> Option<Vec<String>> {
            let mut target = import.path.clone();
            target.extend(extra.iter().cloned());
            self.resolve(&module, &target, depth + 1)
        };
        let named = source.imports.iter().find(|import| import.alias.as_deref() == Some(first));
        if let Some(import) = named {
            if import.path.as_slice() == path && began_here {
                return None;
            }
            return follow(import, more);
        }
        let first_alone = std::slice::from_ref(first);
        source.imports.iter().filter(|import| import.is_glob).find_map(|import| {
            let base = self.resolve(&module, &import.path, depth + 1)?;
            if base == module {
                return None;
            }
            let path: Vec<String> =
                std::iter::once("self".to_owned()).chain(first_alone.iter().cloned()).collect();
            self.resolve(&base, &path, depth + 1)
        })
    }

    fn uses(&self, module: &[String], source: &Source) -> BTreeSet<Vec<String>> {
        let mut used = BTreeSet::new();
        for import in &source.imports {
            used.extend(self.resolve(module, &import.path, 0));
        }
        for path in &source.paths {
            used.extend(self.resolve(module, path, 0));
        }
        // A module and the files below it are one thing: what a file uses of those above it makes no circle.
        used.retain(|other| !module.starts_with(other));
        used
    }
}

/// The files that each file uses, by name. Uses of the files above in the same folder do not count.
pub(super) fn uses(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let module_of = |name: &str| -> Vec<String> {
        if name == "lib" { Vec::new() } else { name.split('/').map(str::to_owned).collect() }
    };
    let files = sources.iter().map(|source| (module_of(&source.name), source)).collect();
    let graph = Graph { files };
    let named = |module: &Vec<String>| module.join("/");
    let mut all = BTreeMap::new();
    for (module, source) in &graph.files {
        all.insert(named(module), graph.uses(module, source).iter().map(named).collect());
    }
    all
}

/// All files that a file uses, directly or over others.
pub(super) fn reachable(uses: &BTreeMap<String, BTreeSet<String>>, start: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(file) = open.pop() {
        for next in uses.get(file).into_iter().flatten() {
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    seen
}

/// Groups of files each of which uses the others, directly or over some of them.
pub(super) fn circles(sources: &[Source]) -> Vec<Vec<String>> {
    let uses = uses(sources);
    if std::env::var_os("MATTERMOST_STYLE_EDGES").is_some() {
        for (from, to) in &uses {
            println!("edge: {from} -> {}", to.iter().cloned().collect::<Vec<_>>().join(" "));
        }
    }
    let reached: BTreeMap<&String, BTreeSet<String>> =
        uses.keys().map(|file| (file, reachable(&uses, file))).collect();
    let circle_of = |file: &String| -> Vec<String> {
        let same = |other: &&String| reached.get(other).is_some_and(|back| back.contains(file));
        reached[file].iter().filter(same).cloned().collect()
    };
    let found: BTreeSet<Vec<String>> = uses.keys().map(circle_of).filter(|circle| circle.len() > 1).collect();
    found.into_iter().collect()
}
