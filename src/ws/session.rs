//! The state machine of a stream, without I/O and without a clock.
//!
//! The reader thread calls [`StreamSession::next_reader_action`] and reports the outcome. The writer thread calls
//! [`StreamSession::on_tick`]. All other work is returned by [`StreamSession::next_effect`]. Times
//! count from the start of the stream.

mod effects;
mod liveness;
mod login;
mod phase;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use self::effects::DisconnectCause;
pub(crate) use self::effects::is_connection_id;
pub(crate) use self::effects::{Cursor, Effect, EventVerdict, Notification, ReaderAction, StreamGap};
use self::liveness::LivenessWatch;
pub(crate) use self::liveness::ProbeResponse;
pub(crate) use self::phase::SessionSettings;
use self::phase::{ConnectionInfo, SessionState};
use super::backoff::ReconnectBackoff;
use super::catch_up::OVERLAP_WINDOW;
use super::deferred_log;
use super::frame::ReadEnd;
use crate::error::{Error, ErrorKind};
use crate::event::MissedReason;
use crate::time::Timestamp;
use log::Level;

/// Time since the stream was opened.
pub(crate) type StreamTime = Duration;

/// The server speaks first, or replies to the ping. A connection without any frame in this time is not known to the
/// server.
const FIRST_FRAME_TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout for the reply to a ping. Then the connection is dead.
const PING_TIMEOUT: Duration = Duration::from_secs(30);
/// The same while bytes keep arriving, since a large message may precede the reply.
const MAX_PING_TIMEOUT: Duration = Duration::from_secs(90);
/// Timeout for the reply to a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Delay before the first attempt after a loss: a server that has not noticed the end of a connection refuses to
/// resume it.
const MIN_RECONNECT_DELAY: Duration = Duration::from_millis(100);
/// A connection of this age was healthy: the next attempt is made at once.
const MIN_HEALTHY_AGE: Duration = Duration::from_secs(10);
/// Interval of Pongs while the queue blocks the reader, which keep the server from closing the connection.
const PONG_INTERVAL: Duration = Duration::from_secs(30);
/// A ping may be sent this much earlier if the thread is awake anyway.
const PING_EARLY_WINDOW: Duration = Duration::from_secs(2);
/// A ping is sent this much later otherwise, so that it shares a wake-up with the reply to the server's ping.
const PING_SLACK_WINDOW: Duration = Duration::from_millis(250);
/// Maximum wait that a server may request with `Retry-After`.
const MAX_SERVER_DELAY: Duration = Duration::from_secs(300);
/// Number of short-lived connections at the same event after which the connection is no longer resumed.
const MAX_STUCK_CONNECTIONS: u32 = 4;
/// Maximum length of a server version, in bytes. A longer one is ignored.
const MAX_VERSION_LENGTH: usize = 256;
/// The server keeps 128 events. More consecutive repeats are not a replay.
const MAX_REPEATED_EVENTS: u32 = 512;

#[derive(Debug)]
pub(crate) struct StreamSession {
    settings: SessionSettings,
    state: SessionState,
    backoff: ReconnectBackoff,
    effects: VecDeque<Effect>,
    cursor: Cursor,
    version: Box<str>,
    /// `true` after a connection was established. Earlier failures are errors of `open`.
    ever: bool,
    /// `true` if `cursor` is from an earlier run and no connection was established since.
    earlier_run: bool,
    resuming: bool,
    attempts: u32,
    /// Sequence number of the last action. It never decreases, since replies to earlier connections may arrive on
    /// later ones.
    action: u64,
    ping: Option<(u64, StreamTime)>,
    next_ping: StreamTime,
    /// Time of the next unsolicited Pong, while the reader waits for room.
    blocked: Option<StreamTime>,
    last_pong: Option<StreamTime>,
    /// Number of the login that the current token comes from.
    generation: u64,
    strikes: (u64, u32),
    stuck: (u64, u32),
    /// Number of consecutive connections whose session ended before a ping was replied to.
    unheard: u32,
    repeats: u32,
    /// Value of `cursor.server_time` when the last event arrived.
    last_event: Timestamp,
    watch: Option<LivenessWatch>,
    /// Value of `cursor.server_time` at the last time at which events are known to have arrived.
    sure: Timestamp,
}

