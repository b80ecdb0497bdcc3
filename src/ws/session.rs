//! What to do next: a machine without I/O and without a clock.
//!
//! The reader thread asks [`Session::next`] and tells what came of it; the timer thread calls [`Session::tick`]. What
//! the machine wants done beside that is taken from [`Session::take_steps`]. Times count from the stream's start.

mod account;
mod watch;
mod words;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

pub(crate) use self::watch::Answer;
use self::watch::Watch;
use self::words::{Cause, is_id};
pub(crate) use self::words::{Do, Gap, Known, Note, Resume, Step, Verdict};
use super::Probe;
use super::backoff::Backoff;
use super::socket::Ended;
use crate::error::{Error, ErrorKind};
use crate::event::MissedReason;
use crate::time::Timestamp;

/// Time since the stream was opened.
pub(crate) type At = Duration;

/// The server speaks first, or answers our ping: nothing in this time means that it does not know us.
const FIRST_FRAME: Duration = Duration::from_secs(10);
/// A ping is answered in this time, or the link is dead.
const ANSWER: Duration = Duration::from_secs(30);
/// Unless bytes keep coming: then one large message may stand before the answer.
const LONGEST_ANSWER: Duration = Duration::from_secs(90);
/// A goodbye is answered in this time.
const GOODBYE: Duration = Duration::from_secs(2);
/// Before the first dial after a loss: a server that has not noticed the end of the old link refuses to go on with it.
const NOTICE: Duration = Duration::from_millis(100);
/// A link that lived this long was a good one: the next dial comes at once.
const HEALTHY: Duration = Duration::from_secs(10);
/// While the queue blocks us, only these keep the server from closing.
const PONG_EVERY: Duration = Duration::from_secs(30);
/// A ping may go this much earlier if the thread is awake anyway, ..
const EARLY: Duration = Duration::from_secs(2);
/// .. and comes this much later if it is not: so a ping and the answer to the server's ping share one wake-up.
const SLACK: Duration = Duration::from_millis(250);
/// The start of a gap lies this much before the last known server time.
const OVERLAP: Duration = Duration::from_secs(10);
/// After so many links that died young at the same event, the connection is given up.
const STUCK: u32 = 4;
/// The server keeps 128 events: more repeats in a row are no replay.
const REPEATS: u32 = 512;

#[derive(Debug)]
enum State {
    Waiting {
        until: At,
    },
    Dialing,
    /// Upgraded; the first frame decides.
    Fresh {
        deadline: At,
    },
    Up {
        since: At,
        resumed: bool,
    },
    /// The reader will notice, at the latest when the socket is shut down.
    Dying {
        cause: Cause,
        was: Was,
        until: Option<At>,
    },
    Checking {
        asked: bool,
        why: Error,
    },
    LoggingIn {
        until: At,
        asked: bool,
    },
    Ended,
}

/// What a dying link was.
#[derive(Clone, Copy, Debug)]
struct Was {
    /// From when on it was up.
    since: Option<At>,
    resumed: bool,
}

/// The settings of a stream that the machine needs.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) ping_every: Duration,
    /// Whether there are credentials for another login.
    pub(crate) can_log_in: bool,
    /// How a deaf link is found, if it is looked for.
    pub(crate) liveness: Option<Probe>,
    pub(crate) backoff_scale: f64,
    /// Shortens all other times, in tests.
    pub(crate) time_scale: f64,
    pub(crate) seed: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Session {
    settings: Settings,
    state: State,
    backoff: Backoff,
    steps: VecDeque<Step>,
    known: Known,
    version: Box<str>,
    /// Whether a link was ever up; what fails before that is an error of `open`.
    ever: bool,
    /// Whether `known` comes from an earlier run and no link was up since.
    earlier_run: bool,
    resuming: bool,
    attempts: u32,
    /// The number of the last action; it never goes back, since answers to earlier links can come on later ones.
    action: u64,
    ping: Option<(u64, At)>,
    next_ping: At,
    /// When the next unsolicited Pong is due, while the reader waits for room.
    blocked: Option<At>,
    last_pong: Option<At>,
    /// The login that the present token comes from.
    generation: u64,
    strikes: (u64, u32),
    stuck: (u64, u32),
    /// Links in a row whose session ended before a ping was answered.
    unheard: u32,
    repeats: u32,
    /// `known.server_time` when the last event came.
    last_event: Timestamp,
    watch: Option<Watch>,
    /// `known.server_time` when it was last sure that events come.
    sure: Timestamp,
}

