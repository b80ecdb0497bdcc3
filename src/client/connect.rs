//! The beginning of a client, and what it was connected with.

use super::{Client, ClientBuilder};
use crate::error::Result;
use crate::model::User;

impl Client {
    /// Begins a client of the server at `url`: `https` if the scheme is left out; a path is kept, for servers under a
    /// sub-path. Nothing is checked or sent before [`ClientBuilder::connect`].
    ///
    /// `unix:///var/tmp/mattermost_local.socket` is the server's local mode, on Unix, for administration on the
    /// server's own machine: it takes no token and no login, has no stream and no account ([`me`](Self::me) is empty),
    /// and may do what its routes allow. Whoever may open the socket is an administrator.
    pub fn builder(url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url.into())
    }

    /// Connects with the settings of the environment: `MATTERMOST_URL`, and `MATTERMOST_TOKEN` or `MATTERMOST_LOGIN` with
    /// `MATTERMOST_PASSWORD`.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.connect()
    }

    /// Returns the account, as it was when the client connected.
    pub fn me(&self) -> &User {
        &self.me
    }

    /// Returns the address of the server, for example `https://chat.example.com/sub`.
    pub fn url(&self) -> String {
        self.http.config().base.to_string()
    }
}
