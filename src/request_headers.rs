//! Headers that a program adds to every request to its server.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::error::{Error, Result, shorten_text};
use crate::secret::Secret;

const MAX_VALUE_LENGTH: usize = 8 << 10;
/// The cookie in which the server looks for its token.
const TOKEN_COOKIE: &str = "MMAUTHTOKEN";
/// Headers that frame a request, or that decide how its response is read.
const FRAMING_NAMES: [&str; 10] = [
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// Other headers that this crate sets itself.
const OWN_NAMES: [&str; 2] = ["range", "user-agent"];

/// Rejects the name of a header that only this crate may set.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if FRAMING_NAMES.iter().any(|known| name.trim().eq_ignore_ascii_case(known)) {
        return Err(Error::input(format!("the header {name} is set by this crate")));
    }
    Ok(())
}

/// The headers of [`ClientBuilder::header`](crate::ClientBuilder::header). As secret as the token.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestHeaders {
    /// Names in lower case, without duplicates.
    headers: Vec<(String, Secret)>,
    /// The parts of the values that a proxy may repeat on their own.
    secrets: Vec<Secret>,
}

impl RequestHeaders {
    pub(crate) const fn new() -> Self {
        Self { headers: Vec::new(), secrets: Vec::new() }
    }

    /// Adds a header. Replaces an earlier one of the same name.
    pub(crate) fn set_header(&mut self, name: &str, value: &Secret) -> Result<()> {
        let name = name.trim().to_ascii_lowercase();
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || name.len() > 100 || !name.bytes().all(is_token) {
            return Err(Error::input(format!("{:?} is not a valid header name", shorten_text(&name, 60))));
        }
        check_name(&name)?;
        if OWN_NAMES.contains(&&*name) || name.starts_with("sec-websocket-") {
            return Err(Error::input(format!("the header {name} is set by this crate")));
        }
        let text = value.expose();
        let is_visible = |b: u8| b == b' ' || b.is_ascii_graphic();
        if text.trim().is_empty() || text.len() > MAX_VALUE_LENGTH || !text.bytes().all(is_visible) {
            return Err(Error::input(format!("the value of the header {name} is not visible ASCII text"))
                .with_hint("use 1 to 8192 characters without a line break"));
        }
        let value = Secret::new(text.trim());
        // Of `Bearer abc` and `a=b; c=d`, the parts are as secret as the whole.
        let parts = value.expose().split([' ', ';', '=', ',']).filter(|part| part.len() >= 6);
        self.secrets.extend(parts.map(Secret::new));
        self.secrets.push(value.clone());
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value));
        Ok(())
    }

    /// Adds HTTP basic authentication, as `https://user:password@host` asks for.
    pub(crate) fn set_basic(&mut self, user: &Secret, password: &Secret) -> Result<()> {
        if user.expose().contains(':') {
            return Err(Error::input("the username in the server's URL contains a colon"));
        }
        if self.has_authorization() {
            return Err(Error::input("both the server's URL and a header contain an authorization"));
        }
        let pair = Zeroizing::new(format!("{}:{}", user.expose(), password.expose()));
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(&*pair));
        self.secrets.push(password.clone());
        self.set_header("authorization", &Secret::new(format!("Basic {}", &*encoded)))
    }

    fn has_authorization(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == "authorization")
    }

    /// All headers of a request, the token included.
    ///
    /// The token is in `Authorization`. If the program has set that for something in front of the server, the token is
    /// in a cookie as browsers send it; `X-Requested-With` then shows the server that no other site made the request.
    pub(crate) fn with_token(&self, token: Option<&str>) -> Vec<(&str, Zeroizing<String>)> {
        let mut all: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), Zeroizing::new(value.expose().to_owned())))
            .collect();
        let Some(token) = token else { return all };
        if !self.has_authorization() {
            all.push(("Authorization", Zeroizing::new(format!("Bearer {token}"))));
            return all;
        }
        let cookie = format!("{TOKEN_COOKIE}={token}");
        match all.iter_mut().find(|(name, _)| *name == "cookie") {
            Some((_, cookies)) => cookies.extend(["; ", &cookie]),
            None => all.push(("Cookie", Zeroizing::new(cookie))),
        }
        if !all.iter().any(|(name, _)| *name == "x-requested-with") {
            all.push(("X-Requested-With", Zeroizing::new("XMLHttpRequest".to_owned())));
        }
        all
    }

    /// Iterates over the values, which no error may contain.
    pub(crate) fn secret_values(&self) -> impl Iterator<Item = &Secret> {
        self.secrets.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(headers: &RequestHeaders, token: Option<&str>) -> Vec<String> {
        headers.with_token(token).into_iter().map(|(name, value)| format!("{name}: {}", &*value)).collect()
    }

    #[test]
    fn the_token_gives_way_to_another_authorization() {
        let mut headers = RequestHeaders::default();
        assert_eq!(sent(&headers, Some("t")), ["Authorization: Bearer t"]);
        headers.set_header("X-Gate", &Secret::new("one")).unwrap();
        headers.set_header("x-gate", &Secret::new(" two ")).unwrap();
        assert_eq!(sent(&headers, Some("t")), ["x-gate: two", "Authorization: Bearer t"]);
        headers.set_basic(&"user".into(), &"p\u{e4}ss".into()).unwrap();
        let basic = "authorization: Basic dXNlcjpww6Rzcw==";
        assert_eq!(sent(&headers, None), ["x-gate: two", basic]);
        let expected = ["x-gate: two", basic, "Cookie: MMAUTHTOKEN=t", "X-Requested-With: XMLHttpRequest"];
        assert_eq!(sent(&headers, Some("t")), expected);
        headers.set_header("Cookie", &Secret::new("CF_Authorization=abc")).unwrap();
        assert!(
            sent(&headers, Some("t")).contains(&"cookie: CF_Authorization=abc; MMAUTHTOKEN=t".to_owned())
        );
        assert!(headers.set_basic(&"user".into(), &"other".into()).is_err());
        assert!(!format!("{headers:?}").contains("dXNl"));
    }

    #[test]
    fn what_would_break_a_request_is_refused() {
        let mut headers = RequestHeaders::default();
        for name in ["", "a b", "a:b", "a\r\nb", "Host", "Content-Length", "Sec-WebSocket-Key", "\u{e4}"] {
            assert!(headers.set_header(name, &Secret::new("x")).is_err(), "{name:?}");
        }
        for value in ["", " ", "a\r\nX: y", "a\0", "\u{e4}", &"x".repeat(MAX_VALUE_LENGTH + 1)] {
            let error = headers.set_header("x-gate", &Secret::new(value)).unwrap_err();
            assert!(value.trim().is_empty() || !error.to_string().contains(value), "{error}");
        }
        assert!(headers.set_basic(&"a:b".into(), &"x".into()).is_err());
        assert!(headers.with_token(None).is_empty());
    }
}
