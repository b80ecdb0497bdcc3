//! [`Webhook`]: an incoming webhook by its URL.

use std::fmt;

use super::ClientBuilder;
use crate::error::{Error, Result};
use crate::http::HttpClient;
use crate::model::{HookId, IncomingMessage};
use crate::rest::Webhooks;

/// An incoming webhook, identified by its URL. It needs no account.
///
/// A webhook is cheap to clone, and clones share connections. Its URL is a credential: anyone who knows it can post.
/// Therefore neither `Debug` nor errors contain the ID.
///
/// ```no_run
/// # fn main() -> mattermost::Result<()> {
/// use mattermost::{IncomingMessage, Webhook};
/// let hook = Webhook::new("https://chat.example.com/hooks/8k7ktpqaaidztx87g5zqd8j3ry")?;
/// hook.send(&IncomingMessage::new().text("The build failed."))?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Webhook {
    http: HttpClient,
    hook: HookId,
}

impl Webhook {
    /// Creates a webhook from its URL, as the server shows it. For a proxy, a CA or other settings, use
    /// [`ClientBuilder::webhook`].
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) if the URL is not the URL of a webhook. Nothing is sent.
    pub fn new(url: impl Into<String>) -> Result<Self> {
        ClientBuilder::new(url.into()).webhook()
    }

    /// Creates a post.
    ///
    /// `POST /hooks/{hook_id}`
    ///
    /// # Errors
    /// The server hides the reasons: 400 for an invalid webhook or an empty text, 403 for a locked channel, 404 for
    /// an unknown webhook, 501 if webhooks are disabled. The request is sent only once: if the connection breaks, the
    /// post may or may not have been created.
    pub fn send(&self, message: &IncomingMessage) -> Result<()> {
        Webhooks(&self.http).send(&self.hook, message)
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("url", &self.http.config().base.to_string()).finish_non_exhaustive()
    }
}

impl ClientBuilder {
    /// Creates a [`Webhook`] with the settings of this builder. The URL of the builder must be the URL of the
    /// webhook, for example `https://chat.example.com/hooks/..`. Nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) if it is not the URL of a webhook, or if a token or a login is
    /// set: a webhook uses neither.
    pub fn webhook(mut self) -> Result<Webhook> {
        if self.has_credentials() {
            return Err(Error::input("a webhook needs no token and no login"));
        }
        // Errors must not contain the URL.
        let bad = || {
            Error::input("this is not the URL of an incoming webhook")
                .with_hint("use https://chat.example.com/hooks/ followed by the 26 characters of its ID")
        };
        let url = self.take_url();
        let (base, hook) = url.trim().trim_end_matches('/').rsplit_once("/hooks/").ok_or_else(bad)?;
        let hook = hook.parse().map_err(|_| bad())?;
        base.clone_into(self.url_mut());
        Ok(Webhook { http: self.build_anonymous()?, hook })
    }
}
