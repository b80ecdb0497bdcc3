//! A bounded, seeded run of each target, and the inputs that they start from.
//!
//! What fails is printed with the seed of its run; `MATTERMOST_FUZZ_SEED` repeats it, `MATTERMOST_FUZZ_RUNS` makes it
//! longer.

mod mutate;
mod seeds;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use self::mutate::Dice;
use self::mutate::mutated;
use super::TARGETS;

const SEED: u64 = 0x5EED;
const RUNS: u64 = 1500;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

fn run(name: &str) {
    let (_, target) = TARGETS.iter().find(|(target, _)| *target == name).expect("a target");
    let seeds = seeds::of(name);
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let (seed, runs) = (setting("MATTERMOST_FUZZ_SEED", SEED), setting("MATTERMOST_FUZZ_RUNS", RUNS));
    let mut dice = Dice(seed);
    let mutations = std::iter::from_fn(|| Some(mutated(&mut dice, &seeds)));
    let inputs = seeds.iter().cloned().chain(mutations);
    for (number, input) in inputs.take(seeds.len() + usize::try_from(runs).expect("a number")).enumerate() {
        if catch_unwind(AssertUnwindSafe(|| target(&input))).is_err() {
            panic!(
                "{name} breaks at input {number} of MATTERMOST_FUZZ_SEED={seed}: {}",
                input.escape_ascii()
            );
        }
    }
}

macro_rules! each {
    ($($(#[$meta:meta])* $name:ident)*) => {
        $($(#[$meta])* #[test] fn $name() { run(stringify!($name)); })*

        #[test]
        fn all_are_run() {
            let names = [$($(#[$meta])* stringify!($name),)*];
            assert_eq!(TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
        }
    };
}

each! {
    upgrade frames proxy urls certificate scan envelope payloads app_error times redaction json
    #[cfg(feature = "testing")] requests
    #[cfg(feature = "testing")] client_frames
}

/// `cargo test --features testing --lib fuzz::tests::write_seeds -- --ignored`
#[test]
#[ignore = "writes the seeds of `cargo fuzz` to tests/fuzz/corpus"]
fn write_seeds() {
    for (name, _) in TARGETS {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for (number, seed) in seeds::of(name).iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number:04}")), seed).unwrap();
        }
    }
}
