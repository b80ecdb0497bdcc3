//! The license and edition of the server.

use super::System;
use crate::error::Result;
use crate::model::{ClientLicense, GithubReleaseInfo, License, TrialLicenseRequest, UpgradeStatus};
use crate::rest::{Upload, with_file};

impl System<'_> {
    /// Uploads and activates a license.
    ///
    /// `POST /license`
    ///
    /// Required permission: `manage_license_information`. Since server 4.0.
    #[doc(alias = "UploadLicenseFile")]
    #[inline]
    pub fn upload_license(&self, license: Upload<'_>) -> Result<License> {
        with_file(self.0.post("/license", &[]), "license", license).decode()
    }

    /// Removes the license. The server continues as the free edition.
    ///
    /// `DELETE /license`
    ///
    /// Required permission: `manage_license_information`. Since server 4.0.
    #[doc(alias = "RemoveLicenseFile")]
    #[inline]
    pub fn delete_license(&self) -> Result<()> {
        self.0.delete("/license", &[]).send()
    }

    /// Gets the license load: 1,000 times the monthly active users divided by the licensed users. 0 without a
    /// license.
    ///
    /// `GET /license/load_metric`
    ///
    /// Since server 10.8.
    #[doc(alias = "GetLicenseLoadMetric")]
    #[inline]
    pub fn license_load(&self) -> Result<i64> {
        self.0.get("/license/load_metric", &[]).decode_member("load")
    }

    /// Requests a trial license from Mattermost and activates it. The server requires internet access.
    ///
    /// `POST /trial-license`
    ///
    /// Required permission: `manage_license_information`. Since server 5.25.
    #[doc(alias = "RequestTrialLicense")]
    #[inline]
    pub fn request_trial_license(&self, request: &TrialLicenseRequest) -> Result<()> {
        self.0.post("/trial-license", &[]).json(request).send()
    }

    /// Gets the previously used trial license. Contains fewer fields without `read_license_information`.
    ///
    /// `GET /trial-license/prev`
    ///
    /// Servers of the Team edition (5.37) close the connection without a response.
    ///
    /// Since server 5.36.
    #[doc(alias = "GetPrevTrialLicense")]
    #[inline]
    pub fn previous_trial_license(&self) -> Result<ClientLicense> {
        self.0.get("/trial-license/prev", &[]).decode()
    }

    /// Starts the upgrade to the Enterprise build. [`upgrade_status`](Self::upgrade_status) returns the
    /// progress.
    ///
    /// `POST /upgrade_to_enterprise`
    ///
    /// Only available in the Team build on Linux. Returns 429 if the server already runs the Enterprise build
    /// or the upgrade has started.
    ///
    /// Required permission: `manage_system`. Since server 5.27.
    #[doc(alias = "UpgradeToEnterprise")]
    #[inline]
    pub fn upgrade_to_enterprise(&self) -> Result<()> {
        self.0.post("/upgrade_to_enterprise", &[]).send()
    }

    /// Checks whether the server can be upgraded to the Enterprise build. Returns 403 with the reason if not.
    ///
    /// `GET /upgrade_to_enterprise/allowed`
    ///
    /// Required permission: `manage_system`.
    #[doc(alias = "IsAllowedToUpgradeToEnterprise")]
    #[inline]
    pub fn check_upgrade_allowed(&self) -> Result<()> {
        self.0.get("/upgrade_to_enterprise/allowed", &[]).send()
    }

    /// Gets the progress of the upgrade.
    ///
    /// `GET /upgrade_to_enterprise/status`
    ///
    /// Required permission: `manage_system`. Since server 5.27.
    #[doc(alias = "UpgradeToEnterpriseStatus")]
    #[inline]
    pub fn upgrade_status(&self) -> Result<UpgradeStatus> {
        self.0.get("/upgrade_to_enterprise/status", &[]).decode()
    }

    /// Gets the latest Mattermost release from GitHub. Returns 500 if the server cannot reach GitHub.
    ///
    /// `GET /latest_version`
    ///
    /// Required permission: `manage_system`.
    #[inline]
    pub fn latest_release(&self) -> Result<GithubReleaseInfo> {
        self.0.get("/latest_version", &[]).decode()
    }
}
