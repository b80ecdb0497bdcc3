//! The layers of DESIGN.md, read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

use super::style::{reachable, uses_between_files};

/// What each layer may use, beside itself and the leaves.
const LAYERS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("secret", &[]),
    ("signature", &[]),
    ("replace_file", &[]),
    ("state_file", &[]),
    ("markdown", &[]),
    ("time", &[]),
    ("time_scale", &[]),
    ("tls", &[]),
    ("atomic", &[]),
    ("backoff", &[]),
    ("base_url", &[]),
    ("config", &[]),
    ("percent", &[]),
    ("proxy", &[]),
    ("request_headers", &[]),
    ("net", &[]),
    ("page", &[]),
    ("path_arg", &[]),
    ("random", &[]),
    ("recording", &[]),
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
    "time_scale",
    "tls",
    "atomic",
    "backoff",
    "base_url",
    "config",
    "percent",
    "proxy",
    "request_headers",
    "page",
    "path_arg",
    "random",
    "recording",
    "replace_file",
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

/// The inner layers: of the files of a folder, lowest first. Each uses only those before it. With `true`, the list is
/// complete, and a new file must be added to it.
const INNER_LAYERS: &[(&str, bool, &[&str])] = &[
    (
        "http",
        true,
        &[
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
            "download",
            "response",
            "login",
            "call",
            "decoding",
        ],
    ),
    (
        "testing",
        true,
        &[
            "clock",
            "settings",
            "version_shape",
            "tls",
            "conn",
            "ports",
            "frame",
            "http", // the wire
            "faults",
            "rate_limit",
            "recorded_request", // what a test plans and sees
            "hub",
            "state",
            "rules",
            "shared", // what the server knows
            "routes",
            "socket",
            "server", // what it does
            "control",
            "builder", // what a test calls
            "script",
            "replay", // what a recording holds
        ],
    ),
    (
        "ws/catch_up",
        false,
        &[
            "dedup",
            "buffered_event",
            "event_buffer",
            "post_listing",
            "fetch",
            "channel_merge",
            "gap_fill",
            "steps",
        ],
    ),
    ("event", false, &["embedded", "scan", "posts", "identity", "table"]),
    ("net", true, &["lookup", "tcp", "tls_pipe", "tunnel"]),
];

#[test]
fn inner_layers_use_only_what_is_below() {
    let uses = uses_between_files();
    let part_of = |file: &str, folder: &str| -> Option<String> {
        let rest = file.strip_prefix(folder)?.strip_prefix('/')?;
        Some(rest.split('/').next()?.to_owned())
    };
    let mut seen = 0;
    for (folder, is_complete, order) in INNER_LAYERS {
        for (file, used) in &uses {
            let Some(part) = part_of(file, folder).filter(|part| part != "tests") else { continue };
            let Some(own) = order.iter().position(|known| *known == part) else {
                assert!(!is_complete, "src/{file}.rs is in no layer of src/{folder}");
                continue;
            };
            for other in used {
                let place =
                    part_of(other, folder).and_then(|part| order.iter().position(|known| *known == part));
                if let Some(place) = place {
                    seen += 1;
                    assert!(place <= own, "src/{file}.rs uses src/{other}.rs, which is above it");
                }
            }
        }
        for part in *order {
            assert!(uses.contains_key(&format!("{folder}/{part}")), "src/{folder}/{part}.rs does not exist");
        }
    }
    assert!(seen > 50, "the test has gone blind: {seen} uses seen");
}

/// Files that do I/O, block, or read a clock.
const IO_FILES: &[&str] = &[
    "net",
    "net/lookup",
    "net/tcp",
    "net/tunnel",
    "http",
    "http/agent",
    "http/call",
    "ws/connect",
    "ws/connection",
    "ws/socket",
    "ws/frame_reader",
    "net/tls_pipe",
    "ws/state",
    "ws/threads",
    "ws/threads/reader",
    "ws/threads/writer",
    "ws/threads/prober",
    "ws/threads/catch_up_driver",
    "client",
    "rest",
];

/// Files that do none of that, not even over others: the machines of a stream, its settings and its figures.
const PURE_FILES: &[&str] = &[
    "ws/session",
    "ws/session/effects",
    "ws/session/liveness",
    "ws/session/login",
    "ws/session/phase",
    "ws/catch_up",
    "ws/catch_up/fetch",
    "ws/catch_up/gap_fill",
    "ws/catch_up/steps",
    "ws/options",
    "ws/stats",
    "ws/frame",
    "ws/backoff",
    "ws/filter",
    "ws/position",
];

#[test]
fn the_machines_of_a_stream_do_no_io() {
    let uses = uses_between_files();
    for file in PURE_FILES {
        let reached = reachable(&uses, file);
        assert!(uses.contains_key(*file), "src/{file}.rs does not exist");
        for io in IO_FILES {
            assert!(uses.contains_key(*io), "src/{io}.rs does not exist");
            assert!(!reached.contains(*io), "src/{file}.rs uses src/{io}.rs, perhaps over others");
        }
    }
    for (file, text) in all_sources() {
        if PURE_FILES.contains(&file.as_str()) {
            for word in ["std::net", "std::thread", "std::fs", "Instant::now", "Timestamp::now", "SystemTime"]
            {
                assert!(!code(&text).any(|line| line.contains(word)), "src/{file}.rs contains {word}");
            }
        }
    }
    // The traits through which a stream calls REST know the model, and nothing of HTTP.
    let backend = reachable(&uses, "ws/backend");
    assert!(!backend.iter().any(|file| file.starts_with("http") || file.starts_with("rest")), "{backend:?}");
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
    only("tungstenite", &["ws/socket", "ws/tests", "testing"]);
    only(
        "native_tls",
        &["tls", "http/agent", "net/tls_pipe", "ws/connection", "ws/socket", "ws/tests", "testing"],
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
