//! The sending half of a connection: a bounded buffer that all threads fill and the timer thread sends, and the TLS
//! session that both halves share under a briefly held lock.

#[cfg(feature = "native-tls")]
use std::io::Write;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::frame;
use crate::atomic::AtomicU64;
use crate::net::TcpSocket;
#[cfg(feature = "native-tls")]
use crate::net::tls_pipe::TlsSession;
use crate::recording::SocketRecording;

/// Maximum size of the send buffer, including ciphertext. If it is full, the peer does not read.
pub(crate) const MAX_SEND_BUFFER_SIZE: usize = 256 << 10;

/// The part of the buffer that is reserved for control frames.
const CONTROL_RESERVE_SIZE: usize = 16 << 10;

/// Maximum time for which one write blocks the timer thread.
const SOCKET_WRITE_TIMEOUT: Duration = Duration::from_millis(500);

/// Size of the buffer for received ciphertext.
#[cfg(feature = "native-tls")]
const CIPHERTEXT_BUFFER_SIZE: usize = 32 << 10;

/// Allowance for TLS overhead: record headers, tickets and key updates.
///
/// The limit is the amount of content plus this constant, plus an amount per second. A peer that sends endless key
/// updates would otherwise keep a core busy.
#[cfg(feature = "native-tls")]
const MAX_TLS_OVERHEAD: u64 = 1 << 20;
#[cfg(feature = "native-tls")]
const MAX_TLS_OVERHEAD_PER_SECOND: u64 = 16 << 10;

/// A connection to the server. It ends once; the next connection has a new `WriteHalf`.
pub(crate) struct WriteHalf {
    socket: Arc<TcpSocket>,
    out: Mutex<SendBuffer>,
    dead: AtomicBool,
    /// Milliseconds from `born` to the last received bytes.
    heard: AtomicU64,
    born: Instant,
    /// Wakes the timer when there is something to write.
    wake: Box<dyn Fn() + Send + Sync>,
    recording: SocketRecording,
}

struct SendBuffer {
    #[cfg(feature = "native-tls")]
    tls: Option<TlsSession>,
    /// Frames to send, not encrypted yet.
    plain: Vec<u8>,
    /// Arrival time of the oldest frame.
    since: Option<Instant>,
    /// The reply to the last ping. Earlier ones need none (RFC 6455, 5.5.3).
    pong: Option<Vec<u8>>,
    /// Number of bytes that the writer has taken and not written yet.
    taken: usize,
    /// `true` if a close frame is in the buffer, which must be the last.
    closing: bool,
    /// Number of actions in `plain`.
    queued_actions: u64,
    /// Number of actions whose frames the writer has taken and not completely written.
    taken_actions: u64,
}

impl SendBuffer {
    fn waiting_bytes(&self) -> usize {
        let plain = self.plain.len() + self.taken;
        #[cfg(feature = "native-tls")]
        let plain = plain + self.tls.as_ref().map_or(0, |tls| tls.get_ref().output.len());
        plain
    }
}

/// Reason why a frame was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendError {
    /// The connection has ended or is ending.
    Dead,
    /// The buffer is full. For a control frame this means that the peer does not read, and the connection is closed.
    Full,
}

/// Bytes for the writer.
#[derive(Debug, Default)]
pub(crate) struct WriteBatch {
    bytes: Vec<u8>,
    written: usize,
    since: Option<Instant>,
}

impl WriteBatch {
    pub(crate) fn is_empty(&self) -> bool {
        self.written >= self.bytes.len()
    }

    /// Returns the time at which the oldest byte was queued.
    pub(crate) fn waiting_since(&self) -> Option<Instant> {
        self.since.filter(|_| !self.is_empty())
    }

    pub(crate) fn clear_batch(&mut self) {
        self.bytes.clear();
        self.written = 0;
        self.since = None;
    }
}

impl WriteHalf {
    pub(crate) fn over_tcp(socket: Arc<TcpSocket>, wake: Box<dyn Fn() + Send + Sync>) -> Self {
        Self {
            socket,
            out: Mutex::new(SendBuffer {
                #[cfg(feature = "native-tls")]
                tls: None,
                plain: Vec::new(),
                since: None,
                pong: None,
                taken: 0,
                closing: false,
                queued_actions: 0,
                taken_actions: 0,
            }),
            dead: AtomicBool::new(false),
            heard: AtomicU64::new(0),
            born: Instant::now(),
            wake,
            recording: SocketRecording::default(),
        }
    }

    /// Records the messages of the connection.
    pub(super) fn with_recording(self, recording: SocketRecording) -> Self {
        Self { recording, ..self }
    }

    pub(super) fn recording(&self) -> &SocketRecording {
        &self.recording
    }

