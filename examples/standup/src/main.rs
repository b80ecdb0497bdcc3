//! Stand-up: every working day, asks users three questions by direct message, all at once, and posts a summary.
//!
//! `standup TEAM CHANNEL HH:MM USER..` in local time, or `now` in place of a time: once, and at once.

use std::{error::Error, thread, time::Duration};

use jiff::civil::{Time, Weekday};
use jiff::{ToSpan, Zoned};
use mattermost::{Attachment, Channel, Client, ClientBuilder, Events, Post, PostDraft, Result, User};

const USAGE: &str = "usage: standup TEAM CHANNEL HH:MM|now USER..";
const QUESTIONS: [&str; 3] = ["What did you do yesterday?", "What will you do today?", "What blocks you?"];

/// Asks one user the questions in turn. Ends at the first that is not answered in time.
fn ask(client: &Client, events: &Events, user: &User, timeout: Duration) -> Result<Vec<String>> {
    let (direct, mut answers) = (client.direct(&user.id)?, Vec::new());
    for question in QUESTIONS {
        let Some(answer) = events.ask(&PostDraft::new(&direct, question), user, timeout)? else { break };
        answers.push(answer.text().replace('|', "\\|").replace('\n', " "));
    }
    let all = answers.len() == QUESTIONS.len();
    client.dm(&user.username, if all { "Thank you!" } else { "No answer: I go on without you today." })?;
    Ok(answers)
}

fn summary(channel: &Channel, all: &[(User, Result<Vec<String>>)]) -> PostDraft {
    let mut table = format!("#### Stand-up\n\n|who|{}|\n|-|-|-|-|\n", QUESTIONS.join("|"));
    let mut missing = Vec::new();
    for (user, answers) in all {
        let mut cells = answers.clone().unwrap_or_else(|error| vec![error.to_string()]);
        missing.extend((cells.len() < QUESTIONS.len()).then(|| format!("@{}", user.username)));
        cells.resize(QUESTIONS.len(), "–".into());
        table = format!("{table}|@{}|{}|\n", user.username, cells.join("|"));
    }
    let answered = format!("{} of {} answered", all.len() - missing.len(), all.len());
    let card =
        Attachment::new().color(if missing.is_empty() { "good" } else { "warning" }).fallback(answered);
    PostDraft::new(channel, table).attachment(card.short_field("Missing", missing.join(", ")))
}

fn stand_up(client: &Client, channel: &Channel, names: &[String], timeout: Duration) -> Result<Post> {
    let (users, events) = (client.users().list_by_usernames(names)?, client.events()?);
    let all = thread::scope(|scope| {
        let ask = |user: User| (user.clone(), ask(client, &events, &user, timeout));
        let asked: Vec<_> = users.into_iter().map(|user| scope.spawn(move || ask(user))).collect();
        asked.into_iter().filter_map(|asked| asked.join().ok()).collect::<Vec<_>>()
    });
    client.posts().create(&summary(channel, &all))
}

/// The time until `at` o'clock of the next working day.
fn until(at: Time) -> Result<Duration, jiff::Error> {
    let now = Zoned::now();
    let mut then = now.with().time(at).build()?;
    while then <= now || matches!(then.weekday(), Weekday::Saturday | Weekday::Sunday) {
        then = then.checked_add(1.day())?;
    }
    now.duration_until(&then).try_into()
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [team, channel, at, names @ ..] = args.as_slice() else { return Err(USAGE.into()) };
    let client = ClientBuilder::from_env()?.connect_within(Duration::MAX)?;
    let channel = client.channel(team, channel)?;
    let stand_up = || stand_up(&client, &channel, names, Duration::from_secs(15 * 60));
    if at == "now" {
        return Ok(stand_up().map(drop)?);
    }
    loop {
        thread::sleep(until(at.parse()?)?);
        stand_up().map_or_else(|error| eprintln!("{error:?}"), drop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;

    #[test]
    fn five_users_at_once_one_silent() {
        let server = TestServer::start().unwrap();
        server.add_bot("standup");
        let names: Vec<String> = ["ann", "ben", "cat", "dan", "eve"].map(String::from).into();
        names.iter().for_each(|name| drop(server.add_user(name)));
        let client = server.client("standup").unwrap();
        let town = client.channel("awesome-chat", "~town-square").unwrap();
        let post = thread::scope(|scope| {
            for name in &names[..4] {
                let server = &server;
                scope.spawn(move || {
                    for (n, question) in QUESTIONS.iter().enumerate() {
                        let asked = |post: &mattermost::testing::TestPost| post.message == *question;
                        server
                            .wait_for_post(&format!("{name}@standup"), Duration::from_secs(5), asked)
                            .unwrap();
                        server.post_as(name, "@standup", &format!("{name}'s | {n}"));
                    }
                });
            }
            stand_up(&client, &town, &names, Duration::from_secs(2)).unwrap()
        });
        assert!(post.message.contains("|@ann|ann's \\| 0|ann's \\| 1|ann's \\| 2|"), "{}", post.message);
        assert!(post.message.contains("|@eve|–|–|–|"), "{}", post.message);
        let card = &post.attachments()[0];
        assert_eq!((card.color.as_str(), card.fallback.as_str()), ("warning", "4 of 5 answered"));
        assert_eq!(
            server.posts("eve@standup").last().unwrap().message,
            "No answer: I go on without you today."
        );
    }

    #[test]
    fn next_time_is_ahead() {
        let ago = Zoned::now().checked_sub(5.minutes()).unwrap().time();
        let wait = until(ago).unwrap();
        assert!(wait > Duration::from_secs(22 * 3600) && wait < Duration::from_secs(3 * 86_400 + 2 * 3600));
    }
}
