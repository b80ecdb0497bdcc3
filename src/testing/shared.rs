//! The state that the threads of a server share.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Instant;

use super::conn::{Conn, lock};
use super::faults::Faults;
use super::ports::PortReservation;
use super::settings::ServerSettings;
use super::state::World;
use crate::atomic::AtomicU64;

/// State that all threads share.
pub(super) struct ServerShared {
    pub(super) address: SocketAddr,
    pub(super) settings: ServerSettings,
    pub(super) world: Mutex<World>,
    /// Notified after each change that a thread may wait for.
    pub(super) changed: Condvar,
    pub(super) faults: Mutex<Faults>,
    pub(super) stopping: AtomicBool,
    pub(super) conns: Mutex<HashMap<u64, Arc<Conn>>>,
    pub(super) next_id: AtomicU64,
    pub(super) gate: Mutex<PortGate>,
    /// Threads that call outgoing webhooks.
    pub(super) background: Mutex<Vec<JoinHandle<()>>>,
    pub(super) gate_changed: Condvar,
    /// Reserves the port while the server exists.
    pub(super) _reservation: Option<PortReservation>,
    #[cfg(feature = "native-tls")]
    pub(super) tls: Option<native_tls::TlsAcceptor>,
}

/// State of the port.
#[derive(Debug, Default)]
pub(super) struct PortGate {
    pub(super) closed: bool,
    /// Time at which it opens automatically.
    pub(super) until: Option<Instant>,
    /// State that the acceptor has put into effect.
    pub(super) listening: bool,
}

impl fmt::Debug for ServerShared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerShared").field("address", &self.address).finish_non_exhaustive()
    }
}

impl ServerShared {
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    pub(super) fn all_conns(&self) -> Vec<Arc<Conn>> {
        lock(&self.conns).values().cloned().collect()
    }

    /// Leaves closing to the last owner of the connection, which resets it if bytes were left unread.
    pub(super) fn let_go(&self, id: u64) {
        lock(&self.conns).remove(&id);
    }
}
