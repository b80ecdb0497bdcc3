//! AI agents and recaps.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, PostId, RecapId, UserId};

model! {
    /// An AI agent.
    #[doc(alias = "BridgeAgentInfo")]
    pub struct Agent {
        /// The ID.
        pub id: String,
        /// The display name.
        #[serde(rename = "displayName")]
        pub display_name: String,
        /// Username of the agent's account.
        pub username: String,
        /// ID of the language model service used by the agent.
        pub service_id: String,
        /// Type of that service.
        pub service_type: String,
        /// `true` if this is the default agent.
        pub is_default: bool,
    }
}

model! {
    /// A language model service.
    #[doc(alias = "BridgeServiceInfo")]
    pub struct LlmService {
        /// The ID.
        pub id: String,
        /// The name of the service.
        pub name: String,
        /// Type of the service, for example `openai` or `anthropic`.
        #[serde(rename = "type")]
        pub kind: String,
    }
}

model! {
    /// Availability of AI agents.
    pub struct AgentsIntegrityResponse {
        /// `true` if agents are available.
        pub available: bool,
        /// Reason why agents are unavailable, as a translation key.
        pub reason: String,
    }
}

open_enum! {
    /// Status of a recap.
    RecapStatus {
        /// Not started.
        Pending = "pending",
        /// In progress.
        Processing = "processing",
        /// Complete.
        Completed = "completed",
        /// Failed.
        Failed = "failed",
    }
}

model! {
    /// An AI-generated summary of channels.
    pub struct Recap {
        /// The ID.
        pub id: RecapId,
        /// ID of the user who requested the recap.
        pub user_id: UserId,
        /// The title.
        pub title: String,
        /// Time of the request.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// Time at which the recap was read; 0 if unread.
        pub read_at: Timestamp,
        /// Number of summarized posts.
        pub total_message_count: i64,
        /// The status.
        pub status: RecapStatus,
        /// ID of the agent that created the recap.
        pub bot_id: String,
        /// Summaries by channel. Not included in lists.
        pub channels: Vec<RecapChannel>,
    }
}

model! {
    /// Summary of one channel.
    pub struct RecapChannel {
        /// The ID.
        pub id: String,
        /// ID of the recap.
        pub recap_id: RecapId,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// Display name of the channel.
        pub channel_name: String,
        /// Highlights of the discussion.
        pub highlights: Vec<String>,
        /// Action items.
        pub action_items: Vec<String>,
        /// IDs of the summarized posts.
        pub source_post_ids: Vec<PostId>,
        /// Creation time.
        pub create_at: Timestamp,
    }
}

/// A new recap.
#[doc(alias = "CreateRecapRequest")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RecapDraft {
    /// The title.
    pub title: String,
    /// IDs of the channels to summarize.
    pub channel_ids: Vec<ChannelId>,
    /// ID of the agent to use: an [`Agent::id`].
    pub agent_id: String,
}

impl RecapDraft {
    /// Creates a value with the required fields.
    pub fn new(
        title: impl Into<String>,
        channel_ids: impl Into<Vec<ChannelId>>,
        agent_id: impl Into<String>,
    ) -> Self {
        Self { title: title.into(), channel_ids: channel_ids.into(), agent_id: agent_id.into() }
    }
}
