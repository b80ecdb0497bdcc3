//! AI agents.

use crate::error::Result;
use crate::http::Http;
use crate::model::{Agent, AgentsIntegrityResponse, LlmService};

/// AI agents, by [`Client::agents`](crate::Client::agents).
///
/// An agent needs the plugin `mattermost-ai` on the server.
#[derive(Clone, Copy, Debug)]
pub struct Agents<'c>(pub(crate) &'c Http);

impl Agents<'_> {
    /// Lists the agents that the account may use; empty without the plugin.
    ///
    /// `GET /agents`
    ///
    /// Since 11.2.
    #[doc(alias = "GetAgents")]
    pub fn list(&self) -> Result<Vec<Agent>> {
        self.0.get("/agents", &[]).fetch()
    }

    /// Tells whether agents can be used, and why not.
    ///
    /// `GET /agents/status`
    ///
    /// Since 11.2.
    #[doc(alias = "GetAgentsStatus")]
    pub fn get_status(&self) -> Result<AgentsIntegrityResponse> {
        self.0.get("/agents/status", &[]).fetch()
    }

    /// Lists the language model services that the account may use.
    ///
    /// `GET /llmservices`
    ///
    /// Since 11.2.
    #[doc(alias = "GetLLMServices")]
    pub fn list_services(&self) -> Result<Vec<LlmService>> {
        self.0.get("/llmservices", &[]).fetch()
    }
}
