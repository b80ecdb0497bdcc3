//! Custom profile attributes and other properties.

use crate::Timestamp;
use crate::model::{Json, PropertyFieldId};

open_enum! {
    /// Value type of a property.
    PropertyFieldType {
        /// A string.
        Text = "text",
        /// One of several options.
        Select = "select",
        /// Any of several options.
        Multiselect = "multiselect",
        /// A date.
        Date = "date",
        /// A user.
        User = "user",
        /// Several users.
        Multiuser = "multiuser",
    }
}

model! {
    /// A property definition.
    pub struct PropertyField {
        /// The ID.
        pub id: PropertyFieldId,
        /// ID of the property group.
        pub group_id: String,
        /// The name.
        pub name: String,
        /// The value type.
        #[serde(rename = "type")]
        pub kind: PropertyFieldType,
        /// Additional settings, such as options and order.
        pub attrs: Json,
        /// ID of the object to which the property is scoped.
        pub target_id: String,
        /// Type of the object to which the property is scoped.
        pub target_type: String,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
    }
}

model! {
    /// The value of a property for one object.
    pub struct PropertyValue {
        /// The ID.
        pub id: String,
        /// ID of the object.
        pub target_id: String,
        /// Type of the object: `post` or `user`.
        pub target_type: String,
        /// ID of the property group.
        pub group_id: String,
        /// ID of the property.
        pub field_id: PropertyFieldId,
        /// The value.
        pub value: Json,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
    }
}

open_enum! {
    /// Visibility of an attribute in the profile.
    CpaVisibility {
        /// Never shown.
        Hidden = "hidden",
        /// Shown only if the attribute has a value.
        WhenSet = "when_set",
        /// Always shown.
        Always = "always",
    }
}

model! {
    /// A custom profile attribute.
    #[doc(alias = "CPAField")]
    pub struct CpaField {
        /// The ID.
        pub id: PropertyFieldId,
        /// ID of the property group.
        pub group_id: String,
        /// The display name.
        pub name: String,
        /// The value type.
        #[serde(rename = "type")]
        pub kind: PropertyFieldType,
        /// Additional settings.
        pub attrs: CpaAttrs,
        /// ID of the target. Empty if the attribute applies to all users.
        pub target_id: String,
        /// Type of the target. Empty if the attribute applies to all users.
        pub target_type: String,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
    }
}

model! {
    /// Settings of a custom profile attribute.
    #[doc(alias = "CPAAttrs")]
    pub struct CpaAttrs {
        /// Visibility in the profile.
        pub visibility: CpaVisibility,
        /// Position among the attributes, in ascending order.
        pub sort_order: f64,
        /// Available options.
        pub options: Vec<CpaSelectOption>,
        /// Format of a text attribute: `email`, `url`, `phone`, or empty.
        pub value_type: String,
        /// The synchronized LDAP attribute.
        pub ldap: String,
        /// The synchronized SAML attribute.
        pub saml: String,
        /// `admin` if users cannot change their own value.
        pub managed: String,
        /// `true` if only the plugin that created the attribute may change it.
        pub protected: bool,
        /// ID of the plugin that created the attribute.
        pub source_plugin_id: String,
        /// Read access: empty, `source_only` or `shared_only`.
        pub access_mode: String,
    }
}

model! {
    /// An option of a select attribute.
    #[doc(alias = "CustomProfileAttributesSelectOption")]
    pub struct CpaSelectOption {
        /// The ID.
        pub id: String,
        /// The display name.
        pub name: String,
        /// The color.
        pub color: String,
    }
}

impl CpaSelectOption {
    /// Creates an option. The server assigns its ID.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

input! {
    /// A new custom profile attribute.
    #[doc(alias = "CPAField")]
    pub struct CpaFieldDraft {
        /// The display name, up to 255 characters.
        pub name: String,
        /// Value type.
        #[serde(rename = "type")]
        pub kind: PropertyFieldType,
    }
    optional {
        /// Additional settings.
        attrs: CpaAttrs,
    }
}

input! {
    /// Changes to a custom profile attribute. Unset fields keep their values.
    #[doc(alias = "PropertyFieldPatch")]
    pub struct CpaFieldPatch {}
    optional {
        /// The display name.
        name: String,
        /// Value type. Changing it deletes the values.
        #[serde(rename = "type")]
        kind: PropertyFieldType,
        /// Replaces all additional settings.
        attrs: Json,
        /// Not used by custom profile attributes.
        target_id: String,
        /// Not used by custom profile attributes.
        target_type: String,
    }
}
