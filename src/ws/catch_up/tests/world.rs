//! A model of a server, as the notes on the protocol describe it: posts, connections with their queues, resume, REST.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::rc::Rc;

use crate::model::{Channel, ChannelId, ChannelType, Post, PostId, PostList, TeamId, UserId};
use crate::time::Timestamp;
use crate::ws::catch_up::{FetchRequest, FetchResponse, ServerPaging};
use crate::ws::session::Cursor;

/// When a schedule begins, by the server's clock.
pub(super) const EPOCH: i64 = 1_700_000_000_000;
/// Small, so that schedules meet them.
pub(super) const LIMITS: ServerPaging = ServerPaging { rows: 24, page: 7 };
const ACTIVE: usize = 256;
const DEAD: usize = 128;

/// xorshift64*.
#[derive(Clone, Debug)]
pub(super) struct Rng(pub(super) u64);

impl Rng {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end.max(1)
    }

    /// Milliseconds from `low` to below `high`.
    pub(super) fn ms(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low).unwrap_or(1))).unwrap_or(0)
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What an event says, without its number.
pub(super) type Body = Rc<str>;

#[derive(Debug)]
struct Conn {
    id: String,
    /// The link that the server believes to be open.
    link: Option<u64>,
    /// The number of the next event.
    next: u64,
    active: VecDeque<Body>,
    dead: VecDeque<(u64, Body)>,
    login: u64,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) now: i64,
    rng: Rng,
    /// With edit history, oldest first.
    pub(super) rows: Vec<Post>,
    /// What is no history, by place in `rows`.
    pub(super) posts: Vec<usize>,
    /// When each was edited or pinned: what an edit event may say.
    pub(super) changes: Vec<(PostId, i64)>,
    last_post_at: [i64; 3],
    /// The last broadcast of each channel: they keep their order.
    last_broadcast: [i64; 3],
    conns: Vec<Conn>,
    /// Whether an administrator dates posts into the future and the past.
    pub(super) odd_dates: bool,
    /// When posts with other dates were made.
    pub(super) made: HashMap<PostId, i64>,
    /// Deleted for good.
    pub(super) purged: HashSet<PostId>,
    /// Channels that the account was removed from: since when, and until when.
    pub(super) removals: Vec<(usize, i64, i64)>,
    /// The number of the login that is good.
    pub(super) login: u64,
    /// Events that get lost, with their numbers.
    pub(super) lose: u64,
    ids: u64,
}

pub(super) fn channel_id(n: usize) -> ChannelId {
    format!("{:c>25}{n}", "").parse().unwrap()
}

fn user_id(n: usize) -> UserId {
    format!("{:u>25}{n}", "").parse().unwrap()
}

