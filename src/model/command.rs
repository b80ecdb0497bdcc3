//! Slash commands.

use crate::model::{Attachment, ChannelId, CommandId, Json, PostId, TeamId, UserId};
use crate::{Secret, Timestamp};

open_enum! {
    /// HTTP method used to call a command.
    CommandMethod {
        /// GET, with the token in the URL.
        Get = "G",
        /// POST, with the token in the body.
        Post = "P",
    }
}

model! {
    /// A slash command.
    pub struct Command {
        /// The ID. Empty for built-in commands and commands of plugins.
        pub id: CommandId,
        /// Secret token that the server includes in its requests. Compare it to verify that a request comes from the
        /// server. Only returned to users who may manage the command.
        pub token: Secret,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// ID of the user who created the command.
        pub creator_id: UserId,
        /// ID of the team.
        pub team_id: TeamId,
        /// The word after the slash.
        pub trigger: String,
        /// HTTP method used to call the command.
        pub method: CommandMethod,
        /// Username of the response, if the server allows overrides.
        pub username: String,
        /// Icon of the response, if the server allows overrides.
        pub icon_url: String,
        /// `true` if the command is offered by autocomplete.
        pub auto_complete: bool,
        /// Description shown by autocomplete.
        pub auto_complete_desc: String,
        /// Argument hint shown by autocomplete, for example `[text]`.
        pub auto_complete_hint: String,
        /// The display name.
        pub display_name: String,
        /// The description.
        pub description: String,
        /// URL to which requests are sent.
        pub url: String,
        /// ID of the plugin that provides the command.
        pub plugin_id: String,
        /// Autocomplete data for the arguments, provided by the plugin.
        #[serde(skip_serializing_if = "Json::is_empty")]
        pub autocomplete_data: Json,
        /// Icon as a data URL.
        pub autocomplete_icon_data: String,
    }
}

input! {
    /// A new slash command.
    pub struct CommandDraft {
        /// ID of the team.
        pub team_id: TeamId,
        /// The word after the slash. Must not contain spaces, and must not be the trigger of a built-in command.
        pub trigger: String,
        /// URL to which requests are sent.
        pub url: String,
    }
    optional {
        /// HTTP method used to call the command. Defaults to [`CommandMethod::Post`].
        method: CommandMethod,
        /// Username of the response, if the server allows overrides.
        username: String,
        /// Icon of the response, if the server allows overrides.
        icon_url: String,
        /// `true` if the command is offered by autocomplete.
        auto_complete: bool,
        /// Description shown by autocomplete.
        auto_complete_desc: String,
        /// Argument hint shown by autocomplete, for example `[text]`.
        auto_complete_hint: String,
        /// The display name.
        display_name: String,
        /// The description.
        description: String,
        /// Owner of the command. Only administrators may set it.
        creator_id: UserId,
    }
}

impl CommandDraft {
    /// An existing command with the values of this draft. What the draft does not set stays.
    pub(crate) fn applied_to(&self, mut command: Command) -> Command {
        let set = |field: &mut String, value: &Option<String>| {
            if let Some(value) = value {
                field.clone_from(value);
            }
        };
        command.url.clone_from(&self.url);
        command.method = self.method.clone().unwrap_or(CommandMethod::Post);
        set(&mut command.username, &self.username);
        set(&mut command.icon_url, &self.icon_url);
        set(&mut command.auto_complete_desc, &self.auto_complete_desc);
        set(&mut command.auto_complete_hint, &self.auto_complete_hint);
        set(&mut command.display_name, &self.display_name);
        set(&mut command.description, &self.description);
        command.auto_complete = self.auto_complete.unwrap_or(command.auto_complete);
        command
    }
}

input! {
    /// A command to execute.
    pub struct CommandArgs {
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// The command line, starting with `/`.
        pub command: String,
    }
    optional {
        /// ID of the team. Only required in direct and group channels.
        team_id: TeamId,
        /// ID of the thread's root post.
        root_id: PostId,
    }
}

model! {
    /// Response to a slash command. Its text usually also arrives as an `ephemeral_message` event.
    pub struct CommandResponse {
        /// `in_channel` for a public response; otherwise only the user who executed the command sees it.
        pub response_type: String,
        /// The text, in Markdown.
        pub text: String,
        /// Username of the response.
        pub username: String,
        /// ID of the target channel, if it differs from the channel of the command.
        pub channel_id: ChannelId,
        /// Icon of the response.
        pub icon_url: String,
        /// Type of the post.
        #[serde(rename = "type")]
        pub kind: String,
        /// Additional props of the post.
        pub props: Json,
        /// URL to which a browser is redirected.
        pub goto_location: String,
        /// Trigger ID for opening a dialog. Valid for 30 s.
        pub trigger_id: String,
        /// `true` to disable the conversion of Slack markup.
        pub skip_slack_parsing: bool,
        /// Attachments.
        pub attachments: Vec<Attachment>,
        /// Additional responses.
        pub extra_responses: Vec<CommandResponse>,
    }
}

model! {
    /// An autocomplete suggestion for a slash command.
    pub struct AutocompleteSuggestion {
        /// The completed line.
        #[serde(rename = "Complete")]
        pub complete: String,
        /// The suggested text.
        #[serde(rename = "Suggestion")]
        pub suggestion: String,
        /// Hint for the next argument.
        #[serde(rename = "Hint")]
        pub hint: String,
        /// Description of the suggestion.
        #[serde(rename = "Description")]
        pub description: String,
        /// Icon as a data URL.
        #[serde(rename = "IconData")]
        pub icon_data: String,
    }
}

impl CommandDraft {
    /// Includes the fields that the server requires.
    pub(crate) fn with_method(&self) -> Self {
        let mut draft = self.clone();
        draft.method.get_or_insert(CommandMethod::Post);
        draft
    }
}
