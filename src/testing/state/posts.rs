//! Posts, reactions and files.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::World;
use super::attachments::{complete_attachments, without_integrations};
use crate::testing::hub::HubEvent;

/// MIME types by extension.
const MIME_TYPES: &str = include_str!("mime_types.tsv");

#[derive(Clone, Debug, Default)]
pub(in crate::testing) struct StoredPost {
    pub(in crate::testing) id: String,
    pub(in crate::testing) create_at: i64,
    pub(in crate::testing) update_at: i64,
    pub(in crate::testing) edit_at: i64,
    pub(in crate::testing) delete_at: i64,
    pub(in crate::testing) is_pinned: bool,
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) channel_id: String,
    pub(in crate::testing) root_id: String,
    pub(in crate::testing) original_id: String,
    pub(in crate::testing) message: String,
    pub(in crate::testing) kind: String,
    pub(in crate::testing) props: Map<String, Value>,
    pub(in crate::testing) file_ids: Vec<String>,
    pub(in crate::testing) priority: Option<Value>,
    /// `true` if a user created it, and not the server or an integration.
    pub(in crate::testing) by_user: bool,
    pub(in crate::testing) reactions: Vec<StoredReaction>,
}

#[derive(Clone, Debug)]
pub(in crate::testing) struct StoredReaction {
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) emoji_name: String,
    pub(in crate::testing) create_at: i64,
}

#[derive(Clone, Debug)]
pub(in crate::testing) struct StoredFile {
    pub(in crate::testing) id: String,
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) post_id: String,
    pub(in crate::testing) channel_id: String,
    pub(in crate::testing) create_at: i64,
    pub(in crate::testing) name: String,
    pub(in crate::testing) data: Arc<Vec<u8>>,
}

/// A resumable upload.
#[derive(Clone, Debug)]
pub(in crate::testing) struct StoredUpload {
    pub(in crate::testing) id: String,
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) channel_id: String,
    pub(in crate::testing) create_at: i64,
    pub(in crate::testing) filename: String,
    pub(in crate::testing) file_size: u64,
    pub(in crate::testing) data: Vec<u8>,
}

impl StoredPost {
    /// Returns `false` for posts about joining and leaving, which do not count as messages.
    pub(in crate::testing) fn is_counted(&self) -> bool {
        let kind = &*self.kind;
        !["join", "leave", "add_to", "remove_from", "add_remove"].iter().any(|part| kind.contains(part))
    }
}

impl StoredUpload {
    pub(in crate::testing) fn json(&self) -> Value {
        json!({
            "id": self.id, "type": "attachment", "create_at": self.create_at, "user_id": self.user_id,
            "channel_id": self.channel_id, "filename": self.filename, "file_size": self.file_size,
            "file_offset": self.data.len(), "remote_id": "", "req_file_id": "",
        })
    }
}

impl StoredFile {
    /// Returns what follows the last dot of the name, in lower case.
    pub(in crate::testing) fn extension(&self) -> String {
        self.name.rsplit_once('.').map_or_else(String::new, |(_, extension)| extension.to_lowercase())
    }

    /// Returns width, height and MIME type of an image. `None` for other files.
    pub(in crate::testing) fn image_size(&self) -> Option<(u32, u32, &'static str)> {
        super::images::image_size(&self.data)
    }

    /// Returns the MIME type that belongs to the extension. Empty if there is none.
    pub(in crate::testing) fn mime_type(&self) -> &'static str {
        let extension = self.extension();
        let mut rows = MIME_TYPES.lines().filter_map(|line| line.split_once('\t'));
        rows.find(|(known, _)| *known == extension).map_or("", |(_, mime_type)| mime_type)
    }

    pub(in crate::testing) fn json(&self) -> Value {
        let mut value = json!({
            "id": self.id, "user_id": self.user_id, "channel_id": self.channel_id, "create_at": self.create_at,
            "update_at": self.create_at, "delete_at": 0, "name": self.name, "extension": self.extension(),
            "size": self.data.len(), "mime_type": self.mime_type(), "mini_preview": null, "remote_id": "",
            "archived": false,
        });
        if let (Some(object), false) = (value.as_object_mut(), self.post_id.is_empty()) {
            object.insert("post_id".into(), json!(self.post_id));
        }
        value
    }
}

impl StoredReaction {
    pub(in crate::testing) fn json(&self, post: &StoredPost) -> Value {
        json!({
            "user_id": self.user_id, "post_id": post.id, "emoji_name": self.emoji_name,
            "create_at": self.create_at, "update_at": self.create_at, "delete_at": 0, "remote_id": "",
            "channel_id": post.channel_id,
        })
    }
}

