//! A cache of usernames.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::Client;
use crate::error::Result;
use crate::event::{Event, EventKind, Payload};
use crate::model::UserId;

/// A cache of usernames, for programs that display them.
///
/// It is bounded and thread-safe: share it by reference or in an `Arc`. Only [`fetch`](Self::fetch) and
/// [`load`](Self::load) send requests, for names that are not in the cache.
///
/// ```no_run
/// # fn main() -> mattermost::Result<()> {
/// use mattermost::{Client, Names, Payload};
/// let client = Client::from_env()?;
/// let names = Names::new(&client);
/// for event in &client.events()? {
///     names.observe(&event);
///     if let Payload::ReactionAdded(added) = event.payload()? {
///         let name = names.fetch(&added.reaction.user_id)?;
///         println!("@{name}: :{}:", added.reaction.emoji_name);
///     }
/// }
/// # Ok(()) }
/// ```
pub struct Names {
    client: Client,
    known: Mutex<KnownNames>,
    capacity: usize,
}

#[derive(Default)]
struct KnownNames {
    names: HashMap<UserId, Arc<str>>,
    /// Ordered by insertion, oldest first. Contains each ID once.
    order: VecDeque<UserId>,
}

const DEFAULT_CAPACITY: usize = 10_000;

impl Names {
    /// Creates an empty cache for up to 10,000 names, which take about 2 MB.
    pub fn new(client: &Client) -> Self {
        Self::with_capacity(client, DEFAULT_CAPACITY)
    }

    /// Creates an empty cache. When it is full, the oldest entry is removed. `capacity` must be at least 1.
    pub fn with_capacity(client: &Client, capacity: usize) -> Self {
        Self { client: client.clone(), known: Mutex::default(), capacity: capacity.max(1) }
    }

    /// Returns a username from the cache, without `@`.
    pub fn get(&self, user: &UserId) -> Option<Arc<str>> {
        self.lock().names.get(user).cloned()
    }

    /// Returns a username from the cache, or gets it from the server.
    ///
    /// # Errors
    ///
    /// An error for which [`is_not_found`](crate::Error::is_not_found) returns `true` if the user is unknown, and the
    /// errors of any call.
    pub fn fetch(&self, user: &UserId) -> Result<Arc<str>> {
        if let Some(name) = self.get(user) {
            return Ok(name);
        }
        let user = self.client.users().get(user)?;
        Ok(self.insert(user.id, &user.username))
    }

    /// Gets the names of users that are not in the cache, with one request per 200 users. Unknown users are omitted.
    pub fn load<'i>(&self, users: impl IntoIterator<Item = &'i UserId>) -> Result<()> {
        let mut missing: Vec<&'i UserId> = users.into_iter().filter(|user| !user.is_empty()).collect();
        missing.sort();
        missing.dedup();
        let known = self.lock();
        missing.retain(|user| !known.names.contains_key(*user));
        drop(known);
        if !missing.is_empty() {
            let missing: Vec<UserId> = missing.into_iter().cloned().collect();
            for user in self.client.users().list_by_ids(&missing)? {
                self.insert(user.id, &user.username);
            }
        }
        Ok(())
    }

    /// Updates the cache from an event: the name of the author of a post, and the new name of a user who was renamed.
    /// Other events are ignored. Call it for every event to keep the cache correct.
    pub fn observe(&self, event: &Event) {
        match event.kind() {
            EventKind::Posted => {
                if let Ok(Payload::Posted(posted)) = event.payload() {
                    // Webhooks and bots may post with another name.
                    let own = !posted.post.is_system() && !posted.post.is_automated();
                    let name = posted.sender_name.strip_prefix('@').filter(|name| own && !name.is_empty());
                    if let Some(name) = name {
                        self.insert(posted.post.user_id.clone(), name);
                    }
                }
            }
            EventKind::UserUpdated => {
                if let Ok(Payload::UserUpdated(updated)) = event.payload() {
                    let user = &updated.user;
                    if !user.username.is_empty() && self.get(&user.id).is_some() {
                        self.insert(user.id.clone(), &user.username);
                    }
                }
            }
            _ => {}
        }
    }

    fn insert(&self, user: UserId, name: &str) -> Arc<str> {
        let mut known = self.lock();
        match known.names.get_mut(&user) {
            Some(have) if **have == *name => Arc::clone(have),
            Some(have) => {
                *have = name.into();
                Arc::clone(have)
            }
            None => {
                if known.names.len() >= self.capacity {
                    if let Some(oldest) = known.order.pop_front() {
                        known.names.remove(&oldest);
                    }
                }
                let name: Arc<str> = name.into();
                known.order.push_back(user.clone());
                known.names.insert(user, Arc::clone(&name));
                name
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, KnownNames> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names")
            .field("len", &self.lock().names.len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}
