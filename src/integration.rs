//! The receiving side of integrations: slash commands, outgoing webhooks, buttons, menus and dialogs.
//!
//! Mattermost calls a program over HTTP. This module parses and verifies those requests and builds the responses. It
//! contains no HTTP server: each request is parsed from its content type and body, and each response is a
//! [`CallbackResponse`] with a status, a content type and a body, for whatever server the program uses.
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
//! [`ErrorKind::Forbidden`] if it does not succeed.
//!
//! Commands and outgoing webhooks contain a token that the server generated. Buttons, menus and dialogs contain
//! nothing of that kind, so this crate adds its own proof: [`Button::secret`](crate::Button::secret) signs the
//! context of a button, which the server never sends to clients, and `open_dialog` of a request signs the state of a
//! dialog for the user who opens it. Signatures expire, and are valid neither for another secret, nor for another
//! kind of request, nor with changed contents. A request that is sent a second time can be refused with a
//! [`ReplayGuard`].
//!
//! The secret must be the same in the next run of the program, or its earlier buttons stop working.
//!
//! # Examples
//!
//! ```
//! use mattermost::integration::{CallbackResponse, CommandRequest, PostActionIntegrationRequest};
//! use mattermost::integration::PostActionIntegrationResponse;
//! use mattermost::{Attachment, Button, CommandResponse, Result, Secret};
//!
//! /// Called by the HTTP server of the program.
//! fn respond(path: &str, content_type: &str, body: &[u8], token: &Secret, secret: &Secret) -> CallbackResponse {
//!     let response = || -> Result<CallbackResponse> {
//!         Ok(match path {
//!             "/deploy" => {
//!                 let command = CommandRequest::parse(content_type, body, token)?;
//!                 let button = Button::new("stop", "Stop", "https://bot.example.com/stop")
//!                     .context("target", &*command.text)
//!                     .secret(secret);
//!                 let text = format!("deploying {}", command.text);
//!                 CommandResponse::in_channel(text).attachment(Attachment::new().button(button)).into()
//!             }
//!             "/stop" => {
//!                 let press = PostActionIntegrationRequest::parse(content_type, body, secret)?;
//!                 let text = format!("@{} stopped {}", press.user_name, press.text("target"));
//!                 PostActionIntegrationResponse::update(text).into()
//!             }
//!             _ => CallbackResponse::not_found(),
//!         })
//!     };
//!     response().into() // an error becomes a response with a status of 400 or more
//! }
//!
//! let (token, secret) = (Secret::new("xr3j5x3p4pfk7kk6ck7b4e6ghh"), Secret::new("of this program"));
//! let form = "application/x-www-form-urlencoded";
//! let response = respond("/deploy", form, b"token=xr3j5x3p4pfk7kk6ck7b4e6ghh&text=web", &token, &secret);
//! assert_eq!(response.status, 200);
//! assert_eq!(respond("/deploy", form, b"token=guessed&text=web", &token, &secret).status, 403);
//! ```

mod action;
mod command;
mod dialog;
mod fields;
mod outgoing;
mod replay;
mod response;

pub use self::action::PostActionIntegrationRequest;
pub use self::command::CommandRequest;
pub use self::dialog::DialogSubmission;
pub use self::outgoing::OutgoingWebhookRequest;
pub use self::replay::ReplayGuard;
pub use self::response::{
    CallbackResponse, OutgoingWebhookResponse, PostActionIntegrationResponse, PostActionUpdate,
};
pub use crate::model::{CommandResponse, Dialog, DialogElement, LookupDialogResponse, SubmitDialogResponse};

use self::fields::FormFields;
use self::private::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// Maximum size of a request body, in bytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// The tokens or secrets that a request may have been verified with: one, or several, for example the tokens of one
/// command in several teams, or the old and the new secret while they are exchanged.
#[derive(Clone, Copy, Debug)]
pub struct AcceptedSecrets<'s>(&'s [Secret]);

impl<'s> From<&'s Secret> for AcceptedSecrets<'s> {
    fn from(secret: &'s Secret) -> Self {
        Self(std::slice::from_ref(secret))
    }
}

impl<'s> From<&'s [Secret]> for AcceptedSecrets<'s> {
    fn from(secrets: &'s [Secret]) -> Self {
        Self(secrets)
    }
}

impl<'s> From<&'s Vec<Secret>> for AcceptedSecrets<'s> {
    fn from(secrets: &'s Vec<Secret>) -> Self {
        Self(secrets)
    }
}

impl<'s, const N: usize> From<&'s [Secret; N]> for AcceptedSecrets<'s> {
    fn from(secrets: &'s [Secret; N]) -> Self {
        Self(secrets)
    }
}

impl AcceptedSecrets<'_> {
    /// Checks the token of a command or webhook. Takes equally long whichever of them it is.
    fn check_token(self, token: &str) -> Result<()> {
        let found = self.0.iter().fold(false, |found, secret| secret.matches(token) | found);
        if found { Ok(()) } else { Err(forbidden_error("the token of the request is missing or wrong")) }
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
    }
}

/// Parses a request **without verifying who sent it**: anyone who can reach the program can forge one. Only for tests
/// and for requests that were already authenticated by other means, such as a proxy with mutual TLS. Signed contexts
/// and states are returned as they are.
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
