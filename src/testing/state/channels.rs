//! Channels and their members.

use serde_json::{Value, json};

use super::World;
use crate::testing::clock::mix;
use crate::testing::hub::HubEvent;

#[derive(Clone, Debug)]
pub(in crate::testing) struct Member {
    pub(in crate::testing) user_id: String,
    pub(in crate::testing) admin: bool,
    pub(in crate::testing) last_viewed_at: i64,
    pub(in crate::testing) msg_count: i64,
    pub(in crate::testing) mention_count: i64,
    pub(in crate::testing) last_update_at: i64,
    pub(in crate::testing) notify_props: Option<Value>,
}

impl Member {
    pub(in crate::testing) fn new(user_id: &str) -> Self {
        Self {
            user_id: user_id.to_owned(),
            admin: false,
            last_viewed_at: 0,
            msg_count: 0,
            mention_count: 0,
            last_update_at: 0,
            notify_props: None,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(in crate::testing) struct StoredChannel {
    pub(in crate::testing) id: String,
    pub(in crate::testing) create_at: i64,
    pub(in crate::testing) update_at: i64,
    pub(in crate::testing) delete_at: i64,
    /// Empty for direct and group channels.
    pub(in crate::testing) team_id: String,
    /// `O`, `P`, `D` or `G`.
    pub(in crate::testing) kind: String,
    pub(in crate::testing) name: String,
    pub(in crate::testing) display_name: String,
    pub(in crate::testing) header: String,
    pub(in crate::testing) purpose: String,
    pub(in crate::testing) creator_id: String,
    pub(in crate::testing) last_post_at: i64,
    pub(in crate::testing) last_root_post_at: i64,
    pub(in crate::testing) total_msg_count: i64,
    pub(in crate::testing) total_msg_count_root: i64,
    pub(in crate::testing) members: Vec<Member>,
}

impl StoredChannel {
    pub(in crate::testing) fn has(&self, user_id: &str) -> bool {
        self.member(user_id).is_some()
    }

    pub(in crate::testing) fn member(&self, user_id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.user_id == user_id)
    }

    pub(in crate::testing) fn member_mut(&mut self, user_id: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.user_id == user_id)
    }

    pub(in crate::testing) fn is_private(&self) -> bool {
        self.kind != "O"
    }

    pub(in crate::testing) fn json(&self, old: bool) -> Value {
        let mut value = json!({
            "id": self.id, "create_at": self.create_at, "update_at": self.update_at, "delete_at": self.delete_at,
            "team_id": self.team_id, "type": self.kind, "display_name": self.display_name, "name": self.name,
            "header": self.header, "purpose": self.purpose, "last_post_at": self.last_post_at,
            "total_msg_count": self.total_msg_count, "extra_update_at": 0, "creator_id": self.creator_id,
            "scheme_id": null, "props": null, "group_constrained": null,
            // Old servers have no value for group channels.
            "shared": if self.kind == "D" || (self.kind == "G" && !old) { json!(false) } else { Value::Null },
            "total_msg_count_root": self.total_msg_count_root, "policy_id": null,
        });
        if let (Some(object), false) = (value.as_object_mut(), old) {
            object.insert("last_root_post_at".into(), json!(self.last_root_post_at));
            object.insert("autotranslation".into(), json!(false));
            object.insert("banner_info".into(), Value::Null);
            object.insert("policy_enforced".into(), json!(false));
            object.insert("policy_is_active".into(), json!(false));
            object.insert("default_category_name".into(), json!(""));
        }
        value
    }

    pub(in crate::testing) fn member_json(&self, member: &Member) -> Value {
        json!({
            "channel_id": self.id, "user_id": member.user_id,
            "roles": if member.admin { "channel_user channel_admin" } else { "channel_user" },
            "last_viewed_at": member.last_viewed_at, "msg_count": member.msg_count,
            "mention_count": member.mention_count, "mention_count_root": member.mention_count,
            "urgent_mention_count": 0, "msg_count_root": member.msg_count,
            "notify_props": member.notify_props.clone().unwrap_or_else(notify_props),
            "last_update_at": member.last_update_at, "scheme_guest": false, "scheme_user": true,
            "scheme_admin": member.admin, "explicit_roles": "", "autotranslation_disabled": false,
        })
    }
}

pub(in crate::testing) fn notify_props() -> Value {
    json!({
        "channel_auto_follow_threads": "off", "desktop": "default", "email": "default",
        "ignore_channel_mentions": "default", "mark_unread": "all", "push": "default",
    })
}

/// Returns the name of the direct channel of two users.
pub(in crate::testing) fn direct_name(one: &str, other: &str) -> String {
    if one < other { format!("{one}__{other}") } else { format!("{other}__{one}") }
}

/// Returns the name of a group channel: 40 hexadecimal digits that depend on the members only.
pub(in crate::testing) fn group_name(ids: &[String]) -> String {
    let mut sorted: Vec<&String> = ids.iter().collect();
    sorted.sort();
    let mut state = 0;
    for byte in sorted.iter().flat_map(|id| id.bytes()) {
        state = mix(state ^ u64::from(byte));
    }
    format!("{:016x}{:016x}{:08x}", state, mix(state + 1), mix(state + 2) >> 32)
}

/// Returns `true` if the server accepts a text as the name of a channel.
pub(in crate::testing) fn is_channel_name(name: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        && ends(name.bytes().next())
        && ends(name.bytes().last())
}

impl World {
    pub(in crate::testing) fn channel(&self, id: &str) -> Option<&StoredChannel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    pub(in crate::testing) fn channel_mut(&mut self, id: &str) -> Option<&mut StoredChannel> {
        self.channels.iter_mut().find(|channel| channel.id == id)
    }

