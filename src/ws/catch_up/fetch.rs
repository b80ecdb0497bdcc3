//! One pass over the channels that changed: what is asked of the REST API, and what becomes of the answers.

use std::collections::{HashMap, HashSet, VecDeque};

use super::dedup::PostVersion;
use crate::model::{Channel, ChannelId, Post, PostId, PostList, TeamId, UserId};
use crate::time::Timestamp;

/// How much the server gives at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerPaging {
    /// The most rows that `since` gives; then they may be any of them.
    pub(crate) rows: usize,
    /// The most posts a page.
    pub(crate) page: u32,
}

impl ServerPaging {
    pub(crate) const SERVER: Self = Self { rows: 1000, page: 200 };
}

/// A channel with more pages in a gap is given up: a server could go on for ever.
const MAX_PAGES: u32 = 250;
/// Names that are asked for at once.
const MAX_NAMES_PER_REQUEST: usize = 200;

/// A question to the REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FetchRequest {
    /// The teams that the account is in.
    Teams,
    /// Its channels in a team, direct ones too, and those archived lately; without a team, all of them.
    Channels { team: Option<TeamId>, archived_since: Timestamp },
    /// What changed in a channel.
    Since { channel: ChannelId, since: Timestamp },
    /// The newest posts of a channel, or those before a post.
    Before { channel: ChannelId, before: Option<PostId>, page: u32, per_page: u32 },
    /// User names.
    Names(Vec<UserId>),
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) enum FetchResponse {
    Teams(Vec<TeamId>),
    Channels(Vec<Channel>),
    Posts(PostList),
    /// Posts that take more than an answer may.
    TooMuch,
    Names(Vec<(UserId, String)>),
}

/// What a pass has come to.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub(crate) enum PassOutput {
    /// On with the next question.
    On,
    /// These are the rows of a channel, and all names that could be had are there.
    Rows(ChannelRows),
}

/// The rows of one channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChannelRows {
    pub(crate) channel: Channel,
    /// Oldest first; those of one millisecond as the server has them.
    pub(crate) rows: VecDeque<Box<Post>>,
    /// Whether there were more than the server gives: edits and deletions may be missing.
    pub(crate) cut: bool,
    /// Whether not even all posts could be had.
    pub(crate) short: bool,
}

/// Other posts that a page is asked for from, if the first was deleted for good.
const MAX_SPARE_PIVOTS: usize = 20;

#[derive(Debug)]
enum FetchStep {
    Teams,
    Channels,
    /// The channel at the front of `channels`.
    Since,
    Pages {
        before: Option<PostId>,
        page: u32,
        pages: u32,
        /// Other posts to page from, should the one in `before` have been deleted for good: the oldest last.
        spare: Vec<PostId>,
    },
    Names(Vec<UserId>),
    Done,
}

/// Nothing here waits or asks: it is told the answers.
#[derive(Debug)]
pub(crate) struct FetchPass {
    /// What changed after this is looked for.
    from: Timestamp,
    /// The server's time at the beginning.
    began: Option<Timestamp>,
    only: Option<HashSet<ChannelId>>,
    limits: ServerPaging,
    step: FetchStep,
    /// Whose channels are still to be asked for; `None` for an account without a team.
    teams: VecDeque<Option<TeamId>>,
    channels: VecDeque<Channel>,
    met: HashSet<ChannelId>,
    rows: PostListing,
    /// What `since` gave of a channel that has to be paged.
    aside: Option<PostListing>,
    short: bool,
}

/// Posts that are listed newest first; they are kept oldest first. Each for itself: a block of them all is one that an
/// allocator learns to keep.
#[derive(Debug, Default)]
struct PostListing {
    posts: VecDeque<Box<Post>>,
    /// What names them in a few bytes.
    ids: HashSet<u64>,
}

impl PostListing {
    fn add(&mut self, mut list: PostList, needless: impl Fn(&Post) -> bool) {
        let listed =
            list.order.iter().filter_map(|id| list.posts.remove(id).map(Box::new)).collect::<VecDeque<_>>();
        for post in listed.into_iter().chain(list.posts.into_values().map(Box::new)) {
            if !needless(&post) {
                self.push(post);
            }
        }
    }

    fn push(&mut self, post: Box<Post>) {
        if self.ids.insert(PostVersion::of_post(&post).id) {
            self.posts.push_front(post);
        }
    }
}

