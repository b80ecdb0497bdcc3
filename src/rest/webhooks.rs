//! Incoming and outgoing webhooks.

use crate::error::Result;
use crate::http::{HttpClient, Method};
use crate::model::{
    CommandResponse, HookId, IncomingMessage, IncomingWebhook, IncomingWebhookDraft, IncomingWebhookPage,
    IncomingWebhooksWithCount, OutgoingWebhook, OutgoingWebhookDraft, OutgoingWebhookPage,
};
use crate::page::{MAX_PER_PAGE, Pages, pages};
use crate::rest::names::check_emoji;

/// Webhooks. Returned by [`Client::webhooks`](crate::Client::webhooks).
#[derive(Clone, Copy, Debug)]
pub struct Webhooks<'c>(pub(crate) &'c HttpClient);

impl<'c> Webhooks<'c> {
    /// Creates an incoming webhook.
    ///
    /// `POST /hooks/incoming`
    ///
    /// Required permissions: `manage_own_incoming_webhooks`, `read_channel_content`. For other owners, requires the
    /// permission `manage_others_incoming_webhooks`. For a webhook that is not locked to its channel, requires
    /// `bypass_incoming_webhook_channel_lock`.
    #[doc(alias = "CreateIncomingWebhook")]
    #[inline]
    pub fn create_incoming(&self, draft: &IncomingWebhookDraft) -> Result<IncomingWebhook> {
        self.0.post("/hooks/incoming", &[]).json(draft).decode()
    }

    /// Lists one page of incoming webhooks.
    ///
    /// `GET /hooks/incoming`
    ///
    /// Required permissions, depending on the request: `manage_own_incoming_webhooks`,
    /// `manage_others_incoming_webhooks`.
    #[doc(alias = "GetIncomingWebhooks")]
    #[inline]
    pub fn list_incoming(&self, page: &IncomingWebhookPage) -> Result<Vec<IncomingWebhook>> {
        self.0.get("/hooks/incoming", &[]).query(page).decode()
    }

    /// Iterates over incoming webhooks, fetching 200 per request. The paging fields of `page` are ignored.
    #[inline]
    pub fn all_incoming(&self, page: &IncomingWebhookPage) -> Pages<'c, IncomingWebhook> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list_incoming(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Lists one page of incoming webhooks, and their total number.
    ///
    /// `GET /hooks/incoming`
    ///
    /// Servers that do not support counts, such as 5.37, return a response that cannot be decoded.
    ///
    /// Required permissions, depending on the request: `manage_own_incoming_webhooks`,
    /// `manage_others_incoming_webhooks`.
    #[doc(alias = "GetIncomingWebhooks")]
    #[inline]
    pub fn list_incoming_counted(&self, page: &IncomingWebhookPage) -> Result<IncomingWebhooksWithCount> {
        self.0.get("/hooks/incoming", &[]).query(page).param("include_total_count", true).decode()
    }

    /// Gets an incoming webhook.
    ///
    /// `GET /hooks/incoming/{hook_id}`
    ///
    /// Required permissions, depending on the request: `manage_own_incoming_webhooks`,
    /// `manage_others_incoming_webhooks`.
    #[doc(alias = "GetIncomingWebhook")]
    #[inline]
    pub fn get_incoming(&self, hook: &HookId) -> Result<IncomingWebhook> {
        self.0.get("/hooks/incoming/{hook_id}", &[hook]).decode()
    }

    /// Replaces an incoming webhook with the given value. Start from the result of
    /// [`get_incoming`](Self::get_incoming).
    ///
    /// `PUT /hooks/incoming/{hook_id}`
    ///
    /// Required permissions, depending on the request: `manage_own_incoming_webhooks`,
    /// `manage_others_incoming_webhooks`, `read_channel_content`, `bypass_incoming_webhook_channel_lock`.
    #[doc(alias = "UpdateIncomingWebhook")]
    #[inline]
    pub fn update_incoming(&self, hook: &IncomingWebhook) -> Result<IncomingWebhook> {
        self.0.put("/hooks/incoming/{hook_id}", &[&hook.id]).json(hook).decode()
    }

    /// Deletes an incoming webhook.
    ///
    /// `DELETE /hooks/incoming/{hook_id}`
    ///
    /// Required permissions, depending on the request: `manage_own_incoming_webhooks`,
    /// `manage_others_incoming_webhooks`.
    #[doc(alias = "DeleteIncomingWebhook")]
    #[inline]
    pub fn delete_incoming(&self, hook: &HookId) -> Result<()> {
        self.0.delete("/hooks/incoming/{hook_id}", &[hook]).send()
    }

