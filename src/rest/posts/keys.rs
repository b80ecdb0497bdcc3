//! Posts that are created only once, recognized by their key.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Posts;
use super::changes::MAX_SINCE_ROWS;
use crate::backoff::{add_jitter, exponential_delay};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ChannelId, KEY, Post, PostDraft, PostPage};
use crate::time::Timestamp;

/// Default period that `create_once` searches.
const KEY_LOOKBACK: Duration = Duration::from_secs(86_400);
/// After this time, a request without a response has either been carried out or never will be: servers remember the
/// key of a post for 30 s, and their queries to the database end after 30 s.
const SETTLE_TIME: Duration = Duration::from_secs(35);
const MIN_RETRY_INTERVAL: Duration = Duration::from_secs(1);
const MAX_RETRY_INTERVAL: Duration = Duration::from_secs(30);

impl Posts<'_> {
    /// Creates a post, or returns the existing post if the account has already created one with the same
    /// [key](PostDraft::key) in the channel. Retries during outages, for up to `timeout`.
    ///
    /// The channel is searched for the key before each attempt, starting with the newest post and back to
    /// [`key_since`](PostDraft::key_since), by default 24 h. This also finds the post of another process, and of an
    /// earlier run that was terminated after it had sent the request. If the outcome of an attempt is unknown, also after a
    /// status of 500 or higher, the next attempt waits 35 s, by which time the server must have completed the earlier one.
    /// A `timeout` of a minute allows for one such wait.
    ///
    /// Two processes that use the same key at the same time create one post if both requests arrive at the same node
    /// within 30 s.
    ///
    /// Each search costs as much as one [`find_key`](Self::find_key). Prefer [`create`](Self::create) with a key if the
    /// post cannot exist yet.
    ///
    /// # Errors
    /// - [`ErrorKind::Input`], before any I/O, for a draft without a key or channel, and in the same cases as for
    ///   [`create`](Self::create).
    /// - [`ErrorKind::UnknownOutcome`] if the outcome of an attempt was still unknown after `timeout`. Call
    ///   `create_once` again: within 30 s the server merges both requests, and after 35 s the search finds the post.
    /// - Any other error that is not transient, as soon as it occurs; after `timeout`, the last error. In both cases,
    ///   nothing was created.
    ///
    /// # Examples
    /// ```no_run
    /// # fn run(client: &mattermost::Client, ops: &mattermost::ChannelId) -> mattermost::Result<()> {
    /// use std::time::Duration;
    /// use mattermost::PostDraft;
    /// let draft = PostDraft::new(ops, "backup of 2026-11-27: done").key("backup-2026-11-27");
    /// // Also safe if the script is run again.
    /// client.posts().create_once(&draft, Duration::from_secs(600))?;
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn create_once(&self, draft: &PostDraft, timeout: Duration) -> Result<Post> {
        let key = draft.key.as_deref().filter(|key| !key.is_empty()).ok_or_else(|| {
            Error::input("the draft has no key, so its post cannot be recognized")
                .with_hint("set one with `PostDraft::key`")
        })?;
        super::validate(draft)?;
        let scale = self.0.config().backoff_scale;
        let began = Instant::now();
        let deadline = began.checked_add(timeout);
        let left = || deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
        let (mut since, mut failures, mut earlier) = (draft.key_since, 0, None);
        // The last attempt without a known outcome.
        let mut unsettled: Option<(Instant, Error)> = None;
        loop {
            let is_cut_short = left() < self.0.call_timeout();
            let http = self.0.with_timeout(self.0.call_timeout().min(left()));
            let posts = Posts(&http);
            let find = |since: &mut Option<Timestamp>| {
                let from = match *since {
                    Some(since) => since,
                    None => *since.insert(http.server_time()?.minus(KEY_LOOKBACK)),
                };
                posts.find_key(&draft.channel_id, key, from)
            };
            let settled = unsettled.as_ref().is_none_or(|(at, _)| at.elapsed() >= scale.shorten(SETTLE_TIME));
            let error = match find(&mut since) {
                Ok(Some(post)) => return Ok(post),
                Ok(None) if settled => {
                    unsettled = None;
                    let attempt =
                        Posts(&self.0.with_timeout(self.0.call_timeout().min(left()))).create(draft);
                    match attempt {
                        Ok(post) => return Ok(post),
                        Err(error) => {
                            if leaves_doubt(&error) {
                                unsettled = Some((Instant::now(), error.clone()));
                            }
                            error
                        }
                    }
                }
                Ok(None) => match &unsettled {
                    Some((_, error)) => error.clone(),
                    None => continue,
                },
                Err(error) => error,
            };
            let interval = exponential_delay(failures, MIN_RETRY_INTERVAL, MAX_RETRY_INTERVAL);
            let mut pause = add_jitter(scale.shorten(error.retry_after().unwrap_or(interval)));
            if let Some((at, _)) = &unsettled {
                // Not longer than until the next attempt is allowed.
                let until_settled = scale.shorten(SETTLE_TIME).saturating_sub(at.elapsed());
                pause = if until_settled.is_zero() { pause } else { pause.min(until_settled) };
            }
            if !is_temporary(&error) || left() <= pause {
                return Err(verdict(error.or_earlier(earlier, is_cut_short), unsettled));
            }
            log::info!("post with key not created yet, retrying in {} ms: {error}", pause.as_millis());
            self.0.sleep_until_closed(pause)?;
            // The pause took longer than asked for.
            if left().is_zero() {
                return Err(verdict(error, unsettled));
            }
            earlier = Some(error);
            failures += 1;
        }
    }

    /// Finds the newest post of the current account with a given [key](PostDraft::key) in a channel, created
    /// at or after `since`.
    ///
    /// Takes one request if fewer than 1,000 posts were created or changed since then by any user. Otherwise, it
    /// takes one more per 200 posts, because the server cannot search for keys. To look up several keys, use
    /// [`find_keys`](Self::find_keys). Deleted posts are not found.
    #[inline]
    pub fn find_key(&self, channel: &ChannelId, key: &str, since: Timestamp) -> Result<Option<Post>> {
        Ok(self.find_keys(channel, [key], since)?.into_values().next())
    }

    /// Finds the newest post of the current account for each of several [keys](PostDraft::key) in a channel, created
    /// at or after `since`. Keys without a post are not in the result.
    ///
    /// Costs as much as one [`find_key`](Self::find_key), however many keys there are. A search with several requests
    /// ends as soon as all keys are found.
    ///
    /// # Examples
    /// ```no_run
    /// # fn run(client: &mattermost::Client, ops: &mattermost::ChannelId) -> mattermost::Result<()> {
    /// use std::time::Duration;
    /// let hour_ago = client.server_time()?.minus(Duration::from_secs(3600));
    /// let done = client.posts().find_keys(ops, ["deploy-7", "deploy-8"], hour_ago)?;
    /// println!("{} of 2 were announced", done.len());
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn find_keys<K: Into<String>>(
        &self,
        channel: &ChannelId,
        keys: impl IntoIterator<Item = K>,
        since: Timestamp,
    ) -> Result<BTreeMap<String, Post>> {
        let me = self.0.me()?;
        let wanted: std::collections::BTreeSet<String> = keys.into_iter().map(Into::into).collect();
        let mut found = BTreeMap::new();
        if wanted.is_empty() {
            return Ok(found);
        }
        let key_of = |post: &Post| {
            let key = post.prop(KEY).filter(|key| post.user_id == me && wanted.contains(*key));
            key.map(str::to_owned)
        };
        if let Some(mut posts) = self.changed_since(channel, since)? {
            posts.retain(|post| {
                post.create_at >= since && post.delete_at.is_never() && post.original_id.is_empty()
            });
            posts.sort_by(|a, b| (a.create_at, &a.id).cmp(&(b.create_at, &b.id)));
            found.extend(posts.into_iter().filter_map(|post| Some((key_of(&post)?, post))));
            return Ok(found);
        }
        for post in self.history(channel) {
            let post = post?;
            if post.create_at < since {
                break;
            }
            if let Some(key) = key_of(&post) {
                found.entry(key).or_insert(post);
                if found.len() == wanted.len() {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Returns what was created or changed at or after `since`. `None` if the server does not return all of it.
    fn changed_since(self, channel: &ChannelId, since: Timestamp) -> Result<Option<Vec<Post>>> {
        let after = since.minus(Duration::from_millis(1));
        if after <= Timestamp::NEVER {
            return Ok(None);
        }
        // Without `skip_fetch_threads`, the rows are the same, and the server does not count the replies of each.
        match self.list(channel, &PostPage::new().since(after)) {
            Ok(list) if list.posts.len() < MAX_SINCE_ROWS => Ok(Some(list.posts.into_values().collect())),
            Ok(_) => Ok(None),
            Err(error) if error.is_oversized() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// `true` if the server may have created the post, or may still do so.
fn leaves_doubt(error: &Error) -> bool {
    let sent = !matches!(error.kind(), ErrorKind::Connect | ErrorKind::Input | ErrorKind::Tls);
    error.kind() == ErrorKind::UnknownOutcome || (sent && is_temporary(error) && !error.is_rate_limited())
}

/// `true` if a later attempt may succeed. A server whose database is down responds with 500.
fn is_temporary(error: &Error) -> bool {
    let failing = error.kind() != ErrorKind::Protocol && error.status().is_some_and(|status| status >= 500);
    error.is_transient() || failing || error.kind() == ErrorKind::UnknownOutcome
}

fn verdict(error: Error, unsettled: Option<(Instant, Error)>) -> Error {
    match unsettled {
        Some((_, unknown)) if error.kind() != ErrorKind::Closed => {
            if unknown.kind() == ErrorKind::UnknownOutcome {
                unknown
            } else {
                Error::new(ErrorKind::UnknownOutcome, "the post may or may not have been created")
                    .on_route("POST /posts")
                    .with_source(unknown)
            }
        }
        _ => error,
    }
}
