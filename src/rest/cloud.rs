//! Mattermost Cloud: customer, subscription, invoices, limits.

use serde_json::json;

use crate::Secret;
use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    CloudAddress, CloudCustomer, CloudCustomerPatch, CloudInstallation, CloudInvoice, CloudProduct,
    CloudSubscription, CwsWebhookPayload, PreviewModalContentData, ProductLimits,
};
use crate::rest::FileDownload;

/// Mattermost Cloud: customer, subscription, invoices, limits. Returned by
/// [`Client::cloud`](crate::Client::cloud).
///
/// Returns 403 on servers that are not part of Mattermost Cloud.
#[derive(Clone, Copy, Debug)]
pub struct Cloud<'c>(pub(crate) &'c HttpClient);

impl<'c> Cloud<'c> {
    /// Gets the customer that pays for the workspace.
    ///
    /// `GET /cloud/customer`
    ///
    /// Required permission: `sysconsole_read_billing`. Since server 5.28. Mattermost Cloud only.
    #[doc(alias = "GetCloudCustomer")]
    #[inline]
    pub fn get_customer(&self) -> Result<CloudCustomer> {
        self.0.get("/cloud/customer", &[]).decode()
    }

    /// Updates the customer that pays for the workspace.
    ///
    /// `PUT /cloud/customer`
    ///
    /// Required permission: `sysconsole_write_billing`. Since server 5.29. Mattermost Cloud only.
    #[doc(alias = "UpdateCloudCustomer")]
    #[inline]
    pub fn update_customer(&self, customer: &CloudCustomerPatch) -> Result<CloudCustomer> {
        self.0.put("/cloud/customer", &[]).json(customer).decode()
    }

    /// Updates the company address of the customer.
    ///
    /// `PUT /cloud/customer/address`
    ///
    /// Required permission: `sysconsole_write_billing`. Since server 5.29. Mattermost Cloud only.
    #[doc(alias = "UpdateCloudCustomerAddress")]
    #[inline]
    pub fn update_address(&self, address: &CloudAddress) -> Result<CloudCustomer> {
        self.0.put("/cloud/customer/address", &[]).json(address).decode()
    }

    /// Gets the subscription. Users without permission to read billing data receive only part of it.
    ///
    /// `GET /cloud/subscription`
    ///
    /// Since server 5.28. Mattermost Cloud only.
    #[doc(alias = "GetSubscription")]
    #[inline]
    pub fn get_subscription(&self) -> Result<CloudSubscription> {
        self.0.get("/cloud/subscription", &[]).decode()
    }

    /// Lists the invoices.
    ///
    /// `GET /cloud/subscription/invoices`
    ///
    /// Required permission: `sysconsole_read_billing`. Since server 5.30. Mattermost Cloud only.
    #[doc(alias = "GetInvoicesForSubscription")]
    #[inline]
    pub fn list_invoices(&self) -> Result<Vec<CloudInvoice>> {
        self.0.get("/cloud/subscription/invoices", &[]).decode()
    }

    /// Downloads an invoice, a PDF file.
    ///
    /// `GET /cloud/subscription/invoices/{invoice_id}/pdf`
    ///
    /// Required permission: `sysconsole_read_billing`. Since server 5.30. Mattermost Cloud only.
    #[doc(alias = "GetInvoiceForSubscriptionAsPdf")]
    #[inline]
    pub fn download_invoice(&self, invoice: &str) -> FileDownload<'c> {
        FileDownload::new(
            self.0.get("/cloud/subscription/invoices/{invoice_id}/pdf", &[&invoice]).with_file_timeout(),
            "GET /cloud/subscription/invoices/{invoice_id}/pdf",
        )
    }

    /// Lists the available products. Users without permission to read billing data receive only part of each product.
    ///
    /// `GET /cloud/products`
    ///
    /// Since server 5.28. Mattermost Cloud only.
    #[doc(alias = "GetCloudProducts")]
    #[inline]
    pub fn list_products(&self) -> Result<Vec<CloudProduct>> {
        self.0.get("/cloud/products", &[]).decode()
    }

    /// Lists all products, including discontinued ones.
    ///
    /// `GET /cloud/products`
    ///
    /// Since server 5.28. Mattermost Cloud only.
    #[doc(alias = "GetCloudProducts")]
    #[inline]
    pub fn list_all_products(&self) -> Result<Vec<CloudProduct>> {
        self.0.get("/cloud/products", &[]).param("include_legacy", true).decode()
    }

    /// Gets the usage limits of the workspace.
    ///
    /// `GET /cloud/limits`
    ///
    /// Since server 7.0. Mattermost Cloud only.
    #[doc(alias = "GetCloudLimits")]
    #[inline]
    pub fn get_limits(&self) -> Result<ProductLimits> {
        self.0.get("/cloud/limits", &[]).decode()
    }

    /// Gets the installation of the workspace.
    ///
    /// `GET /cloud/installation`
    ///
    /// Required permission: `sysconsole_read_site_ip_filters`. Since server 9.1. Mattermost Cloud only.
    #[doc(alias = "GetEndpointForInstallationInformation")]
    #[inline]
    pub fn get_installation(&self) -> Result<CloudInstallation> {
        self.0.get("/cloud/installation", &[]).decode()
    }

    /// Lists the preview pages shown to a workspace on trial.
    ///
    /// `GET /cloud/preview/modal_data`
    ///
    /// Since server 10.0. Mattermost Cloud only.
    #[doc(alias = "GetPreviewModalData")]
    #[inline]
    pub fn list_preview_pages(&self) -> Result<Vec<PreviewModalContentData>> {
        self.0.get("/cloud/preview/modal_data", &[]).decode()
    }

    /// Checks whether the customer portal is reachable. Returns `available` or `unavailable`.
    ///
    /// `GET /cloud/check-cws-connection`
    ///
    /// Does not require a login. Since server 5.28. Mattermost Cloud only.
    #[doc(alias = "CheckCWSConnection")]
    #[inline]
    pub fn check_portal(&self) -> Result<String> {
        self.0.get("/cloud/check-cws-connection", &[]).decode_member("status")
    }

    /// Checks whether an email address belongs to a business domain.
    ///
    /// `POST /cloud/validate-business-email`
    ///
    /// Mattermost Cloud only.
    #[inline]
    pub fn validate_email(&self, email: &str) -> Result<bool> {
        self.0
            .post("/cloud/validate-business-email", &[])
            .json(&json!({"email": email}))
            .safe()
            .decode_member("is_valid")
    }

    /// Checks whether the customer's email address belongs to a business domain.
    ///
    /// `POST /cloud/validate-workspace-business-email`
    ///
    /// Required permission: `sysconsole_write_billing`. Mattermost Cloud only.
    #[inline]
    pub fn validate_workspace_email(&self) -> Result<bool> {
        self.0.post("/cloud/validate-workspace-business-email", &[]).safe().decode_member("is_valid")
    }

    /// Sends a notification to the workspace on behalf of the customer portal. Authenticates with the
    /// portal's key instead of the account's token.
    ///
    /// `POST /cloud/webhook`
    ///
    /// Since server 5.30. Mattermost Cloud only.
    #[doc(alias = "PostEndpointForCwsWebhooks")]
    #[inline]
    pub fn send_webhook(&self, key: &Secret, payload: &CwsWebhookPayload) -> Result<()> {
        let call = self.0.post("/cloud/webhook", &[]).without_token();
        call.header("X-Cloud-Token", key.expose()).hiding_secrets(&[key.expose()]).json(payload).send()
    }
}
