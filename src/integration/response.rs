//! Responses to requests from the server.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    ATTACHMENTS, Attachment, CommandResponse, Dialog, DialogSelectOption, KEY, LookupDialogResponse,
    PostPriority, SubmitDialogResponse,
};

/// An HTTP response, for any HTTP server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallbackResponse {
    /// The HTTP status.
    pub status: u16,
    /// The value of the `Content-Type` header.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

impl CallbackResponse {
    /// Creates an empty response with the status 200: the request was processed, and nothing is shown.
    pub fn ok() -> Self {
        Self::from_json(200, &Map::new())
    }

    /// Creates a 404 response, for paths that the program does not serve.
    pub fn not_found() -> Self {
        Self { status: 404, content_type: "text/plain; charset=utf-8", body: b"not found".to_vec() }
    }

    /// Writes the response as HTTP/1.1: the status line, the headers and the body.
    ///
    /// Use this with HTTP servers that expose the connection of a request, such as `tiny_http` with
    /// `response.write_http(request.into_writer())`.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the connection breaks.
    pub fn write_http(&self, mut connection: impl Write) -> Result<()> {
        let reason = match self.status {
            200 => "OK",
            400 => "Bad Request",
            403 => "Forbidden",
            404 => "Not Found",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            500 => "Internal Server Error",
            _ => "", // may be empty
        };
        let (status, content_type, length) = (self.status, self.content_type, self.body.len());
        let head = format!("HTTP/1.1 {status} {reason}\r\nContent-Type: {content_type}\r\n");
        let mut bytes = format!("{head}Content-Length: {length}\r\n\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        connection
            .write_all(&bytes)
            .and_then(|()| connection.flush())
            .map_err(|error| Error::io("the response could not be written", error).with_kind(ErrorKind::Io))
    }

    fn from_json(status: u16, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).unwrap_or_default();
        Self { status, content_type: "application/json", body }
    }
}

/// 403 for [`ErrorKind::Forbidden`], 400, 413 or 415 for a malformed request, and 500 for anything else. The body does
/// not contain the error, since anyone may have sent the request. The error is logged instead.
impl From<Error> for CallbackResponse {
    fn from(error: Error) -> Self {
        let (status, body) = match (error.kind(), error.status()) {
            (ErrorKind::Forbidden, _) => (403, "forbidden"),
            (ErrorKind::Decode | ErrorKind::Input, Some(status @ 400..=499)) => (status, "malformed request"),
            _ => (500, "internal error"),
        };
        log::warn!("responding to a request with status {status}: {error}");
        Self { status, content_type: "text/plain; charset=utf-8", body: body.into() }
    }
}

impl<T: Into<CallbackResponse>> From<Result<T>> for CallbackResponse {
    fn from(result: Result<T>) -> Self {
        match result {
            Ok(response) => response.into(),
            Err(error) => error.into(),
        }
    }
}

macro_rules! json_responses {
    ($($name:ty,)+) => {$(
        impl From<$name> for CallbackResponse {
            fn from(response: $name) -> Self {
                Self::from_json(200, &response)
            }
        }
    )+};
}

json_responses! {
    CommandResponse,
    LookupDialogResponse,
    OutgoingWebhookResponse,
    PostActionIntegrationResponse,
    SubmitDialogResponse,
}

impl CommandResponse {
    /// Creates a response that everyone in the channel sees.
    pub fn in_channel(text: impl Into<String>) -> Self {
        Self { response_type: "in_channel".into(), text: text.into(), ..Self::default() }
    }

    /// Creates a response that only the user who executed the command sees.
    pub fn ephemeral(text: impl Into<String>) -> Self {
        Self { response_type: "ephemeral".into(), text: text.into(), ..Self::default() }
    }

    /// Adds an attachment.
    #[must_use]
    pub fn attachment(mut self, attachment: impl Borrow<Attachment>) -> Self {
        self.attachments.push(attachment.borrow().clone());
        self
    }

    /// Sets the username of the post, if the server allows overrides.
    #[must_use]
    pub fn username(mut self, name: impl Into<String>) -> Self {
        self.username = name.into();
        self
    }

    /// Sets the icon of the post, if the server allows overrides.
    #[must_use]
    pub fn icon_url(mut self, url: impl Into<String>) -> Self {
        self.icon_url = url.into();
        self
    }

    /// Opens a URL in the browser of the user.
    #[must_use]
    pub fn goto_location(mut self, url: impl Into<String>) -> Self {
        self.goto_location = url.into();
        self
    }

    /// Adds another response, which creates a separate post.
    #[must_use]
    pub fn extra_response(mut self, response: Self) -> Self {
        self.extra_responses.push(response);
        self
    }
}

