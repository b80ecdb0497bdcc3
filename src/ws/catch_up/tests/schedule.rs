//! One run of a stream against the model, by a clock that is driven: session, outlet and filler as the threads would
//! use them, a network with delays, faults by chance.

mod faults;
mod program;
mod threads;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use crossbeam_channel::Receiver;
use serde_json::json;

pub(super) use self::faults::Fault;
use self::program::HeldFrame;
use super::world::{Body, EPOCH, Rng, World};
use crate::error::{ApiError, Error, ErrorKind};
use crate::event::{
    CaughtUp, Connected, Disconnected, Event, EventKind, Head, Missed, Origin, Payload, SessionExpired,
    scan_frame,
};
use crate::time::Timestamp;
use crate::ws::catch_up::{FetchRequest, FetchResponse, PostVersion};
use crate::ws::delivery::Delivery;
use crate::ws::frame::FrameFault;
use crate::ws::frame::ReadEnd;
use crate::ws::position::Position;
use crate::ws::queue::{EnqueueResult, Overflow};
use crate::ws::session::{Cursor, Effect, EventVerdict, Notification, StreamSession, StreamTime};
use crate::ws::state::cursor_of;

/// What happens at a time.
#[derive(Debug)]
enum Act {
    Post(usize),
    Change,
    Burst(usize),
    Poison,
    Broadcast(Body),
    Fault(Fault),
    /// The port opens again.
    Up,
    /// A dial reaches the server.
    Upgrade(Option<Cursor>, u64),
    Upgraded(u32, u64, u32),
    DialFailed(u32, Box<Error>),
    Frame(u64, String),
    PingArrives(u64, u64),
    /// The client learns that the link is gone.
    End(u64, ReadEnd),
    /// The server learns it.
    Notice(u64),
    Checked(u32),
    LoggedIn(u32),
    Asked(u32, Box<FetchRequest>),
    Answered(u32, Box<Result<FetchResponse, Error>>),
    /// The program writes its position.
    WritePosition,
    /// The program is started again.
    Restarted,
    /// The account is in the channel again.
    Rejoin(usize),
    /// The program takes again.
    Take,
    Wake,
}

/// An event that the program took.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) event: Event,
    pub(super) version: Option<PostVersion>,
    /// By the server's clock.
    pub(super) at: Timestamp,
}

struct Link {
    id: u64,
    /// Whether the client knows it.
    open: bool,
    /// When what was sent last arrives.
    arrives: i64,
    black: bool,
    stalled: i64,
}

pub(super) struct Sim {
    pub(super) world: World,
    rng: Rng,
    agenda: BinaryHeap<Reverse<(i64, u64)>>,
    acts: std::collections::HashMap<u64, Act>,
    count: u64,
    session: StreamSession,
    delivery: Delivery,
    receiver: Receiver<Event>,
    link: Option<Link>,
    links: u64,
    /// Changes when all that is under way is lost.
    epoch: u32,
    up: bool,
    login: u64,
    rest_fails: i64,
    page: i64,
    no_clock: i64,
    slow: i64,
    asking: bool,
    wake: i64,
    cut: bool,
    pub(super) taken: Vec<Taken>,
    pub(super) end: Option<Error>,
    pub(super) dials: u32,
    horizon: Duration,
    policy: Overflow,
    /// The number of the program's run.
    run: u32,
    /// Whether this run has had a connection.
    opened: bool,
    /// Whether the program is not running.
    stopped: bool,
    /// The position that the program wrote last, what it had taken then, and the number of its login.
    saved: Option<(Position, usize, u64)>,
    /// The event that the reader waits with, under `Block`.
    holding: Option<HeldFrame>,
    /// What arrived meanwhile: texts, and the end of the link.
    unread: VecDeque<(u64, Result<String, ReadEnd>)>,
    trace: bool,
}

fn at(ms: i64) -> StreamTime {
    StreamTime::from_millis(u64::try_from(ms).unwrap_or(0))
}

