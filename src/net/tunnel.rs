//! Tunnels through proxies: CONNECT and SOCKS 5. The deadline is that of the stream.

use std::io::{self, Read, Write};
use std::net::IpAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::base_url::BaseUrl;
use crate::error::{Error, ErrorKind, Result, shorten_text};
use crate::net::{is_hang_up, read_head};
use crate::proxy::{Proxy, ProxyKind};
use crate::secret::{Secret, remove_secrets};

/// Requests a connection to the target from the proxy.
pub(crate) fn open_tunnel(
    proxy: &Proxy,
    target: &BaseUrl,
    head_limit: usize,
    stream: &mut (impl Read + Write),
) -> Result<()> {
    let done = match proxy.kind {
        ProxyKind::Http => http_connect(proxy, target, head_limit, stream),
        ProxyKind::Socks5 => socks5_connect(proxy, target, stream),
    };
    if done.is_ok() {
        log::debug!(
            "the proxy {}:{} has connected to {}:{}",
            proxy.host,
            proxy.port,
            target.host,
            target.port
        );
    }
    done
}

fn proxy_error(error: io::Error) -> Error {
    let what = match error.kind() {
        _ if is_hang_up(&error) => "the proxy closed the connection before it sent a response",
        io::ErrorKind::TimedOut => "the proxy did not respond before the deadline",
        _ => "the connection to the proxy broke",
    };
    Error::io(what, error)
}

fn no_proxy(protocol: &str) -> Error {
    Error::new(ErrorKind::Protocol, format!("the response of the proxy is not {protocol}")).with_hint(
        "check the URL of the proxy, including its scheme; it may come from HTTPS_PROXY, HTTP_PROXY or ALL_PROXY",
    )
}

fn credentials_error(proxy: &Proxy) -> Error {
    let message = match proxy.user {
        None => "the proxy requires a username and a password",
        Some(_) => "the proxy refused the username and password",
    };
    Error::new(ErrorKind::Connect, message)
        .with_status(407)
        .with_hint("put them into the URL of the proxy, percent-encoded: http://user:password@host:port")
}

/// Returns the authentication schemes of a proxy that does not offer `Basic`, for example `NTLM, Negotiate`.
fn other_schemes(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    let schemes: Vec<&str> = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("proxy-authenticate"))
        .filter_map(|(_, value)| value.split_whitespace().next())
        .collect();
    let offers_basic = schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("basic"));
    (!offers_basic && !schemes.is_empty()).then(|| shorten_text(&schemes.join(", "), 60).into_owned())
}

fn scheme_error(schemes: &str) -> Error {
    Error::new(ErrorKind::Connect, format!("the proxy requires authentication with {schemes}"))
        .with_status(407)
        .with_hint("only `Basic` is supported: use a local proxy that authenticates, or bypass the proxy")
}

fn proxy_credentials(proxy: &Proxy) -> Option<(&Secret, &Secret)> {
    Some((proxy.user.as_ref()?, proxy.password.as_ref()?))
}

