//! The live round trip: every writing route of the core groups, and every POST that only reads, through the typed
//! methods, and a look at what came of it. On `TestServer` for the routes that it has, and on a real Mattermost when
//! `MATTERMOST_URL`, `MATTERMOST_ADMIN_LOGIN` and `MATTERMOST_ADMIN_PASSWORD` name one and its administrator.

mod people;
mod places;
mod posts;
mod teams;
mod things;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mattermost::{Client, Error, Result};

use crate::live::world::World;
use crate::routes::inventory;

/// Core routes that write and that no run can exercise, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("POST /users/login/cws", "no method: the hosted edition's portal calls it"),
    (
        "POST /users/login/desktop_token",
        "no method: the desktop program's, with a token of the browser's page",
    ),
    ("POST /users/sessions/revoke/all", "logs everybody out of a server that others use too"),
];

/// A picture of one point.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// What became of the routes.
struct Writes<'w> {
    world: &'w World,
    /// 5.37, which lacks routes and shapes of today.
    old: bool,
    done: BTreeSet<&'static str>,
    /// The edition, the licence or a setting does not allow it; or a token was asked for that came by mail.
    refused: BTreeMap<&'static str, String>,
    /// The server does not know the route.
    absent: BTreeSet<&'static str>,
    faults: Vec<String>,
}

impl Writes<'_> {
    /// One call; what it gave, if it was done.
    fn call<T>(&mut self, route: &'static str, answer: Result<T>) -> Option<T> {
        match answer {
            Ok(value) => {
                self.done.insert(route);
                return Some(value);
            }
            // A HEAD is refused without a word; 5.37 has none of them.
            Err(error) if is_unknown(&error) || (self.old && route.starts_with("HEAD ")) => {
                self.absent.insert(route);
            }
            Err(error) if is_not_allowed(&error) => {
                self.refused.insert(route, error.to_string());
            }
            Err(error) => self.faults.push(format!("{route}: {error}")),
        }
        None
    }

    /// One call that must be refused with one of these ids: what it asks for comes by mail, or costs money.
    fn refusal<T>(&mut self, route: &'static str, ids: &[&str], answer: Result<T>) {
        match answer {
            Err(error) if error.api_id().map_or(ids.is_empty(), |id| ids.contains(&id)) => {
                self.refused.insert(route, error.to_string());
            }
            answer => drop(self.call(route, answer)),
        }
    }

    /// What came back, or what is there afterwards, must be so.
    fn check(&mut self, route: &'static str, right: bool, what: &str) {
        if !right {
            self.faults.push(format!("{route}: not so: {what}"));
        }
    }

    fn note(&mut self, route: &'static str, error: &Error) {
        self.faults.push(format!("{route}, the look afterwards: {error}"));
    }

    /// What a look at the thing gives.
    fn look<T>(&mut self, route: &'static str, answer: Result<T>) -> Option<T> {
        answer.inspect_err(|error| self.note(route, error)).ok()
    }
}

/// A route that the server has not got.
fn is_unknown(error: &Error) -> bool {
    error.api_id() == Some("api.context.404.app_error")
}

fn is_not_allowed(error: &Error) -> bool {
    error.status() == Some(501) || error.api_id().is_some_and(|id| id.contains("license"))
}

type Section = fn(&mut Writes<'_>) -> Option<()>;

const SECTIONS: &[(&str, Section)] = &[
    ("accounts", people::accounts),
    ("ways in", people::ways_in),
    ("sessions and tokens", people::sessions_and_tokens),
    ("second factor", people::second_factor),
    ("statuses and preferences", people::statuses_and_preferences),
    ("bots and roles", people::bots_and_roles),
    ("the end of accounts", people::the_end),
    ("teams", teams::teams),
    ("team members", teams::members),
    ("groups", teams::groups),
    ("channels", places::channels),
    ("channel members", places::members),
    ("channel moves", places::moves),
    ("categories", places::categories),
    ("posts", posts::posts),
    ("marks", posts::marks),
    ("threads", posts::threads),
    ("drafts", posts::drafts),
    ("files", posts::files),
    ("emoji and bookmarks", things::emoji_and_bookmarks),
    ("webhooks", things::webhooks),
    ("commands", things::commands),
    ("buttons and dialogs", things::buttons_and_dialogs),
    ("oauth", things::oauth),
];

fn run(world: &World) -> Writes<'_> {
    let version = world.admin.system().client_config().unwrap().version().to_owned();
    let mut writes = Writes {
        world,
        old: version.starts_with("5."),
        done: BTreeSet::new(),
        refused: BTreeMap::new(),
        absent: BTreeSet::new(),
        faults: Vec::new(),
    };
    for (name, section) in SECTIONS {
        if catch_unwind(AssertUnwindSafe(|| section(&mut writes))).is_err() {
            writes.faults.push(format!("the section {name} panicked"));
        }
    }
    writes
}

