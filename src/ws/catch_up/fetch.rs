//! One pass over the changed channels: the requests, and the handling of the responses.

use std::collections::{BTreeSet, HashSet, VecDeque};

use super::post_listing::{FetchedPage, FetchedPost, PageIntake, PostListing};
use crate::model::{Channel, ChannelId, Post, PostId, TeamId, UserId};
use crate::time::Timestamp;
use crate::ws::deferred_log;

/// Page sizes of the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerPaging {
    /// Maximum number of rows that `since` returns. They may then be any of the changed ones.
    pub(crate) rows: usize,
    /// Maximum number of posts on a page.
    pub(crate) page: u32,
}

impl ServerPaging {
    pub(crate) const SERVER: Self = Self { rows: 1000, page: 200 };
}

/// Maximum number of pages of a channel, since a server could return pages forever.
const MAX_PAGES: u32 = 250;
/// Maximum number of usernames per request.
pub(super) const MAX_NAMES_PER_REQUEST: usize = 200;
/// Maximum number of teams.
const MAX_TEAMS: usize = 1000;
/// Size limit of the list of channels, in bytes. Channels beyond it are reported as not recovered.
const MAX_CHANNEL_BYTES: usize = 16 << 20;

/// A request to the REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FetchRequest {
    /// The teams of the account.
    Teams,
    /// Its channels in a team, or in all teams, including direct channels and recently archived ones.
    Channels { team: Option<TeamId>, archived_since: Timestamp },
    /// The changed posts of a channel.
    Since { channel: ChannelId, since: Timestamp },
    /// The newest posts of a channel, or those before a post.
    Before { channel: ChannelId, before: Option<PostId>, page: u32, per_page: u32 },
    /// Usernames.
    Names(Vec<UserId>),
}

/// A response.
#[derive(Clone, Debug)]
pub(crate) enum FetchResponse {
    Teams(Vec<TeamId>),
    Channels(Vec<Channel>),
    Posts(FetchedPage),
    /// The posts exceed the maximum size of a response.
    TooMuch,
    Names(Vec<(UserId, String)>),
}

/// The state of a pass after a response.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub(crate) enum PassOutput {
    /// Send the next request.
    On,
    /// The rows of a channel are complete.
    Rows(ChannelRows),
}

/// The rows of one channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChannelRows {
    pub(crate) channel: Channel,
    /// Oldest first. Rows of the same millisecond are in the server's order.
    pub(super) rows: VecDeque<FetchedPost>,
    /// `true` if the server has more than it returns: edits and deletions may be missing.
    pub(crate) cut: bool,
    /// `true` if some posts could not be fetched.
    pub(crate) short: bool,
    /// The newest row, if newer ones were dropped to save memory.
    pub(crate) newest_kept: Option<Timestamp>,
}

/// Maximum number of alternative pivots, in case the first one was deleted permanently.
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
        /// Alternative pivots, in case the one in `before` was deleted permanently. The oldest is last.
        spare: Vec<PostId>,
    },
    Done,
}

