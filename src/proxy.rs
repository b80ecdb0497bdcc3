//! Proxy settings: explicit ones, and those of the environment.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::base_url::{BaseUrl, decode_credential, redact_url, split_port};
use crate::error::{Error, Result, shorten_text};
use crate::secret::Secret;

/// The proxy for calls and streams.
#[derive(Clone, Debug, Default)]
pub(crate) enum ProxySetting {
    /// As set by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either case.
    #[default]
    Environment,
    /// No proxy; the environment is ignored.
    Off,
    /// This proxy; the environment is ignored.
    Explicit(Proxy),
}

/// The protocol of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProxyKind {
    /// HTTP with `CONNECT`.
    Http,
    /// SOCKS 5; the proxy resolves names.
    Socks5,
}

/// A proxy in front of the server.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    pub(crate) kind: ProxyKind,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: Option<Secret>,
    pub(crate) password: Option<Secret>,
}

/// The proxy for a server, and the reason for it.
#[derive(Clone, Debug)]
pub(crate) struct ProxyChoice {
    pub(crate) proxy: Option<Proxy>,
    /// A text for people: `set by HTTPS_PROXY`.
    pub(crate) reason: String,
}

impl Proxy {
    /// Parses `http://user:password@host:port` or `socks5://..`. Scheme and credentials are optional. The port defaults
    /// to 80, or 1080 for SOCKS.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let bad = |why: &str| {
            Error::input(format!("the proxy URL {:?} {why}", shorten_text(&redact_url(text), 120))).with_hint(
                "use http://user:password@proxy.example.com:3128, and percent-encode special characters",
            )
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
        let secret = |part: &str| {
            decode_credential(part).ok_or_else(|| bad("has credentials that are not percent-encoded text"))
        };
        let (user, password) = match credentials.map(|c| c.split_once(':').unwrap_or((c, ""))) {
            Some((user, password)) => (Some(secret(user)?), Some(secret(password)?)),
            None => (None, None),
        };
        let port = port.unwrap_or(if kind == ProxyKind::Http { 80 } else { 1080 });
        if kind == ProxyKind::Socks5 && [&user, &password].iter().any(|part| !fits_socks(part.as_ref())) {
            return Err(bad("has credentials that SOCKS 5 cannot carry: each must have 1 to 255 bytes"));
        }
        Ok(Self { kind, host: host.to_owned(), port, user, password })
    }
}

fn fits_socks(part: Option<&Secret>) -> bool {
    part.is_none_or(|part| (1..=255).contains(&part.expose().len()))
}

impl ProxySetting {
    /// Returns the proxy for `target`.
    pub(crate) fn for_target(&self, target: &BaseUrl) -> Result<Option<Proxy>> {
        self.choose_proxy(target).map(|choice| choice.proxy)
    }

    /// Returns the proxy for `target`, with the reason.
    pub(crate) fn choose_proxy(&self, target: &BaseUrl) -> Result<ProxyChoice> {
        match self {
            Self::Off => Ok(ProxyChoice { proxy: None, reason: "turned off by the program".to_owned() }),
            Self::Explicit(proxy) => {
                Ok(ProxyChoice { proxy: Some(proxy.clone()), reason: "set by the program".to_owned() })
            }
            Self::Environment => from_environment(target, |name| std::env::var(name).ok()),
        }
    }
}

