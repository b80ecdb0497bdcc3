//! Name resolution with a deadline.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded, never, select};

use crate::error::{Error, ErrorKind, Result};

/// Maximum number of lookups in progress, since those that hang in the system's resolver cannot be ended.
const MAX_LOOKUPS: usize = 8;

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Returns the addresses of a host. The lookup runs on a separate thread, which is abandoned at the deadline.
pub(crate) fn look_up(host: &str, port: u16, within: Duration) -> Result<Vec<SocketAddr>> {
    addresses_unless(host, port, within, &never(), ())
}

/// Like `look_up`, but returns at once when the other end of `stop` is dropped. The thread keeps `held` until it
/// ends.
pub(crate) fn addresses_unless(
    host: &str,
    port: u16,
    within: Duration,
    stop: &Receiver<()>,
    held: impl Send + 'static,
) -> Result<Vec<SocketAddr>> {
    if let Ok(ip) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let fail = |kind, why: &str| Error::new(kind, format!("the name {host:?} {why}"));
    if !begin_lookup(&UNDER_WAY) {
        return Err(fail(ErrorKind::Timeout, "cannot be resolved: earlier lookups have not ended"));
    }
    let (answer, answered) = bounded(1);
    let name = host.to_owned();
    let thread = std::thread::Builder::new().name("mm-resolve".into()).spawn(move || {
        // With the default stack size: the system's resolver may load plugins.
        let found = (name.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        drop(held);
        let _ = answer.send(found);
    });
    if let Err(e) = thread {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        return Err(fail(ErrorKind::Connect, "was not looked up: no thread could be started").with_source(e));
    }
    select! {
        recv(answered) -> found => match found {
            Ok(Ok(found)) if found.is_empty() => Err(fail(ErrorKind::Connect, "has no address")),
            Ok(Ok(found)) => Ok(found),
            Ok(Err(e)) => Err(fail(ErrorKind::Connect, "does not resolve")
                .with_hint("check the spelling, the network connection, and the DNS settings of this machine")
                .with_source(e)),
            Err(_) => Err(fail(ErrorKind::Connect, "does not resolve")),
        },
        recv(stop) -> _ => Err(fail(ErrorKind::Closed, "was not resolved: the stream was closed")),
        default(within) => {
            Err(fail(ErrorKind::Timeout, &format!("was not resolved within {} ms", within.as_millis())))
        }
    }
}

/// Registers a lookup. Returns `false` if too many are in progress.
fn begin_lookup(under_way: &AtomicUsize) -> bool {
    let room = under_way.fetch_add(1, Ordering::Relaxed) < MAX_LOOKUPS;
    if !room {
        under_way.fetch_sub(1, Ordering::Relaxed);
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_not_waited_for() {
        let late =
            || look_up("localhost", 1, Duration::ZERO).is_err_and(|e| e.to_string().contains("within 0 ms"));
        // It may be there at once, seldom.
        assert!((0..100).any(|_| late()));
    }

    #[test]
    fn no_more_than_eight_at_a_time() {
        let under_way = AtomicUsize::new(0);
        assert_eq!((0..20).filter(|_| begin_lookup(&under_way)).count(), 8);
        under_way.fetch_sub(1, Ordering::Relaxed);
        assert_eq!((0..20).filter(|_| begin_lookup(&under_way)).count(), 1);
        assert_eq!(under_way.into_inner(), 8);
    }

    #[test]
    fn numbers_need_no_thread_and_nonsense_fails() {
        assert_eq!(look_up("127.0.0.1", 1, Duration::ZERO).unwrap(), ["127.0.0.1:1".parse().unwrap()]);
        assert_eq!(look_up("[::1]", 1, Duration::ZERO).unwrap(), ["[::1]:1".parse().unwrap()]);
        let error = look_up("no-such-host.invalid", 1, Duration::from_secs(10)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Connect | ErrorKind::Timeout), "{error}");
        assert!(error.is_transient());
    }
}
