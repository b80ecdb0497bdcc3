//! Events, a ticker and a control channel in one `select!`, ended from another thread by a `stopper`.
//!
//! With a server of your own it ends on Ctrl-C; here, where nothing handles signals, on a line (or the end) of
//! standard input, after ten seconds at the latest.

mod demo;

use std::time::Duration;

use mattermost::Message;
use mattermost::crossbeam_channel::{bounded, select, tick};

fn main() -> mattermost::Result<()> {
    let client = demo::client()?;
    let events = client.events()?;
    let stopper = events.stopper();
    let (control, commands) = bounded::<String>(8);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if line == "quit" || control.send(line).is_err() {
                break;
            }
        }
        std::thread::sleep(Duration::from_secs(1));
        stopper.stop(); // never blocks: a signal handler's thread may call it too
    });
    let (team, channel) = demo::place(1);
    let town = client.channel(&team, &channel)?;
    let ticker = tick(Duration::from_millis(500));
    let mut ticks = 0;
    loop {
        select! {
            recv(events.receiver()) -> event => match event {
                Ok(event) => if let Some(message) = Message::from_event(&client, &event)? {
                    println!("heard: {}", message.text());
                },
                Err(_) => break, // closed: `stop` was called
            },
            recv(commands) -> line => if let Ok(line) = line {
                client.posts().create(&mattermost::PostDraft::new(&town, line))?;
            },
            recv(ticker) -> _ => {
                ticks += 1;
                println!("tick {ticks}");
            }
        }
    }
    println!("{:?}", events.close(Duration::from_secs(2)));
    Ok(())
}
