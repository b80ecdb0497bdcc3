//! Sequences, on a clock that the test holds.

mod liveness;
mod unreadable;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::error::ApiError;
use crate::event::DisconnectReason;
use crate::time_scale::TimeScale;
use crate::ws::Probe;
use crate::ws::frame::FrameFault;

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbb";

/// A session and the clock that it is driven by.
struct Driven {
    session: StreamSession,
    now: StreamTime,
    pings: Vec<u64>,
    cuts: usize,
    pongs: usize,
    probes: Vec<u64>,
    notes: Vec<Notification>,
    end: Option<Error>,
}

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn unauthorized() -> Error {
    Error::from_api(401, ApiError { id: "x".into(), status_code: 401, ..ApiError::default() })
}

impl Driven {
    fn new() -> Self {
        Self::with(false, None)
    }

    fn with(can_log_in: bool, from: Option<Cursor>) -> Self {
        Self::watching(can_log_in, from, None)
    }

    fn watching(can_log_in: bool, from: Option<Cursor>, liveness: Option<Probe>) -> Self {
        let settings = SessionSettings {
            ping_every: s(30),
            can_log_in,
            liveness,
            backoff_scale: TimeScale::REAL,
            time_scale: TimeScale::REAL,
            seed: Some(3),
        };
        Self {
            session: StreamSession::new(settings, from),
            now: s(1),
            pings: Vec::new(),
            cuts: 0,
            pongs: 0,
            probes: Vec::new(),
            notes: Vec::new(),
            end: None,
        }
    }

    fn collect(&mut self) {
        while let Some(step) = self.session.next_effect() {
            match step {
                Effect::Notify(note) => self.notes.push(note),
                Effect::Ping(seq) => self.pings.push(seq),
                Effect::Pong => self.pongs += 1,
                Effect::Probe(number) => self.probes.push(number),
                Effect::Cut => self.cuts += 1,
                Effect::End(error) => self.end = Some(error),
            }
        }
    }

    fn next(&mut self) -> ReaderAction {
        let next = self.session.next_reader_action(self.now);
        self.collect();
        next
    }

    /// Waits as long as the session wants to, then dials.
    fn dial(&mut self) -> Option<Cursor> {
        loop {
            match self.next() {
                ReaderAction::Wait(Some(until)) => self.now = until,
                ReaderAction::Connect(resume) => return resume,
                other => panic!("{other:?} instead of a dial"),
            }
        }
    }

    /// The connection to resume, and the next sequence number, as the server sees them.
    fn upgrade(&mut self) -> Option<(String, u64)> {
        let resume = self.dial();
        self.session.on_upgraded(self.now);
        self.collect();
        assert_eq!(self.next(), ReaderAction::Read);
        resume.and_then(|cursor| Some((cursor.connection_id?.to_string(), cursor.next_seq)))
    }

    fn event(&mut self, seq: u64) -> EventVerdict {
        let now = self.now;
        let verdict = self.session.on_event(|| now, Some(seq), None);
        self.collect();
        verdict
    }

    fn hello(&mut self, id: &str) -> EventVerdict {
        let now = self.now;
        let verdict = self.session.on_event(|| now, Some(0), Some((Arc::from(id), "11.6.0".into())));
        self.collect();
        verdict
    }

    fn pong(&mut self, server_time: i64) {
        let seq = *self.pings.last().unwrap();
        let answer: crate::Result<Value> = Ok(json!({"server_time": server_time}));
        assert!(self.session.on_reply(self.now, seq, &answer));
        self.collect();
    }

    /// A first link that is up.
    fn up() -> Self {
        Self::new().begun()
    }

    fn begun(mut self) -> Self {
        let driven = &mut self;
        assert_eq!(driven.upgrade(), None);
        assert_eq!(driven.hello(A), EventVerdict::Deliver { resumed: false });
        driven.pong(1_000_000);
        driven.notes.clear();
        self
    }

    fn lose(&mut self, ended: &ReadEnd) {
        self.session.on_connection_lost(self.now, ended);
        self.collect();
    }

