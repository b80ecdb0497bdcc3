//! What the two threads of a stream, and those that use it, share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use serde_json::Value;

use super::Backend;
use super::builder::Options;
use super::catch_up;
use super::dial::{Abort, closed};
use super::frame;
use super::outlet::Outlet;
use super::probe;
use super::queue::{Mark, Overflow};
use super::session::{At, Known, Note, Session, Settings, Step};
use super::wire::{Refused, Wire};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Connected, Disconnected, Event, EventKind, Payload, SessionExpired};

/// How often an overflow is looked at, so that its notice comes on a stream gone silent too.
pub(crate) const LOOK: Duration = Duration::from_millis(100);
/// Answers that are waited for at the same time.
const MOST_REQUESTS: usize = 1024;

/// The clock, the settings, the state, and the ways to wake each other up.
///
/// Locks are taken in this order: the core, then the wire's. Neither is held over I/O.
pub(crate) struct Shared {
    /// For the threads that it starts.
    pub(crate) me: Weak<Self>,
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) options: Options,
    pub(crate) abort: Abort,
    born: Instant,
    core: Mutex<Core>,
    pub(crate) to_timer: Condvar,
    pub(crate) to_reader: Condvar,
    pub(crate) to_filler: Condvar,
    /// For everybody else: links came up or went down, threads ended.
    pub(crate) changed: Condvar,
    pub(crate) undecodable: Arc<AtomicU64>,
    /// What this stream's probes are known by.
    pub(crate) mark: Box<str>,
}

pub(crate) struct Core {
    pub(crate) session: Session,
    pub(crate) outlet: Outlet,
    pub(crate) wire: Option<Arc<Wire>>,
    requests: HashMap<u64, Sender<Result<Value>>>,
    /// The timer has something to do at once.
    pub(crate) kick: bool,
    /// Until when the timer sleeps, if it is not woken.
    pub(crate) timer_until: Option<Instant>,
    pub(crate) error: Option<Error>,
    pub(crate) stop: Option<Stop>,
    pub(crate) reader_runs: bool,
    pub(crate) timer_runs: bool,
    /// Threads that ask by REST whether the token is good, or log in again.
    pub(crate) helpers: u32,
    /// A question about the link that the thread which fills gaps is to ask.
    pub(crate) probe: Option<u64>,
    /// Whether the thread that fills gaps runs.
    pub(crate) filler_runs: bool,
    /// What the reader is doing, for the report of `close`.
    pub(crate) reader_does: &'static str,
    pub(crate) counts: Counts,
}

/// The stream is being closed.
#[derive(Debug)]
pub(crate) struct Stop {
    /// When the link is cut, whether the server has said goodbye or not.
    pub(crate) cut: Instant,
    pub(crate) goodbye: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) received: u64,
    pub(crate) unwanted: u64,
    pub(crate) repeated: u64,
    pub(crate) unintelligible: u64,
    pub(crate) dials: u64,
    pub(crate) links: u64,
    pub(crate) resumed: u64,
    pub(crate) missed: u64,
}

