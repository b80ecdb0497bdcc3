//! Mattermost Cloud: customer, subscription, invoices, limits.

use crate::Timestamp;
use crate::model::Json;

model! {
    /// The customer that pays for a workspace.
    pub struct CloudCustomer {
        /// The ID.
        pub id: String,
        /// ID of the user who created the customer record.
        pub creator_id: String,
        /// Creation time.
        pub create_at: Timestamp,
        /// Name of the company.
        pub name: String,
        /// Email address.
        pub email: String,
        /// First name of the contact.
        pub contact_first_name: String,
        /// Last name of the contact.
        pub contact_last_name: String,
        /// Number of employees.
        pub num_employees: i64,
        /// Alternative payment method.
        pub monthly_subscription_alt_payment_method: String,
        /// Billing address.
        pub billing_address: Option<CloudAddress>,
        /// Company address.
        pub company_address: Option<CloudAddress>,
        /// Payment method.
        pub payment_method: Option<CloudPaymentMethod>,
    }
}

input! {
    /// Changes to the customer that pays for a workspace.
    #[doc(alias = "CloudCustomerInfo")]
    pub struct CloudCustomerPatch {}
    optional {
        /// Name of the company.
        name: String,
        /// Email address.
        email: String,
        /// First name of the contact.
        contact_first_name: String,
        /// Last name of the contact.
        contact_last_name: String,
        /// Number of employees.
        num_employees: i64,
        /// Alternative payment method.
        monthly_subscription_alt_payment_method: String,
    }
}

model! {
    /// A postal address.
    #[doc(alias = "Address")]
    pub struct CloudAddress {
        /// City.
        pub city: String,
        /// Country.
        pub country: String,
        /// Street and house number.
        pub line1: String,
        /// Second address line.
        pub line2: String,
        /// Postal code.
        pub postal_code: String,
        /// State or province.
        pub state: String,
    }
}

model! {
    /// A payment method.
    #[doc(alias = "PaymentMethod")]
    pub struct CloudPaymentMethod {
        /// Type of the payment method: `card`.
        #[serde(rename = "type")]
        pub kind: String,
        /// Last four digits of the card number.
        pub last_four: String,
        /// Expiry month of the card.
        pub exp_month: i64,
        /// Expiry year of the card.
        pub exp_year: i64,
        /// Issuer of the card.
        pub card_brand: String,
        /// Name on the card.
        pub name: String,
    }
}

model! {
    /// The installation of a workspace.
    #[doc(alias = "Installation")]
    pub struct CloudInstallation {
        /// The ID.
        pub id: String,
        /// The state.
        pub state: String,
        /// Address ranges that may access the workspace.
        pub allowed_ip_ranges: Vec<AllowedIpRange>,
    }
}

model! {
    /// An address range that may access a workspace.
    #[doc(alias = "AllowedIPRange")]
    pub struct AllowedIpRange {
        /// The range, for example `192.0.2.0/24`.
        pub cidr_block: String,
        /// The description.
        pub description: String,
        /// `true` if the entry is active.
        pub enabled: bool,
        /// ID of the user who added the range.
        pub owner_id: String,
    }
}

impl AllowedIpRange {
    /// Creates an active entry for a range such as `192.0.2.0/24`.
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
    /// Usage limits of a workspace.
    pub struct ProductLimits {
        /// Storage limits.
        pub files: FilesLimits,
        /// Limits of the readable post history.
        pub messages: MessagesLimits,
        /// Team limits.
        pub teams: TeamsLimits,
    }
}

model! {
    /// Storage limits.
    pub struct FilesLimits {
        /// File storage limit in bytes. `None` means unlimited.
        pub total_storage: Option<i64>,
    }
}

model! {
    /// Limits of the readable post history.
    pub struct MessagesLimits {
        /// Number of readable posts. `None` means unlimited.
        pub history: Option<i64>,
    }
}

model! {
    /// Team limits.
    pub struct TeamsLimits {
        /// Number of active teams. `None` means unlimited.
        pub active: Option<i64>,
    }
}

open_enum! {
    /// Billing interval.
    RecurringInterval {
        /// Monthly.
        Monthly = "month",
        /// Yearly.
        Yearly = "year",
    }
}

open_enum! {
    /// Billing scheme.
    BillingScheme {
        /// Flat fee.
        FlatFee = "flat_fee",
        /// Per user.
        PerSeat = "per_seat",
        /// Individual agreement.
        SalesServe = "sales_serve",
    }
}

open_enum! {
    /// Hosting of a product.
    SubscriptionFamily {
        /// Hosted by Mattermost.
        Cloud = "cloud",
        /// Self-hosted.
        OnPrem = "on-prem",
    }
}

model! {
    /// A product.
    #[doc(alias = "Product")]
    pub struct CloudProduct {
        /// The ID.
        pub id: String,
        /// The name.
        pub name: String,
        /// The description of the product.
        pub description: String,
        /// Price per user.
        pub price_per_seat: f64,
        /// Available add-ons.
        pub add_ons: Vec<CloudAddOn>,
        /// The SKU, for example `cloud-professional`.
        pub sku: String,
        /// ID of the price.
        pub price_id: String,
        /// Hosting of the product.
        pub product_family: SubscriptionFamily,
        /// Billing interval.
        pub recurring_interval: RecurringInterval,
        /// Billing scheme.
        pub billing_scheme: BillingScheme,
        /// The product offered as an alternative.
        pub cross_sells_to: String,
    }
}

model! {
    /// An add-on of a product.
    #[doc(alias = "AddOn")]
    pub struct CloudAddOn {
        /// The ID.
        pub id: String,
        /// The name.
        pub name: String,
        /// The display name.
        pub display_name: String,
        /// Price per user.
        pub price_per_seat: f64,
    }
}

