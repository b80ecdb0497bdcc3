//! Downloads under random faults. Each run is made from its seed.
//!
//! `MATTERMOST_TEST_TRANSFERS=2000` runs that many, `MATTERMOST_TEST_SEED` begins elsewhere.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use mattermost::{Client, FileInfo};
use serde_json::json;
use sha1::{Digest, Sha1};

use super::{ID, folder, server};
use crate::recorder::{Recorder, Reply, Sent};

/// `SplitMix64`.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length.div_ceil(8)).flat_map(|_| self.next().to_le_bytes()).take(length).collect()
    }
}

pub(super) fn setting(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    Sha1::digest(bytes).to_vec()
}

/// One answer to one request: right, or wrong in one of the ways that were seen in the wild.
fn reply(content: &[u8], sent: &Sent, fault: usize, at: usize) -> Reply {
    let size = content.len();
    let from: usize = sent
        .header("range")
        .map_or(0, |range| range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap());
    let part = |from: usize, claimed: usize| Reply {
        headers: vec![("Content-Range", format!("bytes {claimed}-{}/{size}", size.saturating_sub(1)))],
        ..Reply::bytes(206, &content[from.min(size)..])
    };
    let right = if from > 0 { part(from, from) } else { Reply::bytes(200, content) };
    match fault {
        // Cut off, which may bring nothing at all.
        0..=3 => {
            let kept = at % (right.body.len() + 1);
            Reply { promised: Some(right.body.len()), body: right.body[..kept].to_vec(), ..right }
        }
        // Short, and it says so.
        4 => Reply { body: right.body[..at % (right.body.len() + 1)].to_vec(), ..right },
        5 => Reply { body: [&right.body[..], b"surplus"].concat(), ..right },
        6 => part(at % (size + 1), at % (size + 1)),
        7 => part(at % (size + 1), from),
        8 => Reply { headers: Vec::new(), ..part(from, from) },
        // No ranges.
        9 => Reply::bytes(200, content),
        10 => Reply::bytes(503, "restarting"),
        11 => Reply::error(404, "app.file_info.get.app_error"),
        12 => Reply::error(500, "app.error"),
        13 => Reply { kind: "text/html", ..Reply::bytes(200, "<html>log in first") },
        14 => Reply::bytes(416, "invalid range"),
        _ => right,
    }
}

/// What stands in the folder before the run, and must stand there afterwards.
fn strangers(random: &mut Random, folder: &Path, content: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let size = content.len();
    let mut kept = BTreeMap::new();
    let mut write = |name: String, bytes: Vec<u8>, stays: bool| {
        fs::write(folder.join(&name), &bytes).unwrap();
        if stays {
            kept.insert(name, bytes);
        }
    };
    write("stranger.txt".into(), random.bytes(1000), true);
    write(format!("b.{ID}.part"), random.bytes(500), true);
    write(format!("a.{}.part", ID.replace('8', "9")), random.bytes(500), true);
    match random.below(8) {
        0 => write(format!("a.{ID}.part"), content[..random.below(size + 1)].to_vec(), false),
        1 => write(format!("a.{ID}.0badcafe.part"), content.to_vec(), false),
        2 => {
            let length = random.below(size + 1);
            write(format!("a.{ID}.part"), random.bytes(length), false);
        }
        3 => write(format!("a.{ID}.part"), random.bytes(size + 1), true),
        #[cfg(unix)]
        4 => {
            std::os::unix::fs::symlink(folder.join("stranger.txt"), folder.join(format!("a.{ID}.part")))
                .unwrap();
        }
        #[cfg(unix)]
        5 => {
            fs::hard_link(folder.join("stranger.txt"), folder.join(format!("a.{ID}.x.part"))).unwrap();
        }
        #[cfg(unix)]
        6 => {
            std::os::unix::fs::symlink(folder.join("stranger.txt"), folder.join("a")).unwrap();
        }
        _ => {}
    }
    kept
}

#[derive(Default, Debug)]
struct Outcomes {
    saved: usize,
    failed: usize,
    requests: usize,
    corrupt: usize,
    strangers_touched: usize,
    vague: usize,
}

fn run(seed: u64, server: &Recorder, client: &Client, folder: &Path, all: &mut Outcomes) {
    let mut random = Random(seed);
    let size = [0, 1, 70_000, 200_000, random.below(400_000)][random.below(5)];
    let content = random.bytes(size);
    let before = strangers(&mut random, folder, &content);
    let old = random.bytes(100);
    let has_old = random.below(2) == 0 && !folder.join("a").exists();
    if has_old {
        fs::write(folder.join("a"), &old).unwrap();
    }
    let kinder = random.below(3) * 10;
    let faults = Arc::new(Mutex::new((Random(random.next()), true)));
    let (served, state) = (content.clone(), Arc::clone(&faults));
    server.answer_with(move |sent| {
        let (random, is_bad) = &mut *state.lock().unwrap();
        let (fault, at) = (random.below(18 + kinder), random.below(1 << 20));
        reply(&served, sent, if *is_bad { fault } else { 99 }, at)
    });
    let info: FileInfo = serde_json::from_value(json!({"id": ID, "size": size})).unwrap();
    let path = folder.join("a");
    let at_once = 1 + random.below(8) / 7;
    for attempt in 0..3 {
        faults.lock().unwrap().1 = attempt < 2;
        let results: Vec<_> = thread::scope(|scope| {
            let runs: Vec<_> =
                (0..at_once).map(|_| scope.spawn(|| client.files().save(&info, &path))).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        let saved = results.iter().flatten().count();
        all.saved += saved;
        for error in results.iter().filter_map(|result| result.as_ref().err()) {
            all.failed += 1;
            all.vague += usize::from(error.to_string().len() < 10);
        }
        let now = fs::read(&path).ok();
        let is_right = now.as_ref().is_some_and(|now| hash(now) == hash(&content));
        let is_old = now.as_ref() == has_old.then_some(&old);
        let is_link = fs::symlink_metadata(&path).is_ok_and(|about| about.is_symlink());
        // Once saved, it stays; before, what was there stays.
        if !(is_right || saved == 0 && (is_old || is_link)) {
            all.corrupt += 1;
            println!("seed {seed}, attempt {attempt}: corrupt, {results:?}");
        }
        assert!(attempt < 2 || saved > 0, "seed {seed}: a server without faults is not enough: {results:?}");
    }
    for (name, bytes) in before {
        if fs::read(folder.join(&name)).ok().as_ref() != Some(&bytes) {
            all.strangers_touched += 1;
            println!("seed {seed}: {name} was touched");
        }
    }
    all.requests += server.take().len();
    for entry in fs::read_dir(folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
}

#[test]
fn downloads_are_right_or_fail_clearly() {
    let (runs, first) =
        (setting("MATTERMOST_TEST_TRANSFERS", 150), setting("MATTERMOST_TEST_SEED", 20_261_127));
    let folder = folder("faults");
    let (server, client) = server(|_| Reply::bytes(500, ""));
    // Pauses are not what is tested.
    let client = Client::builder(client.url()).no_proxy().token("secret").backoff_scale(0.0);
    server.answer_with(|_| Reply::json(json!({"id": ID}).to_string()));
    let client = client.connect().unwrap();
    let mut all = Outcomes::default();
    for seed in first..first + runs {
        run(seed, &server, &client, &folder, &mut all);
    }
    println!("downloads: {runs} runs, {all:?}");
    assert_eq!((all.corrupt, all.strangers_touched, all.vague), (0, 0, 0));
    assert!(all.saved as u64 >= runs && all.failed > 0);
    fs::remove_dir_all(folder).unwrap();
}
