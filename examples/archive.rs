//! Archives all channels of a team that the account is in, with their files: `archive TEAM FOLDER`. Later runs add what was
//! posted, edited or deleted since.
//!
//! `FOLDER/channel/posts.jsonl` is a log: the last line of a post counts, and a line with `delete_at` is a deletion. TEAM is the
//! short name of the team. Environment: `MATTERMOST_URL`, `MATTERMOST_TOKEN`.

use std::{error::Error, fs, fs::File, io::Write, path::Path};

use indicatif::{ProgressBar, ProgressStyle};
use mattermost::{Channel, Client, Post, PostId, StateFile, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Everything up to `newest` is in the file, with the changes up to `until`.
#[derive(Default, Serialize, Deserialize)]
struct State {
    newest: Option<PostId>,
    until: Timestamp,
    bytes: u64,
}

impl State {
    /// Saves what is in the file of posts.
    fn save(&mut self, posts: &File, to: &StateFile) -> Result<(), Box<dyn Error>> {
        posts.sync_data()?;
        self.bytes = posts.metadata()?.len();
        Ok(to.save(self)?)
    }
}

fn archive(
    client: &Client,
    channel: &Channel,
    folder: &Path,
    bar: &ProgressBar,
) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let state_file = StateFile::new(folder.join("state.json"));
    let mut state = match state_file.load()? {
        Some(state) => state,
        None => State { until: client.server_time()?, ..State::default() },
    };
    let file = File::options().create(true).append(true).open(folder.join("posts.jsonl"))?;
    file.set_len(state.bytes)?; // what a killed run wrote after its last save comes again
    let push = |post: &Post, mut file: &File| -> Result<(), Box<dyn Error>> {
        client.files().save_all(post, folder)?;
        bar.inc(1);
        Ok(writeln!(file, "{}", serde_json::to_string(post)?)?)
    };
    let posts = client.posts();
    let history = match &state.newest {
        Some(newest) => posts.history(&channel.id).after(newest),
        None => posts.history(&channel.id).oldest_first(),
    };
    for (number, post) in history.enumerate() {
        let post = post?;
        push(&post, &file)?;
        state.newest = Some(post.id);
        if number % 200 == 199 {
            state.save(&file, &state_file)?;
        }
    }
    let (since, changes) = (state.until, posts.changes(&channel.id, state.until)?);
    for post in changes.posts.iter().filter(|post| post.edit_at.max(post.delete_at) > since) {
        push(post, &file)?;
    }
    state.until = changes.until;
    state.save(&file, &state_file)
}

fn archive_team(client: &Client, team: &str, folder: &Path, bar: &ProgressBar) -> Result<(), Box<dyn Error>> {
    let team = client.teams().get_by_name(team)?;
    let mut channels = client.channels().list_for_user(&UserId::me(), &team.id)?;
    channels.retain(|channel| channel.team_id == team.id);
    bar.set_length(channels.iter().map(|channel| u64::try_from(channel.total_msg_count).unwrap_or(0)).sum());
    for channel in channels {
        bar.set_prefix(channel.name.clone());
        let folder = folder.join(&channel.name); // a channel's name is a safe one for a folder
        let archived = archive(client, &channel, &folder, bar);
        archived.map_err(|error| format!("~{} to {}: {error}", channel.name, folder.display()))?;
        if bar.is_hidden() {
            eprintln!("~{}: {} posts with those before", channel.name, bar.position()); // no terminal for a bar
        }
        fs::write(folder.join("channel.json"), serde_json::to_vec_pretty(&channel)?)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [team, folder] = args.as_slice() else { return Err("usage: archive TEAM FOLDER".into()) };
    let style = ProgressStyle::with_template("{prefix:20} {wide_bar} {pos}/{len} {eta}")?;
    let bar = ProgressBar::new(0).with_style(style);
    archive_team(&Client::from_env()?, team, Path::new(folder), &bar)?;
    println!("{} posts were added or changed in {folder}", bar.position());
    bar.finish();
    Ok(())
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;
    use mattermost::{PostDraft, Upload};
    use std::collections::BTreeMap;
    use std::time::Duration;

    /// The latest line of each post.
    fn read(folder: &Path) -> BTreeMap<PostId, Post> {
        let text = fs::read_to_string(folder.join("town-square/posts.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str::<Post>(line).unwrap())
            .map(|post| (post.id.clone(), post))
            .collect()
    }

    #[test]
    fn whole_then_incremental() {
        let server = TestServer::start().unwrap();
        let client = server.client("janedoe").unwrap();
        let town = client.channel("awesome-chat", "~town-square").unwrap();
        let ids: Vec<_> =
            (0..450).map(|n| server.post_as("bob", "town-square", &format!("post {n}"))).collect();
        let file = Upload::bytes("../a.txt", "abc");
        let with_file = client.posts().create_with_files(&PostDraft::new(&town, "file"), [file]).unwrap();
        let folder = std::env::temp_dir().join(format!("archive-{}", std::process::id()));
        let bar = ProgressBar::hidden();
        let run = || archive_team(&client, "awesome-chat", &folder, &bar);
        // The first run breaks off at the third page behind the search for the oldest, the second one goes on.
        let pages = format!("GET /channels/{}/posts", town.id);
        server.on(&pages).times(6).delay(Duration::ZERO);
        server.on(&pages).api_error(403, "api.context.permissions.app_error");
        run().unwrap_err();
        assert!((200..451).contains(&read(&folder).len()));
        run().unwrap();
        assert_eq!(read(&folder).len(), 451);
        let info = &with_file.metadata.files[0];
        let saved = folder.join(format!("town-square/{}-{}", info.id, info.safe_name()));
        assert_eq!(fs::read(saved).unwrap(), b"abc");
        std::thread::sleep(Duration::from_millis(20));
        server.edit_post(&ids[3], "edited");
        server.delete_post(&ids[4]);
        let new = server.post_as("zoe", "town-square", "new");
        run().unwrap();
        let posts = read(&folder);
        assert_eq!(posts.len(), 452);
        assert_eq!(posts[ids[3].as_str()].message, "edited");
        assert!(posts[ids[4].as_str()].is_deleted());
        assert_eq!(posts[new.as_str()].message, "new");
        let size = || fs::metadata(folder.join("town-square/posts.jsonl")).unwrap().len();
        let before = size();
        run().unwrap();
        assert_eq!(size(), before, "nothing was new");
        fs::remove_dir_all(folder).unwrap();
    }
}
