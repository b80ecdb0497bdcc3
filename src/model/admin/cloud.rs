//! Mattermost Cloud: customer, subscription, invoices, limits.

use serde::Serialize;

use crate::Timestamp;
use crate::model::Json;

model! {
    /// Who pays for a workspace.
    pub struct CloudCustomer {
        /// Its id.
        pub id: String,
        /// Who made it.
        pub creator_id: String,
        /// When it was made.
        pub create_at: Timestamp,
        /// Name of the company.
        pub name: String,
        /// Address for mail.
        pub email: String,
        /// First name of the person to ask.
        pub contact_first_name: String,
        /// Last name of the person to ask.
        pub contact_last_name: String,
        /// How many work there.
        pub num_employees: i64,
        /// Another way of paying.
        pub monthly_subscription_alt_payment_method: String,
        /// Where invoices go.
        pub billing_address: Option<CloudAddress>,
        /// Where the company is.
        pub company_address: Option<CloudAddress>,
        /// How invoices are paid.
        pub payment_method: Option<CloudPaymentMethod>,
    }
}

/// Changes to who pays for a workspace.
#[doc(alias = "CloudCustomerInfo")]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CloudCustomerPatch {
    /// Name of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address for mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// First name of the person to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_first_name: Option<String>,
    /// Last name of the person to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_last_name: Option<String>,
    /// How many work there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_employees: Option<i64>,
    /// Another way of paying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_subscription_alt_payment_method: Option<String>,
}

impl CloudCustomerPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { CloudCustomerPatch:
    /// Name of the company.
    name: String,
    /// Address for mail.
    email: String,
    /// First name of the person to ask.
    contact_first_name: String,
    /// Last name of the person to ask.
    contact_last_name: String,
    /// How many work there.
    num_employees: i64,
    /// Another way of paying.
    monthly_subscription_alt_payment_method: String,
}

model! {
    /// A postal address.
    #[doc(alias = "Address")]
    pub struct CloudAddress {
        /// City.
        pub city: String,
        /// Country.
        pub country: String,
        /// Street and number.
        pub line1: String,
        /// Second line.
        pub line2: String,
        /// Postal code.
        pub postal_code: String,
        /// State or province.
        pub state: String,
    }
}

model! {
    /// A way of paying.
    #[doc(alias = "PaymentMethod")]
    pub struct CloudPaymentMethod {
        /// What it is: `card`.
        #[serde(rename = "type")]
        pub kind: String,
        /// The last four digits of the card.
        pub last_four: String,
        /// Month in which the card expires.
        pub exp_month: i64,
        /// Year in which the card expires.
        pub exp_year: i64,
        /// Who issued the card.
        pub card_brand: String,
        /// The name on the card.
        pub name: String,
    }
}

model! {
    /// Where a workspace runs.
    #[doc(alias = "Installation")]
    pub struct CloudInstallation {
        /// Its id.
        pub id: String,
        /// How it is.
        pub state: String,
        /// From where it may be reached.
        pub allowed_ip_ranges: Vec<AllowedIpRange>,
    }
}

model! {
    /// Addresses that may reach a workspace.
    #[doc(alias = "AllowedIPRange")]
    pub struct AllowedIpRange {
        /// The addresses, as `192.0.2.0/24`.
        pub cidr_block: String,
        /// What they are.
        pub description: String,
        /// Whether it is in force.
        pub enabled: bool,
        /// Who made it.
        pub owner_id: String,
    }
}

impl AllowedIpRange {
    /// Addresses, as `192.0.2.0/24`, that are in force at once.
    pub fn new(cidr_block: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            cidr_block: cidr_block.into(),
            description: description.into(),
            enabled: true,
            ..Self::default()
        }
    }
}

model! {
    /// What a workspace may use.
    pub struct ProductLimits {
        /// How much may be stored.
        pub files: FilesLimits,
        /// How many posts may be read.
        pub messages: MessagesLimits,
        /// How many teams there may be.
        pub teams: TeamsLimits,
    }
}

