//! Messages of other people, ready to be answered: what most bots are about.

use std::ops::Deref;
use std::sync::Arc;

use super::{Events, Poster};
use crate::error::Result;
use crate::event::{Event, Origin, Posted};
use crate::model::{Post, PostDraft};

/// A post by somebody else, with the means to answer it. Owned and `Send`: it can go to another thread.
///
/// All that is known of the post is there by its fields: `message.channel_name`, `message.post.file_ids`.
#[derive(Clone, Debug)]
pub struct Message {
    poster: Arc<dyn Poster>,
    event: Event,
    posted: Box<Posted>,
}

impl Message {
    /// The message in an event: `None` if it is none, or one that [`Messages`] would leave out.
    pub(crate) fn of(poster: &Arc<dyn Poster>, event: &Event, bots: bool, own: bool) -> Result<Option<Self>> {
        let Some(said) = event.posted()? else { return Ok(None) };
        let post = &said.post;
        let mine = post.user_id == *poster.me();
        if post.is_system() || (mine && !own) || (!mine && !bots && post.is_automated()) {
            return Ok(None);
        }
        Ok(Some(Self { poster: Arc::clone(poster), event: event.clone(), posted: Box::new(said.clone()) }))
    }

    /// What was written.
    pub fn text(&self) -> &str {
        &self.posted.post.message
    }

    /// Answers where it was said: in its thread if it was said in one, else in the channel.
    ///
    /// `POST /posts`
    pub fn answer(&self, text: impl Into<String>) -> Result<Post> {
        let post = &self.posted.post;
        let draft = PostDraft::new(&post.channel_id, text);
        self.poster.create(&if post.root_id.is_empty() { draft } else { draft.root_id(&post.root_id) })
    }

    /// Answers in the thread of the message, which begins one if there is none.
    ///
    /// `POST /posts`
    pub fn reply(&self, text: impl Into<String>) -> Result<Post> {
        let post = &self.posted.post;
        let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
        self.poster.create(&PostDraft::new(&post.channel_id, text).root_id(root))
    }

    /// The command and its arguments, if the message begins with `prefix` and a word:
    /// `command("!")` of `!take the bus` is `("take", "the bus")`.
    pub fn command(&self, prefix: &str) -> Option<(&str, &str)> {
        command(self.text(), prefix)
    }

    /// How it came. What was caught up with may be minutes old.
    pub fn origin(&self) -> Origin {
        self.event.origin()
    }

    /// The event that it came in.
    pub fn event(&self) -> &Event {
        &self.event
    }
}

impl Deref for Message {
    type Target = Posted;

    fn deref(&self) -> &Posted {
        &self.posted
    }
}

fn command<'a>(text: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    let rest = text.trim().strip_prefix(prefix)?;
    let (name, arguments) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    (!name.is_empty()).then_some((name, arguments.trim()))
}

/// The messages in a stream: posts by others, without system posts, bots and webhooks. Everything else, notices too, is
/// passed over. Made by [`Events::messages`].
///
/// Yields an error once, if the stream ends for good; then, and after the stream was closed, it is over.
///
/// ```no_run
/// # fn main() -> mattermost::Result<()> {
/// let client = mattermost::Client::from_env()?;
/// let events = client.events()?;
/// for message in events.messages() {
///     let message = message?;
///     if let Some(("hello", _)) = message.command("!") {
///         message.answer(format!("Hello, {}!", message.sender()))?;
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Messages<'a> {
    events: &'a Events,
    poster: Arc<dyn Poster>,
    bots: bool,
    own: bool,
}

impl<'a> Messages<'a> {
    pub(super) fn new(events: &'a Events, poster: Arc<dyn Poster>) -> Self {
        Self { events, poster, bots: false, own: false }
    }

    /// Lets in what bots and webhooks post. Two bots that answer each other never stop.
    #[must_use]
    pub fn with_bots(self) -> Self {
        Self { bots: true, ..self }
    }

    /// Lets in what this account posts itself, also with other programs. A bot that answers itself never stops.
    #[must_use]
    pub fn with_own(self) -> Self {
        Self { own: true, ..self }
    }
}

impl Iterator for Messages<'_> {
    type Item = Result<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let event = self.events.receiver.recv().ok()?;
            match Message::of(&self.poster, &event, self.bots, self.own) {
                Ok(None) => {}
                Ok(Some(message)) => return Some(Ok(message)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn commands_are_words_after_the_prefix() {
        assert_eq!(command("!take the bus", "!"), Some(("take", "the bus")));
        assert_eq!(command("  !take\n the  bus ", "!"), Some(("take", "the  bus")));
        assert_eq!(command("!take", "!"), Some(("take", "")));
        assert_eq!(command("bot: take", "bot:"), None);
        for none in ["", "!", "! take", "take", "a !take"] {
            assert_eq!(command(none, "!"), None, "{none}");
        }
    }
}