    fn tick(&mut self, after: Duration) {
        self.now += after;
        self.session.on_tick(self.now, None);
        self.collect();
    }

    fn missed(&self) -> Vec<(MissedReason, Option<u64>, Option<u64>)> {
        let gaps = self.notes.iter().filter_map(|note| match note {
            Notification::Missed(gap) => Some((gap.reason.clone(), gap.last_seq, gap.seq)),
            _ => None,
        });
        gaps.collect()
    }

    fn resumed(&self) -> bool {
        self.notes.iter().any(|note| matches!(note, Notification::Connected { resumed: true, .. }))
    }
}

const FRESH: EventVerdict = EventVerdict::Deliver { resumed: false };
const AFTER: EventVerdict = EventVerdict::Deliver { resumed: true };

#[test]
fn a_first_link_is_greeted_and_pinged_at_once() {
    let mut d = Driven::new();
    assert_eq!(d.upgrade(), None);
    assert_eq!(d.pings, [1]);
    assert_eq!(d.hello(A), FRESH);
    assert_eq!(d.notes, [Notification::Connected { resumed: false, attempts: 1 }]);
    assert_eq!((d.event(1), d.event(2)), (FRESH, FRESH));
    d.pong(50_000);
    assert_eq!(d.session.resume_cursor().server_time.as_millis(), 40_000);
    assert_eq!(d.session.resume_cursor().next_seq, 3);
}

#[test]
fn a_replay_is_a_resume() {
    let mut d = Driven::up();
    d.event(1);
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.upgrade(), Some((A.to_owned(), 2)));
    assert_eq!((d.event(2), d.event(3)), (AFTER, AFTER));
    assert!(d.resumed() && d.missed().is_empty());
}

#[test]
fn numbers_that_begin_again_are_those_of_a_new_connection() {
    let mut d = Driven::up();
    for seq in 1..=5 {
        let _ = d.event(seq);
    }
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.upgrade(), Some((A.to_owned(), 6)));
    assert_eq!(d.hello(A), FRESH, "the same ID, and number 0");
    assert_eq!(d.missed(), [(MissedReason::NewConnection, Some(5), None)]);
    assert!(!d.resumed());
    assert_eq!((d.event(1), d.event(2)), (FRESH, FRESH), "no repeats");
    assert_eq!(d.hello(A), EventVerdict::Drop, "a repeat on the same connection");
    assert_eq!(d.event(3), FRESH);
    assert_eq!(d.missed().len(), 1);
}

/// As after the upgrade with a sequence number that a server cannot parse.
#[test]
fn a_position_that_the_server_rejects_is_left_behind() {
    let from = Cursor { connection_id: Some(A.into()), next_seq: u64::MAX, ..Cursor::default() };
    let mut d = Driven::with(false, Some(from));
    assert_eq!(d.upgrade(), Some((A.to_owned(), u64::MAX)));
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.next(), ReaderAction::CheckToken);
    d.session.on_token_checked(d.now, Ok(()));
    assert_eq!(d.upgrade(), None);
    assert_eq!(d.hello(B), FRESH);
    assert_eq!(d.missed(), [(MissedReason::Resumed, Some(u64::MAX - 1), None)]);
    assert!(d.end.is_none());
    // Without a position, it is no server that can be used.
    let mut d = Driven::new();
    assert_eq!(d.upgrade(), None);
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.next(), ReaderAction::CheckToken);
    d.session.on_token_checked(d.now, Ok(()));
    d.collect();
    assert!(d.end.is_some());
}

#[test]
fn a_quiet_resume_is_known_by_the_pings_answer() {
    let mut d = Driven::up();
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.upgrade(), Some((A.to_owned(), 1)));
    d.pong(2_000_000);
    assert!(d.resumed() && d.missed().is_empty());
    assert_eq!(d.event(1), EventVerdict::Deliver { resumed: false }, "the reply ends the replay");
}

