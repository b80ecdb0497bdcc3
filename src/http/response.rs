//! Responses: statuses, errors of the server, and pages of proxies.

use std::time::Duration;

use serde::Deserialize;

use super::Route;
use super::agent::HttpResponse;
use super::retry::{RetryPolicy, unknown_outcome};
use crate::base_url::URL_HINT;
use crate::error::{ApiError, Error, ErrorKind, Result, shorten_text};
use crate::secret::{Secret, remove_secrets};
use crate::time::{Timestamp, http_date};

/// Block size below the threshold at which the C library uses `mmap`.
const MAX_SMALL_BLOCK: usize = 64 << 10;
/// Maximum number of bytes read of an error body.
const ERROR_BODY_LIMIT: u64 = 64 << 10;

/// Returns a successful response, and turns all others into errors. The errors do not contain the secrets, which some
/// proxies repeat.
pub(crate) fn check_status(response: HttpResponse, secrets: &[&Secret]) -> Result<HttpResponse> {
    let status = response.status;
    match status {
        200..=299 if is_page(&response) => {
            response.drain_body();
            Err(Error::new(ErrorKind::Protocol, "the response is a web page, not an API response")
                .with_status(status)
                .with_hint(URL_HINT))
        }
        200..=299 if is_compressed(&response) => {
            response.drain_body();
            Err(Error::new(ErrorKind::Protocol, "the response is compressed, which was not requested")
                .with_status(status)
                .with_hint("configure the proxy in front of the server to respect `Accept-Encoding`"))
        }
        200..=299 | 304 => Ok(response),
        300..=399 => {
            let error = redirect_error(status, response.header("location"), secrets);
            response.drain_body();
            Err(error)
        }
        _ => Err(response_error(response, secrets)),
    }
}

/// The error of a status that is only valid for a conditional or partial request, which the call was not.
///
/// A faulty cache must not turn a request that it did not forward into a success.
pub(super) fn unrequested_error(response: HttpResponse) -> Error {
    let status = response.status;
    response.drain_body();
    let what = if status == 206 { "is a part of the object" } else { "reports that nothing has changed" };
    Error::new(ErrorKind::Protocol, format!("the response {what}, which was not requested"))
        .with_status(status)
        .with_hint("a proxy or a cache in front of the server may have sent it")
}

fn redirect_error(status: u16, to: Option<&str>, secrets: &[&Secret]) -> Error {
    let to = remove_secrets(to.unwrap_or("an unnamed location"), secrets);
    let to = shorten_text(to.split('?').next().unwrap_or_default(), 200);
    Error::new(ErrorKind::Protocol, format!("the server redirects to {to}")).with_status(status).with_hint(
        "redirects are not followed: use the URL that the server redirects to, including scheme and path",
    )
}

fn is_page(response: &HttpResponse) -> bool {
    const HTML: &[u8] = b"text/html";
    response
        .header("content-type")
        .and_then(|kind| kind.trim_start().as_bytes().get(..HTML.len()))
        .is_some_and(|kind| kind.eq_ignore_ascii_case(HTML))
}

fn is_compressed(response: &HttpResponse) -> bool {
    response.header("content-encoding").is_some_and(|how| !matches!(how.trim(), "" | "identity"))
}

fn response_error(response: HttpResponse, secrets: &[&Secret]) -> Error {
    let status = response.status;
    let page = is_page(&response);
    let wait = wait_for(status, |name| response.header(name));
    let request_id = response.header("x-request-id").map(str::to_owned);
    let body = response.read_body(ERROR_BODY_LIMIT).unwrap_or_default();
    let error = status_error(status, page, &body, secrets).with_retry_after(wait);
    match request_id {
        Some(id) => error.with_request_id(&shorten_text(&remove_secrets(&id, secrets), 64)),
        None => error,
    }
}

/// Removes the secrets from an error of the server.
pub(crate) fn hide_secrets(api: &mut ApiError, secrets: &[&Secret]) {
    api.message = remove_secrets(&api.message, secrets);
    api.detailed_error = remove_secrets(&api.detailed_error, secrets);
    // A short password must not alter an ID. Plugins put free text there.
    let plain = api.id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'));
    let long = secrets.iter().filter(|secret| !plain || secret.expose().len() >= 20);
    api.id = remove_secrets(&api.id, &long.copied().collect::<Vec<_>>());
}

