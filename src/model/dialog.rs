//! Interactive dialogs, and presses of buttons.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::{ChannelId, PostActionOptions, TeamId};

model! {
    /// What a press of a button led to.
    pub struct PostActionAPIResponse {
        /// `OK`.
        pub status: String,
        /// Tells which press it was: the `open_dialog` event that it leads to has the same. The id that opens a dialog is
        /// another one, and sent to the button's address.
        pub trigger_id: String,
    }
}

/// A press of a button, or a choice from a menu.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DoPostActionRequest {
    /// What was chosen from a menu.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected_option: Option<String>,
    /// The action's cookie, for posts shown to one account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cookie: Option<String>,
}

impl DoPostActionRequest {
    /// A press of a button.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { DoPostActionRequest:
    /// What was chosen from a menu.
    selected_option: String,
    /// The action's cookie, for posts shown to one account only.
    cookie: String,
}

model! {
    /// Opens a dialog with the one who pressed or typed.
    pub struct OpenDialogRequest {
        /// From the press or the command; good for 30 s.
        pub trigger_id: String,
        /// Where the dialog is sent.
        pub url: String,
        /// What it asks.
        pub dialog: Dialog,
    }
}

impl OpenDialogRequest {
    /// With what is required.
    pub fn new(trigger_id: impl Into<String>, url: impl Into<String>, dialog: impl Into<Dialog>) -> Self {
        Self { trigger_id: trigger_id.into(), url: url.into(), dialog: dialog.into() }
    }
}

model! {
    /// A form.
    pub struct Dialog {
        /// A word of the program's own, sent back.
        pub callback_id: String,
        /// Up to 24 characters.
        pub title: String,
        /// Text above, in Markdown.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub introduction_text: String,
        /// A small picture.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub icon_url: String,
        /// What is asked; up to 5.
        pub elements: Vec<DialogElement>,
        /// What the button says.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub submit_label: String,
        /// Whether the program is told when it is closed.
        pub notify_on_cancel: bool,
        /// A text of the program's own, sent back: there is no signature, so a secret can be in here.
        pub state: String,
        /// Whom to ask when a field changes.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub source_url: String,
    }
}

model! {
    /// A field of a form.
    pub struct DialogElement {
        /// What it says; up to 24 characters.
        pub display_name: String,
        /// Its name in what is sent.
        pub name: String,
        /// `text`, `textarea`, `select`, `bool`, `radio`, `date`, `datetime`.
        #[serde(rename = "type")]
        pub kind: String,
        /// Of a text: `text`, `email`, `number`, `password`, `tel`, `url`.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub subtype: String,
        /// What it holds at first.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub default: String,
        /// What it shows while it is empty.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub placeholder: String,
        /// Text below.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub help_text: String,
        /// Whether it may stay empty.
        pub optional: bool,
        /// Fewest characters.
        pub min_length: i64,
        /// Most characters; the server's own limit if it is 0.
        #[serde(skip_serializing_if = "crate::model::json::is_zero")]
        pub max_length: i64,
        /// What a menu offers by itself: `users`, `channels`, `dynamic`.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub data_source: String,
        /// Whom to ask for what a `dynamic` menu offers.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub data_source_url: String,
        /// What a menu offers.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub options: Vec<PostActionOptions>,
        /// Whether more than one may be chosen.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        pub multiselect: bool,
        /// Whether a change asks `source_url`.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        pub refresh: bool,
        /// How times are entered.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub datetime_config: Option<DialogDateTimeConfig>,
        /// Earliest date.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub min_date: String,
        /// Latest date.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub max_date: String,
        /// Steps of times, in minutes.
        #[serde(skip_serializing_if = "crate::model::json::is_zero")]
        pub time_interval: i64,
    }
}

model! {
    /// How times are entered.
    pub struct DialogDateTimeConfig {
        /// Steps, in minutes.
        pub time_interval: i64,
        /// The time zone, as `Europe/Berlin`.
        pub location_timezone: String,
        /// Whether times may be typed.
        pub allow_manual_time_entry: bool,
    }
}

model! {
    /// A line of a dynamic menu.
    pub struct DialogSelectOption {
        /// What it says.
        pub text: String,
        /// What is sent when it is chosen.
        pub value: String,
    }
}

/// A form that was filled in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SubmitDialogRequest {
    /// Where it goes, from the `open_dialog` event.
    pub url: String,
    /// From the dialog.
    pub callback_id: String,
    /// Where it was opened.
    pub channel_id: ChannelId,
    /// What was filled in, by name.
    pub submission: Map<String, Value>,
    /// From the dialog.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// A team that the account is in; also in direct channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Whether it was closed instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<bool>,
    /// `refresh` when a field changed.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl SubmitDialogRequest {
    /// With what is required.
    pub fn new(
        url: impl Into<String>,
        callback_id: impl Into<String>,
        channel_id: impl Into<ChannelId>,
        submission: impl Into<Map<String, Value>>,
    ) -> Self {
        Self {
            url: url.into(),
            callback_id: callback_id.into(),
            channel_id: channel_id.into(),
            submission: submission.into(),
            state: None,
            team_id: None,
            cancelled: None,
            kind: None,
        }
    }
}

setters! { SubmitDialogRequest:
    /// From the dialog.
    state: String,
    /// A team that the account is in; also in direct channels.
    team_id: TeamId,
    /// Whether it was closed instead.
    cancelled: bool,
    /// `refresh` when a field changed.
    kind: String,
}

model! {
    /// What became of a form.
    pub struct SubmitDialogResponse {
        /// What is wrong in general; empty if nothing is.
        pub error: String,
        /// What is wrong, by name of the field.
        pub errors: BTreeMap<String, String>,
        /// `form` if another form follows.
        #[serde(rename = "type")]
        pub kind: String,
        /// The form that follows.
        pub form: Option<Dialog>,
    }
}

model! {
    /// What a dynamic menu offers.
    pub struct LookupDialogResponse {
        /// The lines.
        pub items: Vec<DialogSelectOption>,
    }
}
