//! Moderation: deletes posts that contain words of a list, also edited ones and those of the last day that were posted while
//! it was not running, and tells the author. `moderate words.txt log.jsonl`
//!
//! The words are separated by white space. Each deletion is a JSON line in the log. `log.position` beside the log keeps the
//! position in the stream: at the first start, only new posts are read. Environment: `MATTERMOST_URL`, and `MATTERMOST_TOKEN`
//! of an account that is a member of the channels and has the permission `delete_others_posts`, such as an administrator.

use std::{collections::HashSet, error::Error, fs, io::Write, path::Path, time::Duration};

use mattermost::{CatchUp, Client, ClientBuilder, Event, EventKind, Events, Post, PostDraft};
use mattermost::{Result, StateFile, Timestamp, markdown::quote_text};

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

    fn check(&mut self, event: &Event) -> Result<(), Box<dyn Error>> {
        let Some(post) = event.payload()?.post() else { return Ok(()) };
        let exempt = post.user_id == self.client.me().id || post.is_system() || post.is_deleted();
        let Some(word) = self.found(post).filter(|_| !exempt) else { return Ok(()) };
        match self.client.posts().delete(&post.id) {
            Err(error) if error.is_not_found() => return Ok(()), // somebody was faster
            deleted => deleted?,
        }
        writeln!(self.log, "{}", serde_json::json!({"at": Timestamp::now(), "word": word, "post": post}))?;
        if !post.is_automated() {
            let (direct, quote) = (self.client.direct(&post.user_id)?, quote_text(&post.message));
            let text = format!("Your post was removed, since “{word}” is in it:\n{quote}");
            self.client.posts().create_in_parts(&PostDraft::new(&direct, text))?;
        }
        Ok(())
    }

    fn run(&mut self, events: &Events, file: &StateFile) -> Result<()> {
        file.save(&events.position())?;
        for event in events {
            self.check(&event).unwrap_or_else(|error| eprintln!("{error:?}"));
            file.save(&events.position())?;
        }
        Ok(())
    }
}

fn events(client: &Client, file: &StateFile) -> Result<Events> {
    let builder = Events::builder(client).kinds([EventKind::Posted, EventKind::PostEdited]);
    let builder = builder.resume_from(file.load()?);
    builder.catch_up(CatchUp::within(Duration::from_secs(86_400))).open_within(Duration::MAX)
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [list, log] = args.as_slice() else { return Err("usage: moderate WORDS LOG".into()) };
    let list = fs::read_to_string(list).map_err(|error| format!("{list}: {error}"))?;
    let file = StateFile::new(Path::new(log).with_extension("position"));
    let log = fs::File::options().create(true).append(true).open(log).map_err(|e| format!("{log}: {e}"))?;
    let client = ClientBuilder::from_env()?.connect_within(Duration::from_secs(60))?;
    let (events, words) = (events(&client, &file)?, list.split_whitespace().map(str::to_lowercase).collect());
    eprintln!("ready: reading the channels of @{}", client.me().username);
    Ok(Moderator { client, words, log }.run(&events, &file)?)
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
        let folder = std::env::temp_dir().join(format!("moderate-{}", std::process::id()));
        let file = StateFile::new(folder.join("log.position"));
        let stream = events(&client, &file).unwrap();
        let words = ["drat", "blast"].map(String::from).into();
        let mut moderator = Moderator { client: client.clone(), words, log: Vec::new() };
        std::thread::scope(|scope| {
            let guard = stream.stopper().guard();
            let running = scope.spawn(|| moderator.run(&stream, &file));
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
        drop(stream);
        // Stopped, and started again.
        server.post_as("bob", "town-square", "drat, it is away");
        server.forget_queues();
        let stream = events(&client, &file).unwrap();
        std::thread::scope(|scope| {
            let guard = stream.stopper().guard();
            let running = scope.spawn(|| moderator.run(&stream, &file));
            wait("after a restart", || server.posts("town-square").is_empty());
            wait("told again", || server.posts("bob@admin").len() == 3);
            drop(guard);
            running.join().unwrap().unwrap();
        });
        fs::remove_dir_all(folder).unwrap();
        let log = String::from_utf8(moderator.log).unwrap();
        assert_eq!(log.lines().count(), 5, "{log}");
        assert!(server.posts("bob@admin")[0].message.ends_with("“drat” is in it:\n> oh DRAT!"));
    }
}
