//! Diagnosis of connection problems.
//!
//! [`ClientBuilder::doctor`] checks each step between a program and its server, even if
//! [`connect`](ClientBuilder::connect) fails. [`Client::doctor`] does the same for a connected client. Nothing is
//! posted. Credentials are sent only to a server that was found to be Mattermost.
//!
//! ```no_run
//! let report = mattermost::Client::builder("chat.example.com").token("...").doctor();
//! println!("{report}");
//! assert!(report.is_healthy());
//! ```

mod account;
pub(crate) mod certificate;
mod probe;

use std::fmt;
use std::time::{Duration, Instant};

use self::certificate::Certificate;
use self::probe::{PingResponse, ProbeRoute};
use super::{Client, ClientBuilder};
use crate::base_url::URL_HINT;
use crate::error::{Error, shorten_text};
use crate::http::HttpClient;
use crate::time::Timestamp;

/// The result of a diagnosis: a list of checks.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The checks, in the order in which they were made.
    pub checks: Vec<Check>,
}

/// A single check.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Check {
    /// The subject: `settings`, `name`, `proxy`, `connection`, `TLS`, `server`, `version`, `clock`, `login`,
    /// `MFA`, `teams`, `stream`, `channel` or `permission`.
    pub name: &'static str,
    /// The outcome.
    pub outcome: Outcome,
    /// The result in words.
    pub finding: String,
    /// The suggested remedy, if there is one.
    pub remedy: Option<String>,
}

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The check passed.
    Ok,
    /// The step works, but may fail at other times or in other environments.
    Warn,
    /// The check failed.
    Fail,
    /// Not checked, because of an earlier failure or because it does not apply.
    Skipped,
}

/// Versions this crate is tested with. Later servers may well work. Earlier ones may lack routes.
const TESTED: ((u32, u32), (u32, u32)) = ((5, 37), (11, 6));
/// A certificate that expires sooner causes a warning.
#[cfg(feature = "native-tls")]
const SOON: Duration = Duration::from_secs(14 * 86_400);
/// Timeout of each call.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);
/// Tolerance: a `Date` header has a resolution of 1 s, and the response took some time.
const CLOCK: Duration = Duration::from_secs(10);

impl Report {
    /// Returns `true` if no check failed. Warnings do not count.
    pub fn is_healthy(&self) -> bool {
        self.failures().next().is_none()
    }

