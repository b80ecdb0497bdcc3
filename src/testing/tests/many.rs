//! Many servers, one after another: nothing of them is left.

use std::process::Command;
use std::time::Instant;

use super::*;

const SERVERS: u32 = 100;

/// Returns the number of threads and of open descriptors of this process. `None` on other systems than Linux; Wine has
/// `/proc` too, with descriptors of its own.
fn resources() -> Option<(usize, usize)> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let count = |path: &str| std::fs::read_dir(path).ok().map(Iterator::count);
    Some((count("/proc/self/task")?, count("/proc/self/fd")?))
}

/// Counts alone in its process: other tests have threads too.
#[test]
#[ignore = "run by a_hundred_servers_leave_nothing in a process of its own"]
fn a_hundred_servers() {
    drop(TestServer::start().unwrap());
    let before = resources();
    let (begun, mut responses) = (Instant::now(), Duration::ZERO);
    for _ in 0..SERVERS {
        let started = Instant::now();
        let server = TestServer::start().unwrap();
        assert_eq!(Http::new(&server, "").get("/system/ping").status, 200);
        responses += started.elapsed();
        let _ws = Ws::user(&server, "bob");
        server.post_as("janedoe", "town-square", "hello");
    }
    let spent = begun.elapsed();
    // A thread that was joined may be listed for a moment more.
    let deadline = Instant::now() + Duration::from_secs(10);
    while resources() > before && Instant::now() < deadline {
        std::thread::yield_now();
    }
    let left = before
        .zip(resources())
        .map(|(before, after)| (after.0.saturating_sub(before.0), after.1.saturating_sub(before.1)));
    println!(
        "{SERVERS} servers: {:.2} s, start to first response {:.2} ms, threads and descriptors left {left:?}",
        spent.as_secs_f64(),
        responses.as_secs_f64() * 1000.0 / f64::from(SERVERS)
    );
    assert!(left.is_none_or(|left| left == (0, 0)), "{left:?}");
}

#[test]
fn a_hundred_servers_leave_nothing() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "testing::tests::many::a_hundred_servers", "--ignored", "--nocapture"]);
    let output = child.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    shown.lines().filter(|line| line.contains("servers:")).for_each(|line| println!("{line}"));
    assert!(output.status.success() && shown.contains("1 passed"), "{shown}");
}
