//! Stands in for a server: with `MATTERMOST_URL` unset an example talks to a `TestServer` in its own process, and to
//! a scripted second user, who ends the program when the conversation is over.

#![allow(dead_code, reason = "each example uses a part of it")]

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use mattermost::testing::TestServer;
use mattermost::{Client, Events, Payload, PostDraft, Result, Upload};

static SERVER: OnceLock<TestServer> = OnceLock::new();

/// The in-process server, unless the environment names a real one.
pub(crate) fn server() -> Result<Option<&'static TestServer>> {
    if std::env::var_os("MATTERMOST_URL").is_some() {
        return Ok(None);
    }
    if let Some(server) = SERVER.get() {
        return Ok(Some(server));
    }
    let server = TestServer::start()?;
    eprintln!("MATTERMOST_URL is not set: talking to a TestServer at {}", server.url());
    Ok(Some(SERVER.get_or_init(|| server)))
}

/// A client of the account in the environment, or of `janedoe` at the in-process server.
pub(crate) fn client() -> Result<Client> {
    match server()? {
        Some(server) => server.client("janedoe"),
        None => Client::from_env(),
    }
}

/// Team and channel: the command line's arguments from `at` on, else `MATTERMOST_TEAM` and `MATTERMOST_CHANNEL`, else
/// Town Square of the in-process server's team.
pub(crate) fn place(at: usize) -> (String, String) {
    let one = |n: usize, name: &str, default: &str| {
        let given = std::env::args().nth(at + n).or_else(|| std::env::var(name).ok());
        given.unwrap_or_else(|| default.into())
    };
    (one(0, "MATTERMOST_TEAM", "awesome-chat"), one(1, "MATTERMOST_CHANNEL", "~town-square"))
}

/// A client of the administrator in the environment, or of `admin` at the in-process server.
pub(crate) fn admin() -> Result<Client> {
    match server()? {
        Some(server) => server.client("admin"),
        None => Client::from_env(),
    }
}

/// Fills Town Square of the in-process server with `DEMO_POSTS` posts (1,000 by default), every 50th with a file.
pub(crate) fn fill(client: &Client) -> Result<()> {
    let Some(server) = SERVER.get() else { return Ok(()) };
    let posts = std::env::var("DEMO_POSTS").ok().and_then(|posts| posts.parse().ok()).unwrap_or(1_000);
    let town = client.channel("awesome-chat", "~town-square")?;
    for number in 0..posts {
        let text = format!("post {number}");
        if number % 50 == 0 {
            let file = Upload::bytes(format!("质量 {number}.txt"), text.repeat(number + 1));
            client.posts().create_with_files(&PostDraft::new(&town, text), [file])?;
        } else {
            server.post_as("bob", "town-square", &text);
        }
    }
    Ok(())
}

/// Does something in a folder that is removed afterwards.
pub(crate) fn in_a_folder<E: From<std::io::Error>>(
    work: impl FnOnce(&Path) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    let folder = std::env::temp_dir().join(format!("mattermost-example-{}", std::process::id()));
    let done = work(&folder);
    std::fs::remove_dir_all(&folder)?;
    done
}

/// Lets `bob` say `lines` in Town Square once the example listens, show what is answered to each, and end the
/// program.
pub(crate) fn conversation(lines: &'static [&'static str], answered: bool) {
    conversation_then(lines, answered, || std::process::exit(0));
}

/// The same, but what follows is up to the example.
pub(crate) fn conversation_then(
    lines: &'static [&'static str],
    answered: bool,
    then: impl FnOnce() + Send + 'static,
) {
    let Some(server) = SERVER.get() else { return };
    std::thread::spawn(move || {
        if let Err(error) = talk(server, lines, answered) {
            eprintln!("{error:?}");
            std::process::exit(1);
        }
        then();
    });
}

fn talk(server: &TestServer, lines: &[&str], answered: bool) -> Result<()> {
    let bob = server.client("bob")?;
    let events = bob.events()?;
    server.wait_for_connections(2, Duration::from_secs(10));
    let town = bob.channel("awesome-chat", "~town-square")?;
    for line in lines {
        bob.posts().create(&PostDraft::new(&town, *line))?;
        eprintln!("bob says: {line}");
        if answered {
            hear(&bob, &events)?;
        }
    }
    std::thread::sleep(Duration::from_millis(300));
    Ok(())
}

/// The next post of somebody else.
fn hear(bob: &Client, events: &Events) -> Result<()> {
    loop {
        if let Payload::Posted(posted) = events.recv_timeout(Duration::from_secs(10))?.payload()? {
            if posted.post.user_id != bob.me().id {
                eprintln!("bob hears: {}", posted.post.message);
                return Ok(());
            }
        }
    }
}