impl Session {
    pub(crate) fn new(settings: Settings, from: Option<Known>) -> Self {
        let backoff = Backoff::new(settings.backoff_scale, settings.seed);
        let earlier_run = from.is_some();
        let last_event = from.as_ref().map_or(Timestamp::NEVER, |from| from.server_time);
        let watch = settings.liveness.map(|probe| Watch::new(probe, settings.time_scale));
        Self {
            settings,
            state: State::Waiting { until: At::ZERO },
            backoff,
            steps: VecDeque::new(),
            known: from.unwrap_or_default(),
            version: Box::default(),
            ever: false,
            earlier_run,
            resuming: false,
            attempts: 0,
            action: 0,
            ping: None,
            next_ping: At::ZERO,
            blocked: None,
            last_pong: None,
            generation: 0,
            strikes: (0, 0),
            stuck: (0, 0),
            unheard: 0,
            repeats: 0,
            last_event,
            watch,
            sure: last_event,
        }
    }

    pub(crate) fn take_steps(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }

    /// What the reader does next. Asked again after each time that it did it, or that something changed.
    pub(crate) fn next(&mut self, now: At) -> Do {
        match &mut self.state {
            State::Waiting { until } if now >= *until => {
                self.state = State::Dialing;
                self.attempts += 1;
                let resume = self.known.id.clone().filter(|_| self.known.next > 0);
                self.resuming = resume.is_some();
                Do::Dial(resume.map(|id| Resume { id, next: self.known.next }))
            }
            State::Dialing => Do::Wait(None),
            State::Fresh { .. } | State::Up { .. } | State::Dying { .. } => Do::Read,
            State::Checking { asked, .. } => {
                if std::mem::replace(asked, true) {
                    Do::Wait(None)
                } else {
                    Do::Check
                }
            }
            State::LoggingIn { until, asked } if now >= *until => {
                if std::mem::replace(asked, true) {
                    Do::Wait(None)
                } else {
                    Do::Login
                }
            }
            State::Waiting { until } | State::LoggingIn { until, .. } => Do::Wait(Some(*until)),
            State::Ended => Do::Exit,
        }
    }

    fn t(&self, time: Duration) -> Duration {
        time.mul_f64(self.settings.time_scale)
    }

    /// When `tick` has something to do.
    pub(crate) fn deadline(&self) -> Option<At> {
        match &self.state {
            State::Fresh { deadline } => Some(*deadline),
            State::Up { .. } => {
                let due = match (self.blocked, self.ping) {
                    (Some(pong), _) => return Some(pong),
                    (None, Some((_, sent))) => self.answer_due(sent),
                    (None, None) => self.next_ping + self.t(SLACK),
                };
                Some(self.watch.as_ref().and_then(Watch::deadline).map_or(due, |look| look.min(due)))
            }
            State::Dying { until, .. } => *until,
            _ => None,
        }
    }

    /// The clock went on. `heard` is when the last bytes came.
    pub(crate) fn tick(&mut self, now: At, heard: Option<At>) {
        match &self.state {
            State::Fresh { deadline } if now >= *deadline => self.die(Cause::NoFirstFrame),
            State::Up { .. } => self.tick_up(now, heard),
            State::Dying { until: Some(until), .. } if now >= *until => {
                if let State::Dying { until, .. } = &mut self.state {
                    *until = None;
                }
                self.steps.push_back(Step::Cut);
            }
            _ => {}
        }
    }

    fn ping_began(&self) -> At {
        self.next_ping.saturating_sub(self.settings.ping_every)
    }

    /// When a ping that was sent, or last seen to be under way, then is looked at.
    fn answer_due(&self, sent: At) -> At {
        (sent + self.t(ANSWER)).min(self.ping_began() + self.t(LONGEST_ANSWER))
    }