fn ms(at: StreamTime) -> i64 {
    i64::try_from(at.as_micros().div_ceil(1000)).unwrap_or(i64::MAX)
}

impl Sim {
    pub(super) fn new(seed: u64, horizon: Duration, trace: bool) -> Self {
        let mut rng = Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let policy = if rng.chance(25) { Overflow::Block } else { Overflow::DropNewest };
        let (session, delivery, receiver) = program::open(&mut rng, horizon, policy, None);
        Self {
            world: World::new(rng.next() | 1),
            rng,
            agenda: BinaryHeap::new(),
            acts: std::collections::HashMap::new(),
            count: 0,
            session,
            delivery,
            receiver,
            link: None,
            links: 0,
            epoch: 0,
            up: true,
            login: 1,
            rest_fails: 0,
            page: 0,
            no_clock: 0,
            slow: 0,
            asking: false,
            wake: i64::MAX,
            cut: false,
            taken: Vec::new(),
            end: None,
            dials: 0,
            horizon,
            policy,
            run: 0,
            opened: false,
            stopped: false,
            saved: None,
            holding: None,
            unread: VecDeque::new(),
            trace,
        }
    }

    fn at(&mut self, time: i64, act: Act) {
        self.count += 1;
        self.agenda.push(Reverse((time.max(self.world.now), self.count)));
        self.acts.insert(self.count, act);
    }

    fn after(&mut self, wait: i64, act: Act) {
        self.at(self.world.now + wait, act);
    }

    fn latency(&mut self) -> i64 {
        self.rng.ms(1, 30)
    }

    /// Fills the agenda: two posters, changes, faults, for `length`.
    pub(super) fn plan(&mut self, length: i64, faults: &[(i64, Fault)]) {
        for user in 0..2 {
            let mut time = self.rng.ms(200, 3000);
            while time < length {
                self.at(time, Act::Post(user));
                time += self.rng.ms(1, length / 11);
            }
        }
        for _ in 0..6 {
            let time = self.rng.ms(500, length);
            self.at(time, Act::Change);
        }
        if self.rng.chance(2) {
            let (time, count) =
                (self.rng.ms(500, length), [20, 40, 160, 300][usize::try_from(self.rng.below(4)).unwrap()]);
            self.at(time, Act::Burst(count));
        }
        if self.rng.chance(10) {
            let time = self.rng.ms(500, length);
            self.at(time, Act::Poison);
        }
        if self.rng.chance(30) {
            self.world.odd_dates = true;
        }
        if faults.iter().any(|(_, fault)| matches!(fault, Fault::Program(_))) {
            for _ in 0..8 {
                let time = self.rng.ms(500, length);
                self.at(time, Act::WritePosition);
            }
        }
        for (time, fault) in faults {
            self.at(*time, Act::Fault(*fault));
        }
        // What was lost last shows by what comes after it.
        for n in 0..4 {
            self.at(length + 100_000 + n * 50, Act::Post(0));
        }
        self.at(0, Act::Wake);
    }

    /// Runs to the end, and until everything is told.
    pub(super) fn run(&mut self, length: i64) {
        let quiet = length + 101_000;
        let last = quiet + 3_600_000;
        while let Some(Reverse((time, n))) = self.agenda.pop() {
            self.world.now = time;
            if time > last || self.end.is_some() {
                break;
            }
            if time > quiet && self.is_settled() {
                break;
            }
            let Some(act) = self.acts.remove(&n) else { continue };
            if self.trace && !matches!(act, Act::Wake) {
                eprintln!("{:>9} {act:?}", time);
            }
            self.act(act);
            self.pump();
        }
        self.take();
    }