/// Creates the error of a response with an error status.
pub(crate) fn status_error(status: u16, page: bool, body: &[u8], secrets: &[&Secret]) -> Error {
    let api = serde_json::from_slice::<ApiError>(body).ok();
    let api = api.filter(|api| !api.id.is_empty() || !api.message.is_empty());
    if let Some(mut api) = api.or_else(|| of_oauth(body)).or_else(|| appended_error(body)) {
        hide_secrets(&mut api, secrets);
        return Error::from_api(status, api);
    }
    let body = remove_secrets(&String::from_utf8_lossy(body), secrets);
    let message = match body.trim() {
        "" => String::new(),
        _ if page => "a web page, from a proxy or a wrong URL".to_owned(),
        text => shorten_text(text, 160).into_owned(),
    };
    Error::new(ErrorKind::Status, message).with_status(status)
}

/// Decodes the errors of OAuth routes (RFC 6749 and RFC 7591).
fn of_oauth(body: &[u8]) -> Option<ApiError> {
    #[derive(Deserialize)]
    struct OAuthError {
        error: String,
        error_description: String,
    }
    let error: OAuthError = serde_json::from_slice(body).ok()?;
    Some(ApiError { id: error.error, message: error.error_description, ..ApiError::default() })
}

/// Headers that contain the time of the next attempt, by precedence.
const WAIT_HEADERS: [&str; 3] = ["retry-after", "x-ratelimit-reset", "ratelimit-reset"];
/// Maximum wait that is accepted from a response.
const MAX_ANNOUNCED_WAIT: Duration = Duration::from_secs(86_400);
/// The wait after a 429 that announces none.
const DEFAULT_RATE_LIMIT_WAIT: Duration = Duration::from_secs(1);
/// Larger numbers are times, in seconds since 1970.
const MIN_EPOCH_SECONDS: f64 = 1e9;

/// Returns the wait that a response requests. Defaults to one second for 429, and to none otherwise.
pub(crate) fn wait_for<'a>(status: u16, header: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    let names = match status {
        429 => WAIT_HEADERS.as_slice(),
        408 | 425 | 500..=599 => WAIT_HEADERS.get(..1)?,
        _ => return None,
    };
    // A date is one of the server's clock, which may differ from that of this machine.
    let now = header("date").and_then(http_date).unwrap_or_else(Timestamp::now);
    let announced = names.iter().find_map(|name| announced_wait(header(name)?, now));
    announced.or_else(|| (status == 429).then_some(DEFAULT_RATE_LIMIT_WAIT))
}

/// Parses the value of a header with the time of the next attempt.
pub(crate) fn retry_after(text: &str) -> Option<Duration> {
    announced_wait(text, Timestamp::now())
}

/// Parses seconds, with or without a fraction, a date (RFC 9110), or seconds since 1970. At most one day.
pub(crate) fn announced_wait(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Some(date) = http_date(text) {
        return Some(date.since(now)).filter(|wait| *wait <= MAX_ANNOUNCED_WAIT);
    }
    // `parse` also accepts signs, exponents and `inf`.
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    if number < MIN_EPOCH_SECONDS {
        return Some(Duration::from_secs_f64(number).min(MAX_ANNOUNCED_WAIT));
    }
    let now = now.since(Timestamp::NEVER).as_secs_f64();
    let wait = Duration::try_from_secs_f64(number - now).ok()?;
    Some(wait).filter(|wait| *wait <= MAX_ANNOUNCED_WAIT)
}

/// A response whose body is to be decoded.
pub(crate) struct DecodableResponse {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) text: String,
    pub(crate) route: Route,
    pub(crate) policy: RetryPolicy,
}

