//! Ports for servers, which each server can close and open again.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;

use super::conn::lock;

/// Ports of the servers of this process. While one is closed, no other server may take it.
static RESERVED_PORTS: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// Reserves a port until it is dropped.
#[derive(Debug)]
pub(super) struct PortReservation(u16);

impl Drop for PortReservation {
    fn drop(&mut self) {
        lock(&RESERVED_PORTS).remove(&self.0);
    }
}

/// Binds a port outside the range of outgoing connections, so that it can be closed and opened again.
pub(super) fn bind_port(seed: u64) -> io::Result<(TcpListener, Option<PortReservation>)> {
    for step in 0..200 {
        let port = u16::try_from(20_000 + (seed.wrapping_add(step * 7919) % 12_000)).unwrap_or(0);
        let mut reserved = lock(&RESERVED_PORTS);
        if reserved.contains(&port) {
            continue;
        }
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            reserved.insert(port);
            return Ok((listener, Some(PortReservation(port))));
        }
    }
    Ok((TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, None))
}