    pub(in crate::testing) fn channel_named(&self, team_id: &str, name: &str) -> Option<&StoredChannel> {
        self.channels.iter().find(|channel| {
            channel.name == name && (channel.team_id == team_id || channel.team_id.is_empty())
        })
    }

    /// Adds a channel without sending events.
    pub(in crate::testing) fn new_channel(&mut self, channel: StoredChannel) -> String {
        let now = self.now();
        let id = self.clock.id();
        let mut channel = StoredChannel { id: id.clone(), create_at: now, update_at: now, ..channel };
        for member in &mut channel.members {
            member.last_update_at = now;
        }
        self.channels.push(channel);
        id
    }

    /// Adds a channel of a team with these members, without sending events.
    pub(in crate::testing) fn add_channel(
        &mut self,
        team_id: &str,
        name: &str,
        display_name: &str,
        kind: &str,
        members: &[String],
    ) -> String {
        self.new_channel(StoredChannel {
            team_id: team_id.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            members: members.iter().map(|user| Member::new(user)).collect(),
            ..StoredChannel::default()
        })
    }

    /// Returns the direct channel of two users, and `true` if it was created by this call.
    pub(in crate::testing) fn direct(&mut self, one: &str, other: &str) -> (String, bool) {
        let name = direct_name(one, other);
        if let Some(channel) =
            self.channels.iter().find(|channel| channel.kind == "D" && channel.name == name)
        {
            return (channel.id.clone(), false);
        }
        let mut members = vec![Member::new(one)];
        if one != other {
            members.push(Member::new(other));
        }
        let id = self.new_channel(StoredChannel {
            kind: "D".into(),
            name,
            creator_id: one.to_owned(),
            members,
            ..StoredChannel::default()
        });
        (id, true)
    }

    /// Returns the direct channel of two users. If it is new, the event is sent.
    pub(in crate::testing) fn open_direct(&mut self, creator: &str, other: &str) -> String {
        let (id, new) = self.direct(creator, other);
        if new {
            let data = json!({"creator_id": creator, "teammate_id": other});
            self.emit(&HubEvent::new("direct_added", data).for_channel(&id));
        }
        id
    }

    /// Returns `true` if a user may read a channel: as a member, or as a member of the team of a public channel.
    pub(in crate::testing) fn may_read(&self, user_id: &str, channel_id: &str) -> bool {
        self.channel(channel_id).is_some_and(|channel| {
            channel.has(user_id)
                || self.is_admin(user_id)
                || (!channel.is_private()
                    && self.team(&channel.team_id).is_some_and(|team| team.has(user_id)))
        })
    }

    /// Adds a user to a channel without sending events. Returns `false` for a member.
    pub(in crate::testing) fn join(&mut self, channel_id: &str, user_id: &str) -> bool {
        let now = self.now();
        let Some(channel) = self.channel_mut(channel_id) else { return false };
        if channel.has(user_id) {
            return false;
        }
        channel.members.push(Member { last_update_at: now, ..Member::new(user_id) });
        true
    }

    /// Returns the IDs of the default channels of a team.
    pub(in crate::testing) fn default_channels(&self, team_id: &str) -> Vec<String> {
        self.channels
            .iter()
            .filter(|channel| {
                channel.team_id == team_id && matches!(&*channel.name, "town-square" | "off-topic")
            })
            .map(|channel| channel.id.clone())
            .collect()
    }
}
