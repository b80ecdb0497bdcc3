//! Memory of what was delivered from rows, so that no event repeats it.

use std::collections::{BTreeMap, BTreeSet};

use super::buffered_event::BufferedEvent;
use super::dedup::{DedupKey, KnownKeys, PostVersion};
use crate::event::EventKind;
use crate::model::Post;
use crate::time::Timestamp;

/// The part of a post that was delivered from a row.
#[derive(Clone, Copy, Debug)]
struct DeliveredRow {
    update_at: Timestamp,
    edit_at: Timestamp,
    /// `true` once its event is in the queue, `false` while it waits.
    is_out: bool,
}

impl DeliveredRow {
    /// Returns `true` if the row was read after this edit or pin.
    ///
    /// A pin has the `edit_at` of the edit before it. An edit moves the `update_at` of a post with a future date back.
    fn covers(&self, version: &PostVersion) -> bool {
        self.update_at >= version.update_at && self.edit_at >= version.edit_at
    }
}

/// The posts and edits that were delivered, or wait to be.
#[derive(Debug, Default)]
pub(super) struct DeliveredRows {
    /// Delivered when the gap became known.
    pub(super) before: KnownKeys,
    /// Found, buffered or delivered since. A tree, because a table stops the stream while it grows.
    known: BTreeSet<DedupKey>,
    rows: BTreeMap<u64, DeliveredRow>,
}

impl DeliveredRows {
    pub(super) fn contains(&self, key: DedupKey) -> bool {
        self.known.contains(&key) || self.before.contains(key)
    }

    pub(super) fn insert(&mut self, key: DedupKey) {
        self.known.insert(key);
    }

    pub(super) fn len(&self) -> usize {
        self.known.len() + self.rows.len()
    }

    /// Returns `true` if the post of a row was delivered in this version.
    pub(super) fn went_out(&self, row: &Post) -> bool {
        row.delete_at.is_never()
            && self
                .rows
                .get(&PostVersion::of_post(row).id)
                .is_some_and(|known| known.is_out && known.update_at == row.update_at)
    }

    /// Returns `true` if a row has already delivered the content of a live event.
    pub(super) fn is_repeat(&self, kind: EventKind, version: &PostVersion) -> bool {
        match kind {
            EventKind::PostEdited => self.rows.get(&version.id).is_some_and(|row| row.covers(version)),
            _ => self.contains(version.key_for(kind)),
        }
    }

    pub(super) fn remove(&mut self, key: DedupKey) {
        self.known.remove(&key);
    }

    /// Records the row of a post that an event was made of.
    pub(super) fn insert_row(&mut self, version: &PostVersion) {
        let row = DeliveredRow { update_at: version.update_at, edit_at: version.edit_at, is_out: false };
        self.rows.insert(version.id, row);
        // Whoever has the post in this state has seen this edit.
        self.insert(version.edited_key());
    }

    /// Records that the event of a row is in the queue: from now on, older states of its post are repeats.
    pub(super) fn goes_out(&mut self, version: &PostVersion) {
        if let Some(row) = self.rows.get_mut(&version.id).filter(|row| row.update_at == version.update_at) {
            row.is_out = true;
        }
    }

    /// Forgets the row of an event that is not delivered after all.
    pub(super) fn forget_row(&mut self, kind: EventKind, version: &PostVersion) {
        self.known.remove(&version.key_for(kind));
        self.known.remove(&version.edited_key());
        self.rows.remove(&version.id);
    }

    /// Returns `true` if a buffered event repeats a row that was delivered before it.
    pub(super) fn was_overtaken(&self, buffered: &BufferedEvent) -> bool {
        buffered.kind == EventKind::PostEdited
            && !buffered.is_caught_up()
            && buffered.version.is_some_and(|version| {
                self.rows.get(&version.id).is_some_and(|row| row.is_out && row.covers(&version))
            })
    }
}
