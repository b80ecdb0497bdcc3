//! Queues of messages for several handlers: in order within a conversation, concurrent otherwise.

use std::collections::{HashSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Message;
use super::delivery::Ticket;
use crate::model::{ChannelId, PostId};

/// Number of messages that may wait for each thread. Large, since some of them wait for others of their conversation.
const BACKLOG_PER_THREAD: usize = 64;

/// A conversation, whose messages are handled in order: a direct channel or a thread.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum LaneKey {
    Direct(ChannelId),
    Thread(PostId),
}

impl LaneKey {
    pub(super) fn for_message(message: &Message) -> Self {
        if message.is_direct() {
            Self::Direct(message.post.channel_id.clone())
        } else {
            Self::Thread(message.post.thread_id().clone())
        }
    }
}

pub(super) type LaneJob = (Message, Ticket);

/// A bounded queue. Any thread takes the oldest message whose conversation is not busy. If conversations were
/// assigned to threads, a handler that waits for a reply would delay unrelated ones.
pub(super) struct Lanes {
    state: Mutex<State>,
    /// Wakes handlers: a message may be available.
    ready: Condvar,
    /// Wakes the dispatcher: a slot may be free.
    room: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(LaneKey, LaneJob)>,
    busy: HashSet<LaneKey>,
    closed: bool,
}

impl Lanes {
    pub(super) fn new(threads: usize) -> Self {
        Self {
            state: Mutex::default(),
            ready: Condvar::new(),
            room: Condvar::new(),
            capacity: threads.saturating_mul(BACKLOG_PER_THREAD),
        }
    }

    fn lock_state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Dropping the result tells the handlers that there are no more messages.
    pub(super) fn open_lanes(&self) -> Open<'_> {
        Open(self)
    }

    /// Queues a message. Waits for a free slot.
    pub(super) fn push_message(&self, message: Message, ticket: Ticket) {
        let mut state = self.lock_state();
        while state.waiting.len() >= self.capacity {
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting.push_back((LaneKey::for_message(&message), (message, ticket)));
        drop(state);
        self.ready.notify_one();
    }

    /// Waits for a message. Returns `None` after the last one.
    pub(super) fn next_job(&self) -> Option<LaneJob> {
        let mut state = self.lock_state();
        loop {
            let State { waiting, busy, .. } = &mut *state;
            if let Some(at) = waiting.iter().position(|(place, _)| !busy.contains(place)) {
                let (place, job) = waiting.remove(at)?;
                busy.insert(place);
                drop(state);
                self.room.notify_one();
                return Some(job);
            }
            // Messages that wait for a busy conversation are left to the thread that handles it.
            if state.closed {
                return None;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Marks the message of a conversation as handled.
    pub(super) fn finish_job(&self, place: &LaneKey) {
        self.lock_state().busy.remove(place);
        self.ready.notify_one();
    }

    /// Drops the queued messages.
    pub(super) fn discard_messages(&self) {
        let dropped = std::mem::take(&mut self.lock_state().waiting);
        drop(dropped);
    }
}

pub(super) struct Open<'a>(&'a Lanes);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.lock_state().closed = true;
        self.0.ready.notify_all();
    }
}
