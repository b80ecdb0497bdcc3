//! A server with accounts made for one scenario.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{
    Channel, ChannelDraft, Client, Event, Events, Payload, Team, TeamDraft, TeamType, UserDraft, UserId,
};

pub(crate) struct World {
    pub(crate) url: String,
    pub(crate) admin: Client,
    pub(crate) team: Team,
    /// Makes names unique on a server that is used again and again.
    pub(crate) run: String,
    pub(crate) server: Option<TestServer>,
}

pub(crate) struct Account {
    pub(crate) client: Client,
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password: String,
}

fn unique() -> String {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() % 1_000_000_000_000;
    format!("{nanos:x}{}", COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

impl World {
    pub(crate) fn test_server() -> Self {
        Self::test_server_of("11.6.0")
    }

    pub(crate) fn test_server_of(version: &str) -> Self {
        let server = TestServer::builder().version(version).start().unwrap();
        let url = crate::secrets::watched(&server.url());
        Self::at(url, "admin", PASSWORD, Some(server))
    }

    pub(crate) fn real_server() -> Option<Self> {
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let url = var("MATTERMOST_URL")?;
        Some(Self::at(url, &var("MATTERMOST_ADMIN_LOGIN")?, &var("MATTERMOST_ADMIN_PASSWORD")?, None))
    }

    /// Whether it is a Mattermost, and no `TestServer`.
    pub(crate) fn is_real(&self) -> bool {
        self.server.is_none()
    }

    fn at(url: String, login: &str, password: &str, server: Option<TestServer>) -> Self {
        let admin = Client::builder(&url).login(login, password).connect().unwrap();
        let run = unique();
        // A team of its own: servers limit how many users a team has, and this one may be used again and again.
        let team = admin
            .teams()
            .create(&TeamDraft::new(format!("live-{run}"), format!("Live {run}"), TeamType::Open))
            .unwrap();
        Self { url, admin, team, run, server }
    }

    pub(crate) fn account(&self, name: &str) -> Account {
        let name = format!("{name}{}", self.run);
        let (email, password) = (format!("{name}@example.com"), "Passw0rd-of-a-test".to_owned());
        let user = self.admin.users().create(&UserDraft::new(&email, &name, &*password)).unwrap();
        self.admin.teams().add_member(&self.team.id, &user.id).unwrap();
        let client = Client::builder(&self.url).login(&name, &*password).connect().unwrap();
        Account { client, id: user.id, name, email, password }
    }

    /// A public channel of its own with these accounts in it.
    pub(crate) fn channel(&self, name: &str, members: &[&Account]) -> Channel {
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
pub(crate) fn next<T>(
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
