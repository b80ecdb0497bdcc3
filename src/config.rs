//! Addresses and settings, parsed once and before any I/O.

use std::fmt;
use std::time::Duration;

use crate::error::{Error, Result, short};
use crate::secret::Secret;
#[cfg(feature = "native-tls")]
use crate::tls::Tls;

/// Where a server is: scheme, host, port and the path that it is mounted under.
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
    /// Reads what people write: the scheme left out is https, slashes at the end do not count.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if cfg!(unix) {
            if let Some(path) = text.trim().strip_prefix("unix://") {
                return Self::local(path);
            }
        }
        Self::parse_with(text, &[("https", true), ("http", false)])
    }

    fn local(path: &str) -> Result<Self> {
        if !path.starts_with('/') || path.chars().any(char::is_control) {
            return Err(Error::input("a local server is unix:// and the whole path of its socket")
                .with_hint("unix:///var/tmp/mattermost_local.socket by default"));
        }
        let unix = Some(path.into());
        Ok(Self { tls: false, host: "localhost".into(), port: 80, path: String::new(), unix })
    }

    /// The same for a WebSocket URL.
    pub(crate) fn parse_websocket(text: &str) -> Result<Self> {
        Self::parse_with(text, &[("wss", true), ("ws", false), ("https", true), ("http", false)])
    }

    fn parse_with(text: &str, schemes: &[(&str, bool)]) -> Result<Self> {
        const FORM: &str = "as https://chat.example.com, with a port or a path where the server has one";
        let text = text.trim();
        let bad = |why: &str| {
            Error::input(format!("the server's URL {:?} {why}", short(&redacted(text), 120))).with_hint(FORM)
        };
        if text.is_empty() {
            return Err(Error::input("the server's URL is empty").with_hint(FORM));
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(bad("holds spaces or control characters"));
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
            return Err(bad("holds a user name: give credentials to `login` or `token`"));
        }
        let (host, port) = split_port(authority).ok_or_else(|| bad("has no valid host and port"))?;
        let path = path.trim_end_matches('/');
        if path.split('/').any(|part| part == "." || part == "..")
            || path.contains(['\\', '"', '<', '>', '|'])
        {
            return Err(bad("has a path that cannot be sent"));
        }
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { tls, host: host.to_ascii_lowercase(), port, path: encoded(path), unix: None })
    }

    /// `host` or `host:port`, as it stands in a `Host` header.
    pub(crate) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }

    /// The URL, `https://host/sub`.
    pub(crate) fn http(&self) -> String {
        format!("{}://{}{}", if self.tls { "https" } else { "http" }, self.authority(), self.path)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unix {
            Some(path) => write!(f, "unix://{}", path.display()),
            None => f.write_str(&self.http()),
        }
    }
}

/// A URL with what stands before an `@` taken out, for messages.
fn redacted(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, host)) => format!("***@{host}"),
        None => url.to_owned(),
    }
}

/// Splits `host:port`, `[::1]:port` and their forms without a port.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
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
        // `parse` takes a plus too.
        Some(port) if !port.starts_with('+') => Some(port.parse().ok().filter(|port| *port != 0)?),
        Some(_) => return None,
    };
    (!host.is_empty()).then_some((host, port))
}

fn encoded(path: &str) -> String {
    let odd = |byte: u8| !byte.is_ascii() || matches!(byte, b'`' | b'^' | b'{' | b'}');
    let as_sent = |byte: u8| if odd(byte) { format!("%{byte:02X}") } else { char::from(byte).to_string() };
    path.bytes().map(as_sent).collect()
}

/// Which proxy calls and the socket go through.
#[derive(Clone, Debug, Default)]
pub(crate) enum ProxySetting {
    /// As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in either case.
    #[default]
    Environment,
    /// None, whatever the environment says.
    Off,
    /// This one, whatever the environment says.
    Explicit(Proxy),
}

/// How a proxy is talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProxyKind {
    /// Asked to `CONNECT`.
    Http,
    /// SOCKS 5; the proxy resolves the name.
    Socks5,
}

/// A proxy on the way to the server.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    pub(crate) kind: ProxyKind,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: Option<Secret>,
    pub(crate) password: Option<Secret>,
}