impl FetchPass {
    pub(crate) fn new(
        from: Timestamp,
        began: Option<Timestamp>,
        only: Option<HashSet<ChannelId>>,
        limits: ServerPaging,
    ) -> Self {
        Self {
            from,
            began,
            only,
            limits,
            step: FetchStep::Teams,
            teams: VecDeque::new(),
            channels: VecDeque::new(),
            met: HashSet::new(),
            rows: PostListing::default(),
            aside: None,
            short: false,
        }
    }

    pub(crate) fn began(&self) -> Option<Timestamp> {
        self.began
    }

    /// The next question; `None` at the end.
    pub(crate) fn ask(&self) -> Option<FetchRequest> {
        let channel = || self.channels.front().map(|channel| channel.id.clone());
        Some(match &self.step {
            FetchStep::Teams => FetchRequest::Teams,
            FetchStep::Channels => {
                FetchRequest::Channels { team: self.teams.front()?.clone(), archived_since: self.from }
            }
            FetchStep::Since => FetchRequest::Since { channel: channel()?, since: self.from },
            FetchStep::Pages { before, page, .. } => FetchRequest::Before {
                channel: channel()?,
                before: before.clone(),
                page: *page,
                per_page: self.limits.page,
            },
            FetchStep::Names(ids) => {
                FetchRequest::Names(ids.iter().take(MAX_NAMES_PER_REQUEST).cloned().collect())
            }
            FetchStep::Done => return None,
        })
    }

    /// The channel that the question is about.
    pub(crate) fn channel(&self) -> Option<&ChannelId> {
        match self.step {
            FetchStep::Since | FetchStep::Pages { .. } => self.channels.front().map(|channel| &channel.id),
            _ => None,
        }
    }

    /// Whether the question is about names, without which one can live.
    pub(crate) fn wants_names(&self) -> bool {
        matches!(self.step, FetchStep::Names(_))
    }

    /// Takes the answer to the last question. `names` are those that are known; `needs_name` says which rows of a channel
    /// will be events that need one, `needless` which can be forgotten.
    pub(crate) fn told(
        &mut self,
        told: FetchResponse,
        names: &HashMap<UserId, Box<str>>,
        needs_name: impl Fn(&Post) -> bool,
        needless: impl Fn(&Post) -> bool,
    ) -> PassOutput {
        match (&mut self.step, told) {
            (FetchStep::Teams, FetchResponse::Teams(teams)) => {
                self.teams = teams.into_iter().map(Some).collect();
                if self.teams.is_empty() {
                    self.teams.push_back(None);
                }
                self.step = FetchStep::Channels;
            }
            (FetchStep::Channels, FetchResponse::Channels(channels)) => {
                self.teams.pop_front();
                self.take_channels(channels);
                if self.teams.is_empty() {
                    self.next_channel();
                }
            }
            (FetchStep::Since, FetchResponse::Posts(list)) => {
                if list.order.len() < self.limits.rows {
                    self.rows.add(list, needless);
                    return self.names_first(names, needs_name);
                }
                self.aside.insert(PostListing::default()).add(list, needless);
                self.step = FetchStep::Pages { before: None, page: 0, pages: 1, spare: Vec::new() };
            }
            // A thousand rows of the longest posts do not fit; pages of them do.
            (FetchStep::Since, FetchResponse::TooMuch) => {
                self.aside = Some(PostListing::default());
                self.step = FetchStep::Pages { before: None, page: 0, pages: 1, spare: Vec::new() };
            }
            (FetchStep::Pages { before, page, pages, spare }, FetchResponse::Posts(list)) => {
                if list.order.is_empty() && *page == 0 && before.is_some() {
                    // There are older posts than the pivot, or it would not be one: the server does not know it any more,
                    // and says so with an empty list.
                    *before = spare.pop();
                    if before.is_none() {
                        self.short = true;
                        return self.names_first(names, needs_name);
                    }
                    return PassOutput::On;
                }
                let (pivot, done) = turn(&list, self.from, self.limits.page);
                *spare = spare_pivots(&list, pivot.as_ref());
                self.rows.add(list, needless);
                *pages += 1;
                let many = *pages > MAX_PAGES;
                match pivot {
                    // All of one millisecond: on by number.
                    _ if done || many => {
                        self.short |= many && !done;
                        return self.names_first(names, needs_name);
                    }
                    None => *page += 1,
                    Some(pivot) => (*before, *page) = (Some(pivot), 0),
                }
            }
            (FetchStep::Names(ids), FetchResponse::Names(_)) => {
                ids.drain(..ids.len().min(MAX_NAMES_PER_REQUEST));
                if ids.is_empty() {
                    return self.finish_channel();
                }
            }
            // Not an answer to what was asked: nobody does that.
            _ => {}
        }
        PassOutput::On
    }

