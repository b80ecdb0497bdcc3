//! Processes of a run: a Redis on a free port with a folder of its own, relays and workers.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mattermost::Timestamp;

/// Generous: a machine that runs other things too is slow to start programs.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// A new folder below the build directory.
pub(crate) fn new_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("run-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success(), "kill -{name}");
}

pub(crate) struct RedisServer {
    pub(crate) port: u16,
    pub(crate) folder: PathBuf,
    child: Child,
}

impl RedisServer {
    pub(crate) fn start(folder: &Path) -> Self {
        // Another process may take the port before Redis does: then Redis ends, and another port is tried.
        for _ in 0..10 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut server = Self { port, folder: folder.to_owned(), child: Self::spawn(port, folder) };
            if server.wait() {
                return server;
            }
        }
        panic!("redis-server does not start: see {}", folder.join("redis.log").display());
    }

    fn spawn(port: u16, folder: &Path) -> Child {
        let log = File::options().create(true).append(true).open(folder.join("redis.log")).unwrap();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--dir"]).arg(folder);
        command.args(["--appendonly", "yes", "--appendfsync", "always", "--save", ""]);
        command.args(["--maxmemory-policy", "noeviction"]);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        command.spawn().expect("install redis-server")
    }

    /// Waits for a reply to PING; `false` if the process ended.
    fn wait(&mut self) -> bool {
        let until = Instant::now() + START_TIMEOUT;
        while Instant::now() < until {
            let pong = redis::Client::open(self.url())
                .and_then(|client| client.get_connection_with_timeout(Duration::from_secs(1)))
                .and_then(|mut connection| redis::cmd("PING").query::<String>(&mut connection));
            if pong.is_ok() {
                return true;
            }
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub(crate) fn connection(&self) -> redis::Connection {
        redis::Client::open(self.url()).unwrap().get_connection_with_timeout(Duration::from_secs(5)).unwrap()
    }

    pub(crate) fn stop(&mut self, kill: bool) {
        signal(&self.child, if kill { "KILL" } else { "TERM" });
        self.child.wait().unwrap();
    }

    fn log_file(&self) -> PathBuf {
        let folder = fs::read_dir(self.folder.join("appendonlydir")).unwrap();
        let logs = folder.map(|entry| entry.unwrap().path());
        logs.filter(|path| path.to_string_lossy().ends_with(".incr.aof")).max().unwrap()
    }

    pub(crate) fn log_size(&self) -> u64 {
        fs::metadata(self.log_file()).unwrap().len()
    }

    /// Cuts off the end of the log, as a power failure or a failover to an older copy does.
    pub(crate) fn cut_log(&self, size: u64) {
        assert!(size < self.log_size(), "nothing to cut off");
        File::options().write(true).open(self.log_file()).unwrap().set_len(size).unwrap();
    }

    pub(crate) fn start_again(&mut self) {
        self.child = Self::spawn(self.port, &self.folder);
        assert!(self.wait(), "redis-server does not start again: see {}", self.folder.display());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// A relay or a worker.
pub(crate) struct Node {
    program: &'static str,
    environment: Vec<(String, String)>,
    pub(crate) log: PathBuf,
    pub(crate) child: Child,
}

impl Node {
    pub(crate) fn start(program: &'static str, log: PathBuf, environment: &[(String, String)]) -> Self {
        let child = Self::spawn(program, &log, environment);
        Self { program, environment: environment.to_vec(), log, child }
    }

    fn spawn(program: &str, log: &Path, environment: &[(String, String)]) -> Child {
        let path =
            if program == "relay" { env!("CARGO_BIN_EXE_relay") } else { env!("CARGO_BIN_EXE_worker") };
        let log = File::options().create(true).append(true).open(log).unwrap();
        let mut command = Command::new(path);
        // Only what the run sets: the variables of this process name the administrator of a real server.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MATTERMOST_")) {
            command.env_remove(name);
        }
        let environment = environment.iter().map(|(name, value)| (name, value));
        command.envs(environment).stdin(Stdio::null()).stderr(log).spawn().unwrap()
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub(crate) fn start_again(&mut self) {
        self.kill();
        self.child = Self::spawn(self.program, &self.log, &self.environment);
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    /// Returns `true` if this relay has stored events since a time in milliseconds.
    pub(crate) fn stores_since(&self, since: i64) -> bool {
        let text = self.text();
        let mut stores = text.lines().filter_map(|line| line.split_once(" appended "));
        let since = Timestamp::from_millis(since).to_string();
        stores.any(|(at, _)| *at >= *since)
    }

    /// Waits until the process ends by itself.
    pub(crate) fn wait_for_end(&mut self) {
        let until = Instant::now() + START_TIMEOUT;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < until, "{} goes on:\n{}", self.program, self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the log contains a text.
    pub(crate) fn wait_for(&self, text: &str) {
        let until = Instant::now() + START_TIMEOUT;
        while !self.text().contains(text) {
            assert!(Instant::now() < until, "no `{text}` in the log of {}:\n{}", self.program, self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}
