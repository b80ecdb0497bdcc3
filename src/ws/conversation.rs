//! Questions: posting one, and waiting for the reply.

use std::fmt;
use std::sync::Arc;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use super::connect::closed_error;
use super::message::Selection;
use super::state::StreamShared;
use super::subscribers::{Asked, Expected};
use super::subscription::Wait;
use super::{Events, Message, Poster};
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::model::{ChannelId, Post, PostDraft, UserId};
use crate::unwind;

impl Message {
    /// Posts a question in the thread of the message, and waits for the next message of the same user there.
    ///
    /// In a direct channel, the question is posted to the channel, and the next message in the channel is the reply.
    /// Returns `None` if no reply arrived within `timeout` after the question was posted.
    ///
    /// The reply is only returned by this method. It is not delivered to loops over the stream such as
    /// [`serve`](crate::Messages::serve). All other messages stay in the stream. Works on any thread, including the one
    /// that runs the loop, and across reconnects. With [`serve_on`](crate::Messages::serve_on), other messages are
    /// handled in the meantime.
    ///
    /// # Errors
    /// - Any error of `POST /posts`. No reply is awaited in this case.
    /// - [`ErrorKind::Input`] if the message was created by
    ///   [`from_event`](Message::from_event). Use [`Events::message`] instead.
    /// - [`ErrorKind::Closed`] if the stream was stopped before a reply arrived. If a handler returns this error to
    ///   [`serve`](crate::Messages::serve), it is logged as information only.
    /// - The error that ended the stream permanently.
    ///
    /// ```no_run
    /// # fn deploy(message: &mattermost::Message) -> mattermost::Result<()> {
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let Some(answer) = message.ask("Deploy to production? yes/no", minute)? else {
    ///     message.reply("No answer, nothing deployed.")?;
    ///     return Ok(());
    /// };
    /// if answer.text().eq_ignore_ascii_case("yes") {
    ///     answer.reply("Deploying.")?;
    /// }
    /// # Ok(()) }
    /// ```
    #[doc(alias = "conversation")]
    pub fn ask(&self, question: impl Into<String>, timeout: Duration) -> Result<Option<Self>> {
        ask(self.open_stream()?, &self.poster, &self.question_draft(question), self.user_id(), timeout)
    }

    /// Like [`ask`](Self::ask), but waits until `read` returns `Some` for a reply, and returns the value.
    ///
    /// `read` is called on the current thread for each message of the user. Messages for which it returns `None` are
    /// not delivered to loops over the stream either. Returns `None` if `read` accepts no reply within `timeout`
    /// after the question was posted.
    ///
    /// # Errors
    /// Those of [`ask`](Self::ask).
    ///
    /// ```no_run
    /// # fn order(message: &mattermost::Message) -> mattermost::Result<()> {
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let count: Option<u32> = message.ask_until("How many?", minute, |reply| {
    ///     let count = reply.text().trim().parse().ok();
    ///     if count.is_none() {
    ///         let _ = reply.reply("A number, please.");
    ///     }
    ///     count
    /// })?;
    /// # Ok(()) }
    /// ```
    pub fn ask_until<T>(
        &self,
        question: impl Into<String>,
        timeout: Duration,
        read: impl FnMut(&Self) -> Option<T>,
    ) -> Result<Option<T>> {
        let draft = self.question_draft(question);
        ask_until(self.open_stream()?, &self.poster, &draft, self.user_id(), timeout, read)
    }

    /// Returns the draft of a question about this message.
    fn question_draft(&self, text: impl Into<String>) -> PostDraft {
        self.reply_draft(text, !self.is_direct() || self.post.is_reply())
    }

    /// Waits for the next message of the same user in the same thread, or in the same direct channel.
    ///
    /// Like [`ask`](Self::ask), but posts no question. Messages that arrive between two calls remain in the stream.
    ///
    /// # Errors
    /// - [`ErrorKind::Input`] if the message was created by
    ///   [`from_event`](Message::from_event).
    /// - [`ErrorKind::Closed`] if the stream was stopped before a message arrived.
    /// - The error that ended the stream permanently.
    ///
    /// ```no_run
    /// # fn confirm(message: &mattermost::Message) -> mattermost::Result<()> {
    /// use std::time::Duration;
    ///
    /// let typed = message.reply("Type `delete` within a minute to confirm.")?;
    /// let answer = message.next(Duration::from_secs(60))?;
    /// let confirmed = answer.is_some_and(|answer| answer.text() == "delete");
    /// message.edit(&typed, if confirmed { "Confirmed." } else { "Not confirmed." })?;
    /// # Ok(()) }
    /// ```
    pub fn next(&self, timeout: Duration) -> Result<Option<Self>> {
        let stream = self.open_stream()?;
        let asked = Asked { thread: self.post.thread_id().clone(), at: self.post.create_at };
        let expected = Expected {
            channel: self.post.channel_id.clone(),
            user: self.user_id().clone(),
            thread: None,
            asked: Some(asked),
        };
        let wait = Wait::wait_for_reply(stream, expected)?.ok_or_else(closed_error)?;
        message(stream, &self.poster, wait.wait_until(timeout)?)
    }

    fn open_stream(&self) -> Result<&Arc<StreamShared>> {
        self.stream.as_ref().ok_or_else(|| {
            Error::input("the message does not belong to a stream")
                .with_hint("create it with `Events::message`")
        })
    }
}

impl Events {
    /// Posts a question to a user and waits for the user's reply.
    ///
    /// The reply is the user's next message in the thread of the question, or in its direct channel. If several
    /// questions to the user are open there, a message in the thread of one of them is the reply to that question.
    /// Any other message is the reply to the oldest one. See [`Message::ask`]. To ask several users at the same time,
    /// use a thread for each.
    ///
    /// # Errors
    /// - Any error of `POST /posts`. No reply is awaited in this case.
    /// - [`ErrorKind::Closed`] if the stream was stopped before a reply arrived.
    /// - The error that ended the stream permanently.
    ///
    /// ```no_run
    /// # fn run(client: &mattermost::Client, events: &mattermost::Events) -> mattermost::Result<()> {
    /// use mattermost::PostDraft;
    /// use std::time::Duration;
    ///
    /// let bob = client.users().get_by_username("bob")?;
    /// let direct = client.channels().create_direct(&client.me().id, &bob.id)?;
    /// let question = PostDraft::new(&direct, "Can you take over on-call tonight?");
    /// let answer = events.ask(&question, &bob, Duration::from_secs(600))?;
    /// # Ok(()) }
    /// ```
    pub fn ask(
        &self,
        question: &PostDraft,
        user: impl Into<UserId>,
        timeout: Duration,
    ) -> Result<Option<Message>> {
        ask(&self.shared, &self.poster, question, &user.into(), timeout)
    }

    /// Like [`ask`](Self::ask), but waits until `read` returns `Some` for a reply, and returns the value. See
    /// [`Message::ask_until`].
    ///
    /// # Errors
    /// Those of [`ask`](Self::ask).
    pub fn ask_until<T>(
        &self,
        question: &PostDraft,
        user: impl Into<UserId>,
        timeout: Duration,
        read: impl FnMut(&Message) -> Option<T>,
    ) -> Result<Option<T>> {
        ask_until(&self.shared, &self.poster, question, &user.into(), timeout, read)
    }
}

/// A conversation with a user by direct messages. Created by [`Events::conversation_with`] and [`Events::ask_all`].
///
/// Replies to its questions are not delivered to loops over the stream, as with [`Message::ask`]. Other messages of
/// the user are delivered.
pub struct DirectConversation<'a> {
    events: &'a Events,
    channel: ChannelId,
    user: UserId,
}

impl DirectConversation<'_> {
    /// Returns the ID of the user.
    pub fn user_id(&self) -> &UserId {
        &self.user
    }

    /// Returns the ID of the direct channel.
    pub fn channel_id(&self) -> &ChannelId {
        &self.channel
    }

    /// Posts a message to the user, without waiting for a reply.
    ///
    /// `POST /posts`
    ///
    /// # Errors
    /// Those of [`posts().create(..)`](crate::rest::Posts::create), for example [`ErrorKind::Input`] before any I/O if
    /// the text is empty or too long.
    pub fn send(&self, text: impl Into<String>) -> Result<Post> {
        self.events.poster.create_post(&PostDraft::new(&self.channel, text))
    }

    /// Posts a question, and waits for the user's next message.
    ///
    /// Returns `None` if no reply arrived within `timeout` after the question was posted.
    ///
    /// # Errors
    /// Those of [`Events::ask`].
    pub fn ask(&self, question: impl Into<String>, timeout: Duration) -> Result<Option<Message>> {
        self.events.ask(&PostDraft::new(&self.channel, question), &self.user, timeout)
    }

    /// Like [`ask`](Self::ask), but waits until `read` returns `Some` for a reply, and returns the value. See
    /// [`Message::ask_until`].
    ///
    /// # Errors
    /// Those of [`Events::ask`].
    pub fn ask_until<T>(
        &self,
        question: impl Into<String>,
        timeout: Duration,
        read: impl FnMut(&Message) -> Option<T>,
    ) -> Result<Option<T>> {
        self.events.ask_until(&PostDraft::new(&self.channel, question), &self.user, timeout, read)
    }
}

impl fmt::Debug for DirectConversation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectConversation")
            .field("channel", &self.channel)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Events {
    /// Gets the direct channel with a user, for questions and messages. Creates it if necessary. Takes one request.
    ///
    /// `POST /channels/direct`
    ///
    /// # Errors
    /// Any error of the request, for example 400 if there is no such user.
    pub fn conversation_with(&self, user: impl Into<UserId>) -> Result<DirectConversation<'_>> {
        let user = user.into();
        Ok(DirectConversation { events: self, channel: self.poster.direct_channel(&user)?, user })
    }

