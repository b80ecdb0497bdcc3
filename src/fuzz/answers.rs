//! Responses to calls.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::{TOKEN, piece_sizes, well_said, within_memory};
use crate::error::{ApiError, Error, ErrorKind};
use crate::http::response::{DecodableResponse, announced_wait, decode_text, status_error, wait_for};
use crate::model::json::decode_str;
use crate::secret::Secret;
use crate::time::{Timestamp, http_date, to_http_date};

pub(super) fn app_error(data: &[u8]) {
    let token = Secret::new(TOKEN);
    for page in [false, true] {
        let error = within_memory((16 << 10) + 24 * data.len(), || status_error(404, page, data, &[&token]));
        assert!(matches!(error.kind(), ErrorKind::Api | ErrorKind::Status), "{error}");
        assert_eq!((error.status(), error.is_not_found()), (Some(404), true));
        assert_eq!(error.api().is_some(), error.kind() == ErrorKind::Api);
        well_said(&error);
        if let Some(api) = error.api() {
            for text in [&api.message, &api.detailed_error] {
                let hidden = text.split("token=").skip(1).all(|rest| rest.starts_with("***"));
                assert!(hidden && !text.contains(TOKEN), "{text}");
            }
            let text = serde_json::to_vec(api).expect("JSON");
            let again: ApiError = serde_json::from_slice(&text).expect("what was written");
            assert_eq!(&again, api);
        }
    }
    // A list that was begun, and then failed.
    match within_memory((16 << 10) + 450 * data.len(), || decode_values(data)) {
        Ok(_) => {}
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::Api | ErrorKind::Decode), "{error}");
            // Bodies of successes show what they hold; secrets are none of it.
            assert!(error.to_string().chars().count() <= 700, "{error}");
            let _ = Error::is_transient(&error);
        }
    }
}

/// As a call does it.
fn decode_values(body: &[u8]) -> crate::Result<Vec<Value>> {
    let reply = DecodableResponse::from_text(decode_text(body.to_vec()));
    decode_str(&reply.text).map_err(|error| reply.decode_error(error))
}

pub(super) fn times(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    let (day, now) = (Duration::from_secs(86_400), Timestamp::now());
    for line in text.lines().take(16) {
        if let Some(wait) = announced_wait(line, now) {
            assert!(wait <= day, "{line:?}");
        }
        for status in [200, 429, 503] {
            for name in ["retry-after", "x-ratelimit-reset"] {
                let wait = wait_for(status, |asked| (asked == name).then_some(line));
                assert!(wait.is_none_or(|wait| wait <= day));
                assert_eq!(
                    wait.is_some(),
                    status == 429
                        || status == 503 && name == "retry-after" && announced_wait(line, now).is_some()
                );
            }
        }
        if let Some(date) = http_date(line) {
            assert!((0..253_402_300_801_000 + 86_400_000).contains(&date.as_millis()), "{line:?} is {date}");
            if date.as_millis() < 253_402_300_800_000 {
                assert_eq!(http_date(&to_http_date(date)), Some(date), "{line:?}");
            }
        }
    }
    // Any number is a point in time, and nothing that is done with it overflows.
    let numbers: Vec<i64> = data
        .chunks_exact(8)
        .take(8)
        .map(|eight| i64::from_ne_bytes(eight.try_into().expect("eight")))
        .collect();
    for pair in numbers.windows(2) {
        let (one, two) = (Timestamp::from_millis(pair[0]), Timestamp::from_millis(pair[1]));
        let _ = (one.to_string(), SystemTime::from(one), Timestamp::from(SystemTime::from(two)));
        let apart = one.since(two);
        assert_eq!(apart.is_zero(), one <= two);
        assert!(one.minus(apart) <= one && one.plus(apart) >= one);
    }
}

pub(super) fn redaction(data: &[u8]) {
    let Some((first, data)) = data.split_first() else { return };
    let [whole, torn] = piece_sizes(data)
        .map(|piece| crate::http::agent::redact_response(data, piece.min(8192), first & 1 == 1));
    assert_eq!(whole, torn);
    let (shown, body) = whole;
    // Only what frames the body is left as it is.
    assert!(shown.len() == data.len() && body.len() <= data.len());
    let mut hidden = 0;
    for (shown, real) in shown.iter().zip(data) {
        assert!(shown == real || matches!(shown, 0 | b'*'), "{shown} for {real}");
        hidden += usize::from(*shown == 0);
    }
    assert!(hidden >= body.len());
}
