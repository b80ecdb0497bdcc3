//! Slash commands.

use serde::Serialize;

use crate::model::{Attachment, ChannelId, CommandId, Json, PostId, TeamId, UserId};
use crate::{Secret, Timestamp};

open_enum! {
    /// How the server calls a command.
    CommandMethod {
        /// By GET, with the token in the address.
        Get = "G",
        /// By POST.
        Post = "P",
    }
}

model! {
    /// A slash command.
    pub struct Command {
        /// Its id; empty for those of the server and of plugins.
        pub id: CommandId,
        /// Sent along, to tell that the server calls. Compare it. Only for those who may manage it.
        pub token: Secret,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// Who made it.
        pub creator_id: UserId,
        /// In which team.
        pub team_id: TeamId,
        /// The word after the slash.
        pub trigger: String,
        /// How the server calls it.
        pub method: CommandMethod,
        /// The name it answers under, where the server allows that.
        pub username: String,
        /// The picture it answers with, where the server allows that.
        pub icon_url: String,
        /// Whether it is offered while one types.
        pub auto_complete: bool,
        /// What is said of it then.
        pub auto_complete_desc: String,
        /// What follows it then, as `[text]`.
        pub auto_complete_hint: String,
        /// What it is called.
        pub display_name: String,
        /// What it is for.
        pub description: String,
        /// Where it is sent.
        pub url: String,
        /// The plugin it belongs to.
        pub plugin_id: String,
        /// Its arguments, as a plugin describes them.
        #[serde(skip_serializing_if = "Json::is_empty")]
        pub autocomplete_data: Json,
        /// Its icon, as a data address.
        pub autocomplete_icon_data: String,
    }
}

impl From<&Command> for CommandId {
    fn from(from: &Command) -> Self {
        from.id.clone()
    }
}

/// A new slash command.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CommandDraft {
    /// In which team.
    pub team_id: TeamId,
    /// The word after the slash: no spaces, not one of the server's own.
    pub trigger: String,
    /// Where it is sent.
    pub url: String,
    /// How the server calls it; [`CommandMethod::Post`] unless it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<CommandMethod>,
    /// The name it answers under, where the server allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The picture it answers with, where the server allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Whether it is offered while one types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_complete: Option<bool>,
    /// What is said of it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_complete_desc: Option<String>,
    /// What follows it then, as `[text]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_complete_hint: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whom it belongs to; for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator_id: Option<UserId>,
}

impl CommandDraft {
    /// With what is required.
    pub fn new(team_id: impl Into<TeamId>, trigger: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            team_id: team_id.into(),
            trigger: trigger.into(),
            url: url.into(),
            method: None,
            username: None,
            icon_url: None,
            auto_complete: None,
            auto_complete_desc: None,
            auto_complete_hint: None,
            display_name: None,
            description: None,
            creator_id: None,
        }
    }
}

setters! { CommandDraft:
    /// How the server calls it; [`CommandMethod::Post`] unless it is set.
    method: CommandMethod,
    /// The name it answers under, where the server allows that.
    username: String,
    /// The picture it answers with, where the server allows that.
    icon_url: String,
    /// Whether it is offered while one types.
    auto_complete: bool,
    /// What is said of it then.
    auto_complete_desc: String,
    /// What follows it then, as `[text]`.
    auto_complete_hint: String,
    /// What it is called.
    display_name: String,
    /// What it is for.
    description: String,
    /// Whom it belongs to; for administrators.
    creator_id: UserId,
}

/// A command to be carried out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CommandArgs {
    /// In which channel.
    pub channel_id: ChannelId,
    /// The line, beginning with `/`.
    pub command: String,
    /// In which team; only asked for in direct and group channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// In which thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_id: Option<PostId>,
}

impl CommandArgs {
    /// With what is required.
    pub fn new(channel_id: impl Into<ChannelId>, command: impl Into<String>) -> Self {
        Self { channel_id: channel_id.into(), command: command.into(), team_id: None, root_id: None }
    }
}

setters! { CommandArgs:
    /// In which team; only asked for in direct and group channels.
    team_id: TeamId,
    /// In which thread.
    root_id: PostId,
}

model! {
    /// What a command answered. Its text mostly comes as an `ephemeral_message` event too.
    pub struct CommandResponse {
        /// `in_channel` for all, else only for the one who typed it.
        pub response_type: String,
        /// The text, in Markdown.
        pub text: String,
        /// The name it answers under.
        pub username: String,
        /// Another channel than the one it was typed in.
        pub channel_id: ChannelId,
        /// The picture it answers with.
        pub icon_url: String,
        /// Type of the post.
        #[serde(rename = "type")]
        pub kind: String,
        /// Props of the post.
        pub props: Json,
        /// Where a browser is to go.
        pub goto_location: String,
        /// Opens a dialog, for 30 s.
        pub trigger_id: String,
        /// Whether the text stays as it is.
        pub skip_slack_parsing: bool,
        /// Attachments.
        pub attachments: Vec<Attachment>,
        /// More of them.
        pub extra_responses: Vec<CommandResponse>,
    }
}

model! {
    /// A line offered while a command is typed.
    pub struct AutocompleteSuggestion {
        /// The line that it makes.
        #[serde(rename = "Complete")]
        pub complete: String,
        /// What is offered.
        #[serde(rename = "Suggestion")]
        pub suggestion: String,
        /// What follows it.
        #[serde(rename = "Hint")]
        pub hint: String,
        /// What is said of it.
        #[serde(rename = "Description")]
        pub description: String,
        /// Its icon, as a data address.
        #[serde(rename = "IconData")]
        pub icon_data: String,
    }
}

impl CommandDraft {
    /// With what the server insists on.
    pub(crate) fn with_method(&self) -> Self {
        let mut draft = self.clone();
        draft.method.get_or_insert(CommandMethod::Post);
        draft
    }
}
