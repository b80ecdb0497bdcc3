//! Incoming and outgoing webhooks.

use crate::error::Result;
use crate::http::{Http, Method};
use crate::model::{
    CommandResponse, HookId, IncomingMessage, IncomingWebhook, IncomingWebhookDraft, IncomingWebhookPage,
    IncomingWebhooksWithCount, OutgoingWebhook, OutgoingWebhookDraft, OutgoingWebhookPage,
};
use crate::page::{MOST, Pages, pages};

/// Webhooks, by [`Client::webhooks`](crate::Client::webhooks).
#[derive(Clone, Copy, Debug)]
pub struct Webhooks<'c>(pub(crate) &'c Http);

impl<'c> Webhooks<'c> {
    /// Creates an incoming webhook.
    ///
    /// `POST /hooks/incoming`
    ///
    /// Permissions, as the case may be: `manage_own_incoming_webhooks`, `read_channel_content`,
    /// `manage_others_incoming_webhooks`, `bypass_incoming_webhook_channel_lock`.
    #[doc(alias = "CreateIncomingWebhook")]
    pub fn create_incoming(&self, draft: &IncomingWebhookDraft) -> Result<IncomingWebhook> {
        self.0.post("/hooks/incoming", &[]).json(draft).fetch()
    }

    /// Lists one page of incoming webhooks.
    ///
    /// `GET /hooks/incoming`
    ///
    /// Permissions, as the case may be: `manage_own_incoming_webhooks`, `manage_others_incoming_webhooks`.
    #[doc(alias = "GetIncomingWebhooks")]
    pub fn list_incoming(&self, page: &IncomingWebhookPage) -> Result<Vec<IncomingWebhook>> {
        self.0.get("/hooks/incoming", &[]).query(page).fetch()
    }

