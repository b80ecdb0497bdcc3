//! `@bot deploy prod` asks back, and waits for the same person's answer there; others are served meanwhile.
use std::time::Duration;

use mattermost::{Client, Message, Result};

fn deploy(message: &Message) -> Result<()> {
    let Some(environment) = message.addressed().and_then(|text| text.strip_prefix("deploy ")) else {
        return Ok(());
    };
    let question = format!("Deploy to {environment}? yes/no");
    let Some(answer) = message.ask(question, Duration::from_secs(60))? else {
        message.reply("No answer: not deployed.")?;
        return Ok(());
    };
    let _typing = message.typing();
    let done = answer.text().eq_ignore_ascii_case("yes");
    answer.reply(if done { format!("Deployed to {environment}.") } else { "Not deployed.".to_owned() })?;
    Ok(())
}

fn main() -> Result<()> {
    let client = Client::from_env()?;
    let events = client.events()?;
    events.messages().serve_on(4, deploy)
}