#[test]
fn a_stale_answer_decides_too_and_satisfies_nobody() {
    let mut d = Driven::up();
    d.lose(&ReadEnd::Eof);
    d.upgrade();
    assert!(!d.session.on_reply(d.now, 1, &Ok(Value::Null)), "the number of an earlier link");
    d.collect();
    assert!(d.resumed());
    assert_eq!(d.pings, [1, 2], "numbers go on");
}

#[test]
fn another_connection_is_a_gap() {
    // Not found, still active, reaped, or out of the queue: always a hello of another id. After a restart of the
    // server the remaining events follow, from 1.
    let mut d = Driven::up();
    d.event(1);
    d.lose(&ReadEnd::Eof);
    d.upgrade();
    assert_eq!((d.hello(B), d.event(1)), (FRESH, FRESH));
    assert!(!d.resumed());
    assert_eq!(d.missed(), [(MissedReason::NewConnection, Some(1), None)]);
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.upgrade(), Some((B.to_owned(), 2)));
}

#[test]
fn a_hello_of_the_same_id_is_a_resume() {
    let mut d = Driven::up();
    d.event(1);
    d.lose(&ReadEnd::Eof);
    d.upgrade();
    let now = d.now;
    assert_eq!(d.session.on_event(|| now, Some(2), Some((A.into(), "v".into()))), AFTER);
    d.collect();
    assert!(d.resumed() && d.missed().is_empty());
    // On a living link, as after another authentication, it is an event like any other.
    let now = d.now;
    assert_eq!(d.session.on_event(|| now, Some(3), Some((A.into(), "v".into()))), AFTER);
    // Another connection on a living link is a gap.
    assert_eq!(d.hello(B), AFTER);
    assert_eq!(d.missed().len(), 1);
}

#[test]
fn odd_connection_ids_are_never_sent_back() {
    for id in ["", "short", "with a space and a\r\nbreak!"] {
        let mut d = Driven::new();
        d.upgrade();
        d.hello(id);
        d.lose(&ReadEnd::Eof);
        assert_eq!(d.upgrade(), None, "{id:?}");
    }
}

#[test]
fn numbers_tell_gaps_and_repeats() {
    let mut d = Driven::up();
    assert_eq!((d.event(1), d.event(1), d.event(0)), (FRESH, EventVerdict::Drop, EventVerdict::Drop));
    assert_eq!(d.event(4), FRESH);
    assert_eq!(d.missed(), [(MissedReason::Gap, Some(1), None)]);
    assert_eq!((d.event(3), d.event(5)), (EventVerdict::Drop, FRESH));
    // A server that repeats itself for ever is left, and the next one starts anew.
    for _ in 0..=MAX_REPEATED_EVENTS {
        assert_eq!(d.event(2), EventVerdict::Drop);
    }
    assert_eq!(d.cuts, 1);
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.upgrade(), None);
    // u64::MAX does not overflow.
    let mut d = Driven::up();
    assert_eq!((d.event(u64::MAX), d.event(u64::MAX)), (FRESH, FRESH));
}

#[test]
fn pings_come_every_thirty_seconds_and_must_be_answered() {
    let mut d = Driven::up();
    assert_eq!(d.session.next_deadline(), Some(s(31) + PING_SLACK_WINDOW));
    d.tick(s(27));
    assert_eq!(d.pings, [1]);
    // A thread that is awake anyway sends the ping a little early.
    d.tick(Duration::from_millis(2800));
    assert_eq!(d.pings, [1, 2]);
    d.pong(1);
    d.tick(s(30));
    assert_eq!(d.pings, [1, 2, 3]);
    d.tick(s(29));
    assert_eq!(d.cuts, 0);
    d.tick(s(1));
    assert_eq!(d.cuts, 1);
    d.lose(&ReadEnd::Eof);
    assert!(matches!(&d.notes[..], [Notification::Disconnected { reason: DisconnectReason::Silent, .. }]));
    assert_eq!(d.upgrade(), Some((A.to_owned(), 1)));
}

