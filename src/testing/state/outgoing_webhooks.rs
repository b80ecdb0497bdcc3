//! Outgoing webhooks, and the posts that trigger them.

use serde_json::{Value, json};

use super::{StoredPost, World};

#[derive(Clone, Debug, Default)]
pub(in crate::testing) struct StoredOutgoingWebhook {
    pub(in crate::testing) id: String,
    pub(in crate::testing) token: String,
    pub(in crate::testing) create_at: i64,
    pub(in crate::testing) update_at: i64,
    pub(in crate::testing) creator_id: String,
    /// Empty for all public channels of the team.
    pub(in crate::testing) channel_id: String,
    pub(in crate::testing) team_id: String,
    pub(in crate::testing) trigger_words: Vec<String>,
    /// 0: the first word is a trigger word. 1: the first word begins with one.
    pub(in crate::testing) trigger_when: i64,
    pub(in crate::testing) callback_urls: Vec<String>,
    pub(in crate::testing) display_name: String,
    pub(in crate::testing) description: String,
    pub(in crate::testing) content_type: String,
    pub(in crate::testing) username: String,
    pub(in crate::testing) icon_url: String,
}

/// A webhook and the post that triggered it.
#[derive(Clone, Debug)]
pub(in crate::testing) struct Triggered {
    pub(in crate::testing) webhook: StoredOutgoingWebhook,
    pub(in crate::testing) post_id: String,
    pub(in crate::testing) channel_id: String,
    /// The fields of the request.
    pub(in crate::testing) fields: Vec<(&'static str, Value)>,
}

impl StoredOutgoingWebhook {
    pub(in crate::testing) fn json(&self) -> Value {
        json!({
            "id": self.id, "token": self.token, "create_at": self.create_at, "update_at": self.update_at,
            "delete_at": 0, "creator_id": self.creator_id, "channel_id": self.channel_id, "team_id": self.team_id,
            "trigger_words": self.trigger_words, "trigger_when": self.trigger_when,
            "callback_urls": self.callback_urls, "display_name": self.display_name,
            "description": self.description, "content_type": self.content_type, "username": self.username,
            "icon_url": self.icon_url,
        })
    }

    /// Returns the trigger word of a post in the webhook's team. `None` if the post does not trigger the webhook.
    fn trigger(&self, post: &StoredPost) -> Option<String> {
        let here = self.channel_id == post.channel_id;
        if !here && !self.channel_id.is_empty() {
            return None;
        }
        if here && self.trigger_words.is_empty() {
            return Some(String::new());
        }
        let first = post.message.split_whitespace().next()?;
        let fits = |word: &&String| {
            if self.trigger_when == 1 { first.starts_with(&***word) } else { first == **word }
        };
        self.trigger_words.iter().find(fits).cloned()
    }
}

impl World {
    /// Queues the requests to the webhooks that a new post of a user triggers.
    pub(in crate::testing) fn trigger_webhooks(&mut self, post: &StoredPost) {
        let channel = self.channel(&post.channel_id).filter(|channel| channel.kind == "O");
        let skipped = post.kind.starts_with("system_") || post.props.contains_key("from_webhook");
        let Some(channel) = channel.filter(|_| !skipped && !self.outgoing_webhooks.is_empty()) else {
            return;
        };
        let author = self.user(&post.user_id).filter(|user| !user.is_bot);
        let (Some(author), Some(team)) = (author, self.team(&channel.team_id)) else { return };
        let hooks = self.outgoing_webhooks.iter().filter(|hook| hook.team_id == team.id);
        let triggered: Vec<Triggered> = hooks
            .filter_map(|hook| {
                let word = hook.trigger(post)?;
                let fields = vec![
                    ("token", json!(hook.token)),
                    ("team_id", json!(team.id)),
                    ("team_domain", json!(team.name)),
                    ("channel_id", json!(channel.id)),
                    ("channel_name", json!(channel.name)),
                    ("timestamp", json!(post.create_at)),
                    ("user_id", json!(post.user_id)),
                    ("user_name", json!(author.username)),
                    ("post_id", json!(post.id)),
                    ("text", json!(post.message)),
                    ("trigger_word", json!(word)),
                    ("file_ids", json!(post.file_ids.join(","))),
                ];
                Some(Triggered {
                    webhook: hook.clone(),
                    post_id: post.id.clone(),
                    channel_id: channel.id.clone(),
                    fields,
                })
            })
            .collect();
        self.triggered.extend(triggered);
    }
}
