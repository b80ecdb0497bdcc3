//! Messages, and methods to respond to them.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::state::StreamShared;
use super::typing::TypingGuard;
use super::{Events, Poster};
use crate::error::Result;
use crate::event::{Event, Origin, Posted};
use crate::model::{Post, PostDraft, UserId};

/// A post by another user, with methods to respond to it.
///
/// A message is owned and `Send`. The fields of [`Posted`] are available as fields of the message, for example
/// `message.channel_name` and `message.post.file_ids`.
///
/// ```no_run
/// # fn main() -> mattermost::Result<()> {
/// # let client = mattermost::Client::from_env()?;
/// # let events = client.events()?;
/// use std::time::Duration;
///
/// events.messages().serve(|message| {
///     if message.addressed() != Some("restart") {
///         return Ok(());
///     }
///     let Some(answer) = message.ask("Really?", Duration::from_secs(60))? else {
///         return Ok(());
///     };
///     if answer.text().eq_ignore_ascii_case("yes") {
///         let _typing = message.typing();
///         // ..
///         message.react("white_check_mark")?;
///     }
///     Ok(())
/// })
/// # }
/// ```
#[derive(Clone)]
pub struct Message {
    pub(super) poster: Arc<dyn Poster>,
    /// The stream that delivered the message, if any.
    pub(super) stream: Option<Arc<StreamShared>>,
    event: Event,
    posted: Box<Posted>,
}

/// The messages to deliver.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Selection {
    /// `true` to deliver messages of bots and webhooks.
    pub(crate) bots: bool,
    /// `true` to deliver messages of the current account.
    pub(crate) own: bool,
}

impl Selection {
    pub(super) const ALL: Self = Self { bots: true, own: true };
}

impl Message {
    /// Returns the message in an event. `None` if it contains none, or one that is not selected.
    pub(crate) fn select_from(
        poster: &Arc<dyn Poster>,
        stream: Option<&Arc<StreamShared>>,
        event: &Event,
        selection: Selection,
    ) -> Result<Option<Self>> {
        let Some(data) = event.posted_payload()? else { return Ok(None) };
        let post = &data.post;
        let own = post.user_id == *poster.me();
        if post.is_system() || (own && !selection.own) || (!own && !selection.bots && post.is_automated()) {
            return Ok(None);
        }
        Ok(Some(Self {
            poster: Arc::clone(poster),
            stream: stream.map(Arc::clone),
            event: event.clone(),
            posted: Box::new(data.clone()),
        }))
    }

    /// Returns the text of the post.
    pub fn text(&self) -> &str {
        &self.posted.post.message
    }

    /// Returns the ID of the author.
    pub fn user_id(&self) -> &UserId {
        &self.posted.post.user_id
    }

    /// Posts a response to the thread of the message, or to the channel if the message is not in a thread. Never
    /// starts a thread.
    ///
    /// `POST /posts`
    pub fn answer(&self, text: impl Into<String>) -> Result<Post> {
        self.poster.create_post(&self.reply_draft(text, self.posted.post.is_reply()))
    }

    /// Posts a reply in the thread of the message. Starts a thread if the message is not in one.
    ///
    /// `POST /posts`
    #[doc(alias = "thread")]
    pub fn reply(&self, text: impl Into<String>) -> Result<Post> {
        self.poster.create_post(&self.reply_draft(text, true))
    }

    pub(super) fn reply_draft(&self, text: impl Into<String>, in_thread: bool) -> PostDraft {
        let post = &self.posted.post;
        let draft = PostDraft::new(&post.channel_id, text);
        if in_thread { draft.root_id(post.thread_id()) } else { draft }
    }

    /// Replaces the text of one of the account's own posts, for example one that [`answer`](Self::answer) returned.
    /// Returns the edited post. Props and files do not change.
    ///
    /// `PUT /posts/{post_id}/patch`
    ///
    /// ```no_run
    /// # fn run(message: &mattermost::Message) -> mattermost::Result<()> {
    /// let progress = message.reply("Deploying ..")?;
    /// // ..
    /// message.edit(&progress, "Deployed.")?;
    /// # Ok(()) }
    /// ```
    pub fn edit(&self, own_post: &Post, text: impl Into<String>) -> Result<Post> {
        self.poster.edit_post(&own_post.id, text.into())
    }

    /// Adds a reaction to the message. `emoji` is the name of an emoji, for example `thumbsup`, with or without
    /// colons. Does nothing if the account has already reacted with it.
    ///
    /// `POST /reactions`
    pub fn react(&self, emoji: &str) -> Result<()> {
        let name = emoji.strip_prefix(':').and_then(|name| name.strip_suffix(':')).unwrap_or(emoji);
        self.poster.add_reaction(&self.posted.post.id, name)
    }

    /// Shows that this account is typing, in the thread or channel of the message, until the returned guard is
    /// dropped.
    ///
    /// Nothing is shown while there is no connection, or if the message was created by
    /// [`from_event`](Self::from_event).
    pub fn typing(&self) -> TypingGuard {
        let post = &self.posted.post;
        let Some(stream) = &self.stream else { return TypingGuard::not_shown() };
        TypingGuard::new(stream, &post.channel_id, post.is_reply().then(|| post.thread_id()))
    }

