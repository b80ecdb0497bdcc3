//! Sessions of the callback client: the state of each `start`, and the order in which they are dispatched.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::Metadata;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Event, EventKind};
use crate::ws::Events;

/// Replies to pings that wait for `run`.
const MAX_LOCAL_EVENTS: usize = 64;
/// Sessions that ended permanently and are not dispatched yet. Older ones are forgotten.
const MAX_ENDED_SESSIONS: usize = 16;

/// One successful `start`, with everything that ends with it.
pub(super) struct FacadeSession {
    pub(super) client: Client,
    pub(super) events: Events,
    metadata: Mutex<Arc<Metadata>>,
    /// The server has greeted the current connection. Changed by the thread that dispatches.
    said_hello: AtomicBool,
    /// `true` if `stop` was called. Queued events are then not delivered.
    stopped: AtomicBool,
    local: (Sender<Event>, Receiver<Event>),
}

impl FacadeSession {
    pub(super) fn new(client: Client, events: Events, metadata: Metadata) -> Self {
        Self {
            client,
            events,
            metadata: Mutex::new(Arc::new(metadata)),
            said_hello: AtomicBool::new(true),
            stopped: AtomicBool::new(false),
            local: bounded(MAX_LOCAL_EVENTS),
        }
    }

    pub(super) fn metadata(&self) -> Arc<Metadata> {
        Arc::clone(&self.metadata.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_metadata(&self, metadata: Metadata) {
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(metadata);
    }

    /// `true` if the stream was stopped or has ended permanently. Its queue may still contain events.
    pub(super) fn is_over(&self) -> bool {
        self.was_stopped() || self.events.stopper().is_stopped() || self.events.error().is_some()
    }

    pub(super) fn was_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    pub(super) fn said_hello(&self) -> bool {
        self.said_hello.load(Ordering::Acquire)
    }

    /// Updates the state of the connection from an event.
    pub(super) fn observe_event(&self, event: &Event) {
        match event.kind() {
            EventKind::Hello | EventKind::Connected => self.said_hello.store(true, Ordering::Release),
            EventKind::Disconnected => self.said_hello.store(false, Ordering::Release),
            _ => {}
        }
    }

    /// Returns the events that the facade itself makes.
    pub(super) fn local_events(&self) -> &Receiver<Event> {
        &self.local.1
    }

    pub(super) fn queue_event(&self, event: Event) -> Result<()> {
        let full = |_| Error::new(ErrorKind::Backlogged, "64 replies are already queued: call `run`");
        self.local.0.try_send(event).map_err(full)
    }
}

/// The current session, and those whose `finish` was not called yet.
#[derive(Default)]
pub(super) struct SessionList {
    current: Option<Arc<FacadeSession>>,
    /// Sessions that ended permanently and were replaced by another `start`. Their queues are dispatched first.
    ended: VecDeque<Arc<FacadeSession>>,
    /// Number of stopped sessions whose `finish` was not called yet.
    owed_finishes: u32,
    was_started: bool,
    /// The number of the `start` in progress.
    starting: Option<u64>,
    /// The number of the last `start`.
    last_ticket: u64,
}

impl SessionList {
    pub(super) fn current_session(&self) -> Option<&Arc<FacadeSession>> {
        self.current.as_ref()
    }

    /// `true` if any `start` has succeeded.
    pub(super) fn was_started(&self) -> bool {
        self.was_started
    }

    pub(super) fn is_starting(&self) -> bool {
        self.starting.is_some()
    }

    /// Begins a `start`. Returns `None` if the stream is already open.
    pub(super) fn begin_start(&mut self) -> Option<u64> {
        if self.current.as_ref().is_some_and(|session| !session.is_over()) {
            return None;
        }
        self.last_ticket += 1;
        self.starting = Some(self.last_ticket);
        self.starting
    }

    /// Ends a `start`. Returns an error, and the session to close, if the session cannot be used.
    pub(super) fn finish_start(
        &mut self,
        ticket: u64,
        opened: Result<FacadeSession>,
    ) -> Result<(), (Error, Option<Arc<FacadeSession>>)> {
        let cancelled = self.starting != Some(ticket);
        if !cancelled {
            self.starting = None;
        }
        match opened {
            Ok(session) if cancelled => {
                Err((Error::new(ErrorKind::Closed, "stopped while starting"), Some(Arc::new(session))))
            }
            Ok(session) => {
                if let Some(ended) = self.current.replace(Arc::new(session)) {
                    if self.ended.len() >= MAX_ENDED_SESSIONS {
                        self.ended.pop_front();
                    }
                    self.ended.push_back(ended);
                }
                self.was_started = true;
                Ok(())
            }
            Err(error) => Err((error, None)),
        }
    }

    /// Stops the current session, and a `start` in progress. Returns the session, to be closed without the lock.
    pub(super) fn stop_current(&mut self) -> Option<Arc<FacadeSession>> {
        self.starting = None;
        let session = self.current.take()?;
        session.stopped.store(true, Ordering::Release);
        self.owed_finishes = self.owed_finishes.saturating_add(1);
        Some(session)
    }

    /// Returns the session that `run` serves next. `None` if there is none.
    pub(super) fn next_to_dispatch(&self) -> Option<NextDispatch> {
        if self.owed_finishes > 0 {
            return Some(NextDispatch::Finish);
        }
        self.ended.front().or(self.current.as_ref()).map(|session| NextDispatch::Session(Arc::clone(session)))
    }

    /// Removes a session that has ended, after `finish` was called for it.
    pub(super) fn retire_session(&mut self, session: Option<&Arc<FacadeSession>>) {
        match session {
            Some(session) if !session.was_stopped() => {
                self.ended.retain(|other| !Arc::ptr_eq(other, session));
                self.current.take_if(|current| Arc::ptr_eq(current, session));
            }
            _ => self.owed_finishes = self.owed_finishes.saturating_sub(1),
        }
    }
}

/// The sessions that `run` serves.
pub(super) enum NextDispatch {
    /// Only the `finish` of a session that was stopped.
    Finish,
    Session(Arc<FacadeSession>),
}
