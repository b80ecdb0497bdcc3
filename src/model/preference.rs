//! User preferences stored on the server.

use crate::model::UserId;

model! {
    /// A preference: a string value, identified by category and name.
    pub struct Preference {
        /// ID of the user to whom the preference applies.
        pub user_id: UserId,
        /// The category, for example `display_settings`, `direct_channel_show` or `flagged_post`. Custom categories
        /// of up to 32 bytes are allowed.
        pub category: String,
        /// The name, often the ID of the subject, up to 32 bytes.
        pub name: String,
        /// The value, up to 20,000 characters.
        pub value: String,
    }
}

impl Preference {
    /// Creates a preference.
    pub fn new(
        user_id: impl Into<UserId>,
        category: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self { user_id: user_id.into(), category: category.into(), name: name.into(), value: value.into() }
    }
}
