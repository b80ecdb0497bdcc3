//! Reaction poll: `poll TEAM ~channel MINUTES "Question?" "first" "second" ...`
//!
//! Posts it with number emojis, shows the votes as bars while they come, and closes it. The votes of its own account do not
//! count. Killed and started again with the same words, up to an hour after its end, it goes on with the same post. TEAM is
//! the short name of the team. Environment: `MATTERMOST_URL`, `MATTERMOST_TOKEN`.

use std::time::Duration;

use mattermost::{Channel, Client, EventKind, Events, Payload, Post, PostDraft};
use mattermost::{PostPatch, Result, Timestamp};

const USAGE: &str = "usage: poll TEAM CHANNEL MINUTES QUESTION OPTION OPTION..";
const EMOJI: [&str; 10] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "keycap_ten"];

struct Poll<'c> {
    client: &'c Client,
    /// The question, and the options.
    words: &'c [String],
    post: Post,
    closes: Timestamp,
}

impl<'c> Poll<'c> {
    fn open(client: &'c Client, channel: &Channel, words: &'c [String], time: Duration) -> Result<Self> {
        let draft = PostDraft::new(channel, format!("#### {}", words[0])).key(words.join("|"));
        let draft = draft.key_since(Timestamp::now().minus(time + Duration::from_secs(3_600)));
        let post = client.posts().create_once(&draft, Duration::from_secs(60))?;
        for (emoji, _) in EMOJI.iter().zip(&words[1..]) {
            client.reactions().create(&post.id, emoji)?; // twice is no error
        }
        let closes = post.create_at.plus(time);
        Ok(Self { client, words, post, closes })
    }

    /// Counts the votes and shows them.
    fn show(&mut self, note: &str) -> Result<()> {
        let mut votes = self.client.reactions().list(&self.post.id)?;
        votes.retain(|vote| vote.user_id != self.client.me().id);
        let count = |emoji: &str| votes.iter().filter(|vote| vote.emoji_name == emoji).count();
        let all: usize = EMOJI.iter().zip(&self.words[1..]).map(|(emoji, _)| count(emoji)).sum();
        let mut text = format!("#### {}\n", self.words[0]);
        for (emoji, option) in EMOJI.iter().zip(&self.words[1..]) {
            let filled = (count(emoji) * 20).checked_div(all).unwrap_or(0);
            let bar = "█".repeat(filled) + &"░".repeat(20 - filled);
            text = format!("{text}:{emoji}: `{bar}` **{}** {option}\n", count(emoji));
        }
        text = format!("{text}\n*{note} Votes: {all}*");
        if text != self.post.message {
            self.post = self.client.posts().patch(&self.post.id, &PostPatch::new().message(text))?;
        }
        Ok(())
    }

    /// Shows the votes as they come, at most once in `interval`, until the poll closes.
    fn run(&mut self, events: &Events, interval: Duration) -> Result<()> {
        let mut changed = true;
        for event in events.ticking(interval) {
            match event.as_ref().map(|event| event.payload()).transpose()? {
                None if Timestamp::now() >= self.closes => break,
                None if changed => match self.show("Vote by a click on a number.") {
                    Ok(()) => changed = false,
                    Err(error) => eprintln!("{error:?}"), // the next tick shows it
                },
                Some(Payload::PostDeleted(deleted)) if deleted.post.id == self.post.id => return Ok(()),
                Some(_) => changed = true, // also where votes may have been missed
                None => {}
            }
        }
        self.show("Closed.")
    }
}

fn events(client: &Client, channel: &Channel) -> Result<Events> {
    use EventKind::{PostDeleted, ReactionAdded, ReactionRemoved};
    Events::builder(client).kinds([ReactionAdded, ReactionRemoved, PostDeleted]).channels([channel]).open()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [team, channel, minutes, words @ ..] = args.as_slice() else { return Err(USAGE.into()) };
    let time = Duration::from_secs(60 * u64::from(minutes.parse::<u32>().map_err(|_| USAGE)?));
    if !(3..=EMOJI.len() + 1).contains(&words.len()) {
        return Err("a poll has a question and 2 to 10 options".into());
    }
    let client = Client::from_env()?;
    let channel = client.channel(team, channel)?;
    let events = events(&client, &channel)?;
    let poll = Poll::open(&client, &channel, words, time);
    eprintln!("open for {minutes} min: vote by a click on a number below the post");
    Ok(poll?.run(&events, Duration::from_secs(2))?)
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;

    #[test]
    fn counts_live_and_closes() {
        let server = TestServer::start().unwrap();
        let client = server.client("janedoe").unwrap();
        let town = client.channel("awesome-chat", "~town-square").unwrap();
        let words = ["Lunch?", "Pizza", "Soup"].map(String::from);
        let open = || Poll::open(&client, &town, &words, Duration::from_secs(4)).unwrap();
        let events = events(&client, &town).unwrap();
        let (bob, zoe) = (server.client("bob").unwrap(), server.client("zoe").unwrap());
        let id = open().post.id;
        assert_eq!(open().post.id, id, "a restart goes on with the same post");
        let says = |part: &str| {
            let post =
                server.wait_for_post("town-square", Duration::from_secs(8), |p| p.message.contains(part));
            assert!(post.is_some(), "{part}: {:#?}", server.posts("town-square"));
        };
        std::thread::scope(|scope| {
            let running = scope.spawn(|| open().run(&events, Duration::from_millis(50)));
            bob.reactions().create(&id, "one").unwrap();
            zoe.reactions().create(&id, "two").unwrap();
            says("██████████░░░░░░░░░░` **1** Soup");
            zoe.reactions().delete(&id, "two").unwrap();
            says("░` **0** Soup");
            // What is voted while the stream is away, and cannot be resumed, counts too.
            server.cut_connections();
            server.forget_queues();
            zoe.reactions().create(&id, "one").unwrap();
            says("████████████████████` **2** Pizza");
            says("Closed. Votes: 2");
            running.join().unwrap().unwrap();
        });
        assert_eq!(server.posts("town-square").len(), 1);
    }
}