impl Shared {
    pub(crate) fn new(backend: Arc<dyn Backend>, options: Options) -> (Arc<Self>, Receiver<Event>) {
        let from = options.from.as_ref().map(|position| Known {
            id: position.connection_id.as_deref().map(Into::into),
            next: position.seq,
            server_time: position.server_time,
        });
        let settings = Settings {
            ping_every: options.ping_every.mul_f64(options.time_scale),
            liveness: options.liveness,
            can_log_in: backend.can_log_in(),
            backoff_scale: backend.config().backoff_scale,
            time_scale: options.time_scale,
            seed: None,
        };
        let session = Session::new(settings, from);
        let start = mark_of(session.known());
        let filling = catch_up::Settings {
            horizon: options.catch_up.horizon(),
            capacity: options.capacity,
            block: options.overflow == Overflow::Block,
            posted: options.wants_kind(EventKind::Posted),
            edited: options.wants_kind(EventKind::PostEdited),
            deleted: options.wants_kind(EventKind::PostDeleted),
            channels: options.channels(),
            unrestored: options.unrestored(),
            limits: catch_up::Limits::SERVER,
            between_starts: catch_up::BETWEEN_STARTS.mul_f64(options.time_scale),
            backoff_scale: backend.config().backoff_scale,
            seed: None,
        };
        let (outlet, receiver) = Outlet::new(filling, options.overflow, start, options.from.as_ref());
        let core = Core {
            session,
            outlet,
            wire: None,
            requests: HashMap::new(),
            kick: false,
            timer_until: None,
            error: None,
            stop: None,
            reader_runs: true,
            timer_runs: true,
            helpers: 0,
            probe: None,
            filler_runs: false,
            reader_does: "",
            counts: Counts::default(),
        };
        let shared = |me: &Weak<Self>| Self {
            me: Weak::clone(me),
            backend,
            options,
            abort: Abort::new(),
            born: Instant::now(),
            core: Mutex::new(core),
            to_timer: Condvar::new(),
            to_reader: Condvar::new(),
            to_filler: Condvar::new(),
            changed: Condvar::new(),
            undecodable: Arc::new(AtomicU64::new(0)),
            mark: probe::mark(),
        };
        (Arc::new_cyclic(shared), receiver)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> At {
        self.born.elapsed()
    }

    /// A point of the stream's clock, as a time to wait until.
    pub(crate) fn instant(&self, at: At) -> Instant {
        self.born + at
    }

    pub(crate) fn at(&self, instant: Instant) -> At {
        instant.saturating_duration_since(self.born)
    }

    /// Waits on one of the condition variables, until `until` at most.
    pub(crate) fn wait<'a>(
        condvar: &Condvar,
        core: MutexGuard<'a, Core>,
        until: Option<Instant>,
    ) -> MutexGuard<'a, Core> {
        match until {
            None => condvar.wait(core).unwrap_or_else(PoisonError::into_inner),
            Some(until) => {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return core;
                }
                condvar.wait_timeout(core, left).unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }

    /// Wakes the timer: there is something to write, or its deadline has moved.
    pub(crate) fn kick(&self) {
        self.lock().kick = true;
        self.to_timer.notify_one();
    }

    /// Carries out what the session wants. To be called after each call into it.
    pub(crate) fn carry_out(&self, core: &mut Core) {
        let mut done = false;
        while let Some(step) = core.session.take_steps() {
            done = true;
            match step {
                Step::Note(note) => self.note(core, note),
                Step::Ping(seq) => {
                    if let Ok(text) = frame::action(seq, "ping", None) {
                        self.push(core, &frame::text(&text));
                    }
                }
                Step::Pong => self.push(core, &frame::pong(b"")),
                Step::Probe(number) => probe::begin(self, core, number),
                Step::Cut => core.cut(),
                Step::End(error) => {
                    log::error!("the stream has ended: {error}");
                    core.error = Some(error.clone());
                    core.fail_requests(&ended(&error));
                    core.outlet.end(Event::end(error));
                    core.kick = true;
                    self.to_timer.notify_one();
                    self.to_reader.notify_one();
                    self.changed.notify_all();
                }
            }
        }
        if done {
            self.set_alarm(core);
        }
        self.fill(core);
    }

    /// Wakes the timer if it would sleep too long.
    pub(crate) fn set_alarm(&self, core: &mut Core) {
        let deadline = core.session.deadline().map(|at| self.instant(at));
        let look = core.outlet.wants_polling().then(|| Instant::now() + LOOK);
        let Some(deadline) = deadline.into_iter().chain(look).min() else { return };
        if core.timer_until.is_none_or(|until| until > deadline) {
            core.kick = true;
            self.to_timer.notify_one();
        }
    }

