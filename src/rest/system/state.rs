//! The state of the server, and what keeps it running.

use std::time::Duration;

use super::System;
use crate::error::Result;
use crate::model::{
    AnalyticsQuery, AnalyticsRow, AppliedMigration, Audit, CompleteOnboardingRequest, Page, ServerBusyState,
    SupportPacketQuery, SystemValue,
};
use crate::page::{Pages, pages};
use crate::rest::FileDownload;

impl<'c> System<'c> {
    /// Gets figures about the server, or about a team.
    ///
    /// `GET /analytics/old`
    ///
    /// Permission: `get_analytics`. Since 4.0.
    #[doc(alias = "GetAnalyticsOld")]
    pub fn analytics(&self, query: &AnalyticsQuery) -> Result<Vec<AnalyticsRow>> {
        self.0.get("/analytics/old", &[]).query(query).fetch()
    }

    /// Lists one page of what accounts did, newest first.
    ///
    /// `GET /audits`
    ///
    /// Permission: `read_audits`.
    #[doc(alias = "GetAudits")]
    pub fn list_audits(&self, page: &Page) -> Result<Vec<Audit>> {
        self.0.get("/audits", &[]).query(page).fetch()
    }

    /// Goes through all that accounts did, 200 a call.
    pub fn all_audits(&self) -> Pages<'c, Audit> {
        let group = *self;
        pages(move |number| group.list_audits(&Page::full(number)))
    }

    /// Empties the server's caches.
    ///
    /// `POST /caches/invalidate`
    ///
    /// Permission: `invalidate_caches`.
    #[doc(alias = "InvalidateCaches")]
    pub fn invalidate_caches(&self) -> Result<()> {
        self.0.post("/caches/invalidate", &[]).ok()
    }

    /// Closes the server's connections to the database and makes new ones.
    ///
    /// `POST /database/recycle`
    ///
    /// Permission: `recycle_database_connections`.
    #[doc(alias = "DatabaseRecycle")]
    pub fn recycle_database(&self) -> Result<()> {
        self.0.post("/database/recycle", &[]).ok()
    }

    /// Restarts the server, a second after its answer.
    ///
    /// `POST /restart`
    ///
    /// Permission: `manage_system`. Since 5.27.
    #[doc(alias = "RestartServer")]
    pub fn restart(&self) -> Result<()> {
        self.0.post("/restart", &[]).ok()
    }

    /// Tells whether the server leaves out what is not urgent, and until when.
    ///
    /// `GET /server_busy`
    ///
    /// Permission: `manage_system`. Since 5.20.
    #[doc(alias = "GetServerBusyExpires")]
    pub fn get_busy(&self) -> Result<ServerBusyState> {
        self.0.get("/server_busy", &[]).fetch()
    }

    /// Makes the server leave out what is not urgent for a while: typing, statuses, searches.
    ///
    /// `POST /server_busy`
    ///
    /// From a second to a day.
    ///
    /// Permission: `manage_system`. Since 5.20.
    #[doc(alias = "SetServerBusy")]
    pub fn set_busy(&self, time: Duration) -> Result<()> {
        self.0.post("/server_busy", &[]).param("seconds", time.as_secs()).ok()
    }

    /// Ends what [`set_busy`](Self::set_busy) began.
    ///
    /// `DELETE /server_busy`
    ///
    /// Permission: `manage_system`. Since 5.20.
    #[doc(alias = "ClearServerBusy")]
    pub fn clear_busy(&self) -> Result<()> {
        self.0.delete("/server_busy", &[]).ok()
    }

    /// Downloads a zip file with what Mattermost's support asks for: logs, configuration, statistics.
    ///
    /// `GET /system/support_packet`
    ///
    /// It may take the server minutes to write it.
    ///
    /// Permission: `manage_system`. Since 5.32. Needs a licence.
    #[doc(alias = "GenerateSupportPacket")]
    pub fn support_packet(&self, query: &SupportPacketQuery) -> FileDownload<'c> {
        let call = self.0.get("/system/support_packet", &[]).query(query).long();
        let packets = query.plugin_packets.iter().flatten();
        let call = packets.fold(call, |call, plugin| call.param("plugin_packets", plugin));
        FileDownload::new(call, "GET /system/support_packet")
    }

    /// Lists the changes to the database that were made.
    ///
    /// `GET /system/schema/version`
    ///
    /// Needs a permission that begins with `sysconsole_read_`.
    pub fn list_migrations(&self) -> Result<Vec<AppliedMigration>> {
        self.0.get("/system/schema/version", &[]).fetch()
    }

    /// Lists the time zones that accounts can choose from, as `Europe/Berlin`.
    ///
    /// `GET /system/timezones`
    ///
    /// Since 3.10.
    #[doc(alias = "GetSupportedTimezone")]
    pub fn list_timezones(&self) -> Result<Vec<String>> {
        self.0.get("/system/timezones", &[]).fetch()
    }

    /// Tells whether the first administrator finished the setting up: its value is `true` or `false`.
    ///
    /// `GET /system/onboarding/complete`
    ///
    /// Permission: `manage_system`.
    pub fn get_onboarding(&self) -> Result<SystemValue> {
        self.0.get("/system/onboarding/complete", &[]).fetch()
    }

    /// Finishes the setting up by the first administrator: names the company and installs plugins.
    ///
    /// `POST /system/onboarding/complete`
    ///
    /// Permission: `manage_system`.
    pub fn complete_onboarding(&self, request: &CompleteOnboardingRequest) -> Result<()> {
        self.0.post("/system/onboarding/complete", &[]).json(request).ok()
    }
}
