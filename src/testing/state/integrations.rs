//! Slash commands, webhooks, trigger IDs, dialogs, and messages that only one user sees.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::{StoredPost, World};
use crate::testing::hub::HubEvent;

/// Lifetime of a trigger ID, in milliseconds.
const TRIGGER_LIFETIME: i64 = 3000;
/// Lifetime of a response URL, in milliseconds.
const RESPONSE_URL_LIFETIME: i64 = 30 * 60 * 1000;
/// Maximum number of uses of a response URL.
const RESPONSE_URL_USES: u32 = 5;
/// Maximum number of ephemeral messages and dialogs that are kept for the test.
const MAX_KEPT: usize = 1000;

/// The closure of a test that handles a slash command.
#[derive(Clone)]
pub(in crate::testing) struct Handler(pub(in crate::testing) Arc<HandlerCode>);

/// Fields of a call by name -> the response as JSON.
pub(in crate::testing) type HandlerCode = dyn Fn(&HashMap<String, String>) -> Value + Send + Sync;

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}

/// The URL for delayed responses to a slash command.
#[derive(Clone, Debug)]
pub(in crate::testing) struct ResponseUrl {
    pub(in crate::testing) command: Map<String, Value>,
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) channel_id: String,
    pub(in crate::testing) root_id: String,
    created_at: i64,
    uses: u32,
}

#[derive(Debug, Default)]
pub(in crate::testing) struct Integrations {
    pub(in crate::testing) commands: Vec<Map<String, Value>>,
    /// Command ID -> the closure that handles it instead of a URL.
    pub(in crate::testing) handlers: HashMap<String, Handler>,
    response_urls: HashMap<String, ResponseUrl>,
    /// Client trigger ID -> (user, time).
    triggers: HashMap<String, (String, i64)>,
    /// (user, dialog), oldest first.
    pub(in crate::testing) dialogs: VecDeque<(String, Value)>,
    /// (user, post), oldest first.
    pub(in crate::testing) ephemerals: VecDeque<(String, Value)>,
    /// The posts behind the cookies of buttons and menus in ephemeral posts. The real server encrypts them in the
    /// cookie.
    cookies: VecDeque<(String, StoredPost)>,
}

fn keep<T>(kept: &mut VecDeque<T>, item: T) {
    if kept.len() == MAX_KEPT {
        kept.pop_front();
    }
    kept.push_back(item);
}

/// A trigger ID that the server refuses: the end of the error's ID.
type BadTrigger = &'static str;

impl World {
    /// Returns a trigger ID for the integration, and the one for the client.
    pub(in crate::testing) fn new_trigger(&mut self, user_id: &str) -> (String, String) {
        let now = self.now();
        let client = self.clock.id();
        self.integrations.triggers.retain(|_, (_, at)| now - *at < TRIGGER_LIFETIME);
        self.integrations.triggers.insert(client.clone(), (user_id.to_owned(), now));
        let signature = self.clock.id();
        (BASE64_STANDARD.encode(format!("{client}:{user_id}:{now}:{signature}")), client)
    }

    /// Returns the client trigger ID and the user of a trigger ID.
    pub(in crate::testing) fn trigger(&mut self, trigger_id: &str) -> Result<(String, String), BadTrigger> {
        let now = self.now();
        let decoded = BASE64_STANDARD.decode(trigger_id).map_err(|_| "base64_decode_failed")?;
        let decoded = String::from_utf8_lossy(&decoded).into_owned();
        let parts: Vec<&str> = decoded.split(':').collect();
        let [client, user, at, _] = &*parts else { return Err("missing_data") };
        if at.parse().map_or(true, |at: i64| now - at > TRIGGER_LIFETIME) {
            return Err("expired");
        }
        match self.integrations.triggers.get(*client) {
            Some((known, _)) if known == user => Ok(((*client).to_owned(), (*user).to_owned())),
            _ => Err("verify_signature_failed"),
        }
    }

