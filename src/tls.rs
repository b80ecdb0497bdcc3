//! TLS settings of REST calls and of the WebSocket.

#[cfg(feature = "native-tls")]
pub use on::TlsConfig;
#[cfg(feature = "native-tls")]
pub(crate) use on::{TlsSettings, refusal_error};

#[cfg(feature = "native-tls")]
mod on {
    use std::fmt;
    use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

    use native_tls::{Certificate, HandshakeError, Identity, Protocol, TlsConnector, TlsStream};

    use crate::error::{Error, ErrorKind, Result};

    /// The TLS settings: trusted certificates and the client certificate. They apply to REST calls and to the
    /// WebSocket.
    ///
    /// By default, the root certificates of the system are trusted, the host name is verified, and TLS 1.2 is the
    /// minimum.
    ///
    /// The root certificates are loaded once (about 1 MiB and 36 ms with OpenSSL): all clients with the default settings
    /// share them, and so do all clients whose settings are clones of one `TlsConfig`.
    ///
    /// ```no_run
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let own_ca = std::fs::read("company-ca.pem")?;
    /// let client = mattermost::Client::builder("chat.example.com")
    ///     .tls(mattermost::TlsConfig::new().add_root(&own_ca)?)
    ///     .token("...")
    ///     .connect()?;
    /// # Ok(()) }
    /// ```
    #[derive(Clone)]
    pub struct TlsConfig {
        roots: Vec<Certificate>,
        only_these: bool,
        identity: Option<Identity>,
        name: Option<String>,
        accept_invalid: bool,
        /// Built of the settings above at the first use, and shared with clones.
        connector: Arc<OnceLock<TlsConnector>>,
    }

    /// The connector of the default settings, for as long as a client has it: a program that ends its clients and makes
    /// new ones sees the system's new root certificates.
    static DEFAULT_CONNECTOR: Mutex<Weak<OnceLock<TlsConnector>>> = Mutex::new(Weak::new());