model! {
    /// How much may be stored.
    pub struct FilesLimits {
        /// Bytes of all files; none is no limit.
        pub total_storage: Option<i64>,
    }
}

model! {
    /// How many posts may be read.
    pub struct MessagesLimits {
        /// Posts; none is no limit.
        pub history: Option<i64>,
    }
}

model! {
    /// How many teams there may be.
    pub struct TeamsLimits {
        /// Teams that are not archived; none is no limit.
        pub active: Option<i64>,
    }
}

open_enum! {
    /// How often is paid.
    RecurringInterval {
        /// Each month.
        Monthly = "month",
        /// Each year.
        Yearly = "year",
    }
}

open_enum! {
    /// What is paid for.
    BillingScheme {
        /// The whole.
        FlatFee = "flat_fee",
        /// Each account.
        PerSeat = "per_seat",
        /// What was agreed.
        SalesServe = "sales_serve",
    }
}

open_enum! {
    /// Where a product runs.
    SubscriptionFamily {
        /// On Mattermost's servers.
        Cloud = "cloud",
        /// On one's own.
        OnPrem = "on-prem",
    }
}

model! {
    /// Something that can be bought.
    #[doc(alias = "Product")]
    pub struct CloudProduct {
        /// Its id.
        pub id: String,
        /// Its name.
        pub name: String,
        /// What it is.
        pub description: String,
        /// What an account costs.
        pub price_per_seat: f64,
        /// What can be bought with it.
        pub add_ons: Vec<CloudAddOn>,
        /// Its short name: `cloud-professional`.
        pub sku: String,
        /// The id of its price.
        pub price_id: String,
        /// Where it runs.
        pub product_family: SubscriptionFamily,
        /// How often is paid.
        pub recurring_interval: RecurringInterval,
        /// What is paid for.
        pub billing_scheme: BillingScheme,
        /// The product that is offered beside it.
        pub cross_sells_to: String,
    }
}

model! {
    /// Something that can be bought with a product.
    #[doc(alias = "AddOn")]
    pub struct CloudAddOn {
        /// Its id.
        pub id: String,
        /// Its name.
        pub name: String,
        /// What people see.
        pub display_name: String,
        /// What an account costs.
        pub price_per_seat: f64,
    }
}

model! {
    /// What was bought.
    #[doc(alias = "Subscription")]
    pub struct CloudSubscription {
        /// Its id.
        pub id: String,
        /// Who pays.
        pub customer_id: String,
        /// The product.
        pub product_id: String,
        /// What was bought with it.
        pub add_ons: Vec<String>,
        /// When it began.
        pub start_at: Timestamp,
        /// When it ends.
        pub end_at: Timestamp,
        /// When it was made.
        pub create_at: Timestamp,
        /// For how many accounts.
        pub seats: i64,
        /// How it is: `active`, `trialing`.
        pub status: String,
        /// The name of the workspace's host.
        pub dns: String,
        /// The last invoice.
        pub last_invoice: Option<CloudInvoice>,
        /// The next invoice.
        pub upcoming_invoice: Option<CloudInvoice>,
        /// `true` while it is tried.
        pub is_free_trial: String,
        /// When the trial ends.
        pub trial_end_at: Timestamp,
        /// Since when an invoice is not paid, in seconds since 1970.
        pub delinquent_since: Option<i64>,
        /// For how many accounts at first.
        pub originally_licensed_seats: i64,
        /// `true` if it was stopped for compliance.
        pub compliance_blocked: String,
        /// Who is billed: `licensed`, `internal`.
        pub billing_type: String,
        /// When it will be ended, in ms since 1970.
        pub cancel_at: Option<i64>,
        /// `true` if it goes on by itself.
        pub will_renew: String,
        /// The time, in tests of the billing.
        pub simulated_current_time_ms: Option<i64>,
        /// Whether it is a preview.
        pub is_cloud_preview: bool,
    }
}