    /// Holds conversations with several users at the same time, by direct messages, and returns the results in the
    /// order of the users.
    ///
    /// `talk` is called for each user, on a thread per user. The method returns after all calls have ended. A panic in
    /// one of them becomes the error for that user. Once the stream is stopped, questions fail with
    /// [`ErrorKind::Closed`]. The number of threads is not limited. Questions cannot be withdrawn: if the first reply
    /// decides, `talk` can tell the other users so.
    ///
    /// # Errors
    /// Each result is that of `talk`, the error of [`conversation_with`](Self::conversation_with), or
    /// [`ErrorKind::Io`] if no thread could be started.
    ///
    /// # Examples
    /// ```no_run
    /// # fn run(events: &mattermost::Events, team: &[mattermost::User]) -> mattermost::Result<()> {
    /// use std::time::Duration;
    ///
    /// let quarter = Duration::from_secs(15 * 60);
    /// let replies = events.ask_all(team, |person| person.ask("Lunch today?", quarter));
    /// for (user, reply) in team.iter().zip(replies) {
    ///     let reply = reply?.map_or("no reply".to_owned(), |reply| reply.text().to_owned());
    ///     println!("@{}: {reply}", user.username);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn ask_all<U: Into<UserId>, T: Send>(
        &self,
        users: impl IntoIterator<Item = U>,
        talk: impl Fn(&DirectConversation<'_>) -> Result<T> + Sync,
    ) -> Vec<Result<T>> {
        let talk = |user: UserId| match unwind::catch_panic(|| talk(&self.conversation_with(user)?)) {
            Ok(result) => result,
            Err(panic) => Err(Error::other(format!("the conversation panicked: {panic}"))),
        };
        std::thread::scope(|scope| {
            let start = |user: U| {
                let (talk, user) = (&talk, user.into());
                let thread = std::thread::Builder::new().name("mm-conversation".into());
                thread.spawn_scoped(scope, move || talk(user))
            };
            let started: Vec<_> = users.into_iter().map(start).collect();
            let join = |thread: std::io::Result<ScopedJoinHandle<'_, Result<T>>>| match thread {
                Ok(thread) => {
                    thread.join().unwrap_or_else(|_| Err(Error::other("the conversation panicked")))
                }
                Err(error) => Err(Error::io("no thread could be started", error).with_kind(ErrorKind::Io)),
            };
            started.into_iter().map(join).collect()
        })
    }
}

