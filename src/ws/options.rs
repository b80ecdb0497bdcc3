//! The settings of a stream.

use std::collections::HashSet;
use std::time::Duration;

use super::position::Position;
use super::queue::Overflow;
use crate::event::{EventKind, NotRecovered, channel_of};
use crate::model::ChannelId;

/// The catch-up after a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatchUp {
    within: Option<Duration>,
}

impl CatchUp {
    /// Looks up what was posted in a gap that began less than `horizon` ago, by the server's clock. Posts from before
    /// that are named in [`Missed`](crate::event::Missed) and not delivered: a bot must not carry out last night's
    /// commands.
    pub const fn within(horizon: Duration) -> Self {
        Self { within: Some(horizon) }
    }

    /// Looks nothing up: gaps are named, and that is all.
    pub const fn off() -> Self {
        Self { within: None }
    }

    /// Returns the maximum age of a gap. `None` if the catch-up is off.
    pub const fn horizon(self) -> Option<Duration> {
        self.within
    }
}

impl Default for CatchUp {
    /// `within` 15 minutes.
    fn default() -> Self {
        Self::within(Duration::from_secs(15 * 60))
    }
}

/// A check for connections that answer pings but no longer deliver events.
///
/// A real server comes to that when the session behind a link ends: by revocation, or because an account was
/// deactivated, if only for a moment. The stream's own pings, which need a session, find this without any probe within
/// half a minute. A probe also finds what they cannot: a proxy or a node of a cluster that passes answers on, and no
/// events.
///
/// Either probe makes one request a minute, by a thread that lives as long as the request, and only while no event
/// comes by itself. A deaf link is given up: [`Disconnected`](crate::event::Disconnected) says `Deaf`, and
/// [`Missed`](crate::event::Missed) and the catch-up begin where events last came for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Probe {
    /// Writes a preference of the own account (`rust_mattermost`, `liveness`) and waits up to 30 s for its event.
    /// Finds every deaf link within two and a half minutes. All other links of the account get
    /// `preferences_changed` and `sidebar_category_updated` too; this stream leaves the former out.
    Preference,
    /// Asks by `GET /users/me` whether the account was changed: deactivated and activated again, also renamed. Writes
    /// nothing, and finds no more than that, within two minutes. A change that left the link as it was costs a
    /// catch-up.
    Account,
}

#[derive(Clone, Debug)]
pub(crate) struct StreamOptions {
    /// One bit a kind.
    pub(super) kind_mask: Option<u128>,
    pub(super) channels: Option<HashSet<ChannelId>>,
    pub(crate) capacity: usize,
    pub(crate) overflow: Overflow,
    pub(crate) ping_every: Duration,
    pub(crate) liveness: Option<Probe>,
    pub(crate) time_scale: f64,
    pub(crate) catch_up: CatchUp,
    pub(crate) resume_from: Option<Position>,
    pub(crate) max_message_size: usize,
    pub(crate) max_fragments: u32,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            kind_mask: None,
            channels: None,
            capacity: 4096,
            overflow: Overflow::default(),
            ping_every: Duration::from_secs(30),
            liveness: None,
            time_scale: 1.0,
            catch_up: CatchUp::default(),
            resume_from: None,
            max_message_size: 4 << 20,
            max_fragments: 4096,
        }
    }
}

pub(super) fn kind_bit(kind: EventKind) -> u128 {
    u32::try_from(kind.table_index()).ok().and_then(|index| 1_u128.checked_shl(index)).unwrap_or(0)
}

impl StreamOptions {
    pub(crate) fn wants_kind(&self, kind: EventKind) -> bool {
        self.kind_mask.is_none_or(|only| only & kind_bit(kind) != 0)
    }

    /// The only channels that are wanted, if not all are.
    pub(crate) fn only_channels(&self) -> Option<HashSet<ChannelId>> {
        self.channels.clone()
    }

    /// Returns `true` if kinds are wanted that no catch-up recovers and that have no name in [`NotRecovered`].
    fn wants_other_kinds(&self) -> bool {
        let named = [
            EventKind::Posted,
            EventKind::PostEdited,
            EventKind::PostDeleted,
            EventKind::ReactionAdded,
            EventKind::ReactionRemoved,
            EventKind::Typing,
            EventKind::StatusChange,
            EventKind::UserAdded,
            EventKind::UserRemoved,
            EventKind::Hello,
        ];
        let other = |kind: &EventKind| !kind.is_notification() && !named.contains(kind);
        EventKind::ALL.iter().filter(|kind| other(kind)).any(|kind| self.wants_kind(*kind))
    }

    /// Returns the wanted kinds that a catch-up never recovers.
    pub(crate) fn not_recovered(&self) -> Vec<NotRecovered> {
        let of = |kinds: &[EventKind]| kinds.iter().any(|kind| self.wants_kind(*kind));
        let known = [
            (NotRecovered::Reactions, of(&[EventKind::ReactionAdded, EventKind::ReactionRemoved])),
            (NotRecovered::Typing, of(&[EventKind::Typing])),
            (NotRecovered::Statuses, of(&[EventKind::StatusChange])),
            (NotRecovered::Memberships, of(&[EventKind::UserAdded, EventKind::UserRemoved])),
            (NotRecovered::Deletions, of(&[EventKind::PostDeleted])),
            (NotRecovered::LeftChannels, of(&[EventKind::Posted])),
            (NotRecovered::BackdatedPosts, of(&[EventKind::Posted])),
            (NotRecovered::Others, self.wants_other_kinds()),
        ];
        known.into_iter().filter(|(_, wanted)| *wanted).map(|(what, _)| what).collect()
    }

    pub(crate) fn wants_event(&self, kind: EventKind, text: &str) -> bool {
        if self.kind_mask.is_some_and(|only| only & kind_bit(kind) == 0) {
            return false;
        }
        match &self.channels {
            None => true,
            Some(channels) => channel_of(kind, text).is_none_or(|id| channels.contains(&*id)),
        }
    }
}
