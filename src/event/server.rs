//! The server, its plugins and integrations.

use crate::model::{
    ChannelId, ClientConfig, ClientLicense, Emoji, FileId, Json, OpenDialogRequest, PostId, Role, TeamId,
};

model! {
    /// The greeting of the server, which is the first event of a connection.
    pub struct Hello {
        /// Server version, for example `11.6.0.build.hash.false`: version, build, configuration hash and license.
        pub server_version: String,
        /// Server-assigned ID of the connection.
        pub connection_id: String,
        /// Host name of the node. Sent by newer servers only.
        pub server_hostname: String,
    }
}

model! {
    /// An event without data.
    pub struct NoData {}
}

model! {
    /// A custom emoji was created.
    pub struct EmojiAdded {
        /// The emoji.
        #[serde(with = "super::embedded")]
        pub emoji: Emoji,
    }
}

model! {
    /// The status of plugins changed.
    pub struct PluginStatusesChanged {
        /// The status of all plugins, as a list.
        pub plugin_statuses: Json,
    }
}

model! {
    /// A plugin with a web app component was activated or deactivated.
    pub struct PluginChanged {
        /// The manifest of the plugin.
        pub manifest: Json,
    }
}

model! {
    /// The permissions of a role changed.
    pub struct RoleUpdated {
        /// The updated role.
        #[serde(with = "super::embedded")]
        pub role: Role,
        /// ID of the team that uses the role, if only this team was notified.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// ID of the channel that uses the role, if only this channel was notified.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// The license changed.
    pub struct LicenseChanged {
        /// The new license.
        pub license: ClientLicense,
    }
}

model! {
    /// The configuration changed.
    pub struct ConfigChanged {
        /// The updated client configuration.
        pub config: ClientConfig,
    }
}

model! {
    /// An integration opened a dialog for the current account.
    pub struct OpenDialog {
        /// The dialog and the URL of its submission.
        #[serde(with = "super::embedded")]
        pub dialog: OpenDialogRequest,
    }
}

model! {
    /// The subscription of the hosted edition changed.
    pub struct CloudSubscriptionChanged {
        /// The limits.
        pub limits: Json,
        /// The subscription.
        pub subscription: Json,
    }
}

model! {
    /// An administrator opened the marketplace for the first time.
    pub struct FirstAdminVisitMarketplaceStatusReceived {
        /// Always `true`.
        #[serde(rename = "firstAdminVisitMarketplaceStatus", with = "super::embedded::flag", skip_serializing_if = "super::embedded::is_off")]
        pub visited: bool,
    }
}

model! {
    /// A purchase progressed.
    pub struct HostedCustomerSignupProgressUpdated {
        /// The status.
        pub progress: String,
    }
}

model! {
    /// A report about a flagged post changed.
    pub struct ContentFlaggingReportValueUpdated {
        /// The changed values, as a list.
        #[serde(with = "super::embedded")]
        pub property_values: Json,
        /// ID of the post.
        pub target_id: PostId,
    }
}

model! {
    /// A recap was finished or changed.
    pub struct RecapUpdated {
        /// ID of the recap.
        pub recap_id: String,
    }
}

model! {
    /// A plugin rejected a download by the current account.
    pub struct FileDownloadRejected {
        /// ID of the file.
        pub file_id: FileId,
        /// The name of the file.
        pub file_name: String,
        /// The reason for the rejection.
        pub rejection_reason: String,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// ID of the post to which the file is attached.
        pub post_id: PostId,
        /// `file`, `thumbnail`, `preview` or `public`.
        pub download_type: String,
    }
}

model! {
    /// A short message from a plugin.
    pub struct ShowToast {
        /// The message.
        pub message: String,
        /// Position on the screen. May be empty.
        pub position: String,
    }
}

model! {
    /// An event of a plugin, named `custom_{plugin id}_{event}`.
    pub struct Custom {
        /// The complete name.
        pub name: String,
        /// The event data. `null` if there is none.
        pub data: Json,
    }
}

impl Custom {
    /// Returns the plugin's name for the event, if it belongs to the given plugin.
    ///
    /// ```
    /// use mattermost::{Event, Payload};
    /// let event = Event::from_json(
    ///     r#"{"event":"custom_com.mattermost.calls_call_start","data":{"id":"x"}}"#,
    /// )?;
    /// let Payload::Custom(custom) = event.payload()? else { unreachable!() };
    /// assert_eq!(custom.of_plugin("com.mattermost.calls"), Some("call_start"));
    /// assert_eq!(custom.of_plugin("playbooks"), None);
    /// # Ok::<(), mattermost::Error>(())
    /// ```
    pub fn of_plugin(&self, plugin_id: &str) -> Option<&str> {
        self.name.strip_prefix("custom_")?.strip_prefix(plugin_id)?.strip_prefix('_')
    }
}

model! {
    /// An event without a type in this version, or with data that does not match its type.
    pub struct Other {
        /// The name of the event.
        pub name: String,
        /// The event data.
        pub data: Json,
    }
}
