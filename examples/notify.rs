//! Tells a channel how a build went, with its log, once: `until notify ok nightly URL build.log; do sleep 5; done`
//!
//! The server knows a repeated post for 30 s only. A later run of the script looks for the key first.

mod demo;

use std::process::ExitCode;
use std::time::Duration;

use mattermost::{Attachment, PostDraft, Timestamp, Upload};

fn run(status: &str, job: &str, url: &str, log: &str) -> mattermost::Result<()> {
    let client = demo::client()?;
    let (team, channel) = demo::place(5);
    let channel = client.channel(&team, &channel)?;
    let key = format!("ci:{job}");
    let day_ago = Timestamp::now().minus(Duration::from_secs(86_400));
    if let Some(post) = client.posts().find_key(&channel.id, &key, day_ago)? {
        println!("told already: {}", post.id);
        return Ok(());
    }
    let color = if status == "ok" { "good" } else { "danger" };
    let draft = PostDraft::new(&channel, format!("build {job}: {status}"))
        .key(&key)
        .attachment(Attachment::new().color(color).title(job).title_link(url));
    let post = client.posts().create_with_files(&draft, [Upload::path(log)?])?;
    println!("told: {} with {} file", post.id, post.file_ids.len());
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.as_slice() {
        [status, job, url, log] => run(status, job, url, log),
        // A demonstration: the second run finds the first one's post.
        _ => (0..2).try_for_each(|_| run("ok", "nightly", "https://ci.example.com/1", "Cargo.toml")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::from(if error.is_transient() { 75 } else { 1 })
        }
    }
}
