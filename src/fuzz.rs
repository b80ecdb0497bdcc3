//! Bodies of the fuzz targets in `tests/fuzz`. `cargo test` runs each of them for a moment as well.
//!
//! A target takes any bytes, and panics if a promise is broken. Nothing of this is in a program that uses the crate.

mod answers;
mod events;
mod json;
mod net;
#[cfg(feature = "testing")]
mod server;
#[cfg(test)]
mod tests;

use std::io::{self, Read, Write};

use crate::error::Error;

#[cfg(test)]
pub(crate) use self::tests::Dice;

macro_rules! targets {
    ($($(#[$meta:meta])* $module:ident::$name:ident: $what:literal;)*) => {
        $(
            $(#[$meta])*
            #[doc = $what]
            pub fn $name(data: &[u8]) {
                $module::$name(data);
            }
        )*

        /// All of them, by name.
        #[cfg(test)]
        pub(crate) const TARGETS: &[(&str, fn(&[u8]))] = &[$($(#[$meta])* (stringify!($name), $name),)*];
    };
}

targets! {
    net::upgrade: "The answer to the upgrade of a socket, refusals and all.";
    net::frames: "What follows it: frames of a server.";
    net::proxy: "A proxy's answer to CONNECT, and its part of SOCKS 5.";
    net::urls: "The URL of a server, of its socket and of a proxy; names and ids in a path.";
    net::certificate: "A certificate, as the doctor reads it.";
    events::scan: "The ends of an envelope, compared with a full parse.";
    events::envelope: "An event as a whole.";
    events::payloads: "The data of an event of any kind: the first byte says of which.";
    answers::app_error: "The body of an answer that is no success, and of one that turns into an error.";
    answers::times: "Headers that hold a time.";
    answers::redaction: "An answer of which ureq must see no more than the frame.";
    json::json: "JSON, compared with `serde_json` alone.";
    #[cfg(feature = "testing")]
    server::requests: "What a client sends to the TestServer.";
    #[cfg(feature = "testing")]
    server::client_frames: "Frames of a client, as the TestServer reads them.";
}

/// Must not be seen in any error.
const TOKEN: &str = "t0k3nt0k3nt0k3nt0k3nt0k3nx";

/// Holds an error to what all errors promise: short, nothing that steers a terminal; and no secret.
fn well_said(error: &Error) {
    check_message(error);
    assert!(!format!("{error:?}").contains(TOKEN), "{error:?}");
}

/// The same where the words of the caller himself are shown.
fn check_message(error: &Error) {
    let shown = error.to_string();
    assert!(shown.chars().count() <= 1200, "{} characters: {shown}", shown.chars().count());
    for said in [shown, format!("{error:?}")] {
        let steers = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}');
        assert!(!said.contains(steers), "{said:?}");
    }
    let _ = (error.is_transient(), error.hint(), error.retry_after(), error.request_id());
}

/// Runs it; it must not hold more memory at a time than this. Counted in `cargo test` only.
fn within_memory<T>(bytes: usize, run: impl FnOnce() -> T) -> T {
    #[cfg(test)]
    {
        let mut result = None;
        let used = allocation_counter::measure(|| result = Some(run()));
        assert!(used.bytes_max <= bytes as u64, "{} bytes at a time, more than {bytes}", used.bytes_max);
        result.expect("it ran")
    }
    #[cfg(not(test))]
    {
        let _ = bytes;
        run()
    }
}

/// A stranger at the other end: sends its bytes in pieces, then hangs up.
struct Stranger<'a> {
    bytes: &'a [u8],
    piece: usize,
    told: Vec<u8>,
}

impl<'a> Stranger<'a> {
    fn new(bytes: &'a [u8], piece: usize) -> Self {
        Self { bytes, piece, told: Vec::new() }
    }
}

impl Read for Stranger<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let amount = into.len().min(self.piece).min(self.bytes.len());
        self.bytes.read(&mut into[..amount])
    }
}

impl Write for Stranger<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.told.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sizes of pieces to try: all at once, and some few bytes at a time.
fn piece_sizes(data: &[u8]) -> [usize; 2] {
    [usize::MAX, 1 + data.len() % 5]
}
