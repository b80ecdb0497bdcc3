//! Filters for subscriptions and waits.

use std::cell::OnceCell;

use crate::event::{Event, EventKind};
use crate::model::{ChannelId, ChannelType, PostId, PostType, UserId};
use crate::time::Timestamp;

/// Selects events for [`Events::subscribe`](crate::Events::subscribe) and
/// [`Events::wait_for`](crate::Events::wait_for).
///
/// A new filter matches every event of the server. Each method adds a condition, and an event must meet all of them.
/// An event without a channel, user, thread or post does not meet a condition about it.
///
/// ```
/// use mattermost::{EventKind, Filter, PostId, UserId};
///
/// # fn run(poll: PostId, bob: UserId) {
/// let votes = Filter::new().kinds([EventKind::ReactionAdded]).post(&poll).not_own();
/// let bobs_votes = votes.clone().user(&bob);
/// assert_ne!(votes, bobs_votes);
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Filter {
    kinds: Option<Vec<EventKind>>,
    channel: Option<ChannelId>,
    user: Option<UserId>,
    thread: Option<PostId>,
    post: Option<PostId>,
    not_own: bool,
}

impl Filter {
    /// Creates a filter that matches every event of the server.
    pub fn new() -> Self {
        Self::default()
    }

    /// Restricts the filter to events of these kinds.
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = EventKind>) -> Self {
        self.kinds = Some(kinds.into_iter().collect());
        self
    }

    /// Restricts the filter to events of this channel. See [`Event::channel_id`].
    pub fn channel(mut self, channel: impl Into<ChannelId>) -> Self {
        self.channel = Some(channel.into());
        self
    }

    /// Restricts the filter to events caused by this user: the author of a post or reaction, or otherwise the
    /// `user_id` in the data.
    pub fn user(mut self, user: impl Into<UserId>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Restricts the filter to events of this thread.
    ///
    /// `root` is the ID of the first post; see [`Post::thread_id`](crate::Post::thread_id). The first post itself
    /// belongs to the thread. Reactions do not, since their events do not contain the thread.
    pub fn thread(mut self, root: impl Into<PostId>) -> Self {
        self.thread = Some(root.into());
        self
    }

    /// Restricts the filter to events of this post: its creation, edits, deletion and reactions.
    pub fn post(mut self, post: impl Into<PostId>) -> Self {
        self.post = Some(post.into());
        self
    }

    /// Excludes events caused by the account of the stream.
    pub fn not_own(mut self) -> Self {
        self.not_own = true;
        self
    }

    /// Returns `true` if the filter matches a kind. Notifications match only if the filter names their kind.
    pub(super) fn names_kind(&self, kind: EventKind) -> bool {
        self.kinds.as_ref().is_some_and(|kinds| kinds.contains(&kind))
    }

    /// Returns the kinds that match. `None` if all do.
    pub(super) fn named_kinds(&self) -> Option<&[EventKind]> {
        self.kinds.as_deref()
    }

    pub(super) fn matches_event(&self, event: &Inspection<'_>, me: &UserId) -> bool {
        if self.kinds.is_some() && !self.names_kind(event.kind()) {
            return false;
        }
        if self.channel.is_some() && self.channel != event.event.channel_id() {
            return false;
        }
        let about =
            |wanted: &Option<PostId>, found: Option<&PostId>| wanted.is_none() || wanted.as_ref() == found;
        let by_user = |wanted: &UserId| event.event_facts().user() == Some(wanted);
        self.user.as_ref().is_none_or(by_user)
            && (self.thread.is_none() || about(&self.thread, event.event_facts().thread()))
            && (self.post.is_none() || about(&self.post, event.event_facts().post()))
            && (!self.not_own || !by_user(me))
    }
}

/// An event whose data is decoded once, when the first filter needs it.
pub(super) struct Inspection<'e> {
    pub(super) event: &'e Event,
    facts: OnceCell<Facts>,
}

impl<'e> Inspection<'e> {
    pub(super) fn new(event: &'e Event) -> Self {
        Self { event, facts: OnceCell::new() }
    }

    pub(super) fn kind(&self) -> EventKind {
        self.event.kind()
    }

    pub(super) fn event_facts(&self) -> &Facts {
        // Not `payload`, which logs data that it cannot decode: this runs under the lock of the stream.
        self.facts.get_or_init(|| self.event.decode_members().unwrap_or_default())
    }
}

