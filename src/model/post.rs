//! Posts: the messages in channels.

use std::borrow::Borrow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::Timestamp;
use crate::error::{Error, Result};
use crate::model::{
    ATTACHMENTS, Attachment, ChannelId, ChannelType, FileId, Json, PostId, PostMetadata, RemoteId, TeamId,
    TeamType, User, UserId,
};

open_enum! {
    /// Type of a post. [`PostType::is_system`] distinguishes system posts from user posts.
    PostType {
        /// A regular post.
        Default = "",
        /// `/me`: an action.
        Me = "me",
        /// A post of an integration with attachments. Only found in old posts.
        SlackAttachment = "slack_attachment",
        /// A requested reminder.
        Reminder = "reminder",
        /// A post that is deleted after it has been read.
        BurnOnRead = "burn_on_read",
        /// A request of a new bot to be added to teams and channels.
        AddBotTeamsChannels = "add_bot_teams_channels",
        /// A post that is shown to one user only and is not stored.
        SystemEphemeral = "system_ephemeral",
        /// A system post without a specific type.
        SystemGeneric = "system_generic",
        /// A user joined or left. Only found in old posts.
        SystemJoinLeave = "system_join_leave",
        /// A user joined the channel.
        SystemJoinChannel = "system_join_channel",
        /// A guest joined the channel.
        SystemGuestJoinChannel = "system_guest_join_channel",
        /// A user left the channel.
        SystemLeaveChannel = "system_leave_channel",
        /// A user joined the team.
        SystemJoinTeam = "system_join_team",
        /// A user left the team.
        SystemLeaveTeam = "system_leave_team",
        /// An automatic reply from a user who is out of the office.
        SystemAutoResponder = "system_auto_responder",
        /// Translation was turned on or off.
        SystemAutotranslation = "system_autotranslation",
        /// A user was added or removed. Only found in old posts.
        SystemAddRemove = "system_add_remove",
        /// A user was added to the channel.
        SystemAddToChannel = "system_add_to_channel",
        /// A guest was added to the channel.
        SystemAddGuestToChannel = "system_add_guest_to_chan",
        /// A user was removed from the channel.
        SystemRemoveFromChannel = "system_remove_from_channel",
        /// The channel was moved to another team.
        SystemMoveChannel = "system_move_channel",
        /// A user was added to the team.
        SystemAddToTeam = "system_add_to_team",
        /// A user was removed from the team.
        SystemRemoveFromTeam = "system_remove_from_team",
        /// The channel's header changed.
        SystemHeaderChange = "system_header_change",
        /// The channel's display name changed.
        SystemDisplayNameChange = "system_displayname_change",
        /// The channel became private or public. Only found in old posts.
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
        /// A group channel was converted to a private channel.
        SystemGmConvertedToChannel = "system_gm_to_channel",
    }
}

impl PostType {
    /// Returns `true` for posts created by the server.
    pub fn is_system(&self) -> bool {
        self.as_str().starts_with("system_")
    }
}

model! {
    /// A post.
    ///
    /// A post received as an event and the same post fetched later are equal except for `participants` and for
    /// `pending_post_id`, which is not stored.
    pub struct Post {
        /// The ID.
        pub id: PostId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last change of text, reactions, pin or replies.
        pub update_at: Timestamp,
        /// Time of the last text edit; 0 if never edited.
        pub edit_at: Timestamp,
        /// Deletion time; 0 if not deleted. A deleted post has no text.
        pub delete_at: Timestamp,
        /// `true` if the post is pinned to its channel.
        pub is_pinned: bool,
        /// ID of the author.
        pub user_id: UserId,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the root post of the thread. Empty for posts that are not replies.
        pub root_id: PostId,
        /// ID of the edited post, in its earlier versions. These are part of its history, and not posts in the
        /// channel.
        pub original_id: PostId,
        /// The text, in Markdown, up to 16,383 characters.
        pub message: String,
        /// The text before image links were rewritten. Empty if none were rewritten.
        pub message_source: String,
        /// The post type.
        #[serde(rename = "type")]
        pub kind: PostType,
        /// Free-form properties: attachments, markers of bots and webhooks, and application data.
        pub props: Json,
        /// Hashtags in the text, separated by spaces.
        pub hashtags: String,
        /// Attached files, at most 10. Their details are in `metadata`.
        pub file_ids: Vec<FileId>,
        /// Client-chosen identifier of the create request. Only set in its response and event.
        pub pending_post_id: String,
        /// `true` if the post has reactions.
        pub has_reactions: bool,
        /// ID of the remote server that owns the post. Empty for local posts.
        pub remote_id: RemoteId,
        /// Number of replies in the thread. 0 in posts of a catch-up, and in lists without
        /// [`skip_fetch_threads`](crate::PostPage::skip_fetch_threads).
        pub reply_count: i64,
        /// Time of the last reply; 0 unless thread data was requested.
        pub last_reply_at: Timestamp,
        /// Authors in the thread, often as IDs only. Only set if thread data was requested.
        pub participants: Vec<User>,
        /// `true` if the current account follows the thread. Only set if thread data was requested.
        pub is_following: Option<bool>,
        /// Files, reactions, previews and other display data.
        pub metadata: PostMetadata,
    }
}

impl Post {
    /// Returns the ID of the thread's root post. This is the post's own ID unless it is a reply.
    pub fn thread_id(&self) -> &PostId {
        if self.root_id.is_empty() { &self.id } else { &self.root_id }
    }

    /// Returns `true` for a reply in a thread.
    pub fn is_reply(&self) -> bool {
        !self.root_id.is_empty()
    }