impl DecodableResponse {
    pub(super) fn read_response(
        response: HttpResponse,
        limit: u64,
        route: Route,
        policy: RetryPolicy,
    ) -> Result<Self> {
        let (status, etag) = (response.status, response.header("etag").map(str::to_owned));
        let text = decode_text(response.read_body(limit)?);
        Ok(Self { status, etag, text, route, policy })
    }

    /// A response that was not received.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn from_text(text: String) -> Self {
        let route = Route { method: super::Method::Get, template: "/x" };
        Self { status: 200, etag: None, text, route, policy: RetryPolicy::Idempotent }
    }

    /// Decodes the text.
    pub(super) fn read(self, read: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        match read(&self.text) {
            Ok(()) => {
                self.give_back();
                Ok(())
            }
            Err(error) => Err(self.decode_error(error)),
        }
    }

    /// Frees the text. If a large block is freed as a whole, the C library keeps as much memory from then on: a
    /// catch-up would cost a program megabytes permanently.
    pub(crate) fn give_back(self) {
        let mut bytes = self.text.into_bytes();
        bytes.truncate(MAX_SMALL_BLOCK);
        bytes.shrink_to_fit();
    }

    /// Checks a response that is not decoded for an error.
    pub(crate) fn without_error(self) -> Result<()> {
        match appended_error(self.text.as_bytes()) {
            Some(api) => Err(self.appended_error(api)),
            None => Ok(()),
        }
    }

    /// The error behind a started response. Something may have been carried out before.
    fn appended_error(&self, api: ApiError) -> Error {
        let is_repeatable = self.policy == RetryPolicy::Idempotent;
        Error::from_api(0, api).with_repeatable(is_repeatable).on_route(self.route)
    }

    /// Creates the error of a body that cannot be decoded. Some routes begin a response, fail, and append the error.
    #[cold]
    pub(crate) fn decode_error(self, error: Error) -> Error {
        let error = match appended_error(self.text.as_bytes()) {
            Some(api) => return self.appended_error(api),
            None if self.policy == RetryPolicy::Idempotent => error.with_status(self.status),
            None => unknown_outcome(error.with_status(self.status)),
        };
        error.on_route(self.route)
    }
}

/// Decodes text. Invalid UTF-8 is replaced.
pub(crate) fn decode_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// Returns the error at the end of a body, after the data that was sent before the failure.
fn appended_error(body: &[u8]) -> Option<ApiError> {
    const STATUS: &[u8] = b"\"status_code\"";
    let body = body.trim_ascii_end();
    if body.last() != Some(&b'}') || !body.windows(STATUS.len()).any(|window| window == STATUS) {
        return None;
    }
    // An error is a nearly flat object: the last opening braces are tried first.
    let opened = body.iter().enumerate().rev().filter(|(_, byte)| **byte == b'{').take(MAX_OPENINGS);
    opened
        .filter_map(|(at, _)| serde_json::from_slice::<ApiError>(body.get(at..)?).ok())
        .find(|api| api.status_code >= 400 && !api.id.is_empty())
}

