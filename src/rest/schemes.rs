//! Permission schemes: roles for some teams or channels.

use crate::error::Result;
use crate::http::Http;
use crate::model::{Channel, Page, Scheme, SchemeDraft, SchemeId, SchemePage, SchemePatch, Team};
use crate::page::{MOST, Pages, pages};

/// Permission schemes: roles for some teams or channels, by [`Client::schemes`](crate::Client::schemes).
///
/// `teams().set_scheme(..)` and `channels().set_scheme(..)` put them in force.
#[derive(Clone, Copy, Debug)]
pub struct Schemes<'c>(pub(crate) &'c Http);

impl<'c> Schemes<'c> {
    /// Lists one page of schemes.
    ///
    /// `GET /schemes`
    ///
    /// Permission: `sysconsole_read_user_management_permissions`. Since 5.0.
    #[doc(alias = "GetSchemes")]
    pub fn list(&self, page: &SchemePage) -> Result<Vec<Scheme>> {
        self.0.get("/schemes", &[]).query(page).fetch()
    }

    /// Goes through all schemes, 200 a call; the paging of `page` does not count.
    pub fn all(&self, page: &SchemePage) -> Pages<'c, Scheme> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MOST)))
    }

    /// Gets a scheme.
    ///
    /// `GET /schemes/{scheme_id}`
    ///
    /// Permission: `sysconsole_read_user_management_permissions`. Since 5.0.
    #[doc(alias = "GetScheme")]
    pub fn get(&self, scheme: &SchemeId) -> Result<Scheme> {
        self.0.get("/schemes/{scheme_id}", &[scheme]).fetch()
    }

    /// Creates a scheme; its roles are copies of those of the whole server.
    ///
    /// `POST /schemes`
    ///
    /// Permission: `sysconsole_write_user_management_permissions`. Since 5.0. Writing needs a licence.
    #[doc(alias = "CreateScheme")]
    pub fn create(&self, draft: &SchemeDraft) -> Result<Scheme> {
        self.0.post("/schemes", &[]).json(draft).fetch()
    }

    /// Changes the name or description of a scheme. What its roles may is changed by `roles().patch(..)`.
    ///
    /// `PUT /schemes/{scheme_id}/patch`
    ///
    /// Permission: `sysconsole_write_user_management_permissions`. Since 5.0. Writing needs a licence.
    #[doc(alias = "PatchScheme")]
    pub fn patch(&self, scheme: &SchemeId, patch: &SchemePatch) -> Result<Scheme> {
        self.0.put("/schemes/{scheme_id}/patch", &[scheme]).json(patch).fetch()
    }

    /// Deletes a scheme; its teams and channels go back to the roles of the whole server.
    ///
    /// `DELETE /schemes/{scheme_id}`
    ///
    /// Permission: `sysconsole_write_user_management_permissions`. Since 5.0. Writing needs a licence.
    #[doc(alias = "DeleteScheme")]
    pub fn delete(&self, scheme: &SchemeId) -> Result<()> {
        self.0.delete("/schemes/{scheme_id}", &[scheme]).ok()
    }

    /// Lists one page of the teams under a scheme.
    ///
    /// `GET /schemes/{scheme_id}/teams`
    ///
    /// Permission: `sysconsole_read_user_management_teams`. Since 5.0.
    #[doc(alias = "GetTeamsForScheme")]
    pub fn list_teams(&self, scheme: &SchemeId, page: &Page) -> Result<Vec<Team>> {
        self.0.get("/schemes/{scheme_id}/teams", &[scheme]).query(page).fetch()
    }

    /// Goes through all teams under a scheme, 200 a call.
    pub fn all_teams(&self, scheme: &SchemeId) -> Pages<'c, Team> {
        let (group, scheme) = (*self, scheme.clone());
        pages(move |number| group.list_teams(&scheme, &Page::full(number)))
    }

    /// Lists one page of the channels under a scheme.
    ///
    /// `GET /schemes/{scheme_id}/channels`
    ///
    /// Permission: `sysconsole_read_user_management_channels`. Since 5.0.
    #[doc(alias = "GetChannelsForScheme")]
    pub fn list_channels(&self, scheme: &SchemeId, page: &Page) -> Result<Vec<Channel>> {
        self.0.get("/schemes/{scheme_id}/channels", &[scheme]).query(page).fetch()
    }

    /// Goes through all channels under a scheme, 200 a call.
    pub fn all_channels(&self, scheme: &SchemeId) -> Pages<'c, Channel> {
        let (group, scheme) = (*self, scheme.clone());
        pages(move |number| group.list_channels(&scheme, &Page::full(number)))
    }
}
