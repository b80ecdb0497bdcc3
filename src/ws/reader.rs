//! The reader thread: dials, reads, and hands over what it read.

use std::sync::{Arc, MutexGuard, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::frame::{Incoming, Reply};
use super::outlet::Arrived;
use super::probe;
use super::queue::Offer;
use super::session::{Do, Resume, Verdict};
use super::shared::{Core, Ending, LONGEST_BLOCK, Shared, Who, mark_of};
use super::socket::{self, Dial, Ended, Socket};
use super::wire::Wire;
use crate::error::{Error, ErrorKind};
use crate::event::{Event, EventKind, Head, Origin, scan};
use crate::time::Timestamp;

/// For one dial: look-up, connection, proxy, TLS and upgrade together.
const DIAL: Duration = Duration::from_secs(15);
/// A shorter wait for room changes nothing for anybody.
const WORTH_TELLING: Duration = Duration::from_millis(100);

/// Pings, pongs, nonsense and answers to nothing that a link may bring, and how many more in each second of it. A
/// server sends a ping a minute; whoever sends millions would keep a core busy for ever.
const IDLE_TALK: u64 = 100_000;
const IDLE_TALK_A_SECOND: u64 = 1000;

/// Runs until the stream is closed or has ended for good.
pub(crate) fn run(shared: &Arc<Shared>) {
    let _ending = Ending::new(shared, Who::Reader);
    let mut socket = None;
    loop {
        let mut core = shared.lock();
        let next = core.session.next(shared.now());
        shared.carry_out(&mut core);
        if core.stop.is_some() {
            let wire = core.wire.take();
            drop(core);
            // A goodbye is said on a link that was up; the answer is waited for, the timer cuts it off.
            if let (Some(wire), Some(socket)) = (wire, socket.take()) {
                await_goodbye(shared, socket, &wire);
            }
            return;
        }
        match next {
            Do::Exit => return,
            Do::Wait(until) => {
                core.reader_does = "waiting";
                drop(Shared::wait(&shared.to_reader, core, until.map(|at| shared.instant(at))));
            }
            Do::Dial(resume) => {
                core.reader_does = "connecting";
                core.counts.dials += 1;
                drop(core);
                socket = dial(shared, resume.as_ref());
            }
            Do::Read => {
                core.reader_does = "reading";
                drop(core);
                let ended = match &mut socket {
                    Some(socket) => read(shared, socket),
                    None => Ended::Eof,
                };
                lose(shared, &ended, &mut socket);
            }
            Do::Check => ask(shared, core, "mm-check", |shared| {
                let result = shared.backend.whoami();
                let mut core = shared.lock();
                core.session.checked(shared.now(), result);
                shared.carry_out(&mut core);
            }),
            Do::Login => ask(shared, core, "mm-login", |shared| {
                let generation = shared.lock().session.generation();
                let result = shared.backend.login_again(generation);
                let mut core = shared.lock();
                core.session.logged_in(shared.now(), result);
                shared.carry_out(&mut core);
            }),
        }
    }
}

/// Runs a REST call on a thread of its own, which the stream can leave behind when it is closed.
fn ask(shared: &Arc<Shared>, mut core: MutexGuard<'_, Core>, name: &str, call: fn(&Shared)) {
    core.helpers += 1;
    core.reader_does = "waiting";
    drop(core);
    let own = Arc::clone(shared);
    let spawned = thread::Builder::new().name(name.into()).spawn(move || {
        let _ending = Ending::new(&own, Who::Helper);
        call(&own);
    });
    if let Err(e) = spawned {
        let mut core = shared.lock();
        core.helpers -= 1;
        let error = Error::io("no thread for a REST call could be started", e).with_kind(ErrorKind::Io);
        core.session.checked(shared.now(), Err(error.clone()));
        core.session.logged_in(shared.now(), Err(error));
        shared.carry_out(&mut core);
    }
}

fn dial(shared: &Arc<Shared>, resume: Option<&Resume>) -> Option<Socket> {
    let (token, generation) = shared.backend.token();
    let goes_on = shared.lock().session.dialing_with(generation);
    let resume = resume.filter(|_| goes_on);
    let weak: Weak<Shared> = Arc::downgrade(shared);
    let result = socket::dial(Dial {
        config: shared.backend.config(),
        token: token.as_ref(),
        resume: resume.map(|resume| (&*resume.id, resume.next)),
        abort: &shared.abort,
        deadline: Instant::now() + DIAL,
        max_message_size: shared.options.max_message_size,
        max_fragments: shared.options.max_fragments,
        wake: Box::new(move || {
            if let Some(shared) = weak.upgrade() {
                shared.kick();
            }
        }),
    });
    shared.abort.release();
    let mut core = shared.lock();
    let socket = match result {
        Ok((socket, wire)) if core.stop.is_none() => {
            core.wire = Some(wire);
            core.session.upgraded(shared.now());
            Some(socket)
        }
        Ok((_, wire)) => {
            wire.kill();
            None
        }
        Err(error) => {
            core.session.dial_failed(shared.now(), error);
            None
        }
    };
    shared.carry_out(&mut core);
    socket
}

/// Reads until the link ends.
fn read(shared: &Shared, socket: &mut Socket) -> Ended {
    let Some(wire) = shared.lock().wire.clone() else { return Ended::Eof };
    let (began, mut idle) = (Instant::now(), 0_u64);
    loop {
        let result = socket.next(|incoming| match incoming {
            Incoming::Text(text) => take_text(shared, &text),
            Incoming::Ping(payload) => {
                wire.pong(payload);
                false
            }
            Incoming::Pong => false,
            Incoming::Binary => {
                leave_out(shared, "a binary message, which Mattermost never does");
                false
            }
            Incoming::Close(code, reason) => {
                take_close(shared, &wire, code, &reason);
                false
            }
        });
        match result {
            Ok(true) => {}
            Ok(false) => idle += 1,
            Err(ended) => return ended,
        }
        if idle > IDLE_TALK && idle - IDLE_TALK > began.elapsed().as_secs().saturating_mul(IDLE_TALK_A_SECOND)
        {
            return Ended::Broken("the server floods the link with what means nothing".into());
        }
    }
}

/// The first of them is worth a warning; a flood of them must not become one of the log.
fn leave_out(shared: &Shared, what: &str) {
    let mut core = shared.lock();
    core.counts.unintelligible += 1;
    let count = core.counts.unintelligible;
    drop(core);
    if count.is_power_of_two() {
        log::warn!("the server sent {what}: left out ({count} so far)");
    }
}

fn take_close(shared: &Shared, wire: &Wire, status: Option<u16>, reason: &str) {
    let mut core = shared.lock();
    if let Some(stop) = &mut core.stop {
        stop.goodbye = true;
        return;
    }
    // The same code back, as RFC 6455 asks; 1005 and 1006 never stand on the wire.
    wire.close(status.filter(|status| matches!(status, 1000..=1003 | 1007..=1014 | 3000..=4999)));
    core.session.goodbye(shared.now(), status, reason);
    shared.carry_out(&mut core);
    core.kick = true;
    drop(core);
    shared.to_timer.notify_one();
}

fn lose(shared: &Shared, ended: &Ended, socket: &mut Option<Socket>) {
    *socket = None;
    let mut core = shared.lock();
    if let Some(wire) = core.wire.take() {
        wire.kill();
    }
    let error = Error::new(ErrorKind::Io, "the link broke before the answer came");
    core.fail_requests(&error);
    core.session.lost(shared.now(), ended);
    shared.carry_out(&mut core);
    core.kick = true;
    drop(core);
    shared.to_timer.notify_one();
    shared.changed.notify_all();
}

/// Reads on, for the server's goodbye, until it has closed its end or the timer cuts the link.
fn await_goodbye(shared: &Shared, mut socket: Socket, wire: &Arc<Wire>) {
    // The timer still has to write ours.
    shared.lock().wire = Some(Arc::clone(wire));
    loop {
        let result = socket.next(|incoming| {
            if let Incoming::Close(..) = incoming {
                if let Some(stop) = &mut shared.lock().stop {
                    stop.goodbye = true;
                }
            }
        });
        if result.is_err() {
            break;
        }
    }
    wire.kill();
    shared.lock().wire = None;
}

/// Whether it meant something.
fn take_text(shared: &Shared, text: &str) -> bool {
    match scan(text) {
        Some(Head::Event { kind, seq }) => {
            take_event(shared, kind, seq, text);
            true
        }
        Some(Head::Reply) => {
            let Some((seq, result)) = Reply::read(text) else { return false };
            let mut core = shared.lock();
            if core.stop.is_some() {
                return true;
            }
            let time = result.as_ref().ok().and_then(server_time);
            let now = shared.now();
            let mut asked = true;
            if core.session.reply(now, seq, &result) {
                shared.carry_out(&mut core);
                if let Some(time) = time {
                    core.outlet.heard(now, time);
                    shared.to_filler.notify_one();
                }
            } else {
                asked = core.answer(seq, result);
            }
            shared.carry_out(&mut core);
            shared.set_alarm(&mut core);
            asked
        }
        None => {
            leave_out(shared, "what is neither event nor answer");
            false
        }
    }
}

fn take_event(shared: &Shared, kind: EventKind, seq: Option<u64>, text: &str) {
    let hello = if kind == EventKind::Hello { hello(text) } else { None };
    let wanted = shared.wants(kind, text);
    let mut core = shared.lock();
    if core.stop.is_some() {
        return;
    }
    let last_seq = core.session.known().next.checked_sub(1);
    let verdict = core.session.event(|| shared.now(), seq, hello);
    shared.carry_out(&mut core);
    let Verdict::Deliver { resumed } = verdict else {
        core.counts.repeated += 1;
        return;
    };
    core.counts.received += 1;
    let echo = probe::number(&shared.mark, kind, text);
    if !wanted || echo.is_some_and(|number| core.session.echo(shared.now(), number)) {
        core.counts.unwanted += 1;
        return;
    }
    let origin = if resumed { Origin::Resumed } else { Origin::Live };
    let make = || Event::live(kind, seq, text.into(), origin).counted(&shared.undecodable);
    let event = core.outlet.look(kind, text);
    if let Some(time) = core.outlet.reached(&event, || shared.now()) {
        core.session.reached(time);
    }
    let mark = mark_of(core.session.known());
    match core.outlet.event(event, mark, last_seq, || shared.now(), make) {
        Offer::Full => block(shared, core, event, last_seq, make),
        Offer::Repeated => core.counts.repeated += 1,
        Offer::Dropped => shared.set_alarm(&mut core),
        _ => shared.fill(&mut core),
    }
}

/// Waits for room, with the policy `Block`; gives up after a minute.
fn block(
    shared: &Shared,
    mut core: MutexGuard<'_, Core>,
    event: Arrived,
    last_seq: Option<u64>,
    make: impl Fn() -> Event,
) {
    let began = Instant::now();
    let mut nap = Duration::from_millis(1);
    while core.stop.is_none() {
        core = Shared::wait(&shared.to_reader, core, Some(Instant::now() + nap));
        nap = (nap * 2).min(Duration::from_millis(16));
        let waited = began.elapsed();
        if waited >= WORTH_TELLING && !core.session.is_blocked() {
            core.session.block(shared.now(), true);
            core.kick = true;
            shared.to_timer.notify_one();
        }
        let mark = mark_of(core.session.known());
        if waited >= LONGEST_BLOCK {
            core.outlet.overflow(mark.server_time, last_seq);
        }
        if core.outlet.event(event, mark, last_seq, || shared.now(), &make) != Offer::Full {
            break;
        }
    }
    if core.session.is_blocked() {
        core.session.block(shared.now(), false);
        core.kick = true;
        shared.to_timer.notify_one();
    }
}

/// The server's clock, in the answer to a ping.
fn server_time(data: &Value) -> Option<Timestamp> {
    data.get("server_time").and_then(Value::as_i64).map(Timestamp::from_millis)
}

/// The connection id and the server's version.
fn hello(text: &str) -> Option<(Arc<str>, Box<str>)> {
    #[derive(serde::Deserialize)]
    struct Envelope {
        data: crate::event::Hello,
    }
    let hello: Envelope = crate::model::json::decode_event(text).ok()?;
    Some((hello.data.connection_id.into(), hello.data.server_version.into()))
}