    /// Creates an outgoing webhook. It is only triggered in public channels.
    ///
    /// `POST /hooks/outgoing`
    ///
    /// Required permissions, depending on the request: `manage_own_outgoing_webhooks`,
    /// `manage_others_outgoing_webhooks`.
    #[doc(alias = "CreateOutgoingWebhook")]
    #[inline]
    pub fn create_outgoing(&self, draft: &OutgoingWebhookDraft) -> Result<OutgoingWebhook> {
        self.0.post("/hooks/outgoing", &[]).json(draft).decode()
    }

    /// Lists one page of outgoing webhooks.
    ///
    /// `GET /hooks/outgoing`
    ///
    /// Required permissions, depending on the request: `manage_own_outgoing_webhooks`,
    /// `manage_others_outgoing_webhooks`.
    #[doc(alias = "GetOutgoingWebhooks")]
    #[inline]
    pub fn list_outgoing(&self, page: &OutgoingWebhookPage) -> Result<Vec<OutgoingWebhook>> {
        self.0.get("/hooks/outgoing", &[]).query(page).decode()
    }

    /// Iterates over outgoing webhooks, fetching 200 per request. The paging fields of `page` are ignored.
    #[inline]
    pub fn all_outgoing(&self, page: &OutgoingWebhookPage) -> Pages<'c, OutgoingWebhook> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list_outgoing(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Gets an outgoing webhook.
    ///
    /// `GET /hooks/outgoing/{hook_id}`
    ///
    /// Required permissions, depending on the request: `manage_own_outgoing_webhooks`,
    /// `manage_others_outgoing_webhooks`.
    #[doc(alias = "GetOutgoingWebhook")]
    #[inline]
    pub fn get_outgoing(&self, hook: &HookId) -> Result<OutgoingWebhook> {
        self.0.get("/hooks/outgoing/{hook_id}", &[hook]).decode()
    }

    /// Replaces an outgoing webhook with the given value. Start from the result of
    /// [`get_outgoing`](Self::get_outgoing).
    ///
    /// `PUT /hooks/outgoing/{hook_id}`
    ///
    /// Required permissions, depending on the request: `manage_own_outgoing_webhooks`,
    /// `manage_others_outgoing_webhooks`.
    #[doc(alias = "UpdateOutgoingWebhook")]
    #[inline]
    pub fn update_outgoing(&self, hook: &OutgoingWebhook) -> Result<OutgoingWebhook> {
        self.0.put("/hooks/outgoing/{hook_id}", &[&hook.id]).json(hook).decode()
    }

    /// Deletes an outgoing webhook.
    ///
    /// `DELETE /hooks/outgoing/{hook_id}`
    ///
    /// Required permissions, depending on the request: `manage_own_outgoing_webhooks`,
    /// `manage_others_outgoing_webhooks`.
    #[doc(alias = "DeleteOutgoingWebhook")]
    #[inline]
    pub fn delete_outgoing(&self, hook: &HookId) -> Result<()> {
        self.0.delete("/hooks/outgoing/{hook_id}", &[hook]).send()
    }

    /// Generates a new token and invalidates the old one.
    ///
    /// `POST /hooks/outgoing/{hook_id}/regen_token`
    ///
    /// Required permissions, depending on the request: `manage_own_outgoing_webhooks`,
    /// `manage_others_outgoing_webhooks`.
    #[doc(alias = "RegenOutgoingHookToken")]
    #[inline]
    pub fn regenerate_outgoing_token(&self, hook: &HookId) -> Result<OutgoingWebhook> {
        self.0.post("/hooks/outgoing/{hook_id}/regen_token", &[hook]).decode()
    }

    /// Creates a post with an incoming webhook. Only the webhook ID is required; the account's token is not
    /// sent.
    ///
    /// `POST /hooks/{hook_id}`
    ///
    /// The server hides the reasons for errors: 400 for an invalid webhook or an empty text, 403 for a locked
    /// channel, 404 for an unknown webhook, 501 if webhooks are disabled. Sent only once. After a broken connection,
    /// the post may or may not exist.
    #[inline]
    pub fn send(&self, hook: &HookId, message: &IncomingMessage) -> Result<()> {
        self.0
            .call_outside_api(Method::Post, "/hooks/{hook_id}", &[hook])
            .without_token()
            .hiding_secrets(&[hook.as_str()])
            .check_first(message.icon_emoji.as_deref().map_or(Ok(()), check_emoji))
            .json(message)
            .send()
    }

    /// Sends a delayed response to a slash command, identified by the last segment of its `response_url`.
    /// Allowed 5 times within 30 minutes.
    ///
    /// `POST /hooks/commands/{id}`
    #[inline]
    pub fn send_delayed(&self, id: &str, answer: &CommandResponse) -> Result<()> {
        self.0
            .call_outside_api(Method::Post, "/hooks/commands/{id}", &[&id])
            .without_token()
            .hiding_secrets(&[id])
            .json(answer)
            .send()
    }
}
