//! The receiving side of integrations: slash commands, outgoing webhooks, buttons, menus and dialogs.
//!
//! Mattermost calls a program over HTTP. This module parses and verifies those requests and builds the responses. It
//! contains no HTTP server, and works with any. Each request is parsed from its content type and body, which a
//! [`CallbackRequest`] can read. Each response is a [`CallbackResponse`] with a status, a content type and a body.
//!
//! | request | type | verified by | response |
//! |---|---|---|---|
//! | slash command | [`CommandRequest`] | the command's token | [`CommandResponse`] |
//! | outgoing webhook | [`OutgoingWebhookRequest`] | the webhook's token | [`OutgoingWebhookResponse`] |
//! | button pressed, menu option selected | [`PostActionIntegrationRequest`] | a secret of the program | [`PostActionIntegrationResponse`] |
//! | dialog submitted, canceled, refreshed | [`DialogSubmission`] | a secret of the program | [`SubmitDialogResponse`] |
//! | options of a dynamic select requested | [`DialogSubmission`] | a secret of the program | [`LookupDialogResponse`] |
//!
//! # Verification
//!
//! Anyone who can reach the program can send it requests. Parsing therefore includes verification, and fails with
//! [`ErrorKind::Forbidden`] if the request cannot be verified.
//!
//! Requests of commands and outgoing webhooks contain a token that the server generated. Those of buttons, menus and
//! dialogs contain no token, so this crate adds a signature: [`Button::secret`](crate::Button::secret) signs the
//! context of a button, which the server never sends to clients, and `open_dialog` of a request signs the state of a
//! dialog for the user who opens it. Signatures expire, and are valid only for the same secret, kind of request and
//! contents. To also refuse requests that are sent repeatedly, pass a [`ReplayGuard`] with the secrets:
//! `(&secret, &guard)`.
//!
//! Use the same secret in every run of the program. Otherwise, the buttons of earlier runs stop working.
//!
//! # Examples
//!
//! ```
//! use mattermost::integration::*;
//! use mattermost::Secret;
//!
//! struct Bot {
//!     token: Secret,
//!     secret: Secret,
//! }
//!
//! impl Bot {
//!     fn deploy(&self, request: &CommandRequest) -> CommandResponse {
//!         let button = Button::new("stop", "Stop", "https://bot.example.com/stop");
//!         let button = button.context("target", &*request.text).secret(&self.secret);
//!         let text = format!("deploying {}", request.text);
//!         CommandResponse::in_channel(text).attachment(Attachment::new().button(button))
//!     }
//!
//!     fn stop(
//!         &self,
//!         press: &PostActionIntegrationRequest,
//!     ) -> PostActionIntegrationResponse {
//!         let text = format!("@{} stopped {}", press.user_name, press.text("target"));
//!         PostActionIntegrationResponse::update(text)
//!     }
//!
//!     /// Called by the HTTP server of the program.
//!     fn respond(&self, path: &str, request: &CallbackRequest) -> CallbackResponse {
//!         match path {
//!             "/deploy" => request.respond(&self.token, |command| self.deploy(command)),
//!             "/stop" => request.respond(&self.secret, |press| self.stop(press)),
//!             _ => CallbackResponse::not_found(),
//!         }
//!     }
//! }
//!
//! let bot = Bot {
//!     token: Secret::new("xr3j5x3p4pfk7kk6ck7b4e6ghh"),
//!     secret: Secret::new("of this program"),
//! };
//! let respond = |body: &str| {
//!     let kind = Some("application/x-www-form-urlencoded");
//!     bot.respond("/deploy", &CallbackRequest::read(kind, body.as_bytes()))
//! };
//! assert_eq!(respond("token=xr3j5x3p4pfk7kk6ck7b4e6ghh&text=web").status, 200);
//! assert_eq!(respond("token=guessed&text=web").status, 403);
//! ```

#![allow(single_use_lifetimes, reason = "`impl Into<AcceptedSecrets<'_>>` is not stable")]

mod action;
mod callback_request;
mod command;
mod dialog;
mod fields;
mod outgoing;
mod replay;
mod response;

pub use self::action::PostActionIntegrationRequest;
pub use self::callback_request::CallbackRequest;
pub use self::command::CommandRequest;
pub use self::dialog::DialogSubmission;
pub use self::outgoing::OutgoingWebhookRequest;
pub use self::replay::ReplayGuard;
pub use self::response::{
    CallbackResponse, OutgoingWebhookResponse, PostActionIntegrationResponse, PostActionUpdate,
};
pub use crate::model::{
    ActionStyle, Attachment, Button, CommandResponse, Dialog, DialogElement, LookupDialogResponse, Menu,
    SubmitDialogResponse,
};