    #[cfg(feature = "native-tls")]
    pub(crate) fn over_tls(
        mut tls: TlsSession,
        socket: Arc<TcpSocket>,
        wake: Box<dyn Fn() + Send + Sync>,
    ) -> Self {
        drop(tls.get_mut().detach_socket());
        let wire = Self::over_tcp(socket, wake);
        wire.lock_buffer().tls = Some(tls);
        wire
    }

    fn lock_buffer(&self) -> MutexGuard<'_, SendBuffer> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(feature = "native-tls")]
    fn is_tls(&self) -> bool {
        self.lock_buffer().tls.is_some()
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Acquire)
    }

    /// Ends the connection. Both halves notice it.
    pub(crate) fn shut_down(&self) {
        self.dead.store(true, Ordering::Release);
        self.socket.shut_down();
    }

    /// Returns the time at which the last bytes were received.
    pub(crate) fn last_received(&self) -> Instant {
        self.born + Duration::from_millis(self.heard.load(Ordering::Relaxed))
    }

    /// Returns the number of bytes that wait to be sent.
    #[cfg(test)]
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.lock_buffer().waiting_bytes()
    }

    /// Queues an action. Space for control frames is left, so that a program that sends faster than the network gets
    /// an error and the connection stays open.
    pub(crate) fn push_action(&self, frame: &[u8]) -> Result<(), SendError> {
        let mut out = self.lock_buffer();
        if self.is_dead() || out.closing {
            return Err(SendError::Dead);
        }
        if out.waiting_bytes() + frame.len() > MAX_SEND_BUFFER_SIZE - CONTROL_RESERVE_SIZE {
            return Err(SendError::Full);
        }
        out.queued_actions += 1;
        out.plain.extend_from_slice(frame);
        out.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Returns the number of actions that were accepted and are not completely handed to the system.
    pub(crate) fn unsent_actions(&self) -> u64 {
        let out = self.lock_buffer();
        out.queued_actions + out.taken_actions
    }

    /// Queues a frame of the stream itself. The caller wakes the writer.
    pub(crate) fn queue_frame(&self, frame: &[u8]) -> Result<(), SendError> {
        let mut out = self.lock_buffer();
        if self.is_dead() || out.closing {
            return Err(SendError::Dead);
        }
        if out.waiting_bytes() + frame.len() > MAX_SEND_BUFFER_SIZE {
            drop(out);
            self.shut_down();
            return Err(SendError::Full);
        }
        out.plain.extend_from_slice(frame);
        out.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Replies to a ping. Replaces a reply that is not sent yet.
    pub(crate) fn queue_pong(&self, payload: &[u8]) {
        let mut out = self.lock_buffer();
        if !out.closing {
            out.pong = Some(payload.to_vec());
            out.since.get_or_insert_with(Instant::now);
            drop(out);
            (self.wake)();
        }
    }

    /// Queues a close frame, after which no frames are accepted. Does nothing the second time. The caller wakes the
    /// timer.
    pub(crate) fn queue_close(&self, code: Option<u16>) {
        let mut out = self.lock_buffer();
        if out.closing || self.is_dead() {
            return;
        }
        out.closing = true;
        out.pong = None;
        let frame = frame::close_frame(code);
        out.plain.extend_from_slice(&frame);
        out.since.get_or_insert_with(Instant::now);
    }

    /// Moves the queued bytes into an empty batch, encrypted.
    #[cfg_attr(
        not(feature = "native-tls"),
        expect(clippy::unnecessary_wraps, reason = "encryption is what can fail")
    )]
    pub(crate) fn take_batch(&self, batch: &mut WriteBatch) -> io::Result<()> {
        batch.clear_batch();
        let mut out = self.lock_buffer();
        let out = &mut *out;
        if let Some(payload) = out.pong.take() {
            out.plain.extend_from_slice(&frame::pong_frame(&payload));
        }
        batch.since = out.since.take();
        out.taken_actions += std::mem::take(&mut out.queued_actions);
        #[cfg(feature = "native-tls")]
        if let Some(tls) = &mut out.tls {
            let mut done = 0;
            while let Some(rest) = out.plain.get(done..).filter(|rest| !rest.is_empty()) {
                match tls.write(rest) {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(count) => done += count,
                    // The peer has requested new keys and must send first. The rest is sent afterwards.
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(e),
                }
            }
            out.plain.drain(..done);
            if !out.plain.is_empty() {
                out.since = batch.since;
            } else if out.closing {
                let _ = tls.shutdown();
            }
            std::mem::swap(&mut tls.get_mut().output, &mut batch.bytes);
            if batch.since.is_none() && !batch.bytes.is_empty() {
                batch.since = Some(Instant::now());
            }
            out.taken = batch.bytes.len();
            return Ok(());
        }
        std::mem::swap(&mut out.plain, &mut batch.bytes);
        out.taken = batch.bytes.len();
        Ok(())
    }

    /// Writes once. The rest stays in the batch. Called without any lock.
    pub(crate) fn write_some(&self, batch: &mut WriteBatch) -> io::Result<()> {
        let rest = batch.bytes.get(batch.written..).unwrap_or_default();
        match self.socket.write(rest, SOCKET_WRITE_TIMEOUT) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => batch.written += count,
            Err(e) if is_pause(&e) => {}
            Err(e) => return Err(e),
        }
        let mut out = self.lock_buffer();
        out.taken = batch.bytes.len().saturating_sub(batch.written);
        if out.taken == 0 {
            out.taken_actions = 0;
        }
        Ok(())
    }

    /// Blocks until bytes arrive. Called without any lock.
    fn receive_bytes(&self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.socket.read(into, None) {
                Err(e) if is_pause(&e) && !self.is_dead() => {}
                Ok(count) => {
                    let heard = self.born.elapsed().as_millis();
                    self.heard.store(u64::try_from(heard).unwrap_or(u64::MAX), Ordering::Relaxed);
                    return Ok(count);
                }
                Err(e) => return Err(e),
            }
        }
    }

    /// Passes received bytes to the TLS session, and reads decrypted ones. Returns `None` if more bytes are needed.
    #[cfg(feature = "native-tls")]
    fn decrypt_bytes(&self, came: Option<&[u8]>, into: &mut [u8]) -> io::Result<Option<usize>> {
        let mut out = self.lock_buffer();
        let Some(tls) = &mut out.tls else { return Err(io::ErrorKind::NotConnected.into()) };
        tls.get_mut().feed_bytes(came);
        let mut got = 0;
        let result = loop {
            let Some(room) = into.get_mut(got..).filter(|room| !room.is_empty()) else { break Ok(Some(got)) };
            match tls.read(room) {
                Ok(0) => break Ok(Some(got)),
                Ok(count) => got += count,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break Ok((got > 0).then_some(got)),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(_) if got > 0 => break Ok(Some(got)),
                Err(e) => break Err(e),
            }
        };
        // Reading can make the session respond, for example to new keys. A peer must not make it respond endlessly.
        let answers = !tls.get_ref().output.is_empty();
        let waiting = out.waiting_bytes();
        let answers = answers || !out.plain.is_empty();
        drop(out);
        if waiting > MAX_SEND_BUFFER_SIZE {
            return Err(io::Error::other("the peer does not read"));
        }
        if answers {
            (self.wake)();
        }
        result
    }
}

