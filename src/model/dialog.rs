//! Interactive dialogs and button presses.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::model::{ChannelId, PostActionOptions, TeamId, UserId};
use crate::secret::Secret;
use crate::signature::{Purpose, sign};

/// Setters of plain texts.
macro_rules! text_setters {
    ($name:ident: $($(#[$meta:meta])* $field:ident,)+) => {
        impl $name {
            $(
                $(#[$meta])*
                #[must_use]
                pub fn $field(mut self, $field: impl Into<String>) -> Self {
                    self.$field = $field.into();
                    self
                }
            )+
        }
    };
}

model! {
    /// Result of pressing a button.
    pub struct PostActionAPIResponse {
        /// Always `OK`.
        pub status: String,
        /// ID of the button press, also contained in the resulting `open_dialog` event. Differs from the trigger ID
        /// that the server sends to the button's URL and that opens a dialog.
        pub trigger_id: String,
    }
}

input! {
    /// A button press or menu selection.
    pub struct DoPostActionRequest {}
    optional {
        /// Value of the selected menu option.
        selected_option: String,
        /// The cookie of the action, for ephemeral posts.
        cookie: String,
    }
}

model! {
    /// A request to open a dialog for the user whose action returned the trigger ID.
    pub struct OpenDialogRequest {
        /// Trigger ID from a button press or command. Valid for 30 s.
        pub trigger_id: String,
        /// URL to which the submission is sent.
        pub url: String,
        /// The dialog to show.
        pub dialog: Dialog,
    }
}

impl OpenDialogRequest {
    /// Creates a value with the required fields.
    pub fn new(trigger_id: impl Into<String>, url: impl Into<String>, dialog: impl Into<Dialog>) -> Self {
        Self { trigger_id: trigger_id.into(), url: url.into(), dialog: dialog.into() }
    }
}

model! {
    /// A dialog with input elements.
    pub struct Dialog {
        /// Application-defined identifier, returned with the submission.
        pub callback_id: String,
        /// The title, up to 24 characters.
        pub title: String,
        /// Introduction, in Markdown.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub introduction_text: String,
        /// URL of a small icon.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub icon_url: String,
        /// Input elements, up to 5.
        pub elements: Vec<DialogElement>,
        /// Label of the submit button.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub submit_label: String,
        /// `true` to receive a request when the dialog is canceled.
        pub notify_on_cancel: bool,
        /// Application-defined data, returned with the submission. See [`Dialog::secret`].
        pub state: String,
        /// URL to call when a field with `refresh` changes.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub source_url: String,
    }
}

model! {
    /// An input element of a dialog.
    pub struct DialogElement {
        /// The label, up to 24 characters.
        pub display_name: String,
        /// Name of the element in the submission.
        pub name: String,
        /// `text`, `textarea`, `select`, `bool`, `radio`, `date` or `datetime`.
        #[serde(rename = "type")]
        pub kind: String,
        /// Subtype of a text element: `text`, `email`, `number`, `password`, `tel` or `url`.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub subtype: String,
        /// Initial value.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub default: String,
        /// Placeholder of the input field.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub placeholder: String,
        /// Help text.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub help_text: String,
        /// `true` if the element may be left empty.
        pub optional: bool,
        /// Minimum number of characters.
        pub min_length: i64,
        /// Maximum number of characters. 0 selects the server's limit.
        #[serde(skip_serializing_if = "crate::model::json::is_zero")]
        pub max_length: i64,
        /// Source of dynamic options: `users`, `channels` or `dynamic`.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub data_source: String,
        /// URL that returns the options of a `dynamic` element.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub data_source_url: String,
        /// Options of a menu.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub options: Vec<PostActionOptions>,
        /// `true` to allow several selections.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        pub multiselect: bool,
        /// `true` to call `source_url` when the value changes.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        pub refresh: bool,
        /// Settings for date and time entry.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub datetime_config: Option<DialogDateTimeConfig>,
        /// Earliest date.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub min_date: String,
        /// Latest date.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub max_date: String,
        /// Interval between selectable times, in minutes.
        #[serde(skip_serializing_if = "crate::model::json::is_zero")]
        pub time_interval: i64,
    }
}

model! {
    /// Settings for date and time entry in a dialog.
    pub struct DialogDateTimeConfig {
        /// Interval between selectable times, in minutes.
        pub time_interval: i64,
        /// Time zone, for example `Europe/Berlin`.
        pub location_timezone: String,
        /// `true` to allow typed times.
        pub allow_manual_time_entry: bool,
    }
}

model! {
    /// An option of a select element.
    pub struct DialogSelectOption {
        /// The label of the option.
        pub text: String,
        /// Value sent when the option is selected.
        pub value: String,
    }
}

/// Lifetime of the signature of a dialog's state.
const STATE_LIFETIME: Duration = Duration::from_secs(3600);

impl Dialog {
    /// Creates a dialog with a title of up to 24 characters.
    ///
    /// ```
    /// use mattermost::{Dialog, DialogElement};
    /// let dialog = Dialog::new("Days off")
    ///     .introduction_text("Days: **24 Dec**")
    ///     .element(DialogElement::textarea("reason", "Reason").max_length(500))
    ///     .element(
    ///         DialogElement::select("kind", "Kind")
    ///             .option("Holiday", "holiday")
    ///             .option("Illness", "illness"),
    ///     )
    ///     .submit_label("Ask");
    /// ```
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Adds an input element.
    #[must_use]
    pub fn element(mut self, element: DialogElement) -> Self {
        self.elements.push(element);
        self
    }

    /// Makes the server send a request when the dialog is canceled.
    #[must_use]
    pub fn notify_on_cancel(mut self) -> Self {
        self.notify_on_cancel = true;
        self
    }

    /// Signs the current state with a secret of the program, for submissions of one user within the next hour. **Must
    /// be the last step.** `open_dialog` of a received request does this automatically. See
    /// [`integration`](crate::integration).
    #[must_use]
    pub fn secret(mut self, secret: &Secret, user: &UserId) -> Self {
        self.state = sign(secret, Purpose::Dialog, user.as_str(), STATE_LIFETIME, &self.state);
        self
    }
}

text_setters! { Dialog:
    /// Sets an application-defined identifier, returned with the submission.
    callback_id,
    /// Sets the introduction, in Markdown.
    introduction_text,
    /// Sets the URL of a small icon.
    icon_url,
    /// Sets the label of the submit button.
    submit_label,
    /// Sets application-defined data, returned with the submission.
    state,
    /// Sets the URL to call when an element with `refresh` changes.
    source_url,
}

impl DialogElement {
    fn new(kind: &str, name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: name.into(), display_name: display_name.into(), ..Self::default() }
    }

    /// Creates a text field with one line, up to 150 characters, from its name in the submission and its label.
    pub fn text(name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self::new("text", name, display_name)
    }

    /// Creates a text field with several lines, up to 3,000 characters.
    pub fn textarea(name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self::new("textarea", name, display_name)
    }

    /// Creates a select element.
    pub fn select(name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self::new("select", name, display_name)
    }

    /// Creates a checkbox. The placeholder is shown as its text.
    pub fn checkbox(name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self::new("bool", name, display_name)
    }

    /// Creates radio buttons. Since server 5.12.
    pub fn radio(name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self::new("radio", name, display_name)
    }

    /// Creates a date field. Since server 11.0.
    pub fn date(name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self::new("date", name, display_name)
    }

    /// Creates a date and time field. Since server 11.0.
    pub fn datetime(name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self::new("datetime", name, display_name)
    }

    /// Allows the element to be left empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Sets the minimum number of characters.
    #[must_use]
    pub fn min_length(mut self, length: u16) -> Self {
        self.min_length = length.into();
        self
    }

    /// Sets the maximum number of characters.
    #[must_use]
    pub fn max_length(mut self, length: u16) -> Self {
        self.max_length = length.into();
        self
    }

    /// Adds an option to a select element or to radio buttons.
    #[must_use]
    pub fn option(mut self, text: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.push(PostActionOptions { text: text.into(), value: value.into() });
        self
    }

    /// Offers the users of the server in a select element.
    #[must_use]
    pub fn users(mut self) -> Self {
        self.data_source = "users".into();
        self
    }

    /// Offers the channels of the team in a select element.
    #[must_use]
    pub fn channels(mut self) -> Self {
        self.data_source = "channels".into();
        self
    }

    /// Requests the options of a select element from a URL while the user types. Since server 11.0.
    #[must_use]
    pub fn dynamic(mut self, url: impl Into<String>) -> Self {
        (self.data_source, self.data_source_url) = ("dynamic".into(), url.into());
        self
    }

    /// Allows several selections. Since server 11.0.
    #[must_use]
    pub fn multiselect(mut self) -> Self {
        self.multiselect = true;
        self
    }

    /// Calls the `source_url` of the dialog when the value changes. Since server 11.0.
    #[must_use]
    pub fn refresh(mut self) -> Self {
        self.refresh = true;
        self
    }

    /// Sets the initial value: a text, the value of an option, or `true`.
    #[must_use]
    pub fn default_value(mut self, value: impl Into<String>) -> Self {
        self.default = value.into();
        self
    }
}

text_setters! { DialogElement:
    /// Sets the subtype of a text field: `email`, `number`, `password`, `tel` or `url`.
    subtype,
    /// Sets the placeholder.
    placeholder,
    /// Sets the help text.
    help_text,
    /// Sets the earliest date: absolute, such as `2026-11-27`, or relative, such as `today` or `+7d`.
    min_date,
    /// Sets the latest date, in the same format as [`min_date`](Self::min_date).
    max_date,
}

input! {
    /// A submitted dialog.
    pub struct SubmitDialogRequest {
        /// Target URL, from the `open_dialog` event.
        pub url: String,
        /// Callback ID of the dialog.
        pub callback_id: String,
        /// ID of the channel in which the dialog was opened.
        pub channel_id: ChannelId,
        /// Submitted values by element name.
        pub submission: Map<String, Value>,
    }
    optional {
        /// State of the dialog, as passed when it was opened.
        state: String,
        /// ID of a team of the current account. Also required in direct channels.
        team_id: TeamId,
        /// `true` if the dialog was canceled.
        cancelled: bool,
        /// `refresh` if the request reports a changed field.
        #[serde(rename = "type")]
        kind: String,
    }
}

model! {
    /// Response to a dialog submission.
    pub struct SubmitDialogResponse {
        /// General error. Empty if there is none.
        pub error: String,
        /// Errors by element name.
        pub errors: BTreeMap<String, String>,
        /// `form` if another dialog follows.
        #[serde(rename = "type")]
        pub kind: String,
        /// The dialog that follows.
        pub form: Option<Dialog>,
    }
}

model! {
    /// Options of a dynamic select element.
    pub struct LookupDialogResponse {
        /// The options.
        pub items: Vec<DialogSelectOption>,
    }
}
