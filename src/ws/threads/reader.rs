//! The reader thread: it connects, reads and delivers events.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use log::Level;
use serde_json::Value;

use super::{call_server, prober};
use crate::error::{Error, ErrorKind};
use crate::event::{Event, EventKind, Head, Origin, scan_frame};
use crate::time::Timestamp;
use crate::ws::connection::WriteHalf;
use crate::ws::deferred_log;
use crate::ws::delivery::EventHeader;
use crate::ws::frame::{ActionReply, IncomingFrame, ReadEnd};
use crate::ws::queue::EnqueueResult;
use crate::ws::session::{Cursor, EventVerdict, ReaderAction};
use crate::ws::socket::{self, ConnectRequest, EventSocket};
use crate::ws::state::{StateGuard, StreamShared, ThreadGuard, ThreadRole, cursor_of};

/// Timeout for a connection attempt: lookup, connection, proxy, TLS and upgrade together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// A shorter wait for room is not reported to the session.
pub(crate) const BLOCK_NOTICE_DELAY: Duration = Duration::from_millis(100);

/// Maximum number of pings, pongs, invalid messages and unexpected replies on a connection, and the additional number
/// per second. A server sends a ping per minute; millions of them would keep a core busy.
const MAX_MEANINGLESS_FRAMES: u64 = 100_000;
const MAX_MEANINGLESS_FRAMES_PER_SECOND: u64 = 1000;

/// Runs until the stream is closed or has ended permanently.
pub(crate) fn run_reader(shared: &Arc<StreamShared>) {
    let _ending = ThreadGuard::new(shared, ThreadRole::Reader);
    let mut socket = None;
    loop {
        let mut state = shared.lock_state();
        let next = state.session.next_reader_action(shared.now());
        shared.apply_effects(&mut state);
        if state.stop.is_some() {
            // The connection stays in the state: without it, the writer would end and not cut it.
            let wire = state.wire.clone();
            drop(state);
            if let (Some(wire), Some(socket)) = (wire, socket.take()) {
                await_goodbye(shared, socket, &wire);
            }
            return;
        }
        match next {
            ReaderAction::Exit => return,
            ReaderAction::Wait(until) => {
                state.reader_does = "waiting";
                drop(StreamShared::wait_until(
                    &shared.to_reader,
                    state,
                    until.map(|at| shared.instant_at(at)),
                ));
            }
            ReaderAction::Connect(resume) => {
                state.reader_does = "connecting";
                state.counts.connect_attempts += 1;
                drop(state);
                socket = open_connection(shared, resume.as_ref());
            }
            ReaderAction::Read => {
                state.reader_does = "reading";
                drop(state);
                let ended = match &mut socket {
                    Some(socket) => read_frames(shared, socket),
                    None => ReadEnd::Eof,
                };
                connection_lost(shared, &ended, &mut socket);
            }
            ReaderAction::CheckToken => spawn_call(shared, state, "mm-check", |shared| {
                let result = call_server(|| shared.backend.check_session());
                let mut state = shared.lock_state();
                state.session.on_token_checked(shared.now(), result);
                shared.apply_effects(&mut state);
            }),
            ReaderAction::LogIn => spawn_call(shared, state, "mm-login", |shared| {
                let generation = shared.lock_state().session.login_generation();
                let result = call_server(|| shared.backend.login_again(generation));
                let mut state = shared.lock_state();
                state.session.on_logged_in(shared.now(), result);
                shared.apply_effects(&mut state);
            }),
        }
    }
}

/// Runs a REST call on a separate thread, which the stream can abandon when it is closed.
fn spawn_call(shared: &Arc<StreamShared>, mut state: StateGuard<'_>, name: &str, call: fn(&StreamShared)) {
    state.helpers += 1;
    state.reader_does = "waiting";
    drop(state);
    let own = Arc::clone(shared);
    let spawned = thread::Builder::new().name(name.into()).spawn(move || {
        let _ending = ThreadGuard::new(&own, ThreadRole::Helper);
        call(&own);
    });
    if let Err(e) = spawned {
        let mut state = shared.lock_state();
        state.helpers -= 1;
        let error = Error::io("a thread for a REST call could not be started", e).with_kind(ErrorKind::Io);
        state.session.on_token_checked(shared.now(), Err(error.clone()));
        state.session.on_logged_in(shared.now(), Err(error));
        shared.apply_effects(&mut state);
    }
}

