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

/// Groups of files each of which uses the others, directly or over some of them.
pub(super) fn circles(sources: &[Source]) -> Vec<Vec<String>> {
    let module_of = |name: &str| -> Vec<String> {
        if name == "lib" { Vec::new() } else { name.split('/').map(str::to_owned).collect() }
    };
    let files = sources.iter().map(|source| (module_of(&source.name), source)).collect();
    let graph = Graph { files };
    let modules: Vec<&Vec<String>> = graph.files.keys().collect();
    let edges: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> =
        graph.files.iter().map(|(module, source)| (module, graph.uses(module, source))).collect();
    if std::env::var_os("MATTERMOST_STYLE_EDGES").is_some() {
        for (from, to) in &edges {
            let to: Vec<String> = to.iter().map(|module| module.join("/")).collect();
            println!("edge: {} -> {}", from.join("/"), to.join(" "));
        }
    }
    let reach = |start: &Vec<String>| {
        let mut seen = BTreeSet::new();
        let mut open = vec![start.clone()];
        while let Some(module) = open.pop() {
            for next in edges.get(&module).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> =
        modules.iter().map(|module| (*module, reach(module))).collect();
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for module in &modules {
        let same = reached[*module]
            .iter()
            .filter(|other| reached.get(other).is_some_and(|back| back.contains(*module)));
        let circle: Vec<String> = same.map(|module| module.join("/")).collect();
        if circle.len() > 1 {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}
