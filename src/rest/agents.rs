//! AI agents.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{Agent, AgentsIntegrityResponse, LlmService};

/// AI agents. Returned by [`Client::agents`](crate::Client::agents).
///
/// Agents require the server plugin `mattermost-ai`.
#[derive(Clone, Copy, Debug)]
pub struct Agents<'c>(pub(crate) &'c HttpClient);

impl Agents<'_> {
    /// Lists the agents available to the current account. The list is empty without the plugin.
    ///
    /// `GET /agents`
    ///
    /// Since server 11.2.
    #[doc(alias = "GetAgents")]
    #[inline]
    pub fn list(&self) -> Result<Vec<Agent>> {
        self.0.get("/agents", &[]).decode()
    }

    /// Gets the availability of agents, and the reason if they are unavailable.
    ///
    /// `GET /agents/status`
    ///
    /// Since server 11.2.
    #[doc(alias = "GetAgentsStatus")]
    #[inline]
    pub fn get_status(&self) -> Result<AgentsIntegrityResponse> {
        self.0.get("/agents/status", &[]).decode()
    }

    /// Lists the language model services available to the current account.
    ///
    /// `GET /llmservices`
    ///
    /// Since server 11.2.
    #[doc(alias = "GetLLMServices")]
    #[inline]
    pub fn list_services(&self) -> Result<Vec<LlmService>> {
        self.0.get("/llmservices", &[]).decode()
    }
}