    /// Goes on without the answer.
    pub(crate) fn skip(&mut self) -> PassOutput {
        match &mut self.step {
            FetchStep::Teams => self.step = FetchStep::Done,
            FetchStep::Channels => {
                self.teams.pop_front();
                if self.teams.is_empty() {
                    self.next_channel();
                }
            }
            FetchStep::Since | FetchStep::Pages { .. } => {
                self.short = true;
                return self.finish_channel();
            }
            FetchStep::Names(_) => return self.finish_channel(),
            FetchStep::Done => {}
        }
        PassOutput::On
    }

    fn take_channels(&mut self, channels: Vec<Channel>) {
        for channel in channels {
            let wanted = self.only.as_ref().is_none_or(|only| only.contains(&channel.id));
            // Direct channels stand in the list of every team.
            if wanted && channel.last_post_at > self.from && self.met.insert(channel.id.clone()) {
                self.channels.push_back(channel);
            }
        }
    }

    /// Names are looked up before the rows are handed over.
    fn names_first(
        &mut self,
        names: &HashMap<UserId, Box<str>>,
        needs_name: impl Fn(&Post) -> bool,
    ) -> PassOutput {
        let rows = self.rows.posts.iter().filter(|row| !names.contains_key(&row.user_id) && needs_name(row));
        let ids: HashSet<UserId> = rows.map(|row| row.user_id.clone()).collect();
        if ids.is_empty() {
            return self.finish_channel();
        }
        self.step = FetchStep::Names(ids.into_iter().collect());
        PassOutput::On
    }

    fn finish_channel(&mut self) -> PassOutput {
        let channel = self.channels.pop_front().unwrap_or_default();
        let (aside, short) = (self.aside.take(), std::mem::take(&mut self.short));
        let cut = aside.is_some();
        for post in aside.into_iter().flat_map(|listed| listed.posts.into_iter().rev()) {
            self.rows.push(post);
        }
        let rows = std::mem::take(&mut self.rows).posts;
        self.next_channel();
        PassOutput::Rows(ChannelRows { channel, rows, cut, short })
    }

    fn next_channel(&mut self) {
        self.step = if self.channels.is_empty() { FetchStep::Done } else { FetchStep::Since };
    }
}

/// Posts of a page that are newer than its pivot, at most as many as are worth a request.
fn spare_pivots(list: &PostList, pivot: Option<&PostId>) -> Vec<PostId> {
    let end = list.order.iter().position(|id| Some(id) == pivot).unwrap_or(0);
    let begin = end.saturating_sub(MAX_SPARE_PIVOTS);
    list.order.get(begin..end).unwrap_or_default().to_vec()
}

