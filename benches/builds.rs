//! Counts of whole builds, for the option `all` of `benches/footprint.rs`: each takes a minute or more.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Where packages are written and built.
fn folder() -> PathBuf {
    Path::new(ROOT).join("target/footprint")
}

/// A section of `Cargo.toml` with its heading.
fn section<'m>(manifest: &'m str, heading: &str) -> &'m str {
    let start = manifest.find(&format!("\n{heading}\n")).expect("a section") + 1;
    let rest = &manifest[start..];
    &rest[..rest.find("\n[").map_or(rest.len(), |end| end + 1)]
}

/// Writes an empty library with a manifest, and with the versions of this one's `Cargo.lock`. Returns its folder.
fn empty_package(manifest: &str) -> PathBuf {
    let path = folder().join("empty");
    fs::create_dir_all(path.join("src")).expect("a folder");
    let head = "[workspace]\n[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    fs::write(path.join("Cargo.toml"), format!("{head}{manifest}")).expect("a file");
    fs::write(path.join("src/lib.rs"), "").expect("a file");
    fs::copy(Path::new(ROOT).join("Cargo.lock"), path.join("Cargo.lock")).expect("a file");
    path
}

fn cargo(arguments: &[&str], package: &Path, target: &Path) -> Option<()> {
    let built = Command::new(env!("CARGO"))
        .arg(arguments[0])
        .args(["--quiet", "--manifest-path"])
        .arg(package.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .args(&arguments[1..])
        .status()
        .ok()?;
    assert!(built.success(), "{} does not build", package.display());
    Some(())
}

/// The size of the example `echo_bot` with TLS, stripped, in KiB.
pub(crate) fn echo_bot_size() -> Option<f64> {
    let target = folder().join("release");
    let profile = ["lto=true", "codegen-units=1", "strip=true"].map(|key| format!("profile.release.{key}"));
    let mut arguments = vec!["build", "--release", "--example", "echo_bot"];
    profile.iter().for_each(|key| arguments.extend(["--config", key]));
    cargo(&arguments, Path::new(ROOT), &target)?;
    let size = fs::metadata(target.join("release/examples/echo_bot")).ok()?.len();
    Some(size as f64 / 1024.0)
}

/// Seconds of CPU time that ended children took.
fn children_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // After the name of the program, which may contain spaces, `cutime` is the 14th field; 100 ticks are a second.
    let ticks: f64 = stat.rsplit_once(") ")?.1.split(' ').nth(13)?.parse().ok()?;
    Some(ticks / 100.0)
}

fn build_seconds(package: &Path) -> Option<f64> {
    let target = folder().join("clean");
    fs::remove_dir_all(&target).ok();
    let before = children_seconds()?;
    cargo(&["build", "--lib"], package, &target)?;
    let seconds = children_seconds()? - before;
    fs::remove_dir_all(&target).ok();
    Some(seconds)
}

/// User seconds of a clean build with default features, and of the same dependencies under an empty crate: the least of
/// three each, in turn, since a busy machine takes up to a third more.
pub(crate) fn clean_builds() -> Option<(f64, f64)> {
    let manifest = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).ok()?;
    let sections = ["[features]", "[dependencies]", "[target.'cfg(windows)'.dependencies]", "[profile.dev]"];
    let manifest: String = sections.iter().map(|heading| section(&manifest, heading)).collect();
    let empty = empty_package(&manifest);
    // Fetches what is missing, which is no part of the build.
    let mut fetch = Command::new(env!("CARGO"));
    fetch.args(["fetch", "--quiet", "--manifest-path"]).arg(empty.join("Cargo.toml"));
    assert!(fetch.status().ok()?.success(), "the dependencies cannot be fetched");
    let (mut whole, mut dependencies) = (f64::MAX, f64::MAX);
    for _ in 0..3 {
        whole = whole.min(build_seconds(Path::new(ROOT))?);
        dependencies = dependencies.min(build_seconds(&empty)?);
    }
    Some((whole, dependencies))
}

/// What `program` prints that holds streams with TLS to a server in another process.
pub(crate) fn held_over_tls() -> Option<String> {
    let target = folder().join("tls");
    let root = Path::new(ROOT);
    let features = ["build", "--profile", "bench", "--features", "testing"];
    cargo(&[&features[..], &["--example", "test_server"]].concat(), root, &target)?;
    let output = Command::new(env!("CARGO"))
        .args(["bench", "--locked", "--no-run", "--features", "testing", "--bench", "footprint"])
        .args(["--message-format", "json", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .output()
        .ok()?;
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let program =
        messages.split("\"executable\":\"").skip(1).filter_map(|rest| rest.split('"').next()).last()?;
    let mut server = Command::new(target.join("release/examples/test_server"))
        .arg("--tls")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut()?).read_line(&mut line).ok()?;
    let mut values = line.split_whitespace().filter_map(|word| word.split_once('=').map(|(_, value)| value));
    let (url, token) = (values.next()?, values.next()?);
    let held = Command::new(program).args(["child", "held", url, token]).output().ok()?;
    drop(server.stdin.take());
    server.wait().ok()?;
    assert!(held.status.success(), "{}", String::from_utf8_lossy(&held.stderr));
    Some(String::from_utf8_lossy(&held.stdout).into_owned())
}