/// The state of a pass. It does no I/O: the driver passes the responses to it.
#[derive(Debug)]
pub(crate) struct FetchPass {
    /// Changes after this time are fetched.
    from: Timestamp,
    /// The server time at its beginning.
    began: Option<Timestamp>,
    only: Option<HashSet<ChannelId>>,
    limits: ServerPaging,
    step: FetchStep,
    /// Teams whose channels are not listed yet. `None` stands for a user without a team.
    teams: VecDeque<Option<TeamId>>,
    channels: VecDeque<Channel>,
    /// The channels of a list that are not looked at yet.
    listed: Option<std::vec::IntoIter<Channel>>,
    channel_bytes: usize,
    /// `true` if teams or channels were left out because of the size limit.
    pub(super) lists_short: bool,
    met: BTreeSet<ChannelId>,
    rows: PostListing,
    /// Posts that `since` returned for a channel that needs paging.
    aside: Option<PostListing>,
    intake: Option<PageIntake>,
    short: bool,
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
            listed: None,
            channel_bytes: 0,
            lists_short: false,
            met: BTreeSet::new(),
            rows: PostListing::default(),
            aside: None,
            intake: None,
            short: false,
        }
    }

    pub(crate) fn start_time(&self) -> Option<Timestamp> {
        self.began
    }

    /// Returns the next request. `None` at the end.
    pub(crate) fn next_request(&self) -> Option<FetchRequest> {
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
            FetchStep::Done => return None,
        })
    }

    /// Memory of the lists and rows, in bytes.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.channel_bytes + self.rows.bytes + self.aside.as_ref().map_or(0, |aside| aside.bytes)
    }

    /// Returns the channel of the current request.
    pub(crate) fn current_channel(&self) -> Option<&ChannelId> {
        match self.step {
            FetchStep::Since | FetchStep::Pages { .. } => self.channels.front().map(|channel| &channel.id),
            _ => None,
        }
    }

    /// Handles the response to the current request. The channels of a list and the rows of a page are taken by
    /// [`take_rows`](Self::take_rows).
    pub(crate) fn response_received(&mut self, response: FetchResponse) {
        match (&mut self.step, response) {
            (FetchStep::Teams, FetchResponse::Teams(teams)) => {
                self.lists_short |= teams.len() > MAX_TEAMS;
                self.teams = teams.into_iter().take(MAX_TEAMS).map(Some).collect();
                if self.teams.is_empty() {
                    self.teams.push_back(None);
                }
                self.step = FetchStep::Channels;
            }
            (FetchStep::Channels, FetchResponse::Channels(channels)) => {
                self.teams.pop_front();
                self.listed = Some(channels.into_iter());
            }
            (FetchStep::Since, FetchResponse::Posts(page)) => {
                let is_last = page.length < self.limits.rows;
                if !is_last {
                    self.page_channel();
                }
                self.begin_intake(page, !is_last, is_last);
            }
            // A thousand rows of the longest posts exceed the limit, pages of them do not.
            (FetchStep::Since, FetchResponse::TooMuch) => self.page_channel(),
            (FetchStep::Pages { before, page, pages, spare }, FetchResponse::Posts(list)) => {
                if list.length == 0 && *page == 0 && before.is_some() {
                    // There must be older posts than the pivot. An empty list means that the server does not know the
                    // pivot any more.
                    *before = spare.pop();
                    if before.is_none() {
                        self.short = true;
                        self.begin_intake(list, false, true);
                    }
                    return;
                }
                let (pivot, done) = next_page(&list, self.from, self.limits.page);
                *spare = spare_pivots(&list, pivot.as_ref());
                *pages += 1;
                let many = *pages > MAX_PAGES;
                match pivot {
                    _ if done || many => self.short |= many && !done,
                    // All posts of the page are of the same millisecond: page by number.
                    None => *page += 1,
                    Some(pivot) => (*before, *page) = (Some(pivot), 0),
                }
                self.begin_intake(list, false, done || many);
            }
            // Not a response to the request, which cannot happen.
            _ => {}
        }
    }

    /// The list of a channel is too long: its pages are read, too.
    fn page_channel(&mut self) {
        self.aside = Some(PostListing::default());
        self.step = FetchStep::Pages { before: None, page: 0, pages: 1, spare: Vec::new() };
    }

    fn begin_intake(&mut self, page: FetchedPage, is_aside: bool, is_last: bool) {
        self.short |= page.incomplete || page.inaccessible_until > self.from;
        self.intake = Some(PageIntake { rows: page.rows.into_iter(), is_aside, is_last });
    }

    /// Returns `true` if channels or rows of the last response are to be taken.
    pub(crate) fn has_rows(&self) -> bool {
        self.intake.is_some() || self.listed.is_some()
    }

    /// Takes `count` channels or rows of the last response. Rows for which `needless` returns `true` are forgotten.
    /// `max_bytes` limits the size of the rows of a channel.
    pub(crate) fn take_rows(
        &mut self,
        count: usize,
        max_bytes: usize,
        needless: impl Fn(&Post) -> bool,
    ) -> PassOutput {
        if let Some(listed) = self.listed.take() {
            self.take_channels(listed, count);
            return PassOutput::On;
        }
        let Some(mut intake) = self.intake.take() else { return PassOutput::On };
        // What was set aside takes room, too.
        let other_bytes = self.aside.as_ref().filter(|_| !intake.is_aside).map_or(0, |aside| aside.bytes);
        let listing = if intake.is_aside { self.aside.get_or_insert_default() } else { &mut self.rows };
        for row in intake.rows.by_ref().take(count) {
            if !needless(&row.post) {
                listing.push_row(row);
            }
        }
        listing.drop_newest(max_bytes.saturating_sub(other_bytes));
        if intake.rows.as_slice().is_empty() {
            return if intake.is_last { self.finish_channel() } else { PassOutput::On };
        }
        self.intake = Some(intake);
        PassOutput::On
    }

    /// Continues without the response.
    pub(crate) fn skip_request(&mut self) -> PassOutput {
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
            FetchStep::Done => {}
        }
        PassOutput::On
    }

    fn take_channels(&mut self, mut listed: std::vec::IntoIter<Channel>, count: usize) {
        for channel in listed.by_ref().take(count) {
            let wanted = self.only.as_ref().is_none_or(|only| only.contains(&channel.id));
            // Direct channels are in the lists of all teams.
            if !wanted || channel.last_post_at <= self.from || self.met.contains(&channel.id) {
                continue;
            }
            // Only the fields that appear in events.
            let channel = Channel {
                id: channel.id,
                kind: channel.kind,
                team_id: channel.team_id,
                name: channel.name,
                display_name: channel.display_name,
                last_post_at: channel.last_post_at,
                ..Channel::default()
            };
            let size = size_of::<Channel>() + channel.name.len() + channel.display_name.len();
            if self.channel_bytes + size > MAX_CHANNEL_BYTES {
                self.lists_short = true;
                deferred_log::drop_later(std::mem::take(&mut listed));
                break;
            }
            self.channel_bytes += size;
            self.met.insert(channel.id.clone());
            self.channels.push_back(channel);
        }
        if listed.as_slice().is_empty() {
            // The empty block can be large.
            deferred_log::drop_later(listed);
            if self.teams.is_empty() {
                self.next_channel();
            }
        } else {
            self.listed = Some(listed);
        }
    }

    fn finish_channel(&mut self) -> PassOutput {
        let channel = self.channels.pop_front().unwrap_or_default();
        let (aside, short) = (self.aside.take(), std::mem::take(&mut self.short));
        let cut = aside.is_some();
        let mut rows = std::mem::take(&mut self.rows);
        let newest = rows.posts.back().map(|row| row.post.create_at);
        let newest_kept = newest.filter(|_| rows.trimmed);
        if let Some(aside) = aside {
            for row in aside.posts.into_iter().rev() {
                // Posts that are newer than the dropped ones wait for them.
                if newest_kept.is_none_or(|newest| row.post.create_at <= newest) {
                    rows.push_row(row);
                }
            }
            deferred_log::drop_later(aside.ids);
        }
        deferred_log::drop_later(rows.ids);
        self.next_channel();
        PassOutput::Rows(ChannelRows { channel, rows: rows.posts, cut, short, newest_kept })
    }

    fn next_channel(&mut self) {
        self.step = if self.channels.is_empty() { FetchStep::Done } else { FetchStep::Since };
    }
}

