//! A request as an HTTP server received it.

use std::fmt;
use std::io::Read;

use super::{AcceptedSecrets, Callback, MAX_BODY_BYTES, parse};
use crate::error::{Error, Result};

/// An HTTP request of the server, neither parsed nor verified.
///
/// ```
/// use mattermost::Secret;
/// use mattermost::integration::{CallbackRequest, CommandRequest};
///
/// let headers = [("content-type", "application/x-www-form-urlencoded")];
/// let body = "token=xr3j5x3p4pfk7kk6ck7b4e6ghh&command=%2Fdeploy&text=web";
/// let request = CallbackRequest::read(headers, body.as_bytes())?;
/// let token = Secret::new("xr3j5x3p4pfk7kk6ck7b4e6ghh");
/// let command: CommandRequest = request.parse(&token)?;
/// assert_eq!(command.text, "web");
/// # Ok::<(), mattermost::Error>(())
/// ```
pub struct CallbackRequest {
    content_type: String,
    body: Vec<u8>,
}

// Not derived: the body contains tokens.
impl fmt::Debug for CallbackRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackRequest").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

impl CallbackRequest {
    /// Reads a request from its headers, as pairs of a name and a value, and its body.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) with a status of 413 if the body exceeds [`MAX_BODY_BYTES`],
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be read.
    pub fn read<N: AsRef<str>, V: AsRef<str>>(
        headers: impl IntoIterator<Item = (N, V)>,
        body: impl Read,
    ) -> Result<Self> {
        let mut headers = headers.into_iter();
        let content_type = headers.find(|(name, _)| name.as_ref().eq_ignore_ascii_case("content-type"));
        let content_type = content_type.map_or_else(String::new, |(_, value)| value.as_ref().to_owned());
        let mut bytes = Vec::new();
        body.take(MAX_BODY_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Error::io("the body of a request could not be read", error))?;
        if bytes.len() > MAX_BODY_BYTES {
            return Err(super::oversized_error());
        }
        Ok(Self { content_type, body: bytes })
    }

    /// Parses and verifies the request, as [`parse`] does.
    ///
    /// # Errors
    /// The same as [`parse`].
    pub fn parse<'s, T: Callback>(&self, secrets: impl Into<AcceptedSecrets<'s>>) -> Result<T> {
        parse(&self.content_type, &self.body, secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integration::{CallbackResponse, CommandRequest};
    use crate::secret::Secret;

    #[test]
    fn reads_the_content_type_and_a_bounded_body() {
        let secret = Secret::new("xr3j5x3p4pfk7kk6ck7b4e6ghh");
        let json = r#"{"token":"xr3j5x3p4pfk7kk6ck7b4e6ghh","text":"web","trigger_id":"x"}"#;
        let headers = [("Accept", "*/*"), ("CONTENT-TYPE", "application/json")];
        let request = CallbackRequest::read(headers, json.as_bytes()).unwrap();
        assert_eq!(request.parse::<CommandRequest>(&secret).unwrap().text, "web");
        assert!(request.parse::<CommandRequest>(&Secret::new("guessed")).unwrap_err().is_forbidden());
        assert!(!format!("{request:?}").contains("xr3j"));
        let form = CallbackRequest::read(headers, &b"token=xr3j5x3p4pfk7kk6ck7b4e6ghh"[..]).unwrap();
        assert!(
            form.parse::<CommandRequest>(&secret).is_err(),
            "it is not the JSON that its header announces"
        );

        let long = std::io::repeat(b'x').take(1 << 40);
        let error = CallbackRequest::read([("", ""); 0], long).unwrap_err();
        assert_eq!(CallbackResponse::from(error).status, 413);
        let exact = std::io::repeat(b'x').take(MAX_BODY_BYTES as u64);
        assert!(CallbackRequest::read([("", ""); 0], exact).is_ok());
    }
}
