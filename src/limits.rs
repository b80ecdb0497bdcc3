//! All limits and deadlines.
//!
//! No server or proxy can make a program wait forever or use unlimited memory. A call that exceeds a limit fails with
//! an [`Error`](crate::Error) that names it. Events that a stream skips are reported by a
//! [`Missed`](crate::event::Missed).
//!
//! # Calls
//!
//! | resource | limit | set by |
//! |---|---|---|
//! | call, including retries and waits | 30 s | [`timeout`], [`with_timeout`], [`Call::timeout`] |
//! | name lookup | 10 s | [`connect_timeout`] |
//! | connection, proxy and TLS handshake together | 10 s | [`connect_timeout`] |
//! | response to a new post, before it is sent again | 8 s | |
//! | retries after failures; after responses with a retry delay | 2; 10 | |
//! | response head | 16 KiB, 128 headers | [`head_limit`] |
//! | decoded response body | 16 MiB | [`json_limit`] |
//! | response body in memory | 64 MiB | [`body_limit`] |
//! | response body that is read or saved in pieces | none |  |
//! | body of an error response | 64 KiB; of a larger one, only the status is used | |
//! | received text in an error message | 300 characters | |
//! | depth of JSON | 127 | |
//! | memory of the items of decoded lists and maps | 16 times the first 2 MiB of text, 4 times the rest, plus 1 MiB | |
//! | framing of a body: heads, chunk sizes, trailers, TLS | the size of the body, plus 1 MiB | |
//! | followed redirects | 0 | |
//! | compression | never requested, and refused | |
//! | idle connections | 8, for 55 s | |
//! | concurrent name lookups of the process | 8 | |
//!
//! # Streams
//!
//! | resource | limit | set by |
//! |---|---|---|
//! | opening, including `hello` | 15 s | |
//! | name lookup; connection and proxy; TLS handshake | 10 s each | [`connect_timeout`] |
//! | response head of the upgrade and of a proxy | 16 KiB | [`head_limit`] |
//! | body of a refusal | 64 KiB, 2 s | |
//! | a message | 4 MiB | [`max_message_size`] |
//! | memory of the items of decoded lists and maps | the size of the text, plus 4 MiB | |
//! | frames of a message | 4,096 | [`max_fragments`] |
//! | queued events | 4,096 | [`capacity`] |
//! | text of the queued events; a single text of any size fits | 2 KiB per event, at least 8 MiB | [`capacity`] |
//! | rows of a catch-up; others are read later, or reported | 64 MiB | |
//! | rows of a catch-up between buffered events | 64 MiB |  |
//! | posts, edits and deletions that a catch-up remembers | 1,048,576 | |
//! | teams of a catch-up; list of channels; pages per channel; passes | 1,000; 16 MiB; 250; 20 | |
//! | frames without an event: pings, pongs, invalid messages | 100,000, plus 1,000 per second | |
//! | TLS overhead: records without content, new keys | the size of the content, plus 1 MiB, plus 16 KiB per second | |
//! | send buffer, including ciphertext | 256 KiB | |
//! | sending a frame | 15 s | |
//! | action | 8,192 bytes, the limit of the server | |
//! | reply to a ping | 30 s; 90 s while bytes arrive | |
//! | delay between connection attempts | 1 s to 5 min, at random | |
//!
//! A stream's memory is therefore limited to one message, the queued events (twice as many while a gap is filled),
//! and the send buffer. A decoded event takes a few times the size of its text, plus the items. A server that invents
//! events can keep one core busy; if the program does not take them, they are dropped. A flood of other frames ends
//! the connection, and the next attempt is delayed.
//!
//! # Responses of proxies
//!
//! `CONNECT` and SOCKS 5 handshakes are part of connecting, with the same deadline and the same limit on the head.
//! Bytes that directly follow the head are refused, since the server never sends first.
//!
//! [`timeout`]: crate::ClientBuilder::timeout
//! [`with_timeout`]: crate::Client::with_timeout
//! [`Call::timeout`]: crate::http::Call::timeout
//! [`connect_timeout`]: crate::ClientBuilder::connect_timeout
//! [`head_limit`]: crate::ClientBuilder::head_limit
//! [`body_limit`]: crate::ClientBuilder::body_limit
//! [`json_limit`]: crate::ClientBuilder::json_limit
//! [`max_message_size`]: crate::EventsBuilder::max_message_size
//! [`max_fragments`]: crate::EventsBuilder::max_fragments
//! [`capacity`]: crate::EventsBuilder::capacity

/// Maximum length of the text of a post, in characters (Unicode scalar values). A longer text can be
/// [split](crate::PostDraft::split).
pub const POST_CHARACTERS: usize = crate::model::POST_CHARACTERS;
