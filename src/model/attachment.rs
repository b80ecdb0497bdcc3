//! Message attachments: cards below a post, with buttons and menus.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::Timestamp;
use crate::model::{Json, UserId};
use crate::secret::Secret;
use crate::signature::{Purpose, sign};

/// The prop that holds the attachments of a post.
pub(crate) const ATTACHMENTS: &str = "attachments";

open_enum! {
    /// Style of a button.
    ActionStyle {
        /// Default style of the theme.
        Default = "default",
        /// Main color of the theme.
        Primary = "primary",
        /// Green.
        Success = "success",
        /// Green.
        Good = "good",
        /// Orange.
        Warning = "warning",
        /// Red.
        Danger = "danger",
    }
}

model! {
    /// A card below a post: text, fields, images and buttons. Used in [`PostDraft`](crate::PostDraft),
    /// webhooks and command responses.
    ///
    /// ```
    /// use mattermost::{Attachment, Button};
    /// let card = Attachment::new()
    ///     .color("#c00000")
    ///     .title("Build 7 failed")
    ///     .title_link("https://ci.example.com/7")
    ///     .short_field("branch", "main")
    ///     .button(Button::new("again", "Again", "https://bot.example.com/again"));
    /// assert_eq!(card.actions.len(), 1);
    /// ```
    pub struct Attachment {
        /// Unused. Always 0.
        #[serde(skip_serializing_if = "is_zero")]
        pub id: i64,
        /// Plain-text summary for places that cannot show the card, such as notifications and email.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub fallback: String,
        /// Color of the left border: `#ff0000`, `good`, `warning` or `danger`.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub color: String,
        /// Text above the card.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub pretext: String,
        /// Author name, shown at the top.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub author_name: String,
        /// URL of the author.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub author_link: String,
        /// URL of a small image next to the author name.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub author_icon: String,
        /// The title of the attachment.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub title: String,
        /// URL that the title links to.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub title_link: String,
        /// The text, in Markdown.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub text: String,
        /// Fields of the table below the text.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub fields: Vec<AttachmentField>,
        /// URL of an image below the text, at most 400 x 300 pixels.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub image_url: String,
        /// URL of an image on the right, 75 x 75 pixels.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub thumb_url: String,
        /// Footer, up to 300 characters.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub footer: String,
        /// URL of a small image next to the footer.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub footer_icon: String,
        /// Timestamp in the footer, in seconds since 1970, as a number or a string.
        #[serde(skip_serializing_if = "Json::is_empty")]
        pub ts: Json,
        /// Buttons and menus.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub actions: Vec<PostAction>,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Every setter consumes the attachment and returns it.
impl Attachment {
    /// Creates an empty attachment.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the plain-text summary for places that cannot show the card, such as notifications and email.
    #[must_use]
    pub fn fallback(mut self, text: impl Into<String>) -> Self {
        self.fallback = text.into();
        self
    }

    /// Sets the color of the left border: `#ff0000`, `good`, `warning` or `danger`.
    #[must_use]
    pub fn color(mut self, color: impl Into<String>) -> Self {
        self.color = color.into();
        self
    }

    /// Sets the text above the card.
    #[must_use]
    pub fn pretext(mut self, text: impl Into<String>) -> Self {
        self.pretext = text.into();
        self
    }

    /// Sets the author name, shown at the top.
    #[must_use]
    pub fn author_name(mut self, name: impl Into<String>) -> Self {
        self.author_name = name.into();
        self
    }

    /// Sets the URL of the author.
    #[must_use]
    pub fn author_link(mut self, url: impl Into<String>) -> Self {
        self.author_link = url.into();
        self
    }

    /// Sets the URL of a small image next to the author name.
    #[must_use]
    pub fn author_icon(mut self, url: impl Into<String>) -> Self {
        self.author_icon = url.into();
        self
    }

    /// Sets the title.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets the URL that the title links to.
    #[must_use]
    pub fn title_link(mut self, url: impl Into<String>) -> Self {
        self.title_link = url.into();
        self
    }

    /// Sets the text, in Markdown.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// Adds a field that spans the whole row.
    #[must_use]
    pub fn field(mut self, title: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push(AttachmentField {
            title: title.into(),
            value: Json::from(value.into()),
            short: false,
        });
        self
    }

    /// Adds a short field; two of them share a row.
    #[must_use]
    pub fn short_field(mut self, title: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push(AttachmentField {
            title: title.into(),
            value: Json::from(value.into()),
            short: true,
        });
        self
    }

    /// Sets the URL of an image below the text, at most 400 x 300 pixels.
    #[must_use]
    pub fn image_url(mut self, url: impl Into<String>) -> Self {
        self.image_url = url.into();
        self
    }

    /// Sets the URL of an image on the right, 75 x 75 pixels.
    #[must_use]
    pub fn thumb_url(mut self, url: impl Into<String>) -> Self {
        self.thumb_url = url.into();
        self
    }

    /// Sets the footer, up to 300 characters.
    #[must_use]
    pub fn footer(mut self, text: impl Into<String>) -> Self {
        self.footer = text.into();
        self
    }

    /// Sets the URL of a small image next to the footer.
    #[must_use]
    pub fn footer_icon(mut self, url: impl Into<String>) -> Self {
        self.footer_icon = url.into();
        self
    }

    /// Sets the timestamp in the footer.
    #[must_use]
    pub fn timestamp(mut self, time: Timestamp) -> Self {
        self.ts = Json::from(Value::from(time.as_millis() / 1000));
        self
    }

    /// Adds a button.
    #[must_use]
    pub fn button(mut self, button: Button) -> Self {
        self.actions.push(button.into());
        self
    }

    /// Adds a menu.
    #[must_use]
    pub fn menu(mut self, menu: Menu) -> Self {
        self.actions.push(menu.into());
        self
    }
}

model! {
    /// A field in the table of an attachment.
    pub struct AttachmentField {
        /// The heading of the field.
        pub title: String,
        /// Value of the field: usually a string, but numbers are allowed.
        pub value: Json,
        /// `true` to show two fields in one row. The server accepts `"true"` for `true`, and may keep the string in
        /// posts of webhooks.
        #[serde(deserialize_with = "flag")]
        pub short: bool,
    }
}

model! {
    /// A button or a menu of an attachment, created with [`Button`] or [`Menu`].
    pub struct PostAction {
        /// ID within the post: letters and digits only.
        pub id: String,
        /// `button` or `select`.
        #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
        pub kind: String,
        /// The label of the button or menu.
        pub name: String,
        /// Tooltip of the button.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub tooltip: String,
        /// `true` if the control is disabled.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        pub disabled: bool,
        /// Style of a button. A color is also accepted: `ActionStyle::from("#ff0000")`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub style: Option<ActionStyle>,
        /// Source of dynamic menu options: `users` or `channels`.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub data_source: String,
        /// Options of a menu.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub options: Vec<PostActionOptions>,
        /// Preselected value of a menu.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub default_option: String,
        /// The integration to call. Never sent to clients.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub integration: Option<PostActionIntegration>,
        /// Opaque value of a control in an ephemeral post. Must be sent back when the control is used.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub cookie: String,
    }
}

model! {
    /// An option of a menu.
    pub struct PostActionOptions {
        /// The label of the option.
        pub text: String,
        /// Value sent when the option is selected.
        pub value: String,
    }
}

model! {
    /// The integration that a button or menu calls.
    pub struct PostActionIntegration {
        /// URL to which the server sends the action.
        pub url: String,
        /// Additional data for the request. The request is not signed, so a secret in this map is the only proof of
        /// its origin.
        pub context: Map<String, Value>,
    }
}

impl PostAction {
    fn new(id: impl Into<String>, kind: &str, name: impl Into<String>, url: impl Into<String>) -> Self {
        let integration = PostActionIntegration { url: url.into(), context: Map::new() };
        Self {
            id: id.into(),
            kind: kind.into(),
            name: name.into(),
            integration: Some(integration),
            ..Self::default()
        }
    }

    fn context(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        self.integration.get_or_insert_default().context.insert(key.into(), value.into());
    }
}

/// Member of the context that holds the signed context.
pub(crate) const SIGNED_CONTEXT: &str = "signed";
/// Lifetime of a signature by default.
const SIGNATURE_LIFETIME: Duration = Duration::from_secs(30 * 86_400);

/// Signature of the context of a control.
#[derive(Clone, Debug, PartialEq)]
struct ContextSigner {
    secret: Option<Secret>,
    user: UserId,
    lifetime: Duration,
}

impl ContextSigner {
    fn new() -> Self {
        Self { secret: None, user: UserId::default(), lifetime: SIGNATURE_LIFETIME }
    }

    /// Signing is the last step, so that the order of the setters does not matter.
    fn sign_action(self, mut action: PostAction) -> PostAction {
        if let (Some(secret), Some(integration)) = (self.secret, &mut action.integration) {
            let context = Value::Object(std::mem::take(&mut integration.context)).to_string();
            let signed = sign(&secret, Purpose::Action, self.user.as_str(), self.lifetime, &context);
            integration.context.insert(SIGNED_CONTEXT.into(), signed.into());
        }
        action
    }
}

macro_rules! signed_context {
    ($control:ident) => {
        impl $control {
            /// Sets additional data for the request. Clients never see it.
            #[must_use]
            pub fn context(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
                self.0.context(key, value);
                self
            }

            /// Signs the context with a secret of the program, so that the program can verify that a request came
            /// from this control.
            /// [`PostActionIntegrationRequest::parse`](crate::integration::PostActionIntegrationRequest::parse)
            /// verifies the signature with the same secret. The signature expires after 30 days; see
            /// [`expires_in`](Self::expires_in).
            #[must_use]
            pub fn secret(mut self, secret: &Secret) -> Self {
                self.1.secret = Some(secret.clone());
                self
            }

            /// Sets the lifetime of the signature. Defaults to 30 days. Requires [`secret`](Self::secret).
            #[must_use]
            pub fn expires_in(mut self, lifetime: Duration) -> Self {
                self.1.lifetime = lifetime;
                self
            }

            /// Accepts requests of this user only. Other users still see the control. Requires
            /// [`secret`](Self::secret).
            #[must_use]
            pub fn only_for(mut self, user: impl Into<UserId>) -> Self {
                self.1.user = user.into();
                self
            }
        }
    };
}

/// A button of an [`Attachment`]. When it is pressed, the server sends a request to `url`.
#[derive(Clone, Debug, PartialEq)]
pub struct Button(PostAction, ContextSigner);

signed_context!(Button);

impl Button {
    /// Creates a button with an ID (letters and digits only, otherwise it cannot be pressed), a label, and
    /// the URL to call.
    pub fn new(id: impl Into<String>, name: impl Into<String>, url: impl Into<String>) -> Self {
        Self(PostAction::new(id, "button", name, url), ContextSigner::new())
    }

    /// Sets the style.
    #[must_use]
    pub fn style(mut self, style: ActionStyle) -> Self {
        self.0.style = Some(style);
        self
    }

    /// Sets the tooltip.
    #[must_use]
    pub fn tooltip(mut self, text: impl Into<String>) -> Self {
        self.0.tooltip = text.into();
        self
    }

    /// Disables the button.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.0.disabled = true;
        self
    }
}

/// A menu of an [`Attachment`]. When an option is selected, the server sends a request to `url`.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu(PostAction, ContextSigner);

signed_context!(Menu);

impl Menu {
    /// Creates a menu with an ID (letters and digits only, otherwise it cannot be used), a label, and the URL
    /// to call.
    pub fn new(id: impl Into<String>, name: impl Into<String>, url: impl Into<String>) -> Self {
        Self(PostAction::new(id, "select", name, url), ContextSigner::new())
    }

    /// Adds an option.
    #[must_use]
    pub fn option(mut self, text: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.options.push(PostActionOptions { text: text.into(), value: value.into() });
        self
    }

    /// Sets the preselected value.
    #[must_use]
    pub fn default_option(mut self, value: impl Into<String>) -> Self {
        self.0.default_option = value.into();
        self
    }

    /// Offers the users of the server instead of fixed options.
    #[must_use]
    pub fn users(mut self) -> Self {
        self.0.data_source = "users".into();
        self
    }

    /// Offers the public channels of the team instead of fixed options.
    #[must_use]
    pub fn channels(mut self) -> Self {
        self.0.data_source = "channels".into();
        self
    }
}

impl From<Button> for PostAction {
    fn from(button: Button) -> Self {
        button.1.sign_action(button.0)
    }
}

impl From<Menu> for PostAction {
    fn from(menu: Menu) -> Self {
        menu.1.sign_action(menu.0)
    }
}
