//! Settings that an account keeps on the server.

use crate::error::Result;
use crate::http::Http;
use crate::model::{Preference, UserId};

/// Preferences, by [`Client::preferences`](crate::Client::preferences).
#[derive(Clone, Copy, Debug)]
pub struct Preferences<'c>(pub(crate) &'c Http);

impl Preferences<'_> {
    /// Lists an account's preferences.
    ///
    /// `GET /users/{user_id}/preferences`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "GetPreferences")]
    pub fn list(&self, user: &UserId) -> Result<Vec<Preference>> {
        self.0.get("/users/{user_id}/preferences", &[user]).fetch()
    }

    /// Lists the preferences of one category; 404 if there is none, or if its name has more than letters, digits and
    /// `_`: such ones can be set, and are only in [`list`](Self::list).
    ///
    /// `GET /users/{user_id}/preferences/{category}`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "GetPreferencesByCategory")]
    pub fn list_by_category(&self, user: &UserId, category: &str) -> Result<Vec<Preference>> {
        self.0.get("/users/{user_id}/preferences/{category}", &[user, &category]).fetch()
    }

    /// Gets one preference; 404 if there is none. As to the category's name see
    /// [`list_by_category`](Self::list_by_category).
    ///
    /// `GET /users/{user_id}/preferences/{category}/name/{preference_name}`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "GetPreferencesByCategoryByName")]
    pub fn get(&self, user: &UserId, category: &str, name: &str) -> Result<Preference> {
        self.0
            .get("/users/{user_id}/preferences/{category}/name/{preference_name}", &[user, &category, &name])
            .fetch()
    }

    /// Saves preferences, up to 100 at once. Each must name the account by its id, not `me`.
    ///
    /// `PUT /users/{user_id}/preferences`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UpdatePreferences")]
    pub fn set(&self, user: &UserId, preferences: &[Preference]) -> Result<()> {
        self.0.put("/users/{user_id}/preferences", &[user]).json(&preferences).ok()
    }

    /// Deletes preferences, up to 100 at once.
    ///
    /// `POST /users/{user_id}/preferences/delete`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "DeletePreferences")]
    pub fn delete(&self, user: &UserId, preferences: &[Preference]) -> Result<()> {
        self.0.post("/users/{user_id}/preferences/delete", &[user]).json(&preferences).ok()
    }
}
