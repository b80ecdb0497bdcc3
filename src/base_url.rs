//! The URL of a server, parsed and checked before any I/O.

use std::fmt::{self, Write as _};

use crate::error::{Error, Result, shorten_text};
use crate::percent;
use crate::secret::Secret;

/// Hint of errors that show that the URL is not that of a Mattermost server.
pub(crate) const URL_HINT: &str = "check the URL: it is the address of the server without a team or channel, and with the \
                                   sub-path if the server is below one, as in https://host/sub";

/// The URL of a server: scheme, host, port and path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BaseUrl {
    /// https or wss.
    pub(crate) tls: bool,
    /// Lower case, without brackets.
    pub(crate) host: String,
    /// Always set; 443 or 80 by default.
    pub(crate) port: u16,
    /// Empty, or `/sub/path` without a slash at the end.
    pub(crate) path: String,
    /// The server's local mode: a socket in the file system, and no host.
    pub(crate) unix: Option<std::path::PathBuf>,
}

impl BaseUrl {
    /// Parses a URL as people write it: `https` is the default scheme, and trailing slashes are ignored.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if cfg!(unix) {
            if let Some(path) = text.trim().strip_prefix("unix://") {
                return Self::parse_local(path);
            }
        }
        Self::parse_with(text, &[("https", true), ("http", false)])
    }

    fn parse_local(path: &str) -> Result<Self> {
        if !path.starts_with('/') || path.chars().any(char::is_control) {
            return Err(Error::input(
                "a local server is given as unix:// and the absolute path of its socket",
            )
            .with_hint("unix:///var/tmp/mattermost_local.socket by default"));
        }
        let unix = Some(path.into());
        Ok(Self { tls: false, host: "localhost".into(), port: 80, path: String::new(), unix })
    }

    /// Parses the URL of a WebSocket.
    pub(crate) fn parse_websocket(text: &str) -> Result<Self> {
        Self::parse_with(text, &[("wss", true), ("ws", false), ("https", true), ("http", false)])
    }

    fn parse_with(text: &str, schemes: &[(&str, bool)]) -> Result<Self> {
        const FORM: &str =
            "write it like https://chat.example.com, with a port or a path if the server has one";
        let text = text.trim();
        let bad = |why: &str| {
            Error::input(format!("the server's URL {:?} {why}", shorten_text(&redact_url(text), 120)))
                .with_hint(FORM)
        };
        if text.is_empty() {
            return Err(Error::input("the server's URL is empty").with_hint(FORM));
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(bad("contains spaces or control characters"));
        }
        let (tls, rest) = match text.split_once("://") {
            None => (true, text),
            Some((scheme, rest)) => {
                let known = schemes.iter().find(|(name, _)| scheme.eq_ignore_ascii_case(name));
                let (_, tls) = known.ok_or_else(|| bad("has a scheme that is neither http nor https"))?;
                (*tls, rest)
            }
        };
        if rest.contains(['?', '#']) {
            return Err(bad("has a query or a fragment"));
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(bad("contains a username, which is only allowed in the URL of the server itself"));
        }
        if !authority.is_ascii() {
            return Err(bad("has a host name that is not ASCII")
                .with_hint("use the ASCII form of the name, which begins with `xn--`"));
        }
        if authority.starts_with('[') && authority.contains('%') {
            return Err(bad("has an IPv6 address with a zone, which is not supported")
                .with_hint("use a name or another address of the server"));
        }
        let (host, port) = split_port(authority).ok_or_else(|| bad("has no valid host and port"))?;
        let path = path.trim_end_matches('/');
        // Other programs are configured with the address of the API.
        let path = path.strip_suffix("/api/v4").unwrap_or(path).trim_end_matches('/');
        if path.split('/').any(|part| part == "." || part == "..")
            || path.contains(['\\', '"', '<', '>', '|'])
        {
            return Err(bad("has a path that cannot be sent"));
        }
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { tls, host: host.to_ascii_lowercase(), port, path: encode_path(path), unix: None })
    }

    /// Returns `host` or `host:port`, as in a `Host` header.
    pub(crate) fn host_header(&self) -> String {
        let mut header = String::with_capacity(self.host.len() + ":65535".len());
        self.append_host(&mut header);
        header
    }

    fn append_host(&self, text: &mut String) {
        let is_ipv6 = self.host.contains(':');
        for part in if is_ipv6 { ["[", &self.host, "]"] } else { ["", &self.host, ""] } {
            text.push_str(part);
        }
        if !matches!((self.tls, self.port), (true, 443) | (false, 80)) {
            // Writing to a `String` never fails.
            let _ = write!(text, ":{}", self.port);
        }
    }

    /// Returns the URL, for example `https://host/sub`.
    pub(crate) fn http_url(&self) -> String {
        self.http_url_of("")
    }

    /// Returns the URL of a path that begins with a slash.
    pub(crate) fn http_url_of(&self, path: &str) -> String {
        let size = "https://[]:65535".len() + self.host.len() + self.path.len() + path.len();
        let mut url = String::with_capacity(size);
        url.push_str(if self.tls { "https://" } else { "http://" });
        self.append_host(&mut url);
        url.push_str(&self.path);
        url.push_str(path);
        url
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unix {
            Some(path) => write!(f, "unix://{}", path.display()),
            None => f.write_str(&self.http_url()),
        }
    }
}

