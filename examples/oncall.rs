//! Hands on-call over: `@oncall hand over to @bob` asks both people by direct message, at the same time, and hands over
//! once both have agreed. Environment: `MATTERMOST_URL`, `MATTERMOST_TOKEN`, `MATTERMOST_TEAM`, `CHANNEL` (~oncall), whose
//! header shows who is on call.

use std::time::Duration;

use mattermost::{Channel, ChannelPatch, Client, ClientBuilder, Events, Message, Result};

struct Bot {
    client: Client,
    events: Events,
    channel: Channel,
    timeout: Duration,
}

impl Bot {
    fn hand_over(&self, message: &Message, name: &str) -> Result<String> {
        let from = self.client.users().get(message.user_id())?;
        let to = self.client.users().get_by_username(name.trim_start_matches('@'))?;
        let answers = self.events.ask_all([&from, &to], |person| {
            let question = if *person.user_id() == from.id {
                format!("Hand on-call over to @{}? yes/no", to.username)
            } else {
                format!("Take on-call over from @{}? yes/no", from.username)
            };
            person.ask_until(question, self.timeout, |reply| match &*reply.text().trim().to_lowercase() {
                "yes" | "y" => Some(true),
                "no" | "n" => Some(false),
                _ => reply.answer("Please say yes or no.").ok().and(None),
            })
        });
        for (user, answer) in [&from, &to].into_iter().zip(answers) {
            match answer? {
                Some(true) => {}
                Some(false) => return Ok(format!("@{} said no: nothing changed.", user.username)),
                None => return Ok(format!("@{} did not answer: nothing changed.", user.username)),
            }
        }
        let header = format!("On call: @{}", to.username);
        self.client.channels().patch(&self.channel.id, &ChannelPatch::new().header(header))?;
        Ok(format!("@{} is on call now.", to.username))
    }

    fn handle(&self, message: &Message) -> Result<()> {
        let Some(("hand", rest)) = message.addressed_command("!") else { return Ok(()) };
        let Some(name) = rest.strip_prefix("over to ") else {
            message.reply("`hand over to @name`")?;
            return Ok(());
        };
        message.react("hourglass")?;
        let outcome = self.hand_over(message, name.trim());
        message.reply(outcome.unwrap_or_else(|error| format!("That did not work: {error}")))?;
        Ok(())
    }
}

fn main() -> Result<()> {
    let var = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.into());
    let client = ClientBuilder::from_env()?.connect_within(Duration::from_secs(60))?;
    let channel = client.channel(&var("MATTERMOST_TEAM", ""), &var("CHANNEL", "~oncall"))?;
    let events = client.events()?;
    eprintln!("ready: say `@{} hand over to @somebody`", client.me().username);
    let bot = Bot { client, events, channel, timeout: Duration::from_secs(600) };
    bot.events.messages().serve_on(4, |message| bot.handle(message))
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;

    fn with_bot(timeout: Duration, test: impl FnOnce(&TestServer)) {
        let server = TestServer::start().unwrap();
        server.add_bot("oncall");
        let client = server.client("oncall").unwrap();
        let channel = client.channel("awesome-chat", "~town-square").unwrap();
        let events = client.events().unwrap();
        let bot = Bot { client, events, channel, timeout };
        std::thread::scope(|scope| {
            let _stop = bot.events.stopper().guard();
            scope.spawn(|| bot.events.messages().serve_on(4, |message| bot.handle(message)));
            test(&server);
        });
    }

    fn heard(server: &TestServer, channel: &str, part: &str) {
        let said =
            |post: &mattermost::testing::TestPost| post.user == "oncall" && post.message.contains(part);
        server.wait_for_post(channel, Duration::from_secs(20), said).expect(part);
    }

    #[test]
    fn both_agree_and_are_asked_at_once() {
        with_bot(Duration::from_secs(60), |server| {
            server.post_as("bob", "town-square", "@oncall hand over to @zoe");
            heard(server, "bob@oncall", "Hand on-call over to @zoe?");
            heard(server, "zoe@oncall", "Take on-call over from @bob?");
            server.post_as("zoe", "@oncall", "let me look");
            heard(server, "zoe@oncall", "yes or no.");
            server.post_as("zoe", "@oncall", "Yes");
            server.post_as("bob", "@oncall", "y");
            heard(server, "town-square", "@zoe is on call now.");
            let header =
                server.client("bob").unwrap().channel("awesome-chat", "~town-square").unwrap().header;
            assert_eq!(header, "On call: @zoe");
        });
    }

    #[test]
    fn nothing_changes_without_both() {
        with_bot(Duration::from_secs(2), |server| {
            server.post_as("bob", "town-square", "!hand over to zoe");
            heard(server, "zoe@oncall", "Take on-call");
            heard(server, "bob@oncall", "Hand on-call");
            server.post_as("bob", "@oncall", "no");
            heard(server, "town-square", "@bob said no");
            server.post_as("janedoe", "town-square", "!hand over to zoe");
            heard(server, "janedoe@oncall", "Hand on-call");
            heard(server, "town-square", "@janedoe did not answer");
            server.post_as("bob", "town-square", "!hand over to nobody");
            heard(server, "town-square", "That did not work");
        });
    }
}