/// The fields of a new post.
#[derive(Debug, Default)]
pub(in crate::testing) struct NewPost {
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) channel_id: String,
    pub(in crate::testing) root_id: String,
    pub(in crate::testing) message: String,
    pub(in crate::testing) kind: String,
    pub(in crate::testing) props: Map<String, Value>,
    pub(in crate::testing) file_ids: Vec<String>,
    pub(in crate::testing) pending_post_id: String,
    pub(in crate::testing) priority: Option<Value>,
    /// `true` if a user creates it, and not the server or an integration.
    pub(in crate::testing) by_user: bool,
    /// 0 means now.
    pub(in crate::testing) create_at: i64,
    pub(in crate::testing) set_online: bool,
}

impl World {
    /// Returns a post as the server shows it.
    pub(in crate::testing) fn post_json(&self, post: &StoredPost) -> Value {
        let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
        let replies = self.posts.reply_count(root);
        let deleted = post.delete_at > 0;
        let mut metadata = Map::new();
        let files: Vec<Value> =
            post.file_ids.iter().filter_map(|id| self.files.get(id)).map(StoredFile::json).collect();
        if !files.is_empty() && !deleted {
            metadata.insert("files".into(), json!(files));
        }
        if post.props.contains_key("attachments") {
            metadata.insert("embeds".into(), json!([{"type": "message_attachment"}]));
        }
        if !post.reactions.is_empty() {
            metadata.insert("reactions".into(), post.reactions.iter().map(|r| r.json(post)).collect());
        }
        if let Some(priority) = &post.priority {
            metadata.insert("priority".into(), priority.clone());
        }
        let mut value = json!({
            "id": post.id, "create_at": post.create_at, "update_at": post.update_at, "edit_at": post.edit_at,
            "delete_at": post.delete_at, "is_pinned": post.is_pinned, "user_id": post.user_id,
            "channel_id": post.channel_id, "root_id": post.root_id, "original_id": post.original_id,
            "message": if deleted { "" } else { &*post.message }, "type": post.kind,
            "props": if deleted { json!({}) } else { without_integrations(&post.props) },
            "hashtags": hashtags(&post.message), "file_ids": if deleted { json!([]) } else { json!(post.file_ids) },
            "pending_post_id": "", "remote_id": "", "reply_count": replies, "last_reply_at": 0,
            "participants": null, "metadata": metadata,
        });
        if let Some(object) = value.as_object_mut() {
            if !post.reactions.is_empty() {
                object.insert("has_reactions".into(), json!(true));
            }
            if !post.by_user {
                object.remove("remote_id");
            }
            if self.is_old() {
                object.insert("parent_id".into(), json!(post.root_id));
            }
        }
        value
    }

    /// Creates a post and sends its events. Returns the post as the server shows it.
    pub(in crate::testing) fn create_post(&mut self, new: NewPost) -> Value {
        let now = self.clock.tick();
        let create_at = if new.create_at == 0 { now } else { new.create_at };
        let id = self.clock.id();
        let mut file_ids = Vec::new();
        for file_id in &new.file_ids {
            let ours =
                self.files.get_mut(file_id).filter(|f| f.post_id.is_empty() && f.user_id == new.user_id);
            if let (Some(file), false) = (ours, file_ids.contains(file_id)) {
                id.clone_into(&mut file.post_id);
                new.channel_id.clone_into(&mut file.channel_id);
                file_ids.push(file_id.clone());
            }
        }
        let mut props = new.props;
        complete_attachments(&mut props, &mut self.clock);
        if self.user(&new.user_id).is_some_and(|user| user.is_bot) {
            props.insert("from_bot".into(), json!("true"));
        }
        self.posts.add(StoredPost {
            id: id.clone(),
            create_at,
            update_at: create_at,
            user_id: new.user_id.clone(),
            channel_id: new.channel_id.clone(),
            root_id: new.root_id.clone(),
            message: new.message,
            kind: new.kind,
            props,
            file_ids,
            priority: new.priority,
            by_user: new.by_user,
            ..StoredPost::default()
        });
        let Some(post) = self.posts.get(&id).cloned() else { return Value::Null };
        if let Some(channel) = self.channel_mut(&post.channel_id) {
            channel.last_post_at = channel.last_post_at.max(create_at);
            if post.root_id.is_empty() {
                channel.last_root_post_at = channel.last_root_post_at.max(create_at);
            }
            if post.is_counted() {
                channel.total_msg_count += 1;
                channel.total_msg_count_root += i64::from(post.root_id.is_empty());
            }
        }
        self.posts.change(&post.root_id, |root| root.update_at = root.update_at.max(create_at));
        if new.set_online && post.kind.is_empty() {
            self.notice_status(&post.user_id, "online");
        }
        let mut shown = self.post_json(&post);
        if let Some(object) = shown.as_object_mut() {
            object.insert("pending_post_id".into(), json!(new.pending_post_id));
            // None of the files was one that the author may attach.
            if !new.file_ids.is_empty() && post.file_ids.is_empty() {
                object.insert("file_ids".into(), Value::Null);
            }
        }
        self.emit_posted(&post, &shown, new.set_online);
        self.trigger_webhooks(&post);
        shown
    }