#[test]
fn a_large_message_before_the_answer_is_waited_for() {
    let mut d = Driven::up();
    d.tick(s(30));
    let sent = d.now;
    // Bytes keep coming: alive, but not for ever.
    while d.cuts == 0 {
        d.now += s(5);
        d.session.on_tick(d.now, Some(d.now.saturating_sub(s(1))));
        d.collect();
        assert!(d.now < sent + s(200));
    }
    assert!(d.now >= sent + s(90) && d.now <= sent + s(125), "{:?}", d.now.saturating_sub(sent));
    // Bytes that stopped coming: dead after one answer's time more.
    let mut d = Driven::up();
    d.tick(s(30));
    let heard = d.now + s(10);
    for _ in 0..29 {
        d.now += s(1);
        d.session.on_tick(d.now, Some(heard));
    }
    d.now += s(1);
    d.session.on_tick(d.now, Some(heard));
    d.collect();
    assert_eq!(d.cuts, 0);
    d.now = heard + PING_TIMEOUT;
    d.session.on_tick(d.now, Some(heard));
    d.collect();
    assert_eq!(d.cuts, 1);
}

#[test]
fn a_blocked_reader_is_kept_alive_by_pongs_and_not_taken_for_a_dead_peer() {
    let mut d = Driven::up();
    d.tick(s(30));
    assert_eq!(d.pings.len(), 2);
    d.session.set_blocked(d.now, true);
    assert!(d.session.is_blocked());
    d.tick(s(0));
    assert_eq!(d.pongs, 1);
    for _ in 0..60 {
        d.tick(s(1));
    }
    assert_eq!((d.pongs, d.cuts, d.pings.len()), (3, 0, 2));
    d.session.set_blocked(d.now, false);
    // Blocking again soon sends no further pong.
    d.session.set_blocked(d.now, true);
    d.tick(s(1));
    assert_eq!(d.pongs, 3);
    d.session.set_blocked(d.now, false);
    d.tick(s(29));
    assert_eq!(d.cuts, 0, "the answer may stand behind what was not read");
    d.tick(s(1));
    assert_eq!(d.cuts, 1);
}

#[test]
fn no_first_frame_asks_whether_the_token_is_good() {
    let mut d = Driven::up();
    d.lose(&ReadEnd::Eof);
    d.upgrade();
    d.tick(s(9));
    assert_eq!(d.cuts, 0);
    d.tick(s(1));
    assert_eq!(d.cuts, 1);
    d.lose(&ReadEnd::Eof);
    assert_eq!((d.next(), d.next()), (ReaderAction::CheckToken, ReaderAction::Wait(None)), "asked once");
    // The token is good, or REST is as dead: dial again.
    d.session.on_token_checked(d.now, Ok(()));
    d.upgrade();
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.next(), ReaderAction::CheckToken);
    d.session.on_token_checked(d.now, Err(Error::new(ErrorKind::Connect, "")));
    d.upgrade();
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.next(), ReaderAction::CheckToken);
    d.session.on_token_checked(d.now, Err(unauthorized()));
    d.collect();
    assert!(d.end.as_ref().unwrap().is_unauthorized());
    assert_eq!(d.notes.last(), Some(&Notification::Expired { login_again: false }));
    assert_eq!(d.next(), ReaderAction::Exit);
}

#[test]
fn what_fails_before_the_first_greeting_is_the_error_of_open() {
    let failures: [fn(&mut Driven); 5] = [
        |d| d.session.on_connect_failed(d.now, Error::new(ErrorKind::Tls, "")),
        |d| {
            d.session.on_upgraded(d.now);
            d.session.on_connection_lost(d.now, &ReadEnd::Unreadable(FrameFault::TooLarge));
        },
        |d| {
            d.session.on_upgraded(d.now);
            d.session.on_connection_lost(d.now, &ReadEnd::Eof);
            assert_eq!(d.session.next_reader_action(d.now), ReaderAction::CheckToken);
            d.session.on_token_checked(d.now, Ok(()));
        },
        |d| {
            d.session.on_upgraded(d.now);
            d.session.on_connection_lost(d.now, &ReadEnd::Broken("x".into()));
            assert_eq!(d.session.next_reader_action(d.now), ReaderAction::CheckToken);
            d.session.on_token_checked(d.now, Err(unauthorized()));
        },
        |d| d.session.on_connect_failed(d.now, unauthorized()),
    ];
    for fail in failures {
        let mut d = Driven::new();
        d.dial();
        fail(&mut d);
        d.collect();
        assert!(d.end.is_some());
        assert_eq!(d.next(), ReaderAction::Exit);
    }
}

