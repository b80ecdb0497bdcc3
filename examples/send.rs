//! Posts standard input to a channel: `fortune | send awesome-chat "~town-square"`.

mod demo;

use std::io::Read;
use std::process::ExitCode;

fn run() -> mattermost::Result<()> {
    let (team, channel) = demo::place(1);
    let mut text = String::new();
    // A post holds 16,383 characters; 1 MiB is far past what can be sent.
    if std::io::stdin().take(1 << 20).read_to_string(&mut text).is_err() || text.trim().is_empty() {
        text = "nothing came on standard input".into();
    }
    let post = demo::client()?.send(&team, &channel, text.trim_end())?;
    println!("posted {} at {}", post.id, post.create_at);
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            // A script may try again on EX_TEMPFAIL only.
            ExitCode::from(if error.is_transient() { 75 } else { 1 })
        }
    }
}