    fn default_connector() -> Arc<OnceLock<TlsConnector>> {
        let mut shared = DEFAULT_CONNECTOR.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let connector = Arc::default();
            *shared = Arc::downgrade(&connector);
            connector
        })
    }

    impl Default for TlsConfig {
        fn default() -> Self {
            Self {
                roots: Vec::new(),
                only_these: false,
                identity: None,
                name: None,
                accept_invalid: false,
                connector: default_connector(),
            }
        }
    }

    impl TlsConfig {
        /// Creates the default settings.
        pub fn new() -> Self {
            Self::default()
        }

        /// Changes settings, which then no longer share a connector with those that they are a clone of.
        fn with_change(mut self, change: impl FnOnce(&mut Self)) -> Self {
            change(&mut self);
            self.connector = Arc::default();
            self
        }

        /// Trusts the given certificates in addition to those of the system.
        ///
        /// `pem` contains one or more certificates in PEM format, or one certificate in DER format.
        ///
        /// # Errors
        /// [`ErrorKind::Input`] if a certificate is invalid.
        pub fn add_root(self, pem: &[u8]) -> Result<Self> {
            let added = parse_certificates(pem)?;
            Ok(self.with_change(|config| config.roots.extend(added)))
        }

        /// Trusts only the given certificates, and not those of the system.
        ///
        /// The format and the errors are those of [`add_root`](Self::add_root).
        pub fn only_root(self, pem: &[u8]) -> Result<Self> {
            let roots = parse_certificates(pem)?;
            Ok(self.with_change(|config| {
                config.roots = roots;
                config.only_these = true;
            }))
        }

        /// Sets the client certificate from a PKCS#12 archive and its password.
        ///
        /// # Errors
        /// [`ErrorKind::Input`] if the archive is invalid, or the password is wrong.
        pub fn identity_pkcs12(self, archive: &[u8], password: &str) -> Result<Self> {
            let identity = Identity::from_pkcs12(archive, password)
                .map_err(|e| input_error("the PKCS#12 identity", e))?;
            Ok(self.with_change(|config| config.identity = Some(identity)))
        }

        /// Sets the client certificate from its chain and its unencrypted PKCS#8 key (`BEGIN PRIVATE KEY`), both in
        /// PEM format.
        ///
        /// Both may be in the same file.
        ///
        /// # Errors
        /// [`ErrorKind::Input`] if the chain or the key is invalid.
        pub fn identity_pem(self, chain: &[u8], key: &[u8]) -> Result<Self> {
            let at = find_bytes(key, b"-----BEGIN PRIVATE KEY-----").ok_or_else(|| {
                Error::input("the PEM identity has no private key in PKCS#8 form, unencrypted")
                    .with_hint("convert it with `openssl pkcs8 -topk8 -nocrypt -in old.key -out new.key`")
            })?;
            let key = key.get(at..).unwrap_or_default();
            let identity =
                Identity::from_pkcs8(chain, key).map_err(|e| input_error("the PEM identity", e))?;
            Ok(self.with_change(|config| config.identity = Some(identity)))
        }

        /// Sets the host name that is expected in the server's certificate, and sent as SNI. Defaults to the host of
        /// the URL.
        #[must_use]
        pub fn verify_name(mut self, name: impl Into<String>) -> Self {
            self.name = Some(name.into());
            self
        }

        /// Accepts any certificate for any host. **An attacker on the network can then read the token and all
        /// messages.** Logged as a warning when the client is built.
        #[must_use]
        pub fn danger_accept_invalid_certificates(self) -> Self {
            self.with_change(|config| config.accept_invalid = true)
        }
    }

    impl fmt::Debug for TlsConfig {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("TlsConfig")
                .field("roots", &self.roots.len())
                .field("only_these", &self.only_these)
                .field("identity", &self.identity.is_some())
                .field("name", &self.name)
                .field("accept_invalid", &self.accept_invalid)
                .finish_non_exhaustive()
        }
    }

    fn input_error(what: &str, source: native_tls::Error) -> Error {
        Error::input(format!("{what} cannot be read")).with_source(source)
    }

    fn find_bytes(text: &[u8], words: &[u8]) -> Option<usize> {
        text.windows(words.len()).position(|window| window == words)
    }

    fn parse_certificates(pem: &[u8]) -> Result<Vec<Certificate>> {
        let read = if find_bytes(pem, b"-----BEGIN CERTIFICATE-----").is_some() {
            Certificate::stack_from_pem(pem)
        } else {
            Certificate::from_der(pem).map(|one| vec![one])
        };
        read.map_err(|e| input_error("the certificate", e))
    }

    /// The settings of a client.
    #[derive(Debug, Default)]
    pub(crate) struct TlsSettings {
        config: TlsConfig,
    }

    impl TlsSettings {
        pub(crate) fn new(config: TlsConfig) -> Self {
            if config.accept_invalid {
                log::warn!(
                    "certificates are not verified: an attacker on the network can read the token and all messages"
                );
            }
            Self { config }
        }

        fn connector(&self) -> Result<&TlsConnector> {
            let connector = &self.config.connector;
            if let Some(built) = connector.get() {
                return Ok(built);
            }
            let built = self.build_connector(self.config.accept_invalid)?;
            Ok(connector.get_or_init(|| built))
        }

        fn build_connector(&self, accept_invalid: bool) -> Result<TlsConnector> {
            let config = &self.config;
            let mut builder = TlsConnector::builder();
            builder.min_protocol_version(Some(Protocol::Tlsv12));
            builder.disable_built_in_roots(config.only_these);
            for root in &config.roots {
                builder.add_root_certificate(root.clone());
            }
            if let Some(identity) = &config.identity {
                builder.identity(identity.clone());
            }
            if accept_invalid {
                builder.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true);
            }
            builder.build().map_err(|e| Error::new(ErrorKind::Tls, "TLS cannot be set up").with_source(e))
        }

        /// Returns the certificate of the peer as DER, whether valid or not. No data is sent.
        pub(crate) fn peek_certificate<S: std::io::Read + std::io::Write>(
            &self,
            host: &str,
            stream: S,
        ) -> Option<Vec<u8>> {
            let name = self.config.name.as_deref().unwrap_or(host);
            let stream = self.build_connector(true).ok()?.connect(name, stream).ok()?;
            stream.peer_certificate().ok()??.to_der().ok()
        }

        /// `true` if certificates are not verified.
        pub(crate) fn accepts_anything(&self) -> bool {
            self.config.accept_invalid
        }

        /// Performs the handshake over a blocking stream. The deadlines of the stream apply.
        pub(crate) fn connect_tls<S: std::io::Read + std::io::Write>(
            &self,
            host: &str,
            stream: S,
        ) -> Result<TlsStream<S>> {
            let name = self.config.name.as_deref().unwrap_or(host);
            self.connector()?.connect(name, stream).map_err(|failure| match failure {
                HandshakeError::Failure(error) => handshake_error(name, error),
                HandshakeError::WouldBlock(_) => {
                    Error::new(ErrorKind::Timeout, "the TLS handshake took too long")
                }
            })
        }
    }

    /// Names the check that failed, as far as the TLS library reports it.
    fn handshake_error(name: &str, error: native_tls::Error) -> Error {
        let text = error.to_string().to_ascii_lowercase();
        let Some((kind, message, hint)) = failure_reason(&text) else {
            return Error::new(ErrorKind::Tls, format!("the TLS handshake failed ({name})"))
                .with_hint("see the error of the TLS library below")
                .with_source(error);
        };
        Error::new(kind, format!("{message} ({name})")).with_hint(hint).with_source(error)
    }

    /// With TLS 1.3 a server refuses the client's certificate only after the handshake.
    pub(crate) fn refusal_error(error: &std::io::Error) -> Option<Error> {
        let text = error.to_string().to_ascii_lowercase();
        let (kind, message, hint) = failure_reason(&text).filter(|_| text.contains("alert"))?;
        Some(Error::new(kind, message).with_hint(hint).with_source(std::io::Error::other(text)))
    }

    /// Messages of OpenSSL, Schannel and Secure Transport, with our kind, message and hint. The first entry that matches
    /// counts, so alerts (sent by the peer) precede local errors. Schannel's messages are localized: only their error
    /// numbers are matched.
    const ERROR_MESSAGES: &[(&[&str], ErrorKind, &str, &str)] = &[
        (
            &[
                "alert certificate required",
                "alert bad certificate",
                "no certificate returned",
                "os error 590624)", // SEC_I_INCOMPLETE_CREDENTIALS
            ],
            ErrorKind::Tls,
            "the server requires a client certificate",
            "set it with `TlsConfig::identity_pkcs12` or `identity_pem`",
        ),
        (
            &[
                "alert unknown ca",
                "alert certificate",
                "alert unsupported certificate",
                "alert access denied",
            ],
            ErrorKind::Tls,
            "the server does not accept the client certificate",
            "use a valid certificate, issued by a CA that the server trusts",
        ),
        (
            &[
                "self-signed",
                "self signed",
                "unable to get local issuer",
                "unable to get issuer",
                "not trusted",
                "os error -2146762487)", // CERT_E_UNTRUSTEDROOT
                "os error -2146762486)", // CERT_E_CHAINING
                "os error -2146893019)", // SEC_E_UNTRUSTED_ROOT
            ],
            ErrorKind::Tls,
            "the certificate's issuer is not trusted",
            "add the CA with `TlsConfig::add_root`",
        ),
        (
            &[
                "hostname mismatch",
                "ip address mismatch",
                "name mismatch",
                "does not match",
                "os error -2146762481)", // CERT_E_CN_NO_MATCH
                "os error -2146893022)", // SEC_E_WRONG_PRINCIPAL
            ],
            ErrorKind::Tls,
            "the certificate is for another host",
            "use the name in the certificate, or `TlsConfig::verify_name`",
        ),
        (
            // Schannel has the same error for a certificate that is not valid yet.
            &["expired", "os error -2146762495)", "os error -2146893016)"], // CERT_E_EXPIRED, SEC_E_CERT_EXPIRED
            ErrorKind::Tls,
            "the certificate has expired",
            "renew the server's certificate, or correct this machine's clock",
        ),
        (
            &["not yet valid"],
            ErrorKind::Tls,
            "the certificate is not valid yet",
            "check this machine's clock",
        ),
        (
            &[
                "wrong version number",
                "http request",
                "packet length too long",
                "record layer failure",
                "os error -2146893048)", // SEC_E_INVALID_TOKEN
            ],
            ErrorKind::Tls,
            "the server does not speak TLS on this port",
            "use http instead of https, which is the default without a scheme, or another port",
        ),
        (
            &[
                "protocol version",
                "unsupported protocol",
                "no shared cipher",
                "no protocols available",
                "os error -2146893007)", // SEC_E_ALGORITHM_MISMATCH
            ],
            ErrorKind::Tls,
            "no common TLS version or cipher",
            "enable TLS 1.2 or later on the server",
        ),
        (
            &["handshake failure"],
            ErrorKind::Tls,
            "the server refused the TLS handshake",
            "it may require a client certificate (`TlsConfig::identity_pkcs12`), or a version or cipher that is \
             not supported here (TLS 1.2 is the minimum)",
        ),
        (
            &["timed out", "would block", "temporarily unavailable"],
            ErrorKind::Timeout,
            "the TLS handshake took too long",
            "check the port: connections are accepted, but nothing is sent",
        ),
        (
            &["unexpected eof", "connection reset", "broken pipe", "connection was aborted"],
            ErrorKind::Connect,
            "the connection was closed during the TLS handshake",
            "check the port; a firewall may be in between, or the server may be restarting",
        ),
    ];

    fn failure_reason(text: &str) -> Option<(ErrorKind, &'static str, &'static str)> {
        let found = ERROR_MESSAGES.iter().find(|(words, ..)| words.iter().any(|word| text.contains(word)));
        found.map(|(_, kind, message, hint)| (*kind, *message, *hint))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn connectors_are_shared_by_clients_with_the_same_settings() {
            let shared = |one: &TlsConfig, two: &TlsConfig| Arc::ptr_eq(&one.connector, &two.connector);
            let default = TlsConfig::new();
            assert!(shared(&default, &TlsConfig::default()) && shared(&default, &default.clone()));
            assert!(shared(&default, &TlsConfig::new().verify_name("other.example.com")));
            let unverified = TlsConfig::new().danger_accept_invalid_certificates();
            assert!(!shared(&default, &unverified) && shared(&unverified, &unverified.clone()));
            let ca = std::fs::read("tests/data/tls/ca.pem").unwrap();
            let one = default.clone().add_root(&ca).unwrap();
            let two = one.clone().only_root(&ca).unwrap();
            let three = default.clone().add_root(&ca).unwrap();
            assert!(!shared(&default, &one) && !shared(&one, &two) && !shared(&one, &three));
            // Built once, and not for settings that were changed after that.
            TlsSettings::new(default.clone()).connector().unwrap();
            assert!(default.connector.get().is_some() && TlsConfig::new().connector.get().is_some());
            assert!(
                one.connector.get().is_none() && default.add_root(&ca).unwrap().connector.get().is_none()
            );
        }

        #[test]
        fn errors_of_schannel_are_known_in_every_language() {
            for (code, message) in [
                (0x800B_0109_u32, "the certificate's issuer is not trusted"),
                (0x800B_010F, "the certificate is for another host"),
                (0x8009_0328, "the certificate has expired"),
                (0x8009_0331, "no common TLS version or cipher"),
                (0x0009_0320, "the server requires a client certificate"),
            ] {
                let code = i32::from_ne_bytes(code.to_ne_bytes());
                let text = format!("ein fehler ist aufgetreten. (os error {code})");
                assert_eq!(failure_reason(&text).map(|found| found.1), Some(message), "{code}");
            }
            assert_eq!(failure_reason("ein fehler ist aufgetreten. (os error -21467624871)"), None);
        }
    }
}

/// Without TLS, no certificate can be refused.
#[cfg(not(feature = "native-tls"))]
pub(crate) fn refusal_error(_: &std::io::Error) -> Option<crate::Error> {
    None
}

/// The error of an https URL in a build without TLS.
#[cfg(not(feature = "native-tls"))]
pub(crate) fn missing_tls_error() -> crate::Error {
    crate::Error::new(crate::ErrorKind::Tls, "https needs TLS, which this build does not support")
        .with_hint(
            "enable the feature `native-tls` (or `vendored`) of the crate `mattermost`; a URL without a scheme means \
             https: write `http://` for a server without TLS",
        )
}