/// Returns posts of a page that are newer than its pivot, limited to a sensible number of requests.
fn spare_pivots(list: &FetchedPage, pivot: Option<&PostId>) -> Vec<PostId> {
    let end = list.order.iter().position(|(id, _)| Some(id) == pivot).unwrap_or(0);
    let begin = end.saturating_sub(MAX_SPARE_PIVOTS);
    list.order.get(begin..end).unwrap_or_default().iter().map(|(id, _)| id.clone()).collect()
}

/// Returns the post from which the next page continues, and `true` if there is none. `before` excludes all posts of
/// the pivot's millisecond, so the oldest time of a page is read again with the next one.
fn next_page(list: &FetchedPage, from: Timestamp, page: u32) -> (Option<PostId>, bool) {
    let oldest = list.order.iter().map(|(_, time)| *time).min();
    let done = list.length < page as usize || oldest.is_none_or(|oldest| oldest <= from);
    let pivot = list.order.iter().rev().find(|(_, time)| Some(*time) > oldest);
    (pivot.map(|(id, _)| id.clone()), done)
}

#[cfg(test)]
mod tests {
    use super::super::post_listing::size_of_post;
    use super::*;
    use crate::model::PostList;

    const PAGE: u32 = ServerPaging::SERVER.page;
    const MAX_BYTES: usize = 64 << 20;

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

    fn list(mut posts: Vec<Post>) -> FetchedPage {
        posts.sort_by(|a, b| b.create_at.cmp(&a.create_at));
        FetchedPage::from(PostList {
            order: posts.iter().map(|post| post.id.clone()).collect(),
            posts: posts.into_iter().map(|post| (post.id.clone(), post)).collect(),
            ..PostList::default()
        })
    }

