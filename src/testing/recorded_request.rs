//! Recorded requests.

use serde_json::Value;

use super::http::Request;
use crate::secret::is_secret_name;

/// Maximum number of recorded bytes of a request body.
const MAX_BODY_SIZE: usize = 64 * 1024;

/// A request that the server received. See [`TestServer::requests`](super::TestServer::requests).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    pub(super) number: u64,
    /// The method, for example `GET`.
    pub method: String,
    /// The path, for example `/api/v4/users/me`, percent-encoded.
    pub path: String,
    /// Names and values of the query parameters, decoded. Tokens are replaced by `***`.
    pub query: Vec<(String, String)>,
    /// Names, in lower case, and values of the headers. The values of `authorization` and `cookie` are replaced by `***`.
    pub headers: Vec<(String, String)>,
    /// The first 64 KiB of the body. In a JSON object, passwords and tokens are replaced by `***`.
    pub body: Vec<u8>,
    /// Username of the account that sent the request, according to its token.
    pub user: Option<String>,
    /// The status of the response. 0 until the response is sent.
    pub status: u16,
}

impl RecordedRequest {
    pub(super) fn new(number: u64, request: &Request, user: Option<String>) -> Self {
        let hide = |pairs: &[(String, String)]| {
            pairs
                .iter()
                .map(|(name, value)| {
                    (name.clone(), if is_secret_name(name) { "***".to_owned() } else { value.clone() })
                })
                .collect()
        };
        let mut body = request.body.clone();
        if body.first() == Some(&b'{') {
            if let Ok(Value::Object(mut object)) = serde_json::from_slice(&body) {
                let mut changed = false;
                for (name, value) in &mut object {
                    if is_secret_name(name) {
                        *value = Value::from("***");
                        changed = true;
                    }
                }
                if changed {
                    body = Value::Object(object).to_string().into_bytes();
                }
            }
        }
        body.truncate(MAX_BODY_SIZE);
        Self {
            number,
            method: request.method.clone(),
            path: request.path.clone(),
            query: hide(&request.query),
            headers: hide(&request.headers),
            body,
            user,
            status: 0,
        }
    }

    /// Returns the first header with this name, which must be in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// Returns the body as JSON, or null if it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}