    /// Returns the ID of a new response URL.
    pub(in crate::testing) fn new_response_url(
        &mut self,
        command: &Map<String, Value>,
        user_id: &str,
        channel_id: &str,
        root_id: &str,
    ) -> String {
        let created_at = self.now();
        let id = self.clock.id();
        let known = &mut self.integrations.response_urls;
        known.retain(|_, url| created_at - url.created_at < RESPONSE_URL_LIFETIME);
        let url = ResponseUrl {
            command: command.clone(),
            user_id: user_id.to_owned(),
            channel_id: channel_id.to_owned(),
            root_id: root_id.to_owned(),
            created_at,
            uses: 0,
        };
        known.insert(id.clone(), url);
        id
    }

    /// Counts a use of a response URL.
    pub(in crate::testing) fn use_response_url(&mut self, id: &str) -> Result<ResponseUrl, &'static str> {
        let now = self.now();
        let known = self.integrations.response_urls.get_mut(id);
        let known = known.filter(|url| now - url.created_at < RESPONSE_URL_LIFETIME).ok_or("missing")?;
        if known.uses == RESPONSE_URL_USES {
            return Err("invalid");
        }
        known.uses += 1;
        Ok(known.clone())
    }

    pub(in crate::testing) fn open_dialog(&mut self, user_id: &str, dialog: Value) {
        let event = HubEvent::new("open_dialog", json!({"dialog": dialog.to_string()})).for_user(user_id);
        keep(&mut self.integrations.dialogs, (user_id.to_owned(), dialog));
        self.emit(&event);
    }

    /// Returns the ephemeral post to which a cookie belongs.
    pub(in crate::testing) fn post_of_cookie(&self, cookie: &str) -> Option<&StoredPost> {
        self.integrations.cookies.iter().find(|(known, _)| known == cookie).map(|(_, post)| post)
    }

    /// Sends an ephemeral message to a user. Returns the post as the server shows it.
    pub(in crate::testing) fn send_ephemeral(&mut self, to: &str, post: &Map<String, Value>) -> Value {
        let (id, now) = (self.clock.id(), self.now());
        let text = |name: &str| post.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut props = post.get("props").and_then(Value::as_object).cloned().unwrap_or_default();
        super::attachments::complete_attachments(&mut props, &mut self.clock);
        let cookie = self.clock.id();
        if super::attachments::set_cookies(&mut props, &cookie) {
            let hidden = StoredPost {
                id: id.clone(),
                channel_id: text("channel_id").to_owned(),
                root_id: text("root_id").to_owned(),
                props: props.clone(),
                ..StoredPost::default()
            };
            keep(&mut self.integrations.cookies, (cookie, hidden));
        }
        let has_attachments = props.contains_key("attachments");
        let mut shown = json!({
            "id": id, "create_at": now, "update_at": 0, "edit_at": 0, "delete_at": 0, "is_pinned": false,
            "user_id": text("user_id"), "channel_id": text("channel_id"), "root_id": text("root_id"),
            "original_id": "", "message": text("message"), "type": "system_ephemeral",
            "props": super::attachments::without_integrations(&props), "hashtags": "", "file_ids": null,
            "pending_post_id": "", "reply_count": 0, "last_reply_at": 0, "participants": null,
            "metadata": if has_attachments { json!({"embeds": [{"type": "message_attachment"}]}) } else { json!({}) },
        });
        if let (Some(object), true) = (shown.as_object_mut(), self.is_old()) {
            object.insert("parent_id".into(), json!(""));
        }
        let mut event = HubEvent::new("ephemeral_message", json!({"post": shown.to_string()})).for_user(to);
        text("channel_id").clone_into(&mut event.scope.channel);
        keep(&mut self.integrations.ephemerals, (to.to_owned(), shown.clone()));
        self.emit(&event);
        shown
    }
}
