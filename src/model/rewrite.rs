//! AI-assisted rewriting of texts.

use serde::Serialize;

use crate::model::PostId;

open_enum! {
    /// The rewriting to perform.
    RewriteAction {
        /// Shortens the text.
        Shorten = "shorten",
        /// Elaborates on the text.
        Elaborate = "elaborate",
        /// Improves the writing.
        ImproveWriting = "improve_writing",
        /// Corrects spelling and grammar.
        FixSpelling = "fix_spelling",
        /// Simplifies the text.
        Simplify = "simplify",
        /// Summarizes the text.
        Summarize = "summarize",
        /// Follows `custom_prompt`.
        Custom = "custom",
    }
}

/// A request to rewrite a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RewriteRequest {
    /// The agent.
    pub agent_id: String,
    /// The text.
    pub message: String,
    /// The rewriting to perform.
    pub action: RewriteAction,
    /// Instructions for [`RewriteAction::Custom`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_prompt: Option<String>,
    /// The thread for which the text is intended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_id: Option<PostId>,
}

impl RewriteRequest {
    /// Creates the value from its required fields.
    pub fn new(
        agent_id: impl Into<String>,
        message: impl Into<String>,
        action: impl Into<RewriteAction>,
    ) -> Self {
        Self {
            agent_id: agent_id.into(),
            message: message.into(),
            action: action.into(),
            custom_prompt: None,
            root_id: None,
        }
    }
}

setters! { RewriteRequest:
    /// Instructions for [`RewriteAction::Custom`].
    custom_prompt: String,
    /// The thread for which the text is intended.
    root_id: PostId,
}
