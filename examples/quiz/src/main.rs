//! A quiz: `!quiz` posts one question after the other, with a button for each answer. Everybody has one try at each; the
//! score is shown with the last.
//!
//! `quiz QUESTIONS`: a line for each question, as `Capital of France?|Paris|Lyon|Nice`, with the right answer first.
//! Environment: `MATTERMOST_URL`, `MATTERMOST_TOKEN`, `LISTEN` (127.0.0.1:8078), `PUBLIC_URL`, as the server reaches it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use mattermost::integration::*;
use mattermost::{Client, Error, Message, PostDraft, Result, Secret, UserId, markdown};
use tiny_http::{Request, Server};

struct Question {
    text: String,
    /// The right one first.
    answers: Vec<String>,
}

#[derive(Default)]
struct Score {
    points: BTreeMap<String, u32>,
    /// Who has answered which question.
    tried: BTreeSet<(UserId, Option<usize>)>,
}

struct Quiz {
    client: Client,
    url: String,
    secret: Secret,
    questions: Vec<Question>,
    time: Duration,
    score: Mutex<Score>,
}

fn parse_questions(text: &str) -> Vec<Question> {
    let lines = text.lines().map(|line| line.split('|').map(|part| part.trim().to_owned()));
    let questions =
        lines.filter_map(|mut parts| Some(Question { text: parts.next()?, answers: parts.collect() }));
    questions.filter(|question| question.answers.len() > 1).collect()
}

impl Quiz {
    /// The buttons in alphabetical order, each for the time of the question.
    fn card(&self, number: usize, question: &Question) -> Attachment {
        let mut answers: Vec<_> = question.answers.iter().enumerate().collect();
        answers.sort_by_key(|(_, text)| *text);
        let card = Attachment::new().title(format!("{}. {}", number + 1, question.text));
        answers.into_iter().fold(card, |card, (place, text)| {
            let button = Button::new(format!("answer{place}"), text, &self.url).context("right", place == 0);
            card.button(button.context("question", number).expires_in(self.time).secret(&self.secret))
        })
    }

    fn play(&self, message: &Message) -> Result<()> {
        if message.command("!") != Some(("quiz", "")) {
            return Ok(());
        }
        *self.score.lock().expect("no thread panics with it") = Score::default();
        for (number, question) in self.questions.iter().enumerate() {
            let draft = PostDraft::new(&message.post.channel_id, "").attachment(self.card(number, question));
            let post = self.client.posts().create(&draft)?;
            std::thread::sleep(self.time);
            let solved =
                Attachment::new().title(&question.text).text(format!("It is **{}**.", question.answers[0]));
            self.client.posts().set_attachments(&post, [solved])?; // without buttons
        }
        let score = self.score.lock().expect("no thread panics with it");
        let mut points: Vec<_> = score.points.iter().collect();
        points.sort_by_key(|(_, points)| std::cmp::Reverse(**points));
        let rows = points.into_iter().map(|(name, points)| [format!("@{name}"), points.to_string()]);
        message.answer(markdown::format_table(["who", "points"], rows))?;
        Ok(())
    }

    fn press(&self, press: &PostActionIntegrationRequest) -> PostActionIntegrationResponse {
        let mut score = self.score.lock().expect("no thread panics with it");
        if !score.tried.insert((press.user_id.clone(), press.value("question"))) {
            return PostActionIntegrationResponse::ephemeral("You have answered this one.");
        }
        let right = press.value("right") == Some(true);
        *score.points.entry(press.user_name.clone()).or_default() += u32::from(right);
        PostActionIntegrationResponse::ephemeral(if right { "Right!" } else { "Wrong." })
    }

    fn handle(&self, mut request: Request) -> Result<()> {
        let callback = CallbackRequest::read(Some("application/json"), request.as_reader());
        callback.respond(&self.secret, |press| self.press(press)).write_http(request.into_writer())
    }
}

fn main() -> Result<()> {
    let var = |name: &str, default: String| std::env::var(name).unwrap_or(default);
    let file = std::env::args().nth(1).ok_or_else(|| Error::other("usage: quiz QUESTIONS"))?;
    let text = std::fs::read_to_string(&file).map_err(|error| Error::other(format!("{file}: {error}")))?;
    let listen = var("LISTEN", "127.0.0.1:8078".into());
    let (url, client) = (var("PUBLIC_URL", format!("http://{listen}")), Client::from_env()?);
    let secret = Secret::new(var("SECRET", format!("{:?}", std::time::Instant::now()))); // buttons live for seconds
    let (questions, time, score) = (parse_questions(&text), Duration::from_secs(20), Mutex::default());
    let quiz = Quiz { client, url, secret, questions, time, score };
    let (server, events) = (Server::http(&listen).map_err(Error::other)?, quiz.client.events()?);
    std::thread::scope(|scope| {
        scope.spawn(|| server.incoming_requests().for_each(|request| drop(quiz.handle(request))));
        let ended = events.messages().serve(|message| quiz.play(message));
        server.unblock();
        ended
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;

    #[test]
    fn two_questions_and_a_score() {
        let mattermost = TestServer::start().unwrap();
        mattermost.add_bot("quiz");
        let server = Server::http("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.server_addr().to_ip().unwrap());
        let client = mattermost.client("quiz").unwrap();
        let events = client.events().unwrap();
        let questions = parse_questions("Capital of France?|Paris|Lyon\n2 + 2?|4|5|3\nnonsense\n");
        let (secret, score) = (Secret::new("of this program"), Mutex::default());
        let quiz = Quiz { client, url, secret, questions, time: Duration::from_secs(2), score };
        std::thread::scope(|scope| {
            scope.spawn(|| server.incoming_requests().for_each(|request| drop(quiz.handle(request))));
            scope.spawn(|| events.messages().serve(|message| quiz.play(message)));
            let _stop = events.stopper().guard();
            mattermost.post_as("bob", "town-square", "!quiz");
            let asked = |title: &str| {
                let asked = |post: &mattermost::testing::TestPost| {
                    post.attachments().first().is_some_and(|card| card["title"] == title)
                };
                mattermost.wait_for_post("town-square", Duration::from_secs(20), asked).expect(title)
            };
            let (bob, zoe) = (mattermost.as_user("bob"), mattermost.as_user("zoe"));
            let first = asked("1. Capital of France?");
            assert_eq!(bob.press(&first, "Lyon").text(), Some("Wrong."));
            assert_eq!(bob.press(&first, "Paris").text(), Some("You have answered this one."));
            assert_eq!(zoe.press(&first, "Paris").text(), Some("Right!"));
            let second = asked("2. 2 + 2?");
            assert_eq!(
                (zoe.press(&second, "4").text(), bob.press(&second, "4").text()),
                (Some("Right!"), Some("Right!"))
            );
            let score = |post: &mattermost::testing::TestPost| post.message.starts_with("|who|");
            let score = mattermost.wait_for_post("town-square", Duration::from_secs(20), score).unwrap();
            assert_eq!(score.message, "|who|points|\n|-|-|\n|@zoe|2|\n|@bob|1|\n");
            server.unblock();
        });
    }
}