    fn emit_posted(&mut self, post: &StoredPost, shown: &Value, set_online: bool) {
        let Some(channel) = self.channel(&post.channel_id) else { return };
        let is_system = post.kind.starts_with("system_");
        let author = self.name_of(&post.user_id).to_owned();
        let display = match &*channel.kind {
            "D" => format!("@{author}"),
            _ => channel.display_name.clone(),
        };
        let mut data = json!({
            "channel_display_name": display, "channel_name": channel.name, "channel_type": channel.kind,
            "post": shown.to_string(), "set_online": set_online, "team_id": channel.team_id,
            "sender_name": if is_system { "System".to_owned() } else { format!("@{author}") },
        });
        if let (Some(object), Some(file)) =
            (data.as_object_mut(), post.file_ids.first().and_then(|id| self.files.get(id)))
        {
            let kind = if file.mime_type().starts_with("image/") { "image" } else { "otherFile" };
            object.insert(kind.into(), json!("true"));
        }
        let mentions = self.mentions(post);
        let mut followers = self.follow(post, &mentions);
        followers.retain(|user| self.has_collapsed_threads(user));
        for user in &mentions {
            if let Some(member) = self.channel_mut(&post.channel_id).and_then(|c| c.member_mut(user)) {
                member.mention_count += 1;
            }
        }
        let mut event = HubEvent::new("posted", data).for_channel(&post.channel_id);
        event.scope.mentions = mentions;
        event.scope.followers.clone_from(&followers);
        self.emit(&event);
        let is_bot = self.user(&post.user_id).is_some_and(|user| user.is_bot);
        let is_hook = post.props.contains_key("from_webhook");
        // With collapsed threads, a reply says nothing about the channel.
        let in_channel = post.root_id.is_empty() || !self.has_collapsed_threads(&post.user_id);
        if post.by_user && post.kind.is_empty() && in_channel && !is_bot && !is_hook {
            self.viewed(&post.user_id, &[(post.channel_id.clone(), post.create_at)]);
        }
        if !post.root_id.is_empty() && !self.is_old() {
            let mut told = followers;
            if self.has_collapsed_threads(&post.user_id) {
                told.push(post.user_id.clone());
            }
            for user in told {
                self.emit_thread(&user, &post.root_id);
            }
        }
    }

    /// Returns `true` if a user's threads are collapsed, by the setting and the user's preference.
    fn has_collapsed_threads(&self, user_id: &str) -> bool {
        let setting = self.setting("ServiceSettings", "CollapsedThreads").unwrap_or_default();
        let own = self.preferences.get(user_id).into_iter().flatten().find_map(|(category, name, value)| {
            (category == "display_settings" && name == "collapsed_reply_threads").then_some(value == "on")
        });
        match setting.as_str() {
            Some("always_on") => true,
            Some("default_on") => own.unwrap_or(true),
            Some("default_off") => own.unwrap_or(false),
            _ => false,
        }
    }

    /// Marks channels as read, and sends the event to the reader's other clients.
    pub(in crate::testing) fn viewed(&mut self, user_id: &str, times: &[(String, i64)]) {
        for (id, at) in times {
            if let Some(channel) = self.channel_mut(id) {
                let total = channel.total_msg_count;
                if let Some(member) = channel.member_mut(user_id) {
                    member.last_viewed_at = member.last_viewed_at.max(*at);
                    member.msg_count = total;
                    member.mention_count = 0;
                }
            }
        }
        if self.is_old() {
            for (id, _) in times {
                self.emit(&HubEvent::new("channel_viewed", json!({"channel_id": id})).for_user(user_id));
            }
        } else {
            let times: Map<String, Value> = times.iter().map(|(id, at)| (id.clone(), json!(at))).collect();
            let data = json!({"channel_times": times});
            self.emit(&HubEvent::new("multiple_channels_viewed", data).for_user(user_id));
        }
    }

