//! Creating a client, and the settings it was connected with.

use super::{Client, ClientBuilder};
use crate::error::Result;
use crate::model::User;

impl Client {
    /// Returns a builder for a client of the server at `url`.
    ///
    /// The scheme defaults to `https`. A path in the URL is kept, for servers that are installed below a path. Nothing
    /// is checked or sent before [`ClientBuilder::connect`].
    ///
    /// On Unix, `unix:///var/tmp/mattermost_local.socket` connects to a server in local mode, for administration on
    /// the same machine. Local mode needs no token and no login. Streams are not available, and there is no account
    /// ([`me`](Self::me) is empty). Anyone who may open the socket is an administrator.
    pub fn builder(url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url.into())
    }

    /// Connects with the settings from the environment: `MATTERMOST_URL`, and `MATTERMOST_TOKEN` or
    /// `MATTERMOST_LOGIN` with `MATTERMOST_PASSWORD`.
    ///
    /// # Errors
    /// Those of [`ClientBuilder::from_env`] and [`ClientBuilder::connect`].
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.connect()
    }

    /// Returns the current account, as it was when the client connected.
    pub fn me(&self) -> &User {
        &self.me
    }

    /// Returns the address of the server, for example `https://chat.example.com/sub`.
    pub fn url(&self) -> String {
        self.http.config().base.to_string()
    }
}
