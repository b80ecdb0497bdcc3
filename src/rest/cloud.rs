//! Mattermost Cloud: customer, subscription, invoices, limits.

use serde::Deserialize;
use serde_json::json;

use crate::Secret;
use crate::error::Result;
use crate::http::Http;
use crate::model::{
    CloudAddress, CloudCustomer, CloudCustomerPatch, CloudInstallation, CloudInvoice, CloudProduct,
    CloudSubscription, CwsWebhookPayload, PreviewModalContentData, ProductLimits,
};
use crate::rest::FileDownload;

/// Mattermost Cloud: customer, subscription, invoices, limits, by [`Client::cloud`](crate::Client::cloud).
///
/// 403 on servers that are not in it.
#[derive(Clone, Copy, Debug)]
pub struct Cloud<'c>(pub(crate) &'c Http);

impl<'c> Cloud<'c> {
    /// Gets who pays for the workspace.
    ///
    /// `GET /cloud/customer`
    ///
    /// Permission: `sysconsole_read_billing`. Since 5.28. Mattermost Cloud only.
    #[doc(alias = "GetCloudCustomer")]
    pub fn get_customer(&self) -> Result<CloudCustomer> {
        self.0.get("/cloud/customer", &[]).fetch()
    }

    /// Changes who pays for the workspace.
    ///
    /// `PUT /cloud/customer`
    ///
    /// Permission: `sysconsole_write_billing`. Since 5.29. Mattermost Cloud only.
    #[doc(alias = "UpdateCloudCustomer")]
    pub fn update_customer(&self, customer: &CloudCustomerPatch) -> Result<CloudCustomer> {
        self.0.put("/cloud/customer", &[]).json(customer).fetch()
    }

    /// Changes where the company is.
    ///
    /// `PUT /cloud/customer/address`
    ///
    /// Permission: `sysconsole_write_billing`. Since 5.29. Mattermost Cloud only.
    #[doc(alias = "UpdateCloudCustomerAddress")]
    pub fn update_address(&self, address: &CloudAddress) -> Result<CloudCustomer> {
        self.0.put("/cloud/customer/address", &[]).json(address).fetch()
    }

    /// Gets what was bought; those who may not read the billing get a part of it.
    ///
    /// `GET /cloud/subscription`
    ///
    /// Since 5.28. Mattermost Cloud only.
    #[doc(alias = "GetSubscription")]
    pub fn get_subscription(&self) -> Result<CloudSubscription> {
        self.0.get("/cloud/subscription", &[]).fetch()
    }

    /// Lists the invoices.
    ///
    /// `GET /cloud/subscription/invoices`
    ///
    /// Permission: `sysconsole_read_billing`. Since 5.30. Mattermost Cloud only.
    #[doc(alias = "GetInvoicesForSubscription")]
    pub fn list_invoices(&self) -> Result<Vec<CloudInvoice>> {
        self.0.get("/cloud/subscription/invoices", &[]).fetch()
    }

    /// Downloads an invoice, a PDF file.
    ///
    /// `GET /cloud/subscription/invoices/{invoice_id}/pdf`
    ///
    /// Permission: `sysconsole_read_billing`. Since 5.30. Mattermost Cloud only.
    #[doc(alias = "GetInvoiceForSubscriptionAsPdf")]
    pub fn download_invoice(&self, invoice: &str) -> FileDownload<'c> {
        FileDownload::new(
            self.0.get("/cloud/subscription/invoices/{invoice_id}/pdf", &[&invoice]).long(),
            "GET /cloud/subscription/invoices/{invoice_id}/pdf",
        )
    }

    /// Lists what can be bought; those who may not read the billing get a part of it.
    ///
    /// `GET /cloud/products`
    ///
    /// Since 5.28. Mattermost Cloud only.
    #[doc(alias = "GetCloudProducts")]
    pub fn list_products(&self) -> Result<Vec<CloudProduct>> {
        self.0.get("/cloud/products", &[]).fetch()
    }

    /// Lists what can be bought, and what could be bought once.
    ///
    /// `GET /cloud/products`
    ///
    /// Since 5.28. Mattermost Cloud only.
    #[doc(alias = "GetCloudProducts")]
    pub fn list_all_products(&self) -> Result<Vec<CloudProduct>> {
        self.0.get("/cloud/products", &[]).param("include_legacy", true).fetch()
    }

    /// Gets what the workspace may use.
    ///
    /// `GET /cloud/limits`
    ///
    /// Since 7.0. Mattermost Cloud only.
    #[doc(alias = "GetCloudLimits")]
    pub fn get_limits(&self) -> Result<ProductLimits> {
        self.0.get("/cloud/limits", &[]).fetch()
    }

    /// Gets where the workspace runs.
    ///
    /// `GET /cloud/installation`
    ///
    /// Permission: `sysconsole_read_site_ip_filters`. Since 9.1. Mattermost Cloud only.
    #[doc(alias = "GetEndpointForInstallationInformation")]
    pub fn get_installation(&self) -> Result<CloudInstallation> {
        self.0.get("/cloud/installation", &[]).fetch()
    }

    /// Lists the pages about what a workspace on trial can do.
    ///
    /// `GET /cloud/preview/modal_data`
    ///
    /// Since 10.0. Mattermost Cloud only.
    #[doc(alias = "GetPreviewModalData")]
    pub fn list_preview_pages(&self) -> Result<Vec<PreviewModalContentData>> {
        self.0.get("/cloud/preview/modal_data", &[]).fetch()
    }

    /// Tells whether the customer portal can be reached: `available` or `unavailable`.
    ///
    /// `GET /cloud/check-cws-connection`
    ///
    /// Needs no login. Since 5.28. Mattermost Cloud only.
    #[doc(alias = "CheckCWSConnection")]
    pub fn check_portal(&self) -> Result<String> {
        self.0.get("/cloud/check-cws-connection", &[]).fetch::<Status>().map(|answer| answer.status)
    }

    /// Tells whether a mail address is a company's.
    ///
    /// `POST /cloud/validate-business-email`
    ///
    /// Mattermost Cloud only.
    pub fn validate_email(&self, email: &str) -> Result<bool> {
        self.0
            .post("/cloud/validate-business-email", &[])
            .json(&json!({"email": email}))
            .reads()
            .fetch::<IsValid>()
            .map(|answer| answer.is_valid)
    }

    /// Tells whether the customer's mail address is a company's.
    ///
    /// `POST /cloud/validate-workspace-business-email`
    ///
    /// Permission: `sysconsole_write_billing`. Mattermost Cloud only.
    pub fn validate_workspace_email(&self) -> Result<bool> {
        self.0
            .post("/cloud/validate-workspace-business-email", &[])
            .reads()
            .fetch::<IsValid>()
            .map(|answer| answer.is_valid)
    }

    /// As the customer portal: tells the workspace what happened. Sends the portal's key and not the
    /// account's token.
    ///
    /// `POST /cloud/webhook`
    ///
    /// Since 5.30. Mattermost Cloud only.
    #[doc(alias = "PostEndpointForCwsWebhooks")]
    pub fn send_webhook(&self, key: &Secret, payload: &CwsWebhookPayload) -> Result<()> {
        let call = self.0.post("/cloud/webhook", &[]).anonymous();
        call.header("X-Cloud-Token", key.expose()).json(payload).ok()
    }
}

#[derive(Deserialize)]
struct IsValid {
    is_valid: bool,
}

#[derive(Deserialize)]
struct Status {
    status: String,
}
