//! [`Client`]: one account on one server.

use std::fmt;
use std::sync::Arc;

pub use self::builder::ClientBuilder;
pub(crate) use self::names::check_message;
pub use self::usernames::Names;
pub use self::webhook::Webhook;
use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpClient;
use crate::model::User;

/// One account on one server: the typed, blocking REST API.
///
/// [`channel`](Self::channel), [`send`](Self::send) and [`dm`](Self::dm) take names; [`events`](Self::events) opens the live
/// stream. All other routes are grouped: [`posts`](Self::posts), [`channels`](Self::channels), [`users`](Self::users)
/// and so on.
///
/// A client is cheap to clone, and `Send + Sync`. Clones share the session, the rate limit, and up to 8 idle
/// connections. Each call blocks until its response arrives or its deadline passes, 30 s by default, including retries
/// and waits for rate limits. Dropping a client only closes its idle connections.
///
/// ```no_run
/// use mattermost::{Client, PostDraft};
///
/// fn main() -> mattermost::Result<()> {
///     let client = Client::builder("https://chat.example.com").token("...").connect()?;
///     client.send("awesome-chat", "~town-square", "Hey everybody!")?;
///     let channel = client.channel("awesome-chat", "~town-square")?;
///     let post = client.posts().create(&PostDraft::new(&channel, "Done:"))?;
///     client.posts().reply(&post, "all of it.")?; // in the thread of the post
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Client {
    http: HttpClient,
    me: Arc<User>,
}

// rustdoc lists methods in the order of these lines, and those of this file last.
mod connect;

mod names;

mod stream;

mod groups;

mod calls;

pub mod doctor;

#[cfg(feature = "admin")]
mod admin;

mod builder;
mod links;
mod usernames;
mod webhook;

impl Client {
    pub(crate) fn http(&self) -> &HttpClient {
        &self.http
    }

    fn connect_locally(http: HttpClient) -> Self {
        Self { http, me: Arc::new(User::default()) }
    }

    fn with_user(http: HttpClient, me: User) -> Result<Self> {
        if me.id.is_empty() {
            return Err(Error::new(ErrorKind::Protocol, "the server did not return the current account")
                .with_hint("check that the URL is that of a Mattermost server"));
        }
        http.set_me(me.id.clone());
        Ok(Self { http, me: Arc::new(me) })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &self.url())
            .field("me", &self.me.username)
            .finish_non_exhaustive()
    }
}
