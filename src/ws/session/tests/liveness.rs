//! Links that answer pings and hear nothing, sessions that end and are good again, clocks that jump.

use super::*;

/// A probe is due when a link was quiet for so long.
const PROBE_INTERVAL: Duration = Duration::from_secs(60);
const ECHO_TIMEOUT: Duration = Duration::from_secs(30);

impl Driven {
    /// Lets time go by in steps of a second, with every ping answered by the server's clock, until something else than
    /// that is wanted or `most` is over.
    fn idle(&mut self, most: Duration) {
        let (until, probes, cuts) = (self.now + most, self.probes.len(), self.cuts);
        while self.now < until && self.cuts == cuts && self.probes.len() == probes {
            let pings = self.pings.len();
            self.tick(s(1));
            if self.pings.len() > pings {
                self.pong(self.server_time());
            }
        }
    }

    /// What the server's clock shows.
    fn server_time(&self) -> i64 {
        1_000_000 + i64::try_from(self.now.as_millis()).unwrap()
    }

    fn probed(&mut self, answer: crate::Result<ProbeResponse>) {
        let number = *self.probes.last().unwrap();
        self.session.on_probe_response(self.now, number, answer);
        self.collect();
    }

    /// The gap that was told last: since when.
    fn since(&self) -> i64 {
        let since = self.notes.iter().rev().find_map(|note| match note {
            Notification::Missed(gap) => Some(gap.since.min(gap.last_event).as_millis()),
            _ => None,
        });
        since.unwrap()
    }

    fn watched(probe: Probe) -> Self {
        Self::watching(false, None, Some(probe)).begun()
    }

    fn echo(&mut self, number: u64) -> bool {
        self.session.on_probe_echo(self.now, number)
    }
}

fn deaf(d: &Driven) -> bool {
    matches!(d.notes.last(), Some(Notification::Disconnected { reason: DisconnectReason::Deaf, .. }))
}

#[test]
fn a_stream_asks_only_where_that_is_wanted() {
    let mut d = Driven::up();
    d.idle(s(3600));
    assert!(d.probes.is_empty() && d.cuts == 0);
    assert!(!d.echo(1));
}

#[test]
fn an_echo_proves_that_events_come() {
    let mut d = Driven::watched(Probe::Preference);
    for number in 1..=5 {
        let quiet = d.now;
        d.idle(s(200));
        assert_eq!(d.probes.last(), Some(&number));
        assert!(d.now <= quiet + PROBE_INTERVAL + PROBE_INTERVAL, "{:?}", d.now - quiet);
        // The event may overtake the answer of REST.
        if number % 2 == 0 {
            assert!(d.echo(number));
            d.probed(Ok(ProbeResponse::Written));
        } else {
            d.probed(Ok(ProbeResponse::Written));
            d.now += ECHO_TIMEOUT - s(1);
            d.event(number);
            assert!(!d.echo(number + 1) && !d.echo(number - 1), "another stream's, or late");
            assert!(d.echo(number));
        }
    }
    assert_eq!(d.cuts, 0);
    // Where events come by themselves, nobody asks.
    for seq in 10..300 {
        d.event(seq);
        d.idle(s(10));
    }
    assert_eq!((d.probes.len(), d.cuts), (5, 0));
}

#[test]
fn no_echo_is_a_deaf_link_and_a_gap_from_the_last_event_on() {
    let mut d = Driven::watched(Probe::Preference);
    d.idle(s(50));
    d.event(1);
    let (heard, known) = (d.now, d.session.resume_cursor().server_time);
    d.idle(s(300));
    d.probed(Ok(ProbeResponse::Written));
    d.idle(s(300));
    assert_eq!(d.cuts, 1);
    assert!(d.now <= heard + PROBE_INTERVAL * 2 + ECHO_TIMEOUT + s(1), "{:?}", d.now - heard);
    assert!(d.session.resume_cursor().server_time >= known, "pings were answered meanwhile");
    d.lose(&ReadEnd::Eof);
    assert!(deaf(&d), "{:?}", d.notes);
    // The connection is as deaf as the link: nobody goes on with it.
    assert_eq!(d.upgrade(), None);
    d.hello(B);
    assert_eq!(d.missed(), [(MissedReason::NewConnection, Some(1), None)]);
    assert_eq!(d.since(), known.as_millis(), "answers to pings prove nothing");
    d.pong(d.server_time());
    d.idle(s(300));
    assert_eq!(d.probes.len(), 2, "and so on, on the new link");
}

