//! Posts: what is said.

use serde::Serialize;
use serde_json::Value;

use crate::Timestamp;
use crate::model::{
    Attachment, ChannelId, ChannelType, FileId, Json, PostId, PostMetadata, RemoteId, TeamId, TeamType, User,
    UserId,
};

open_enum! {
    /// What kind of post it is. [`PostType::is_system`] tells the server's own from what people say.
    PostType {
        /// An ordinary post.
        Default = "",
        /// `/me`: an action.
        Me = "me",
        /// A post of an integration with attachments; only in old ones.
        SlackAttachment = "slack_attachment",
        /// A reminder that one asked for.
        Reminder = "reminder",
        /// Vanishes after it was read.
        BurnOnRead = "burn_on_read",
        /// A bot asks to be put into teams and channels.
        AddBotTeamsChannels = "add_bot_teams_channels",
        /// Only shown to one account, and not stored.
        SystemEphemeral = "system_ephemeral",
        /// A notice without a type of its own.
        SystemGeneric = "system_generic",
        /// Somebody joined or left; only in old posts.
        SystemJoinLeave = "system_join_leave",
        /// Somebody joined the channel.
        SystemJoinChannel = "system_join_channel",
        /// A guest joined the channel.
        SystemGuestJoinChannel = "system_guest_join_channel",
        /// Somebody left the channel.
        SystemLeaveChannel = "system_leave_channel",
        /// Somebody joined the team.
        SystemJoinTeam = "system_join_team",
        /// Somebody left the team.
        SystemLeaveTeam = "system_leave_team",
        /// The automatic reply of somebody who is out of office.
        SystemAutoResponder = "system_auto_responder",
        /// Translation was turned on or off.
        SystemAutotranslation = "system_autotranslation",
        /// Somebody was added or removed; only in old posts.
        SystemAddRemove = "system_add_remove",
        /// Somebody was added to the channel.
        SystemAddToChannel = "system_add_to_channel",
        /// A guest was added to the channel.
        SystemAddGuestToChannel = "system_add_guest_to_chan",
        /// Somebody was removed from the channel.
        SystemRemoveFromChannel = "system_remove_from_channel",
        /// The channel moved to another team.
        SystemMoveChannel = "system_move_channel",
        /// Somebody was added to the team.
        SystemAddToTeam = "system_add_to_team",
        /// Somebody was removed from the team.
        SystemRemoveFromTeam = "system_remove_from_team",
        /// The channel's header changed.
        SystemHeaderChange = "system_header_change",
        /// The channel's display name changed.
        SystemDisplayNameChange = "system_displayname_change",
        /// The channel became private or public; only in old posts.
        SystemConvertChannel = "system_convert_channel",
        /// The channel's purpose changed.
        SystemPurposeChange = "system_purpose_change",
        /// The channel was archived.
        SystemChannelDeleted = "system_channel_deleted",
        /// The channel was restored.
        SystemChannelRestored = "system_channel_restored",
        /// The channel became private or public.
        SystemChangeChannelPrivacy = "system_change_chan_privacy",
        /// A thread was moved.
        SystemWrangler = "system_wrangler",
        /// A group channel became a private channel.
        SystemGmConvertedToChannel = "system_gm_to_channel",
    }
}

impl PostType {
    /// Whether the server made the post by itself, to tell what happened.
    pub fn is_system(&self) -> bool {
        self.as_str().starts_with("system_")
    }
}

model! {
    /// A post.
    ///
    /// A post that came by an event and the same post fetched later are alike but for `pending_post_id`, which is
    /// not
    ///
    /// stored, and `participants`.
    pub struct Post {
        /// Its id.
        pub id: PostId,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed: text, reactions, pin, a reply.
        pub update_at: Timestamp,
        /// When its text was last edited; 0 if never.
        pub edit_at: Timestamp,
        /// When it was deleted; 0 while it is not. A deleted post has no text.
        pub delete_at: Timestamp,
        /// Whether it is pinned to its channel.
        pub is_pinned: bool,
        /// Who wrote it.
        pub user_id: UserId,
        /// Where.
        pub channel_id: ChannelId,
        /// The first post of its thread; empty if it is no reply.
        pub root_id: PostId,
        /// Set in an old version of an edited post: then this is not a post but its history.
        pub original_id: PostId,
        /// The text, in Markdown; up to 16,383 characters.
        pub message: String,
        /// The text before image links were rewritten; only where they were.
        pub message_source: String,
        /// What kind it is.
        #[serde(rename = "type")]
        pub kind: PostType,
        /// Free-form: attachments, marks of bots and webhooks, and whatever the writer put there.
        pub props: Json,
        /// Hashtags of the text, separated by spaces.
        pub hashtags: String,
        /// Attached files, 10 at most; the files themselves are in `metadata`.
        pub file_ids: Vec<FileId>,
        /// What the writer gave to recognise it; only in the answer and the event of its making.
        pub pending_post_id: String,
        /// Whether somebody reacted.
        pub has_reactions: bool,
        /// The other server it comes from; empty for this one.
        pub remote_id: RemoteId,
        /// Replies in its thread.
        pub reply_count: i64,
        /// When the last reply was made; 0 if the server was not asked for threads.
        pub last_reply_at: Timestamp,
        /// Who wrote in its thread; only where threads were asked for, often with nothing but ids.
        pub participants: Vec<User>,
        /// Whether one follows its thread; only where threads were asked for.
        pub is_following: Option<bool>,
        /// Files, reactions, previews: everything to show it.
        pub metadata: PostMetadata,
    }
}

