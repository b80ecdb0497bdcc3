//! All limits and deadlines.
//!
//! No server or proxy can make a program wait forever or use unlimited memory. A call that exceeds a limit fails with
//! an [`Error`](crate::Error) that names it. Events that a stream skips are reported by a
//! [`Missed`](crate::event::Missed).
//!
//! # Calls
//!
//! | what | limit | set by |
//! |---|---|---|
//! | a whole call, retries and waits included | 30 s | [`timeout`], [`with_timeout`], [`Call::timeout`] |
//! | looking the name up | 10 s | [`connect_timeout`] |
//! | connection, proxy and TLS handshake together | 10 s | [`connect_timeout`] |
//! | the answer to a new post, before it is sent again | 8 s | |
//! | retries: after failures, after responses that say when to send again | 2, 10 | |
//! | head of an answer | 16 KiB, 128 headers | [`head_limit`] |
//! | body of an answer that is decoded | 16 MiB | [`json_limit`] |
//! | body of an answer that is taken into memory as it is | 64 MiB | [`body_limit`] |
//! | body of an answer that is read as it comes, or saved | none | its reader |
//! | body of an error | 64 KiB; of a larger one only the status counts | |
//! | text of a stranger in a message | 300 characters | |
//! | depth of JSON | 127 | |
//! | memory of the items of decoded lists and maps | 16 times the first 2 MiB of text, 4 times the rest, and 1 MiB | |
//! | what frames a body: heads, sizes of chunks, trailers, TLS | 1 MiB more than the body | |
//! | redirects followed | 0 | |
//! | compression | never asked for, and refused | |
//! | idle connections | 8, for 55 s | |
//! | look-ups of names at a time, in the whole process | 8 | |
//!
//! # Streams
//!
//! | what | limit | set by |
//! |---|---|---|
//! | opening, the server's greeting included | 15 s | |
//! | looking the name up; connection and proxy; TLS handshake | 10 s each | [`connect_timeout`] |
//! | head of the answer to the upgrade, of a proxy's answer | 16 KiB | [`head_limit`] |
//! | body of a refusal | 64 KiB, 2 s | |
//! | a message | 4 MiB | [`max_message_size`] |
//! | memory of the items of decoded lists and maps | as much as the text, and 4 MiB | |
//! | frames of a message | 4,096 | [`max_fragments`] |
//! | events that wait for the program | 4,096 | [`capacity`] |
//! | their texts together; one alone always fits | 2 KiB an event, 8 MiB at least | [`capacity`] |
//! | rows of a catch-up; the rest is read later, or named | 64 MiB | |
//! | events that wait for a catch-up, with rows between them | 64 MiB | [`capacity`] |
//! | posts, edits and deletions that a catch-up remembers | 1,048,576 | |
//! | teams of a catch-up; its list of channels; pages a channel; passes | 1,000; 16 MiB; 250; 20 | |
//! | frames that mean nothing: pings, pongs, nonsense | 100,000, and 1,000 a second | |
//! | what TLS adds: records without content, new keys | as much as there is content, 1 MiB, and 16 KiB a second | |
//! | all that waits to be sent, ciphertext included | 256 KiB | |
//! | a frame on its way out | 15 s | |
//! | an action that is sent | 8,192 bytes, as the server allows | |
//! | the answer to a ping | 30 s; 90 s while something comes | |
//! | between dials | 1 s to 5 min, at random | |
//!
//! A peer can make a stream hold one message, the events that wait, as much again while a gap is filled, and the
//! 256 KiB; and a program what it decodes of an event: a few copies of its text, and the items. Events that it makes up
//! are read as fast as they come, which can keep one core busy, and are dropped where the program does not take them; a
//! flood of anything else ends the link, and the next dial waits.
//!
//! # A proxy's answer
//!
//! `CONNECT` and SOCKS 5 are part of the connection: the same deadline, the same limit of the head. What follows the
//! head at once is refused, for the server speaks second.
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
