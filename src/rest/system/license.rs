//! The server's licence and edition.

use serde::Deserialize;

use super::System;
use crate::error::Result;
use crate::model::{ClientLicense, GithubReleaseInfo, License, TrialLicenseRequest, UpgradeStatus};
use crate::rest::{Upload, with_file};

impl System<'_> {
    /// Puts a licence in force.
    ///
    /// `POST /license`
    ///
    /// Permission: `manage_license_information`. Since 4.0.
    #[doc(alias = "UploadLicenseFile")]
    pub fn upload_license(&self, license: Upload<'_>) -> Result<License> {
        with_file(self.0.post("/license", &[]), "license", license).fetch()
    }

    /// Takes the licence away: the server goes on as the free edition.
    ///
    /// `DELETE /license`
    ///
    /// Permission: `manage_license_information`. Since 4.0.
    #[doc(alias = "RemoveLicenseFile")]
    pub fn delete_license(&self) -> Result<()> {
        self.0.delete("/license", &[]).ok()
    }

    /// Tells how much of the licence is used: 1,000 times the accounts active this month, by the licensed
    /// ones; 0 without a licence.
    ///
    /// `GET /license/load_metric`
    ///
    /// Since 10.8.
    #[doc(alias = "GetLicenseLoadMetric")]
    pub fn license_load(&self) -> Result<i64> {
        self.0.get("/license/load_metric", &[]).fetch::<Load>().map(|answer| answer.load)
    }

    /// Asks Mattermost for a trial licence and puts it in force. The server has to reach the internet.
    ///
    /// `POST /trial-license`
    ///
    /// Permission: `manage_license_information`. Since 5.25.
    #[doc(alias = "RequestTrialLicense")]
    pub fn request_trial_license(&self, request: &TrialLicenseRequest) -> Result<()> {
        self.0.post("/trial-license", &[]).json(request).ok()
    }

    /// Gets the trial licence that was used before; less of it without `read_license_information`.
    ///
    /// `GET /trial-license/prev`
    ///
    /// Old servers of the Team edition (5.37) close the connection without an answer.
    ///
    /// Since 5.36.
    #[doc(alias = "GetPrevTrialLicense")]
    pub fn previous_trial_license(&self) -> Result<ClientLicense> {
        self.0.get("/trial-license/prev", &[]).fetch()
    }

    /// Begins to replace the program by the Enterprise build; [`upgrade_status`](Self::upgrade_status) tells
    /// how far it is.
    ///
    /// `POST /upgrade_to_enterprise`
    ///
    /// Only the Team build on Linux can do this; 429 if it is that build already, or has begun.
    ///
    /// Permission: `manage_system`. Since 5.27.
    #[doc(alias = "UpgradeToEnterprise")]
    pub fn upgrade_to_enterprise(&self) -> Result<()> {
        self.0.post("/upgrade_to_enterprise", &[]).ok()
    }

    /// Asks whether the server can replace its program; 403 with the reason if not.
    ///
    /// `GET /upgrade_to_enterprise/allowed`
    ///
    /// Permission: `manage_system`.
    #[doc(alias = "IsAllowedToUpgradeToEnterprise")]
    pub fn check_upgrade_allowed(&self) -> Result<()> {
        self.0.get("/upgrade_to_enterprise/allowed", &[]).ok()
    }

    /// Tells how far the replacing of the program is.
    ///
    /// `GET /upgrade_to_enterprise/status`
    ///
    /// Permission: `manage_system`. Since 5.27.
    #[doc(alias = "UpgradeToEnterpriseStatus")]
    pub fn upgrade_status(&self) -> Result<UpgradeStatus> {
        self.0.get("/upgrade_to_enterprise/status", &[]).fetch()
    }

    /// Gets the newest release of Mattermost, as GitHub tells it; 500 if the server cannot reach that.
    ///
    /// `GET /latest_version`
    ///
    /// Permission: `manage_system`.
    pub fn latest_release(&self) -> Result<GithubReleaseInfo> {
        self.0.get("/latest_version", &[]).fetch()
    }
}

#[derive(Deserialize)]
struct Load {
    load: i64,
}