impl Proxy {
    /// `http://user:password@host:port`; scheme and credentials may be missing, the port is 80 by default. Or
    /// `socks5://..`, port 1080 by default.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let bad = |why: &str| {
            Error::input(format!("the proxy's URL {:?} {why}", short(&redacted(text), 120)))
                .with_hint("as http://user:password@proxy.example.com:3128, with what is odd percent-encoded")
        };
        let (kind, rest) = match text.trim().split_once("://") {
            None => (ProxyKind::Http, text.trim()),
            Some((scheme, rest)) => match &*scheme.to_ascii_lowercase() {
                "http" => (ProxyKind::Http, rest),
                "socks5" | "socks5h" => (ProxyKind::Socks5, rest),
                _ => return Err(bad("must be http://host:port or socks5://host:port")),
            },
        };
        let rest = rest.trim_end_matches('/');
        let (credentials, authority) = match rest.rsplit_once('@') {
            Some((credentials, authority)) => (Some(credentials), authority),
            None => (None, rest),
        };
        let (host, port) = split_port(authority).ok_or_else(|| bad("has no valid host and port"))?;
        let secret = |part: &str| decoded(part).map(Secret::new).ok_or_else(|| bad("has odd credentials"));
        let (user, password) = match credentials.map(|c| c.split_once(':').unwrap_or((c, ""))) {
            Some((user, password)) => (Some(secret(user)?), Some(secret(password)?)),
            None => (None, None),
        };
        let port = port.unwrap_or(if kind == ProxyKind::Http { 80 } else { 1080 });
        if kind == ProxyKind::Socks5
            && [&user, &password].iter().any(|part| too_long_for_socks(part.as_ref()))
        {
            return Err(bad("has credentials that SOCKS 5 cannot carry: 1 to 255 bytes each"));
        }
        Ok(Self { kind, host: host.to_owned(), port, user, password })
    }
}

fn too_long_for_socks(part: Option<&Secret>) -> bool {
    part.is_some_and(|part| part.is_empty() || part.expose().len() > 255)
}

/// Undoes percent-encoding; refuses line breaks, which would break a header.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let (high, low) = (rest.next()?, rest.next()?);
                let digit = |b: u8| char::from(b).to_digit(16);
                u8::try_from(digit(high)? * 16 + digit(low)?).ok()?
            }
            byte => byte,
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

impl ProxySetting {
    /// The proxy on the way to `target`.
    pub(crate) fn for_target(&self, target: &BaseUrl) -> Result<Option<Proxy>> {
        match self {
            Self::Off => Ok(None),
            Self::Explicit(proxy) => Ok(Some(proxy.clone())),
            Self::Environment => from_environment(target, |name| std::env::var(name).ok()),
        }
    }
}

pub(crate) fn from_environment(
    target: &BaseUrl,
    var: impl Fn(&str) -> Option<String>,
) -> Result<Option<Proxy>> {
    let get = |name: &str| {
        let value = var(name).or_else(|| var(&name.to_ascii_lowercase()));
        value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    let first = get(if target.tls { "HTTPS_PROXY" } else { "HTTP_PROXY" });
    let Some(url) = first.or_else(|| get("ALL_PROXY")) else { return Ok(None) };
    if get("NO_PROXY").is_some_and(|list| excluded(&list, target)) {
        return Ok(None);
    }
    Proxy::parse(&url)
        .map(Some)
        .map_err(|e| e.with_hint("it comes from the environment: HTTPS_PROXY, HTTP_PROXY or ALL_PROXY"))
}

/// `NO_PROXY` as curl reads it: `*`, a host, a domain with or without a leading dot or `*.`, each with a port or not.
pub(crate) fn excluded(list: &str, target: &BaseUrl) -> bool {
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        if entry == "*" {
            return true;
        }
        let plain = entry.trim_start_matches("*.").trim_start_matches('.');
        let bare = plain.trim_start_matches('[').trim_end_matches(']');
        let (name, port) = if bare.parse::<std::net::Ipv6Addr>().is_ok() {
            (bare, None)
        } else {
            split_port(plain).unwrap_or((plain, None))
        };
        let name = name.to_ascii_lowercase();
        let domain =
            target.host.strip_suffix(&name).is_some_and(|front| front.is_empty() || front.ends_with('.'));
        domain && port.is_none_or(|port| port == target.port)
    })
}

/// Everything that a client was built with.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) base: BaseUrl,
    /// Where the socket is, if not under `base`.
    pub(crate) websocket: Option<BaseUrl>,
    pub(crate) proxy: ProxySetting,
    #[cfg(feature = "native-tls")]
    pub(crate) tls: Tls,
    /// One call, retries and waits included.
    pub(crate) timeout: Duration,
    /// Name look-up and connection, each.
    pub(crate) connect_timeout: Duration,
    /// The largest body that is taken into memory.
    pub(crate) body_limit: u64,
    /// The largest body that is decoded.
    pub(crate) json_limit: u64,
    /// The largest head of an answer: of calls, of the upgrade, of a proxy.
    pub(crate) head_limit: usize,
    pub(crate) user_agent: String,
    /// Back-off is multiplied by this; tests set it to a small number.
    pub(crate) backoff_scale: f64,
}