/// Maximum number of objects that are tried as an appended error, which may have parameters.
const MAX_OPENINGS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::decode_str;

    #[test]
    fn finds_the_error_behind_a_started_array() {
        let decode = |text: &str| {
            let reply = DecodableResponse::from_text(text.to_owned());
            reply.decode_error(decode_str::<Vec<serde_json::Value>>(text).unwrap_err())
        };
        let body = r#"[{"id":"x","name":"y"},{"id":"app.channel.get_channels.not_found.app_error","message":"No channels","detailed_error":"","request_id":"r","status_code":404}"#;
        let error = decode(body);
        assert_eq!(error.status(), Some(404));
        assert!(error.is_not_found());
        let error = decode("[{\"id\":\"x\"}");
        assert_eq!(error.kind(), ErrorKind::Decode);
    }

    #[test]
    fn an_error_behind_a_result_is_not_transient_for_calls_that_are_sent_once() {
        let text = r#"{"status":"OK"}{"id":"app.x","message":"x","status_code":503}"#;
        for (policy, is_transient) in [
            (RetryPolicy::Idempotent, true),
            (RetryPolicy::NonIdempotent, false),
            (RetryPolicy::KeyedIdempotent, false),
        ] {
            let response = || DecodableResponse { policy, ..DecodableResponse::from_text(text.to_owned()) };
            assert_eq!(response().without_error().unwrap_err().is_transient(), is_transient, "{policy:?}");
            let error = response().decode_error(Error::new(ErrorKind::Decode, "x"));
            assert_eq!((error.api_id(), error.is_transient()), (Some("app.x"), is_transient), "{policy:?}");
        }
    }

    #[test]
    fn no_place_shows_a_token() {
        let token = Secret::new("azjne1wxiirg5ei7ik88qygrgr");
        let error = redirect_error(302, Some("https://h/azjne1wxiirg5ei7ik88qygrgr?x"), &[&token]);
        assert!(error.to_string().ends_with("redirects to https://h/***"), "{error}");
        let body =
            br#"{"id":"a.azjne1wxiirg5ei7ik88qygrgr.b","detailed_error":"azjne1wxiirg5ei7ik88qygrgr"}"#;
        let api = status_error(400, false, body, &[&token, &Secret::new("a")]).api().cloned().unwrap();
        assert_eq!((&*api.id, &*api.detailed_error), ("a.***.b", "***"));
    }

    #[test]
    fn reads_the_errors_of_oauth() {
        let body = br#"{"error":"invalid_client_metadata","error_description":"redirect_uris is required"}"#;
        let error = status_error(400, false, body, &[]);
        assert_eq!((error.api_id(), error.status()), (Some("invalid_client_metadata"), Some(400)));
        assert!(error.to_string().contains("redirect_uris is required"), "{error}");
        assert_eq!(status_error(502, false, br#"{"error":"bad gateway"}"#, &[]).kind(), ErrorKind::Status);
    }

    #[test]
    fn finds_the_error_behind_any_value() {
        let api = r#"{"id":"api.file.upload_file.too_large","message":"Too large","detailed_error":"","request_id":"r","status_code":413,"params":{"a":1}}"#;
        for before in ["", "null\n", "{\"status\":\"OK\"}", "[", "[{\"id\":\"x\",\"status_code\":1},", "<p>"]
        {
            let error = status_error(500, false, format!("{before}{api}\n").as_bytes(), &[]);
            assert_eq!(error.api_id(), Some("api.file.upload_file.too_large"), "{before}");
        }
        for none in ["{\"status_code\":200,\"id\":\"x\"}", "\"status_code\"}", "{", ""] {
            assert!(appended_error(none.as_bytes()).is_none(), "{none}");
        }
    }

    #[test]
    fn reads_waits() {
        let now = Timestamp::from_millis(1_445_412_478_000);
        let read = |text| announced_wait(text, now).map(|wait| wait.as_millis());
        for (text, millis) in [
            (" 3 ", 3000),
            ("1.5", 1500),
            ("0", 0),
            ("Wed, 21 Oct 2015 07:28:01 GMT", 3000),
            ("Wed, 21 Oct 2015 07:27:00 GMT", 0),
            ("1445412481", 3000),
        ] {
            assert_eq!(read(text), Some(millis), "{text}");
        }
        for odd in [
            "",
            ".",
            "-1",
            "+1",
            "1e3",
            "inf",
            "1.5.5",
            "99999999999999999999",
            "Wed, 21 Oct 2099 07:28:01 GMT",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
        let header = |name: &str| (name == "ratelimit-reset").then_some("7");
        assert_eq!(wait_for(429, header), Some(Duration::from_secs(7)));
        assert_eq!((wait_for(503, header), wait_for(429, |_| None)), (None, Some(Duration::from_secs(1))));
        assert_eq!(
            wait_for(503, |name| (name == "retry-after").then_some("2")),
            Some(Duration::from_secs(2))
        );
        let by_its_clock = |name: &str| match name {
            "date" => Some("Wed, 21 Oct 2015 07:28:00 GMT"),
            "retry-after" => Some("Wed, 21 Oct 2015 07:28:05 GMT"),
            _ => None,
        };
        assert_eq!(wait_for(503, by_its_clock), Some(Duration::from_secs(5)));
    }
}
