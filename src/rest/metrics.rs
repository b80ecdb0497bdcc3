//! What clients measure of themselves.

use crate::error::Result;
use crate::http::Http;
use crate::model::PerformanceReport;

/// What clients measure of themselves, by [`Client::metrics`](crate::Client::metrics).
#[derive(Clone, Copy, Debug)]
pub struct Metrics<'c>(pub(crate) &'c Http);

impl Metrics<'_> {
    /// Adds figures to the metrics of the server; dropped if it collects none
    /// (`MetricsSettings.EnableClientMetrics`).
    ///
    /// `POST /client_perf`
    ///
    /// Since 9.9.
    #[doc(alias = "SubmitPerformanceReport")]
    pub fn report(&self, report: &PerformanceReport) -> Result<()> {
        self.0.post("/client_perf", &[]).json(report).ok()
    }
}