/// Reads the variables that curl, Go and Python read.
pub(crate) fn from_environment(
    target: &BaseUrl,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<ProxyChoice> {
    let value_of = |name: &str| {
        let value = variable(name)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    // A web server passes the request header `Proxy` to a CGI program as HTTP_PROXY, so that the client could set it
    // (https://httpoxy.org). On Windows, the lower-case variable is the same.
    let in_cgi = variable("REQUEST_METHOD").is_some();
    let forged = |name: &str| in_cgi && (name == "HTTP_PROXY" || cfg!(windows) && name == "http_proxy");
    let names = if target.tls { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    let mut names = names.into_iter().chain(["ALL_PROXY", "all_proxy"]);
    let Some((name, url)) = names.find_map(|name| Some((name, value_of(name)?)).filter(|_| !forged(name)))
    else {
        let ignored = !target.tls && value_of("HTTP_PROXY").is_some();
        let reason = if ignored {
            "HTTP_PROXY is ignored, because REQUEST_METHOD is set: in a CGI program it comes from the client"
        } else {
            "no proxy variable is set"
        };
        return Ok(ProxyChoice { proxy: None, reason: reason.to_owned() });
    };
    for list_name in ["NO_PROXY", "no_proxy"] {
        let Some(list) = value_of(list_name) else { continue };
        if let Some(rule) = matching_rule(&list, target) {
            let reason = format!("{name} is set, but {list_name} excludes the server by {rule:?}");
            return Ok(ProxyChoice { proxy: None, reason });
        }
        break;
    }
    let proxy = Proxy::parse(&url).map_err(|e| e.with_hint(format!("correct or unset {name}")))?;
    Ok(ProxyChoice { proxy: Some(proxy), reason: format!("set by {name}") })
}

/// The first entry of a `NO_PROXY` list that covers the target.
///
/// Entries are separated by commas or spaces, and may be: `*`; a host name, which covers its subdomains, also
/// written `.example.com` or `*.example.com`; an IP address; a network, `10.0.0.0/8` or `fd00::/8`. Names and
/// addresses may end with a port. An IPv6 address with a port stands in brackets.
pub(crate) fn matching_rule<'l>(list: &'l str, target: &BaseUrl) -> Option<&'l str> {
    let entries = list.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
    entries.into_iter().find(|entry| rule_covers(entry, target))
}

fn rule_covers(rule: &str, target: &BaseUrl) -> bool {
    if rule == "*" {
        return true;
    }
    let host = target.host.trim_end_matches('.');
    let address = host.parse().ok().map(|address: IpAddr| address.to_canonical());
    if let Some((network, bits)) = rule.split_once('/') {
        return address.is_some_and(|address| is_in_network(address, network, bits));
    }
    let (name, port) = match without_brackets(rule).parse::<Ipv6Addr>() {
        Ok(_) => (without_brackets(rule), None),
        Err(_) => split_port(rule.trim_start_matches("*.").trim_start_matches('.')).unwrap_or((rule, None)),
    };
    if port.is_some_and(|port| port != target.port) {
        return false;
    }
    if let Ok(listed) = name.parse::<IpAddr>() {
        return address == Some(listed.to_canonical());
    }
    // `0.0.1` is not a domain of `127.0.0.1`.
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let front = host.strip_suffix(&name).filter(|_| address.is_none() && !name.is_empty());
    front.is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

fn without_brackets(text: &str) -> &str {
    text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text)
}

fn is_in_network(address: IpAddr, network: &str, bits: &str) -> bool {
    let Ok(network) = without_brackets(network).parse::<IpAddr>() else { return false };
    let Some(bits) = bits.parse::<u32>().ok().filter(|_| !bits.starts_with('+')) else { return false };
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            Ipv4Addr::to_bits(address) & mask == Ipv4Addr::to_bits(network) & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            Ipv6Addr::to_bits(address) & mask == Ipv6Addr::to_bits(network) & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> BaseUrl {
        BaseUrl::parse(url).unwrap()
    }

    fn choose(url: &str, variables: &[(&str, &str)]) -> (Option<String>, String) {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let choice = from_environment(&target(url), variable).unwrap();
        (choice.proxy.map(|proxy| format!("{}:{}", proxy.host, proxy.port)), choice.reason)
    }

    #[test]
    fn proxies_come_from_the_environment() {
        let (https, http) = ("https://chat.example.com", "http://chat.example.com:8065");
        for (url, variables, expected) in [
            (https, &[("https_proxy", "http://p:3128")][..], Some("p:3128")),
            (https, &[("HTTPS_PROXY", " "), ("ALL_PROXY", "p")], Some("p:80")),
            (http, &[("HTTPS_PROXY", "http://p:3128")], None),
            (http, &[("ALL_PROXY", "p")], Some("p:80")),
            (http, &[("HTTP_PROXY", "a:1"), ("ALL_PROXY", "b:2")], Some("a:1")),
            (http, &[("HTTP_PROXY", "a:1"), ("NO_PROXY", " "), ("no_proxy", "*")], None),
        ] {
            assert_eq!(choose(url, variables).0.as_deref(), expected, "{url} {variables:?}");
        }
        let reason = choose(http, &[("HTTP_PROXY", "a:1"), ("NO_PROXY", "x .example.com")]).1;
        assert_eq!(reason, "HTTP_PROXY is set, but NO_PROXY excludes the server by \".example.com\"");
        assert_eq!(choose(http, &[("ALL_PROXY", "b:2")]).1, "set by ALL_PROXY");
        assert_eq!(choose(http, &[]).1, "no proxy variable is set");
    }

    #[test]
    fn a_cgi_program_takes_no_proxy_from_its_client() {
        let cgi = ("REQUEST_METHOD", "GET");
        let (proxy, reason) = choose("http://h", &[cgi, ("HTTP_PROXY", "evil:1")]);
        assert!(proxy.is_none() && reason.contains("REQUEST_METHOD"), "{reason}");
        // The other variables cannot be made by a request header.
        assert_eq!(choose("https://h", &[cgi, ("HTTPS_PROXY", "p:1")]).0.as_deref(), Some("p:1"));
        let both = [cgi, ("HTTP_PROXY", "evil:1"), ("ALL_PROXY", "p:1")];
        assert_eq!(choose("http://h", &both).0.as_deref(), Some("p:1"));
        let lower = [cgi, ("HTTP_PROXY", "evil:1"), ("http_proxy", "p:1")];
        assert_eq!(choose("http://h", &lower).0.is_some(), cfg!(not(windows)));
    }

    /// The forms that curl, Go's `httpproxy` and Python's requests read.
    #[test]
    fn no_proxy_is_read_in_every_form() {
        for (list, url, excluded) in [
            ("*", "http://chat.example.com", true),
            ("chat.example.com", "http://chat.example.com", true),
            ("CHAT.Example.com", "http://chat.example.com", true),
            ("example.com", "http://chat.example.com", true),
            (".example.com", "http://chat.example.com", true),
            ("*.example.com", "http://chat.example.com", true),
            (".example.com", "http://example.com", true),
            ("example.com.", "http://chat.example.com", true),
            ("example.com", "http://chat.example.com.", true),
            ("a, b ,chat.example.com", "http://chat.example.com", true),
            ("a b\tchat.example.com", "http://chat.example.com", true),
            ("chat.example.com:8065", "http://chat.example.com:8065", true),
            (".example.com:443", "https://chat.example.com", true),
            ("localhost", "http://localhost:8065", true),
            ("127.0.0.1", "http://127.0.0.1:8065", true),
            ("127.0.0.1:8065", "http://127.0.0.1:8065", true),
            ("10.0.0.0/8", "http://10.255.1.2", true),
            ("10.1.2.3/32", "http://10.1.2.3", true),
            ("0.0.0.0/0", "http://10.1.2.3", true),
            ("10.0.0.0/8", "http://[::ffff:10.1.2.3]", true),
            ("::1", "http://[::1]:8065", true),
            ("[::1]", "http://[::1]:8065", true),
            ("[::1]:8065", "http://[::1]:8065", true),
            ("0:0::1", "http://[::1]", true),
            ("fd00::/8", "http://[fd12::1]", true),
            ("[fd00::]/8", "http://[fd12::1]", true),
            ("::/0", "http://[fd12::1]", true),
            ("ample.com", "http://chat.example.com", false),
            ("other", "http://chat.example.com", false),
            ("sub.chat.example.com", "http://chat.example.com", false),
            ("chat.example.com:1", "http://chat.example.com", false),
            ("0.0.1", "http://127.0.0.1", false),
            ("127.0.0.1:1", "http://127.0.0.1", false),
            ("10.0.0.0/8", "http://11.0.0.1", false),
            ("10.0.0.0/33", "http://10.0.0.1", false),
            ("10.0.0.0/+8", "http://10.0.0.1", false),
            ("10.0.0.0/8", "http://ten.example.com", false),
            ("fd00::/8", "http://10.0.0.1", false),
            ("[::1]:1", "http://[::1]:8065", false),
            (". , *., /,:,[]", "http://chat.example.com", false),
            ("", "http://chat.example.com", false),
        ] {
            assert_eq!(matching_rule(list, &target(url)).is_some(), excluded, "{list:?} for {url}");
        }
        assert_eq!(matching_rule("a,.example.com,*", &target("http://x.example.com")), Some(".example.com"));
    }

    #[test]
    fn proxy_urls_are_read_and_never_shown() {
        let proxy = Proxy::parse("http://me:p%40ss@p:1").unwrap();
        assert_eq!(proxy.password.as_ref().unwrap().expose(), "p@ss");
        assert!(!format!("{proxy:?}").contains("p@ss"));
        let socks = Proxy::parse("socks5h://me:hunter2@p").unwrap();
        assert_eq!((socks.kind, socks.port), (ProxyKind::Socks5, 1080));
        for bad in [
            "https://me:hunter2@p:1",
            "socks4://me:hunter2@p:1",
            "socks5://me:@p",
            "http://hunter2@",
            "http://me:hunter2%0a@p:1",
            "http://me:hunter2%@p:1",
            "x y",
        ] {
            let error = Proxy::parse(bad).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