#[test]
fn afterwards_only_a_refusal_of_the_server_itself_is_final() {
    let forbidden = Error::from_api(403, ApiError { id: "x".into(), ..ApiError::default() });
    let html = |status| Error::new(ErrorKind::Status, "an HTML page").with_status(status);
    for (error, fatal) in [
        (Error::new(ErrorKind::Tls, ""), false),
        (Error::new(ErrorKind::Connect, "no such host"), false),
        (Error::new(ErrorKind::Protocol, "redirect"), false),
        (html(502), false),
        (html(401), false),
        (html(403), false),
        (forbidden, true),
        (unauthorized(), true),
    ] {
        let mut d = Driven::up();
        d.lose(&ReadEnd::Eof);
        d.dial();
        d.session.on_connect_failed(d.now, error.clone());
        d.collect();
        assert_eq!(d.end.is_some(), fatal, "{error}");
        if !fatal {
            d.upgrade();
        }
    }
}

#[test]
fn waits_grow_and_start_again_after_a_healthy_link() {
    let mut d = Driven::up();
    d.now += s(60);
    d.lose(&ReadEnd::Eof);
    let lost = d.now;
    d.dial();
    assert_eq!(
        d.now,
        lost + MIN_RECONNECT_DELAY,
        "the first dial comes as soon as the server can have noticed"
    );
    for _ in 0..12 {
        d.session.on_connect_failed(d.now, Error::new(ErrorKind::Connect, ""));
        d.dial();
    }
    assert!(d.now > lost + s(60), "{:?}", d.now.saturating_sub(lost));
    // A link that dies young does not count as a good one.
    d.session.on_upgraded(d.now);
    d.event(1);
    assert_eq!(d.notes.last(), Some(&Notification::Connected { resumed: true, attempts: 13 }));
    d.lose(&ReadEnd::Eof);
    assert!(matches!(d.next(), ReaderAction::Wait(Some(_))));
    d.upgrade();
    d.event(2);
    d.now += s(11);
    d.lose(&ReadEnd::Eof);
    d.now += MIN_RECONNECT_DELAY;
    assert!(matches!(d.next(), ReaderAction::Connect(_)));
    // A rate limit is obeyed.
    d.session.on_connect_failed(d.now, Error::new(ErrorKind::Status, "").with_retry_after(Some(s(40))));
    assert_eq!(d.next(), ReaderAction::Wait(Some(d.now + s(40))));
}

/// A frame of which a byte comes now and then is alive, but not for ever.
#[test]
fn a_trickle_puts_the_answer_off_to_90_seconds_and_no_further() {
    let mut d = Driven::up();
    d.tick(s(30));
    assert_eq!(d.pings.len(), 2);
    let began = d.now;
    while d.cuts == 0 {
        d.now = d.session.next_deadline().unwrap();
        assert!(d.now <= began + s(90));
        d.session.on_tick(d.now, Some(d.now.saturating_sub(Duration::from_millis(50))));
        d.collect();
    }
    assert_eq!(d.now.saturating_sub(began), s(90));
}

#[test]
fn a_goodbye_is_answered_and_the_link_cut_if_nothing_follows() {
    let mut d = Driven::up();
    d.session.on_close_frame(d.now, Some(1001), "going away\n");
    assert_eq!(d.event(1), EventVerdict::Drop);
    assert_eq!(d.session.next_deadline(), Some(d.now + CLOSE_TIMEOUT));
    d.tick(CLOSE_TIMEOUT);
    assert_eq!(d.cuts, 1);
    d.lose(&ReadEnd::Eof);
    let Some(Notification::Disconnected { reason: DisconnectReason::Closed, detail }) = d.notes.first()
    else {
        panic!("{:?}", d.notes)
    };
    assert_eq!(detail, "closed by the server (1001: going away )");
}

