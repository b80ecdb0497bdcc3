//! What an account keeps on the server about itself.

use crate::model::UserId;

model! {
    /// A setting of an account: a text by category and name.
    pub struct Preference {
        /// Whose it is.
        pub user_id: UserId,
        /// As `display_settings`, `direct_channel_show`, `flagged_post`; own ones are allowed, up to 32 bytes.
        pub category: String,
        /// Its name; often the id of what it is about; up to 32 bytes.
        pub name: String,
        /// Its value; up to 20,000 characters.
        pub value: String,
    }
}

impl Preference {
    /// A setting to be saved.
    pub fn new(
        user_id: impl Into<UserId>,
        category: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self { user_id: user_id.into(), category: category.into(), name: name.into(), value: value.into() }
    }
}