    /// Returns `true` for a deleted post.
    pub fn is_deleted(&self) -> bool {
        !self.delete_at.is_never()
    }

    /// Returns `true` for posts created by the server, such as join messages and header changes.
    pub fn is_system(&self) -> bool {
        self.kind.is_system()
    }

    /// Returns `true` for posts created by a bot, a webhook, a plugin or an OAuth application.
    ///
    /// Use it to prevent two bots from responding to each other endlessly.
    pub fn is_automated(&self) -> bool {
        const MARKS: [&str; 4] = ["from_bot", "from_webhook", "from_plugin", "from_oauth_app"];
        // A look at the text first: props stay raw for the many posts without a mark.
        self.props.as_str().contains("\"from_") && MARKS.iter().any(|mark| self.is_marked(mark))
    }

    // On the wire these are the strings "true" and "false".
    fn is_marked(&self, key: &str) -> bool {
        self.props.get(key).is_some_and(|value| value == "true" || value == true)
    }

    /// Returns the attachments. Malformed attachments are omitted, as servers 5.37 and 11.6 do when a post is
    /// created.
    pub fn attachments(&self) -> Vec<Attachment> {
        let list = self.props.get("attachments").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(|one| Json::from(one.clone()).decode().ok()).collect()
    }

    /// Returns a string from `props`, if it is present and a string.
    pub fn prop(&self, key: &str) -> Option<&str> {
        self.props.get(key).and_then(Value::as_str)
    }
}

/// Changes to a post. Unset fields keep their values.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostPatch {
    /// Pins or unpins the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_pinned: Option<bool>,
    /// New text. The previous text is kept in the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Replaces all props, including the [key](crate::PostDraft::key).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub props: Option<Json>,
    /// Props to set. The others keep their values. `null` removes a prop. See [`prop`](Self::prop).
    #[serde(skip)]
    pub changed_props: Map<String, Value>,
    /// IDs of the files that replace all files of the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_ids: Option<Vec<FileId>>,
    /// Ignored by the server, which maintains this value itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_reactions: Option<bool>,
}

impl PostPatch {
    /// Creates an empty patch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces all props, including the [key](crate::PostDraft::key) and the attachments.
    #[must_use]
    pub fn replace_props(mut self, props: impl Into<Json>) -> Self {
        self.props = Some(props.into());
        self
    }

    /// Sets one prop. The others keep their values. `null` removes the prop.
    ///
    /// The server can only replace all props at once. [`Posts::patch`](crate::rest::Posts::patch) therefore gets
    /// the post first, which costs one additional request. A change made by another program between the two is
    /// lost.
    #[must_use]
    pub fn prop(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.changed_props.insert(key.into(), value.into());
        self
    }

    /// Replaces the attachments. The other props keep their values, as with [`prop`](Self::prop).
    #[must_use]
    pub fn attachments<A: Borrow<Attachment>>(self, attachments: impl IntoIterator<Item = A>) -> Self {
        let list = attachments.into_iter().map(|one| serde_json::to_value(one.borrow()).unwrap_or_default());
        let list = list.collect::<Vec<Value>>();
        self.prop(ATTACHMENTS, list)
    }

    /// The complete props of a post after this patch.
    pub(crate) fn merge_props(&self, post: &Post) -> Result<Map<String, Value>> {
        let mut props = post.props.value().as_object().cloned().unwrap_or_default();
        let has_actions =
            |one: &Value| one.get("actions").and_then(Value::as_array).is_some_and(|a| !a.is_empty());
        let kept = props.get(ATTACHMENTS).filter(|_| !self.changed_props.contains_key(ATTACHMENTS));
        if kept.and_then(Value::as_array).is_some_and(|list| list.iter().any(has_actions)) {
            return Err(Error::input(
                "the post has buttons or menus, and the server does not return their URLs",
            )
            .with_hint("set the attachments in the same patch"));
        }
        for (key, value) in &self.changed_props {
            if value.is_null() {
                props.remove(key);
            } else {
                props.insert(key.clone(), value.clone());
            }
        }
        Ok(props)
    }
}

setters! { PostPatch:
    /// Pins or unpins the post.
    is_pinned: bool,
    /// New text. The previous text is kept in the history.
    message: String,
    /// IDs of the files that replace all files of the post.
    file_ids: Vec<FileId>,
    /// Ignored by the server, which maintains this value itself.
    has_reactions: bool,
}

model! {
    /// Location of a post, for users who may join its channel.
    pub struct PostInfo {
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// Type of the channel.
        pub channel_type: ChannelType,
        /// The display name of the channel.
        pub channel_display_name: String,
        /// `true` if the current account is a member of the channel.
        pub has_joined_channel: bool,
        /// ID of the team.
        pub team_id: TeamId,
        /// Type of the team.
        pub team_type: TeamType,
        /// The display name of the team.
        pub team_display_name: String,
        /// `true` if the current account is a member of the team.
        pub has_joined_team: bool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::decode_json;

    fn post(json: &str) -> Post {
        decode_json(json.as_bytes()).unwrap()
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

    /// The servers 5.37 and 11.6 store the first of these attachments and drop the second one.
    #[test]
    fn attachments_that_a_server_would_drop_are_omitted() {
        let attachments = r#"[{"title":"ok","fields":[{"title":"7","value":101,"short":"True"}]},{"title":404,"text":"T"}]"#;
        let post: Post =
            serde_json::from_str(&format!(r#"{{"id":"p","props":{{"attachments":{attachments}}}}}"#))
                .unwrap();
        let [card] = &post.attachments()[..] else { panic!("{:?}", post.attachments()) };
        assert_eq!((&*card.title, card.fields[0].value.as_str()), ("ok", "101"));
    }
}