#[test]
fn an_earlier_run_is_gone_on_with() {
    let known = Cursor { connection_id: Some(A.into()), next_seq: 9, server_time: Timestamp::from_millis(5) };
    let mut d = Driven::with(false, Some(known.clone()));
    assert_eq!(d.upgrade(), Some((A.to_owned(), 9)));
    assert_eq!(d.event(9), AFTER);
    assert!(d.resumed() && d.missed().is_empty());
    let mut d = Driven::with(false, Some(known));
    d.upgrade();
    d.hello(B);
    let Some(Notification::Missed(gap)) = d.notes.last() else { panic!("{:?}", d.notes) };
    assert_eq!((&gap.reason, gap.since.as_millis()), (&MissedReason::Resumed, 5));
    // Without an id only the time is known.
    let known = Cursor { connection_id: None, next_seq: 0, server_time: Timestamp::from_millis(5) };
    let mut d = Driven::with(false, Some(known));
    assert_eq!(d.upgrade(), None);
    d.hello(B);
    assert_eq!(d.missed(), [(MissedReason::Resumed, None, None)]);
}

#[test]
fn a_stopped_session_does_nothing_more() {
    let mut d = Driven::up();
    d.session.close_stream();
    d.tick(s(100));
    assert_eq!((d.cuts, d.event(1), d.next()), (0, EventVerdict::Drop, ReaderAction::Exit));
    d.lose(&ReadEnd::Eof);
    d.session.on_token_checked(d.now, Err(unauthorized()));
    d.session.on_logged_in(d.now, Ok(()));
    d.session.on_connect_failed(d.now, unauthorized());
    d.session.on_upgraded(d.now);
    d.collect();
    assert!(d.end.is_none() && d.notes.is_empty());
    assert_eq!(d.next(), ReaderAction::Exit);
}

/// Whatever comes, in whatever order: no panic, no event twice or out of order, and the numbers of actions only grow.
#[test]
fn no_order_of_things_confuses_it() {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut roll = move |sides: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % sides
    };
    for round in 0..300 {
        let mut d = Driven::with(round % 2 == 0, None);
        let mut last = None;
        for _ in 0..300 {
            match roll(14) {
                0 => drop(d.session.next_reader_action(d.now)),
                1 => d.session.on_upgraded(d.now),
                2 => d.session.on_connect_failed(d.now, Error::new(ErrorKind::Connect, "")),
                3 => d.lose(&ReadEnd::Eof),
                4 => d.lose(&ReadEnd::Unreadable(FrameFault::TooLarge)),
                5 => d.tick(Duration::from_millis(roll(40_000))),
                6 => {
                    let id = if roll(2) == 0 { A } else { B };
                    if d.hello(id) != EventVerdict::Drop {
                        last = Some(0);
                    }
                }
                7 => {
                    d.session.on_token_checked(d.now, if roll(9) == 0 { Err(unauthorized()) } else { Ok(()) })
                }
                8 => d.session.on_logged_in(d.now, Ok(())),
                9 => d.session.set_blocked(d.now, roll(2) == 0),
                10 => drop(d.session.on_reply(d.now, roll(5), &Ok(Value::Null))),
                11 => d.session.on_close_frame(d.now, None, ""),
                _ => {
                    let seq = d.session.resume_cursor().next_seq.saturating_add(roll(3)).saturating_sub(1);
                    if let EventVerdict::Deliver { .. } = d.event(seq) {
                        assert!(last.is_none_or(|last| seq > last), "{seq} after {last:?}");
                        last = Some(seq);
                    }
                }
            }
            d.collect();
            let _ = d.session.next_deadline();
        }
        assert!(d.pings.windows(2).all(|two| two[0] < two[1]));
    }
}