impl Config {
    pub(crate) fn new(base: BaseUrl) -> Self {
        Self {
            base,
            websocket: None,
            proxy: ProxySetting::default(),
            #[cfg(feature = "native-tls")]
            tls: Tls::default(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            body_limit: 64 << 20,
            json_limit: 16 << 20,
            head_limit: 16 << 10,
            user_agent: concat!("mattermost-rs/", env!("CARGO_PKG_VERSION")).to_owned(),
            backoff_scale: 1.0,
        }
    }

    /// The server's socket: host and port to dial, and the path of the upgrade request, without a query.
    pub(crate) fn socket(&self) -> (BaseUrl, String) {
        let base = self.websocket.as_ref().unwrap_or(&self.base).clone();
        // A full URL may be given, as `WebsocketURL` of the server's configuration is without the route.
        let root = base.path.trim_end_matches("/api/v4/websocket");
        let path = format!("{root}/api/v4/websocket");
        (base, path)
    }
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
            (" chat.example.com/a/b ", "https://chat.example.com/a/b"),
            ("http://[::1]:80", "http://[::1]"),
            ("[fe80::1]:8443", "https://[fe80::1]:8443"),
            ("localhost:8065", "https://localhost:8065"),
            ("h/`{ä}^", "https://h/%60%7B%C3%A4%7D%5E"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().http(), http, "{text}");
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
            assert_eq!(local.http(), "http://localhost");
            assert!(BaseUrl::parse("unix://x").is_err() && BaseUrl::parse_websocket("unix:///x").is_err());
        }
    }

    #[test]
    fn finds_the_socket() {
        let mut config = Config::new(BaseUrl::parse("https://h/sub/").unwrap());
        assert_eq!(config.socket().1, "/sub/api/v4/websocket");
        config.websocket = Some(BaseUrl::parse_websocket("wss://other:444/api/v4/websocket").unwrap());
        let (base, path) = config.socket();
        assert_eq!((base.host.as_str(), base.port, path.as_str()), ("other", 444, "/api/v4/websocket"));
    }

    #[test]
    fn proxies_come_from_the_environment() {
        let https = BaseUrl::parse("https://chat.example.com").unwrap();
        let http = BaseUrl::parse("http://chat.example.com:8065").unwrap();
        let find = |target: &BaseUrl, vars: &[(&str, &str)]| {
            let vars: Vec<(String, String)> = vars.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
            from_environment(target, |name| vars.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()))
                .unwrap()
                .map(|proxy| format!("{}:{}", proxy.host, proxy.port))
        };
        assert_eq!(find(&https, &[("https_proxy", "http://p:3128")]).as_deref(), Some("p:3128"));
        assert_eq!(find(&http, &[("HTTPS_PROXY", "http://p:3128")]), None);
        assert_eq!(find(&http, &[("ALL_PROXY", "p")]).as_deref(), Some("p:80"));
        assert_eq!(find(&http, &[("HTTP_PROXY", "a:1"), ("ALL_PROXY", "b:2")]).as_deref(), Some("a:1"));
        for no in [
            "*",
            "example.com",
            ".example.com",
            "*.example.com",
            "x, chat.example.com:8065",
            "CHAT.example.com",
        ] {
            assert_eq!(find(&http, &[("HTTP_PROXY", "a:1"), ("no_proxy", no)]), None, "{no}");
        }
        for no in ["ample.com", "chat.example.com:1", "other"] {
            assert!(find(&http, &[("HTTP_PROXY", "a:1"), ("NO_PROXY", no)]).is_some(), "{no}");
        }
        let proxy = Proxy::parse("http://me:p%40ss@p:1").unwrap();
        assert_eq!(proxy.password.as_ref().unwrap().expose(), "p@ss");
        assert!(!format!("{proxy:?}").contains("p@ss"));
        let socks = Proxy::parse("socks5h://me:hunter2@p").unwrap();
        assert_eq!((socks.kind, socks.port), (ProxyKind::Socks5, 1080));
        for bad in
            ["https://me:hunter2@p:1", "socks4://me:hunter2@p:1", "socks5://me:@p", "http://hunter2@", "x y"]
        {
            let error = Proxy::parse(bad).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
