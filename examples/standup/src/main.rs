//! Stand-up: every working day, asks users three questions by direct message, all at once, and posts a summary.
//!
//! `standup TEAM CHANNEL HH:MM USER..` in local time, or `now` in place of a time: once, and at once. Each answer may take
//! 15 min. USER may begin with `@`. Environment: `MATTERMOST_URL`, `MATTERMOST_TOKEN`.

use std::{error::Error, iter, thread, time::Duration};

use jiff::{Zoned, civil::Time};
use mattermost::{Attachment, Channel, Client, ClientBuilder, DirectConversation, ErrorKind};
use mattermost::{Post, PostDraft, Result, User, markdown};

const USAGE: &str = "usage: standup TEAM CHANNEL HH:MM|now USER..";
const QUESTIONS: [&str; 3] = ["What did you do yesterday?", "What will you do today?", "What blocks you?"];

/// Asks the questions in turn. Ends at the first that is not answered in time.
fn ask(person: &DirectConversation, timeout: Duration) -> Result<Vec<String>> {
    let mut answers = Vec::new();
    for question in QUESTIONS {
        let Some(answer) = person.ask(question, timeout)? else { break };
        answers.push(answer.text().to_owned());
    }
    person.send(if answers.len() == QUESTIONS.len() { "Thank you!" } else { "Too late for today." })?;
    Ok(answers)
}

fn stand_up(client: &Client, channel: &Channel, names: &[String], timeout: Duration) -> Result<Post> {
    let users: Vec<User> = names.iter().map(|n| client.users().get_by_username(n)).collect::<Result<_>>()?;
    eprintln!("asking {}", names.join(", "));
    let answers = client.events()?.ask_all(&users, |person| ask(person, timeout));
    let row = |(user, answers): (&User, Result<Vec<String>>)| {
        let refused = answers.as_ref().is_err_and(|error| error.kind() == ErrorKind::Forbidden);
        let answers = if refused { vec!["(cannot be asked)".to_owned()] } else { answers? };
        Ok([vec![format!("@{}", user.username)], answers].concat())
    };
    let rows: Vec<_> = users.iter().zip(answers).map(row).collect::<Result<_>>()?;
    let missing: Vec<_> = rows.iter().filter(|r| r.len() <= QUESTIONS.len()).map(|r| &*r[0]).collect();
    let answered = format!("{} of {} answered", rows.len() - missing.len(), rows.len());
    let card = Attachment::new().fallback(answered).short_field("Missing", missing.join(", "));
    let table = markdown::format_table(["who"].into_iter().chain(QUESTIONS), &rows);
    client.posts().create(&PostDraft::new(channel, format!("#### Stand-up\n\n{table}")).attachment(card))
}

/// The time until `at` o'clock of the next working day.
fn until(at: Time) -> Option<Duration> {
    let now = Zoned::now();
    let mut days = iter::successors(now.with().time(at).build().ok(), |then| then.tomorrow().ok());
    let next = days.find(|then| *then > now && then.weekday().to_monday_one_offset() < 6)?;
    eprintln!("the next stand-up is at {next}");
    now.duration_until(&next).try_into().ok()
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [team, channel, at, _, ..] = args.as_slice() else { return Err(USAGE.into()) };
    let client = ClientBuilder::from_env()?.connect_within(Duration::from_secs(60))?;
    let channel = client.channel(team, channel)?;
    let stand_up = || stand_up(&client, &channel, &args[3..], Duration::from_secs(15 * 60));
    let at = if at == "now" { return Ok(stand_up().map(drop)?) } else { at.parse().map_err(|_| USAGE)? };
    loop {
        thread::sleep(until(at).ok_or("no such time")?);
        stand_up().map_or_else(|error| eprintln!("{error:?}"), drop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
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
        assert!(post.message.contains("|@eve||||"), "{}", post.message);
        let card = &post.attachments()[0];
        assert_eq!((card.fields[0].value.as_str(), &*card.fallback), ("\"@eve\"", "4 of 5 answered"));
        assert_eq!(server.posts("eve@standup").last().unwrap().message, "Too late for today.");
    }

    #[test]
    fn next_time_is_ahead() {
        let ago = Zoned::now().checked_sub(5.minutes()).unwrap().time();
        let wait = until(ago).unwrap();
        assert!(wait > Duration::from_secs(22 * 3600) && wait < Duration::from_secs(3 * 86_400 + 2 * 3600));
    }
}
