//! A server with accounts made for one scenario.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Channel, ChannelDraft, Client, Event, Events, Payload, Team, TeamDraft, TeamType, UserDraft, UserId};

pub(super) struct World {
    pub(super) url: String,
    pub(super) admin: Client,
    pub(super) team: Team,
    /// Makes names unique on a server that is used again and again.
    pub(super) run: String,
    _server: Option<TestServer>,
}

pub(super) struct Account {
    pub(super) client: Client,
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) password: String,
}

fn unique() -> String {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() % 1_000_000_000_000;
    format!("{nanos:x}{}", COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

impl World {
    pub(super) fn test_server() -> Self {
        let server = TestServer::start().unwrap();
        let url = crate::secrets::watched(&server.url());
        Self::at(url, "admin", PASSWORD, Some(server))
    }

    pub(super) fn real_server() -> Option<Self> {
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let url = var("MATTERMOST_URL")?;
        Some(Self::at(url, &var("MATTERMOST_ADMIN_LOGIN")?, &var("MATTERMOST_ADMIN_PASSWORD")?, None))
    }

    fn at(url: String, login: &str, password: &str, server: Option<TestServer>) -> Self {
        let admin = Client::builder(&url).login(login, password).connect().unwrap();
        let run = unique();
        // A team of its own: servers limit how many users a team has, and this one may be used again and again.
        let team = admin.teams().create(&TeamDraft::new(format!("live-{run}"), format!("Live {run}"), TeamType::Open)).unwrap();
        Self { url, admin, team, run, _server: server }
    }

    pub(super) fn account(&self, name: &str) -> Account {
        let name = format!("{name}{}", self.run);
        let (email, password) = (format!("{name}@example.com"), "Passw0rd-of-a-test".to_owned());
        let user = self.admin.users().create(&UserDraft::new(&email, &name, &*password)).unwrap();
        self.admin.teams().add_member(&self.team.id, &user.id).unwrap();
        let client = Client::builder(&self.url).login(&name, &*password).connect().unwrap();
        Account { client, id: user.id, name, email, password }
    }

    /// A public channel of its own with these accounts in it.
    pub(super) fn channel(&self, name: &str, members: &[&Account]) -> Channel {
        let short_name = format!("{name}-{}", self.run);
        let display_name = format!("{name} {}", self.run);
        let draft = ChannelDraft::open(&self.team.id, short_name, display_name);
        let channel = self.admin.channels().create(&draft).unwrap();
        for member in members {
            self.admin.channels().add_member(&channel.id, &member.id).unwrap();
        }
        channel
    }
}

/// The next event of which `wanted` makes something; panics after 20 s.
pub(super) fn next<T>(
    events: &Events,
    what: &str,
    mut wanted: impl FnMut(&Event, &Payload) -> Option<T>,
) -> T {
    let mut seen = Vec::new();
    loop {
        let event = events
            .recv_timeout(Duration::from_secs(20))
            .unwrap_or_else(|e| panic!("no {what}: {e}; saw {seen:?}"));
        let payload = event.payload().unwrap_or_else(|e| panic!("the stream ended before {what}: {e:?}"));
        if let Some(found) = wanted(&event, payload) {
            return found;
        }
        seen.push(event.name().to_owned());
    }
}

/// A relay in front of the server whose connections can be cut.
pub(super) struct Relay {
    port: u16,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    pub(super) fn to(url: &str) -> Self {
        let target = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let all = Arc::clone(&open);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&target) else { continue };
                let copies = [client.try_clone().unwrap(), server.try_clone().unwrap()];
                // The server's side first: it must have noticed when the client comes back.
                all.lock().unwrap().extend([server.try_clone().unwrap(), client.try_clone().unwrap()]);
                let [back_to, back_from] = copies;
                thread::spawn(move || pump(client, server));
                thread::spawn(move || pump(back_from, back_to));
            }
        });
        Self { port, open }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16384];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
