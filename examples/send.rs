//! Posts standard input: `send [--file PATH].. [--thread POST_ID] [--json] [--team TEAM] CHANNEL|@USER < text`
//!
//! Prints the ID of the post, or with `--json` a list of the posts: a text that is too long for one post becomes several, the
//! later ones in the thread of the first. Exits with 75 (`EX_TEMPFAIL`) if it may be tried again. `--team` defaults to `MATTERMOST_TEAM`; a user needs none. Environment:
//! `MATTERMOST_URL`, `MATTERMOST_TOKEN`.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::prelude::*;
use mattermost::{Client, Post, PostDraft, PostId, Result};

#[derive(Default)]
struct Args {
    files: Vec<PathBuf>,
    thread: Option<PostId>,
    json: bool,
    team: String,
    to: String,
}

fn parse(mut parser: lexopt::Parser) -> Result<Args, lexopt::Error> {
    let team = std::env::var("MATTERMOST_TEAM").unwrap_or_default();
    let mut args = Args { team, ..Args::default() };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("file") => args.files.push(parser.value()?.into()),
            Long("thread") => args.thread = Some(parser.value()?.parse()?),
            Long("team") => args.team = parser.value()?.string()?,
            Long("json") => args.json = true,
            Value(to) if args.to.is_empty() => args.to = to.string()?,
            arg => return Err(arg.unexpected()),
        }
    }
    let complete = args.to.starts_with('@') || !(args.to.is_empty() || args.team.is_empty());
    complete.then_some(args).ok_or("CHANNEL or @USER, or the --team of the channel, is missing".into())
}

fn send(client: &Client, args: &Args, text: &str) -> Result<Vec<Post>> {
    let channel = client.channel(&args.team, &args.to)?;
    let mut draft = PostDraft::new(&channel, text);
    if let Some(post) = &args.thread {
        draft = draft.root_id(client.posts().get(post)?.thread_id()); // any post of the thread will do
    }
    let upload = |path| Ok(client.uploads().upload(&channel.id, path)?.id);
    let files = args.files.iter().map(upload).collect::<Result<Vec<_>>>()?;
    client.posts().create_in_parts(&draft.file_ids(files))
}

fn main() -> ExitCode {
    let args = match parse(lexopt::Parser::from_env()) {
        Ok(args) => args,
        Err(error) => {
            eprintln!("{error}\nusage: send [--file F].. [--thread ID] [--json] [--team T] CHANNEL|@USER");
            return ExitCode::from(2);
        }
    };
    let mut text = String::new();
    let read = std::io::stdin().take(8 << 20).read_to_string(&mut text).map_err(mattermost::Error::other);
    match read.and_then(|_| send(&Client::from_env()?, &args, text.trim_end())) {
        Ok(posts) if args.json => println!("{}", serde_json::json!(posts)),
        Ok(posts) => posts.iter().for_each(|post| println!("{}", post.id)),
        Err(error) => {
            eprintln!("{error:?}");
            return ExitCode::from(if error.is_transient() { 75 } else { 1 });
        }
    }
    ExitCode::SUCCESS
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;

    fn args(line: &str) -> Result<Args, lexopt::Error> {
        parse(lexopt::Parser::from_iter(["send"].into_iter().chain(line.split(' '))))
    }

    #[test]
    fn options() {
        let args =
            |line| args(line).map(|args| (args.files.len(), args.thread, args.json, args.team, args.to));
        let id = "4op7suninh34s1qdqw8jwdk5td";
        let line = format!("--file a --thread {id} --json ~ops --file=b --team t");
        let thread = id.parse().unwrap();
        assert_eq!(args(&line).unwrap(), (2, Some(thread), true, "t".into(), "~ops".into()));
        for wrong in ["--json", "--thread x ~ops", "--file", "--nothing ~ops", "~ops ~too-many"] {
            args(wrong).unwrap_err();
        }
    }

    #[test]
    fn text_files_and_replies() {
        let server = TestServer::start().unwrap();
        let client = server.client("janedoe").unwrap();
        let send = |line: &str, text: &str| send(&client, &args(line).unwrap(), text);
        let file =
            format!("--team awesome-chat --file {}/Cargo.toml ~town-square", env!("CARGO_MANIFEST_DIR"));
        let code = format!("the log:\n```text\n{}```\n", "many words\n".repeat(3_000));
        let posts = send(&file, &code).unwrap();
        assert_eq!(posts.len(), 3);
        assert_eq!((posts[0].file_ids.len(), &posts[2].root_id), (1, &posts[0].id));
        assert!(posts.iter().all(|post| post.message.matches("```").count() == 2));
        let reply = format!("--team awesome-chat --thread {} ~town-square", posts[1].id);
        assert_eq!(send(&reply, "more").unwrap()[0].root_id, posts[0].id);
        send("@bob", "psst").unwrap(); // a person needs no team
        assert_eq!(server.posts("bob@janedoe")[0].message, "psst");
        let error = send("--team awesome-chat ~nowhere", "x").unwrap_err();
        assert!(error.is_not_found() && error.to_string().contains("~nowhere"), "{error}");
        let error = send("--file /nonexistent/file @bob", "x").unwrap_err();
        assert!(!error.is_transient());
        assert!(error.to_string().contains("/nonexistent/file"), "{error}");
        assert_eq!(server.posts("bob@janedoe").len(), 1);
    }
}
