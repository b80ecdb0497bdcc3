//! Permission schemes: roles for some teams or channels.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{Channel, Page, Scheme, SchemeDraft, SchemeId, SchemePage, SchemePatch, Team};
use crate::page::{MAX_PER_PAGE, Pages, pages};

/// Permission schemes: roles for some teams or channels. Returned by
/// [`Client::schemes`](crate::Client::schemes).
///
/// Schemes are applied with `teams().set_scheme(..)` and `channels().set_scheme(..)`.
#[derive(Clone, Copy, Debug)]
pub struct Schemes<'c>(pub(crate) &'c HttpClient);

impl<'c> Schemes<'c> {
    /// Lists one page of schemes.
    ///
    /// `GET /schemes`
    ///
    /// Required permission: `sysconsole_read_user_management_permissions`. Since server 5.0.
    #[doc(alias = "GetSchemes")]
    #[inline]
    pub fn list(&self, page: &SchemePage) -> Result<Vec<Scheme>> {
        self.0.get("/schemes", &[]).query(page).decode()
    }

    /// Iterates over all schemes, fetching 200 per request. The paging fields of `page` are ignored.
    #[inline]
    pub fn all(&self, page: &SchemePage) -> Pages<'c, Scheme> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Gets a scheme.
    ///
    /// `GET /schemes/{scheme_id}`
    ///
    /// Required permission: `sysconsole_read_user_management_permissions`. Since server 5.0.
    #[doc(alias = "GetScheme")]
    #[inline]
    pub fn get(&self, scheme: &SchemeId) -> Result<Scheme> {
        self.0.get("/schemes/{scheme_id}", &[scheme]).decode()
    }

    /// Creates a scheme. Its roles are copies of the system-wide roles.
    ///
    /// `POST /schemes`
    ///
    /// Required permission: `sysconsole_write_user_management_permissions`. Since server 5.0. Requires a license.
    #[doc(alias = "CreateScheme")]
    #[inline]
    pub fn create(&self, draft: &SchemeDraft) -> Result<Scheme> {
        self.0.post("/schemes", &[]).json(draft).decode()
    }

    /// Updates the name or description of a scheme. The permissions of its roles are updated with
    /// `roles().patch(..)`.
    ///
    /// `PUT /schemes/{scheme_id}/patch`
    ///
    /// Required permission: `sysconsole_write_user_management_permissions`. Since server 5.0. Requires a license.
    #[doc(alias = "PatchScheme")]
    #[inline]
    pub fn patch(&self, scheme: &SchemeId, patch: &SchemePatch) -> Result<Scheme> {
        self.0.put("/schemes/{scheme_id}/patch", &[scheme]).json(patch).decode()
    }

    /// Deletes a scheme. Its teams and channels revert to the system-wide roles.
    ///
    /// `DELETE /schemes/{scheme_id}`
    ///
    /// Required permission: `sysconsole_write_user_management_permissions`. Since server 5.0. Requires a license.
    #[doc(alias = "DeleteScheme")]
    #[inline]
    pub fn delete(&self, scheme: &SchemeId) -> Result<()> {
        self.0.delete("/schemes/{scheme_id}", &[scheme]).send()
    }

    /// Lists one page of the teams that use a scheme.
    ///
    /// `GET /schemes/{scheme_id}/teams`
    ///
    /// Required permission: `sysconsole_read_user_management_teams`. Since server 5.0.
    #[doc(alias = "GetTeamsForScheme")]
    #[inline]
    pub fn list_teams(&self, scheme: &SchemeId, page: &Page) -> Result<Vec<Team>> {
        self.0.get("/schemes/{scheme_id}/teams", &[scheme]).query(page).decode()
    }

    /// Iterates over all teams that use a scheme, fetching 200 per request.
    #[inline]
    pub fn all_teams(&self, scheme: &SchemeId) -> Pages<'c, Team> {
        let (group, scheme) = (*self, scheme.clone());
        pages(move |number| group.list_teams(&scheme, &Page::full(number)))
    }

    /// Lists one page of the channels that use a scheme.
    ///
    /// `GET /schemes/{scheme_id}/channels`
    ///
    /// Required permission: `sysconsole_read_user_management_channels`. Since server 5.0.
    #[doc(alias = "GetChannelsForScheme")]
    #[inline]
    pub fn list_channels(&self, scheme: &SchemeId, page: &Page) -> Result<Vec<Channel>> {
        self.0.get("/schemes/{scheme_id}/channels", &[scheme]).query(page).decode()
    }

    /// Iterates over all channels that use a scheme, fetching 200 per request.
    #[inline]
    pub fn all_channels(&self, scheme: &SchemeId) -> Pages<'c, Channel> {
        let (group, scheme) = (*self, scheme.clone());
        pages(move |number| group.list_channels(&scheme, &Page::full(number)))
    }
}
