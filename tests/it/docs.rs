//! The documentation: words that people search for, the order of methods, and the width of programs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::routes::sources;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Words that people search for, and a type or method that says more: file, and the item that has the word as its name
/// or as an alias.
const SEARCHED: [(&str, &str, &str); 16] = [
    ("slash", "src/client/groups.rs", "pub fn commands"),
    ("split", "src/model/post_split.rs", "pub fn split"),
    ("conversation", "src/ws/conversation.rs", "pub fn ask"),
    ("mention", "src/ws/message.rs", "pub fn addressed"),
    ("thread", "src/ws/message.rs", "pub fn reply"),
    ("upload", "src/rest/files.rs", "pub fn upload"),
    ("webhook", "src/client/webhook.rs", "pub struct Webhook"),
    ("reaction", "src/model/reaction.rs", "pub struct Reaction"),
    ("presence", "src/client/groups.rs", "pub fn statuses"),
    ("emoji", "src/client/groups.rs", "pub fn emoji"),
    ("permalink", "src/client/links.rs", "pub fn permalink"),
    ("retry", "src/error.rs", "pub fn is_transient"),
    ("proxy", "src/client/builder.rs", "pub fn proxy"),
    ("certificate", "src/client/builder.rs", "pub fn tls"),
    ("token", "src/client/builder.rs", "pub fn token"),
    ("MFA", "src/client/builder.rs", "pub fn mfa"),
];

#[test]
fn searched_words_are_names_or_aliases() {
    let mut missing = Vec::new();
    for (word, file, item) in SEARCHED {
        let text = fs::read_to_string(root().join(file)).unwrap_or_default();
        let Some(place) = text.lines().position(|line| {
            let line = line.trim_start();
            line.strip_prefix(item)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        }) else {
            missing.push(format!("{word}: no {item} in {file}"));
            continue;
        };
        let is_name = item.rsplit(' ').next().is_some_and(|name| name.eq_ignore_ascii_case(word));
        let alias = format!("#[doc(alias = \"{word}\")]");
        let before: Vec<&str> = text.lines().take(place).collect();
        let attributes = before.iter().rev().take_while(|line| {
            let line = line.trim_start();
            line.starts_with("#[") || line.starts_with("///")
        });
        if !is_name && !attributes.into_iter().any(|line| line.trim() == alias) {
            missing.push(format!("{word}: {alias} before {item} in {file}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The public methods of a file, in order.
fn methods(file: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let functions = text.lines().filter_map(|line| line.strip_prefix("    pub fn "));
    functions.map(|rest| rest.split(['(', '<']).next().unwrap().to_owned()).collect()
}

#[test]
fn methods_are_in_the_order_of_use() {
    let begins = |file: &str, names: &[&str]| {
        let methods = methods(file);
        assert!(methods.len() >= names.len(), "{file}");
        assert_eq!(methods[..names.len()], *names, "{file}");
    };
    begins("src/rest/posts/basics.rs", &["create", "reply", "get", "patch", "delete", "history"]);
    begins("src/client/connect.rs", &["builder", "from_env", "me"]);
    begins("src/client/names.rs", &["channel", "send", "dm"]);
    begins("src/client/groups.rs", &["posts", "channels", "users", "teams", "files"]);
    // rustdoc lists the methods of modules in the order of their `mod` lines.
    let in_order = |file: &str, modules: &[&str]| {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let place =
            |module: &&str| text.find(&format!("mod {module};")).unwrap_or_else(|| panic!("{module}"));
        assert!(modules.iter().map(place).is_sorted(), "{file}: {modules:?}");
    };
    in_order("src/ws.rs", &["serve", "message", "ticking", "subscription", "conversation"]);
    in_order("src/client.rs", &["connect", "names", "stream", "groups", "calls", "doctor", "admin"]);
    in_order("src/rest/posts.rs", &["basics", "history", "keys", "changes", "lists", "marks"]);
}

#[test]
fn programs_in_the_docs_fit_the_page() {
    let mut files = vec![root().join("README.md")];
    sources(&root().join("src"), &mut files);
    for entry in fs::read_dir(root().join("src/guide")).unwrap() {
        files.push(entry.unwrap().path());
    }
    let mut wide = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let is_rust = file.extension().is_some_and(|extension| extension == "rs");
        let mut in_program = false;
        for (number, line) in text.lines().enumerate() {
            let trimmed = line.trim_start();
            let line = if is_rust {
                let doc = trimmed.strip_prefix("///").or_else(|| trimmed.strip_prefix("//!"));
                let Some(doc) = doc else {
                    // `doc = "```"` of an attribute begins one.
                    in_program = trimmed.starts_with("#![cfg_attr") && trimmed.contains("```");
                    continue;
                };
                doc.strip_prefix(' ').unwrap_or(doc)
            } else {
                line
            };
            if line.trim_start().starts_with("```") {
                in_program = !in_program;
            } else if in_program && !line.starts_with("# ") && line.chars().count() > 88 {
                wide.push(format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
    }
    assert!(wide.is_empty(), "more than 88 columns:\n{}", wide.join("\n"));
}

/// The routes of `TestServer` that keep state, by the first part of their path.
fn routes_of_test_server() -> String {
    let table = fs::read_to_string(root().join("src/testing/routes/table.tsv")).unwrap();
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        if !cells[2].starts_with('*') && !cells[3].starts_with('*') {
            continue;
        }
        // Parameters without the form that they must have.
        let parts = cells[1].split('/').map(|part| match part.split_once(':') {
            Some((name, _)) if name.starts_with('{') => format!("{name}}}"),
            _ => part.to_owned(),
        });
        let path = parts.collect::<Vec<_>>().join("/");
        let group = path.split('/').nth(1).unwrap_or_default().to_owned();
        groups.entry(group).or_default().push(format!("`{} {path}`", cells[0]));
    }
    let mut text = String::from("| routes below | |\n|---|---|\n");
    for (group, routes) in groups {
        text.push_str(&format!("| `/{group}` | {} |\n", routes.join("<br>")));
    }
    text
}

#[test]
fn the_docs_list_the_routes_of_test_server() {
    let (file, routes) = (root().join("src/testing/routes.md"), routes_of_test_server());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &routes).unwrap();
    }
    let listed = fs::read_to_string(&file).unwrap_or_default().replace('\r', "");
    assert_eq!(listed, routes, "run this test with UPDATE=1");
}