    fn tick_up(&mut self, now: At, heard: Option<At>) {
        if let Some(pong) = self.blocked {
            if now >= pong {
                self.blocked = Some(now + self.t(PONG_EVERY));
                self.last_pong = Some(now);
                self.steps.push_back(Step::Pong);
            }
            return;
        }
        match self.ping {
            Some((seq, sent)) if now >= self.answer_due(sent) => {
                let alive = heard.is_some_and(|heard| heard > sent)
                    && now < self.ping_began() + self.t(LONGEST_ANSWER);
                if alive {
                    // Looked at again one answer's time after the last bytes.
                    let heard = heard.unwrap_or(now).min(now);
                    self.ping = Some((seq, heard.max(sent + Duration::from_secs(1))));
                } else {
                    self.die(Cause::Silent);
                }
            }
            None if now + self.t(EARLY).min(self.settings.ping_every / 4) >= self.next_ping => {
                self.send_ping(now);
            }
            _ => {}
        }
        if let Some(look) = self.watch.as_mut().map(|watch| watch.tick(now)) {
            self.looked(look);
        }
    }

    fn send_ping(&mut self, now: At) {
        let seq = self.next_action();
        self.ping = Some((seq, now));
        self.next_ping = now + self.settings.ping_every;
        self.steps.push_back(Step::Ping(seq));
    }

    /// The number of a new action.
    pub(crate) fn next_action(&mut self) -> u64 {
        self.action += 1;
        self.action
    }

