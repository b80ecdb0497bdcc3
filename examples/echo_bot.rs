//! Answers every message of others where it was said.

mod demo;

fn main() -> mattermost::Result<()> {
    let client = demo::client()?; // with your own server: `mattermost::Client::from_env()?`
    let events = client.events()?;
    demo::conversation(&["hello, bot", "how are you?"], true);
    for message in events.messages() {
        let message = message?;
        message.answer(format!("You said: {}", message.text()))?;
    }
    Ok(())
}