    /// Sees to it that an open gap is filled. To be called after each call into the outlet.
    pub(crate) fn fill(&self, core: &mut Core) {
        if !core.filler_runs && core.outlet.wants_thread() && core.stop.is_none() && !core.session.is_ended()
        {
            core.filler_runs = catch_up::start(&self.me);
            if !core.filler_runs {
                core.outlet.give_up();
            }
        }
    }

    fn push(&self, core: &mut Core, frame: &[u8]) {
        if let Some(wire) = &core.wire {
            if wire.push(frame) == Err(Refused::Full) {
                core.session.stalled("the server takes nothing: 256 KiB wait to leave");
            }
            core.kick = true;
            self.to_timer.notify_one();
        }
    }

    fn note(&self, core: &mut Core, note: Note) {
        let payload = match note {
            Note::Connected { resumed, attempts } => {
                core.counts.links += 1;
                core.counts.resumed += u64::from(resumed);
                self.changed.notify_all();
                let known = core.session.known();
                core.outlet.link_up(self.now());
                log::info!("connected{}", if resumed { ", resumed" } else { "" });
                Payload::Connected(Connected {
                    resumed,
                    connection_id: known.id.as_deref().unwrap_or_default().to_owned(),
                    server_version: core.session.version().to_owned(),
                    attempts,
                })
            }
            Note::Disconnected { reason, detail } => Payload::Disconnected(Disconnected { reason, detail }),
            Note::Missed(gap) => {
                core.counts.missed += 1;
                log::warn!("events are missing: {}", gap.reason);
                core.outlet.gap(self.now(), gap);
                self.to_filler.notify_one();
                return;
            }
            Note::Expired { login_again } => {
                log::warn!("the session has ended");
                Payload::SessionExpired(SessionExpired { login_again })
            }
        };
        core.outlet.notice(payload);
    }

    /// Sends an action and gives the place where its answer comes.
    pub(crate) fn ask(&self, action: &str, data: Option<&Value>, until: Instant) -> Result<Asked<'_>> {
        // The size is checked before any waiting; the longest number stands for the real one.
        frame::action(u64::MAX, action, data)?;
        let mut core = self.lock();
        while core.wire.is_none() || core.session.up_since().is_none() {
            core.check()?;
            if Instant::now() >= until {
                return Err(Error::new(ErrorKind::Timeout, "there is no link to the server"));
            }
            core = Self::wait(&self.changed, core, Some(until));
        }
        core.check()?;
        if core.session.is_blocked() || core.requests.len() >= MOST_REQUESTS {
            return Err(Error::new(ErrorKind::Backlogged, "the stream is blocked: take its events first"));
        }
        let seq = core.session.next_action();
        let text = frame::action(seq, action, data)?;
        let (sender, answer) = bounded(1);
        core.requests.insert(seq, sender);
        self.push(&mut core, &frame::text(&text));
        self.carry_out(&mut core);
        drop(core);
        Ok(Asked { shared: self, seq, answer })
    }

    /// Sends an action whose answer nobody waits for. Fails if there is no link.
    pub(crate) fn tell(&self, action: &str, data: Option<&Value>) -> Result<u64> {
        frame::action(u64::MAX, action, data)?;
        let mut core = self.lock();
        core.check()?;
        if core.session.is_blocked() {
            return Err(Error::new(ErrorKind::Backlogged, "the stream is blocked: take its events first"));
        }
        if core.wire.is_none() || core.session.up_since().is_none() {
            return Err(Error::new(ErrorKind::Io, "there is no link to the server at the moment"));
        }
        let seq = core.session.next_action();
        let text = frame::action(seq, action, data)?;
        self.push(&mut core, &frame::text(&text));
        self.carry_out(&mut core);
        Ok(seq)
    }

    /// Begins to close: says goodbye if there is a link, and cuts it at `cut`. Never blocks.
    pub(crate) fn stop(&self, cut: Instant) {
        let mut core = self.lock();
        let first = core.stop.is_none();
        let stop = core.stop.get_or_insert(Stop { cut, goodbye: false });
        stop.cut = stop.cut.min(cut);
        if first {
            core.session.stop();
            core.outlet.close();
            core.fail_requests(&closed());
            if let Some(wire) = &core.wire {
                wire.close(Some(1000));
            }
        }
        core.kick = true;
        drop(core);
        self.to_timer.notify_all();
        self.to_reader.notify_all();
        self.to_filler.notify_all();
        self.changed.notify_all();
        if first {
            self.abort.stop();
            self.backend.close();
        }
    }
}

