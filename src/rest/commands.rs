//! Slash commands.

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    AutocompleteSuggestion, Command, CommandArgs, CommandDraft, CommandId, CommandResponse, SuggestionQuery,
    TeamId,
};
use crate::secret::Secret;

/// Slash commands. Returned by [`Client::commands`](crate::Client::commands).
#[derive(Clone, Copy, Debug)]
pub struct Commands<'c>(pub(crate) &'c HttpClient);

impl Commands<'_> {
    /// Executes a slash command. Its response text usually also arrives as an `ephemeral_message` event.
    ///
    /// `POST /commands/execute`
    ///
    /// Required permission: `create_post`, or `use_slash_commands` on old servers (5.37).
    #[doc(alias = "ExecuteCommand")]
    #[inline]
    pub fn execute(&self, args: &CommandArgs) -> Result<CommandResponse> {
        self.0.post("/commands/execute", &[]).json(args).decode()
    }

    /// Lists the slash commands of a team, including built-in ones.
    ///
    /// `GET /commands`
    ///
    /// Required permissions, depending on the request: `view_team`, `manage_own_slash_commands`,
    /// `manage_others_slash_commands`.
    #[doc(alias = "ListCommands")]
    #[inline]
    pub fn list(&self, team: &TeamId) -> Result<Vec<Command>> {
        self.0.get("/commands", &[]).param("team_id", team).decode()
    }

    /// Lists the custom slash commands of a team.
    ///
    /// `GET /commands`
    ///
    /// Required permissions, depending on the request: `view_team`, `manage_own_slash_commands`,
    /// `manage_others_slash_commands`.
    #[doc(alias = "ListCommands")]
    #[inline]
    pub fn list_custom(&self, team: &TeamId) -> Result<Vec<Command>> {
        self.0.get("/commands", &[]).param("team_id", team).param("custom_only", true).decode()
    }

    /// Gets a slash command.
    ///
    /// `GET /commands/{command_id}`
    ///
    /// Required permission: `manage_slash_commands`. Since server 5.22.
    #[doc(alias = "GetCommandById")]
    #[inline]
    pub fn get(&self, command: &CommandId) -> Result<Command> {
        self.0.get("/commands/{command_id}", &[command]).decode()
    }

    /// Creates a slash command.
    ///
    /// `POST /commands`
    ///
    /// Required permissions, depending on the request: `manage_own_slash_commands`,
    /// `manage_others_slash_commands`.
    #[doc(alias = "CreateCommand")]
    #[inline]
    pub fn create(&self, draft: &CommandDraft) -> Result<Command> {
        self.0.post("/commands", &[]).json(&draft.with_method()).decode()
    }

    /// Creates a slash command, or updates the command with the same trigger in the team. Suitable for programs that
    /// register their command each time they start.
    ///
    /// The token of an existing command does not change. Takes two requests. If two programs create the same command
    /// at the same time, one of them may get an error: a trigger is unique within a team.
    ///
    /// # Errors
    /// The errors of [`list_custom`](Self::list_custom), and of [`create`](Self::create) or [`update`](Self::update).
    /// The server returns 400 if the trigger is built in.
    #[inline]
    pub fn create_or_update(&self, draft: &CommandDraft) -> Result<Command> {
        let existing = self.list_custom(&draft.team_id)?.into_iter();
        match existing.into_iter().find(|command| command.trigger == draft.trigger) {
            Some(command) => self.update(&draft.applied_to(command)),
            None => self.create(draft),
        }
    }

    /// Replaces a slash command with the given value. Start from the result of [`get`](Self::get).
    ///
    /// `PUT /commands/{command_id}`
    ///
    /// Required permission: `manage_slash_commands`.
    #[doc(alias = "UpdateCommand")]
    #[inline]
    pub fn update(&self, command: &Command) -> Result<Command> {
        self.0.put("/commands/{command_id}", &[&command.id]).json(command).decode()
    }

    /// Moves a slash command to another team.
    ///
    /// `PUT /commands/{command_id}/move`
    ///
    /// Required permission: `manage_slash_commands`. Since server 5.22.
    #[doc(alias = "MoveCommand")]
    #[inline]
    pub fn move_to_team(&self, command: &CommandId, team: &TeamId) -> Result<()> {
        self.0.put("/commands/{command_id}/move", &[command]).json(&json!({"team_id": team})).send()
    }

    /// Deletes a slash command.
    ///
    /// `DELETE /commands/{command_id}`
    ///
    /// Required permission: `manage_slash_commands`.
    #[doc(alias = "DeleteCommand")]
    #[inline]
    pub fn delete(&self, command: &CommandId) -> Result<()> {
        self.0.delete("/commands/{command_id}", &[command]).send()
    }

    /// Generates a new token and invalidates the old one.
    ///
    /// `PUT /commands/{command_id}/regen_token`
    ///
    /// Required permission: `manage_slash_commands`.
    #[doc(alias = "RegenCommandToken")]
    #[inline]
    pub fn regenerate_token(&self, command: &CommandId) -> Result<Secret> {
        let template = "/commands/{command_id}/regen_token";
        self.0.put(template, &[command]).decode_member("token")
    }

    /// Lists the commands offered by autocomplete.
    ///
    /// `GET /teams/{team_id}/commands/autocomplete`
    ///
    /// Required permission: `view_team`.
    #[doc(alias = "ListAutocompleteCommands")]
    #[inline]
    pub fn autocomplete(&self, team: &TeamId) -> Result<Vec<Command>> {
        self.0.get("/teams/{team_id}/commands/autocomplete", &[team]).decode()
    }

    /// Lists autocomplete suggestions for a partially typed command.
    ///
    /// `GET /teams/{team_id}/commands/autocomplete_suggestions`
    ///
    /// Required permission: `view_team`. Since server 5.24.
    #[doc(alias = "ListCommandAutocompleteSuggestions")]
    #[inline]
    pub fn suggestions(&self, team: &TeamId, query: &SuggestionQuery) -> Result<Vec<AutocompleteSuggestion>> {
        self.0.get("/teams/{team_id}/commands/autocomplete_suggestions", &[team]).query(query).decode()
    }
}
