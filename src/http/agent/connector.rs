//! Connections for ureq: TCP, a proxy's CONNECT, and our one TLS setting.

use std::fmt;
use std::sync::Arc;

use ureq::unversioned::transport::{
    ChainedConnector, ConnectProxyConnector, ConnectionDetails, Connector, TcpConnector, Transport,
};

use super::resolver::CachedResolver;
use crate::config::Config;

type Tcp = ChainedConnector<(), ConnectProxyConnector, TcpConnector>;

/// Dials, and marks every failure of dialing: nothing was sent then.
pub(crate) struct Dialer {
    tcp: Tcp,
    resolver: Arc<CachedResolver>,
    #[cfg_attr(not(feature = "native-tls"), expect(dead_code, reason = "holds the TLS setting"))]
    config: Arc<Config>,
}

impl Dialer {
    pub(crate) fn new(config: Arc<Config>, resolver: Arc<CachedResolver>) -> Self {
        Self { tcp: ConnectProxyConnector::default().chain(TcpConnector::default()), resolver, config }
    }

    #[cfg(feature = "native-tls")]
    fn secured(
        &self,
        details: &ConnectionDetails,
        plain: Box<dyn Transport>,
    ) -> Result<Box<dyn Transport>, ureq::Error> {
        let host = details.uri.host().unwrap_or("").trim_start_matches('[').trim_end_matches(']');
        tls::wrap(&self.config.tls, host, details, plain)
    }

    #[cfg(not(feature = "native-tls"))]
    #[expect(clippy::unused_self, reason = "the same call with TLS needs it")]
    fn secured(
        &self,
        _: &ConnectionDetails,
        _: Box<dyn Transport>,
    ) -> Result<Box<dyn Transport>, ureq::Error> {
        Err(super::not_sent(crate::tls::missing()))
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dialer")
    }
}

impl Connector<()> for Dialer {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Self::Out>, ureq::Error> {
        let dial = || {
            let Some(plain) = self.tcp.connect(details, None)? else { return Ok(None) };
            let plain: Box<dyn Transport> = Box::new(plain);
            if details.needs_tls() { self.secured(details, plain).map(Some) } else { Ok(Some(plain)) }
        };
        dial().map_err(|error| {
            self.resolver.forget();
            super::failed_to_dial(details, error)
        })
    }
}

#[cfg(feature = "native-tls")]
mod tls {
    use std::fmt;
    use std::io::{self, Read, Write};

    use ureq::unversioned::transport::{
        Buffers, ConnectionDetails, LazyBuffers, NextTimeout, Transport, TransportAdapter,
    };

    use crate::tls::Tls;

    /// The bytes below TLS; remembers ureq's own error, which the TLS library would turn into its own.
    struct Below {
        adapter: TransportAdapter,
        failed: Option<ureq::Error>,
    }

    impl Below {
        fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
            result.map_err(|error| {
                let mut kind = error.kind();
                let error = ureq::Error::from(error);
                if matches!(error, ureq::Error::Timeout(_)) {
                    kind = io::ErrorKind::TimedOut;
                }
                self.failed = Some(error);
                kind.into()
            })
        }
    }

    impl Read for Below {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let result = self.adapter.read(buf);
            self.keep(result)
        }
    }

    impl Write for Below {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            let result = self.adapter.write(buf);
            self.keep(result)
        }
        fn flush(&mut self) -> io::Result<()> {
            self.adapter.flush()
        }
    }

    struct Above {
        buffers: LazyBuffers,
        stream: native_tls::TlsStream<Below>,
    }

    pub(super) fn wrap(
        tls: &Tls,
        host: &str,
        details: &ConnectionDetails,
        plain: Box<dyn Transport>,
    ) -> Result<Box<dyn Transport>, ureq::Error> {
        let mut adapter = TransportAdapter::new(plain, details.current_time.clone());
        adapter.set_timeout(details.timeout);
        let stream = tls.handshake(host, Below { adapter, failed: None }).map_err(super::super::not_sent)?;
        let size = details.config.input_buffer_size();
        Ok(Box::new(Above { buffers: LazyBuffers::new(size, details.config.output_buffer_size()), stream }))
    }

    impl Above {
        fn below(&mut self, timeout: NextTimeout) {
            self.stream.get_mut().adapter.set_timeout(timeout);
        }

        fn result<T>(&mut self, result: io::Result<T>) -> Result<T, ureq::Error> {
            match self.stream.get_mut().failed.take() {
                Some(error) => Err(error),
                None => Ok(result?),
            }
        }
    }

    impl Transport for Above {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.buffers
        }

        fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
            self.below(timeout);
            let output = self.buffers.output().get(..amount).unwrap_or_default();
            let result = self.stream.write_all(output);
            self.result(result)
        }

        fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
            self.below(timeout);
            let result = self.stream.read(self.buffers.input_append_buf());
            let amount = self.result(result)?;
            self.buffers.input_appended(amount);
            Ok(amount > 0)
        }

        fn is_open(&mut self) -> bool {
            self.stream.get_mut().adapter.get_mut().is_open()
        }

        fn is_tls(&self) -> bool {
            true
        }
    }

    impl fmt::Debug for Above {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Tls")
        }
    }
}
