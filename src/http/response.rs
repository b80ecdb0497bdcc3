//! Answers: status, the server's own errors, and what proxies say instead.

use std::time::Duration;

use serde::Deserialize;

use super::agent::HttpResponse;
use crate::error::{ApiError, Error, ErrorKind, Result, short};
use crate::secret::{Secret, without};

/// What the C library does not take for a large block.
const MAX_SMALL_BLOCK: usize = 64 << 10;
/// As much of an error's body as is read.
const ERROR_BODY_LIMIT: u64 = 64 << 10;

/// Passes what can be read on, and turns everything else into an error. Some proxies show what they were sent: the
/// error does not show these secrets.
pub(crate) fn check(answer: HttpResponse, secrets: &[&Secret]) -> Result<HttpResponse> {
    let status = answer.status;
    match status {
        200..=299 if is_page(&answer) => {
            answer.drain();
            Err(Error::new(ErrorKind::Protocol, "the answer is a web page, not the API's")
                .with_status(status)
                .with_hint("is the URL right? A server under a sub-path needs the path: https://host/sub"))
        }
        200..=299 if is_compressed(&answer) => {
            answer.drain();
            Err(Error::new(ErrorKind::Protocol, "the answer is compressed, though nobody asked for that")
                .with_status(status)
                .with_hint("a proxy on the way does it: it must heed `Accept-Encoding`"))
        }
        200..=299 | 304 => Ok(answer),
        300..=399 => {
            let error = redirect(status, answer.header("location"), secrets);
            answer.drain();
            Err(error)
        }
        _ => Err(refused(answer, secrets)),
    }
}

fn redirect(status: u16, to: Option<&str>, secrets: &[&Secret]) -> Error {
    let to = without(to.unwrap_or("an unnamed place"), secrets);
    let to = short(to.split('?').next().unwrap_or_default(), 200);
    Error::new(ErrorKind::Protocol, format!("the server redirects to {to}")).with_status(status).with_hint(
        "redirects are not followed: use the URL that the server redirects to, scheme and path included",
    )
}

fn is_page(answer: &HttpResponse) -> bool {
    answer
        .header("content-type")
        .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"))
}

fn is_compressed(answer: &HttpResponse) -> bool {
    answer.header("content-encoding").is_some_and(|how| !matches!(how.trim(), "" | "identity"))
}

fn refused(answer: HttpResponse, secrets: &[&Secret]) -> Error {
    let status = answer.status;
    let page = is_page(&answer);
    let wait = wait_for(status, |name| answer.header(name));
    let request_id = answer.header("x-request-id").map(str::to_owned);
    let body = answer.read(ERROR_BODY_LIMIT).unwrap_or_default();
    let error = refusal(status, page, &body, secrets).with_retry_after(wait);
    match request_id {
        Some(id) => error.with_request_id(&short(&without(&id, secrets), 64)),
        None => error,
    }
}

/// Takes the secrets out of the server's words.
pub(crate) fn hide(api: &mut ApiError, secrets: &[&Secret]) {
    api.message = without(&api.message, secrets);
    api.detailed_error = without(&api.detailed_error, secrets);
    // A short password must not turn an id into another one; plugins put free text there.
    let plain = api.id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'));
    let long = secrets.iter().filter(|secret| !plain || secret.expose().len() >= 20);
    api.id = without(&api.id, &long.copied().collect::<Vec<_>>());
}

/// What a body says, if it says anything.
pub(crate) fn refusal(status: u16, page: bool, body: &[u8], secrets: &[&Secret]) -> Error {
    let api = serde_json::from_slice::<ApiError>(body).ok();
    let api = api.filter(|api| !api.id.is_empty() || !api.message.is_empty()).or_else(|| of_oauth(body));
    if let Some(mut api) = api {
        hide(&mut api, secrets);
        return Error::from_api(status, api);
    }
    let body = without(&String::from_utf8_lossy(body), secrets);
    let message = match body.trim() {
        "" => String::new(),
        _ if page => "a web page, from a proxy or a wrong URL".to_owned(),
        text => short(text, 160).into_owned(),
    };
    Error::new(ErrorKind::Status, message).with_status(status)
}

/// The OAuth routes' own kind of error, as RFC 6749 and RFC 7591 have it.
fn of_oauth(body: &[u8]) -> Option<ApiError> {
    #[derive(Deserialize)]
    struct OAuthError {
        error: String,
        error_description: String,
    }
    let error: OAuthError = serde_json::from_slice(body).ok()?;
    Some(ApiError { id: error.error, message: error.error_description, ..ApiError::default() })
}

