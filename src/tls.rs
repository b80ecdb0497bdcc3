//! One TLS setting for REST calls and for the socket.

#[cfg(feature = "native-tls")]
pub(crate) use on::Tls;
#[cfg(feature = "native-tls")]
pub use on::TlsConfig;

#[cfg(feature = "native-tls")]
mod on {
    use std::fmt;
    use std::sync::OnceLock;

    use native_tls::{Certificate, HandshakeError, Identity, Protocol, TlsConnector, TlsStream};

    use crate::error::{Error, ErrorKind, Result};

    /// Which certificates are trusted, and which one is shown: for REST calls and the socket alike.
    ///
    /// By default the system's roots are trusted, the host's name is checked, and TLS 1.2 is the minimum.
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
    #[derive(Clone, Default)]
    pub struct TlsConfig {
        roots: Vec<Certificate>,
        only_these: bool,
        identity: Option<Identity>,
        name: Option<String>,
        accept_invalid: bool,
    }

    impl TlsConfig {
        /// The defaults.
        pub fn new() -> Self {
            Self::default()
        }

        /// Trusts the certificates in `pem` too, beside the system's. PEM with one or more, or one DER certificate.
        pub fn add_root(mut self, pem: &[u8]) -> Result<Self> {
            self.roots.extend(certificates(pem)?);
            Ok(self)
        }

        /// Trusts the certificates in `pem` and no others.
        pub fn only_root(mut self, pem: &[u8]) -> Result<Self> {
            self.roots = certificates(pem)?;
            self.only_these = true;
            Ok(self)
        }

        /// Shows this certificate to the server: a PKCS#12 archive and its password.
        pub fn identity_pkcs12(mut self, archive: &[u8], password: &str) -> Result<Self> {
            let identity =
                Identity::from_pkcs12(archive, password).map_err(|e| bad("the PKCS#12 identity", e))?;
            self.identity = Some(identity);
            Ok(self)
        }

        /// Shows this certificate to the server: PEM of the chain, and of the key in PKCS#8 form.
        pub fn identity_pem(mut self, chain: &[u8], key: &[u8]) -> Result<Self> {
            let identity = Identity::from_pkcs8(chain, key).map_err(|e| bad("the PEM identity", e))?;
            self.identity = Some(identity);
            Ok(self)
        }

        /// Expects this name in the server's certificate, and sends it as SNI, instead of the host of the URL.
        #[must_use]
        pub fn verify_name(mut self, name: impl Into<String>) -> Self {
            self.name = Some(name.into());
            self
        }

        /// Accepts every certificate of every host. **Anybody on the way can then read the token and every
        /// message.** Logged as a warning when the client is built.
        #[must_use]
        pub fn danger_accept_invalid_certificates(mut self) -> Self {
            self.accept_invalid = true;
            self
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
                .finish()
        }
    }

    fn bad(what: &str, source: native_tls::Error) -> Error {
        Error::input(format!("{what} cannot be read")).because(source)
    }

    fn certificates(pem: &[u8]) -> Result<Vec<Certificate>> {
        const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
        let text = pem.windows(BEGIN.len()).any(|window| window == BEGIN);
        let read = if text {
            Certificate::stack_from_pem(pem)
        } else {
            Certificate::from_der(pem).map(|one| vec![one])
        };
        read.map_err(|e| bad("the certificate", e))
    }

    /// The connector, built at the first use (36 ms: it parses the system's roots) and shared.
    #[derive(Debug, Default)]
    pub(crate) struct Tls {
        config: TlsConfig,
        connector: OnceLock<TlsConnector>,
    }

    impl Tls {
        pub(crate) fn new(config: TlsConfig) -> Self {
            if config.accept_invalid {
                log::warn!(
                    "certificates are not checked: anybody on the way can read the token and every message"
                );
            }
            Self { config, connector: OnceLock::new() }
        }

        fn connector(&self) -> Result<&TlsConnector> {
            if let Some(built) = self.connector.get() {
                return Ok(built);
            }
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
            if config.accept_invalid {
                builder.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true);
            }
            let built =
                builder.build().map_err(|e| Error::new(ErrorKind::Tls, "TLS cannot be set up").because(e))?;
            Ok(self.connector.get_or_init(|| built))
        }

        /// Shakes hands over a blocking stream. The stream's own deadlines apply.
        pub(crate) fn handshake<S: std::io::Read + std::io::Write>(
            &self,
            host: &str,
            stream: S,
        ) -> Result<TlsStream<S>> {
            let name = self.config.name.as_deref().unwrap_or(host);
            self.connector()?.connect(name, stream).map_err(|failure| match failure {
                HandshakeError::Failure(error) => explain(name, error),
                HandshakeError::WouldBlock(_) => {
                    Error::new(ErrorKind::Timeout, "the TLS handshake took too long")
                }
            })
        }
    }

    /// Names the check that failed, as far as the system's library tells.
    fn explain(name: &str, error: native_tls::Error) -> Error {
        let text = error.to_string().to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let (message, hint) =
            if says(&["self-signed", "self signed", "unable to get local issuer", "unknown ca"]) {
                (
                    "the certificate's issuer is not trusted",
                    "give the company's CA to `TlsConfig::add_root`; the system's store is used beside it",
                )
            } else if says(&["hostname mismatch", "ip address mismatch", "name mismatch", "does not match"]) {
                (
                    "the certificate is for another host",
                    "use the name in the certificate, or `TlsConfig::verify_name`",
                )
            } else if says(&["expired"]) {
                ("the certificate has expired", "renew the server's certificate; check this machine's clock")
            } else if says(&["not yet valid"]) {
                ("the certificate is not valid yet", "check this machine's clock")
            } else if says(&["wrong version number", "http request", "packet length too long"]) {
                (
                    "the server does not speak TLS on this port",
                    "is it http instead of https, or another port?",
                )
            } else if says(&[
                "protocol version",
                "unsupported protocol",
                "handshake failure",
                "no shared cipher",
            ]) {
                ("no common TLS version or cipher", "TLS 1.2 is the minimum")
            } else if says(&["certificate required", "bad certificate"]) {
                ("the server wants a client certificate", "`TlsConfig::identity_pkcs12` or `identity_pem`")
            } else if says(&["timed out", "would block", "temporarily unavailable"]) {
                return Error::new(ErrorKind::Timeout, "the TLS handshake took too long").because(error);
            } else {
                ("the TLS handshake failed", "the cause below is the TLS library's")
            };
        Error::new(ErrorKind::Tls, format!("{message} ({name})")).with_hint(hint).because(error)
    }
}

#[cfg(not(feature = "native-tls"))]
pub(crate) use off::Tls;

#[cfg(not(feature = "native-tls"))]
mod off {
    /// Stands where the TLS setting would be.
    #[derive(Debug, Default)]
    pub(crate) struct Tls;
}

/// The error of an https URL in a build without TLS.
#[cfg(not(feature = "native-tls"))]
pub(crate) fn missing() -> crate::Error {
    crate::Error::new(crate::ErrorKind::Tls, "https needs TLS, which is not built in")
        .with_hint("turn on the feature `native-tls` (or `vendored`) of the crate `mattermost`")
}