/// A response to an outgoing webhook: a post in the channel or in the thread of the post. The default creates no
/// post.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutgoingWebhookResponse {
    /// The text, in Markdown. `None` creates no post unless there are attachments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `comment` to reply in the thread of the post, or `post`.
    pub response_type: String,
    /// Username of the post, if the server allows overrides.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub username: String,
    /// Icon of the post, if the server allows overrides.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub icon_url: String,
    /// Attachments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Props of the post.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub props: Map<String, Value>,
    /// Priority of the post. Only for root posts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<PostPriority>,
}

impl OutgoingWebhookResponse {
    /// Creates a post in the channel.
    pub fn post(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), response_type: "post".into(), ..Self::default() }
    }

    /// Creates a reply in the thread of the post.
    pub fn comment(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), response_type: "comment".into(), ..Self::default() }
    }

    /// Adds an attachment.
    #[must_use]
    pub fn attachment(mut self, attachment: impl Borrow<Attachment>) -> Self {
        self.attachments.push(attachment.borrow().clone());
        self
    }
}

/// A response to a button or menu. The default changes and shows nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostActionIntegrationResponse {
    /// The new content of the post with the control.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<PostActionUpdate>,
    /// Text shown only to the user who used the control.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ephemeral_text: String,
    /// `true` to disable the conversion of Slack markup.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub skip_slack_parsing: bool,
}

/// The new content of a post.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostActionUpdate {
    /// The text, in Markdown.
    pub message: String,
    /// All props of the post. An empty map removes the buttons.
    pub props: Map<String, Value>,
}

impl PostActionIntegrationResponse {
    /// Replaces the text and all props of the post, including its attachments with their buttons and its
    /// [key](crate::PostDraft::key). To keep them, add them with [`attachment`](Self::attachment), [`key`](Self::key)
    /// and [`prop`](Self::prop).
    ///
    /// The server cannot update ephemeral posts, such as those of [`CommandResponse::ephemeral`], and responds with
    /// an error. Use [`ephemeral`](Self::ephemeral) for their buttons.
    pub fn update(message: impl Into<String>) -> Self {
        let update = PostActionUpdate { message: message.into(), props: Map::new() };
        Self { update: Some(update), ..Self::default() }
    }

    /// Shows a text to the user who used the control, and leaves the post unchanged.
    pub fn ephemeral(text: impl Into<String>) -> Self {
        Self::default().ephemeral_text(text)
    }

    /// Also shows a text to the user who used the control.
    #[must_use]
    pub fn ephemeral_text(mut self, text: impl Into<String>) -> Self {
        self.ephemeral_text = text.into();
        self
    }

    /// Adds an attachment to the updated post.
    #[must_use]
    pub fn attachment(mut self, attachment: impl Borrow<Attachment>) -> Self {
        let value = serde_json::to_value(attachment.borrow()).unwrap_or_default();
        let props = &mut self.update.get_or_insert_default().props;
        match props.get_mut(ATTACHMENTS).and_then(Value::as_array_mut) {
            Some(list) => list.push(value),
            None => drop(props.insert(ATTACHMENTS.into(), Value::Array(vec![value]))),
        }
        self
    }

    /// Sets a prop of the updated post.
    #[must_use]
    pub fn prop(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.update.get_or_insert_default().props.insert(key.into(), value.into());
        self
    }

    /// Sets the [key](crate::PostDraft::key) of the updated post.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        self.prop(KEY, key.into())
    }
}

impl SubmitDialogResponse {
    /// Accepts the submission and closes the dialog.
    pub fn accepted() -> Self {
        Self::default()
    }

    /// Keeps the dialog open and shows a general error.
    pub fn error(message: impl Into<String>) -> Self {
        Self { error: message.into(), ..Self::default() }
    }

    /// Keeps the dialog open and shows errors next to its elements, by element name.
    pub fn errors<K: Into<String>, V: Into<String>>(errors: impl IntoIterator<Item = (K, V)>) -> Self {
        let errors = errors.into_iter().map(|(name, message)| (name.into(), message.into()));
        Self { errors: errors.collect::<BTreeMap<_, _>>(), ..Self::default() }
    }

    /// Replaces the dialog with another one. Sign its state: see
    /// [`DialogSubmission::next_form`](super::DialogSubmission::next_form). Since server 11.0.
    pub fn form(dialog: impl Into<Dialog>) -> Self {
        Self { kind: "form".into(), form: Some(dialog.into()), ..Self::default() }
    }
}

impl LookupDialogResponse {
    /// Creates a response from labels and values.
    pub fn new<T: Into<String>, V: Into<String>>(options: impl IntoIterator<Item = (T, V)>) -> Self {
        let option = |(text, value): (T, V)| DialogSelectOption { text: text.into(), value: value.into() };
        Self { items: options.into_iter().map(option).collect() }
    }
}