/// Separates `user:password@` from a URL.
pub(crate) fn split_credentials(url: &str) -> Result<(String, Option<(Secret, Secret)>)> {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let Some((credentials, host)) = authority.rsplit_once('@') else { return Ok((url.to_owned(), None)) };
    let bad = || {
        Error::input(format!(
            "the server's URL {:?} has no usable credentials",
            shorten_text(&redact_url(url), 120)
        ))
        .with_hint(
            "use https://user:password@host, percent-encoded, for HTTP basic authentication in front of the \
                 server; pass those of the account to `login` or `token`",
        )
    };
    let (user, password) = credentials.split_once(':').ok_or_else(bad)?;
    let user = decode_credential(user).filter(|user| !user.is_empty()).ok_or_else(bad)?;
    let password = decode_credential(password).ok_or_else(bad)?;
    Ok((format!("{scheme}{host}{path}"), Some((user, password))))
}

/// Returns a URL without the part before an `@`, for messages.
pub(crate) fn redact_url(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, host)) => format!("***@{host}"),
        None => url.to_owned(),
    }
}

/// Splits `host:port`, `[::1]:port` and their forms without a port.
pub(crate) fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
    } else {
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if host.len() > 253 || !host.chars().all(allowed) {
            return None;
        }
        (host, port)
    };
    let port = match port {
        None | Some("") => None,
        // `parse` also accepts a plus sign.
        Some(port) if !port.starts_with('+') => Some(port.parse().ok().filter(|port| *port != 0)?),
        Some(_) => return None,
    };
    (!host.is_empty()).then_some((host, port))
}

fn encode_path(path: &str) -> String {
    let odd = |byte: u8| !byte.is_ascii() || matches!(byte, b'`' | b'^' | b'{' | b'}');
    let as_sent = |byte: u8| if odd(byte) { format!("%{byte:02X}") } else { char::from(byte).to_string() };
    path.bytes().map(as_sent).collect()
}

/// Decodes percent-encoding. Returns `None` for control characters, since a line break would end a header.
pub(crate) fn decode_credential(text: &str) -> Option<Secret> {
    percent::decode(text).filter(|text| !text.chars().any(char::is_control)).map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, http) in [
            ("chat.example.com", "https://chat.example.com"),
            ("https://chat.example.com///", "https://chat.example.com"),
            ("HTTP://Chat.Example.com:8065/", "http://chat.example.com:8065"),
            ("https://h:443/sub/", "https://h/sub"),
            ("https://h/api/v4/", "https://h"),
            ("https://h/sub//api/v4", "https://h/sub"),
            (" chat.example.com/a/b ", "https://chat.example.com/a/b"),
            ("http://[::1]:80", "http://[::1]"),
            ("[fe80::1]:8443", "https://[fe80::1]:8443"),
            ("localhost:8065", "https://localhost:8065"),
            ("h/`{ä}^", "https://h/%60%7B%C3%A4%7D%5E"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().http_url(), http, "{text}");
        }
        for text in [
            "",
            "  ",
            "ftp://h",
            "https://",
            "http://:80",
            "h:0",
            "h:99999",
            "h:x",
            "h:+80",
            "a b",
            "h\r\nX: y",
            "https://user:pass@h",
            "h?x",
            "h#x",
            "h/../x",
            "[::g]",
            "ch\u{e4}t.example.com",
            "http://[fe80::1%25eth0]:8065",
            "http://[::1",
            "ws://h",
        ] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Input, "{text}");
            assert!(!error.to_string().contains("pass"), "{error}");
        }
        assert!(!BaseUrl::parse_websocket("ws://h:1/x").unwrap().tls);
        #[cfg(unix)]
        {
            let local = BaseUrl::parse("unix:///var/tmp/x.socket").unwrap();
            assert_eq!(local.to_string(), "unix:///var/tmp/x.socket");
            assert_eq!(local.http_url(), "http://localhost");
            assert!(BaseUrl::parse("unix://x").is_err() && BaseUrl::parse_websocket("unix:///x").is_err());
        }
    }
}