members! {
    /// The data of an event that filters use.
    pub(super) struct Facts {
        #[serde(with = "super::embedded")]
        post: Option<PostFacts>,
        #[serde(with = "super::embedded")]
        reaction: Option<ReactionFacts>,
        user: Option<UserFacts>,
        user_id: UserId,
        post_id: PostId,
        parent_id: PostId,
        thread_id: PostId,
        channel_type: ChannelType,
    }
}

members! {
    struct PostFacts {
        id: PostId,
        user_id: UserId,
        root_id: PostId,
        create_at: Timestamp,
        #[serde(rename = "type")]
        kind: PostType,
    }
}

members! {
    struct ReactionFacts {
        user_id: UserId,
        post_id: PostId,
    }
}

members! {
    struct UserFacts {
        id: UserId,
    }
}

impl Facts {
    fn user(&self) -> Option<&UserId> {
        let nested = self.post.as_ref().map(|post| &post.user_id);
        let nested = nested.or(self.reaction.as_ref().map(|reaction| &reaction.user_id));
        let nested = nested.or(self.user.as_ref().map(|user| &user.id));
        Some(nested.unwrap_or(&self.user_id)).filter(|id| !id.is_empty())
    }

    pub(super) fn thread(&self) -> Option<&PostId> {
        let of_post =
            self.post.as_ref().map(|post| if post.root_id.is_empty() { &post.id } else { &post.root_id });
        [of_post, Some(&self.thread_id), Some(&self.parent_id)]
            .into_iter()
            .flatten()
            .find(|id| !id.is_empty())
    }

    fn post(&self) -> Option<&PostId> {
        let nested = self.post.as_ref().map(|post| &post.id);
        let nested = nested.or(self.reaction.as_ref().map(|reaction| &reaction.post_id));
        Some(nested.unwrap_or(&self.post_id)).filter(|id| !id.is_empty())
    }

    /// Returns `true` if the post is a reply in a thread.
    pub(super) fn is_reply(&self) -> bool {
        self.post.as_ref().is_some_and(|post| !post.root_id.is_empty())
    }

    /// Returns `true` if the post is in a direct channel.
    pub(super) fn is_direct(&self) -> bool {
        self.channel_type == ChannelType::Direct
    }

    /// Returns the author of a post that is not a system message, and its time.
    pub(super) fn post_author(&self) -> Option<(&UserId, Timestamp)> {
        let post = self.post.as_ref().filter(|post| !post.kind.is_system())?;
        Some((&post.user_id, post.create_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str) -> Event {
        let path = format!("{}/tests/data/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
        Event::from_json(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn matches(filter: &Filter, event: &Event, me: &UserId) -> bool {
        filter.matches_event(&Inspection::new(event), me)
    }

    #[test]
    fn each_condition_is_met_or_not() {
        let nobody: UserId = "nnnnnnnnnnnnnnnnnnnnnnnnnn".parse().unwrap();
        let other: PostId = "nnnnnnnnnnnnnnnnnnnnnnnnnn".parse().unwrap();
        let posted = sample("posted");
        let post = posted.posted_payload().unwrap().unwrap().post.clone();
        let all = Filter::new();
        let meets = |filter: &Filter| matches(filter, &posted, &nobody);
        assert!(meets(&all));
        assert!(meets(&all.clone().kinds([EventKind::Posted]).channel(&post.channel_id).user(&post.user_id)));
        assert!(meets(&all.clone().thread(post.thread_id()).post(&post).not_own()));
        assert!(!meets(&all.clone().kinds([EventKind::Typing])));
        assert!(!meets(&all.clone().kinds([])));
        assert!(!meets(&all.clone().user(&nobody)));
        assert!(!meets(&all.clone().thread(&other)));
        assert!(!meets(&all.clone().post(&other)));
        assert!(!matches(&all.clone().not_own(), &posted, &post.user_id));
        let reaction = sample("reaction_added");
        let crate::Payload::ReactionAdded(added) = reaction.payload().unwrap() else { panic!() };
        let by = all.clone().user(&added.reaction.user_id).post(&added.reaction.post_id);
        assert!(matches(&by, &reaction, &nobody));
        assert!(!matches(&by.clone().not_own(), &reaction, &added.reaction.user_id));
        let typing = sample("typing");
        let crate::Payload::Typing(data) = typing.payload().unwrap() else { panic!() };
        assert!(matches(&all.clone().user(&data.user_id).channel(&data.channel_id), &typing, &nobody));
        // The event does not name a post.
        assert!(!matches(&all.clone().post(&other), &typing, &nobody));
        let updated = sample("user_updated");
        let crate::Payload::UserUpdated(data) = updated.payload().unwrap() else { panic!() };
        assert!(matches(&all.user(&data.user.id), &updated, &nobody));
    }
}
