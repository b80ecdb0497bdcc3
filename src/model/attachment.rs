//! Message attachments: cards below a post, with buttons and menus.

use serde_json::{Map, Value};

use crate::Timestamp;
use crate::model::Json;

open_enum! {
    /// How a button looks.
    ActionStyle {
        /// As the theme says.
        Default = "default",
        /// The theme's main colour.
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
    /// A card below a post: text, fields, pictures, buttons. Goes into [`PostDraft`](crate::PostDraft), webhooks and answers to commands.
    ///
    /// ```
    /// use mattermost::{Attachment, Button};
    /// let card = Attachment::new()
    ///     .color("#c00000")
    ///     .title("Build 7 failed")
    ///     .title_link("https://ci.example.com/7")
    ///     .short_field("branch", "main")
    ///     .button(Button::new("again", "Build again", "https://bot.example.com/action").context("build", 7));
    /// assert_eq!(card.actions.len(), 1);
    /// ```
    pub struct Attachment {
        /// Out of use; 0.
        #[serde(skip_serializing_if = "is_zero")]
        pub id: i64,
        /// Shown where the card cannot be: notifications, mails.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub fallback: String,
        /// Colour of the bar at the left, as `#ff0000`, or `good`, `warning`, `danger`.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub color: String,
        /// Text above the card.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub pretext: String,
        /// A small name on top.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub author_name: String,
        /// Where the name leads.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub author_link: String,
        /// Address of a small picture beside the name.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub author_icon: String,
        /// Title.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub title: String,
        /// Where the title leads.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub title_link: String,
        /// Text, in Markdown.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub text: String,
        /// A table below the text.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub fields: Vec<AttachmentField>,
        /// Address of a picture below the text, 400 x 300 at most.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub image_url: String,
        /// Address of a picture to the right, 75 x 75.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub thumb_url: String,
        /// Small text at the bottom; up to 300 characters.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub footer: String,
        /// Address of a small picture beside the footer.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub footer_icon: String,
        /// A time at the bottom: a number or a text, seconds since 1970.
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

/// Each setter takes the attachment and gives it back.
impl Attachment {
    /// An empty card.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shown where the card cannot be: notifications, mails.
    #[must_use]
    pub fn fallback(mut self, text: impl Into<String>) -> Self {
        self.fallback = text.into();
        self
    }

    /// Colour of the bar at the left, as `#ff0000`, or `good`, `warning`, `danger`.
    #[must_use]
    pub fn color(mut self, color: impl Into<String>) -> Self {
        self.color = color.into();
        self
    }

    /// Text above the card.
    #[must_use]
    pub fn pretext(mut self, text: impl Into<String>) -> Self {
        self.pretext = text.into();
        self
    }

    /// A small name on top.
    #[must_use]
    pub fn author_name(mut self, name: impl Into<String>) -> Self {
        self.author_name = name.into();
        self
    }

    /// Where the name leads.
    #[must_use]
    pub fn author_link(mut self, url: impl Into<String>) -> Self {
        self.author_link = url.into();
        self
    }

    /// Address of a small picture beside the name.
    #[must_use]
    pub fn author_icon(mut self, url: impl Into<String>) -> Self {
        self.author_icon = url.into();
        self
    }

    /// Title.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Where the title leads.
    #[must_use]
    pub fn title_link(mut self, url: impl Into<String>) -> Self {
        self.title_link = url.into();
        self
    }

    /// Text, in Markdown.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// A row of the table below the text.
    #[must_use]
    pub fn field(mut self, title: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push(AttachmentField {
            title: title.into(),
            value: Json::from(value.into()),
            short: false,
        });
        self
    }

    /// A cell of the table below the text, two in a row.
    #[must_use]
    pub fn short_field(mut self, title: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push(AttachmentField {
            title: title.into(),
            value: Json::from(value.into()),
            short: true,
        });
        self
    }

    /// Address of a picture below the text, 400 x 300 at most.
    #[must_use]
    pub fn image_url(mut self, url: impl Into<String>) -> Self {
        self.image_url = url.into();
        self
    }

    /// Address of a picture to the right, 75 x 75.
    #[must_use]
    pub fn thumb_url(mut self, url: impl Into<String>) -> Self {
        self.thumb_url = url.into();
        self
    }

    /// Small text at the bottom; up to 300 characters.
    #[must_use]
    pub fn footer(mut self, text: impl Into<String>) -> Self {
        self.footer = text.into();
        self
    }

    /// Address of a small picture beside the footer.
    #[must_use]
    pub fn footer_icon(mut self, url: impl Into<String>) -> Self {
        self.footer_icon = url.into();
        self
    }

    /// A time at the bottom.
    #[must_use]
    pub fn timestamp(mut self, time: Timestamp) -> Self {
        self.ts = Json::from(Value::from(time.as_millis() / 1000));
        self
    }

    /// A button.
    #[must_use]
    pub fn button(mut self, button: Button) -> Self {
        self.actions.push(button.0);
        self
    }

    /// A menu.
    #[must_use]
    pub fn menu(mut self, menu: Menu) -> Self {
        self.actions.push(menu.0);
        self
    }
}

model! {
    /// A cell of the table of an attachment.
    pub struct AttachmentField {
        /// Heading.
        pub title: String,
        /// Mostly a text; numbers are allowed.
        pub value: Json,
        /// Whether two of them stand side by side. The server takes `"true"` for `true`, and so may keep it in posts of
        /// webhooks.
        #[serde(deserialize_with = "flag")]
        pub short: bool,
    }
}

model! {
    /// A button or a menu of an attachment: made by [`Button`] or [`Menu`].
    pub struct PostAction {
        /// Its id in the post: letters and digits only.
        pub id: String,
        /// `button` or `select`.
        #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
        pub kind: String,
        /// What it says.
        pub name: String,
        /// Shown under the mouse.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub tooltip: String,
        /// Whether it cannot be pressed.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        pub disabled: bool,
        /// How a button looks. A colour is allowed too: `ActionStyle::from("#ff0000")`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub style: Option<ActionStyle>,
        /// What a menu offers by itself: `users` or `channels`.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub data_source: String,
        /// What a menu offers.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub options: Vec<PostActionOptions>,
        /// The value that a menu shows at first.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub default_option: String,
        /// Whom it calls. Never sent to clients.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub integration: Option<PostActionIntegration>,
        /// In posts shown to one account only: has to be sent along when it is pressed.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub cookie: String,
    }
}

model! {
    /// A line of a menu.
    pub struct PostActionOptions {
        /// What it says.
        pub text: String,
        /// What is sent when it is chosen.
        pub value: String,
    }
}

model! {
    /// Whom a button or a menu calls.
    pub struct PostActionIntegration {
        /// Where the server sends the press.
        pub url: String,
        /// What it sends along. There is no signature: a secret in here is the only proof of who calls.
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

/// A button of an [`Attachment`]. A press makes the server call `url`.
#[derive(Clone, Debug, PartialEq)]
pub struct Button(PostAction);

impl Button {
    /// With an id of letters and digits (others cannot be pressed), a text, and the address that is called.
    pub fn new(id: impl Into<String>, name: impl Into<String>, url: impl Into<String>) -> Self {
        Self(PostAction::new(id, "button", name, url))
    }

    /// Sends this along when it is pressed. Clients never see it.
    #[must_use]
    pub fn context(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.context(key, value);
        self
    }

    /// How it looks.
    #[must_use]
    pub fn style(mut self, style: ActionStyle) -> Self {
        self.0.style = Some(style);
        self
    }

    /// Shown under the mouse.
    #[must_use]
    pub fn tooltip(mut self, text: impl Into<String>) -> Self {
        self.0.tooltip = text.into();
        self
    }

    /// Cannot be pressed.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.0.disabled = true;
        self
    }
}

/// A menu of an [`Attachment`]. A choice makes the server call `url`.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu(PostAction);

impl Menu {
    /// With an id of letters and digits (others cannot be chosen from), a text, and the address that is called.
    pub fn new(id: impl Into<String>, name: impl Into<String>, url: impl Into<String>) -> Self {
        Self(PostAction::new(id, "select", name, url))
    }

    /// Sends this along when something is chosen. Clients never see it.
    #[must_use]
    pub fn context(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.context(key, value);
        self
    }

    /// One more line.
    #[must_use]
    pub fn option(mut self, text: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.options.push(PostActionOptions { text: text.into(), value: value.into() });
        self
    }

    /// The value that it shows at first.
    #[must_use]
    pub fn default_option(mut self, value: impl Into<String>) -> Self {
        self.0.default_option = value.into();
        self
    }

    /// Offers the people of the server instead of lines of its own.
    #[must_use]
    pub fn users(mut self) -> Self {
        self.0.data_source = "users".into();
        self
    }

    /// Offers the public channels of the team instead of lines of its own.
    #[must_use]
    pub fn channels(mut self) -> Self {
        self.0.data_source = "channels".into();
        self
    }
}

impl From<Button> for PostAction {
    fn from(button: Button) -> Self {
        button.0
    }
}

impl From<Menu> for PostAction {
    fn from(menu: Menu) -> Self {
        menu.0
    }
}
