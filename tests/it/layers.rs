//! The layers of DESIGN.md, read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// What each layer may use, beside itself and the leaves.
const LAYERS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("secret", &[]),
    ("signature", &[]),
    ("time", &[]),
    ("tls", &[]),
    ("atomic", &[]),
    ("base_url", &[]),
    ("config", &[]),
    ("percent", &[]),
    ("proxy", &[]),
    ("request_headers", &[]),
    ("net", &[]),
    ("page", &[]),
    ("path_arg", &[]),
    ("random", &[]),
    ("model", &[]),
    ("unwind", &[]),
    ("event", &["model"]),
    ("http", &["model", "net"]), // ids, and the decoder
    ("rest", &["model", "http"]),
    ("ws", &["model", "event", "http", "net"]),
];
const LEAVES: &[&str] = &[
    "signature",
    "error",
    "secret",
    "time",
    "tls",
    "atomic",
    "base_url",
    "config",
    "percent",
    "proxy",
    "request_headers",
    "page",
    "path_arg",
    "random",
    "unwind",
    "Error",
    "ErrorKind",
    "Result",
    "Secret",
    "Timestamp",
];
/// These know everything.
const TOP: &[&str] =
    &["client", "guide", "integration", "facade", "fuzz", "testing", "lib", "limits", "macros"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(path).unwrap())
    };
    found.iter().map(read).collect()
}

/// The code without its tests and comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end].lines().map(str::trim).filter(|line| !line.starts_with("//"))
}

#[test]
fn each_layer_uses_only_what_is_below() {
    let mut seen = 0;
    for (file, text) in all_sources() {
        let layer = file.split('/').next().unwrap();
        // Tests in files of their own may use what they like.
        if TOP.contains(&layer) || file.contains("/tests") {
            continue;
        }
        let allowed = LAYERS.iter().find(|(name, _)| *name == layer);
        let (_, below) = allowed.unwrap_or_else(|| panic!("src/{file}.rs is in no layer"));
        for line in code(&text) {
            for (at, _) in line.match_indices("crate::") {
                if line[..at].ends_with('$') {
                    continue;
                }
                let used: String =
                    line[at + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                seen += 1;
                let fine = used == layer
                    || used.is_empty()
                    || LEAVES.contains(&used.as_str())
                    || below.contains(&used.as_str());
                assert!(fine, "src/{file}.rs ({layer}) uses crate::{used}: {line}");
            }
        }
    }
    assert!(seen > 50, "the test has gone blind: {seen} uses seen");
}

/// The files of `src/http` that know nothing of the client, lowest first. Each uses only those above it in this list.
const HTTP_FILES: &[&str] = &[
    "method",
    "path",
    "exact_length",
    "query",
    "body",
    "multipart",
    "clock",
    "attempt",
    "rate_limit",
    "agent",
    "retry",
    "response",
];

#[test]
fn parts_of_a_call_do_not_use_each_other() {
    let mut seen = 0;
    for (file, text) in all_sources() {
        let Some(name) = file.strip_prefix("http/") else { continue };
        let name = name.split('/').next().unwrap();
        let Some(own) = HTTP_FILES.iter().position(|known| *known == name) else { continue };
        let is_folder = file.matches('/').count() > 1;
        for line in code(&text) {
            let prefixes: &[&str] =
                if is_folder { &["crate::http::"] } else { &["super::", "crate::http::"] };
            for prefix in prefixes {
                for (at, _) in line.match_indices(prefix) {
                    let used: String = line[at + prefix.len()..]
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect();
                    let Some(other) = HTTP_FILES.iter().position(|known| *known == used) else { continue };
                    seen += 1;
                    assert!(other <= own, "src/{file}.rs uses http::{used}: {line}");
                }
            }
        }
    }
    assert!(seen > 10, "the test has gone blind: {seen} uses seen");
}

/// 32-bit PowerPC has no atomic numbers of 64 bits, and is not among the platforms that everybody checks.
#[test]
fn atomic_numbers_of_64_bits_are_those_of_one_file() {
    for (file, text) in all_sources() {
        if file == "atomic" || file.contains("/tests") {
            continue;
        }
        for line in code(&text).filter(|line| line.contains("sync::atomic")) {
            assert!(!line.contains("64"), "src/{file}.rs: use crate::atomic for {line}");
        }
    }
}

#[test]
fn one_file_names_each_foreign_crate() {
    let only = |word: &str, places: &[&str]| {
        for (file, text) in all_sources() {
            let named = code(&text).any(|line| line.contains(&format!("{word}::")));
            assert!(
                !named || places.iter().any(|place| file.starts_with(place)),
                "src/{file}.rs names {word}"
            );
        }
    };
    only("ureq", &["http/agent", "testing/routes/outgoing"]);
    only("tungstenite", &["ws/socket", "ws/frame", "ws/tests", "testing"]);
    only(
        "native_tls",
        &["tls", "http/agent", "ws/tls_pipe", "ws/connection", "ws/socket", "ws/tests", "testing"],
    );
    only("tokio", &[]);
}

#[test]
fn no_file_is_too_long() {
    for (file, text) in all_sources() {
        let lines = text.lines().count();
        // A simulation with its server is read as a whole.
        let most = if file.contains("/tests/") { 800 } else { 650 };
        assert!(lines <= most, "src/{file}.rs has {lines} lines");
    }
}