    /// Gives the pass a response, and takes all rows of it.
    fn respond(
        pass: &mut FetchPass,
        response: FetchResponse,
        max_bytes: usize,
        needless: impl Fn(&Post) -> bool,
    ) -> PassOutput {
        pass.response_received(response);
        while pass.has_rows() {
            let output = pass.take_rows(7, max_bytes, &needless);
            if matches!(output, PassOutput::Rows(_)) {
                return output;
            }
        }
        PassOutput::On
    }

    fn channel(n: usize, at: i64) -> Channel {
        Channel { id: id(n), last_post_at: Timestamp::from_millis(at), ..Channel::default() }
    }

    /// Answers `Before` as the server does.
    fn page(all: &[Post], before: Option<&PostId>, page: u32) -> FetchedPage {
        let pivot = before.map(|id| all.iter().find(|post| post.id == *id).unwrap().create_at);
        let mut rows: Vec<Post> =
            all.iter().filter(|post| pivot.is_none_or(|pivot| post.create_at < pivot)).cloned().collect();
        rows.sort_by(|a, b| b.create_at.cmp(&a.create_at));
        list(rows.into_iter().skip((page * PAGE) as usize).take(PAGE as usize).collect())
    }

    #[test]
    fn asks_for_changed_channels_once() {
        let mut pass = FetchPass::new(Timestamp::from_millis(100), None, None, ServerPaging::SERVER);
        assert_eq!(pass.next_request(), Some(FetchRequest::Teams));
        respond(&mut pass, FetchResponse::Teams(vec![id(1), id(2)]), MAX_BYTES, |_| false);
        let since = Timestamp::from_millis(100);
        assert_eq!(
            pass.next_request(),
            Some(FetchRequest::Channels { team: Some(id(1)), archived_since: since })
        );
        respond(
            &mut pass,
            FetchResponse::Channels(vec![channel(7, 101), channel(8, 100)]),
            MAX_BYTES,
            |_| false,
        );
        assert_eq!(
            pass.next_request(),
            Some(FetchRequest::Channels { team: Some(id(2)), archived_since: since })
        );
        respond(
            &mut pass,
            FetchResponse::Channels(vec![channel(7, 101), channel(9, 200)]),
            MAX_BYTES,
            |_| false,
        );
        assert_eq!(pass.next_request(), Some(FetchRequest::Since { channel: id(7), since }));
        let came = respond(&mut pass, FetchResponse::Posts(list(vec![post(1, 101)])), MAX_BYTES, |_| false);
        let PassOutput::Rows(rows) = came else { panic!() };
        assert_eq!((rows.channel.id, rows.rows.len(), rows.cut), (id(7), 1, false));
        assert_eq!(pass.next_request(), Some(FetchRequest::Since { channel: id(9), since }));
        assert_eq!(pass.current_channel(), Some(&id(9)));
        let PassOutput::Rows(rows) = pass.skip_request() else { panic!() };
        assert!(rows.short);
        assert_eq!(pass.next_request(), None);
    }

    #[test]
    fn an_account_without_a_team_has_direct_channels() {
        let mut pass = FetchPass::new(Timestamp::NEVER, None, None, ServerPaging::SERVER);
        respond(&mut pass, FetchResponse::Teams(vec![]), MAX_BYTES, |_| false);
        assert!(matches!(pass.next_request(), Some(FetchRequest::Channels { team: None, .. })));
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
        let some = list(all.iter().rev().step_by(2).take(1000).cloned().chain(all[..300].to_vec()).collect());
        for told in [FetchResponse::Posts(some), FetchResponse::TooMuch] {
            let mut pass = FetchPass::new(from, None, None, ServerPaging::SERVER);
            respond(&mut pass, FetchResponse::Teams(vec![id(1)]), MAX_BYTES, |_| false);
            respond(&mut pass, FetchResponse::Channels(vec![channel(7, 5000)]), MAX_BYTES, |_| false);
            let mut came = respond(&mut pass, told, MAX_BYTES, |_| false);
            let mut asked = 0;
            while let PassOutput::On = came {
                let Some(FetchRequest::Before { before, page: number, .. }) = pass.next_request() else {
                    panic!()
                };
                asked += 1;
                let listed = page(&all, before.as_ref(), number);
                came = respond(&mut pass, FetchResponse::Posts(listed), MAX_BYTES, |_| false);
            }
            let PassOutput::Rows(rows) = came else { panic!() };
            let got: HashSet<PostId> = rows
                .rows
                .iter()
                .filter(|row| row.post.create_at > from)
                .map(|row| row.post.id.clone())
                .collect();
            assert_eq!(got, wanted);
            assert!(rows.cut && !rows.short && asked < 15, "{asked}");
        }
    }