#[test]
fn an_account_that_was_changed_is_a_deaf_link() {
    let mut d = Driven::watched(Probe::Account);
    let changed = |at| Ok(ProbeResponse::Changed(Timestamp::from_millis(at)));
    d.idle(s(2));
    assert_eq!(d.probes, [1], "what it is now is asked for at once");
    d.probed(changed(7));
    d.idle(s(200));
    d.probed(changed(7));
    let sure = d.session.resume_cursor().server_time;
    assert_eq!(d.cuts, 0);
    let last = d.now;
    d.idle(s(200));
    d.probed(changed(8));
    assert_eq!(d.cuts, 1);
    assert!(d.now <= last + PROBE_INTERVAL * 2, "{:?}", d.now - last);
    d.lose(&ReadEnd::Eof);
    assert!(deaf(&d));
    assert_eq!(d.upgrade(), None);
    d.hello(B);
    assert_eq!(d.since(), sure.as_millis());
    // The new link begins with what the account is now.
    d.idle(s(2));
    d.probed(changed(9));
    assert_eq!((d.probes.len(), d.cuts), (4, 1));
}

#[test]
fn questions_that_fail_prove_nothing() {
    for probe in [Probe::Preference, Probe::Account] {
        let mut d = Driven::watched(probe);
        for _ in 0..5 {
            d.idle(s(200));
            d.probed(Err(Error::new(ErrorKind::Connect, "refused")));
        }
        assert_eq!((d.probes.len(), d.cuts), (5, 0));
        // An answer to an earlier link's question is no answer.
        d.idle(s(200));
        d.lose(&ReadEnd::Eof);
        d.probed(Ok(ProbeResponse::Written));
        d.upgrade();
        d.pong(2_000_000);
        let number = *d.probes.last().unwrap();
        d.session.on_probe_response(d.now, number, Ok(ProbeResponse::Changed(Timestamp::from_millis(1))));
        d.collect();
        assert_eq!(d.cuts, 0);
        // A token that is not good any more is as bad as when a ping says so.
        d.idle(s(200));
        d.probed(Err(unauthorized()));
        assert_eq!(d.cuts, 1);
        d.lose(&ReadEnd::Eof);
        assert_eq!(d.next(), ReaderAction::CheckToken);
    }
}

#[test]
fn a_blocked_reader_is_not_deaf() {
    let mut d = Driven::watched(Probe::Preference);
    d.idle(s(200));
    d.probed(Ok(ProbeResponse::Written));
    d.session.set_blocked(d.now, true);
    for _ in 0..120 {
        d.tick(s(1));
    }
    assert_eq!(d.cuts, 0);
    d.session.set_blocked(d.now, false);
    d.tick(s(1));
    assert!(d.echo(1));
    d.pong(d.server_time());
    d.tick(s(29));
    assert_eq!(d.cuts, 0);
}

#[test]
fn an_expired_session_is_replaced_once() {
    let mut d = Driven::with(true, None);
    d.dial();
    d.session.begin_connect_with(7);
    d.session.on_upgraded(d.now);
    d.collect();
    d.hello(A);
    d.session.on_reply(d.now, d.pings[0], &Err(unauthorized()));
    d.collect();
    assert_eq!(d.cuts, 1);
    assert_eq!(d.event(1), EventVerdict::Drop);
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.notes.last(), Some(&Notification::Expired { login_again: true }));
    assert_eq!(
        (d.next(), d.next(), d.session.login_generation()),
        (ReaderAction::LogIn, ReaderAction::Wait(None), 7)
    );
    d.session.on_logged_in(d.now, Err(Error::new(ErrorKind::Connect, "")));
    assert_eq!(d.next(), ReaderAction::LogIn);
    d.session.on_logged_in(d.now, Ok(()));
    // The server stopped sending without a word: what is missing is known by time only.
    assert_eq!(d.upgrade(), None);
    d.hello(B);
    assert_eq!(d.missed(), [(MissedReason::NewConnection, Some(0), None)]);
    d.session.on_reply(d.now, *d.pings.last().unwrap(), &Err(unauthorized()));
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.next(), ReaderAction::LogIn);
    d.session.on_logged_in(d.now, Err(unauthorized()));
    d.collect();
    assert!(d.end.unwrap().is_unauthorized());
}

