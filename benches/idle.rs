//! What an idle stream costs: threads, wake-ups in a minute, memory; plain, and with TLS. Linux only: it reads /proc.
//!
//! `cargo bench --bench idle --features testing` (`-- 10` measures for ten seconds); with `--profile small` as the
//! README recommends for small programs, with `--profile release` as cargo builds where nobody says anything.
//!
//! The server is the example `test_server`, in another process: its code is no part of what is measured. With
//! `MATTERMOST_URL` and `MATTERMOST_TOKEN` it is the one that these name, whose events are part of what is measured: an
//! account in no busy channel is idle.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use mattermost::Client;

/// Threads, and voluntary context switches of all of them.
fn threads() -> (usize, u64) {
    let (mut count, mut switches) = (0, 0);
    for task in std::fs::read_dir("/proc/self/task").expect("/proc").flatten() {
        let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches"));
        switches += line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0);
        count += 1;
    }
    (count, switches)
}

fn rss_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// One stream for so long.
fn idle(kind: &str, client: &Client, time: Duration) {
    let events = client.events().expect("a stream");
    // Past the deadline of the first frame, which still wakes the timer once.
    while events.poll(Duration::from_secs(12)).expect("an open stream").is_some() {}
    let (_, before) = threads();
    std::thread::sleep(time);
    let (count, after) = threads();
    println!(
        "{kind}: {count} threads, {} voluntary context switches in {} s (1 is the bench's own), RSS {:.1} MB",
        after - before,
        time.as_secs(),
        rss_kb() as f64 / 1024.0
    );
}

fn measure(kind: &str, time: Duration) {
    if kind == "given" {
        let client = Client::from_env().expect("a client of the server in the environment");
        return idle(&format!("{} ({})", client.url(), client.me().username), &client, time);
    }
    let mut server = Command::new(env!("CARGO"));
    server.args(["run", "--quiet", "--release", "--features", "testing", "--example", "test_server"]);
    if kind == "tls" {
        server.args(["--", "--tls"]);
    }
    let mut server = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cargo");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let mut words = line.split_whitespace().filter_map(|word| word.split_once('=').map(|(_, value)| value));
    let (url, token) = (words.next().expect("a URL"), words.next().expect("a token"));
    let builder = Client::builder(url).token(token).no_proxy();
    #[cfg(feature = "native-tls")]
    let builder = if kind == "tls" {
        let trusted = mattermost::TlsConfig::new().add_root(include_bytes!("../tests/data/tls/ca.pem"));
        builder.tls(trusted.expect("the test CA"))
    } else {
        builder
    };
    idle(kind, &builder.connect().expect("a client"), time);
    drop(server.stdin.take());
    server.wait().expect("its end");
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // One kind a process: memory that TLS took is not given back.
        ["only", kind, seconds] => measure(kind, Duration::from_secs(seconds.parse().expect("seconds"))),
        rest => {
            let seconds = rest.first().copied().unwrap_or("60");
            let mut kinds = if cfg!(feature = "native-tls") { &["plain", "tls"][..] } else { &["plain"] };
            if std::env::var_os("MATTERMOST_URL").is_some() {
                kinds = &["given"];
            }
            for kind in kinds {
                let me = std::env::current_exe().expect("a path");
                Command::new(me).args(["only", kind, seconds]).status().expect("a process");
            }
        }
    }
}
