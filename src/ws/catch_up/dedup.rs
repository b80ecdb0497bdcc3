//! Keys of recently delivered events, so that nothing is delivered twice: 16 bytes for each event, bounded.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::LazyLock;
use std::time::Duration;

use memchr::memmem::Finder;
use serde::Deserialize;

use crate::event::EventKind;
use crate::model::Post;
use crate::time::Timestamp;
use crate::ws::chunked_deque::ChunkedDeque;
use crate::ws::deferred_log;

/// Key of a delivered post, edit or deletion. The IDs are random, so 64 bits of them are enough.
pub(crate) type DedupKey = u64;

/// Minimum number of events that are remembered between two replies to pings. A longer queue remembers twice its
/// length.
const MAX_REMEMBERED: usize = 131_072;
/// Maximum number of events in a [`Position`](crate::Position).
pub(crate) const MAX_POSITION_KEYS: usize = 2048;
/// Maximum number of server times that are remembered. Pings are at least a second apart.
const MAX_TIME_MARKS: usize = 64;
/// Maximum number of keys that are forgotten at once.
const MAX_FORGOTTEN_KEYS: u64 = 1 << 14;
/// Number of keys that are copied at once.
const KEYS_PER_SLICE: usize = 256;

/// Events do not arrive exactly in the order of their times: a gap begins this much before the last known server time, and
/// a post that is dated later than this after that time has a date in the future.
pub(crate) const OVERLAP_WINDOW: Duration = Duration::from_secs(10);
/// The same until the server time is known after a resume. All events that the server kept seem to be in the future then.
pub(crate) const MAX_RESUMED_LEAD: Duration = Duration::from_secs(600);
/// Maximum number of posts with a date in the future that are remembered.
pub(crate) const MAX_FUTURE_POSTS: usize = 1024;

/// A copy of the keys of what was delivered before a gap. It is made in slices, under the lock of the stream.
#[derive(Debug, Default)]
pub(super) struct KnownKeys {
    /// A tree, because a table copies its contents when it grows.
    keys: BTreeSet<DedupKey>,
    /// Number of keys of the cache that were copied or forgotten.
    copied: u64,
    /// Number of keys of the cache at the last gap.
    end: u64,
}

impl KnownKeys {
    pub(super) fn contains(&self, key: DedupKey) -> bool {
        self.keys.contains(&key)
    }

    /// Returns `true` if no further slice has to be copied.
    pub(super) fn is_complete(&self) -> bool {
        self.copied >= self.end
    }
}