    /// Goes through incoming webhooks, 200 a call; the paging of `page` does not count.
    pub fn all_incoming(&self, page: &IncomingWebhookPage) -> Pages<'c, IncomingWebhook> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list_incoming(&page.clone().page(number).per_page(MOST)))
    }

    /// Lists one page of incoming webhooks, and says how many there are.
    ///
    /// `GET /hooks/incoming`
    ///
    /// Old servers (5.37) do not count: their answer cannot be decoded.
    ///
    /// Permissions, as the case may be: `manage_own_incoming_webhooks`, `manage_others_incoming_webhooks`.
    #[doc(alias = "GetIncomingWebhooks")]
    pub fn list_incoming_counted(&self, page: &IncomingWebhookPage) -> Result<IncomingWebhooksWithCount> {
        self.0.get("/hooks/incoming", &[]).query(page).param("include_total_count", true).fetch()
    }

    /// Gets an incoming webhook.
    ///
    /// `GET /hooks/incoming/{hook_id}`
    ///
    /// Permissions, as the case may be: `manage_own_incoming_webhooks`, `manage_others_incoming_webhooks`.
    #[doc(alias = "GetIncomingWebhook")]
    pub fn get_incoming(&self, hook: &HookId) -> Result<IncomingWebhook> {
        self.0.get("/hooks/incoming/{hook_id}", &[hook]).fetch()
    }

    /// Replaces an incoming webhook by what is given: start from [`get_incoming`](Self::get_incoming).
    ///
    /// `PUT /hooks/incoming/{hook_id}`
    ///
    /// Permissions, as the case may be: `manage_own_incoming_webhooks`, `manage_others_incoming_webhooks`,
    /// `read_channel_content`, `bypass_incoming_webhook_channel_lock`.
    #[doc(alias = "UpdateIncomingWebhook")]
    pub fn update_incoming(&self, hook: &IncomingWebhook) -> Result<IncomingWebhook> {
        self.0.put("/hooks/incoming/{hook_id}", &[&hook.id]).json(hook).fetch()
    }

    /// Deletes an incoming webhook.
    ///
    /// `DELETE /hooks/incoming/{hook_id}`
    ///
    /// Permissions, as the case may be: `manage_own_incoming_webhooks`, `manage_others_incoming_webhooks`.
    #[doc(alias = "DeleteIncomingWebhook")]
    pub fn delete_incoming(&self, hook: &HookId) -> Result<()> {
        self.0.delete("/hooks/incoming/{hook_id}", &[hook]).ok()
    }

    /// Creates an outgoing webhook. It hears public channels only.
    ///
    /// `POST /hooks/outgoing`
    ///
    /// Permissions, as the case may be: `manage_own_outgoing_webhooks`, `manage_others_outgoing_webhooks`.
    #[doc(alias = "CreateOutgoingWebhook")]
    pub fn create_outgoing(&self, draft: &OutgoingWebhookDraft) -> Result<OutgoingWebhook> {
        self.0.post("/hooks/outgoing", &[]).json(draft).fetch()
    }

    /// Lists one page of outgoing webhooks.
    ///
    /// `GET /hooks/outgoing`
    ///
    /// Permissions, as the case may be: `manage_own_outgoing_webhooks`, `manage_others_outgoing_webhooks`.
    #[doc(alias = "GetOutgoingWebhooks")]
    pub fn list_outgoing(&self, page: &OutgoingWebhookPage) -> Result<Vec<OutgoingWebhook>> {
        self.0.get("/hooks/outgoing", &[]).query(page).fetch()
    }

    /// Goes through outgoing webhooks, 200 a call; the paging of `page` does not count.
    pub fn all_outgoing(&self, page: &OutgoingWebhookPage) -> Pages<'c, OutgoingWebhook> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list_outgoing(&page.clone().page(number).per_page(MOST)))
    }

    /// Gets an outgoing webhook.
    ///
    /// `GET /hooks/outgoing/{hook_id}`
    ///
    /// Permissions, as the case may be: `manage_own_outgoing_webhooks`, `manage_others_outgoing_webhooks`.
    #[doc(alias = "GetOutgoingWebhook")]
    pub fn get_outgoing(&self, hook: &HookId) -> Result<OutgoingWebhook> {
        self.0.get("/hooks/outgoing/{hook_id}", &[hook]).fetch()
    }

    /// Replaces an outgoing webhook by what is given: start from [`get_outgoing`](Self::get_outgoing).
    ///
    /// `PUT /hooks/outgoing/{hook_id}`
    ///
    /// Permissions, as the case may be: `manage_own_outgoing_webhooks`, `manage_others_outgoing_webhooks`.
    #[doc(alias = "UpdateOutgoingWebhook")]
    pub fn update_outgoing(&self, hook: &OutgoingWebhook) -> Result<OutgoingWebhook> {
        self.0.put("/hooks/outgoing/{hook_id}", &[&hook.id]).json(hook).fetch()
    }

    /// Deletes an outgoing webhook.
    ///
    /// `DELETE /hooks/outgoing/{hook_id}`
    ///
    /// Permissions, as the case may be: `manage_own_outgoing_webhooks`, `manage_others_outgoing_webhooks`.
    #[doc(alias = "DeleteOutgoingWebhook")]
    pub fn delete_outgoing(&self, hook: &HookId) -> Result<()> {
        self.0.delete("/hooks/outgoing/{hook_id}", &[hook]).ok()
    }

    /// Makes a new token; the old one is worthless.
    ///
    /// `POST /hooks/outgoing/{hook_id}/regen_token`
    ///
    /// Permissions, as the case may be: `manage_own_outgoing_webhooks`, `manage_others_outgoing_webhooks`.
    #[doc(alias = "RegenOutgoingHookToken")]
    pub fn regenerate_outgoing_token(&self, hook: &HookId) -> Result<OutgoingWebhook> {
        self.0.post("/hooks/outgoing/{hook_id}/regen_token", &[hook]).fetch()
    }

    /// Posts by an incoming webhook, without the account's token: the id is all it takes.
    ///
    /// `POST /hooks/{hook_id}`
    ///
    /// The answer's reasons are hidden from callers: 400 for a bad hook or an empty text, 403 for a locked channel,
    /// 404 for an unknown one, 501 where webhooks are off. Sent once: after a broken connection it may or may not
    /// have been posted.
    pub fn send(&self, hook: &HookId, message: &IncomingMessage) -> Result<()> {
        self.0.outside(Method::Post, "/hooks/{hook_id}", &[hook]).anonymous().json(message).ok()
    }

    /// Answers a slash command later, by the last part of its `response_url`: 5 times at most, within 30 minutes.
    ///
    /// `POST /hooks/commands/{id}`
    pub fn send_delayed(&self, id: &str, answer: &CommandResponse) -> Result<()> {
        self.0.outside(Method::Post, "/hooks/commands/{id}", &[&id]).anonymous().json(answer).ok()
    }
}