/// `Retry-After`, else `X-RateLimit-Reset`: seconds both, and sent on limited routes only.
pub(crate) fn wait_for<'a>(status: u16, header: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    if !matches!(status, 429 | 503) {
        return None;
    }
    let named = |name| header(name).and_then(seconds);
    match named("retry-after") {
        Some(wait) => Some(wait),
        None if status == 429 => Some(named("x-ratelimit-reset").unwrap_or(Duration::from_secs(1))),
        None => None,
    }
}

/// Whole seconds. A date is not understood: Mattermost sends none.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    // `parse` takes a plus too. A number past a day is no wait but an epoch.
    let number = if text.starts_with('+') { None } else { text.parse().ok() };
    number.filter(|seconds| *seconds <= 86_400).map(Duration::from_secs)
}

/// An answer to be decoded.
pub(crate) struct DecodableResponse {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) text: String,
    pub(crate) route: String,
}

impl DecodableResponse {
    pub(super) fn read(answer: HttpResponse, limit: u64) -> Result<Self> {
        let (status, etag) = (answer.status, answer.header("etag").map(str::to_owned));
        Ok(Self { status, etag, text: text(answer.read(limit)?), route: String::new() })
    }

    /// Forgets it. The C library takes a large block that comes back for a sign to keep as much from then on: a catch-up
    /// would cost a program megabytes for ever.
    pub(crate) fn give_back(self) {
        let mut bytes = self.text.into_bytes();
        bytes.truncate(MAX_SMALL_BLOCK);
        bytes.shrink_to_fit();
    }

    /// Says why it cannot be decoded. Some routes begin an array, fail, and append the error to it.
    #[cold]
    pub(crate) fn undecodable(self, error: Error) -> Error {
        let error = match appended(self.text.as_bytes()) {
            Some(api) => Error::from_api(0, api),
            None => error.with_status(self.status),
        };
        error.on_route(self.route)
    }
}

/// What is no UTF-8 is replaced.
pub(crate) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

fn appended(body: &[u8]) -> Option<ApiError> {
    const MARK: &[u8] = b"{\"id\":";
    if body.first() != Some(&b'[') {
        return None;
    }
    let at = body.windows(MARK.len()).rposition(|window| window == MARK)?;
    let mut values = serde_json::Deserializer::from_slice(body.get(at..)?).into_iter::<ApiError>();
    values.next()?.ok().filter(|api| api.status_code >= 400)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::decode_str;

    #[test]
    fn finds_the_error_behind_a_started_array() {
        let decode = |text: &str| {
            let reply = DecodableResponse {
                status: 200,
                etag: None,
                text: text.to_owned(),
                route: "GET /x".to_owned(),
            };
            reply.undecodable(decode_str::<Vec<serde_json::Value>>(text).unwrap_err())
        };
        let body = r#"[{"id":"x","name":"y"},{"id":"app.channel.get_channels.not_found.app_error","message":"No channels","detailed_error":"","request_id":"r","status_code":404}"#;
        let error = decode(body);
        assert_eq!(error.status(), Some(404));
        assert!(error.is_not_found());
        let error = decode("[{\"id\":\"x\"}");
        assert_eq!(error.kind(), ErrorKind::Decode);
    }

    #[test]
    fn no_place_shows_a_token() {
        let token = Secret::new("azjne1wxiirg5ei7ik88qygrgr");
        let error = redirect(302, Some("https://h/azjne1wxiirg5ei7ik88qygrgr?x"), &[&token]);
        assert!(error.to_string().ends_with("redirects to https://h/***"), "{error}");
        let body =
            br#"{"id":"a.azjne1wxiirg5ei7ik88qygrgr.b","detailed_error":"azjne1wxiirg5ei7ik88qygrgr"}"#;
        let api = refusal(400, false, body, &[&token, &Secret::new("a")]).api().cloned().unwrap();
        assert_eq!((&*api.id, &*api.detailed_error), ("a.***.b", "***"));
    }

    #[test]
    fn reads_the_errors_of_oauth() {
        let body = br#"{"error":"invalid_client_metadata","error_description":"redirect_uris is required"}"#;
        let error = refusal(400, false, body, &[]);
        assert_eq!((error.api_id(), error.status()), (Some("invalid_client_metadata"), Some(400)));
        assert!(error.to_string().contains("redirect_uris is required"), "{error}");
        assert_eq!(refusal(502, false, br#"{"error":"bad gateway"}"#, &[]).kind(), ErrorKind::Status);
    }

    #[test]
    fn reads_waits() {
        assert_eq!(seconds(" 3 "), Some(Duration::from_secs(3)));
        for odd in
            ["", "-1", "+1", "1.5", "Wed, 21 Oct 2015 07:28:00 GMT", "1795399964", "99999999999999999999"]
        {
            assert_eq!(seconds(odd), None, "{odd}");
        }
    }
}
