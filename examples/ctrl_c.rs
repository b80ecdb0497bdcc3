//! A bot that runs until Ctrl-C (or SIGTERM), and then ends gracefully, within 5 s. Environment: `MATTERMOST_URL`,
//! `MATTERMOST_TOKEN`.
//!
//! Messages that are being handled are finished, unless that takes longer than 4 s. Those that wait are left: a program
//! that saves `events.position()` and opens its next stream with `resume_from` continues with them.

use std::time::Duration;

use mattermost::{Client, Message, Result};

fn handle(message: &Message) -> Result<()> {
    message.answer(format!("You said: {}", message.text()))?;
    Ok(())
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let events = client.events()?;
    let stopper = events.stopper();
    ctrlc::set_handler(move || {
        if stopper.is_stopped() {
            std::process::exit(130); // a second Ctrl-C does not wait
        }
        stopper.stop(); // never blocks
    })?;
    events.messages().finish_within(Duration::from_secs(4)).serve_on(4, handle)?;
    let report = events.close(Duration::from_secs(1));
    println!("ended, with {} events unread", report.unread);
    Ok(())
}
