//! The place of a slash command.

/// The place where a command was called.
#[derive(Clone, Debug)]
pub(super) struct CommandPlace {
    pub(super) caller: String,
    pub(super) channel_id: String,
    pub(super) root_id: String,
    pub(super) team_id: String,
}
