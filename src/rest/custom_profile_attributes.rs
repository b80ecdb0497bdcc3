//! Custom profile attributes: what accounts have beside what the server knows.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::Result;
use crate::http::Http;
use crate::model::{CpaField, CpaFieldDraft, CpaFieldPatch, Json, PropertyFieldId, UserId};

/// Custom profile attributes: what accounts have beside what the server knows, by
/// [`Client::custom_profile_attributes`](crate::Client::custom_profile_attributes).
///
/// 404 if the server has them off (feature flag `CustomProfileAttributes`), 403 without a licence.
#[derive(Clone, Copy, Debug)]
pub struct CustomProfileAttributes<'c>(pub(crate) &'c Http);

impl CustomProfileAttributes<'_> {
    /// Lists the attributes.
    ///
    /// `GET /custom_profile_attributes/fields`
    ///
    /// Since 10.5. Edition: Enterprise.
    #[doc(alias = "ListAllCPAFields")]
    pub fn list_fields(&self) -> Result<Vec<CpaField>> {
        self.0.get("/custom_profile_attributes/fields", &[]).fetch()
    }

    /// Creates an attribute; 20 at most.
    ///
    /// `POST /custom_profile_attributes/fields`
    ///
    /// Causes `custom_profile_attributes_field_created` events.
    ///
    /// Permission: `manage_system`. Since 10.5. Edition: Enterprise.
    #[doc(alias = "CreateCPAField")]
    pub fn create_field(&self, draft: &CpaFieldDraft) -> Result<CpaField> {
        self.0.post("/custom_profile_attributes/fields", &[]).json(draft).fetch()
    }

    /// Changes an attribute; what is not set stays.
    ///
    /// `PATCH /custom_profile_attributes/fields/{field_id}`
    ///
    /// Causes `custom_profile_attributes_field_updated` events.
    ///
    /// Permission: `manage_system`. Since 10.5. Edition: Enterprise.
    #[doc(alias = "PatchCPAField")]
    pub fn patch_field(&self, field: &PropertyFieldId, patch: &CpaFieldPatch) -> Result<CpaField> {
        self.0.patch("/custom_profile_attributes/fields/{field_id}", &[field]).json(patch).fetch()
    }

    /// Deletes an attribute and its values.
    ///
    /// `DELETE /custom_profile_attributes/fields/{field_id}`
    ///
    /// Causes `custom_profile_attributes_field_deleted` events.
    ///
    /// Permission: `manage_system`. Since 10.5. Edition: Enterprise.
    #[doc(alias = "DeleteCPAField")]
    pub fn delete_field(&self, field: &PropertyFieldId) -> Result<()> {
        self.0.delete("/custom_profile_attributes/fields/{field_id}", &[field]).ok()
    }

    /// Gets the id of the group of properties that the attributes are in.
    ///
    /// `GET /custom_profile_attributes/group`
    ///
    /// Since 10.8. Edition: Enterprise.
    #[doc(alias = "GetCPAGroup")]
    pub fn get_group_id(&self) -> Result<String> {
        self.0.get("/custom_profile_attributes/group", &[]).fetch::<Id>().map(|answer| answer.id)
    }

    /// Lists an account's attributes that have a value.
    ///
    /// `GET /users/{user_id}/custom_profile_attributes`
    ///
    /// Permission: `view_members`. Since 10.5. Edition: Enterprise.
    #[doc(alias = "ListCPAValues")]
    pub fn list_values(&self, user: &UserId) -> Result<BTreeMap<PropertyFieldId, Json>> {
        self.0.get("/users/{user_id}/custom_profile_attributes", &[user]).fetch()
    }

    /// Sets attributes of one's own account; what is not named stays. The values as they are stored.
    ///
    /// `PATCH /custom_profile_attributes/values`
    ///
    /// Causes `custom_profile_attributes_values_updated` events.
    ///
    /// Since 10.5. Edition: Enterprise.
    #[doc(alias = "PatchCPAValues")]
    pub fn patch_values(
        &self,
        values: &BTreeMap<PropertyFieldId, Json>,
    ) -> Result<BTreeMap<PropertyFieldId, Json>> {
        self.0.patch("/custom_profile_attributes/values", &[]).json(values).fetch()
    }

    /// Sets attributes of an account; what is not named stays. The values as they are stored.
    ///
    /// `PATCH /users/{user_id}/custom_profile_attributes`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. For attributes that administrators
    /// manage: `manage_system`. Since 11.0. Edition: Enterprise.
    #[doc(alias = "PatchCPAValuesForUser")]
    pub fn patch_values_of(
        &self,
        user: &UserId,
        values: &BTreeMap<PropertyFieldId, Json>,
    ) -> Result<BTreeMap<PropertyFieldId, Json>> {
        self.0.patch("/users/{user_id}/custom_profile_attributes", &[user]).json(values).fetch()
    }
}

#[derive(Deserialize)]
struct Id {
    id: String,
}