    /// Makes the author of a reply follow its thread. Returns the other followers.
    fn follow(&mut self, post: &StoredPost, mentions: &[String]) -> Vec<String> {
        let Some(root) = self.posts.get(&post.root_id) else { return Vec::new() };
        let author = root.user_id.clone();
        let thread = self.threads.entry(post.root_id.clone()).or_default();
        for user in mentions.iter().chain([&author]) {
            thread.entry(user.clone()).or_insert((true, 0));
        }
        thread.entry(post.user_id.clone()).or_insert((true, 0));
        let mut followers: Vec<String> = thread
            .iter()
            .filter(|(user, (follows, _))| *follows && **user != post.user_id)
            .map(|(user, _)| user.clone())
            .collect();
        followers.sort();
        followers
    }

    /// Returns the thread as one of its followers sees it.
    pub(in crate::testing) fn thread_json(
        &self,
        user_id: &str,
        root_id: &str,
        extended: bool,
    ) -> Option<Value> {
        let root = self.posts.get(root_id)?;
        let (_, viewed) = self.threads.get(root_id)?.get(user_id).copied()?;
        let people = self.posts.participants(root_id);
        let unread = self.posts.replies_after(root_id, viewed);
        let unread: Vec<&StoredPost> = unread.filter(|reply| reply.user_id != user_id).collect();
        let mut participants: Vec<Value> =
            people.filter_map(|id| self.user(id)).map(|user| user.json(false)).collect();
        if self.is_old() {
            // Old servers count the author of the first post.
            if !self.posts.participants(root_id).any(|id| id == root.user_id) {
                participants.extend(self.user(&root.user_id).map(|user| user.json(false)));
            }
        }
        participants = named_participants(participants, extended);
        let named = format!("@{}", self.name_of(user_id));
        let mut post = bare(self.post_json(root));
        if let Some(post) = post.as_object_mut() {
            post.insert("reply_count".into(), json!(0));
        }
        Some(json!({
            "id": root_id, "reply_count": self.posts.reply_count(root_id),
            "last_reply_at": self.posts.replies(root_id).next_back().map_or(0, |reply| reply.create_at),
            "last_viewed_at": viewed,
            "participants": participants,
            "post": post, "unread_replies": unread.len(),
            "unread_mentions": unread.iter().filter(|reply| reply.message.contains(&named)).count(),
            "is_urgent": false, "delete_at": root.delete_at,
        }))
    }

    /// Adds what is known of the replies to the first post of a thread.
    pub(in crate::testing) fn add_thread(
        &self,
        shown: &mut Map<String, Value>,
        post: &StoredPost,
        user_id: &str,
        extended: bool,
    ) {
        let last = self.posts.replies(&post.id).next_back();
        if let Some(last) = last {
            let people = self.posts.participants(&post.id).filter_map(|id| self.user(id));
            let mut participants: Vec<Value> = people.map(|user| user.json(false)).collect();
            if !extended {
                for participant in participants.iter_mut().filter_map(Value::as_object_mut) {
                    participant.remove("auth_data");
                }
            }
            let follows = self.threads.get(&post.id).and_then(|thread| thread.get(user_id));
            shown.insert("last_reply_at".into(), json!(last.create_at));
            shown.insert("participants".into(), json!(named_participants(participants, extended)));
            shown.insert("is_following".into(), json!(follows.is_some_and(|(follows, _)| *follows)));
        } else if self.is_old() {
            shown.insert("is_following".into(), json!(false));
        }
    }

    fn emit_thread(&mut self, user_id: &str, root_id: &str) {
        let team = self
            .posts
            .get(root_id)
            .and_then(|root| self.channel(&root.channel_id))
            .map(|c| c.team_id.clone());
        if let (Some(thread), Some(team)) = (self.thread_json(user_id, root_id, !self.is_old()), team) {
            let data = json!({
                "previous_unread_mentions": 0, "previous_unread_replies": 0, "thread": thread.to_string(),
            });
            let mut event = HubEvent::new("thread_updated", data).for_user(user_id);
            event.scope.team = team;
            self.emit(&event);
        }
    }

