//! Moderation: deletes posts that contain words of a list, also edited ones and those that were posted while its
//! connection was lost, tells the author, and logs JSON lines: `moderate words.txt log.jsonl`. The account needs
//! `delete_others_posts`.

use std::collections::HashSet;
use std::error::Error;
use std::fs::{File, read_to_string};
use std::io::Write;
use std::time::Duration;

use mattermost::{CatchUp, Client, ClientBuilder, EventKind, Events, Post, PostDraft};
use mattermost::{Result, Timestamp, markdown};

struct Moderator<L> {
    client: Client,
    words: HashSet<String>,
    log: L,
}

impl<L: Write> Moderator<L> {
    fn found(&self, post: &Post) -> Option<String> {
        let cards = post.attachments().into_iter().flat_map(|card| [card.pretext, card.title, card.text]);
        let text = cards.fold(post.message.to_lowercase(), |text, part| text + " " + &part.to_lowercase());
        text.split(|c: char| !c.is_alphanumeric()).find(|word| self.words.contains(*word)).map(str::to_owned)
    }

    fn check(&mut self, post: &Post) -> Result<(), Box<dyn Error>> {
        let exempt = post.user_id == self.client.me().id || post.is_system() || post.is_deleted();
        let Some(word) = self.found(post).filter(|_| !exempt) else { return Ok(()) };
        match self.client.posts().delete(&post.id) {
            Err(error) if error.is_not_found() => return Ok(()), // somebody was faster
            deleted => deleted?,
        }
        writeln!(self.log, "{}", serde_json::json!({"at": Timestamp::now(), "word": word, "post": post}))?;
        if !post.is_automated() {
            let (direct, quote) = (self.client.direct(&post.user_id)?, markdown::quote_text(&post.message));
            let text = format!("Your post was removed, since “{word}” is in it:\n{quote}");
            self.client.posts().create_in_parts(&PostDraft::new(&direct, text))?;
        }
        Ok(())
    }

    fn run(&mut self, events: &Events) -> Result<()> {
        for event in events {
            let checked = event.payload()?.post().map_or(Ok(()), |post| self.check(post));
            checked.unwrap_or_else(|error| eprintln!("{error}"));
        }
        Ok(())
    }
}

fn events(client: &Client) -> Result<Events> {
    let builder = Events::builder(client).kinds([EventKind::Posted, EventKind::PostEdited]);
    builder.catch_up(CatchUp::within(Duration::from_secs(86_400))).open_within(Duration::MAX)
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [list, log] = args.as_slice() else { return Err("usage: moderate WORDS LOG".into()) };
    let list = read_to_string(list).map_err(|error| format!("{list}: {error}"))?;
    let log = File::options().create(true).append(true).open(log).map_err(|e| format!("{log}: {e}"))?;
    let client = ClientBuilder::from_env()?.connect_within(Duration::MAX)?;
    let (events, words) = (events(&client)?, list.split_whitespace().map(str::to_lowercase).collect());
    Ok(Moderator { client, words, log }.run(&events)?)
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;

    fn wait(what: &str, until: impl Fn() -> bool) {
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while !until() {
            assert!(std::time::Instant::now() < deadline, "{what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn posts_edits_and_what_was_written_meanwhile() {
        let server = TestServer::start().unwrap();
        let client = server.client("admin").unwrap();
        let events = events(&client).unwrap();
        let mut moderator =
            Moderator { client, words: ["drat", "blast"].map(String::from).into(), log: Vec::new() };
        std::thread::scope(|scope| {
            let guard = events.stopper().guard();
            let running = scope.spawn(|| moderator.run(&events));
            server.post_as("bob", "town-square", "oh DRAT!");
            let edited = server.post_as("zoe", "town-square", "fine, dratted");
            wait("the first", || server.posts("town-square").len() == 1);
            server.edit_post(&edited, "blast it");
            wait("the edit", || server.posts("town-square").is_empty());
            // A break that cannot be resumed: what is missed is caught up with, the edit as well.
            let late = server.post_as("zoe", "off-topic", "good");
            server.down();
            server.forget_queues();
            server.post_as("bob", "town-square", "blast again");
            server.edit_post(&late, "blast!");
            server.up();
            wait("missed", || server.posts("town-square").is_empty() && server.posts("off-topic").is_empty());
            wait("told", || server.posts("admin@zoe").len() == 2);
            drop(guard);
            running.join().unwrap().unwrap();
        });
        let log = String::from_utf8(moderator.log).unwrap();
        assert_eq!(log.lines().count(), 4, "{log}");
        assert!(server.posts("bob@admin")[0].message.ends_with("“drat” is in it:\n> oh DRAT!"));
    }
}
