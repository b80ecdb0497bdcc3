//! Who of a team is online or away, live: `presence TEAM [SECONDS]`. Shows a custom status of its own meanwhile.
//!
//! The server sends no events about the status of other users, so it is asked, every 10 s by default. Users who are offline
//! at the start are not listed. TEAM is the short name of the team. Environment: `MATTERMOST_URL`, `MATTERMOST_TOKEN`.

use std::{collections::BTreeMap, io::Write, time::Duration};

use mattermost::{Client, CustomStatus, EventKind, Events, Payload, Result};
use mattermost::{StatusKind, Team, User, UserId, UserPage};

const USAGE: &str = "usage: presence TEAM [SECONDS]";

struct Watch<'c, O> {
    client: &'c Client,
    team: Team,
    users: BTreeMap<UserId, User>,
    last: BTreeMap<UserId, StatusKind>,
    out: O,
}

impl<O: Write> Watch<'_, O> {
    fn load(&mut self) -> Result<()> {
        let members = self.client.users().all(&UserPage::new().in_team(&self.team).active(true));
        self.users = members.map(|user| user.map(|user| (user.id.clone(), user))).collect::<Result<_>>()?;
        Ok(())
    }

    fn look(&mut self) -> Result<()> {
        let ids: Vec<UserId> = self.users.keys().cloned().collect();
        for one in self.client.statuses().list_by_ids(&ids)? {
            let before = self.last.insert(one.user_id.clone(), one.status.clone());
            let changed = before.unwrap_or(StatusKind::Offline) != one.status;
            if let Some(user) = self.users.get(&one.user_id).filter(|_| changed) {
                let _ = writeln!(self.out, "{} (@{}) is {}", user.display_name(), user.username, one.status);
            }
        }
        Ok(())
    }

    fn run(&mut self, events: &Events, interval: Duration) -> Result<()> {
        self.load()?;
        for event in events.ticking(interval) {
            let done = match event.as_ref().map(|event| event.payload()).transpose()? {
                None | Some(Payload::StatusChange(_)) => self.look(),
                Some(_) => self.load(), // somebody joined, left or was renamed, or that may have been missed
            };
            done.unwrap_or_else(|error| eprintln!("{error:?}")); // looks again at the next tick
        }
        Ok(())
    }
}

fn events(client: &Client) -> Result<Events> {
    use EventKind::{LeaveTeam, StatusChange, UserAdded, UserUpdated};
    Events::builder(client).kinds([UserUpdated, StatusChange, UserAdded, LeaveTeam]).open()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (team, seconds) = (std::env::args().nth(1), std::env::args().nth(2));
    let team = team.ok_or(USAGE)?;
    let interval =
        Duration::from_secs(seconds.map_or(Ok(10), |text| text.parse::<u64>()).map_err(|_| USAGE)?.max(1));
    let client = Client::from_env()?;
    let team = client.teams().get_by_name(&team)?;
    let events = events(&client)?;
    let stopper = events.stopper();
    ctrlc::set_handler(move || stopper.stop())?;
    client.statuses().set_custom(&UserId::me(), &CustomStatus::new("eyes", "watching"))?;
    let (users, last) = Default::default();
    let ended = Watch { client: &client, team, users, last, out: std::io::stdout() }.run(&events, interval);
    client.statuses().unset_custom(&UserId::me())?;
    Ok(ended?)
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;
    use mattermost::{UserDraft, UserPatch};

    #[test]
    fn live_with_names() {
        let server = TestServer::start().unwrap();
        let client = server.client("janedoe").unwrap();
        let bob = server.client("bob").unwrap();
        bob.statuses().set(&UserId::me(), &StatusKind::Away).unwrap();
        let events = events(&client).unwrap();
        let team = client.teams().get_by_name("awesome-chat").unwrap();
        let out = SharedLines::default();
        let (users, last) = Default::default();
        let mut watch = Watch { client: &client, team, users, last, out: out.clone() };
        std::thread::scope(|scope| {
            let guard = events.stopper().guard();
            let running = scope.spawn(|| watch.run(&events, Duration::from_millis(50)));
            out.wait_for("Bob Doe (@bob) is away");
            bob.users().patch(&UserId::me(), &UserPatch::new().nickname("Bobby")).unwrap();
            let admin = server.client("admin").unwrap();
            let kim = UserDraft::new("kim@example.com", "kim", "foobar1234");
            let kim = admin.users().create(&kim).unwrap();
            admin.teams().add_member(&server.team_id("awesome-chat").parse().unwrap(), &kim.id).unwrap();
            server.client("kim").unwrap().statuses().set(&UserId::me(), &StatusKind::Online).unwrap();
            out.wait_for("(@kim) is online");
            bob.statuses().set(&UserId::me(), &StatusKind::Dnd).unwrap();
            server.outage(Duration::from_millis(300)); // survived
            out.wait_for("Bobby (@bob) is dnd");
            drop(guard);
            running.join().unwrap().unwrap();
        });
        assert!(out.text().contains("Jane Doe"));
    }

    #[derive(Clone, Default)]
    struct SharedLines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl SharedLines {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }

        fn wait_for(&self, part: &str) {
            let deadline = std::time::Instant::now() + Duration::from_secs(20);
            while !self.text().contains(part) {
                assert!(std::time::Instant::now() < deadline, "no {part} in {}", self.text());
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }

    impl Write for SharedLines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
}
