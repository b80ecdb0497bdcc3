//! Custom profile attributes and other properties.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{Json, PropertyFieldId};

open_enum! {
    /// What a property holds.
    PropertyFieldType {
        /// A text.
        Text = "text",
        /// One of some options.
        Select = "select",
        /// Some of some options.
        Multiselect = "multiselect",
        /// A date.
        Date = "date",
        /// An account.
        User = "user",
        /// Some accounts.
        Multiuser = "multiuser",
    }
}

model! {
    /// A property that things can have.
    pub struct PropertyField {
        /// Its id.
        pub id: PropertyFieldId,
        /// The group of properties that it belongs to.
        pub group_id: String,
        /// Its name.
        pub name: String,
        /// What it holds.
        #[serde(rename = "type")]
        pub kind: PropertyFieldType,
        /// What else is set: options, order.
        pub attrs: Json,
        /// The thing whose things can have it.
        pub target_id: String,
        /// What kind of thing that is.
        pub target_type: String,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
    }
}

impl From<&PropertyField> for PropertyFieldId {
    fn from(from: &PropertyField) -> Self {
        from.id.clone()
    }
}

model! {
    /// A property of one thing.
    pub struct PropertyValue {
        /// Its id.
        pub id: String,
        /// The thing.
        pub target_id: String,
        /// What kind of thing that is: `post`, `user`.
        pub target_type: String,
        /// The group of properties that it belongs to.
        pub group_id: String,
        /// Which property it is.
        pub field_id: PropertyFieldId,
        /// What it holds.
        pub value: Json,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
    }
}

open_enum! {
    /// When an attribute is shown in a profile.
    CpaVisibility {
        /// Never.
        Hidden = "hidden",
        /// When it has a value.
        WhenSet = "when_set",
        /// Always.
        Always = "always",
    }
}

model! {
    /// An attribute that accounts have beside those of the server.
    #[doc(alias = "CPAField")]
    pub struct CpaField {
        /// Its id.
        pub id: PropertyFieldId,
        /// The group of properties that it belongs to.
        pub group_id: String,
        /// What people see.
        pub name: String,
        /// What it holds.
        #[serde(rename = "type")]
        pub kind: PropertyFieldType,
        /// What else is set.
        pub attrs: CpaAttrs,
        /// Empty: all accounts have it.
        pub target_id: String,
        /// Empty: all accounts have it.
        pub target_type: String,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
    }
}

impl From<&CpaField> for PropertyFieldId {
    fn from(from: &CpaField) -> Self {
        from.id.clone()
    }
}

model! {
    /// What is set for an attribute of accounts.
    #[doc(alias = "CPAAttrs")]
    pub struct CpaAttrs {
        /// When it is shown.
        pub visibility: CpaVisibility,
        /// Where it stands among the others, smallest first.
        pub sort_order: f64,
        /// What may be chosen.
        pub options: Vec<CpaSelectOption>,
        /// What a text is: `email`, `url`, `phone`, or empty.
        pub value_type: String,
        /// The attribute of the directory service that it follows.
        pub ldap: String,
        /// The attribute of SAML that it follows.
        pub saml: String,
        /// `admin` if people may not change their own.
        pub managed: String,
        /// Whether only the plugin that made it may change it.
        pub protected: bool,
        /// The plugin that made it.
        pub source_plugin_id: String,
        /// Who may read it: empty, `source_only` or `shared_only`.
        pub access_mode: String,
    }
}

model! {
    /// What may be chosen.
    #[doc(alias = "CustomProfileAttributesSelectOption")]
    pub struct CpaSelectOption {
        /// Its id.
        pub id: String,
        /// What people see.
        pub name: String,
        /// Its colour.
        pub color: String,
    }
}

impl CpaSelectOption {
    /// A new option; the server gives it an id.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// A new attribute of accounts.
#[doc(alias = "CPAField")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CpaFieldDraft {
    /// What people are to see; up to 255 characters.
    pub name: String,
    /// What it is to hold.
    #[serde(rename = "type")]
    pub kind: PropertyFieldType,
    /// What else is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attrs: Option<CpaAttrs>,
}

impl CpaFieldDraft {
    /// With what is required.
    pub fn new(name: impl Into<String>, kind: impl Into<PropertyFieldType>) -> Self {
        Self { name: name.into(), kind: kind.into(), attrs: None }
    }
}

setters! { CpaFieldDraft:
    /// What else is set.
    attrs: CpaAttrs,
}

/// Changes to an attribute of accounts; what is not set stays.
#[doc(alias = "PropertyFieldPatch")]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CpaFieldPatch {
    /// What people are to see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is to hold; another type deletes the values.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<PropertyFieldType>,
    /// What else is set; replaces all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attrs: Option<Json>,
    /// Not used for attributes of accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// Not used for attributes of accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_type: Option<String>,
}

impl CpaFieldPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { CpaFieldPatch:
    /// What people are to see.
    name: String,
    /// What it is to hold; another type deletes the values.
    kind: PropertyFieldType,
    /// What else is set; replaces all of it.
    attrs: Json,
    /// Not used for attributes of accounts.
    target_id: String,
    /// Not used for attributes of accounts.
    target_type: String,
}