use self::fields::FormFields;
use self::private::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// Maximum size of a request body, in bytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// The tokens or secrets that a request is verified with, and optionally a [`ReplayGuard`].
///
/// Created from one secret, or from several: for example the tokens of one command in several teams, or the old and the
/// new secret during a change. A pair with a guard also refuses requests that were already processed:
/// `PostActionIntegrationRequest::parse(content_type, body, (&secret, &guard))`.
#[derive(Clone, Copy, Debug)]
pub struct AcceptedSecrets<'s> {
    secrets: &'s [Secret],
    guard: Option<&'s ReplayGuard>,
}

impl<'s> From<&'s Secret> for AcceptedSecrets<'s> {
    fn from(secret: &'s Secret) -> Self {
        std::slice::from_ref(secret).into()
    }
}

impl<'s> From<&'s [Secret]> for AcceptedSecrets<'s> {
    fn from(secrets: &'s [Secret]) -> Self {
        Self { secrets, guard: None }
    }
}

impl<'s> From<&'s Vec<Secret>> for AcceptedSecrets<'s> {
    fn from(secrets: &'s Vec<Secret>) -> Self {
        secrets.as_slice().into()
    }
}

impl<'s, const N: usize> From<&'s [Secret; N]> for AcceptedSecrets<'s> {
    fn from(secrets: &'s [Secret; N]) -> Self {
        secrets.as_slice().into()
    }
}

impl<'s, S: Into<AcceptedSecrets<'s>>> From<(S, &'s ReplayGuard)> for AcceptedSecrets<'s> {
    fn from((secrets, guard): (S, &'s ReplayGuard)) -> Self {
        Self { guard: Some(guard), ..secrets.into() }
    }
}

impl AcceptedSecrets<'_> {
    /// Checks the token of a command or webhook, and returns its index. The time does not depend on which one
    /// matches.
    fn check_token(self, token: &str) -> Result<usize> {
        let found = self.secrets.iter().enumerate().fold(None, |found, (place, secret)| {
            let matches = secret.matches(token);
            if matches { Some(place) } else { found }
        });
        found.ok_or_else(|| forbidden_error("the token of the request is missing or wrong"))
    }

    /// Checks and remembers the ID of a request, once it is verified.
    fn accept(self, id: &str) -> Result<()> {
        self.guard.map_or(Ok(()), |guard| guard.accept(id))
    }

    /// Checks the ID of a request without remembering it.
    fn check_unprocessed(self, id: &str) -> Result<()> {
        self.guard.map_or(Ok(()), |guard| guard.check(id))
    }
}

/// A kind of request that Mattermost sends. Implemented by the types of this module only.
pub trait Callback: Read {}

impl Callback for CommandRequest {}
impl Callback for OutgoingWebhookRequest {}
impl Callback for PostActionIntegrationRequest {}
impl Callback for DialogSubmission {}

mod private {
    /// Seals `Callback`.
    #[allow(unnameable_types, reason = "a sealed trait")]
    pub trait Read: Sized {
        fn from_fields(fields: super::FormFields) -> crate::error::Result<Self>;
        fn from_verified_fields(
            fields: super::FormFields,
            secrets: super::AcceptedSecrets<'_>,
        ) -> crate::error::Result<Self>;
    }
}

/// Parses and verifies a request. The type of the request is often inferred from the function that handles it.
///
/// Equivalent to [`CommandRequest::parse`], [`OutgoingWebhookRequest::parse`],
/// [`PostActionIntegrationRequest::parse`] and [`DialogSubmission::parse`], which document the errors.
pub fn parse<'s, T: Callback>(
    content_type: &str,
    body: impl AsRef<[u8]>,
    secrets: impl Into<AcceptedSecrets<'s>>,
) -> Result<T> {
    T::from_verified_fields(FormFields::parse_body(content_type, body.as_ref())?, secrets.into())
}

/// Parses a request **without verifying the sender**.
///
/// Anyone who can reach the program can forge such a request. Use this only for tests and for requests that were
/// already authenticated by other means, for example by a proxy with mutual TLS. Signed contexts and states are
/// returned as they are.
///
/// # Errors
/// [`ErrorKind::Decode`] if the body is not a request of this kind; [`ErrorKind::Input`] if it exceeds
/// [`MAX_BODY_BYTES`].
pub fn parse_unverified_request_that_anyone_can_forge<T: Callback>(
    content_type: &str,
    body: impl AsRef<[u8]>,
) -> Result<T> {
    T::from_fields(FormFields::parse_body(content_type, body.as_ref())?)
}

fn forbidden_error(why: &'static str) -> Error {
    Error::new(ErrorKind::Forbidden, why)
}

fn oversized_error() -> Error {
    Error::input(format!("the request body exceeds {MAX_BODY_BYTES} bytes")).with_status(413)
}
