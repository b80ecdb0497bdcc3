//! Couples a channel with a line-based service on standard input and output: `bridge TEAM CHANNEL`, for example
//! `socat TCP:lines.example.com:7000 EXEC:'bridge awesome-chat ~lines'`. Environment: `MATTERMOST_URL`,
//! `MATTERMOST_TOKEN`.
//!
//! One `select!` over events, lines and a ticker. A separate thread posts the lines, because a post may have to wait for
//! the rate limit of the server.

use std::error::Error;
use std::thread;
use std::time::Duration;

use mattermost::crossbeam_channel::{Receiver, bounded, select, tick};
use mattermost::{Channel, Client, Events, PostDraft};

struct Bridge {
    client: Client,
    channel: Channel,
    events: Events,
}

impl Bridge {
    fn open(client: Client, team: &str, channel: &str) -> mattermost::Result<Self> {
        let channel = client.channel(team, channel)?;
        let events = Events::builder(&client).channels([&channel]).open()?;
        Ok(Self { client, channel, events })
    }

    /// Runs until the lines end, or the stream.
    fn run(&self, lines: &Receiver<String>, mut print: impl FnMut(String)) -> mattermost::Result<()> {
        let ticker = tick(Duration::from_secs(60));
        thread::scope(|scope| {
            let (posts, drafts) = bounded::<PostDraft>(100);
            scope.spawn(move || {
                for draft in drafts {
                    self.client.posts().create(&draft).map_or_else(|error| eprintln!("{error}"), drop);
                }
            });
            loop {
                select! {
                    recv(self.events.receiver()) -> event => {
                        let Ok(event) = event else { return Ok(()) }; // stopped
                        // The last event of a stream that ended permanently is an error: `?` reports it.
                        let Some(message) = self.events.message(&event)? else { continue };
                        for line in message.text().lines() {
                            print(format!("<{}> {line}", message.sender()));
                        }
                    },
                    recv(lines) -> line => {
                        let Ok(line) = line else { return Ok(()) };
                        if posts.try_send(PostDraft::new(&self.channel, line)).is_err() {
                            print("* too fast".into());
                        }
                    },
                    recv(ticker) -> _ => print("PING".into()),
                }
            }
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [team, channel] = args.as_slice() else { return Err("usage: bridge TEAM CHANNEL".into()) };
    let bridge = Bridge::open(Client::from_env()?, team, channel)?;
    let stopper = bridge.events.stopper();
    ctrlc::set_handler(move || stopper.stop())?;
    let (input, lines) = bounded(100);
    thread::spawn(move || {
        let mut read = std::io::stdin().lines().map_while(Result::ok);
        read.try_for_each(|line| input.send(line))
    });
    Ok(bridge.run(&lines, |line| println!("{line}"))?)
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;

    #[test]
    fn both_directions() {
        let server = TestServer::start().unwrap();
        let client = server.client("janedoe").unwrap();
        let bridge = Bridge::open(client, "awesome-chat", "~town-square").unwrap();
        let ((input, lines), (output, printed)) = (bounded(100), bounded(100));
        thread::scope(|scope| {
            let _stop = bridge.events.stopper().guard();
            let running = scope.spawn(|| bridge.run(&lines, |line| output.send(line).unwrap()));
            server.post_as("bob", "town-square", "one\ntwo");
            for line in ["<bob> one", "<bob> two"] {
                assert_eq!(printed.recv_timeout(Duration::from_secs(10)).unwrap(), line);
            }
            input.send("from the other side".to_owned()).unwrap();
            drop(input); // what was read is posted before it ends
            running.join().unwrap().unwrap();
        });
        let posts = server.posts("town-square");
        let last = posts.last().unwrap();
        assert_eq!((last.user.as_str(), last.message.as_str()), ("janedoe", "from the other side"));
    }
}