model! {
    /// An invoice. Amounts are in cents.
    #[doc(alias = "Invoice")]
    pub struct CloudInvoice {
        /// Its id.
        pub id: String,
        /// Its number.
        pub number: String,
        /// When it was made.
        pub create_at: Timestamp,
        /// What is to be paid.
        pub total: i64,
        /// How much of it is tax.
        pub tax: i64,
        /// How it is: `paid`, `open`.
        pub status: String,
        /// What it is for.
        pub description: String,
        /// From when.
        pub period_start: Timestamp,
        /// Until when.
        pub period_end: Timestamp,
        /// For what.
        pub subscription_id: String,
        /// Its lines.
        pub line_items: Vec<CloudInvoiceItem>,
        /// The product.
        pub current_product_name: String,
    }
}

model! {
    /// A line of an invoice. Amounts are in cents.
    #[doc(alias = "InvoiceLineItem")]
    pub struct CloudInvoiceItem {
        /// The id of the price.
        pub price_id: String,
        /// What is to be paid.
        pub total: i64,
        /// How many.
        pub quantity: f64,
        /// What one costs.
        pub price_per_unit: i64,
        /// What it is.
        pub description: String,
        /// What kind of line it is.
        #[serde(rename = "type")]
        pub kind: String,
        /// Whatever else there is.
        pub metadata: Json,
        /// From when.
        pub period_start: Timestamp,
        /// Until when.
        pub period_end: Timestamp,
    }
}

model! {
    /// A text that can be translated.
    pub struct MessageDescriptor {
        /// Its key.
        pub id: String,
        /// The text in English.
        #[serde(rename = "defaultMessage")]
        pub default_message: String,
        /// What is filled in.
        pub values: Json,
    }
}

model! {
    /// A page about what a workspace on trial can do.
    pub struct PreviewModalContentData {
        /// The product that can do it.
        #[serde(rename = "skuLabel")]
        pub sku_label: MessageDescriptor,
        /// Its title.
        pub title: MessageDescriptor,
        /// What it is about.
        pub subtitle: MessageDescriptor,
        /// Address of a film.
        #[serde(rename = "videoUrl")]
        pub video_url: String,
        /// Address of the film's picture.
        #[serde(rename = "videoPoster")]
        pub video_poster: String,
        /// Whom it is for.
        #[serde(rename = "useCase")]
        pub use_case: String,
    }
}

model! {
    /// What the customer portal tells a workspace.
    #[doc(alias = "CWSWebhookPayload")]
    pub struct CwsWebhookPayload {
        /// What happened: `send-admin-welcome-email`.
        pub event: String,
        /// The payment that failed.
        pub failed_payment: Option<FailedPayment>,
        /// Whose workspace it is.
        pub cloud_workspace_owner: Option<CloudWorkspaceOwner>,
        /// What the workspace may use from now on.
        pub product_limits: Option<ProductLimits>,
        /// What was bought.
        pub subscription: Option<CloudSubscription>,
        /// When the trial ends.
        pub trial_end_time_stamp: i64,
        /// A reminder to be sent.
        pub delinquency_email: Option<DelinquencyEmailTrigger>,
    }
}

model! {
    /// A payment that failed.
    pub struct FailedPayment {
        /// Who issued the card.
        pub card_brand: String,
        /// The last four digits of the card.
        pub last_four: String,
        /// Why.
        pub failure_message: String,
    }
}

model! {
    /// Whose workspace it is.
    pub struct CloudWorkspaceOwner {
        /// The name of the account.
        pub username: String,
    }
}

model! {
    /// A reminder to be sent.
    pub struct DelinquencyEmailTrigger {
        /// Which: `7`, `14`, ... days after the invoice.
        pub email_to_send: String,
    }
}
