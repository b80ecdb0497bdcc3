//! Exports a channel with its files, newest posts first, and goes on where it was stopped:
//! `export awesome-chat "~town-square" FOLDER`.

mod demo;

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use mattermost::{Client, Post, PostId};

/// A line a post. What a kill cut short is dropped; the last whole line says where to go on.
struct Archive {
    file: File,
    last: Option<PostId>,
    lines: usize,
}

impl Archive {
    fn open(path: &Path) -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(path).unwrap_or_default();
        let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
        let last = whole.lines().last().map(serde_json::from_str::<Post>).transpose()?;
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        file.set_len(whole.len() as u64)?;
        Ok(Self { file, last: last.map(|post| post.id), lines: whole.lines().count() })
    }

    fn push(&mut self, post: &Post) -> Result<(), Box<dyn Error>> {
        self.file.write_all(format!("{}\n", serde_json::to_string(post)?).as_bytes())?;
        self.lines += 1;
        Ok(())
    }
}

fn export(client: &Client, team: &str, channel: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let channel = client.channel(team, channel)?;
    fs::create_dir_all(folder)?;
    let mut archive = Archive::open(&folder.join("posts.jsonl"))?;
    let mut history = client.posts().history(&channel.id);
    if let Some(last) = archive.last.take() {
        println!("{} posts are there, going on before {last}", archive.lines);
        history = history.before(last);
    }
    for post in history {
        let post = post?;
        for info in &post.metadata.files {
            let path = folder.join(format!("{}-{}", info.id, info.safe_name()));
            let show =
                |done, size| eprint!("\r{} posts, {}: {done} of {size} bytes ", archive.lines, info.name);
            client.files().save_with(info, path, show)?;
        }
        // Its files are complete: only now it counts as exported.
        archive.push(&post)?;
        if archive.lines % 100 == 0 {
            eprint!("\r{} posts ", archive.lines);
        }
    }
    println!("\r{} posts are in {}", archive.lines, folder.display());
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let team = args.next().unwrap_or_else(|| "awesome-chat".into());
    let channel = args.next().unwrap_or_else(|| "~town-square".into());
    let folder = args.next().map(PathBuf::from);

    let client = demo::client()?;
    demo::fill(&client)?;
    match folder {
        Some(folder) => export(&client, &team, &channel, &folder),
        None => demo::in_a_folder(|folder| export(&client, &team, &channel, folder)),
    }
}
