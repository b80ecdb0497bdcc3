//! The live sweep: every GET that a run can supply the parameters of, through the typed methods, as the system
//! administrator of a real Mattermost: `MATTERMOST_URL`, `MATTERMOST_ADMIN_LOGIN`, `MATTERMOST_ADMIN_PASSWORD`.
//!
//! What an edition, a version or a setting does not allow is refused: that is fine. What does not decode has failed.

#[cfg(feature = "admin")]
mod admin;
mod core;

use std::collections::BTreeSet;
use std::io::sink;
use std::time::Duration;

use mattermost::rest::FileDownload;
use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Client, ErrorKind, Result};

/// What was called, by the route's template; after a comma, in which way.
#[derive(Default)]
struct Sweep {
    old: bool,
    called: BTreeSet<String>,
    decoded: BTreeSet<String>,
    refused: Vec<String>,
    failed: Vec<String>,
}

impl Sweep {
    /// One call; what it gave, if it was answered.
    fn get<T>(&mut self, name: &str, answer: Result<T>) -> Option<T> {
        assert!(self.called.insert(name.to_owned()), "{name} twice");
        match answer {
            Ok(value) => {
                self.decoded.insert(name.to_owned());
                return Some(value);
            }
            // With a status and a reason, it was the server that did not want.
            Err(error) if matches!(error.kind(), ErrorKind::Api | ErrorKind::Status) => {
                self.refused.push(format!("{name}: {error}"));
            }
            // Old servers without an image proxy send to the image itself; without the Enterprise build they crash at
            // the question for an old trial.
            Err(error) if error.status() == Some(302) || name == "/trial-license/prev" => {
                self.refused.push(format!("{name}: {error}"));
            }
            // Servers of old (5.37) know no counted list.
            Err(error) if self.old && name == "/hooks/incoming, counted" => {
                self.refused.push(format!("{name}: {error}"));
            }
            Err(error) => self.failed.push(format!("{name}: {error}")),
        }
        None
    }

    fn file(&mut self, name: &str, download: FileDownload<'_>) {
        self.get(name, download.timeout(Duration::from_secs(120)).write_to(sink()));
    }
}

/// How many routes these are: without the ways, and without the POSTs that only read.
fn routes(names: &BTreeSet<String>) -> usize {
    let routes = names.iter().map(|name| name.split(", ").next().unwrap());
    routes.filter(|route| route.starts_with('/')).collect::<BTreeSet<_>>().len()
}

fn client() -> Option<Client> {
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let login = (var("MATTERMOST_ADMIN_LOGIN")?, var("MATTERMOST_ADMIN_PASSWORD")?);
    Some(Client::builder(var("MATTERMOST_URL")?).login(login.0, login.1).connect().unwrap())
}

#[test]
fn every_get_is_answered_and_decoded() {
    let Some(client) = client() else {
        println!("not run: MATTERMOST_URL, MATTERMOST_ADMIN_LOGIN or MATTERMOST_ADMIN_PASSWORD is unset");
        return;
    };
    sweep("server", &client);
}

#[test]
fn every_get_is_answered_and_decoded_on_test_server() {
    for version in ["11.6.0", "5.37.0"] {
        let server = TestServer::builder().version(version).start().unwrap();
        let client = server.client_builder().login("admin", PASSWORD).connect().unwrap();
        sweep("TestServer", &client);
    }
}

fn sweep(what: &str, client: &Client) {
    let version = client.system().client_config().unwrap().version().to_owned();
    let mut sweep = Sweep { old: version.starts_with("5."), ..Sweep::default() };
    core::sweep(&mut sweep, client);
    #[cfg(feature = "admin")]
    admin::sweep(&mut sweep, client);
    for refused in &sweep.refused {
        println!("refused: {refused}");
    }
    println!(
        "{what} {version}: {} GET routes called, {} decoded; {} calls, {} decoded, {} refused, {} failed",
        routes(&sweep.called),
        routes(&sweep.decoded),
        sweep.called.len(),
        sweep.decoded.len(),
        sweep.refused.len(),
        sweep.failed.len()
    );
    assert!(sweep.failed.is_empty(), "{}", sweep.failed.join("\n"));
}
