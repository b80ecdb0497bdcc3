//! Responds to every message of others where it was posted. Environment: `MATTERMOST_URL`, `MATTERMOST_TOKEN`.

fn main() -> mattermost::Result<()> {
    let client = mattermost::Client::from_env()?;
    let events = client.events()?;
    events.messages().serve(|message| {
        message.answer(format!("You said: {}", message.text()))?;
        Ok(())
    })
}