model! {
    /// A subscription.
    #[doc(alias = "Subscription")]
    pub struct CloudSubscription {
        /// The ID.
        pub id: String,
        /// ID of the customer.
        pub customer_id: String,
        /// ID of the product.
        pub product_id: String,
        /// The subscribed add-ons.
        pub add_ons: Vec<String>,
        /// Start of the subscription.
        pub start_at: Timestamp,
        /// End of the subscription.
        pub end_at: Timestamp,
        /// Creation time.
        pub create_at: Timestamp,
        /// Number of users.
        pub seats: i64,
        /// The status, for example `active` or `trialing`.
        pub status: String,
        /// Host name of the workspace.
        pub dns: String,
        /// The latest invoice.
        pub last_invoice: Option<CloudInvoice>,
        /// The upcoming invoice.
        pub upcoming_invoice: Option<CloudInvoice>,
        /// `true` during a trial.
        pub is_free_trial: String,
        /// End of the trial.
        pub trial_end_at: Timestamp,
        /// Time since which an invoice is overdue, in seconds since 1970.
        pub delinquent_since: Option<i64>,
        /// Number of users at the start of the subscription.
        pub originally_licensed_seats: i64,
        /// `true` if the subscription is blocked for compliance reasons.
        pub compliance_blocked: String,
        /// Billing type, for example `licensed` or `internal`.
        pub billing_type: String,
        /// Scheduled cancellation, in ms since 1970.
        pub cancel_at: Option<i64>,
        /// `true` if the subscription renews automatically.
        pub will_renew: String,
        /// The simulated time in billing tests.
        pub simulated_current_time_ms: Option<i64>,
        /// `true` for a preview.
        pub is_cloud_preview: bool,
    }
}

model! {
    /// An invoice. All amounts are in cents.
    #[doc(alias = "Invoice")]
    pub struct CloudInvoice {
        /// The ID.
        pub id: String,
        /// The invoice number.
        pub number: String,
        /// Creation time.
        pub create_at: Timestamp,
        /// Total amount.
        pub total: i64,
        /// Tax included in the total.
        pub tax: i64,
        /// The status, for example `paid` or `open`.
        pub status: String,
        /// The description.
        pub description: String,
        /// Start of the billing period.
        pub period_start: Timestamp,
        /// End of the billing period.
        pub period_end: Timestamp,
        /// ID of the subscription.
        pub subscription_id: String,
        /// The invoice items.
        pub line_items: Vec<CloudInvoiceItem>,
        /// The name of the product.
        pub current_product_name: String,
    }
}

model! {
    /// An item of an invoice. All amounts are in cents.
    #[doc(alias = "InvoiceLineItem")]
    pub struct CloudInvoiceItem {
        /// ID of the price.
        pub price_id: String,
        /// Total amount.
        pub total: i64,
        /// The quantity.
        pub quantity: f64,
        /// Price per unit.
        pub price_per_unit: i64,
        /// The description of the item.
        pub description: String,
        /// Type of the item.
        #[serde(rename = "type")]
        pub kind: String,
        /// Additional properties.
        pub metadata: Json,
        /// Start of the billing period.
        pub period_start: Timestamp,
        /// End of the billing period.
        pub period_end: Timestamp,
    }
}

model! {
    /// A translatable text.
    pub struct MessageDescriptor {
        /// The translation key.
        pub id: String,
        /// The English text.
        #[serde(rename = "defaultMessage")]
        pub default_message: String,
        /// Values of placeholders.
        pub values: Json,
    }
}

model! {
    /// A preview page shown to a workspace on trial.
    pub struct PreviewModalContentData {
        /// The product that includes the feature.
        #[serde(rename = "skuLabel")]
        pub sku_label: MessageDescriptor,
        /// The title.
        pub title: MessageDescriptor,
        /// The subtitle.
        pub subtitle: MessageDescriptor,
        /// URL of a video.
        #[serde(rename = "videoUrl")]
        pub video_url: String,
        /// URL of the video's poster image.
        #[serde(rename = "videoPoster")]
        pub video_poster: String,
        /// The intended audience.
        #[serde(rename = "useCase")]
        pub use_case: String,
    }
}

model! {
    /// A notification from the customer portal to a workspace.
    #[doc(alias = "CWSWebhookPayload")]
    pub struct CwsWebhookPayload {
        /// The event, for example `send-admin-welcome-email`.
        pub event: String,
        /// The failed payment.
        pub failed_payment: Option<FailedPayment>,
        /// The owner of the workspace.
        pub cloud_workspace_owner: Option<CloudWorkspaceOwner>,
        /// New usage limits of the workspace.
        pub product_limits: Option<ProductLimits>,
        /// The subscription.
        pub subscription: Option<CloudSubscription>,
        /// End of the trial.
        pub trial_end_time_stamp: i64,
        /// The reminder to send.
        pub delinquency_email: Option<DelinquencyEmailTrigger>,
    }
}

model! {
    /// A failed payment.
    pub struct FailedPayment {
        /// Issuer of the card.
        pub card_brand: String,
        /// Last four digits of the card number.
        pub last_four: String,
        /// The failure message.
        pub failure_message: String,
    }
}

model! {
    /// Owner of the workspace.
    pub struct CloudWorkspaceOwner {
        /// The username.
        pub username: String,
    }
}

model! {
    /// A reminder to send.
    pub struct DelinquencyEmailTrigger {
        /// The email to send: `7`, `14`, ... days after the invoice.
        pub email_to_send: String,
    }
}
