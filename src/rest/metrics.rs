//! Client performance metrics.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::PerformanceReport;

/// Client performance metrics. Returned by [`Client::metrics`](crate::Client::metrics).
#[derive(Clone, Copy, Debug)]
pub struct Metrics<'c>(pub(crate) &'c HttpClient);

impl Metrics<'_> {
    /// Reports client metrics to the server. The server discards them unless
    /// `MetricsSettings.EnableClientMetrics` is set.
    ///
    /// `POST /client_perf`
    ///
    /// Since server 9.9.
    #[doc(alias = "SubmitPerformanceReport")]
    #[inline]
    pub fn report(&self, report: &PerformanceReport) -> Result<()> {
        self.0.post("/client_perf", &[]).json(report).send()
    }
}