    #[test]
    fn posts_that_are_listed_and_not_sent_are_missing() {
        let mut half = PostList { order: vec![id(1), id(2)], ..PostList::default() };
        half.posts.insert(id(1), post(1, 101));
        let mut pass = FetchPass::new(Timestamp::from_millis(100), None, None, ServerPaging::SERVER);
        respond(&mut pass, FetchResponse::Teams(vec![id(1)]), MAX_BYTES, |_| false);
        let channels = vec![channel(7, 101), channel(8, 101), channel(9, 101)];
        respond(&mut pass, FetchResponse::Channels(channels), MAX_BYTES, |_| false);
        let limited =
            PostList { first_inaccessible_post_time: Timestamp::from_millis(101), ..PostList::default() };
        let mut rows_of = |list: FetchedPage| {
            let came = respond(&mut pass, FetchResponse::Posts(list), MAX_BYTES, |_| false);
            let PassOutput::Rows(rows) = came else { panic!() };
            (rows.rows.len(), rows.short)
        };
        assert_eq!(rows_of(half.into()), (1, true));
        assert_eq!(rows_of(list(vec![post(3, 101)])), (1, false));
        assert_eq!(rows_of(limited.into()), (0, true), "the edition of the server hides them");
    }

    #[test]
    fn posts_without_room_are_read_in_a_later_pass() {
        let all: Vec<Post> = (0..1500).map(|n| post(n, 1000 + i64::try_from(n).unwrap())).collect();
        let size = size_of_post(&all[0]);
        let (mut from, mut got) = (Timestamp::from_millis(999), Vec::new());
        for passes in 1.. {
            let mut pass = FetchPass::new(from, None, None, ServerPaging::SERVER);
            let needless = |row: &Post| got.contains(&row.id);
            respond(&mut pass, FetchResponse::Teams(vec![id(1)]), MAX_BYTES, needless);
            respond(&mut pass, FetchResponse::Channels(vec![channel(7, 5000)]), MAX_BYTES, needless);
            let mut came = respond(&mut pass, FetchResponse::TooMuch, size * 400, needless);
            while let PassOutput::On = came {
                let Some(FetchRequest::Before { before, page: number, .. }) = pass.next_request() else {
                    panic!()
                };
                let listed = page(&all, before.as_ref(), number);
                came = respond(&mut pass, FetchResponse::Posts(listed), size * 400, needless);
            }
            let PassOutput::Rows(rows) = came else { panic!() };
            assert!(rows.rows.len() <= 410, "{}", rows.rows.len());
            got.extend(rows.rows.into_iter().map(|row| row.post.id));
            let Some(newest) = rows.newest_kept else {
                assert!(passes <= 5, "{passes}");
                break;
            };
            from = newest.minus(std::time::Duration::from_millis(1));
        }
        let wanted: Vec<PostId> = all.iter().map(|post| post.id.clone()).collect();
        assert_eq!(got, wanted, "each once, in order");
    }

    #[test]
    fn lists_of_teams_and_channels_have_an_end() {
        let mut pass = FetchPass::new(Timestamp::NEVER, None, None, ServerPaging::SERVER);
        respond(&mut pass, FetchResponse::Teams((0..5000).map(id).collect()), MAX_BYTES, |_| false);
        assert!(pass.lists_short && pass.teams.len() == MAX_TEAMS);
        for n in 0..MAX_TEAMS {
            let long = |k: usize| Channel {
                header: "h".repeat(100),
                display_name: "d".repeat(1000),
                ..channel(n * 100 + k, 100)
            };
            respond(&mut pass, FetchResponse::Channels((0..100).map(long).collect()), MAX_BYTES, |_| false);
        }
        assert!(pass.channel_bytes <= MAX_CHANNEL_BYTES);
        assert!(pass.channels.iter().all(|channel| channel.header.is_empty()));
        assert!(matches!(pass.next_request(), Some(FetchRequest::Since { .. })));
    }
}
