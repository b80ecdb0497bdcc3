//! The settings of a stream.

use std::collections::HashSet;
use std::time::Duration;

use super::position::Position;
use super::queue::Overflow;
use crate::event::{EventKind, NotRecovered, channel_of};
use crate::model::ChannelId;
use crate::time_scale::TimeScale;

// The defaults. The methods of `EventsBuilder` and the table in `limits` document them.
/// Maximum age of a gap that a catch-up fills.
const DEFAULT_HORIZON: Duration = Duration::from_secs(15 * 60);
const DEFAULT_CAPACITY: usize = 4096;
const DEFAULT_PING_INTERVAL: Duration = Duration::from_secs(30);
const DEFAULT_MAX_MESSAGE_SIZE: usize = 4 << 20;
const DEFAULT_MAX_FRAGMENTS: u32 = 4096;

/// The settings of the catch-up that follows a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatchUp {
    within: Option<Duration>,
}

impl CatchUp {
    /// Fetches the posts of gaps that began less than `horizon` ago, by the server's clock.
    ///
    /// Older gaps are only reported, by [`Missed`](crate::event::Missed), so that a bot does not execute the commands
    /// of last night.
    pub const fn within(horizon: Duration) -> Self {
        Self { within: Some(horizon) }
    }

    /// Fetches nothing. Gaps are only reported.
    pub const fn off() -> Self {
        Self { within: None }
    }

    /// Returns the maximum age of a gap. `None` if the catch-up is off.
    pub const fn horizon(self) -> Option<Duration> {
        self.within
    }
}

impl Default for CatchUp {
    /// [`within`](Self::within) 15 minutes.
    fn default() -> Self {
        Self::within(DEFAULT_HORIZON)
    }
}

/// A check for connections that reply to pings but no longer deliver events.
///
/// This happens if the session of a connection has ended because it was revoked, or because the account was
/// deactivated, even briefly. The pings of the stream need a session, so they detect this within half a minute without
/// a probe. A probe also detects a proxy or a cluster node that forwards replies but no events.
///
/// A probe sends one request per minute, on a short-lived thread, and only while no events arrive. If it fails, the
/// stream reconnects: [`Disconnected`](crate::event::Disconnected) has the reason `Deaf`, and
/// [`Missed`](crate::event::Missed) and the catch-up begin at the last time at which events are known to have
/// arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Probe {
    /// Writes a preference of the current account (`rust_mattermost`, `liveness`) and waits up to 30 s for its
    /// event.
    ///
    /// Detects every such connection within two and a half minutes. Other connections of the account receive
    /// `preferences_changed` and `sidebar_category_updated`. This stream does not deliver the former.
    Preference,
    /// Requests `GET /users/me` and checks whether the account has changed, for example because it was deactivated and
    /// reactivated.
    ///
    /// Writes nothing to the server, but detects only changes to the account. Detection takes up to two minutes. An
    /// unrelated change causes a catch-up.
    Account,
}

#[derive(Clone, Debug)]
pub(crate) struct StreamOptions {
    /// One bit per kind.
    pub(super) kind_mask: Option<u128>,
    pub(super) channels: Option<HashSet<ChannelId>>,
    pub(crate) capacity: usize,
    pub(crate) overflow: Overflow,
    pub(crate) ping_every: Duration,
    pub(crate) liveness: Option<Probe>,
    pub(crate) time_scale: TimeScale,
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
            capacity: DEFAULT_CAPACITY,
            overflow: Overflow::default(),
            ping_every: DEFAULT_PING_INTERVAL,
            liveness: None,
            time_scale: TimeScale::REAL,
            catch_up: CatchUp::default(),
            resume_from: None,
            max_message_size: DEFAULT_MAX_MESSAGE_SIZE,
            max_fragments: DEFAULT_MAX_FRAGMENTS,
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

    /// Returns the channels to deliver. `None` means all.
    pub(crate) fn only_channels(&self) -> Option<HashSet<ChannelId>> {
        self.channels.clone()
    }

    /// Returns `true` if the stream delivers kinds that no catch-up recovers and that have no name in
    /// [`NotRecovered`].
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

    /// Returns the delivered kinds that a catch-up never recovers.
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
