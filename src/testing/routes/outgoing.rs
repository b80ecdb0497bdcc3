//! Requests of the server to integrations. They are made while no lock is held.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::{RouteCall, RouteResult};
use crate::testing::state::integrations::Handler;

/// Deadline for the response of an integration, as on the real server.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);
/// Maximum size of the response of an integration, in bytes.
const MAX_RESPONSE: u64 = 1024 * 1024;

/// The User-Agent of requests to integrations.
const USER_AGENT: &str = "Mattermost-Bot/1.1";
/// Characters of a form that are encoded, as by the real server; spaces become plus signs.
const FORM_VALUE: percent_encoding::AsciiSet =
    percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A response of an integration.
#[derive(Debug)]
pub(in crate::testing) struct Reply {
    pub(super) status: u16,
    pub(super) kind: String,
    pub(super) body: Vec<u8>,
}

/// The program, or the closure of the test, that is called.
pub(in crate::testing) enum Target {
    Http { get: bool, url: String, headers: Vec<(&'static str, String)>, body: String },
    Handler(Handler, HashMap<String, String>),
}

/// A request to an integration, and the handler of its response.
pub(super) struct Outgoing {
    pub(super) target: Target,
    pub(super) then: Box<Continuation>,
}

/// The handler of the response, or of the error as a text.
type Continuation = dyn FnOnce(&mut RouteCall<'_>, Result<Reply, String>) -> RouteResult;

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outgoing")
    }
}

impl Target {
    pub(super) fn json(url: &str, body: &Value) -> Self {
        let headers = vec![("Content-Type", "application/json".to_owned())];
        Self::Http { get: false, url: url.to_owned(), headers, body: body.to_string() }
    }

    /// A form without the header of slash commands.
    pub(super) fn unsigned_form(url: &str, fields: &[(&str, String)]) -> Self {
        let mut target = Self::form(false, url, fields, "");
        if let Self::Http { headers, .. } = &mut target {
            headers.retain(|(name, _)| *name != "Authorization");
        }
        target
    }

    pub(super) fn form(get: bool, url: &str, fields: &[(&str, String)], token: &str) -> Self {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, &FORM_VALUE).to_string().replace("%20", "+")
        };
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let pairs = pairs.join("&");
        let mut headers = vec![("Authorization", format!("Token {token}"))];
        if get {
            let separator = if url.contains('?') { '&' } else { '?' };
            return Self::Http { get, url: format!("{url}{separator}{pairs}"), headers, body: String::new() };
        }
        headers.push(("Content-Type", "application/x-www-form-urlencoded".to_owned()));
        Self::Http { get, url: url.to_owned(), headers, body: pairs }
    }

    /// Sends the request. The error is a description.
    pub(in crate::testing) fn send(self) -> Result<Reply, String> {
        let (get, url, headers, body) = match self {
            Self::Handler(handler, fields) => {
                let called = std::panic::AssertUnwindSafe(|| (handler.0)(&fields).to_string());
                let body = std::panic::catch_unwind(called).map_err(|_| "the test's code panicked")?;
                return Ok(Reply { status: 200, kind: "application/json".into(), body: body.into_bytes() });
            }
            Self::Http { get, url, headers, body } => (get, url, headers, body),
        };
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(INTEGRATION_TIMEOUT))
            .user_agent(USER_AGENT)
            .proxy(None)
            .http_status_as_error(false)
            .build()
            .into();
        let sent = if get {
            let mut request = agent.get(&url).header("Accept", "application/json");
            for (name, value) in headers {
                request = request.header(name, value);
            }
            request.call()
        } else {
            let mut request = agent.post(&url).header("Accept", "application/json");
            for (name, value) in headers {
                request = request.header(name, value);
            }
            request.send(body)
        };
        let mut response = sent.map_err(|error| error.to_string())?;
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(MAX_RESPONSE).read_to_vec();
        Ok(Reply { status, kind, body: body.map_err(|error| error.to_string())? })
    }
}