    /// Iterates over the checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.outcome == Outcome::Fail)
    }

    /// Returns the check with this name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }

    fn add_check(&mut self, name: &'static str, outcome: Outcome, finding: String, remedy: Option<String>) {
        self.checks.push(Check { name, outcome, finding, remedy });
    }

    fn add_success(&mut self, name: &'static str, finding: impl Into<String>) {
        self.add_check(name, Outcome::Ok, finding.into(), None);
    }

    fn add_warning(&mut self, name: &'static str, finding: impl Into<String>, remedy: impl Into<String>) {
        self.add_check(name, Outcome::Warn, finding.into(), Some(remedy.into()));
    }

    fn add_failure(&mut self, name: &'static str, finding: impl Into<String>, remedy: impl Into<String>) {
        self.add_check(name, Outcome::Fail, finding.into(), Some(remedy.into()));
    }

    fn add_error(&mut self, name: &'static str, error: &Error) {
        self.add_check(name, Outcome::Fail, error.to_string(), error.hint().map(str::to_owned));
    }

    fn skip_checks(&mut self, names: &[&'static str], why: &str) {
        for name in names {
            self.add_check(name, Outcome::Skipped, why.to_owned(), None);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alike = |one: &Check, other: &Check| {
            one.outcome == Outcome::Skipped
                && other.outcome == Outcome::Skipped
                && one.finding == other.finding
        };
        for group in self.checks.chunk_by(alike) {
            match group {
                [check] => writeln!(f, "{check}")?,
                [first, ..] => {
                    let names: Vec<&str> = group.iter().map(|check| check.name).collect();
                    writeln!(f, "-     {}: {}", names.join(", "), first.finding)?;
                }
                [] => {}
            }
        }
        let failed = self.failures().count();
        match failed {
            0 => write!(f, "No problems found."),
            1 => write!(f, "One problem found."),
            _ => write!(f, "{failed} problems found; the first one may be the cause of the others."),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.outcome {
            Outcome::Ok => "ok",
            Outcome::Warn => "warn",
            Outcome::Fail => "FAIL",
            Outcome::Skipped => "-",
        };
        write!(f, "{mark:<5} {:<11} {}", self.name, self.finding)?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n{:18}-> {remedy}", ""),
            None => Ok(()),
        }
    }
}

impl ClientBuilder {
    /// Diagnoses the connection: checks each step between this program and the server. Takes at most a minute.
    ///
    /// If a login is necessary, its session is ended afterwards. See [`doctor`](crate::doctor).
    pub fn doctor(self) -> Report {
        run_checks(self.build_http(), None, None)
    }

    /// Like [`doctor`](Self::doctor), and also checks whether the account can post in a channel. See
    /// [`Client::channel`].
    pub fn doctor_for(self, team: &str, channel: &str) -> Report {
        run_checks(self.build_http(), None, Some((team, channel)))
    }
}

impl Client {
    /// Diagnoses the connection: checks each step between this program and the server. Takes at most a minute.
    ///
    /// See [`doctor`](crate::doctor).
    pub fn doctor(&self) -> Report {
        run_checks(Ok(self.http.clone()), Some(self), None)
    }

    /// Like [`doctor`](Self::doctor), and also checks whether the account can post in a channel. See
    /// [`Client::channel`].
    pub fn doctor_for(&self, team: &str, channel: &str) -> Report {
        run_checks(Ok(self.http.clone()), Some(self), Some((team, channel)))
    }
}

const AFTER_SETTINGS: [&str; 5] = ["proxy", "name", "connection", "TLS", "server"];
const AFTER_SERVER: [&str; 6] = ["version", "clock", "login", "MFA", "teams", "stream"];

fn run_checks(
    http: crate::Result<HttpClient>,
    client: Option<&Client>,
    place: Option<(&str, &str)>,
) -> Report {
    let mut report = Report::default();
    let http = match http {
        Ok(http) => http.with_timeout(PROBE_TIMEOUT),
        Err(error) => {
            report.add_error("settings", &error);
            report.skip_checks(&AFTER_SETTINGS, "the settings are invalid");
            report.skip_checks(&AFTER_SERVER, "the settings are invalid");
            return report;
        }
    };
    report.add_success("settings", format!("the server is {}", http.config().base));
    if http.config().base.unix.is_some() {
        check_local_mode(&mut report, &http);
        return report;
    }
    match check_server(&mut report, &http) {
        Some(response) => {
            check_version(&mut report, &response);
            check_clock(&mut report, &response);
            account::check_account(&mut report, &http, client, place);
        }
        None => report.skip_checks(&AFTER_SERVER, "the server was not reached"),
    }
    report
}

fn check_local_mode(report: &mut Report, http: &HttpClient) {
    report.skip_checks(&["proxy", "name"], "not needed for a local socket");
    match http.get("/system/ping", &[]).send() {
        Ok(()) => report.add_success("connection", "the server's local mode responds"),
        Err(error) => report.add_error("connection", &error),
    }
    report.skip_checks(&["TLS", "login", "stream"], "not available in local mode");
}

/// Checks each step up to the first response.
fn check_server(report: &mut Report, http: &HttpClient) -> Option<PingResponse> {
    let mut line = match ProbeRoute::new(http.config()) {
        Ok(line) => line,
        Err(error) => {
            report.add_error("proxy", &error);
            report.skip_checks(&["name", "connection", "TLS", "server"], "the proxy setting is invalid");
            return None;
        }
    };
    match &line.proxy {
        None => report.add_success("proxy", format!("none: {}", line.proxy_reason)),
        Some(proxy) => {
            report.add_success("proxy", format!("{}:{}, {}", proxy.host, proxy.port, line.proxy_reason));
        }
    }
    if let Err(error) = line.look_up() {
        report.add_error("name", &error);
        report.skip_checks(&["connection", "TLS", "server"], "the name was not resolved");
        return None;
    }
    let (host, port) = line.dialed_address();
    let found: Vec<String> = line.addresses.iter().take(4).map(|address| address.ip().to_string()).collect();
    report.add_success("name", format!("{host} is {}", found.join(", ")));
    let began = Instant::now();
    match line.connect_through_proxy(began + Duration::from_secs(20)) {
        Ok(_) => {
            report.add_success(
                "connection",
                format!("port {port} responds in {} ms", began.elapsed().as_millis()),
            );
        }
        Err(error) => {
            report.add_error("connection", &error);
            report.skip_checks(&["TLS", "server"], "there is no connection");
            return None;
        }
    }
    if !check_tls(report, &line) {
        report.skip_checks(&["server"], "there is no trusted connection");
        return None;
    }
    let path = format!("{}/api/v4/system/ping", line.config.base.path);
    match line.send_get(&path) {
        Ok(response) if response.is_mattermost() && matches!(response.status, 200 | 500) => {
            if response.status == 200 {
                report.add_success("server", "Mattermost, healthy");
            } else {
                report.add_warning(
                    "server",
                    "Mattermost, but it reports that it is unhealthy",
                    "check the log and the database of the server",
                );
            }
            Some(response)
        }
        Ok(response) => {
            check_other_server(report, &line, &response);
            None
        }
        Err(error) => {
            report.add_error("server", &error);
            None
        }
    }
}

#[cfg(feature = "native-tls")]
fn check_tls(report: &mut Report, line: &ProbeRoute<'_>) -> bool {
    let base = &line.config.base;
    if !base.tls {
        return check_plain(report, line);
    }
    let tls = &line.config.tls;
    let deadline = || Instant::now() + Duration::from_secs(20);
    let handshake =
        line.connect_through_proxy(deadline()).and_then(|timed| tls.connect_tls(&base.host, timed));
    match handshake {
        Ok(stream) => {
            let der = stream.peer_certificate().ok().flatten().and_then(|it| it.to_der().ok());
            let shown = der.as_deref().and_then(certificate::read_certificate);
            let left = shown.as_ref().map(|it| it.not_after.since(Timestamp::now()));
            let finding = shown.as_ref().map_or_else(|| "established".to_owned(), describe_certificate);
            if tls.accepts_anything() {
                report.add_warning(
                    "TLS",
                    format!("{finding}; it was not verified"),
                    "trust the CA with `TlsConfig::add_root` instead",
                );
            } else if left.is_some_and(|left| left < SOON) {
                report.add_warning("TLS", finding, "renew the certificate soon");
            } else {
                report.add_success("TLS", finding);
            }
            true
        }
        Err(error) => {
            // Connected again without verification, to name the certificate. Nothing is sent over this connection.
            let timed = line.connect_through_proxy(deadline()).ok();
            let der = timed.and_then(|timed| tls.peek_certificate(&base.host, timed));
            report.add_error("TLS", &error);
            if let (Some(seen), Some(check)) =
                (der.as_deref().and_then(certificate::read_certificate), report.checks.last_mut())
            {
                check.finding = format!("{}: {}", check.finding, describe_certificate(&seen));
            }
            false
        }
    }
}

#[cfg(not(feature = "native-tls"))]
fn check_tls(report: &mut Report, line: &ProbeRoute<'_>) -> bool {
    check_plain(report, line)
}

fn check_plain(report: &mut Report, line: &ProbeRoute<'_>) -> bool {
    if line.addresses.iter().all(|address| address.ip().is_loopback()) {
        report.skip_checks(&["TLS"], "http, on this machine");
    } else {
        report.add_warning(
            "TLS",
            "http: an attacker on the network can read the token and all messages",
            "use https",
        );
    }
    true
}

#[cfg_attr(not(feature = "native-tls"), expect(dead_code, reason = "there is no certificate without TLS"))]
fn describe_certificate(seen: &Certificate) -> String {
    let names = if seen.names.is_empty() { seen.subject.clone() } else { seen.names.join(", ") };
    let day = |time: Timestamp| time.to_string().chars().take(10).collect::<String>();
    format!(
        "for {names}, issued by {}, from {} to {}",
        seen.issuer,
        day(seen.not_before),
        day(seen.not_after)
    )
}

/// Looks for the Mattermost server one path level up, or at the target of the redirect.
fn check_other_server(report: &mut Report, line: &ProbeRoute<'_>, response: &PingResponse) {
    let base = &line.config.base;
    if let (300..=399, Some(to)) = (response.status, response.header("location")) {
        let to = to.split(['?', '#']).next().unwrap_or_default();
        let to = shorten_text(to.trim_end_matches("/api/v4/system/ping"), 120).into_owned();
        return report.add_failure("server", format!("it redirects to {to}"), format!("use that URL: {to}"));
    }
    let mut path = base.path.as_str();
    while let Some((parent, _)) = path.rsplit_once('/') {
        if line
            .send_get(&format!("{parent}/api/v4/system/ping"))
            .is_ok_and(|response| response.status == 200 && response.is_mattermost())
        {
            let mut found = base.clone();
            parent.clone_into(&mut found.path);
            let finding =
                format!("there is no Mattermost server at {}, but there is one at a parent path", base.path);
            return report.add_failure("server", finding, format!("use {found}"));
        }
        path = parent;
    }
    let what = match response.status {
        200 if response.body.trim_start().starts_with('<') => "a web page".to_owned(),
        status => format!("status {status}"),
    };
    report.add_failure("server", format!("this is not a Mattermost server ({what})"), URL_HINT);
}

fn check_version(report: &mut Report, response: &PingResponse) {
    let text = response.header("x-version-id").unwrap_or_default();
    let mut numbers = text.split('.').map(|part| part.parse::<u32>().ok());
    let (Some(Some(major)), Some(Some(minor))) = (numbers.next(), numbers.next()) else {
        return report.skip_checks(&["version"], "the server did not report it");
    };
    let (oldest, newest) = TESTED;
    if (major, minor) < oldest {
        let finding =
            format!("{major}.{minor} is older than the tested versions (from {}.{} on)", oldest.0, oldest.1);
        report.add_warning(
            "version",
            finding,
            "routes that the server does not have fail with 404: see \"Since\" in the documentation",
        );
    } else if (major, minor) > newest {
        report.add_success("version", format!("{major}.{minor}; tested up to {}.{}", newest.0, newest.1));
    } else {
        report.add_success("version", format!("{major}.{minor}"));
    }
}

fn check_clock(report: &mut Report, response: &PingResponse) {
    match response.header("date").and_then(crate::time::http_date) {
        Some(theirs) => compare_clocks(report, theirs),
        None => report.skip_checks(&["clock"], "the server did not report it"),
    }
}

fn compare_clocks(report: &mut Report, theirs: Timestamp) {
    let ours = Timestamp::now();
    let (apart, which) =
        if ours > theirs { (ours.since(theirs), "ahead of") } else { (theirs.since(ours), "behind") };
    if apart < CLOCK {
        report.add_success("clock", "the same as the server's");
    } else {
        let finding =
            format!("the clock of this machine is {} s {which} that of the server", apart.as_secs());
        report.add_warning(
            "clock",
            finding,
            "synchronize it with NTP: MFA codes, certificates and scheduled posts depend on it",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_aloud() {
        let mut report = Report::default();
        report.add_success("name", "h is 192.0.2.1");
        assert!(report.is_healthy());
        report.add_failure("TLS", "expired", "renew it");
        let text = report.to_string();
        assert!(text.contains("FAIL  TLS         expired\n                  -> renew it\n"), "{text}");
        assert!(text.ends_with("One problem found.") && !report.is_healthy());
    }
}