/// From which post the next page goes on, and whether there is none. `before` leaves out all posts of the pivot's
/// millisecond, so the oldest time of a page is read again with the next one.
fn turn(list: &PostList, from: Timestamp, page: u32) -> (Option<PostId>, bool) {
    let time = |id: &PostId| list.posts.get(id).map(|post| post.create_at);
    let oldest = list.order.iter().filter_map(time).min();
    let done = list.order.len() < page as usize || oldest.is_none_or(|oldest| oldest <= from);
    let pivot = list.order.iter().rev().find(|id| time(id) > oldest).cloned();
    (pivot, done)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: u32 = ServerPaging::SERVER.page;

    fn id<T: TryFrom<String>>(n: usize) -> T {
        let Ok(id) = T::try_from(format!("{n:0>26}")) else { panic!("no id") };
        id
    }

    fn post(n: usize, at: i64) -> Post {
        Post {
            id: id(n),
            user_id: id(n % 3),
            create_at: Timestamp::from_millis(at),
            update_at: Timestamp::from_millis(at),
            ..Post::default()
        }
    }

    fn list(mut posts: Vec<Post>) -> PostList {
        posts.sort_by(|a, b| b.create_at.cmp(&a.create_at));
        PostList {
            order: posts.iter().map(|post| post.id.clone()).collect(),
            posts: posts.into_iter().map(|post| (post.id.clone(), post)).collect(),
            ..PostList::default()
        }
    }

    fn channel(n: usize, at: i64) -> Channel {
        Channel { id: id(n), last_post_at: Timestamp::from_millis(at), ..Channel::default() }
    }

    /// Answers `Before` as the server does.
    fn page(all: &[Post], before: Option<&PostId>, page: u32) -> PostList {
        let pivot = before.map(|id| all.iter().find(|post| post.id == *id).unwrap().create_at);
        let mut rows: Vec<Post> =
            all.iter().filter(|post| pivot.is_none_or(|pivot| post.create_at < pivot)).cloned().collect();
        rows.sort_by(|a, b| b.create_at.cmp(&a.create_at));
        list(rows.into_iter().skip((page * PAGE) as usize).take(PAGE as usize).collect())
    }

    #[test]
    fn asks_for_changed_channels_once() {
        let mut pass = FetchPass::new(Timestamp::from_millis(100), None, None, ServerPaging::SERVER);
        let none = HashMap::new();
        assert_eq!(pass.ask(), Some(FetchRequest::Teams));
        pass.told(FetchResponse::Teams(vec![id(1), id(2)]), &none, |_| true, |_| false);
        let since = Timestamp::from_millis(100);
        assert_eq!(pass.ask(), Some(FetchRequest::Channels { team: Some(id(1)), archived_since: since }));
        pass.told(
            FetchResponse::Channels(vec![channel(7, 101), channel(8, 100)]),
            &none,
            |_| true,
            |_| false,
        );
        assert_eq!(pass.ask(), Some(FetchRequest::Channels { team: Some(id(2)), archived_since: since }));
        pass.told(
            FetchResponse::Channels(vec![channel(7, 101), channel(9, 200)]),
            &none,
            |_| true,
            |_| false,
        );
        assert_eq!(pass.ask(), Some(FetchRequest::Since { channel: id(7), since }));
        let came = pass.told(FetchResponse::Posts(list(vec![post(1, 101)])), &none, |_| true, |_| false);
        assert!(matches!(came, PassOutput::On));
        assert_eq!(pass.ask(), Some(FetchRequest::Names(vec![id(1)])));
        let came = pass.told(FetchResponse::Names(vec![]), &none, |_| true, |_| false);
        let PassOutput::Rows(rows) = came else { panic!() };
        assert_eq!((rows.channel.id, rows.rows.len(), rows.cut), (id(7), 1, false));
        assert_eq!(pass.ask(), Some(FetchRequest::Since { channel: id(9), since }));
        assert_eq!(pass.channel(), Some(&id(9)));
        let PassOutput::Rows(rows) = pass.skip() else { panic!() };
        assert!(rows.short);
        assert_eq!(pass.ask(), None);
    }

    #[test]
    fn an_account_without_a_team_has_direct_channels() {
        let mut pass = FetchPass::new(Timestamp::NEVER, None, None, ServerPaging::SERVER);
        pass.told(FetchResponse::Teams(vec![]), &HashMap::new(), |_| true, |_| false);
        assert!(matches!(pass.ask(), Some(FetchRequest::Channels { team: None, .. })));
    }

    #[test]
    fn pages_when_the_rows_are_cut() {
        // 1,700 posts, up to seven of them in one millisecond, and 200 of another.
        let mut all: Vec<Post> =
            (0..1500_i64).map(|n| post(usize::try_from(n).unwrap(), 1000 + n / 7)).collect();
        all.extend((1500..1750).map(|n| post(n, 1100)));
        let from = Timestamp::from_millis(1010);
        let wanted: HashSet<PostId> =
            all.iter().filter(|post| post.create_at > from).map(|post| post.id.clone()).collect();
        let none = HashMap::new();
        let some = list(all.iter().rev().step_by(2).take(1000).cloned().chain(all[..300].to_vec()).collect());
        for told in [FetchResponse::Posts(some), FetchResponse::TooMuch] {
            let mut pass = FetchPass::new(from, None, None, ServerPaging::SERVER);
            pass.told(FetchResponse::Teams(vec![id(1)]), &none, |_| false, |_| false);
            pass.told(FetchResponse::Channels(vec![channel(7, 5000)]), &none, |_| false, |_| false);
            let mut came = pass.told(told, &none, |_| false, |_| false);
            let mut asked = 0;
            while let PassOutput::On = came {
                let Some(FetchRequest::Before { before, page: number, .. }) = pass.ask() else { panic!() };
                asked += 1;
                let listed = page(&all, before.as_ref(), number);
                came = pass.told(FetchResponse::Posts(listed), &none, |_| false, |_| false);
            }
            let PassOutput::Rows(rows) = came else { panic!() };
            let got: HashSet<PostId> =
                rows.rows.iter().filter(|post| post.create_at > from).map(|post| post.id.clone()).collect();
            assert_eq!(got, wanted);
            assert!(rows.cut && !rows.short && asked < 15, "{asked}");
        }
    }
}