/// All sessions of an account were revoked, or a bot was disabled and enabled again: the link is deaf, and the token
/// is good.
#[test]
fn a_token_may_outlive_its_session() {
    let mut d = Driven::up();
    d.event(1);
    let known = d.session.resume_cursor().server_time;
    d.session.on_reply(d.now, *d.pings.last().unwrap(), &Err(unauthorized()));
    d.collect();
    d.lose(&ReadEnd::Eof);
    assert!(matches!(
        d.notes.last(),
        Some(Notification::Disconnected { reason: DisconnectReason::SessionExpired, .. })
    ));
    assert_eq!((d.next(), d.next()), (ReaderAction::CheckToken, ReaderAction::Wait(None)), "asked once");
    d.session.on_token_checked(d.now, Ok(()));
    assert_eq!(d.upgrade(), None);
    d.hello(B);
    assert_eq!(d.missed(), [(MissedReason::NewConnection, Some(1), None)]);
    assert_eq!(d.since(), known.as_millis());
    assert!(!d.notes.iter().any(|note| matches!(note, Notification::Expired { .. })));
    // REST cannot be reached: the token is not known to be bad.
    d.pong(2_000_000);
    d.session.on_reply(d.now, 0, &Err(unauthorized()));
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.next(), ReaderAction::CheckToken);
    d.session.on_token_checked(d.now, Err(Error::new(ErrorKind::Connect, "refused")));
    assert_eq!(d.upgrade(), None);
    d.hello(A);
    d.pong(3_000_000);
    // It is bad.
    d.session.on_reply(d.now, 0, &Err(unauthorized()));
    d.lose(&ReadEnd::Eof);
    assert_eq!(d.next(), ReaderAction::CheckToken);
    d.session.on_token_checked(d.now, Err(unauthorized()));
    d.collect();
    assert_eq!(d.notes.last(), Some(&Notification::Expired { login_again: false }));
    assert!(d.end.unwrap().is_unauthorized());
}

/// As where the server wants a second factor: REST says who we are, the socket does not listen to us.
#[test]
fn a_token_that_no_link_takes_is_not_tried_for_ever() {
    let mut d = Driven::up();
    let mut links = 0;
    while d.end.is_none() {
        d.session.on_reply(d.now, *d.pings.last().unwrap(), &Err(unauthorized()));
        d.collect();
        d.lose(&ReadEnd::Eof);
        if d.next() == ReaderAction::CheckToken {
            d.session.on_token_checked(d.now, Ok(()));
            d.upgrade();
            d.hello(if links % 2 == 0 { B } else { A });
        }
        links += 1;
        assert!(links < 10);
    }
    assert_eq!(links, 3);
    assert!(d.end.unwrap().is_unauthorized());
}

/// Somebody else logged in again meanwhile: the connection was deaf since the login before had ended.
#[test]
fn a_connection_of_an_earlier_login_is_not_gone_on_with() {
    let mut d = Driven::up();
    d.event(1);
    d.lose(&ReadEnd::Eof);
    assert!(d.dial().is_some());
    assert!(d.session.begin_connect_with(0), "the same login");
    d.session.on_connect_failed(d.now, Error::new(ErrorKind::Connect, ""));
    assert!(d.dial().is_some());
    assert!(!d.session.begin_connect_with(1));
    d.session.on_upgraded(d.now);
    d.hello(B);
    assert!(!d.resumed());
    assert_eq!(d.missed(), [(MissedReason::NewConnection, Some(1), None)]);
    // For a position of an earlier run any login is the first.
    let known = Cursor { connection_id: Some(A.into()), next_seq: 9, server_time: Timestamp::from_millis(5) };
    let mut d = Driven::with(false, Some(known));
    assert!(d.dial().is_some() && d.session.begin_connect_with(3));
}

/// The machine slept: the clock of the stream stood still or jumped, and the link may be dead or not.
#[test]
fn after_a_long_sleep_the_link_is_checked_at_once() {
    for answered in [true, false] {
        let mut d = Driven::up();
        let pings = d.pings.len();
        d.tick(s(8 * 3600));
        assert_eq!((d.pings.len(), d.cuts), (pings + 1, 0), "asked before it is given up");
        if answered {
            d.pong(9_000_000_000);
            d.tick(s(29));
            assert_eq!(d.cuts, 0);
            continue;
        }
        d.tick(s(30));
        assert_eq!(d.cuts, 1);
        d.lose(&ReadEnd::Eof);
        let lost = d.now;
        d.dial();
        assert_eq!(d.now, lost + MIN_RECONNECT_DELAY, "and then the next dial comes at once");
    }
    // With a ping under way, or while it waited for the next dial.
    let mut d = Driven::up();
    d.tick(s(30));
    d.tick(s(8 * 3600));
    assert_eq!(d.cuts, 1);
    d.lose(&ReadEnd::Eof);
    for _ in 0..5 {
        d.dial();
        d.session.on_connect_failed(d.now, Error::new(ErrorKind::Connect, "no such host"));
    }
    d.next();
    d.now += s(8 * 3600);
    assert!(matches!(d.next(), ReaderAction::Connect(_)));
}
