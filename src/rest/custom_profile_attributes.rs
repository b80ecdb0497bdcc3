//! Custom profile attributes: additional profile fields defined by the administrator.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{CpaField, CpaFieldDraft, CpaFieldPatch, Json, PropertyFieldId, UserId};

/// Custom profile attributes: additional profile fields defined by the administrator. Returned by
/// [`Client::custom_profile_attributes`](crate::Client::custom_profile_attributes).
///
/// Returns 404 if the feature flag `CustomProfileAttributes` is off, and 403 without a license.
#[derive(Clone, Copy, Debug)]
pub struct CustomProfileAttributes<'c>(pub(crate) &'c HttpClient);

impl CustomProfileAttributes<'_> {
    /// Lists the attributes.
    ///
    /// `GET /custom_profile_attributes/fields`
    ///
    /// Since server 10.5. Edition: Enterprise.
    #[doc(alias = "ListAllCPAFields")]
    #[inline]
    pub fn list_fields(&self) -> Result<Vec<CpaField>> {
        self.0.get("/custom_profile_attributes/fields", &[]).decode()
    }

    /// Creates an attribute. A server can have at most 20 attributes.
    ///
    /// `POST /custom_profile_attributes/fields`
    ///
    /// Triggers `custom_profile_attributes_field_created` events.
    ///
    /// Required permission: `manage_system`. Since server 10.5. Edition: Enterprise.
    #[doc(alias = "CreateCPAField")]
    #[inline]
    pub fn create_field(&self, draft: &CpaFieldDraft) -> Result<CpaField> {
        self.0.post("/custom_profile_attributes/fields", &[]).json(draft).decode()
    }

    /// Updates an attribute. Unset fields keep their values.
    ///
    /// `PATCH /custom_profile_attributes/fields/{field_id}`
    ///
    /// Triggers `custom_profile_attributes_field_updated` events.
    ///
    /// Required permission: `manage_system`. Since server 10.5. Edition: Enterprise.
    #[doc(alias = "PatchCPAField")]
    #[inline]
    pub fn patch_field(&self, field: &PropertyFieldId, patch: &CpaFieldPatch) -> Result<CpaField> {
        self.0.patch("/custom_profile_attributes/fields/{field_id}", &[field]).json(patch).decode()
    }

    /// Deletes an attribute and its values.
    ///
    /// `DELETE /custom_profile_attributes/fields/{field_id}`
    ///
    /// Triggers `custom_profile_attributes_field_deleted` events.
    ///
    /// Required permission: `manage_system`. Since server 10.5. Edition: Enterprise.
    #[doc(alias = "DeleteCPAField")]
    #[inline]
    pub fn delete_field(&self, field: &PropertyFieldId) -> Result<()> {
        self.0.delete("/custom_profile_attributes/fields/{field_id}", &[field]).send()
    }

    /// Gets the ID of the property group that contains the attributes.
    ///
    /// `GET /custom_profile_attributes/group`
    ///
    /// Since server 10.8. Edition: Enterprise.
    #[doc(alias = "GetCPAGroup")]
    #[inline]
    pub fn get_group_id(&self) -> Result<String> {
        self.0.get("/custom_profile_attributes/group", &[]).decode_member("id")
    }

    /// Gets the attribute values of a user, by attribute. Attributes without a value are omitted.
    ///
    /// `GET /users/{user_id}/custom_profile_attributes`
    ///
    /// Required permission: `view_members`. Since server 10.5. Edition: Enterprise.
    #[doc(alias = "ListCPAValues")]
    #[inline]
    pub fn list_values(&self, user: &UserId) -> Result<BTreeMap<PropertyFieldId, Json>> {
        self.0.get("/users/{user_id}/custom_profile_attributes", &[user]).decode()
    }

    /// Sets attributes of the current account. Attributes that are not listed keep their values. Returns the
    /// stored values.
    ///
    /// `PATCH /custom_profile_attributes/values`
    ///
    /// Triggers `custom_profile_attributes_values_updated` events.
    ///
    /// Since server 10.5. Edition: Enterprise.
    #[doc(alias = "PatchCPAValues")]
    #[inline]
    pub fn patch_values(
        &self,
        values: &BTreeMap<PropertyFieldId, Json>,
    ) -> Result<BTreeMap<PropertyFieldId, Json>> {
        self.0.patch("/custom_profile_attributes/values", &[]).json(values).decode()
    }

    /// Sets attributes of a user. Attributes that are not listed keep their values. Returns the stored values.
    ///
    /// `PATCH /users/{user_id}/custom_profile_attributes`
    ///
    /// For other users, requires the permission `edit_other_users`. Attributes managed by administrators require
    /// `manage_system`. Since server 11.0. Edition: Enterprise.
    #[doc(alias = "PatchCPAValuesForUser")]
    #[inline]
    pub fn patch_values_of(
        &self,
        user: &UserId,
        values: &BTreeMap<PropertyFieldId, Json>,
    ) -> Result<BTreeMap<PropertyFieldId, Json>> {
        self.0.patch("/users/{user_id}/custom_profile_attributes", &[user]).json(values).decode()
    }
}
