//! Texts that an AI agent rewrites.

use serde::Serialize;

use crate::model::PostId;

open_enum! {
    /// What an agent is to do with a text.
    RewriteAction {
        /// Make it shorter.
        Shorten = "shorten",
        /// Say more.
        Elaborate = "elaborate",
        /// Write it better.
        ImproveWriting = "improve_writing",
        /// Mend spelling and grammar.
        FixSpelling = "fix_spelling",
        /// Make it simpler.
        Simplify = "simplify",
        /// Sum it up.
        Summarize = "summarize",
        /// What `custom_prompt` says.
        Custom = "custom",
    }
}

/// A text that an agent is to rewrite.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RewriteRequest {
    /// The agent.
    pub agent_id: String,
    /// The text.
    pub message: String,
    /// What to do with it.
    pub action: RewriteAction,
    /// What to do with it, in words; with [`RewriteAction::Custom`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_prompt: Option<String>,
    /// The thread it is meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_id: Option<PostId>,
}

impl RewriteRequest {
    /// With what is required.
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
    /// What to do with it, in words; with [`RewriteAction::Custom`].
    custom_prompt: String,
    /// The thread it is meant for.
    root_id: PostId,
}