    /// The login that the token of the present dial comes from. Says whether the connection can be gone on with all the
    /// same: since the login before ended, it heard nothing, and its numbers do not show that.
    pub(crate) fn dialing_with(&mut self, generation: u64) -> bool {
        if std::mem::replace(&mut self.generation, generation) != generation && self.ever {
            self.known.id = None;
            self.resuming = false;
        }
        self.resuming
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// The upgrade succeeded.
    pub(crate) fn upgraded(&mut self, now: At) {
        if matches!(self.state, State::Dialing) {
            self.state = State::Fresh { deadline: now + self.t(FIRST_FRAME) };
            self.blocked = None;
            self.repeats = 0;
            self.send_ping(now);
        }
    }

    /// The dial failed.
    pub(crate) fn dial_failed(&mut self, now: At, error: Error) {
        if !matches!(self.state, State::Dialing) {
            return;
        }
        log::debug!("dial failed: {error}");
        if error.is_unauthorized() && error.api().is_some() {
            return self.expired(now, error);
        }
        let refused = error.is_forbidden() && error.api().is_some();
        if refused || !self.ever || error.is_closed() {
            return self.end(error);
        }
        let wait = error.retry_after().unwrap_or_default();
        self.again(now, wait);
    }

    /// An event came. `hello` gives the connection id and the server's version, if it is one.
    pub(crate) fn event(
        &mut self,
        now: impl FnOnce() -> At,
        seq: Option<u64>,
        hello: Option<(Arc<str>, Box<str>)>,
    ) -> Verdict {
        let resumed = match &self.state {
            State::Up { resumed, .. } => *resumed,
            State::Fresh { .. } => {
                let same = hello.as_ref().is_none_or(|(id, _)| self.known.id.as_ref() == Some(id));
                self.first_frame(now(), same)
            }
            _ => return Verdict::Drop,
        };
        if let Some((id, version)) = hello {
            self.hello(id, version, seq);
        }
        let Some(seq) = seq else { return Verdict::Deliver { resumed: false } };
        let expected = self.known.next;
        if seq < expected {
            self.repeats += 1;
            if self.repeats > REPEATS {
                self.known.id = None;
                self.die(Cause::Broken("the server repeats itself without end".into()));
            }
            return Verdict::Drop;
        }
        self.repeats = 0;
        if let Some(watch) = &mut self.watch {
            watch.heard();
        }
        if seq > expected && expected > 0 {
            self.missed(MissedReason::Gap, None);
        }
        self.known.next = seq.saturating_add(1);
        self.last_event = self.known.server_time;
        Verdict::Deliver { resumed }
    }

    /// The first frame of a link is here: `hello` of another connection, or anything else, which means that the server
    /// goes on where the last link broke.
    fn first_frame(&mut self, now: At, goes_on: bool) -> bool {
        let resumed = self.resuming && goes_on;
        self.state = State::Up { since: now, resumed };
        self.ever = true;
        let attempts = std::mem::take(&mut self.attempts);
        if let Some(watch) = &mut self.watch {
            watch.up(now, resumed);
        }
        self.note(Note::Connected { resumed, attempts });
        if resumed {
            self.earlier_run = false;
        }
        resumed
    }

    fn hello(&mut self, id: Arc<str>, version: Box<str>, seq: Option<u64>) {
        if !version.is_empty() {
            self.version = version;
        }
        if self.known.id.as_ref() == Some(&id) {
            return;
        }
        let before = self.known.next > 0 || self.earlier_run;
        if before {
            let reason = if self.earlier_run { MissedReason::Resumed } else { MissedReason::NewConnection };
            self.missed(reason, None);
        }
        self.earlier_run = false;
        self.known.id = Some(id).filter(|id| is_id(id));
        self.known.next = seq.unwrap_or(0);
        self.strikes = (0, 0);
        self.stuck = (0, 0);
    }

    fn missed(&mut self, reason: MissedReason, seq: Option<u64>) {
        let last_seq = self.known.next.checked_sub(1);
        let (since, last_event) = (self.known.server_time, self.last_event);
        let gap = Gap { reason, since, last_event, last_seq, seq };
        self.note(Note::Missed(gap));
    }

    fn note(&mut self, note: Note) {
        self.steps.push_back(Step::Note(note));
    }

    /// An answer came; true if it was to the machine's own ping.
    pub(crate) fn reply(&mut self, now: At, seq: u64, result: &crate::Result<Value>) -> bool {
        match &self.state {
            State::Fresh { .. } => {
                self.first_frame(now, true);
            }
            State::Up { .. } => {}
            _ => return false,
        }
        let ours = self.ping.is_some_and(|(ping, _)| ping == seq);
        if ours {
            self.ping = None;
            if let Ok(data) = result {
                self.unheard = 0;
                self.heard_time(data);
            }
        }
        if let Err(error) = result {
            if error.is_unauthorized() {
                self.die(Cause::Expired(error.clone()));
            }
        }
        ours
    }

    fn heard_time(&mut self, data: &Value) {
        if let Some(time) = data.get("server_time").and_then(Value::as_i64) {
            let since = Timestamp::from_millis(time).minus(OVERLAP);
            self.known.server_time = self.known.server_time.max(since);
        }
        if let Some(version) = data.get("version").and_then(Value::as_str) {
            if self.version.is_empty() {
                self.version = version.into();
            }
        }
    }

    /// The last event was made at that time of the server: what is older has come, as with an answer to a ping.
    pub(crate) fn reached(&mut self, time: Timestamp) {
        self.known.server_time = self.known.server_time.max(time.minus(OVERLAP));
        self.last_event = self.known.server_time;
    }

    /// The server says goodbye; its end of the connection follows.
    pub(crate) fn goodbye(&mut self, now: At, code: Option<u16>, reason: &str) {
        let code = code.map_or_else(|| "no code".to_owned(), |code| code.to_string());
        let detail = match reason {
            "" => format!("closed by the server ({code})"),
            reason => format!("closed by the server ({code}: {})", crate::error::short(reason, 120)),
        };
        self.dying(Cause::Closed(detail), Some(now + self.t(GOODBYE)));
    }

    /// Nothing could be written.
    pub(crate) fn stalled(&mut self, why: &'static str) {
        self.die(Cause::Stalled(why));
    }

    /// The reader waits for room in the queue, or has got it.
    pub(crate) fn block(&mut self, now: At, blocked: bool) {
        let due = self.last_pong.map_or(now, |last| (last + self.t(PONG_EVERY)).max(now));
        self.blocked = blocked.then_some(due);
        if !blocked {
            // The answer may stand behind what was not read.
            self.ping = self.ping.map(|(seq, _)| (seq, now));
            self.next_ping = self.next_ping.max(now);
        }
        if let Some(watch) = &mut self.watch {
            watch.block(now, blocked);
        }
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.blocked.is_some()
    }

    fn die(&mut self, cause: Cause) {
        self.dying(cause, None);
        self.steps.push_back(Step::Cut);
    }

    fn dying(&mut self, cause: Cause, until: Option<At>) {
        let was = match self.state {
            State::Fresh { .. } => Was { since: None, resumed: self.resuming },
            State::Up { since, resumed } => Was { since: Some(since), resumed },
            _ => return,
        };
        self.state = State::Dying { cause, was, until };
        if let Some(watch) = &mut self.watch {
            watch.down();
        }
    }

    /// The link has ended.
    pub(crate) fn lost(&mut self, now: At, ended: &Ended) {
        self.dying(
            match ended {
                Ended::Eof => Cause::Broken("the connection was closed without a goodbye".into()),
                Ended::Broken(why) => Cause::Broken(why.clone()),
                Ended::Unreadable(what) => Cause::Unreadable(what.clone()),
            },
            None,
        );
        let State::Dying { cause, was, .. } = &self.state else { return };
        let (cause, was) = (cause.clone(), *was);
        self.ping = None;
        self.blocked = None;
        let healthy = self.backoff.scaled(HEALTHY);
        let lived = was.since.map_or(Duration::ZERO, |since| now.saturating_sub(since));
        if was.since.is_some() {
            if lived >= healthy {
                self.backoff.reset();
            } else {
                self.backoff.let_in();
            }
            let (reason, detail) = cause.told();
            log::info!("link lost: {detail}");
            self.note(Note::Disconnected { reason, detail });
        }
        match cause {
            Cause::Expired(error) => return self.disowned(now, error),
            Cause::Unreadable(what) if !self.ever => {
                return self.end(Error::new(ErrorKind::Protocol, what.text()));
            }
            Cause::Unreadable(_) => self.strike(),
            _ => {
                if was.resumed && lived < healthy {
                    self.count_stuck();
                }
                if was.since.is_none() {
                    let (_, detail) = cause.told();
                    let why = Error::new(ErrorKind::Protocol, format!("no first event: {detail}"))
                        .with_hint("is this a Mattermost server, and does a proxy pass WebSockets on?");
                    let why = if matches!(cause, Cause::NoFirstFrame) {
                        why.with_kind(ErrorKind::Timeout)
                    } else {
                        why
                    };
                    self.state = State::Checking { asked: false, why };
                    return;
                }
            }
        }
        self.again(now, Duration::ZERO);
    }

    /// An event that cannot be swallowed comes again on every resume. The second time, it is left out.
    fn strike(&mut self) {
        let next = self.known.next;
        self.strikes = if self.strikes.0 == next { (next, self.strikes.1 + 1) } else { (next, 1) };
        if self.strikes.1 >= 2 && self.known.id.is_some() {
            self.missed(MissedReason::Unreadable, Some(next));
            self.known.next = next + 1;
            self.strikes = (0, 0);
        }
    }

    /// Links that go on and die young, without an event, may die of what they are asked for.
    fn count_stuck(&mut self) {
        let next = self.known.next;
        self.stuck = if self.stuck.0 == next { (next, self.stuck.1 + 1) } else { (next, 1) };
        if self.stuck.1 >= STUCK {
            self.known.id = None;
            self.stuck = (0, 0);
        }
    }

    fn again(&mut self, now: At, at_least: Duration) {
        let least = at_least.min(Duration::from_secs(300)).max(self.backoff.scaled(NOTICE));
        let wait = self.backoff.next().max(least);
        self.state = State::Waiting { until: now + wait };
    }

    fn end(&mut self, error: Error) {
        self.state = State::Ended;
        self.steps.push_back(Step::End(error));
    }

    /// The stream was closed: nothing more is done.
    pub(crate) fn stop(&mut self) {
        self.state = State::Ended;
        self.steps.clear();
    }

    pub(crate) fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// From when on the link is up.
    pub(crate) fn up_since(&self) -> Option<At> {
        match self.state {
            State::Up { since, .. } => Some(since),
            _ => None,
        }
    }

    /// Whether a link was ever up.
    pub(crate) fn ever(&self) -> bool {
        self.ever
    }

    /// The number of the dial that runs or waits, and when it comes.
    pub(crate) fn dialing(&self) -> (u32, Option<At>) {
        match self.state {
            State::Waiting { until } | State::LoggingIn { until, .. } => (self.attempts + 1, Some(until)),
            _ => (self.attempts.max(1), None),
        }
    }

    pub(crate) fn known(&self) -> &Known {
        &self.known
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }
}

#[cfg(test)]
mod tests;
