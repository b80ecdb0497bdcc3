//! The data of the server, and its JSON representation.

pub(super) mod attachments;
pub(super) mod channels;
pub(super) mod config;
pub(super) mod emoji;
pub(super) mod images;
pub(super) mod initial_data;
pub(super) mod integrations;
mod markdown;
mod mentions;
pub(super) mod outgoing_webhooks;
pub(super) mod people;
mod post_store;
pub(super) mod posts;
pub(super) mod roles;
mod search;

use std::collections::{HashMap, VecDeque};

use serde_json::{Value, json};

use super::clock::Clock;
use super::hub::{Hub, HubEvent};
use super::rate_limit::RateLimiter;
use super::recorded_request::RecordedRequest;
use super::version_shape;

pub(super) use channels::{Member, StoredChannel};
pub(super) use people::{AccessToken, StoredBot, StoredSession, StoredTeam, StoredUser};
pub(super) use post_store::PostStore;
pub(super) use posts::{StoredFile, StoredPost, StoredReaction, StoredUpload};

/// All data of the server, behind one lock.
#[derive(Debug)]
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) started: i64,
    pub(super) version: String,
    pub(super) hub: Hub,
    pub(super) users: Vec<StoredUser>,
    pub(super) teams: Vec<StoredTeam>,
    pub(super) channels: Vec<StoredChannel>,
    pub(super) posts: PostStore,
    pub(super) files: HashMap<String, StoredFile>,
    pub(super) uploads: HashMap<String, StoredUpload>,
    pub(super) sessions: HashMap<String, StoredSession>,
    pub(super) tokens: Vec<AccessToken>,
    pub(super) bots: Vec<StoredBot>,
    /// User ID -> (category, name) -> value.
    pub(super) preferences: HashMap<String, Vec<(String, String, String)>>,
    pub(super) drafts: Vec<Value>,
    pub(super) emoji: Vec<Value>,
    /// Emoji ID -> image.
    pub(super) emoji_images: HashMap<String, Vec<u8>>,
    pub(super) hooks: Vec<Value>,
    pub(super) integrations: integrations::Integrations,
    pub(super) config: config::StoredConfig,
    /// Role -> the permissions that it was given by requests.
    pub(super) role_changes: HashMap<String, Vec<String>>,
    /// Milliseconds.
    pub(super) session_length: i64,
    /// Requests to outgoing webhooks that are not sent yet.
    pub(super) triggered: Vec<outgoing_webhooks::Triggered>,
    pub(super) outgoing_webhooks: Vec<outgoing_webhooks::StoredOutgoingWebhook>,
    pub(super) categories: Vec<Value>,
    /// (user, team) -> IDs of categories.
    pub(super) category_order: HashMap<(String, String), Vec<String>>,

    /// ID of the first post -> user ID -> (follows, last viewed).
    pub(super) threads: HashMap<String, HashMap<String, (bool, i64)>>,
    /// `pending_post_id` -> (post, time).
    pub(super) pending: HashMap<String, (Option<String>, i64)>,
    pub(super) max_file_size: usize,
    pub(super) limiter: RateLimiter,
    pub(super) requests: VecDeque<RecordedRequest>,
}

impl World {
    pub(super) fn new(seed: u64, version: &str) -> Self {
        let mut clock = Clock::new(seed);
        let started = clock.now();
        Self {
            clock,
            started,
            version: version.to_owned(),
            hub: Hub::default(),
            users: Vec::new(),
            teams: Vec::new(),
            channels: Vec::new(),
            posts: PostStore::default(),
            files: HashMap::new(),
            uploads: HashMap::new(),
            sessions: HashMap::new(),
            tokens: Vec::new(),
            bots: Vec::new(),
            preferences: HashMap::new(),
            drafts: Vec::new(),
            emoji: Vec::new(),
            emoji_images: HashMap::new(),
            hooks: Vec::new(),
            integrations: integrations::Integrations::default(),
            config: config::StoredConfig::default(),
            role_changes: HashMap::new(),
            session_length: 180 * 86_400_000,
            triggered: Vec::new(),
            outgoing_webhooks: Vec::new(),
            categories: Vec::new(),
            category_order: HashMap::new(),

            threads: HashMap::new(),
            pending: HashMap::new(),
            max_file_size: 100 * 1024 * 1024,
            limiter: RateLimiter::default(),
            requests: VecDeque::new(),
        }
    }

    /// Returns `true` for a server of the 5.x line, some of whose events and formats differ.
    pub(super) fn is_old(&self) -> bool {
        self.version
            .split('.')
            .next()
            .and_then(|major| major.parse::<u32>().ok())
            .is_some_and(|major| major < 6)
    }

    pub(super) fn now(&mut self) -> i64 {
        self.clock.now()
    }

    /// Returns the value of `X-Version-Id` and `hello`.
    pub(super) fn version_id(&self) -> String {
        let digest = "5742e435cc426b061fd1d8c42c61e25393a93ea9b086b5c3fcf1ba3f21a4ac6e";
        let digest = if self.is_old() { digest.get(..32).unwrap_or(digest) } else { digest };
        format!("{}..{digest}.false", self.version)
    }

