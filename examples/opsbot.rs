//! An ops bot: `!help`, `!status`, and `!deploy ENV` for the members of the ops channel, with a question in the thread.
//!
//! ENV is `staging` or `prod`. Also understands `@opsbot deploy prod`, and `deploy prod` in a direct channel. Environment:
//! `MATTERMOST_URL`, `MATTERMOST_TOKEN`, `MATTERMOST_TEAM` (its short name), `OPS_CHANNEL` (defaults to `~ops`), of which the
//! account must be a member, and `DEPLOY`, a program of yours that is called with ENV (defaults to `./deploy.sh`). To try it,
//! `DEPLOY=true` succeeds without deploying, and `OPS_CHANNEL=~town-square` is a channel of everybody.

use std::process::Command;
use std::time::{Duration, Instant};

use mattermost::{Channel, Client, ClientBuilder, Message, Origin, Result};

const HELP: &str = "`!help`, `!status`, `!deploy ENV`; in a direct message also without the `!`";
const ENVIRONMENTS: [&str; 2] = ["staging", "prod"];

struct Bot {
    client: Client,
    ops: Channel,
    program: String,
    timeout: Duration,
    started: Instant,
}

impl Bot {
    fn handle(&self, message: &Message) -> Result<()> {
        let Some((command, argument)) = message.addressed_command("!") else { return Ok(()) };
        match command {
            _ if message.origin() == Origin::CaughtUp => message.reply("I was away. Please say it again.")?,
            "help" => message.answer(HELP)?,
            "status" => message.answer(format!("Up for {} min", self.started.elapsed().as_secs() / 60))?,
            "deploy" => message.reply(self.deploy(message, argument)?)?,
            other => message.reply(format!("What is `{other}`? {HELP}"))?,
        };
        Ok(())
    }

    fn deploy(&self, message: &Message, environment: &str) -> Result<String> {
        if !self.client.channels().is_member(&self.ops.id, message.user_id())? {
            return Ok("You may not deploy.".into());
        }
        if !ENVIRONMENTS.contains(&environment) {
            return Ok(format!("`!deploy ENV`, ENV is one of: {}", ENVIRONMENTS.join(", ")));
        }
        let question = format!("Deploy to **{environment}**? yes/no ({} s)", self.timeout.as_secs());
        let answer =
            message.ask_until(question, self.timeout, |reply| match &*reply.text().to_lowercase() {
                "yes" | "y" => Some(true),
                "no" | "n" => Some(false),
                _ => reply.answer("Please say yes or no.").ok().and(None),
            })?;
        if answer != Some(true) {
            return Ok(if answer.is_some() { "Not deployed." } else { "No answer. Not deployed." }.into());
        }
        message.reply(format!("Deploying to {environment} ..."))?;
        let _typing = message.typing();
        Ok(match Command::new(&self.program).arg(environment).output() {
            Ok(output) if output.status.success() => format!("Deployed to {environment}."),
            Ok(output) => format!("Deploying to {environment} failed ({}).", output.status),
            Err(error) => format!("`{}`: {error}", self.program),
        })
    }
}

fn main() -> Result<()> {
    let var = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.into());
    let client = ClientBuilder::from_env()?.connect_within(Duration::from_secs(60))?;
    let ops = client.channel(&var("MATTERMOST_TEAM", ""), &var("OPS_CHANNEL", "~ops"))?;
    let (program, timeout) = (var("DEPLOY", "./deploy.sh"), Duration::from_secs(60));
    let events = client.events()?;
    eprintln!("ready: say !help in a channel of @{}", client.me().username);
    let bot = Bot { client, ops, program, timeout, started: Instant::now() };
    events.messages().serve_on(8, |message| bot.handle(message))
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::{TestPost, TestServer};

    fn with_bot(timeout: Duration, test: impl FnOnce(&TestServer)) {
        let server = TestServer::start().unwrap();
        server.add_bot("opsbot");
        server.add_channel("awesome-chat", "ops", "Ops");
        let (ops, zoe) = (server.channel_id("ops").parse().unwrap(), server.user_id("zoe").parse().unwrap());
        server.client("admin").unwrap().channels().remove_member(&ops, &zoe).unwrap();
        let client = server.client("opsbot").unwrap();
        let events = client.events().unwrap();
        let ops = client.channel("awesome-chat", "~ops").unwrap();
        let bot = Bot { client, ops, program: "true".into(), timeout, started: Instant::now() };
        std::thread::scope(|scope| {
            let _stop = events.stopper().guard();
            scope.spawn(|| events.messages().serve_on(4, |message| bot.handle(message)));
            test(&server);
        });
    }

    fn heard(server: &TestServer, channel: &str, part: &str) -> TestPost {
        let said = |post: &TestPost| post.user == "opsbot" && post.message.contains(part);
        server.wait_for_post(channel, Duration::from_secs(5), said).expect(part)
    }

    #[test]
    fn deploys_after_a_yes_of_the_same_user() {
        with_bot(Duration::from_secs(60), |server| {
            let root = server.post_as("bob", "town-square", "@opsbot: deploy prod");
            heard(server, "town-square", "Deploy to **prod**?");
            server.reply_as("janedoe", &root, "yes"); // not the one who asked
            server.reply_as("bob", &root, "hmm");
            server.post_as("janedoe", "town-square", "!help"); // others are served meanwhile
            heard(server, "town-square", "also without the `!`");
            heard(server, "town-square", "yes or no.");
            assert!(!server.posts("town-square").iter().any(|post| post.message.starts_with("Deploying")));
            server.cut_connections();
            server.reply_as("bob", &root, "Yes");
            assert_eq!(heard(server, "town-square", "Deployed to prod.").root_id, root);
        });
    }

    #[test]
    fn refuses_strangers_times_out_and_ignores_bots() {
        with_bot(Duration::from_millis(300), |server| {
            server.add_bot("other");
            server.post_as("other", "town-square", "!status");
            server.post_as("zoe", "town-square", "!deploy prod");
            heard(server, "town-square", "You may not deploy");
            server.post_as("bob", "town-square", "!deploy nowhere");
            heard(server, "town-square", "one of: staging, prod");
            server.post_as("bob", "town-square", "!deploy staging");
            heard(server, "town-square", "No answer. Not deployed.");
            server.post_as("bob", "@opsbot", "status");
            heard(server, "bob@opsbot", "Up for");
            assert!(!server.posts("town-square").iter().any(|post| post.message.starts_with("Up for")));
        });
    }
}