fn ended(cause: &Error) -> Error {
    Error::new(ErrorKind::Closed, "the stream has ended").because(cause.clone())
}

/// Where the stream stands.
pub(crate) fn mark_of(known: &Known) -> Mark {
    Mark { id: known.id.clone(), next: known.next, server_time: known.server_time }
}

impl Core {
    fn check(&self) -> Result<()> {
        match (&self.stop, &self.error) {
            (Some(_), _) => Err(closed()),
            (None, Some(cause)) => Err(ended(cause)),
            (None, None) => Ok(()),
        }
    }

    /// Shuts the link down.
    pub(crate) fn cut(&self) {
        if let Some(wire) = &self.wire {
            wire.kill();
        }
    }

    /// Gives an answer to whoever waits for it, if anybody does.
    pub(crate) fn answer(&mut self, seq: u64, result: Result<Value>) -> bool {
        let Some(sender) = self.requests.remove(&seq) else { return false };
        let _ = sender.try_send(result);
        true
    }

    pub(crate) fn fail_requests(&mut self, error: &Error) {
        for (_, sender) in self.requests.drain() {
            let _ = sender.try_send(Err(error.clone()));
        }
    }
}

/// An answer that is waited for.
pub(crate) struct Asked<'a> {
    shared: &'a Shared,
    seq: u64,
    answer: Receiver<Result<Value>>,
}

impl Asked<'_> {
    pub(crate) fn wait(self, until: Instant) -> Result<Value> {
        match self.answer.recv_deadline(until) {
            Ok(result) => result,
            Err(_) => Err(Error::new(ErrorKind::Timeout, "the server did not answer the action")),
        }
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.shared.lock().requests.remove(&self.seq);
    }
}

/// Marks a thread as ended, however it ends.
pub(crate) struct Ending<'a> {
    shared: &'a Shared,
    who: Who,
}

#[derive(Clone, Copy)]
pub(crate) enum Who {
    Reader,
    Timer,
    Helper,
}

impl<'a> Ending<'a> {
    pub(crate) fn new(shared: &'a Shared, who: Who) -> Self {
        Self { shared, who }
    }
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let mut core = self.shared.lock();
        if std::thread::panicking() && core.error.is_none() {
            // A bug of ours must not look like a quiet server.
            let error = Error::new(ErrorKind::Closed, "a thread of the stream panicked: a bug of this crate");
            core.error = Some(error.clone());
            core.fail_requests(&ended(&error));
            core.outlet.end(Event::end(error));
            core.session.stop();
            core.cut();
        }
        match self.who {
            Who::Reader => {
                core.reader_runs = false;
                if let Some(wire) = core.wire.take() {
                    wire.kill();
                }
            }
            Who::Timer => core.timer_runs = false,
            Who::Helper => core.helpers = core.helpers.saturating_sub(1),
        }
        core.kick = true;
        drop(core);
        self.shared.to_timer.notify_all();
        self.shared.to_reader.notify_all();
        self.shared.changed.notify_all();
    }
}

/// The longest time that a blocked reader waits for the program.
pub(crate) const LONGEST_BLOCK: Duration = Duration::from_secs(60);

impl Shared {
    pub(crate) fn undecodable(&self) -> u64 {
        self.undecodable.load(Ordering::Relaxed)
    }

    /// Whether the program wants events of this kind and about this channel.
    pub(crate) fn wants(&self, kind: EventKind, text: &str) -> bool {
        self.options.wants(kind, text)
    }
}