impl StreamSession {
    pub(crate) fn new(settings: SessionSettings, from: Option<Cursor>) -> Self {
        let backoff = ReconnectBackoff::new(settings.backoff_scale, settings.seed);
        let earlier_run = from.is_some();
        let last_event = from.as_ref().map_or(Timestamp::NEVER, |from| from.server_time);
        let watch = settings.liveness.map(|probe| LivenessWatch::new(probe, settings.time_scale));
        Self {
            settings,
            state: SessionState::Waiting { until: StreamTime::ZERO },
            backoff,
            effects: VecDeque::new(),
            cursor: from.unwrap_or_default(),
            version: Box::default(),
            ever: false,
            earlier_run,
            resuming: false,
            attempts: 0,
            action: 0,
            ping: None,
            next_ping: StreamTime::ZERO,
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

    pub(crate) fn next_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Returns the reader's next action. Called after each action and each change.
    pub(crate) fn next_reader_action(&mut self, now: StreamTime) -> ReaderAction {
        match &mut self.state {
            SessionState::Waiting { until } if now >= *until => {
                self.state = SessionState::Connecting;
                self.attempts += 1;
                let resumable = self.cursor.connection_id.is_some() && self.cursor.next_seq > 0;
                self.resuming = resumable;
                ReaderAction::Connect(resumable.then(|| self.cursor.clone()))
            }
            SessionState::Connecting => ReaderAction::Wait(None),
            SessionState::AwaitingFirstFrame { .. }
            | SessionState::Connected { .. }
            | SessionState::Closing { .. } => ReaderAction::Read,
            SessionState::CheckingToken { asked, .. } => {
                if std::mem::replace(asked, true) {
                    ReaderAction::Wait(None)
                } else {
                    ReaderAction::CheckToken
                }
            }
            SessionState::LoggingIn { until, asked } if now >= *until => {
                if std::mem::replace(asked, true) {
                    ReaderAction::Wait(None)
                } else {
                    ReaderAction::LogIn
                }
            }
            SessionState::Waiting { until } | SessionState::LoggingIn { until, .. } => {
                ReaderAction::Wait(Some(*until))
            }
            SessionState::Ended => ReaderAction::Exit,
        }
    }

    fn scaled_time(&self, time: Duration) -> Duration {
        self.settings.time_scale.shorten(time)
    }

    /// Returns the time at which [`on_tick`](Self::on_tick) has work to do.
    pub(crate) fn next_deadline(&self) -> Option<StreamTime> {
        match &self.state {
            SessionState::AwaitingFirstFrame { deadline } => Some(*deadline),
            SessionState::Connected { .. } => {
                let due = match (self.blocked, self.ping) {
                    (Some(pong), _) => return Some(pong),
                    (None, Some((_, sent))) => self.answer_due(sent),
                    (None, None) => self.next_ping + self.scaled_time(PING_SLACK_WINDOW),
                };
                Some(
                    self.watch
                        .as_ref()
                        .and_then(LivenessWatch::next_deadline)
                        .map_or(due, |look| look.min(due)),
                )
            }
            SessionState::Closing { until, .. } => *until,
            _ => None,
        }
    }

    /// Handles the passing of time. `heard` is the time of the last received bytes.
    pub(crate) fn on_tick(&mut self, now: StreamTime, heard: Option<StreamTime>) {
        match &self.state {
            SessionState::AwaitingFirstFrame { deadline } if now >= *deadline => {
                self.begin_close(DisconnectCause::NoFirstFrame);
            }
            SessionState::Connected { .. } => self.tick_up(now, heard),
            SessionState::Closing { until: Some(until), .. } if now >= *until => {
                if let SessionState::Closing { until, .. } = &mut self.state {
                    *until = None;
                }
                self.effects.push_back(Effect::Cut);
            }
            _ => {}
        }
    }

    fn ping_began(&self) -> StreamTime {
        self.next_ping.saturating_sub(self.settings.ping_every)
    }

    /// Returns the time at which the reply to a ping is checked.
    fn answer_due(&self, sent: StreamTime) -> StreamTime {
        (sent + self.scaled_time(PING_TIMEOUT)).min(self.ping_began() + self.scaled_time(MAX_PING_TIMEOUT))
    }

    fn tick_up(&mut self, now: StreamTime, heard: Option<StreamTime>) {
        if let Some(pong) = self.blocked {
            if now >= pong {
                self.blocked = Some(now + self.scaled_time(PONG_INTERVAL));
                self.last_pong = Some(now);
                self.effects.push_back(Effect::Pong);
            }
            return;
        }
        match self.ping {
            Some((seq, sent)) if now >= self.answer_due(sent) => {
                let alive = heard.is_some_and(|heard| heard > sent)
                    && now < self.ping_began() + self.scaled_time(MAX_PING_TIMEOUT);
                if alive {
                    // Checked again one timeout after the last bytes.
                    let heard = heard.unwrap_or(now).min(now);
                    self.ping = Some((seq, heard.max(sent + Duration::from_secs(1))));
                } else {
                    self.begin_close(DisconnectCause::Silent);
                }
            }
            None if now + self.scaled_time(PING_EARLY_WINDOW).min(self.settings.ping_every / 4)
                >= self.next_ping =>
            {
                self.send_ping(now);
            }
            _ => {}
        }
        if let Some(look) = self.watch.as_mut().map(|watch| watch.next_step(now)) {
            self.on_probe_step(look);
        }
    }

    fn send_ping(&mut self, now: StreamTime) {
        let seq = self.next_action_seq();
        self.ping = Some((seq, now));
        self.next_ping = now + self.settings.ping_every;
        self.effects.push_back(Effect::Ping(seq));
    }

    /// Returns the sequence number of a new action.
    pub(crate) fn next_action_seq(&mut self) -> u64 {
        self.action += 1;
        self.action
    }

    /// Sets the login that the token of this attempt comes from. Returns `true` if the connection can be resumed:
    /// after another login it cannot, since it received nothing after the end of the session, which its sequence
    /// numbers do not show.
    pub(crate) fn begin_connect_with(&mut self, generation: u64) -> bool {
        if std::mem::replace(&mut self.generation, generation) != generation && self.ever {
            self.cursor.connection_id = None;
            self.resuming = false;
        }
        self.resuming
    }

    pub(crate) fn login_generation(&self) -> u64 {
        self.generation
    }

    /// Handles a successful upgrade.
    pub(crate) fn on_upgraded(&mut self, now: StreamTime) {
        if matches!(self.state, SessionState::Connecting) {
            self.state =
                SessionState::AwaitingFirstFrame { deadline: now + self.scaled_time(FIRST_FRAME_TIMEOUT) };
            self.blocked = None;
            self.repeats = 0;
            self.send_ping(now);
        }
    }

    /// Handles a failed connection attempt.
    pub(crate) fn on_connect_failed(&mut self, now: StreamTime, error: Error) {
        if !matches!(self.state, SessionState::Connecting) {
            return;
        }
        deferred_log::push_line(Level::Debug, || format!("connection attempt failed: {error}"));
        if error.is_unauthorized() && error.api().is_some() {
            return self.on_token_rejected(now, error);
        }
        let refused = error.is_forbidden() && error.api().is_some();
        if refused || !self.ever || error.is_closed() {
            return self.end_stream(error);
        }
        let wait = error.retry_after().unwrap_or_default();
        self.schedule_reconnect(now, wait);
    }

    /// Handles an event. `hello` contains the connection ID and the server version, if the event is one.
    pub(crate) fn on_event(
        &mut self,
        now: impl FnOnce() -> StreamTime,
        seq: Option<u64>,
        hello: Option<(Arc<str>, Box<str>)>,
    ) -> EventVerdict {
        let mut restarted = false;
        let resumed = match &self.state {
            SessionState::Connected { replaying, .. } => *replaying,
            SessionState::AwaitingFirstFrame { .. } => {
                let same =
                    hello.as_ref().is_none_or(|(id, _)| self.cursor.connection_id.as_ref() == Some(id));
                // Sequence numbers that begin again belong to a new connection, whatever its ID. The events are not
                // repeats.
                restarted = hello.is_some() && seq.is_some_and(|seq| seq < self.cursor.next_seq);
                let goes_on = same && !restarted;
                self.first_frame(now(), goes_on)
            }
            _ => return EventVerdict::Drop,
        };
        if let Some((id, version)) = hello {
            self.on_hello(id, version, seq, restarted);
        }
        let Some(seq) = seq else { return EventVerdict::Deliver { resumed: false } };
        let expected = self.cursor.next_seq;
        if seq < expected {
            self.repeats += 1;
            if self.repeats > MAX_REPEATED_EVENTS {
                self.cursor.connection_id = None;
                self.begin_close(DisconnectCause::Broken("the server keeps repeating events".into()));
            }
            return EventVerdict::Drop;
        }
        self.repeats = 0;
        if let Some(watch) = &mut self.watch {
            watch.event_received();
        }
        if seq > expected && expected > 0 {
            self.report_gap(MissedReason::Gap, None);
        }
        self.cursor.next_seq = seq.saturating_add(1);
        self.last_event = self.cursor.server_time;
        EventVerdict::Deliver { resumed }
    }

    /// Handles the first frame of a connection: the `hello` of another connection, or any other frame if the server
    /// has resumed the lost one.
    fn first_frame(&mut self, now: StreamTime, goes_on: bool) -> bool {
        let resumed = self.resuming && goes_on;
        self.state = SessionState::Connected { since: now, resumed, replaying: resumed };
        self.ever = true;
        let attempts = std::mem::take(&mut self.attempts);
        if let Some(watch) = &mut self.watch {
            watch.connection_up(now, resumed);
        }
        self.push_notification(Notification::Connected { resumed, attempts });
        if resumed {
            self.earlier_run = false;
        }
        resumed
    }

    fn on_hello(&mut self, id: Arc<str>, version: Box<str>, seq: Option<u64>, restarted: bool) {
        if !version.is_empty() && version.len() <= MAX_VERSION_LENGTH {
            self.version = version;
        }
        if self.cursor.connection_id.as_ref() == Some(&id) && !restarted {
            return;
        }
        let before = self.cursor.next_seq > 0 || self.earlier_run;
        if before {
            let reason = if self.earlier_run { MissedReason::Resumed } else { MissedReason::NewConnection };
            self.report_gap(reason, None);
        }
        self.earlier_run = false;
        self.cursor.connection_id = Some(id).filter(|id| is_connection_id(id));
        self.cursor.next_seq = seq.unwrap_or(0);
        self.strikes = (0, 0);
        self.stuck = (0, 0);
    }

    fn report_gap(&mut self, reason: MissedReason, seq: Option<u64>) {
        let last_seq = self.cursor.next_seq.checked_sub(1);
        let (since, last_event) = (self.cursor.server_time, self.last_event);
        let gap = StreamGap { reason, since, last_event, last_seq, seq };
        self.push_notification(Notification::Missed(gap));
    }

    fn push_notification(&mut self, note: Notification) {
        self.effects.push_back(Effect::Notify(note));
    }

    /// Handles a reply. Returns `true` if it belongs to a ping of the session.
    pub(crate) fn on_reply(&mut self, now: StreamTime, seq: u64, result: &crate::Result<Value>) -> bool {
        match &self.state {
            SessionState::AwaitingFirstFrame { .. } => {
                self.first_frame(now, true);
            }
            SessionState::Connected { .. } => {}
            _ => return false,
        }
        let ours = self.ping.is_some_and(|(ping, _)| ping == seq);
        if ours {
            self.ping = None;
            // The replay precedes the reply to the ping that was sent with the upgrade.
            if let SessionState::Connected { replaying, .. } = &mut self.state {
                *replaying = false;
            }
            if let Ok(data) = result {
                self.unheard = 0;
                self.heard_time(data);
            }
        }
        if let Err(error) = result {
            if error.is_unauthorized() {
                self.begin_close(DisconnectCause::Expired(error.clone()));
            }
        }
        ours
    }

    fn heard_time(&mut self, data: &Value) {
        if let Some(time) = data.get("server_time").and_then(Value::as_i64) {
            let since = Timestamp::from_millis(time).minus(OVERLAP_WINDOW);
            self.cursor.server_time = self.cursor.server_time.max(since);
        }
        if let Some(version) = data.get("version").and_then(Value::as_str) {
            if self.version.is_empty() && version.len() <= MAX_VERSION_LENGTH {
                self.version = version.into();
            }
        }
    }

    /// Advances the server time to that of an event. Older events have arrived, as after the reply to a ping.
    pub(crate) fn advance_server_time(&mut self, time: Timestamp) {
        self.cursor.server_time = self.cursor.server_time.max(time.minus(OVERLAP_WINDOW));
        self.last_event = self.cursor.server_time;
    }

    /// Handles a close frame. The end of the connection follows.
    pub(crate) fn on_close_frame(&mut self, now: StreamTime, code: Option<u16>, reason: &str) {
        let code = code.map_or_else(|| "no code".to_owned(), |code| code.to_string());
        let detail = match reason {
            "" => format!("closed by the server ({code})"),
            reason => format!("closed by the server ({code}: {})", crate::error::shorten_text(reason, 120)),
        };
        self.leave_connection(DisconnectCause::Closed(detail), Some(now + self.scaled_time(CLOSE_TIMEOUT)));
    }

    /// Handles a write that made no progress.
    pub(crate) fn on_write_stalled(&mut self, why: &'static str) {
        self.begin_close(DisconnectCause::Stalled(why));
    }

    /// Handles the reader beginning or ceasing to wait for room in the queue.
    pub(crate) fn set_blocked(&mut self, now: StreamTime, blocked: bool) {
        let due = self.last_pong.map_or(now, |last| (last + self.scaled_time(PONG_INTERVAL)).max(now));
        self.blocked = blocked.then_some(due);
        if !blocked {
            // The reply may be behind data that was not read.
            self.ping = self.ping.map(|(seq, _)| (seq, now));
            self.next_ping = self.next_ping.max(now);
        }
        if let Some(watch) = &mut self.watch {
            watch.reader_blocked(now, blocked);
        }
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.blocked.is_some()
    }

    fn begin_close(&mut self, cause: DisconnectCause) {
        self.leave_connection(cause, None);
        self.effects.push_back(Effect::Cut);
    }

    fn leave_connection(&mut self, cause: DisconnectCause, until: Option<StreamTime>) {
        let was = match self.state {
            SessionState::AwaitingFirstFrame { .. } => ConnectionInfo { since: None, resumed: self.resuming },
            SessionState::Connected { since, resumed, .. } => ConnectionInfo { since: Some(since), resumed },
            _ => return,
        };
        self.state = SessionState::Closing { cause, was, until };
        if let Some(watch) = &mut self.watch {
            watch.connection_down();
        }
    }

    /// Handles the end of a connection.
    pub(crate) fn on_connection_lost(&mut self, now: StreamTime, ended: &ReadEnd) {
        self.leave_connection(
            match ended {
                ReadEnd::Eof => {
                    DisconnectCause::Broken("the connection was closed without a close frame".into())
                }
                ReadEnd::Broken(why) => DisconnectCause::Broken(why.clone()),
                ReadEnd::Unreadable(what) => DisconnectCause::Unreadable(what.clone()),
            },
            None,
        );
        let SessionState::Closing { cause, was, .. } = &self.state else { return };
        let (cause, was) = (cause.clone(), *was);
        self.ping = None;
        self.blocked = None;
        let healthy = self.backoff.scaled_time(MIN_HEALTHY_AGE);
        let lived = was.since.map_or(Duration::ZERO, |since| now.saturating_sub(since));
        if was.since.is_some() {
            if lived >= healthy {
                self.backoff.reset_failures();
            } else {
                self.backoff.cap_after_short_connection();
            }
            let (reason, detail) = cause.disconnect_reason();
            deferred_log::push_line(Level::Info, || format!("connection lost: {detail}"));
            self.push_notification(Notification::Disconnected { reason, detail });
        }
        match cause {
            DisconnectCause::Expired(error) => return self.on_session_revoked(now, error),
            // After resuming a position, the event is sent again in every run, which would never begin.
            DisconnectCause::Unreadable(what) if !self.ever && !was.resumed => {
                return self.end_stream(Error::new(ErrorKind::Protocol, what.reason_text()));
            }
            DisconnectCause::Unreadable(_) => self.count_unreadable(),
            _ => {
                if was.resumed && lived < healthy {
                    self.count_stuck();
                }
                if was.since.is_none() {
                    let (_, detail) = cause.disconnect_reason();
                    let why = Error::new(ErrorKind::Protocol, format!("no first event: {detail}"))
                        .with_hint("check that the URL is that of a Mattermost server, and that proxies forward WebSockets");
                    let why = if matches!(cause, DisconnectCause::NoFirstFrame) {
                        why.with_kind(ErrorKind::Timeout)
                    } else {
                        why
                    };
                    self.state = SessionState::CheckingToken { asked: false, why };
                    return;
                }
            }
        }
        self.schedule_reconnect(now, Duration::ZERO);
    }

    /// Counts an event that cannot be read, and that is sent again on every resume. The second time, it is skipped.
    fn count_unreadable(&mut self) {
        let next = self.cursor.next_seq;
        self.strikes = if self.strikes.0 == next { (next, self.strikes.1 + 1) } else { (next, 1) };
        if self.strikes.1 >= 2 && self.cursor.connection_id.is_some() {
            self.report_gap(MissedReason::Unreadable, Some(next));
            self.cursor.next_seq = next.saturating_add(1);
            self.strikes = (0, 0);
        }
    }

    /// Counts short-lived connections without an event, which may fail because of what they resume.
    fn count_stuck(&mut self) {
        let next = self.cursor.next_seq;
        self.stuck = if self.stuck.0 == next { (next, self.stuck.1 + 1) } else { (next, 1) };
        if self.stuck.1 >= MAX_STUCK_CONNECTIONS {
            self.cursor.connection_id = None;
            self.stuck = (0, 0);
        }
    }

    fn schedule_reconnect(&mut self, now: StreamTime, at_least: Duration) {
        let least = at_least.min(MAX_SERVER_DELAY).max(self.backoff.scaled_time(MIN_RECONNECT_DELAY));
        let wait = self.backoff.next_delay().max(least);
        self.state = SessionState::Waiting { until: now + wait };
    }

    fn end_stream(&mut self, error: Error) {
        self.state = SessionState::Ended;
        self.effects.push_back(Effect::End(error));
    }

    /// Ends the session, since the stream was closed.
    pub(crate) fn close_stream(&mut self) {
        self.state = SessionState::Ended;
        self.effects.clear();
    }

    pub(crate) fn is_ended(&self) -> bool {
        matches!(self.state, SessionState::Ended)
    }

    /// Returns the time at which the connection was established.
    pub(crate) fn connected_since(&self) -> Option<StreamTime> {
        match self.state {
            SessionState::Connected { since, .. } => Some(since),
            _ => None,
        }
    }

    /// Returns `true` once a connection was established.
    pub(crate) fn was_ever_connected(&self) -> bool {
        self.ever
    }

    /// Returns the number of the current or next attempt, and its time if it has not begun.
    pub(crate) fn connect_attempt(&self) -> (u32, Option<StreamTime>) {
        match self.state {
            SessionState::Waiting { until } | SessionState::LoggingIn { until, .. } => {
                (self.attempts + 1, Some(until))
            }
            _ => (self.attempts.max(1), None),
        }
    }

    pub(crate) fn resume_cursor(&self) -> &Cursor {
        &self.cursor
    }

    pub(crate) fn server_version(&self) -> &str {
        &self.version
    }
}

#[cfg(test)]
mod tests;