    /// Creates a post of the server itself, for example when a user joins a channel.
    pub(in crate::testing) fn system_post(
        &mut self,
        channel_id: &str,
        user_id: &str,
        kind: &str,
        message: String,
        props: Value,
    ) {
        let props = match props {
            Value::Object(props) => props,
            _ => Map::new(),
        };
        self.create_post(NewPost {
            user_id: user_id.to_owned(),
            channel_id: channel_id.to_owned(),
            kind: kind.to_owned(),
            message,
            props,
            set_online: true,
            ..NewPost::default()
        });
    }

    /// Changes a post. Its old text becomes a row of history.
    pub(in crate::testing) fn edit_post(
        &mut self,
        id: &str,
        message: Option<String>,
        change: impl FnOnce(&mut StoredPost),
    ) {
        let now = self.clock.tick();
        let history = self.clock.id();
        let Some(old) = self.posts.get(id).cloned() else { return };
        let message = message.filter(|message| *message != old.message);
        let edited = message.is_some();
        self.posts.change(id, |post| {
            change(post);
            post.update_at = now;
            if let Some(message) = message {
                post.message = message;
                post.edit_at = now;
            }
        });
        if edited {
            self.posts.add(StoredPost {
                id: history,
                original_id: old.id.clone(),
                update_at: now,
                delete_at: now,
                reactions: Vec::new(),
                ..old.clone()
            });
        }
        if let Some(channel) = self.channel_mut(&old.channel_id) {
            channel.last_post_at = channel.last_post_at.max(now);
        }
        self.emit_edited(id);
    }

    pub(in crate::testing) fn emit_edited(&mut self, id: &str) {
        if let Some(post) = self.posts.get(id) {
            let channel = post.channel_id.clone();
            let data = json!({"post": self.post_json(post).to_string()});
            self.emit(&HubEvent::new("post_edited", data).for_channel(&channel));
        }
    }

    /// Deletes a post and its replies. The event still contains the text.
    pub(in crate::testing) fn delete_post(&mut self, id: &str, by: &str) {
        let now = self.clock.tick();
        let Some(post) = self.posts.get(id).cloned() else { return };
        let mut shown = self.post_json(&post);
        if !self.is_old() {
            shown = bare(shown);
        } else if let Some(shown) = shown.as_object_mut() {
            shown.insert("reply_count".into(), json!(0));
        }
        let shown = shown.to_string();
        let mut gone: Vec<String> = self.posts.replies(id).map(|reply| reply.id.clone()).collect();
        gone.push(id.to_owned());
        for id in gone {
            self.posts.change(&id, |post| {
                post.delete_at = now;
                post.update_at = now;
            });
        }
        self.posts.change(&post.root_id, |root| root.update_at = now);
        let (full, short) = (json!({"delete_by": by, "post": shown}), json!({"post": shown}));
        self.emit(&HubEvent::new("post_deleted", short).for_channel(&post.channel_id).for_admins(false));
        self.emit(&HubEvent::new("post_deleted", full).for_channel(&post.channel_id).for_admins(true));
    }
}

/// Returns participants as the server shows them unless more is asked for: with IDs only, and all other members empty.
fn named_participants(mut participants: Vec<Value>, extended: bool) -> Vec<Value> {
    if extended {
        return participants;
    }
    for participant in participants.iter_mut().filter_map(Value::as_object_mut) {
        participant.retain(|name, _| !matches!(&**name, "create_at" | "update_at" | "remote_id"));
        for (name, value) in participant.iter_mut().filter(|(name, _)| *name != "id") {
            *value = match value.take() {
                Value::String(_) => json!(""),
                Value::Number(_) => json!(0),
                Value::Bool(_) => json!(false),
                _ if name == "timezone" => Value::Null,
                other => other,
            };
        }
    }
    participants
}

/// Removes the metadata, which some events omit.
fn bare(mut post: Value) -> Value {
    if let Some(object) = post.as_object_mut() {
        object.remove("metadata");
    }
    post
}

/// Returns the hashtags of a text, separated by spaces.
fn hashtags(message: &str) -> String {
    message.split_whitespace().filter_map(hashtag).collect::<Vec<_>>().join(" ")
}

/// Returns the hashtag that a word is, without the punctuation around it.
fn hashtag(word: &str) -> Option<&str> {
    let is_letter = |character: char| character.is_alphabetic();
    let is_inner = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '.');
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '#');
    let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let name = word.trim_start_matches('#');
    let hashes = word.len() - name.len();
    let fits =
        hashes > 0 && name.chars().count() >= 2 && name.starts_with(is_letter) && name.chars().all(is_inner);
    word.get(hashes.checked_sub(1)?..).filter(|_| fits)
}
