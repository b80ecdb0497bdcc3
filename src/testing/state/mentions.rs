//! The mentions of a post, by the rules of the server.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::markdown::texts;
use super::{StoredChannel, StoredPost, StoredUser, World};

/// Word -> indexes of the members that it mentions.
type Keywords = HashMap<String, Vec<usize>>;

impl World {
    /// Returns the IDs of the members whom a post mentions, in the order of the channel's members.
    pub(in crate::testing) fn mentions(&self, post: &StoredPost) -> Vec<String> {
        let Some(channel) = self.channel(&post.channel_id) else { return Vec::new() };
        let by_webhook = post.props.get("from_webhook").and_then(Value::as_str) == Some("true");
        let mut found = BTreeSet::new();
        if channel.kind == "D" {
            found.extend(0..channel.members.len());
        } else if !post.kind.starts_with("system_") {
            let keywords = self.keywords(channel);
            for field in mentioning_texts(post, self.is_old()) {
                for text in texts(&field, self.is_old()) {
                    read(&text, &keywords, &mut found);
                }
            }
            // In a group channel, each post mentions all members.
            if channel.kind == "G" && !self.is_old() {
                found.extend(0..channel.members.len());
            }
            self.find_commented(post, channel, &mut found);
        }
        let added = post.props.get("addedUserId").and_then(Value::as_str);
        let position = |id: &str| channel.members.iter().position(|member| member.user_id == id);
        found.extend(added.and_then(position));
        let mentioned = found.into_iter().filter_map(|at| channel.members.get(at));
        mentioned
            .filter(|member| by_webhook || member.user_id != post.user_id)
            .map(|member| member.user_id.clone())
            .collect()
    }

    fn keywords(&self, channel: &StoredChannel) -> Keywords {
        let mut keywords = Keywords::new();
        for (at, member) in channel.members.iter().enumerate() {
            let Some(user) = self.user(&member.user_id).filter(|user| user.delete_at == 0) else { continue };
            let mut add = |word: String| keywords.entry(word).or_default().push(at);
            add(format!("@{}", user.username.to_lowercase()));
            for key in notify_prop(user, "mention_keys", "").split(',') {
                if !key.trim().is_empty() {
                    add(key.trim().to_lowercase());
                }
            }
            if notify_prop(user, "first_name", "false") == "true" && !user.first_name.is_empty() {
                add(user.first_name.clone());
            }
            let own = |name: &str| member.notify_props.as_ref().and_then(|props| props.get(name)?.as_str());
            let ignored = match own("ignore_channel_mentions").unwrap_or("default") {
                "on" => true,
                "default" => own("mark_unread") == Some("mention"),
                _ => false,
            };
            if notify_prop(user, "channel", "true") == "true" && !ignored {
                add("@channel".to_owned());
                add("@all".to_owned());
                if user.status == "online" {
                    add("@here".to_owned());
                }
            }
        }
        keywords
    }

    /// Adds the members who are notified of replies to their posts, or in threads that they took part in.
    fn find_commented(&self, post: &StoredPost, channel: &StoredChannel, found: &mut BTreeSet<usize>) {
        let Some(root) = self.posts.get(&post.root_id) else { return };
        for (at, member) in channel.members.iter().enumerate() {
            let Some(user) = self.user(&member.user_id) else { continue };
            let wrote = |post: &StoredPost| post.user_id == user.id;
            let wanted = match notify_prop(user, "comments", "never") {
                "root" => wrote(root),
                "any" => wrote(root) || self.posts.replies(&root.id).any(wrote),
                _ => false,
            };
            if wanted {
                found.insert(at);
            }
        }
    }
}

fn notify_prop<'a>(user: &'a StoredUser, name: &str, default: &'a str) -> &'a str {
    let own = user.notify_props.as_ref().and_then(|props| props.get(name));
    own.and_then(Value::as_str).unwrap_or(default)
}

/// Returns the texts of a post that can contain mentions: its message, and the texts of its attachments.
fn mentioning_texts(post: &StoredPost, is_old: bool) -> Vec<String> {
    let mut all = vec![post.message.clone()];
    let attachments = post.props.get("attachments").and_then(Value::as_array);
    for attachment in attachments.into_iter().flatten() {
        let text = |name: &str| attachment.get(name).and_then(Value::as_str).map(str::to_owned);
        all.extend(text("pretext"));
        all.extend(text("text"));
        let fields = attachment.get("fields").and_then(Value::as_array).filter(|_| !is_old);
        let values = fields.into_iter().flatten().filter_map(|field| field.get("value")?.as_str());
        all.extend(values.map(str::to_owned));
    }
    all
}

/// Adds the members whom a text mentions.
fn read(text: &str, keywords: &Keywords, found: &mut BTreeSet<usize>) {
    let is_part = |c: char| matches!(c, ':' | '.' | '-' | '_' | '@') || c.is_alphanumeric();
    for word in text.split(|c: char| !is_part(c)).filter(|word| !word.is_empty()) {
        // The name of an emoji, or a text that looks like one.
        if word.starts_with(':') && word.ends_with(':') {
            continue;
        }
        let word = word.trim_start_matches([':', '.', '-', '_']);
        if look_up(word, keywords, found) {
            continue;
        }
        // Punctuation after a name may be the end of the sentence.
        let mut shorter = word;
        let mut known = false;
        while let Some(rest) = shorter.strip_suffix(['.', '-', ':', '_']) {
            shorter = rest;
            known = look_up(shorter, keywords, found);
            if known {
                break;
            }
        }
        if known {
            continue;
        }
        if !word.starts_with('@') || matches!(word, "@here" | "@channel" | "@all") {
            for part in word.split(['.', '-', ':']).filter(|part| !part.is_empty() && *part != word) {
                look_up(part, keywords, found);
            }
        }
        // Keywords in languages without spaces are found inside words.
        if !word.is_ascii() {
            let inside = keywords.iter().filter(|(key, _)| !key.is_ascii() && word.contains(&***key));
            found.extend(inside.flat_map(|(_, members)| members));
        }
    }
}

fn look_up(word: &str, keywords: &Keywords, found: &mut BTreeSet<usize>) -> bool {
    let members = keywords.get(&word.to_lowercase()).or_else(|| keywords.get(word));
    found.extend(members.into_iter().flatten());
    members.is_some()
}