    /// Returns the text without the mention of this account, if the message is addressed to it.
    ///
    /// A message is addressed to the account if it begins with its username, for example `@bot deploy`, `@Bot:
    /// deploy` or just `@bot`. In a direct channel, every message is addressed to it. Returns `None` for other
    /// messages: `@bot2` and `@bot.too` mention other users. Surrounding whitespace is removed.
    #[doc(alias = "mention")]
    pub fn addressed(&self) -> Option<&str> {
        let direct = self.posted.is_direct().then(|| self.text().trim());
        without_mention(self.text(), self.poster.username()).or(direct)
    }

    /// Returns the command and its arguments if the message begins with `prefix` and a word.
    ///
    /// For example, `command("!")` returns `("take", "the bus")` for `!take the bus`.
    pub fn command(&self, prefix: &str) -> Option<(&str, &str)> {
        split_command(self.text(), prefix)
    }

    /// Returns the command and its arguments if the message begins with `prefix`, or is [addressed](Self::addressed) to
    /// this account.
    ///
    /// For example, `addressed_command("!")` returns `("deploy", "web")` for `!deploy web`, `@bot deploy web` and
    /// `@bot: !deploy web`, and also for `deploy web` in a direct channel.
    pub fn addressed_command(&self, prefix: &str) -> Option<(&str, &str)> {
        let addressed = || {
            let text = self.addressed()?;
            split_command(text, prefix).or_else(|| split_command(text, ""))
        };
        self.command(prefix).or_else(addressed)
    }

    /// Returns the origin of the event. Messages from a catch-up may be minutes old.
    pub fn origin(&self) -> Origin {
        self.event.origin()
    }

    /// Returns the event that contains the message.
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

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("event", &self.event).finish_non_exhaustive()
    }
}

impl Events {
    /// Returns the message in an event of this stream, for loops that also handle other events.
    ///
    /// Returns `None` if the event is not a post, or is a post by this account, a bot, a webhook or the system.
    ///
    /// # Errors
    /// For the last event of a stream that ended permanently, returns the error that ended it.
    ///
    /// ```no_run
    /// # fn run(events: &mattermost::Events) -> mattermost::Result<()> {
    /// use mattermost::Payload;
    ///
    /// for event in events {
    ///     if let Some(message) = events.message(&event)? {
    ///         message.answer("Hello!")?;
    ///     } else if let Payload::ReactionAdded(added) = event.payload()? {
    ///         println!(":{}:", added.reaction.emoji_name);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn message(&self, event: &Event) -> Result<Option<Message>> {
        Message::select_from(&self.poster, Some(&self.shared), event, Selection::default())
    }
}

fn split_command<'a>(text: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    let rest = text.trim().strip_prefix(prefix)?;
    let (name, arguments) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    (!name.is_empty()).then_some((name, arguments.trim()))
}

/// Returns the text after a mention of `username` at the beginning of a text.
fn without_mention<'a>(text: &'a str, username: &str) -> Option<&'a str> {
    let rest = text.trim().strip_prefix('@')?;
    let name = rest.get(..username.len())?;
    if username.is_empty() || !name.eq_ignore_ascii_case(username) {
        return None;
    }
    let rest = &rest[name.len()..];
    // Usernames may contain these. At the end of a mention, the server treats them as punctuation.
    let is_mark = |c: char| matches!(c, '.' | '-' | '_');
    let after = rest.trim_start_matches(is_mark);
    if after.starts_with(|c: char| c.is_alphanumeric() || c == '@') {
        return None;
    }
    let after = after.strip_prefix([':', ',', '\u{ff1a}', '\u{ff0c}']).unwrap_or(after);
    Some(after.trim_start())
}

#[cfg(test)]
mod tests {
    use super::{split_command, without_mention};

    #[test]
    fn commands_are_words_after_the_prefix() {
        assert_eq!(split_command("!take the bus", "!"), Some(("take", "the bus")));
        assert_eq!(split_command("  !take\n the  bus ", "!"), Some(("take", "the  bus")));
        assert_eq!(split_command("!take", "!"), Some(("take", "")));
        assert_eq!(split_command("bot: take", "bot:"), None);
        for none in ["", "!", "! take", "take", "a !take"] {
            assert_eq!(split_command(none, "!"), None, "{none}");
        }
    }

    #[test]
    fn mentions_are_whole_usernames() {
        for text in [
            "@bot deploy",
            "@Bot deploy",
            "@BOT: deploy",
            "@bot, deploy",
            "@bot,deploy",
            "@bot:\ndeploy",
            "@bot\ndeploy",
            "  @bot\t deploy \n",
            "@bot. deploy",
            "@bot_ deploy",
            "@bot\u{ff1a}deploy",
        ] {
            assert_eq!(without_mention(text, "bot"), Some("deploy"), "{text}");
        }
        for text in ["@bot", "@bot:", " @bot,\n", "@bot..."] {
            assert_eq!(without_mention(text, "bot"), Some(""), "{text}");
        }
        for text in [
            "",
            "@",
            "@bo",
            "@bot2 deploy",
            "@bot.too deploy",
            "@bot-too",
            "@bot_too",
            "@botä",
            "hey @bot",
            "bot deploy",
            "@böt deploy",
            "@bot@example.com",
        ] {
            assert_eq!(without_mention(text, "bot"), None, "{text}");
        }
        assert_eq!(without_mention("@ops.bot ps", "ops.bot"), Some("ps"));
        assert_eq!(without_mention("@bot !ps", "bot"), Some("!ps"));
        assert_eq!(without_mention("@äb", "a"), None);
        assert_eq!(without_mention("@ deploy", ""), None);
    }
}