fn open_connection(shared: &Arc<StreamShared>, resume: Option<&Cursor>) -> Option<EventSocket> {
    let (token, generation) = shared.backend.current_token();
    let goes_on = shared.lock_state().session.begin_connect_with(generation);
    let resume = resume.filter(|_| goes_on);
    let weak: Weak<StreamShared> = Arc::downgrade(shared);
    let request = ConnectRequest {
        config: shared.backend.client_config(),
        token: token.as_ref(),
        resume: resume.and_then(|cursor| Some((cursor.connection_id.as_deref()?, cursor.next_seq))),
        abort: &shared.abort,
        deadline: Instant::now() + CONNECT_TIMEOUT,
        max_message_size: shared.options.max_message_size,
        max_fragments: shared.options.max_fragments,
        wake: Box::new(move || {
            if let Some(shared) = weak.upgrade() {
                shared.to_writer.wake_up();
            }
        }),
    };
    let result = call_server(|| socket::open_socket(request));
    shared.abort.release_socket();
    let mut state = shared.lock_state();
    let socket = match result {
        Ok((socket, wire)) if state.stop.is_none() => {
            state.wire = Some(wire);
            state.session.on_upgraded(shared.now());
            Some(socket)
        }
        Ok((_, wire)) => {
            wire.shut_down();
            None
        }
        Err(error) => {
            state.session.on_connect_failed(shared.now(), error);
            None
        }
    };
    shared.apply_effects(&mut state);
    socket
}

/// Reads until the connection ends.
fn read_frames(shared: &StreamShared, socket: &mut EventSocket) -> ReadEnd {
    let Some(wire) = shared.lock_state().wire.clone() else { return ReadEnd::Eof };
    let (began, mut idle) = (Instant::now(), 0_u64);
    loop {
        let result = socket.next_frame(|incoming| match incoming {
            IncomingFrame::Text(text) => {
                wire.recording().received_text(&text);
                take_text(shared, &text)
            }
            IncomingFrame::Ping(payload) => {
                wire.queue_pong(payload);
                false
            }
            IncomingFrame::Pong => false,
            IncomingFrame::Binary => {
                leave_out(shared, "a binary message");
                false
            }
            IncomingFrame::Close(code, reason) => {
                take_close(shared, &wire, code, &reason);
                false
            }
        });
        match result {
            Ok(true) => {}
            Ok(false) => idle += 1,
            Err(ended) => return ended,
        }
        if idle > MAX_MEANINGLESS_FRAMES
            && idle - MAX_MEANINGLESS_FRAMES
                > began.elapsed().as_secs().saturating_mul(MAX_MEANINGLESS_FRAMES_PER_SECOND)
        {
            return ReadEnd::Broken("the server floods the connection with meaningless frames".into());
        }
    }
}

/// Counts a skipped message. Only the first one is logged as a warning, so that a flood does not fill the log.
fn leave_out(shared: &StreamShared, what: &str) {
    let mut state = shared.lock_state();
    state.counts.malformed += 1;
    let count = state.counts.malformed;
    if count.is_power_of_two() {
        deferred_log::push_line(Level::Warn, || format!("skipped {what} from the server ({count} so far)"));
    }
}

fn take_close(shared: &StreamShared, wire: &WriteHalf, status: Option<u16>, reason: &str) {
    let mut state = shared.lock_state();
    if let Some(stop) = &mut state.stop {
        stop.goodbye = true;
        return;
    }
    // The same code is returned (RFC 6455). 1005 and 1006 are never sent.
    wire.queue_close(status.filter(|status| matches!(status, 1000..=1003 | 1007..=1014 | 3000..=4999)));
    state.session.on_close_frame(shared.now(), status, reason);
    shared.apply_effects(&mut state);
    drop(state);
    shared.to_writer.wake_up();
}

fn connection_lost(shared: &StreamShared, ended: &ReadEnd, socket: &mut Option<EventSocket>) {
    *socket = None;
    let mut state = shared.lock_state();
    if let Some(wire) = state.wire.take() {
        state.unsent_actions = wire.unsent_actions();
        if state.stop.is_none() {
            wire.recording().connection_lost();
        }
        wire.shut_down();
    }
    let error = Error::new(ErrorKind::Io, "the connection was lost before the reply arrived");
    state.fail_requests(&error);
    state.session.on_connection_lost(shared.now(), ended);
    shared.apply_effects(&mut state);
    drop(state);
    shared.to_writer.wake_up();
    shared.changed.notify_all();
}

/// Reads until the server has closed its end or the timer cuts the connection.
fn await_goodbye(shared: &StreamShared, mut socket: EventSocket, wire: &Arc<WriteHalf>) {
    loop {
        let result = socket.next_frame(|incoming| {
            if let IncomingFrame::Close(..) = incoming {
                if let Some(stop) = &mut shared.lock_state().stop {
                    stop.goodbye = true;
                }
            }
        });
        if result.is_err() {
            break;
        }
    }
    wire.shut_down();
    shared.lock_state().wire = None;
}

