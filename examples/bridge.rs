//! Couples a channel with a line-based service, as IRC: one `select!` over events, lines and a ticker.
//!
//! The service is a pair of channels here; what it says is posted by a thread of its own, because a post may have to
//! wait for the server's rate limit.

mod demo;

use std::time::Duration;

use mattermost::crossbeam_channel::{Receiver, Sender, bounded, select, tick};
use mattermost::{Events, Message, PostDraft};

struct Line {
    nick: &'static str,
    text: String,
}

/// Stands for the service: prints what it gets, and says one line.
fn service() -> (Sender<String>, Receiver<Line>) {
    let (to, inbox) = bounded::<String>(100);
    let (outbox, from) = bounded(100);
    std::thread::spawn(move || {
        let _ = outbox.send(Line { nick: "irc-user", text: "hello from the other side".into() });
        for line in inbox {
            println!("-> {line}");
        }
        drop(outbox);
    });
    (to, from)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = demo::client()?;
    let (team, channel) = demo::place(1);
    let channel = client.channel(&team, &channel)?;
    let (to_service, from_service) = service();
    let (post, posts) = bounded::<PostDraft>(100);
    let poster = client.clone();
    std::thread::spawn(move || {
        for draft in posts {
            if let Err(error) = poster.posts().create(&draft) {
                eprintln!("{error}");
            }
        }
    });
    let events = Events::builder(&client).channels([&channel.id]).open()?;
    let ticker = tick(Duration::from_secs(60));
    demo::conversation(&["hello from Mattermost", "two\nlines"], false);
    loop {
        select! {
            // The last event of a stream that ended for good is an error: `?` reports it.
            recv(events.receiver()) -> event => if let Some(message) = Message::from_event(&client, &event?)? {
                for line in message.text().lines() {
                    to_service.send(format!("<{}> {line}", message.sender()))?;
                }
            },
            recv(from_service) -> line => {
                let Line { nick, text } = line?;
                if post.try_send(PostDraft::new(&channel, format!("**<{nick}>** {text}"))).is_err() {
                    to_service.send("* too fast".into())?;
                }
            },
            recv(ticker) -> _ => to_service.send("PING".into())?,
        }
    }
}
