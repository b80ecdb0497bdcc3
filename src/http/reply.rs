//! Answers: status, the server's own errors, and what proxies say instead.

use std::time::Duration;

use zeroize::Zeroizing;

use super::agent::Answer;
use crate::error::{ApiError, Error, ErrorKind, Result, short};
use crate::model::json;
use crate::secret::Secret;

/// As much of an error's body as is read.
const ERROR_LIMIT: u64 = 64 << 10;

/// Passes what can be read on, and turns everything else into an error. Some proxies show what they were sent: the
/// error does not show these secrets.
pub(crate) fn check(answer: Answer, secrets: &[&Secret]) -> Result<Answer> {
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
            let to = short(answer.header("location").unwrap_or("an unnamed place"), 200).into_owned();
            let to = to.split('?').next().unwrap_or_default().to_owned();
            answer.drain();
            Err(Error::new(ErrorKind::Protocol, format!("the server redirects to {to}"))
                .with_status(status)
                .with_hint("redirects are not followed: use the URL that the server redirects to, scheme and path included"))
        }
        _ => Err(refused(answer, secrets)),
    }
}

fn is_page(answer: &Answer) -> bool {
    answer
        .header("content-type")
        .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"))
}

fn is_compressed(answer: &Answer) -> bool {
    answer.header("content-encoding").is_some_and(|how| !matches!(how.trim(), "" | "identity"))
}

fn refused(answer: Answer, secrets: &[&Secret]) -> Error {
    let status = answer.status;
    let page = is_page(&answer);
    let wait = wait_for(&answer);
    let request_id = answer.header("x-request-id").map(str::to_owned);
    let body = answer.read(ERROR_LIMIT).unwrap_or_default();
    let error = refusal(status, page, &body, secrets).with_retry_after(wait);
    match request_id {
        Some(id) => error.with_request_id(&short(&without(&id, secrets), 64)),
        None => error,
    }
}

/// The text without the secrets, as they are and as they stand in JSON.
pub(crate) fn without(text: &str, secrets: &[&Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().map(|secret| secret.expose()).filter(|secret| !secret.is_empty()) {
        let quoted = Zeroizing::new(serde_json::to_string(secret).unwrap_or_default());
        for form in [secret, quoted.trim_matches('"')] {
            if !form.is_empty() && text.contains(form) {
                text = text.replace(form, "***");
            }
        }
    }
    text
}

/// What a body says, if it says anything.
pub(crate) fn refusal(status: u16, page: bool, body: &[u8], secrets: &[&Secret]) -> Error {
    match serde_json::from_slice::<ApiError>(body) {
        Ok(mut api) if !api.id.is_empty() || !api.message.is_empty() => {
            api.message = without(&api.message, secrets);
            api.detailed_error = without(&api.detailed_error, secrets);
            // A short password must not turn an id into another one; plugins put free text there.
            if !api.id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')) {
                api.id = without(&api.id, secrets);
            }
            Error::from_api(status, api)
        }
        _ => {
            let body = without(&String::from_utf8_lossy(body), secrets);
            let message = match body.trim() {
                "" => String::new(),
                _ if page => "a web page, from a proxy or a wrong URL".to_owned(),
                text => short(text, 160).into_owned(),
            };
            Error::new(ErrorKind::Status, message).with_status(status)
        }
    }
}

/// `Retry-After`, else `X-RateLimit-Reset`: seconds both, and sent on limited routes only.
fn wait_for(answer: &Answer) -> Option<Duration> {
    if !matches!(answer.status, 429 | 503) {
        return None;
    }
    let named = |name| answer.header(name).and_then(seconds);
    match named("retry-after") {
        Some(wait) => Some(wait),
        None if answer.status == 429 => Some(named("x-ratelimit-reset").unwrap_or(Duration::from_secs(1))),
        None => None,
    }
}

/// Whole seconds. A date is not understood: Mattermost sends none.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    // A number past a day is no wait but an epoch.
    text.trim().parse().ok().filter(|seconds| *seconds <= 86_400).map(Duration::from_secs)
}

/// Decodes a 2xx body. Some routes begin an array, fail, and append the error to it.
pub(crate) fn decode<T: serde::de::DeserializeOwned>(status: u16, body: &[u8]) -> Result<T> {
    json::decode(body).map_err(|error| match appended(body) {
        Some(api) => Error::from_api(0, api),
        None => error.with_status(status),
    })
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

    #[test]
    fn finds_the_error_behind_a_started_array() {
        let body = br#"[{"id":"x","name":"y"},{"id":"app.channel.get_channels.not_found.app_error","message":"No channels","detailed_error":"","request_id":"r","status_code":404}"#;
        let error = decode::<Vec<serde_json::Value>>(200, body).unwrap_err();
        assert_eq!(error.status(), Some(404));
        assert!(error.is_not_found());
        let error = decode::<Vec<serde_json::Value>>(200, b"[{\"id\":\"x\"}").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }

    #[test]
    fn reads_waits() {
        assert_eq!(seconds(" 3 "), Some(Duration::from_secs(3)));
        for odd in ["", "-1", "1.5", "Wed, 21 Oct 2015 07:28:00 GMT", "1795399964", "99999999999999999999"] {
            assert_eq!(seconds(odd), None, "{odd}");
        }
    }
}
