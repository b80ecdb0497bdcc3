//! AI agents and recaps.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, PostId, RecapId, UserId};

model! {
    /// An AI agent that may be talked to.
    #[doc(alias = "BridgeAgentInfo")]
    pub struct Agent {
        /// Its id.
        pub id: String,
        /// What people see.
        #[serde(rename = "displayName")]
        pub display_name: String,
        /// The name of its account.
        pub username: String,
        /// The language model service that it uses.
        pub service_id: String,
        /// The kind of that service.
        pub service_type: String,
        /// Whether it is taken where none is named.
        pub is_default: bool,
    }
}

model! {
    /// A language model service.
    #[doc(alias = "BridgeServiceInfo")]
    pub struct LlmService {
        /// Its id.
        pub id: String,
        /// Its name.
        pub name: String,
        /// What it is: `openai`, `anthropic`, ...
        #[serde(rename = "type")]
        pub kind: String,
    }
}

model! {
    /// Whether AI agents can be used.
    pub struct AgentsIntegrityResponse {
        /// Whether they can.
        pub available: bool,
        /// Why not; a key of the server's translations.
        pub reason: String,
    }
}

open_enum! {
    /// How far a recap is.
    RecapStatus {
        /// Not begun.
        Pending = "pending",
        /// Being written.
        Processing = "processing",
        /// Ready.
        Completed = "completed",
        /// Given up.
        Failed = "failed",
    }
}

model! {
    /// What happened in some channels, told by an AI agent.
    pub struct Recap {
        /// Its id.
        pub id: RecapId,
        /// For whom it was written.
        pub user_id: UserId,
        /// Its title.
        pub title: String,
        /// When it was asked for.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// When it was read; 0 while it is not.
        pub read_at: Timestamp,
        /// How many posts it is about.
        pub total_message_count: i64,
        /// How far it is.
        pub status: RecapStatus,
        /// The agent that wrote it.
        pub bot_id: String,
        /// What happened, channel by channel; not in lists.
        pub channels: Vec<RecapChannel>,
    }
}

impl From<&Recap> for RecapId {
    fn from(from: &Recap) -> Self {
        from.id.clone()
    }
}

model! {
    /// What happened in one channel.
    pub struct RecapChannel {
        /// Its id.
        pub id: String,
        /// The recap that it is a part of.
        pub recap_id: RecapId,
        /// The channel.
        pub channel_id: ChannelId,
        /// What people call the channel.
        pub channel_name: String,
        /// What was said.
        pub highlights: Vec<String>,
        /// What there is to do.
        pub action_items: Vec<String>,
        /// The posts that it is about.
        pub source_post_ids: Vec<PostId>,
        /// When it was written.
        pub create_at: Timestamp,
    }
}

/// A recap to be written.
#[doc(alias = "CreateRecapRequest")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RecapDraft {
    /// Its title.
    pub title: String,
    /// The channels that it is to be about.
    pub channel_ids: Vec<ChannelId>,
    /// The agent that is to write it: an [`Agent::id`].
    pub agent_id: String,
}

impl RecapDraft {
    /// With what is required.
    pub fn new(
        title: impl Into<String>,
        channel_ids: impl Into<Vec<ChannelId>>,
        agent_id: impl Into<String>,
    ) -> Self {
        Self { title: title.into(), channel_ids: channel_ids.into(), agent_id: agent_id.into() }
    }
}