fn ask(
    stream: &Arc<StreamShared>,
    poster: &Arc<dyn Poster>,
    question: &PostDraft,
    user: &UserId,
    timeout: Duration,
) -> Result<Option<Message>> {
    // Before the question is posted: a fast reply arrives before the response to `POST /posts`.
    let wait = Wait::wait_for_reply(stream, expected_reply(question, user))?.ok_or_else(closed_error)?;
    wait.question_posted(asked_question(&poster.create_post(question)?));
    message(stream, poster, wait.wait_until(timeout)?)
}

fn ask_until<T>(
    stream: &Arc<StreamShared>,
    poster: &Arc<dyn Poster>,
    question: &PostDraft,
    user: &UserId,
    timeout: Duration,
    mut read: impl FnMut(&Message) -> Option<T>,
) -> Result<Option<T>> {
    let wait = Wait::wait_for_replies(stream, expected_reply(question, user))?.ok_or_else(closed_error)?;
    let asked = asked_question(&poster.create_post(question)?);
    let deadline = Instant::now().checked_add(timeout);
    loop {
        wait.question_posted(asked.clone());
        let Some(reply) = message(stream, poster, wait.wait_for_next(deadline)?)? else { return Ok(None) };
        if let Some(value) = read(&reply) {
            return Ok(Some(value));
        }
    }
}

/// A reply to a question that is not posted yet.
fn expected_reply(question: &PostDraft, user: &UserId) -> Expected {
    let root = Some(&question.root_id).filter(|root| !root.is_empty());
    Expected { channel: question.channel_id.clone(), user: user.clone(), thread: root.cloned(), asked: None }
}

fn asked_question(question: &Post) -> Asked {
    Asked { thread: question.thread_id().clone(), at: question.create_at }
}

fn message(
    stream: &Arc<StreamShared>,
    poster: &Arc<dyn Poster>,
    event: Option<Event>,
) -> Result<Option<Message>> {
    match event {
        Some(event) => Message::select_from(poster, Some(stream), &event, Selection::ALL),
        // Not a missing reply: a program that reports who did not reply would be wrong.
        None if stream.lock_state().stop.is_some() => Err(closed_error()),
        None => Ok(None),
    }
}
