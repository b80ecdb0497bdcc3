//! Events that cannot be read, and connections that die of them.

use super::*;

#[test]
fn an_event_that_cannot_be_swallowed_is_left_out_the_second_time() {
    for what in [FrameFault::TooLarge, FrameFault::NotUtf8, FrameFault::Broken("x")] {
        let mut d = Driven::up();
        d.event(1);
        d.lose(&ReadEnd::Unreadable(what.clone()));
        assert_eq!(d.upgrade().map(|resume| resume.1), Some(2));
        assert!(d.missed().is_empty());
        d.lose(&ReadEnd::Unreadable(what));
        assert_eq!(d.missed(), [(MissedReason::Unreadable, Some(1), Some(2))]);
        assert_eq!(d.upgrade().map(|resume| resume.1), Some(3), "the third dial");
        assert_eq!(d.event(3), AFTER);
        assert_eq!(d.missed().len(), 1);
    }
}

/// With an unreadable event as the first behind a position, every run of the program would fail to open.
#[test]
fn the_first_event_behind_a_position_may_be_unreadable() {
    let position =
        Cursor { connection_id: Some(A.into()), next_seq: 5, server_time: Timestamp::from_millis(9) };
    let mut d = Driven::with(false, Some(position));
    for _ in 0..2 {
        assert_eq!(d.upgrade(), Some((A.to_owned(), 5)));
        d.lose(&ReadEnd::Unreadable(FrameFault::TooLarge));
        assert!(d.end.is_none(), "{:?}", d.end);
    }
    assert_eq!(d.upgrade(), Some((A.to_owned(), 6)));
    assert_eq!(d.missed(), [(MissedReason::Unreadable, Some(4), Some(5))]);
    // A server that has never been readable is none.
    let mut d = Driven::new();
    assert_eq!(d.upgrade(), None);
    d.lose(&ReadEnd::Unreadable(FrameFault::TooLarge));
    assert!(d.end.is_some());
}

#[test]
fn the_last_sequence_number_is_followed_by_unreadable_events() {
    let mut d = Driven::up();
    d.event(u64::MAX);
    for _ in 0..4 {
        d.lose(&ReadEnd::Unreadable(FrameFault::TooLarge));
        d.upgrade();
    }
    assert!(d.end.is_none());
}

#[test]
fn links_that_die_young_at_the_same_event_give_the_connection_up() {
    let mut d = Driven::up();
    d.event(1);
    d.lose(&ReadEnd::Eof);
    let mut dials = 0;
    while d.upgrade().is_some() {
        d.lose(&ReadEnd::Broken("reset".into()));
        if d.next() == ReaderAction::CheckToken {
            d.session.on_token_checked(d.now, Ok(()));
        }
        dials += 1;
    }
    assert_eq!(dials, MAX_STUCK_CONNECTIONS);
    d.hello(B);
    assert_eq!(d.missed(), [(MissedReason::NewConnection, Some(1), None)]);
    // Not so if the links only were quiet.
    let mut d = Driven::up();
    for _ in 0..20 {
        d.now += s(20);
        d.lose(&ReadEnd::Eof);
        assert!(d.upgrade().is_some());
        d.pong(1);
    }
}

#[test]
fn a_retry_after_of_a_day_delays_a_stream_by_minutes() {
    let mut d = Driven::up();
    d.lose(&ReadEnd::Eof);
    d.dial();
    let busy = Error::new(ErrorKind::Status, "limit exceeded").with_status(429);
    d.session.on_connect_failed(d.now, busy.with_retry_after(Some(s(86_400))));
    let ReaderAction::Wait(Some(until)) = d.next() else { panic!("no wait") };
    assert!(until - d.now >= s(290) && until - d.now <= s(310), "{:?}", until - d.now);
}