fn with_seq(body: &str, seq: u64) -> String {
    let mut text = String::with_capacity(body.len() + 16);
    text.push_str(body);
    let _ = write!(text, ",\"seq\":{seq}}}");
    text
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            now: 0,
            rng: Rng(seed),
            rows: Vec::new(),
            posts: Vec::new(),
            changes: Vec::new(),
            last_post_at: [0; 3],
            last_broadcast: [0; 3],
            conns: Vec::new(),
            odd_dates: false,
            made: HashMap::new(),
            purged: HashSet::new(),
            removals: Vec::new(),
            login: 1,
            lose: 0,
            ids: 0,
        }
    }

    fn time(&self) -> Timestamp {
        Timestamp::from_millis(EPOCH + self.now)
    }

    fn id(&mut self) -> String {
        self.ids += 1;
        format!("{:016x}{:010x}", self.rng.next(), self.ids)
    }

    /// The event that tells of a row, and when it is sent.
    fn event(&mut self, name: &str, row: usize) -> (i64, Body) {
        let post = &self.rows[row];
        let channel = self.channel(&post.channel_id);
        let at = (self.now + self.rng.ms(0, 40)).max(self.last_broadcast[channel]);
        self.last_broadcast[channel] = at;
        // A deletion is told with the post as it was.
        let delete_at = 0;
        let text = format!(
            "{{\"event\":\"{name}\",\"data\":{{\"post\":\"{{\\\"id\\\":\\\"{}\\\",\\\"create_at\\\":{},\\\"update_at\\\":{},\\\"edit_at\\\":{},\\\"delete_at\\\":{delete_at},\\\"is_pinned\\\":false,\\\"user_id\\\":\\\"{}\\\",\\\"channel_id\\\":\\\"{}\\\",\\\"message\\\":\\\"x\\\"}}\"}},\"broadcast\":{{\"channel_id\":\"{}\"}}",
            post.id,
            post.create_at.as_millis(),
            post.update_at.as_millis(),
            post.edit_at.as_millis(),
            post.user_id,
            post.channel_id,
            post.channel_id,
        );
        (at, text.into())
    }

    fn channel(&self, id: &ChannelId) -> usize {
        (0..3).find(|n| channel_id(*n) == *id).unwrap_or(0)
    }

    pub(super) fn post(&mut self, user: usize) -> (i64, Body) {
        let channel = usize::try_from(self.rng.below(3)).unwrap();
        let mut at = self.time();
        // Mostly; two posters can meet in one millisecond.
        let id: PostId = self.id().parse().unwrap();
        if self.odd_dates && self.rng.chance(10) {
            self.made.insert(id.clone(), at.as_millis());
            let other = self.rng.ms(60_000, 3_600_000);
            let other = if self.rng.chance(50) { other } else { -other };
            at = Timestamp::from_millis(at.as_millis() + other);
        }
        self.rows.push(Post {
            id,
            create_at: at,
            update_at: at,
            user_id: user_id(user),
            channel_id: channel_id(channel),
            ..Post::default()
        });
        self.posts.push(self.rows.len() - 1);
        self.last_post_at[channel] = self.last_post_at[channel].max(at.as_millis());
        self.event("posted", self.rows.len() - 1)
    }

    /// When a post was made.
    pub(super) fn made_at(&self, post: &Post) -> Timestamp {
        self.made.get(&post.id).map_or(post.create_at, |made| Timestamp::from_millis(*made))
    }

    /// The account is removed from a channel.
    pub(super) fn remove(&mut self, channel: usize) {
        if !self.is_removed(channel) {
            self.removals.push((channel, EPOCH + self.now, i64::MAX));
        }
    }

    pub(super) fn rejoin(&mut self, channel: usize) {
        let now = EPOCH + self.now;
        if let Some((.., until)) =
            self.removals.iter_mut().find(|(n, _, until)| *n == channel && *until > now)
        {
            *until = now;
        }
    }

    fn is_removed(&self, channel: usize) -> bool {
        self.removals.iter().any(|(n, _, until)| *n == channel && *until > EPOCH + self.now)
    }

    /// Whether the account may not read this.
    pub(super) fn forbids(&self, ask: &FetchRequest) -> bool {
        match ask {
            FetchRequest::Since { channel, .. } | FetchRequest::Before { channel, .. } => {
                self.is_removed(self.channel(channel))
            }
            _ => false,
        }
    }

    /// Some of the newest posts are deleted for good, without an event.
    pub(super) fn purge(&mut self) {
        for _ in 0..6 {
            let back = usize::try_from(self.rng.below(60)).unwrap() + 1;
            if let Some(row) = self.posts.len().checked_sub(back).and_then(|at| self.posts.get(at)) {
                self.purged.insert(self.rows[*row].id.clone());
            }
        }
    }

    /// One of the newest posts that exist.
    fn some(&mut self) -> Option<usize> {
        let back = usize::try_from(self.rng.below(12)).unwrap() + 1;
        let row = *self.posts.get(self.posts.len().checked_sub(back)?)?;
        (self.rows[row].delete_at.is_never() && !self.purged.contains(&self.rows[row].id)).then_some(row)
    }

    pub(super) fn edit(&mut self) -> Option<(i64, Body)> {
        let row = self.some()?;
        let at = self.time();
        let mut history = self.rows[row].clone();
        (history.original_id, history.delete_at, history.update_at) = (history.id.clone(), at, at);
        history.id = self.id().parse().unwrap();
        self.rows.push(history);
        let post = &mut self.rows[row];
        (post.edit_at, post.update_at) = (at, at);
        self.changes.push((post.id.clone(), at.as_millis()));
        let channel = post.channel_id.clone();
        let channel = self.channel(&channel);
        self.last_post_at[channel] = self.last_post_at[channel].max(at.as_millis());
        Some(self.event("post_edited", row))
    }

    /// A pin: the same event as an edit, with the old `edit_at`.
    pub(super) fn pin(&mut self) -> Option<(i64, Body)> {
        let row = self.some()?;
        let at = self.time();
        self.rows[row].update_at = at;
        let (id, edit_at) = (self.rows[row].id.clone(), self.rows[row].edit_at.as_millis());
        self.changes.push((id, edit_at));
        let channel = self.channel(&self.rows[row].channel_id);
        self.last_post_at[channel] = self.last_post_at[channel].max(at.as_millis());
        Some(self.event("post_edited", row))
    }

    /// A reaction: only `update_at` moves.
    pub(super) fn react(&mut self) -> Option<(i64, Body)> {
        let row = self.some()?;
        self.rows[row].update_at = self.time();
        Some((self.now, "{\"event\":\"reaction_added\",\"data\":{},\"broadcast\":{}".into()))
    }

    pub(super) fn delete(&mut self) -> Option<(i64, Body)> {
        let row = self.some()?;
        let event = self.event("post_deleted", row);
        let at = self.time();
        let post = &mut self.rows[row];
        (post.delete_at, post.update_at) = (at, at);
        Some(event)
    }

    /// Hands an event to all connections: the frames that leave at once, with their links.
    pub(super) fn broadcast(&mut self, body: &Body) -> Vec<(u64, String)> {
        let channel =
            (0..3).find(|n| body.contains(&format!("\"broadcast\":{{\"channel_id\":\"{}", channel_id(*n))));
        if channel.is_some_and(|channel| self.is_removed(channel)) {
            return Vec::new();
        }
        let (login, lost) = (self.login, self.lose > 0);
        self.lose = self.lose.saturating_sub(1);
        let mut out = Vec::new();
        for conn in self.conns.iter_mut().filter(|conn| conn.login == login) {
            if lost && conn.link.is_some() {
                conn.next += 1;
                continue;
            }
            conn.active.push_back(Rc::clone(body));
            conn.write(&mut out);
        }
        self.conns.retain(|conn| conn.active.len() < ACTIVE);
        out
    }

    /// The link's last event once more.
    pub(super) fn repeat(&self) -> Vec<(u64, String)> {
        let again = |conn: &Conn| {
            let (seq, body) = conn.dead.back()?;
            Some((conn.link?, with_seq(body, *seq)))
        };
        self.conns.iter().filter_map(again).collect()
    }

    /// An upgrade: what the server sends at once. Without a good login, nothing.
    pub(super) fn connect(&mut self, link: u64, login: u64, resume: Option<&Cursor>) -> Vec<(u64, String)> {
        let mut out = Vec::new();
        if login != self.login {
            return out;
        }
        let found = resume.and_then(|resume| {
            self.conns
                .iter()
                .position(|conn| conn.link.is_none() && Some(&*conn.id) == resume.connection_id.as_deref())
        });
        let new_id = self.id();
        let Some(found) = found else {
            let mut conn = Conn {
                id: new_id,
                link: Some(link),
                next: 0,
                active: VecDeque::new(),
                dead: VecDeque::new(),
                login,
            };
            conn.hello();
            conn.write(&mut out);
            self.conns.push(conn);
            return out;
        };
        let conn = &mut self.conns[found];
        (conn.link, conn.login) = (Some(link), login);
        let wanted = resume.map_or(0, |resume| resume.next_seq);
        if conn.dead.iter().any(|(seq, _)| *seq == wanted) {
            let replay = conn.dead.iter().filter(|(seq, _)| *seq >= wanted);
            out.extend(replay.map(|(seq, body)| (link, with_seq(body, *seq))));
        } else if conn.dead.is_empty() || wanted == conn.next {
            conn.next = wanted;
        } else {
            conn.dead.clear();
            conn.id = new_id;
            conn.next = 0;
            conn.hello();
        }
        conn.write(&mut out);
        out
    }

    /// The answer to a ping, if the link is known: the server's time, or that the session ended.
    pub(super) fn ping(&self, link: u64) -> Option<Result<i64, ()>> {
        let conn = self.conns.iter().find(|conn| conn.link == Some(link))?;
        Some(if conn.login == self.login { Ok(EPOCH + self.now) } else { Err(()) })
    }

    /// The server notices that a link is gone: from now on its connection can be resumed.
    pub(super) fn detach(&mut self, link: u64) {
        for conn in self.conns.iter_mut().filter(|conn| conn.link == Some(link)) {
            conn.link = None;
        }
    }

    /// The reaper comes by.
    pub(super) fn reap(&mut self) {
        self.conns.retain(|conn| conn.link.is_some());
    }

    /// The process ends, and all it knew of connections.
    pub(super) fn restart(&mut self) {
        self.conns.clear();
    }

    /// What REST says.
    pub(super) fn rest(&mut self, ask: &FetchRequest) -> FetchResponse {
        match ask {
            FetchRequest::Teams => FetchResponse::Teams((0..2).map(team_id).collect()),
            FetchRequest::Channels { team, .. } => {
                let of_team = usize::from(*team != Some(team_id(0)));
                // The third is a direct channel, and stands in the list of every team.
                let member = [of_team, 2].into_iter().filter(|n| !self.is_removed(*n));
                FetchResponse::Channels(member.map(|n| self.describe(n)).collect())
            }
            FetchRequest::Since { channel, since } => {
                let mut rows: Vec<&Post> = self
                    .rows
                    .iter()
                    .filter(|row| row.channel_id == *channel && row.update_at > *since)
                    .filter(|row| !self.purged.contains(&row.id))
                    .collect();
                if rows.len() > LIMITS.rows {
                    // Any of them: the ids are random.
                    let mut ids: Vec<&PostId> = rows.iter().map(|row| &row.id).collect();
                    ids.sort();
                    let last = ids[LIMITS.rows - 1].clone();
                    rows.retain(|row| row.id <= last);
                }
                FetchResponse::Posts(list(rows).into())
            }
            FetchRequest::Before { channel, before, page, per_page } => {
                // A pivot that is unknown gives an empty list.
                let pivot = before.as_ref().map(|id| {
                    let known = self.rows.iter().find(|row| row.id == *id && !self.purged.contains(id));
                    known.map_or(Timestamp::NEVER, |row| row.create_at)
                });
                let rows = self.rows.iter().filter(|row| {
                    !self.purged.contains(&row.id)
                        && row.channel_id == *channel
                        && row.delete_at.is_never()
                        && pivot.is_none_or(|pivot| row.create_at < pivot)
                });
                let mut rows: Vec<&Post> = rows.collect();
                rows.reverse();
                rows.sort_by_key(|row| std::cmp::Reverse(row.create_at));
                let page = rows.into_iter().skip((page * per_page) as usize).take(*per_page as usize);
                let mut page: Vec<&Post> = page.collect();
                page.reverse();
                FetchResponse::Posts(list(page).into())
            }
            FetchRequest::Names(ids) => {
                FetchResponse::Names(ids.iter().map(|id| (id.clone(), format!("{id}"))).collect())
            }
        }
    }

    fn describe(&self, n: usize) -> Channel {
        Channel {
            id: channel_id(n),
            kind: if n == 2 { ChannelType::Direct } else { ChannelType::Open },
            last_post_at: Timestamp::from_millis(self.last_post_at[n]),
            ..Channel::default()
        }
    }
}

fn team_id(n: usize) -> TeamId {
    format!("{:t>25}{n}", "").parse().unwrap()
}

/// Of rows in the order in which they were made.
fn list(mut rows: Vec<&Post>) -> PostList {
    rows.sort_by_key(|row| row.create_at);
    PostList {
        order: rows.iter().rev().map(|row| row.id.clone()).collect(),
        posts: rows.into_iter().map(|row| (row.id.clone(), row.clone())).collect(),
        ..PostList::default()
    }
}

impl Conn {
    fn hello(&mut self) {
        let hello = format!(
            "{{\"event\":\"hello\",\"data\":{{\"connection_id\":\"{}\",\"server_version\":\"11.6.0\"}},\"broadcast\":{{}}",
            self.id
        );
        self.active.push_front(hello.into());
    }

    /// Writes what waits, if there is a link to write to.
    fn write(&mut self, out: &mut Vec<(u64, String)>) {
        let Some(link) = self.link else { return };
        while let Some(body) = self.active.pop_front() {
            out.push((link, with_seq(&body, self.next)));
            self.dead.push_back((self.next, body));
            self.next += 1;
            if self.dead.len() > DEAD {
                self.dead.pop_front();
            }
        }
    }
}