    /// Sends an event to each connection in its scope.
    pub(super) fn emit(&mut self, event: &HubEvent) {
        let mut old_event;
        let event = if self.is_old() {
            old_event = event.clone();
            version_shape::to_old(&mut old_event.data);
            &old_event
        } else {
            event
        };
        let targets: Vec<(String, bool)> = self
            .hub
            .users()
            .map(|(connection, user)| (connection.to_owned(), self.may_see(event, connection, user)))
            .collect();
        for (connection, wanted) in targets {
            if wanted {
                let valid = self.hub.token(&connection).is_some_and(|token| self.is_valid(token));
                if valid {
                    self.hub.push_event(&connection, event, self.is_old());
                } else {
                    self.hub.wipe(&connection);
                }
            }
        }
    }

    /// Returns `true` if an event goes to this connection of this user. The first field of the scope that is set
    /// decides.
    fn may_see(&self, event: &HubEvent, connection: &str, user: &str) -> bool {
        let scope = &event.scope;
        if !scope.connection.is_empty() {
            return scope.connection == connection;
        }
        if scope.admins.is_some_and(|admins| admins != self.is_admin(user)) {
            return false;
        }
        if !scope.omit_connection.is_empty() && scope.omit_connection == connection {
            return false;
        }
        if !scope.user.is_empty() {
            return scope.user == user;
        }
        if scope.omit_users.iter().any(|omitted| omitted == user) {
            return false;
        }
        if !scope.channel.is_empty() {
            return self.channel(&scope.channel).is_some_and(|channel| channel.has(user));
        }
        if !scope.team.is_empty() {
            return self.team(&scope.team).is_some_and(|team| team.has(user));
        }
        true
    }

    /// Returns `true` if a token is currently valid.
    pub(super) fn is_valid(&self, token: &str) -> bool {
        self.user_of(token).is_some()
    }

    /// Returns the ID of the user to whom a token belongs.
    pub(super) fn user_of(&self, token: &str) -> Option<&str> {
        let now = self.clock.peek();
        let id = match self.sessions.get(token) {
            Some(session) => {
                (session.expires_at == 0 || session.expires_at > now).then_some(&session.user_id)
            }
            None => self
                .tokens
                .iter()
                .find(|known| known.token == token && known.is_active)
                .map(|known| &known.user_id),
        }?;
        self.user(id).filter(|user| user.delete_at == 0).map(|user| &*user.id)
    }

    /// Creates a session for a user.
    pub(super) fn open_session(&mut self, user_id: &str) -> String {
        let now = self.now();
        let token = self.clock.id();
        let session = StoredSession {
            id: self.clock.id(),
            user_id: user_id.to_owned(),
            create_at: now,
            expires_at: now + self.session_length,
            last_activity_at: now,
            device_id: String::new(),
            csrf: self.clock.id(),
        };
        self.sessions.insert(token.clone(), session);
        token
    }

    /// Returns the preferences of a user as the server lists them.
    pub(super) fn preferences_of(&self, user_id: &str) -> Vec<Value> {
        let mut known: Vec<&(String, String, String)> =
            self.preferences.get(user_id).into_iter().flatten().collect();
        known.sort();
        known
            .into_iter()
            .map(|(category, name, value)| {
                json!({"user_id": user_id, "category": category, "name": name, "value": value})
            })
            .collect()
    }

    /// Sets the status of a user after an action, unless the user chose one.
    pub(super) fn notice_status(&mut self, user_id: &str, status: &str) {
        if !self.user(user_id).is_some_and(|user| user.manual_status) {
            self.set_status(user_id, status, false);
        }
    }

    /// Sets the status of a user and sends the event.
    pub(super) fn set_status(&mut self, user_id: &str, status: &str, manual: bool) {
        let now = self.now();
        let Some(user) = self.user_mut(user_id) else { return };
        // Only these two count as activity.
        if matches!(status, "online" | "offline") {
            user.last_activity_at = now;
        }
        let changed = user.status != status;
        if status == "dnd" && changed {
            user.status_before_dnd.clone_from(&user.status);
        }
        status.clone_into(&mut user.status);
        user.manual_status = manual;
        if changed {
            self.emit(
                &HubEvent::new("status_change", json!({"status": status, "user_id": user_id}))
                    .for_user(user_id),
            );
        }
    }

    /// Sets a connected user away after a time without activity, unless the user chose a status.
    pub(super) fn notice_idle(&mut self, user_id: &str) {
        let timeout = self.setting("TeamSettings", "UserStatusAwayTimeout");
        let timeout = timeout.and_then(|seconds| seconds.as_i64()).unwrap_or(300) * 1000;
        let now = self.now();
        let idle = self.user(user_id).is_some_and(|user| {
            !user.manual_status && user.status != "away" && now - user.last_activity_at >= timeout
        });
        if idle && self.hub.active_of(user_id) > 0 {
            self.set_status(user_id, "away", false);
        }
    }

    /// Ends the statuses whose time is over.
    pub(super) fn end_statuses(&mut self) {
        let now = self.now() / 1000;
        let ids: Vec<String> = self.users.iter().map(|user| user.id.clone()).collect();
        for id in ids {
            let Some(user) = self.user_mut(&id) else { continue };
            if user.status == "dnd" && (1..=now).contains(&user.dnd_end_time) {
                user.dnd_end_time = 0;
                let before = std::mem::take(&mut user.status_before_dnd);
                self.set_status(&id, &before, false);
            }
            self.notice_idle(&id);
        }
    }
}