    fn is_settled(&self) -> bool {
        let up =
            self.session.connected_since().is_some_and(|since| self.now() >= since + Duration::from_secs(2));
        up && !self.stopped
            && self.holding.is_none()
            && !self.delivery.is_filling()
            && self.slow <= self.world.now
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Post(user) => {
                let (time, body) = self.world.post(user);
                self.at(time, Act::Broadcast(body));
            }
            Act::Burst(count) => {
                for n in 0..count {
                    self.after(i64::try_from(n / 3).unwrap(), Act::Post(n % 2));
                }
            }
            Act::Poison => {
                let (time, body) = self.world.post(0);
                self.at(time, Act::Broadcast(format!(" {body}").into()));
            }
            Act::Change => {
                let event = match self.rng.below(6) {
                    0 | 1 => self.world.edit(),
                    2 => self.world.pin(),
                    3 => self.world.react(),
                    _ => self.world.delete(),
                };
                if let Some((time, body)) = event {
                    self.at(time, Act::Broadcast(body));
                }
            }
            Act::Broadcast(body) => {
                let frames = self.world.broadcast(&body);
                self.send(frames);
            }
            Act::Fault(fault) => self.fault(fault),
            Act::Up => self.up = true,
            Act::Upgrade(resume, login) => self.upgrade(resume.as_ref(), login),
            Act::Upgraded(run, id, epoch) if run == self.run => match &mut self.link {
                Some(link) if link.id == id && epoch == self.epoch => {
                    link.open = true;
                    self.session.on_upgraded(self.now());
                }
                _ => {
                    self.link = None;
                    self.session.on_connect_failed(self.now(), Error::new(ErrorKind::Io, "cut"));
                }
            },
            Act::DialFailed(run, error) if run == self.run => {
                self.session.on_connect_failed(self.now(), *error);
            }
            Act::Frame(link, text) => self.frame(link, &text),
            Act::PingArrives(link, seq) => self.ping_arrives(link, seq),
            Act::End(link, ended) => self.lose(link, &ended),
            Act::Notice(link) => self.world.detach(link),
            Act::Checked(run) if run == self.run => {
                let result = if !self.up {
                    Err(Error::new(ErrorKind::Connect, "refused"))
                } else if self.login == self.world.login {
                    Ok(())
                } else {
                    Err(unauthorized())
                };
                self.session.on_token_checked(self.now(), result);
            }
            Act::LoggedIn(run) if run == self.run => {
                let result = if self.up { Ok(()) } else { Err(Error::new(ErrorKind::Connect, "refused")) };
                if self.up {
                    self.login = self.world.login;
                }
                self.session.on_logged_in(self.now(), result);
            }
            Act::Asked(run, ask) if run == self.run => {
                let failed = !self.up || self.world.now < self.rest_fails;
                let result = if self.world.forbids(&ask) {
                    let id = "api.context.permissions.app_error".to_owned();
                    Err(Error::from_api(403, ApiError { id, status_code: 403, ..ApiError::default() }))
                } else if failed {
                    Err(match self.rng.below(3) {
                        0 => Error::new(ErrorKind::Connect, "refused"),
                        1 => Error::new(ErrorKind::Status, "bad gateway").with_status(502),
                        _ => Error::new(ErrorKind::Timeout, "not done within 30 s"),
                    })
                } else {
                    Ok(self.world.rest(&ask))
                };
                let wait = self.latency();
                self.after(wait, Act::Answered(run, Box::new(result)));
            }
            Act::Answered(run, result) if run == self.run => {
                self.asking = false;
                self.delivery.response_received(self.now(), *result);
            }
            Act::WritePosition => self.write_position(),
            Act::Restarted => self.restart_program(),
            Act::Rejoin(channel) => self.world.rejoin(channel),
            // Take and wake, and what belongs to an earlier run of the program.
            _ => {}
        }
    }

    fn now(&self) -> StreamTime {
        at(self.world.now)
    }

    fn send(&mut self, frames: Vec<(u64, String)>) {
        let latency = self.latency();
        for (id, text) in frames {
            let Some(link) = self.link.as_mut().filter(|link| link.id == id && !link.black) else { continue };
            link.arrives = link.arrives.max(self.world.now + latency).max(link.stalled);
            let arrives = link.arrives;
            self.at(arrives, Act::Frame(id, text));
        }
    }

    fn upgrade(&mut self, resume: Option<&Cursor>, login: u64) {
        let latency = self.latency();
        let run = self.run;
        let fail = |sim: &mut Self, wait, error| sim.after(wait, Act::DialFailed(run, Box::new(error)));
        if !self.up {
            return match self.rng.below(4) {
                0 => fail(self, 10_000, Error::new(ErrorKind::Timeout, "no connection in 10 s")),
                1 => fail(self, latency, Error::new(ErrorKind::Connect, "the name was not found")),
                _ => fail(self, latency, Error::new(ErrorKind::Connect, "refused")),
            };
        }
        if self.world.now < self.page {
            let error = match self.rng.below(3) {
                0 => Error::new(ErrorKind::Status, "a page").with_status(502),
                1 => Error::new(ErrorKind::Status, "limit exceeded")
                    .with_status(429)
                    .with_retry_after(Some(Duration::from_secs(2))),
                _ => Error::new(ErrorKind::Protocol, "a redirect"),
            };
            return fail(self, latency, error);
        }
        self.links += 1;
        let id = self.links;
        let frames = self.world.connect(id, login, resume);
        let arrives = self.world.now + latency;
        self.link = Some(Link { id, open: false, arrives: arrives + 1, black: false, stalled: 0 });
        self.at(arrives, Act::Upgraded(self.run, id, self.epoch));
        if login == self.world.login {
            self.send(frames);
        } else {
            // Anonymous: silence, and the end after five seconds.
            self.after(5000, Act::End(id, ReadEnd::Eof));
        }
    }

    fn frame(&mut self, link: u64, text: &str) {
        if self.link.as_ref().is_none_or(|present| present.id != link) {
            return;
        }
        if self.holding.is_some() {
            self.unread.push_back((link, Ok(text.to_owned())));
            return;
        }
        if text.starts_with(' ') {
            return self.lose(link, &ReadEnd::Unreadable(FrameFault::TooLarge));
        }
        let now = self.now();
        if text.starts_with("PONG") {
            return self.pong(text);
        }
        let Some(Head::Event { kind, seq }) = scan_frame(text) else { panic!("no event: {text}") };
        let hello = (kind == EventKind::Hello).then(|| {
            let id = text.split('"').nth(9).unwrap();
            (id.into(), "11.6.0".into())
        });
        let last_seq = self.session.resume_cursor().next_seq.checked_sub(1);
        let verdict = self.session.on_event(|| now, seq, hello);
        self.steps();
        let EventVerdict::Deliver { resumed } = verdict else { return };
        let origin = if resumed { Origin::Resumed } else { Origin::Live };
        let event = self.delivery.read_header(kind, text);
        if let Some(time) = self.delivery.progress_worth_telling(&event, || now) {
            self.session.advance_server_time(time);
        }
        let cursor = cursor_of(self.session.resume_cursor());
        let make = || Event::from_connection(kind, seq, text.into(), origin);
        if self.delivery.offer_event(event, cursor, last_seq, || now, make) == EnqueueResult::Full {
            let made = Event::from_connection(kind, seq, text.into(), origin);
            self.begin_holding(HeldFrame { header: event, event: made, last_seq, since: self.world.now });
        }
    }

    fn ping_arrives(&mut self, link: u64, seq: u64) {
        let Some(answer) = self.world.ping(link) else { return };
        let text = match answer {
            Ok(_) if self.world.now < self.no_clock => format!("PONG {seq} -1"),
            Ok(time) => format!("PONG {seq} {time}"),
            Err(()) => format!("PONG {seq} 0"),
        };
        self.send(vec![(link, text)]);
    }

    fn pong(&mut self, text: &str) {
        let mut parts = text.split(' ').skip(1);
        let seq = parts.next().unwrap().parse().unwrap();
        let time: i64 = parts.next().unwrap().parse().unwrap();
        let result = match time {
            0 => Err(unauthorized()),
            -1 => Ok(json!({})),
            _ => Ok(json!({"server_time": time})),
        };
        let now = self.now();
        if self.session.on_reply(now, seq, &result) && time > 0 {
            self.steps();
            self.delivery.server_time_known(now, Timestamp::from_millis(time));
        }
    }

    /// The client's end of the link is gone.
    fn lose(&mut self, link: u64, ended: &ReadEnd) {
        if self.holding.is_some() && self.link.as_ref().is_some_and(|present| present.id == link) {
            self.unread.push_back((link, Err(ended.clone())));
            return;
        }
        let Some(lost) = self.link.take_if(|present| present.id == link) else { return };
        self.after(30, Act::Notice(link));
        if !lost.open {
            // The dial fails.
            return;
        }
        self.session.on_connection_lost(self.now(), ended);
        self.steps();
    }

    fn steps(&mut self) {
        let now = self.now();
        while let Some(step) = self.session.next_effect() {
            match step {
                Effect::Notify(note) => self.note(note),
                Effect::Ping(seq) => {
                    let latency = self.latency();
                    if let Some(link) = self.link.as_ref().filter(|link| !link.black).map(|link| link.id) {
                        self.after(latency, Act::PingArrives(link, seq));
                    }
                }
                Effect::Pong | Effect::Probe(_) => {}
                Effect::Cut => self.cut = true,
                Effect::End(_) if self.run > 0 && !self.opened => {
                    // `open` failed, and the program tries again.
                    self.kill_program(1000);
                    return;
                }
                Effect::End(error) => {
                    self.end = Some(error.clone());
                    self.delivery.end_stream(Event::end_of_stream(error));
                }
            }
        }
        if self.cut && self.holding.is_none() {
            self.cut = false;
            if let Some(link) = self.link.take() {
                self.after(30, Act::Notice(link.id));
                self.session.on_connection_lost(now, &ReadEnd::Eof);
                self.steps();
            }
        }
    }

    fn note(&mut self, note: Notification) {
        let now = self.now();
        match note {
            Notification::Connected { resumed, attempts } => {
                self.opened = true;
                self.delivery.link_up(now);
                self.delivery.deliver_notification(Payload::Connected(Connected {
                    resumed,
                    attempts,
                    ..Connected::default()
                }));
            }
            Notification::Disconnected { reason, detail } => {
                self.delivery.link_down();
                self.delivery.deliver_notification(Payload::Disconnected(Disconnected {
                    reason,
                    detail,
                    unsent: 0,
                }));
            }
            Notification::Missed(gap) => self.delivery.gap_found(now, gap),
            Notification::Expired { login_again } => {
                self.delivery.deliver_notification(Payload::SessionExpired(SessionExpired { login_again }));
            }
        }
    }

    fn take(&mut self) {
        while let Ok(event) = self.receiver.try_recv() {
            if self.trace {
                eprintln!(
                    "{:>9}   took {} {:?} {}",
                    self.world.now,
                    event.name(),
                    event.origin(),
                    event.raw()
                );
            }
            let version = PostVersion::of_event(event.kind(), event.raw());
            let at = Timestamp::from_millis(EPOCH + self.world.now);
            self.taken.push(Taken { event, version, at });
        }
    }
}

fn unauthorized() -> Error {
    let id = "api.context.session_expired.app_error".to_owned();
    Error::from_api(401, ApiError { id, status_code: 401, ..ApiError::default() })
}

/// The notifications of a run.
pub(super) fn notices(taken: &[Taken]) -> (Vec<(usize, Missed)>, Vec<(usize, CaughtUp)>) {
    let (mut missed, mut caught_up) = (Vec::new(), Vec::new());
    for (n, taken) in taken.iter().enumerate().filter(|(_, taken)| taken.event.kind().is_notification()) {
        match taken.event.payload() {
            Ok(Payload::Missed(notice)) => missed.push((n, (**notice).clone())),
            Ok(Payload::CaughtUp(notice)) => caught_up.push((n, (**notice).clone())),
            _ => {}
        }
    }
    (missed, caught_up)
}
