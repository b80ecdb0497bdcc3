//! AI-assisted rewriting of texts.

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

input! {
    /// A request to rewrite a text.
    pub struct RewriteRequest {
        /// ID of the agent.
        pub agent_id: String,
        /// The text.
        pub message: String,
        /// The rewriting to perform.
        pub action: RewriteAction,
    }
    optional {
        /// Instructions for [`RewriteAction::Custom`].
        custom_prompt: String,
        /// ID of the thread for which the text is intended.
        root_id: PostId,
    }
}