fn report(writes: &Writes<'_>, real: bool) {
    let version = writes.world.admin.system().client_config().unwrap().version().to_owned();
    let inventory = inventory();
    let core: BTreeSet<&str> = inventory
        .iter()
        .filter(|entry| entry.routed && !entry.admin && !entry.route.starts_with("GET "))
        .map(|entry| &*entry.route)
        .collect();
    let mut faults = writes.faults.clone();
    let of_core = |routes: &BTreeSet<&str>| routes.iter().filter(|route| core.contains(*route)).count();
    let refused: BTreeSet<&str> =
        writes.refused.keys().copied().filter(|route| !writes.done.contains(route)).collect();
    let absent: BTreeSet<&str> = writes.absent.difference(&writes.done).copied().collect();
    for route in &refused {
        println!("refused: {route}: {}", writes.refused[route]);
    }
    if real {
        absent.iter().for_each(|route| println!("not on this server: {route}"));
    }
    for (route, reason) in LEFT_OUT {
        println!("left out: {route}: {reason}");
        if !core.contains(route) || writes.done.contains(route) {
            faults.push(format!("{route} is in the list of what is left out, and is not"));
        }
    }
    println!(
        "server {version}: {} core routes that write: {} done and looked at, {} called and refused by edition, \
         setting or for want of a mail, {} not on this server, {} left out; {} faults",
        core.len(),
        of_core(&writes.done),
        of_core(&refused),
        of_core(&absent),
        LEFT_OUT.len(),
        faults.len()
    );
    let mut known: BTreeSet<&str> = LEFT_OUT.iter().map(|(route, _)| *route).collect();
    known.extend(writes.done.iter().chain(writes.refused.keys()).chain(&writes.absent));
    faults.extend(
        core.difference(&known).map(|route| format!("{route} was not called, and is not in the list")),
    );
    // A server of today has every route.
    if real && !writes.old {
        faults.extend(absent.iter().map(|route| format!("{route} is not there")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_write_is_done_and_seen_on_test_server() {
    let mut faults = Vec::new();
    for version in ["11.6.0", "5.37.0"] {
        let world = World::test_server_of(version);
        let writes = run(&world);
        let refused = writes.refused.keys().filter(|route| !writes.done.contains(*route)).count();
        let absent = writes.absent.difference(&writes.done).count();
        println!(
            "TestServer {version}: {} routes done and looked at, {refused} refused, {absent} not on this server; {} faults",
            writes.done.len(),
            writes.faults.len()
        );
        // Not everything is there: what is must do.
        assert!(writes.done.len() > 80, "{} only", writes.done.len());
        faults.extend(writes.faults.iter().map(|fault| format!("{version}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_write_is_done_and_seen_on_real_server() {
    let Some(world) = World::real_server() else {
        println!("not run: MATTERMOST_URL, MATTERMOST_ADMIN_LOGIN or MATTERMOST_ADMIN_PASSWORD is unset");
        return;
    };
    report(&run(&world), true);
}

/// Asks again until it is there, 10 s at most.
fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match look() {
            None if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(20)),
            found => return found,
        }
    }
}

/// An id that nothing has.
fn nobodys<T: std::str::FromStr<Err = Error>>() -> T {
    crate::calls::ID.parse().unwrap()
}

/// A client that is good for nothing.
fn is_logged_out(client: &Client) -> bool {
    client.users().me().is_err_and(|error| error.is_unauthorized())
}