/// Returns `true` if the text was an event or a reply.
fn take_text(shared: &StreamShared, text: &str) -> bool {
    match scan_frame(text) {
        Some(Head::Event { kind, seq }) => {
            take_event(shared, kind, seq, text);
            true
        }
        Some(Head::Reply) => {
            let Some((seq, result)) = ActionReply::parse_reply(text) else { return false };
            let mut state = shared.lock_state();
            if state.stop.is_some() {
                return true;
            }
            let time = result.as_ref().ok().and_then(server_time);
            let now = shared.now();
            let mut asked = true;
            if state.session.on_reply(now, seq, &result) {
                shared.apply_effects(&mut state);
                if let Some(time) = time {
                    state.delivery.server_time_known(now, time);
                    shared.changed.notify_all();
                    shared.to_catch_up.notify_one();
                }
            } else {
                asked = state.deliver_reply(seq, result);
            }
            shared.apply_effects(&mut state);
            shared.set_alarm(&mut state);
            asked
        }
        None => {
            leave_out(shared, "a message that is neither an event nor a reply");
            false
        }
    }
}

fn take_event(shared: &StreamShared, kind: EventKind, seq: Option<u64>, text: &str) {
    let hello = if kind == EventKind::Hello { parse_hello(text) } else { None };
    let wanted = shared.wants_event(kind, text);
    let mut state = shared.lock_state();
    if state.stop.is_some() {
        return;
    }
    let last_seq = state.session.resume_cursor().next_seq.checked_sub(1);
    let verdict = state.session.on_event(|| shared.now(), seq, hello);
    shared.apply_effects(&mut state);
    let EventVerdict::Deliver { resumed } = verdict else {
        state.counts.repeated += 1;
        return;
    };
    state.counts.received += 1;
    let echo = prober::probe_number(&shared.probe_tag, kind, text);
    if !wanted || echo.is_some_and(|number| state.session.on_probe_echo(shared.now(), number)) {
        state.counts.filtered += 1;
        return;
    }
    let origin = if resumed { Origin::Resumed } else { Origin::Live };
    let connection_id = state.session.resume_cursor().connection_id.clone();
    let make = || {
        Event::from_connection(kind, seq, text.into(), origin)
            .on_connection(connection_id.clone())
            .with_error_counter(&shared.undecodable)
    };
    let event = state.delivery.read_header(kind, text);
    if let Some(time) = state.delivery.progress_worth_telling(&event, || shared.now()) {
        state.session.advance_server_time(time);
    }
    let cursor = cursor_of(state.session.resume_cursor());
    match state.delivery.offer_event(event, cursor, last_seq, || shared.now(), make) {
        EnqueueResult::Full => wait_for_room(shared, state, event, last_seq, make),
        EnqueueResult::Repeated => state.counts.repeated += 1,
        EnqueueResult::Dropped => shared.set_alarm(&mut state),
        _ => shared.start_catch_up(&mut state),
    }
}

/// Waits for room with the policy `Block`. Gives up after a minute.
fn wait_for_room(
    shared: &StreamShared,
    mut state: StateGuard<'_>,
    event: EventHeader,
    last_seq: Option<u64>,
    make: impl Fn() -> Event,
) {
    let began = Instant::now();
    state.delivery.set_holding(true);
    while state.stop.is_none() {
        // The writer wakes this thread when there is room. Until then, there are two times to act at.
        let until = if state.session.is_blocked() { state.delivery.max_block() } else { BLOCK_NOTICE_DELAY };
        shared.to_writer.wake_up();
        state = StreamShared::wait_until(&shared.to_reader, state, Some(began + until));
        let waited = began.elapsed();
        if waited >= BLOCK_NOTICE_DELAY && !state.session.is_blocked() {
            state.session.set_blocked(shared.now(), true);
        }
        let cursor = cursor_of(state.session.resume_cursor());
        if waited >= state.delivery.max_block() {
            state.delivery.begin_overflow(cursor.server_time, last_seq);
        }
        if state.delivery.offer_event(event, cursor, last_seq, || shared.now(), &make) != EnqueueResult::Full
        {
            break;
        }
    }
    state.delivery.set_holding(false);
    if state.session.is_blocked() {
        state.session.set_blocked(shared.now(), false);
    }
    shared.to_writer.wake_up();
}

/// Returns the server time in the reply to a ping.
fn server_time(data: &Value) -> Option<Timestamp> {
    data.get("server_time").and_then(Value::as_i64).map(Timestamp::from_millis)
}

/// Returns the connection ID and the server version.
fn parse_hello(text: &str) -> Option<(Arc<str>, Box<str>)> {
    members! {
        struct HelloEnvelope {
            data: crate::event::Hello,
        }
    }
    let hello: HelloEnvelope = crate::model::json::decode_event(text).ok()?;
    Some((hello.data.connection_id.into(), hello.data.server_version.into()))
}