impl std::fmt::Debug for WriteHalf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire").field("dead", &self.dead).finish_non_exhaustive()
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

/// The receiving half: a plain `Read` that decrypts if TLS is used.
#[derive(Debug)]
pub(crate) struct ReadHalf {
    wire: Arc<WriteHalf>,
    #[cfg(feature = "native-tls")]
    cipher: Vec<u8>,
    /// Number of received bytes, and the number of content bytes among them.
    #[cfg(feature = "native-tls")]
    came: u64,
    #[cfg(feature = "native-tls")]
    content: u64,
}

impl ReadHalf {
    pub(crate) fn new(wire: Arc<WriteHalf>) -> Self {
        Self {
            #[cfg(feature = "native-tls")]
            cipher: vec![0; if wire.is_tls() { CIPHERTEXT_BUFFER_SIZE } else { 0 }],
            #[cfg(feature = "native-tls")]
            came: 0,
            #[cfg(feature = "native-tls")]
            content: 0,
            wire,
        }
    }

    /// Returns `true` if there is far more ciphertext than content.
    #[cfg(feature = "native-tls")]
    fn is_mostly_framing(&self) -> bool {
        let allowed =
            MAX_TLS_OVERHEAD + self.wire.born.elapsed().as_secs().saturating_mul(MAX_TLS_OVERHEAD_PER_SECOND);
        self.came.saturating_sub(self.content.saturating_mul(2)) > allowed
    }
}

impl Read for ReadHalf {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        #[cfg(feature = "native-tls")]
        if !self.cipher.is_empty() {
            // The session is read before the socket: it may contain content of earlier bytes.
            let mut came: Option<usize> = Some(0);
            loop {
                let fed = came.map(|count| self.cipher.get(..count).unwrap_or_default());
                if let Some(count) = self.wire.decrypt_bytes(fed, into)? {
                    self.content += count as u64;
                    return Ok(count);
                }
                if came.is_none() {
                    return Ok(0);
                }
                if self.is_mostly_framing() {
                    return Err(io::Error::other("the peer sends TLS records without content"));
                }
                came = Some(self.wire.receive_bytes(&mut self.cipher)?).filter(|count| *count > 0);
                self.came += came.unwrap_or(0) as u64;
            }
        }
        self.wire.receive_bytes(into)
    }
}

#[cfg(test)]
mod tests;
