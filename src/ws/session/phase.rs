//! The phases that a connection goes through, and the settings of the machine.

use std::time::Duration;

use super::StreamTime;
use super::effects::DisconnectCause;
use crate::error::Error;
use crate::time_scale::TimeScale;
use crate::ws::Probe;

#[derive(Debug)]
pub(super) enum SessionState {
    Waiting {
        until: StreamTime,
    },
    Connecting,
    /// Upgraded, and waiting for the first frame.
    AwaitingFirstFrame {
        deadline: StreamTime,
    },
    Connected {
        since: StreamTime,
        resumed: bool,
        /// `true` while the server may still send events of the lost connection. Ends with the first reply to a ping.
        replaying: bool,
    },
    /// The reader notices the end, at the latest when the socket is shut down.
    Closing {
        cause: DisconnectCause,
        was: ConnectionInfo,
        until: Option<StreamTime>,
    },
    CheckingToken {
        asked: bool,
        why: Error,
    },
    LoggingIn {
        until: StreamTime,
        asked: bool,
    },
    Ended,
}

/// The former state of a connection that is ending.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConnectionInfo {
    /// Time at which it was established.
    pub(super) since: Option<StreamTime>,
    pub(super) resumed: bool,
}

/// The settings of a stream that the machine needs.
#[derive(Clone, Debug)]
pub(crate) struct SessionSettings {
    pub(crate) ping_every: Duration,
    /// `true` if there are credentials for another login.
    pub(crate) can_log_in: bool,
    /// The probe for deaf connections, if one is configured.
    pub(crate) liveness: Option<Probe>,
    pub(crate) backoff_scale: TimeScale,
    /// Scales all other times, in tests.
    pub(crate) time_scale: TimeScale,
    pub(crate) seed: Option<u64>,
}