fn http_connect(
    proxy: &Proxy,
    target: &BaseUrl,
    head_limit: usize,
    stream: &mut (impl Read + Write),
) -> Result<()> {
    let host = if target.host.contains(':') {
        format!("[{}]:{}", target.host, target.port)
    } else {
        format!("{}:{}", target.host, target.port)
    };
    let mut request = Zeroizing::new(format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n"));
    let mut encoded = Zeroizing::new(String::new());
    if let Some((user, password)) = proxy_credentials(proxy) {
        let pair = Zeroizing::new(format!("{}:{}", user.expose(), password.expose()));
        BASE64_STANDARD.encode_string(pair.as_bytes(), &mut encoded);
        request.push_str("Proxy-Authorization: Basic ");
        request.push_str(&encoded);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).map_err(proxy_error)?;
    let (head, rest) = read_head(stream, "the proxy", head_limit)?;
    match status_of(&head) {
        // The server sends nothing first: bytes that follow are not from it.
        Some((200..=299, _)) if rest.is_empty() => Ok(()),
        Some((200..=299, _)) => {
            Err(Error::new(ErrorKind::Protocol, "the proxy sent data before the tunnel was used")
                .with_hint("something between this machine and the server interferes with the connection"))
        }
        // tinyproxy returns 401 for wrong ones.
        Some((401 | 407, _)) => Err(match other_schemes(&head) {
            Some(schemes) => scheme_error(&schemes),
            None => credentials_error(proxy),
        }),
        Some((status @ 300.., reason)) => {
            // Some proxies repeat the request.
            let encoded = Secret::new(&*encoded);
            let secrets: Vec<&Secret> = proxy.password.iter().chain([&encoded]).collect();
            let reason = remove_secrets(&reason, &secrets);
            let error = Error::new(
                ErrorKind::Connect,
                format!("the proxy refused to connect to {host}: {status} {}", shorten_text(&reason, 60)),
            );
            Err(if target.tls {
                error.with_hint("see the log of the proxy, or bypass it with `no_proxy()` or NO_PROXY")
            } else {
                error.with_hint(
                    "many proxies allow CONNECT to port 443 only: use https, or bypass the proxy with `no_proxy()` or NO_PROXY",
                )
            })
        }
        _ => Err(no_proxy("HTTP")),
    }
}

/// Returns the status and the reason of `HTTP/1.1 200 OK`.
pub(crate) fn status_of(head: &[u8]) -> Option<(u16, String)> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let line = String::from_utf8_lossy(line);
    let mut words = line.splitn(3, ' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    let status = words.next().filter(|status| status.len() == 3)?.parse().ok()?;
    Some((status, words.next().unwrap_or_default().to_owned()))
}

/// RFC 1928 and 1929. The proxy resolves the name.
fn socks5_connect(proxy: &Proxy, target: &BaseUrl, stream: &mut (impl Read + Write)) -> Result<()> {
    let pair = proxy_credentials(proxy);
    stream.write_all(if pair.is_some() { &[5, 2, 0, 2] } else { &[5, 1, 0] }).map_err(proxy_error)?;
    match (read_array(stream)?, pair) {
        ([5, 0], _) => {}
        ([5, 2], Some((user, password))) => {
            let mut request = Zeroizing::new(vec![1]);
            for part in [user, password] {
                let length = u8::try_from(part.expose().len())
                    .map_err(|_| Error::input("SOCKS 5 credentials are limited to 255 bytes each"))?;
                request.push(length);
                request.extend_from_slice(part.expose().as_bytes());
            }
            stream.write_all(&request).map_err(proxy_error)?;
            match read_array(stream)? {
                [_, 0] => {}
                [_, _] => return Err(credentials_error(proxy)),
            }
        }
        ([5, _], _) => return Err(credentials_error(proxy)),
        _ => return Err(no_proxy("SOCKS 5")),
    }
    let mut request = vec![5, 1, 0];
    match target.host.parse() {
        Ok(IpAddr::V4(ip)) => {
            request.push(1);
            request.extend_from_slice(&ip.octets());
        }
        Ok(IpAddr::V6(ip)) => {
            request.push(4);
            request.extend_from_slice(&ip.octets());
        }
        Err(_) => {
            // A host name has at most 253 bytes, which `BaseUrl` checks.
            request.extend_from_slice(&[3, u8::try_from(target.host.len()).unwrap_or(u8::MAX)]);
            request.extend_from_slice(target.host.as_bytes());
        }
    }
    request.extend_from_slice(&target.port.to_be_bytes());
    stream.write_all(&request).map_err(proxy_error)?;
    let [version, reply, _, kind] = read_array(stream)?;
    if version != 5 {
        return Err(no_proxy("SOCKS 5"));
    }
    if reply != 0 {
        let why = match reply {
            2 => "its rules forbid it",
            3 => "the network is unreachable",
            4 => "the host is unreachable",
            5 => "the connection is refused",
            6 => "it took too long",
            _ => "a failure",
        };
        let to = format!("{}:{}", target.host, target.port);
        return Err(Error::new(
            ErrorKind::Connect,
            format!("the proxy did not connect to {to}: {why} ({reply})"),
        ));
    }
    // The address that the proxy connects from. It is not needed, but must be read.
    let length = match kind {
        1 => 4,
        3 => usize::from(read_array::<1>(stream)?[0]),
        4 => 16,
        _ => return Err(no_proxy("SOCKS 5")),
    };
    let mut address = [0; 257];
    stream.read_exact(address.get_mut(..length + 2).unwrap_or_default()).map_err(proxy_error)
}

fn read_array<const N: usize>(stream: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).map_err(proxy_error)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays the proxy from memory, and returns the bytes that it received.
    struct ScriptedProxy<'a> {
        replies: &'a [u8],
        received: Vec<u8>,
    }

    impl Read for ScriptedProxy<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            // A byte at a time, as a slow proxy may.
            let one = into.len().min(1);
            self.replies.read(&mut into[..one])
        }
    }

    impl Write for ScriptedProxy<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.received.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn play(proxy: &str, target: &str, replies: &[u8]) -> (Result<()>, Vec<u8>) {
        let (proxy, target) = (Proxy::parse(proxy).unwrap(), BaseUrl::parse(target).unwrap());
        let mut script = ScriptedProxy { replies, received: Vec::new() };
        (open_tunnel(&proxy, &target, 1000, &mut script), script.received)
    }

    #[test]
    fn an_http_proxy_is_asked_and_its_refusals_told() {
        for (reply, kind, words) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", None, ""),
            ("HTTP/1.0 200 OK\r\nVia: x\r\n\r\n", None, ""),
            ("HTTP/1.1 407 Authentication\r\n\r\n", Some(ErrorKind::Connect), "refused the username"),
            ("HTTP/1.0 401 Unauthorized\r\n\r\n", Some(ErrorKind::Connect), "refused the username"),
            (
                "HTTP/1.1 407 x\r\nProxy-Authenticate: NTLM\r\nproxy-authenticate: Negotiate abc\r\n\r\n",
                Some(ErrorKind::Connect),
                "requires authentication with NTLM, Negotiate",
            ),
            (
                "HTTP/1.1 407 x\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: basic realm=\"x\"\r\n\r\n",
                Some(ErrorKind::Connect),
                "refused the username",
            ),
            ("HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n<html>", Some(ErrorKind::Connect), "refused to connect"),
            ("HTTP/1.1 302 Found\r\n\r\n", Some(ErrorKind::Connect), "302 Found"),
            ("HTTP/1.1 100 Continue\r\n\r\n", Some(ErrorKind::Protocol), "not HTTP"),
            ("220 smtp\r\n\r\n", Some(ErrorKind::Protocol), "not HTTP"),
            ("HTTP/1.1 +20 x\r\n\r\n", Some(ErrorKind::Protocol), "not HTTP"),
            ("", Some(ErrorKind::Io), "before it sent a response"),
            ("HTTP/1.1 200 OK\r\n", Some(ErrorKind::Io), "in the middle"),
        ] {
            let (result, received) = play("user:p%40ss@p:1", "https://chat.example.com", reply.as_bytes());
            let received = String::from_utf8(received).unwrap();
            assert!(
                received
                    .starts_with("CONNECT chat.example.com:443 HTTP/1.1\r\nHost: chat.example.com:443\r\n")
            );
            assert!(received.ends_with("\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n\r\n"), "{received}");
            let error = result.err();
            assert_eq!(error.as_ref().map(Error::kind), kind, "{reply}: {error:?}");
            assert!(error.is_none_or(|e| e.to_string().contains(words)), "{reply}");
        }
        let echo = b"HTTP/1.1 403 not p@ss, not dXNlcjpwQHNz\r\n\r\n";
        let error = play("user:p%40ss@p:1", "https://h", echo).0.unwrap_err();
        assert!(error.to_string().contains("403 not ***, not ***"), "{error}");
        let (_, received) = play("p", "http://[::1]:8065", b"");
        assert_eq!(received, b"CONNECT [::1]:8065 HTTP/1.1\r\nHost: [::1]:8065\r\n\r\n");
    }

    #[test]
    fn a_socks_proxy_is_asked_and_its_refusals_told() {
        let bound = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        let (result, received) = play("socks5://p", "https://h", &[&[5, 0][..], &bound].concat());
        result.unwrap();
        assert_eq!(received, [5, 1, 0, 5, 1, 0, 3, 1, b'h', 1, 187]);
        let named = [&[5, 2, 1, 0, 5, 0, 0, 3, 2][..], b"xy\0\0"].concat();
        let (result, received) = play("socks5://u:pw@p", "http://127.0.0.1", &named);
        result.unwrap();
        assert_eq!(
            received,
            [&[5, 2, 0, 2, 1, 1, b'u', 2][..], b"pw", &[5, 1, 0, 1, 127, 0, 0, 1, 0, 80]].concat()
        );
        for (replies, kind, words) in [
            (&[5, 255][..], ErrorKind::Connect, "requires a username"),
            (&[5, 2], ErrorKind::Connect, "requires a username"),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", ErrorKind::Protocol, "not SOCKS"),
            (&[5, 0, 5, 2, 0, 1], ErrorKind::Connect, "forbid"),
            (&[5, 0, 5, 5, 0, 1], ErrorKind::Connect, "refused"),
            (&[5, 0, 5, 77, 0, 1], ErrorKind::Connect, "(77)"),
            (&[5, 0, 4, 0, 0, 1], ErrorKind::Protocol, "not SOCKS"),
            (&[5, 0, 5, 0, 0, 9], ErrorKind::Protocol, "not SOCKS"),
            (&[5, 0, 5, 0, 0, 1, 127], ErrorKind::Io, "before it sent a response"),
            (&[], ErrorKind::Io, "before it sent a response"),
        ] {
            let error = play("socks5://p", "https://h", replies).0.unwrap_err();
            assert_eq!(error.kind(), kind, "{replies:?} {error}");
            assert!(error.to_string().contains(words), "{error}");
        }
        let error = play("socks5://u:pw@p", "https://h", &[5, 2, 1, 1]).0.unwrap_err();
        assert_eq!(error.status(), Some(407));
    }
}
