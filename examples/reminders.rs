//! Reminds people: `@remind in 90 min to call Bob` answers in the thread when the time has come. Survives restarts: what is
//! to be said stands in a file, and each reminder is posted once. `reminders FILE`. Environment: `MATTERMOST_URL`,
//! `MATTERMOST_TOKEN`.

use std::error::Error as StdError;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mattermost::{
    ChannelId, Client, ClientBuilder, Events, Message, PostDraft, PostId, Result, StateFile, Timestamp,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Reminder {
    at: Timestamp,
    text: String,
    channel: ChannelId,
    thread: PostId,
    /// The message that asked for it: the key of the reminder.
    post: PostId,
}

struct Reminders {
    client: Client,
    file: StateFile,
    open: Mutex<Vec<Reminder>>,
}

impl Reminders {
    fn load(client: Client, file: &str) -> Result<Self> {
        let file = StateFile::new(file);
        let open = Mutex::new(file.load()?.unwrap_or_default());
        Ok(Self { client, file, open })
    }

    /// Changes the list, and saves it before the user is told.
    fn change(&self, how: impl FnOnce(&mut Vec<Reminder>)) -> Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        how(&mut open);
        self.file.save(&*open)
    }

    fn handle(&self, message: &Message) -> Result<()> {
        let Some(("in", rest)) = message.addressed_command("!") else { return Ok(()) };
        let parsed = rest.split_once(" to ").and_then(|(time, text)| Some((minutes(time)?, text.to_owned())));
        let Some((time, text)) = parsed else {
            message.reply("`in 90 min to call Bob`, with `min`, `h` or `d`")?;
            return Ok(());
        };
        let (post, at) = (&message.post, message.post.create_at.plus(time));
        let (channel, thread) = (post.channel_id.clone(), post.thread_id().clone());
        let reminder = Reminder { at, text, channel, thread, post: post.id.clone() };
        self.change(|open| {
            open.retain(|other| other.post != reminder.post); // the same message, after a restart
            open.push(reminder);
        })?;
        message.react("alarm_clock")
    }

    /// Posts what is due. What cannot be posted now stays in the list.
    fn remind(&self) -> Result<()> {
        let now = Timestamp::now();
        let due: Vec<_> = self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter(|one| one.at <= now)
            .cloned()
            .collect();
        for one in due {
            let draft = PostDraft::new(&one.channel, format!("Reminder: {}", one.text)).root_id(&one.thread);
            let draft =
                draft.key(format!("reminder:{}", one.post)).key_since(one.at.minus(Duration::from_secs(60)));
            self.client.posts().create_once(&draft, Duration::from_secs(60))?;
            self.change(|open| open.retain(|other| *other != one))?;
        }
        Ok(())
    }

    fn run(&self, events: &Events, interval: Duration) -> Result<()> {
        for event in events.ticking(interval) {
            let done = match event {
                Some(event) => events.message(&event)?.map_or(Ok(()), |message| self.handle(&message)),
                None => self.remind(),
            };
            done.unwrap_or_else(|error| eprintln!("{error:?}"));
        }
        Ok(())
    }
}

fn minutes(text: &str) -> Option<Duration> {
    let (number, unit) = text.trim().split_once(' ')?;
    let seconds = match unit.trim() {
        "min" | "minutes" => 60,
        "h" | "hours" => 3_600,
        "d" | "days" => 86_400,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(seconds).map(Duration::from_secs)
}

fn main() -> Result<(), Box<dyn StdError>> {
    let file = std::env::args().nth(1).ok_or("usage: reminders FILE")?;
    let client = ClientBuilder::from_env()?.connect_within(Duration::from_secs(60))?;
    let events = client.events()?;
    let stopper = events.stopper();
    ctrlc::set_handler(move || stopper.stop())?;
    eprintln!("ready: say `@{} in 1 min to stand up`", client.me().username);
    Ok(Reminders::load(client, &file)?.run(&events, Duration::from_secs(5))?)
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;

    #[test]
    fn survives_a_restart_and_reminds_once() {
        let server = TestServer::start().unwrap();
        server.add_bot("remind");
        let file = std::env::temp_dir().join(format!("reminders-{}.json", std::process::id()));
        let run = |test: &dyn Fn()| {
            let client = server.client("remind").unwrap();
            let events = client.events().unwrap();
            let reminders = Reminders::load(client, file.to_str().unwrap()).unwrap();
            std::thread::scope(|scope| {
                let guard = events.stopper().guard();
                let running = scope.spawn(|| reminders.run(&events, Duration::from_millis(20)));
                test();
                drop(guard);
                running.join().unwrap().unwrap();
            });
        };
        let said = |part: &'static str| {
            let said =
                |post: &mattermost::testing::TestPost| post.user == "remind" && post.message.contains(part);
            server.wait_for_post("town-square", Duration::from_secs(20), said).expect(part)
        };
        run(&|| {
            server.post_as("bob", "town-square", "@remind in a while to do nothing");
            said("`in 90 min");
            server.post_as("bob", "town-square", "@remind in 2 h to call Zoe");
            let root = server.post_as("bob", "town-square", "@remind in 0 min to stand up");
            assert_eq!(said("Reminder: stand up").root_id, root);
        });
        let kept = std::fs::read_to_string(&file).unwrap();
        assert!(kept.contains("call Zoe") && !kept.contains("stand up"), "{kept}");
        // Two hours later, for the program.
        let mut list: Vec<Reminder> = serde_json::from_str(&kept).unwrap();
        list[0].at = Timestamp::now();
        std::fs::write(&file, serde_json::to_vec(&list).unwrap()).unwrap();
        run(&|| drop(said("Reminder: call Zoe")));
        // A process that died between the post and the file: the list comes back, and nothing is said twice.
        std::fs::write(&file, serde_json::to_vec(&list).unwrap()).unwrap();
        run(&|| {
            while std::fs::read_to_string(&file).unwrap() != "[]" {
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let reminders =
            server.posts("town-square").into_iter().filter(|post| post.message.contains("call Zoe"));
        assert_eq!(reminders.filter(|post| post.user == "remind").count(), 1);
        std::fs::remove_file(file).unwrap();
    }
}