/// FNV-1a, which is the same in every run of a program.
fn hash_bytes(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn mix_key(id: u64, what: u64) -> DedupKey {
    let mut key = id ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    key ^= key >> 31;
    key.wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// The version of a post that an event describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PostVersion {
    /// The hash of its ID.
    pub(crate) id: u64,
    /// The hash of its channel's ID.
    pub(crate) channel: u64,
    pub(crate) create_at: Timestamp,
    pub(crate) update_at: Timestamp,
    pub(crate) edit_at: Timestamp,
}

impl PostVersion {
    /// Reads the version from the text of an event. Returns `None` for other kinds, and if the event contains no
    /// post.
    pub(crate) fn of_event(kind: EventKind, text: &str) -> Option<Self> {
        if !is_about_post(kind) {
            return None;
        }
        parse_prefix(text).or_else(|| parse_full(text))
    }

    pub(crate) fn of_post(post: &Post) -> Self {
        Self {
            id: hash_bytes(post.id.as_str().as_bytes()),
            channel: hash_bytes(post.channel_id.as_str().as_bytes()),
            create_at: post.create_at,
            update_at: post.update_at,
            edit_at: post.edit_at,
        }
    }

    /// Returns the key of the delivery as a new post.
    pub(crate) fn posted_key(&self) -> DedupKey {
        mix_key(self.id, 1)
    }

    /// Returns the key of the delivery of this edit.
    pub(crate) fn edited_key(&self) -> DedupKey {
        mix_key(self.id, u64::from_ne_bytes(self.edit_at.as_millis().to_ne_bytes()) | 1 << 62)
    }

    /// Returns the key of the delivery of the deletion.
    pub(crate) fn deleted_key(&self) -> DedupKey {
        mix_key(self.id, 2)
    }

    /// Returns the key of the delivery of an event of this kind.
    pub(crate) fn key_for(&self, kind: EventKind) -> DedupKey {
        match kind {
            EventKind::Posted => self.posted_key(),
            EventKind::PostDeleted => self.deleted_key(),
            _ => self.edited_key(),
        }
    }
}

pub(crate) fn is_about_post(kind: EventKind) -> bool {
    matches!(kind, EventKind::Posted | EventKind::PostEdited | EventKind::PostDeleted)
}

/// Parses the form that every server since 5.37 writes:
/// `"post":"{\"id\":\"..\",\"create_at\":1,\"update_at\":1,\"edit_at\":0,..`. In a message, such a text would be
/// escaped once more.
fn parse_prefix(text: &str) -> Option<PostVersion> {
    const POST: &str = r#""post":"{\"id\":\""#;
    const CHANNEL: &str = r#",\"channel_id\":\""#;
    // `str::find` would prepare its searcher for each event.
    static FIND_POST: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(POST));
    static FIND_CHANNEL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(CHANNEL));
    let rest = text.get(FIND_POST.find(text.as_bytes())? + POST.len()..)?;
    let (id, rest) = id_at(rest)?;
    let (create_at, rest) = parse_number(rest, r#",\"create_at\":"#)?;
    let (update_at, rest) = parse_number(rest, r#",\"update_at\":"#)?;
    let (edit_at, rest) = parse_number(rest, r#",\"edit_at\":"#)?;
    // `delete_at`, `is_pinned` and `user_id` are in between.
    let at = FIND_CHANNEL.find(rest.as_bytes().get(..160)?)?;
    let (channel, _) = id_at(rest.get(at + CHANNEL.len()..)?)?;
    Some(PostVersion {
        id: hash_bytes(id.as_bytes()),
        channel: hash_bytes(channel.as_bytes()),
        create_at,
        update_at,
        edit_at,
    })
}

/// Returns an ID, and the text after its quote.
fn id_at(text: &str) -> Option<(&str, &str)> {
    const MAX_ID_LENGTH: usize = 128;
    let end = text.bytes().take(MAX_ID_LENGTH).position(|byte| byte == b'\\')?;
    let (id, rest) = text.split_at_checked(end)?;
    Some((id, rest.strip_prefix(r#"\""#)?))
}

fn parse_number<'a>(text: &'a str, key: &str) -> Option<(Timestamp, &'a str)> {
    let text = text.strip_prefix(key)?;
    let end = text.bytes().take(20).position(|byte| !byte.is_ascii_digit())?;
    let (digits, rest) = text.split_at_checked(end)?;
    Some((Timestamp::from_millis(digits.parse().ok()?), rest))
}

/// Parses any other form.
fn parse_full(text: &str) -> Option<PostVersion> {
    #[derive(Deserialize)]
    struct PostEnvelope {
        data: EnvelopeData,
    }
    #[derive(Deserialize)]
    struct EnvelopeData {
        post: String,
    }
    members! {
        struct PostStub {
            id: String,
            channel_id: String,
            create_at: Timestamp,
            update_at: Timestamp,
            edit_at: Timestamp,
        }
    }
    let envelope: PostEnvelope = serde_json::from_str(text).ok()?;
    let post: PostStub = crate::model::json::decode_json(envelope.data.post.as_bytes()).ok()?;
    (!post.id.is_empty()).then(|| PostVersion {
        id: hash_bytes(post.id.as_bytes()),
        channel: hash_bytes(post.channel_id.as_bytes()),
        create_at: post.create_at,
        update_at: post.update_at,
        edit_at: post.edit_at,
    })
}

/// The keys of delivered events, oldest first, and the server times between them.
#[derive(Debug, Default)]
pub(crate) struct DedupCache {
    /// Keys, with the queue numbers of their events.
    ring: ChunkedDeque<(u64, DedupKey)>,
    /// Number of keys that were dropped from the front of the ring.
    forgotten: u64,
    /// Server times, with the total number of keys at the time.
    marks: VecDeque<(Timestamp, u64)>,
    /// Posts that an administrator dated into the future, with the queue numbers of their events. Every catch-up
    /// finds them until that time.
    future: BTreeMap<(Timestamp, DedupKey), u64>,
    most: usize,
}

impl DedupCache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { most: MAX_REMEMBERED.max(capacity.saturating_mul(2)), ..Self::default() }
    }

    /// Adds the keys of an earlier run, before anything is delivered.
    pub(crate) fn preload_keys(&mut self, delivered: DeliveredKeys) {
        for key in delivered.recent {
            self.ring.push_back((0, key));
        }
        let future = delivered.future.into_iter().take(MAX_FUTURE_POSTS);
        self.future.extend(future.map(|entry| (entry, 0)));
    }

    /// Records an event that entered the queue with the number `at`.
    pub(crate) fn push_version(&mut self, at: u64, kind: EventKind, version: &PostVersion) {
        let key = version.key_for(kind);
        let last_time = self.marks.back().map_or(Timestamp::NEVER, |(time, _)| *time);
        if kind == EventKind::Posted && version.create_at > last_time.plus(OVERLAP_WINDOW) {
            self.future.insert((version.create_at, key), at);
            if self.future.len() > MAX_FUTURE_POSTS {
                self.future.pop_last();
            }
        }
        self.push_key(at, key);
    }

    fn push_key(&mut self, at: u64, key: DedupKey) {
        if self.ring.len() >= self.most {
            self.ring.pop_front();
            self.forgotten += 1;
        }
        self.ring.push_back((at, key));
    }

    /// Handles the server time `time`: earlier events happened before it. Forgets keys that are not needed after
    /// `floor`, the earliest time that a position may go back to.
    pub(crate) fn server_time_known(&mut self, time: Timestamp, floor: Timestamp) {
        if self.marks.len() >= MAX_TIME_MARKS {
            // If there are too many times, every second one is sufficient.
            let mut keep = false;
            self.marks.retain(|_| {
                keep = !keep;
                keep
            });
        }
        if self.marks.is_empty() {
            // The server time, and thus the future, was not known before.
            let soon = time.plus(OVERLAP_WINDOW);
            self.future.retain(|(time, _), _| *time > soon);
        }
        self.marks.push_back((time, self.end()));
        while self.marks.get(1).is_some_and(|(time, _)| *time <= floor) {
            self.marks.pop_front();
        }
        while self.future.first_key_value().is_some_and(|((time, _), _)| *time <= floor) {
            self.future.pop_first();
        }
        if let Some((time, end)) = self.marks.front() {
            if *time <= floor {
                // The rest is forgotten with the next time.
                let surplus = end.saturating_sub(self.forgotten).min(MAX_FORGOTTEN_KEYS);
                for _ in 0..surplus {
                    self.ring.pop_front();
                }
                self.forgotten += surplus;
            }
        }
    }

    /// Begins to add the keys to `known` that are not in it yet. The rest is done by [`copy_slice`](Self::copy_slice).
    pub(super) fn begin_copy(&self, known: &mut KnownKeys) {
        if known.keys.len() > 2 * self.most {
            deferred_log::drop_later(std::mem::take(known));
        }
        known.keys.extend(self.future.keys().map(|(_, key)| *key));
        known.end = self.end();
    }

    /// Copies some keys.
    pub(super) fn copy_slice(&self, known: &mut KnownKeys) {
        let begin = known.copied.max(self.forgotten);
        known.keys.extend(self.uncopied_keys(known).take(KEYS_PER_SLICE));
        known.copied = known.end.min(begin + KEYS_PER_SLICE as u64);
    }

    /// Returns the keys that are not copied yet.
    fn uncopied_keys(&self, known: &KnownKeys) -> impl Iterator<Item = DedupKey> + use<'_> {
        let begin = known.copied.max(self.forgotten);
        let index = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let count = index(known.end.saturating_sub(begin));
        self.ring.iter_from(index(begin - self.forgotten)).take(count).map(|(_, key)| *key)
    }

    /// Returns `true` if the key was delivered before the last gap, and is not copied yet.
    pub(super) fn is_uncopied(&self, known: &KnownKeys, key: DedupKey) -> bool {
        !known.is_complete() && self.uncopied_keys(known).any(|uncopied| uncopied == key)
    }

    /// Returns the number of keys that were ever remembered.
    fn end(&self) -> u64 {
        self.forgotten + self.ring.len() as u64
    }

    #[cfg(test)]
    pub(super) fn keys(&self) -> BTreeSet<DedupKey> {
        let mut known = KnownKeys::default();
        self.begin_copy(&mut known);
        while !known.is_complete() {
            self.copy_slice(&mut known);
        }
        known.keys
    }

    /// Returns the keys of events after `since` among the first `taken` events of the queue. If there are too many,
    /// returns the newest.
    pub(crate) fn up_to(&self, taken: u64, since: Timestamp) -> DeliveredKeys {
        let begin = self.marks.iter().rev().find(|(time, _)| *time <= since).map_or(0, |(_, end)| *end);
        let begin = usize::try_from(begin.saturating_sub(self.forgotten)).unwrap_or(0);
        // The numbers rise.
        let end = self.ring.partition_point(|(at, _)| *at <= taken);
        let begin = begin.max(end.saturating_sub(MAX_POSITION_KEYS));
        let keys = self.ring.iter_from(begin).take(end.saturating_sub(begin));
        let recent = keys.map(|(_, key)| *key).collect();
        // The earlier run knew the time.
        let is_sure = |at: u64| at == 0 || !self.marks.is_empty();
        let soon = |at: u64| since.plus(if is_sure(at) { OVERLAP_WINDOW } else { MAX_RESUMED_LEAD });
        let future = self.future.iter().filter(|((time, _), at)| **at <= taken && *time > soon(**at));
        DeliveredKeys { recent, future: future.map(|(entry, _)| *entry).collect() }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.ring.len()
    }
}

/// The keys of delivered events in a [`Position`](crate::Position).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeliveredKeys {
    /// Keys of the last seconds.
    pub(crate) recent: Vec<DedupKey>,
    /// Posts with a date in the future.
    pub(crate) future: Vec<(Timestamp, DedupKey)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTED: &str = r#"{"event": "posted", "data": {"channel_name":"x","post":"{\"id\":\"736caaqdfpd4zmtpqqma9fa9er\",\"create_at\":17,\"update_at\":19,\"edit_at\":18,\"delete_at\":0,\"is_pinned\":false,\"user_id\":\"jfwhgceu8tds5y5izhknwi599h\",\"channel_id\":\"pfsuwsotginax8b81ua7hppyxc\",\"message\":\"\\\"post\\\":\\\"{\"}","set_online":true}, "broadcast": {}, "seq": 3}"#;

    #[test]
    fn reads_what_it_needs_of_a_post() {
        let version = parse_prefix(POSTED).unwrap();
        assert_eq!(parse_full(POSTED), Some(version));
        assert_eq!(
            (version.create_at.as_millis(), version.update_at.as_millis(), version.edit_at.as_millis()),
            (17, 19, 18)
        );
        assert_eq!(version.id, hash_bytes(b"736caaqdfpd4zmtpqqma9fa9er"));
        assert_eq!(version.channel, hash_bytes(b"pfsuwsotginax8b81ua7hppyxc"));
        assert_eq!(PostVersion::of_event(EventKind::Posted, POSTED), Some(version));
        assert_eq!(PostVersion::of_event(EventKind::Typing, POSTED), None);
        let other = POSTED.replace(r#"\"id\":\"736"#, r#"\"z\":1,\"id\":\"736"#);
        assert_eq!(parse_prefix(&other), None);
        assert_eq!(PostVersion::of_event(EventKind::PostEdited, &other), Some(version));
        for end in 0..POSTED.len() {
            let _ = PostVersion::of_event(EventKind::Posted, &POSTED[..end]);
        }
        let keys = [version.posted_key(), version.edited_key(), version.deleted_key()];
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
    }

    #[test]
    fn forgets_what_nobody_can_go_back_to() {
        let time = Timestamp::from_millis;
        let mut seen = DedupCache::new(10);
        for n in 1..=100_u64 {
            seen.push_key(n, n);
            if n % 10 == 0 {
                let now = i64::try_from(n).unwrap() * 1000;
                seen.server_time_known(time(now), time(now - 10_000));
            }
        }
        // The last mark at or below 90 s is the one behind event 90.
        assert_eq!(seen.len(), 10);
        seen.push_key(101, 101);
        assert_eq!(seen.up_to(95, time(90_000)).recent, [91, 92, 93, 94, 95]);
        assert_eq!(seen.up_to(200, time(100_000)).recent, [101]);
        assert!(seen.keys().contains(&100) && !seen.keys().contains(&90));
    }

    #[test]
    fn a_copy_is_brought_up_to_date() {
        let mut seen = DedupCache::new(10);
        let mut known = KnownKeys::default();
        for n in 0..20_000 {
            seen.push_key(n, n * 7);
            if n % 1000 == 999 {
                seen.begin_copy(&mut known);
                assert!(seen.is_uncopied(&known, n * 7) && !seen.is_uncopied(&known, n * 7 + 1));
                while !known.is_complete() {
                    seen.copy_slice(&mut known);
                }
                assert!(!seen.is_uncopied(&known, n * 7));
                assert_eq!(known.keys, seen.keys(), "{n}");
            }
        }
        // What the cache forgets meanwhile stays known, up to a bound.
        for n in 0..1_000_000 {
            seen.push_key(n, n * 7 + 1);
            if n % 50_000 == 0 {
                seen.begin_copy(&mut known);
                while !known.is_complete() {
                    seen.copy_slice(&mut known);
                }
                assert!(seen.keys().is_subset(&known.keys), "{n}");
                assert!(known.keys.len() <= 3 * MAX_REMEMBERED);
            }
        }
    }

    #[test]
    fn is_bounded() {
        let mut seen = DedupCache::new(10);
        for n in 0..200_000 {
            seen.push_key(n, n);
        }
        assert_eq!(seen.len(), MAX_REMEMBERED);
        for n in 1..10_000 {
            seen.server_time_known(Timestamp::from_millis(n), Timestamp::NEVER);
        }
        assert!(seen.marks.len() <= MAX_TIME_MARKS);
        assert_eq!(seen.up_to(u64::MAX, Timestamp::NEVER).recent.len(), MAX_POSITION_KEYS);
    }

    #[test]
    fn posts_of_the_future_are_remembered_until_then() {
        let time = Timestamp::from_millis;
        let mut seen = DedupCache::new(10);
        seen.server_time_known(time(100_000), time(90_000));
        let version = |create_at| PostVersion {
            id: 7,
            channel: 8,
            create_at: time(create_at),
            update_at: time(create_at),
            edit_at: Timestamp::NEVER,
        };
        let tomorrow = version(86_400_000);
        seen.push_version(1, EventKind::Posted, &tomorrow);
        for n in 2..100 {
            seen.server_time_known(time(n * 100_000), time(n * 100_000 - 10_000));
        }
        assert!(seen.keys().contains(&tomorrow.posted_key()));
        let kept = seen.up_to(1, time(9_000_000));
        assert_eq!(kept.future, [(time(86_400_000), tomorrow.posted_key())]);
        assert_eq!(seen.up_to(0, time(9_000_000)).future, []);
        let mut next_run = DedupCache::new(10);
        next_run.preload_keys(kept);
        next_run.server_time_known(time(9_900_000), time(9_800_000));
        assert!(next_run.keys().contains(&tomorrow.posted_key()));
        next_run.server_time_known(time(86_500_000), time(86_400_000));
        assert!(next_run.keys().is_empty());
        // Before the first server time, what a resumed connection brings is not in the future, as far as anyone knows.
        let mut resumed = DedupCache::new(10);
        resumed.push_version(1, EventKind::Posted, &version(9_060_000));
        resumed.push_version(2, EventKind::Posted, &PostVersion { id: 9, ..tomorrow });
        let kept = resumed.up_to(2, time(9_000_000));
        assert_eq!((kept.recent.len(), kept.future.len()), (2, 1));
        assert_eq!(kept.future[0].0, tomorrow.create_at);
        resumed.server_time_known(time(9_100_000), time(9_000_000));
        assert_eq!(resumed.up_to(2, time(9_000_000)).future, kept.future);
        for n in 0..2 * MAX_FUTURE_POSTS as u64 {
            next_run.push_version(n, EventKind::Posted, &PostVersion { id: n, ..version(990_000_000) });
        }
        assert_eq!(next_run.future.len(), MAX_FUTURE_POSTS);
    }
}
