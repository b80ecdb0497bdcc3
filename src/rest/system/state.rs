//! The state of the server, and maintenance operations.

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
    /// Gets statistics about the server or a team.
    ///
    /// `GET /analytics/old`
    ///
    /// Required permission: `get_analytics`. Since server 4.0.
    #[doc(alias = "GetAnalyticsOld")]
    #[inline]
    pub fn analytics(&self, query: &AnalyticsQuery) -> Result<Vec<AnalyticsRow>> {
        self.0.get("/analytics/old", &[]).query(query).decode()
    }

    /// Lists one page of the audit log, newest first.
    ///
    /// `GET /audits`
    ///
    /// Required permission: `read_audits`.
    #[doc(alias = "GetAudits")]
    #[inline]
    pub fn list_audits(&self, page: &Page) -> Result<Vec<Audit>> {
        self.0.get("/audits", &[]).query(page).decode()
    }

    /// Iterates over the audit log, fetching 200 per request.
    #[inline]
    pub fn all_audits(&self) -> Pages<'c, Audit> {
        let group = *self;
        pages(move |number| group.list_audits(&Page::full(number)))
    }

    /// Invalidates the caches of the server.
    ///
    /// `POST /caches/invalidate`
    ///
    /// Required permission: `invalidate_caches`.
    #[doc(alias = "InvalidateCaches")]
    #[inline]
    pub fn invalidate_caches(&self) -> Result<()> {
        self.0.post("/caches/invalidate", &[]).send()
    }

    /// Recycles the server's database connections.
    ///
    /// `POST /database/recycle`
    ///
    /// Required permission: `recycle_database_connections`.
    #[doc(alias = "DatabaseRecycle")]
    #[inline]
    pub fn recycle_database(&self) -> Result<()> {
        self.0.post("/database/recycle", &[]).send()
    }

    /// Restarts the server, one second after the response.
    ///
    /// `POST /restart`
    ///
    /// Required permission: `manage_system`. Since server 5.27.
    #[doc(alias = "RestartServer")]
    #[inline]
    pub fn restart(&self) -> Result<()> {
        self.0.post("/restart", &[]).send()
    }

    /// Gets the busy state of the server and its expiry.
    ///
    /// `GET /server_busy`
    ///
    /// Required permission: `manage_system`. Since server 5.20.
    #[doc(alias = "GetServerBusyExpires")]
    #[inline]
    pub fn get_busy(&self) -> Result<ServerBusyState> {
        self.0.get("/server_busy", &[]).decode()
    }

    /// Marks the server as busy, which suspends non-essential features such as typing indicators, statuses
    /// and searches.
    ///
    /// `POST /server_busy`
    ///
    /// `time` must be between one second and one day.
    ///
    /// Required permission: `manage_system`. Since server 5.20.
    #[doc(alias = "SetServerBusy")]
    #[inline]
    pub fn set_busy(&self, time: Duration) -> Result<()> {
        self.0.post("/server_busy", &[]).param("seconds", time.as_secs()).send()
    }

    /// Clears the busy state set by [`set_busy`](Self::set_busy).
    ///
    /// `DELETE /server_busy`
    ///
    /// Required permission: `manage_system`. Since server 5.20.
    #[doc(alias = "ClearServerBusy")]
    #[inline]
    pub fn clear_busy(&self) -> Result<()> {
        self.0.delete("/server_busy", &[]).send()
    }

    /// Downloads the support packet as a zip file: logs, configuration and statistics.
    ///
    /// `GET /system/support_packet`
    ///
    /// The server may take minutes to create it.
    ///
    /// Required permission: `manage_system`. Since server 5.32. Requires a license.
    #[doc(alias = "GenerateSupportPacket")]
    #[inline]
    pub fn support_packet(&self, query: &SupportPacketQuery) -> FileDownload<'c> {
        let call = self.0.get("/system/support_packet", &[]).query(query).with_file_timeout();
        let packets = query.plugin_packets.iter().flatten();
        let call = packets.fold(call, |call, plugin| call.param("plugin_packets", plugin));
        FileDownload::new(call, "GET /system/support_packet")
    }

    /// Lists the applied database migrations.
    ///
    /// `GET /system/schema/version`
    ///
    /// Required permission: any of `sysconsole_read_*`.
    #[inline]
    pub fn list_migrations(&self) -> Result<Vec<AppliedMigration>> {
        self.0.get("/system/schema/version", &[]).decode()
    }

    /// Lists the supported time zones, for example `Europe/Berlin`.
    ///
    /// `GET /system/timezones`
    ///
    /// Since server 3.10.
    #[doc(alias = "GetSupportedTimezone")]
    #[inline]
    pub fn list_timezones(&self) -> Result<Vec<String>> {
        self.0.get("/system/timezones", &[]).decode()
    }

    /// Checks whether the first administrator has completed onboarding. The value is `true` or `false`.
    ///
    /// `GET /system/onboarding/complete`
    ///
    /// Required permission: `manage_system`.
    #[inline]
    pub fn get_onboarding(&self) -> Result<SystemValue> {
        self.0.get("/system/onboarding/complete", &[]).decode()
    }

    /// Completes the onboarding of the first administrator: sets the organization name and installs plugins.
    ///
    /// `POST /system/onboarding/complete`
    ///
    /// Required permission: `manage_system`.
    #[inline]
    pub fn complete_onboarding(&self, request: &CompleteOnboardingRequest) -> Result<()> {
        self.0.post("/system/onboarding/complete", &[]).json(request).send()
    }
}