impl From<&Post> for PostId {
    fn from(from: &Post) -> Self {
        from.id.clone()
    }
}

impl Post {
    /// The first post of its thread: its own id unless it is a reply.
    pub fn thread_id(&self) -> &PostId {
        if self.root_id.is_empty() { &self.id } else { &self.root_id }
    }

    /// Whether it is a reply in a thread.
    pub fn is_reply(&self) -> bool {
        !self.root_id.is_empty()
    }

    /// Whether it was deleted.
    pub fn is_deleted(&self) -> bool {
        !self.delete_at.is_never()
    }

    /// Whether the server made it by itself: somebody joined, a header changed.
    pub fn is_system(&self) -> bool {
        self.kind.is_system()
    }

    /// Whether a program made it: a bot, a webhook, a plugin or an OAuth application.
    ///
    /// Two bots that answer each other's posts never stop; this tells them.
    pub fn is_automated(&self) -> bool {
        const MARKS: [&str; 4] = ["from_bot", "from_webhook", "from_plugin", "from_oauth_app"];
        // A look at the text first: props stay raw for the many posts without a mark.
        self.props.as_str().contains("\"from_") && MARKS.iter().any(|mark| self.is_marked(mark))
    }

    // On the wire these are the strings "true" and "false".
    fn is_marked(&self, key: &str) -> bool {
        self.props.get(key).is_some_and(|value| value == "true" || value == true)
    }

    /// Its attachments; those that are broken are left out.
    pub fn attachments(&self) -> Vec<Attachment> {
        let list = self.props.get("attachments").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(|one| Json::from(one.clone()).decode().ok()).collect()
    }

    /// A text of `props`, if it is there and a text.
    pub fn prop(&self, key: &str) -> Option<&str> {
        self.props.get(key).and_then(Value::as_str)
    }
}

/// Changes to a post; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostPatch {
    /// Pin or unpin it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_pinned: Option<bool>,
    /// A new text. The old one stays in the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Replaces all props.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub props: Option<Json>,
    /// Replaces all files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_ids: Option<Vec<FileId>>,
    /// Whether there are reactions; the server keeps this by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_reactions: Option<bool>,
}

impl PostPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { PostPatch:
    /// Pin or unpin it.
    is_pinned: bool,
    /// A new text. The old one stays in the history.
    message: String,
    /// Replaces all props.
    props: Json,
    /// Replaces all files.
    file_ids: Vec<FileId>,
    /// Whether there are reactions; the server keeps this by itself.
    has_reactions: bool,
}

model! {
    /// Where a post is, for somebody who may not see it but could join.
    pub struct PostInfo {
        /// Its channel.
        pub channel_id: ChannelId,
        /// What kind of channel.
        pub channel_type: ChannelType,
        /// Its display name.
        pub channel_display_name: String,
        /// Whether one is in the channel.
        pub has_joined_channel: bool,
        /// Its team.
        pub team_id: TeamId,
        /// What kind of team.
        pub team_type: TeamType,
        /// Its display name.
        pub team_display_name: String,
        /// Whether one is in the team.
        pub has_joined_team: bool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::decode;

    fn post(json: &str) -> Post {
        decode(json.as_bytes()).unwrap()
    }

    #[test]
    fn tells_who_made_it() {
        assert!(post(r#"{"props":{"from_bot":"true"}}"#).is_automated());
        assert!(post(r#"{"props":{"x":1,"from_webhook":"true"}}"#).is_automated());
        assert!(post(r#"{"props":{"from_plugin":"true"}}"#).is_automated());
        assert!(!post(r#"{"props":{"from_bot":"false"}}"#).is_automated());
        assert!(!post(r#"{"props":{"x":{"from_bot":"true"}}}"#).is_automated());
        assert!(!post(r#"{"props":null}"#).is_automated());
        assert!(post(r#"{"type":"system_join_channel"}"#).is_system());
        assert!(post(r#"{"type":"system_of_tomorrow"}"#).is_system());
        assert!(!post(r#"{"type":"custom_poll"}"#).is_system());
    }

    #[test]
    fn knows_its_thread() {
        let root = post(r#"{"id":"736caaqdfpd4zmtpqqma9fa9er","root_id":""}"#);
        assert!(!root.is_reply() && *root.thread_id() == root.id);
        let reply = post(r#"{"id":"8k7ktpqaaidztx87g5zqd8j3ry","root_id":"736caaqdfpd4zmtpqqma9fa9er"}"#);
        assert!(reply.is_reply() && *reply.thread_id() == root.id);
    }

    #[test]
    fn gives_its_attachments_and_leaves_out_broken_ones() {
        let post = post(r#"{"props":{"attachments":[{"text":"a","fields":null,"ts":1.5},7,{"title":"b"}]}}"#);
        let attachments = post.attachments();
        assert_eq!(attachments.len(), 2);
        assert_eq!((&*attachments[0].text, &*attachments[1].title), ("a", "b"));
    }
}
