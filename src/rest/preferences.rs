//! Preferences: settings of a user that are stored on the server.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{Preference, UserId};

/// Preferences. Returned by [`Client::preferences`](crate::Client::preferences).
#[derive(Clone, Copy, Debug)]
pub struct Preferences<'c>(pub(crate) &'c HttpClient);

impl Preferences<'_> {
    /// Lists the preferences of a user.
    ///
    /// `GET /users/{user_id}/preferences`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetPreferences")]
    #[inline]
    pub fn list(&self, user: &UserId) -> Result<Vec<Preference>> {
        self.0.get("/users/{user_id}/preferences", &[user]).decode()
    }

    /// Lists the preferences of one category. Returns 404 if there are none, or if the name contains characters other
    /// than letters, digits and `_`. Such categories can be set, but are only returned by [`list`](Self::list).
    ///
    /// `GET /users/{user_id}/preferences/{category}`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetPreferencesByCategory")]
    #[inline]
    pub fn list_by_category(&self, user: &UserId, category: &str) -> Result<Vec<Preference>> {
        self.0.get("/users/{user_id}/preferences/{category}", &[user, &category]).decode()
    }

    /// Gets one preference. Returns 404 if it is not set. For restrictions on the category name, see
    /// [`list_by_category`](Self::list_by_category).
    ///
    /// `GET /users/{user_id}/preferences/{category}/name/{preference_name}`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetPreferencesByCategoryByName")]
    #[inline]
    pub fn get(&self, user: &UserId, category: &str, name: &str) -> Result<Preference> {
        self.0
            .get("/users/{user_id}/preferences/{category}/name/{preference_name}", &[user, &category, &name])
            .decode()
    }

    /// Saves up to 100 preferences. Each must name the user by ID, not by `me`.
    ///
    /// `PUT /users/{user_id}/preferences`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UpdatePreferences")]
    #[inline]
    pub fn set(&self, user: &UserId, preferences: &[Preference]) -> Result<()> {
        self.0.put("/users/{user_id}/preferences", &[user]).json(&preferences).send()
    }

    /// Deletes up to 100 preferences.
    ///
    /// `POST /users/{user_id}/preferences/delete`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "DeletePreferences")]
    #[inline]
    pub fn delete(&self, user: &UserId, preferences: &[Preference]) -> Result<()> {
        self.0.post("/users/{user_id}/preferences/delete", &[user]).json(&preferences).send()
    }
}
