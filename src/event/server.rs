//! The server, its plugins and integrations.

use crate::model::{
    ChannelId, ClientConfig, ClientLicense, Emoji, FileId, Json, OpenDialogRequest, PostId, Role, TeamId,
};

model! {
    /// The server greets: the first event of a connection.
    pub struct Hello {
        /// As `11.6.0.build.hash.false`: version, build, hash of the configuration, licence.
        pub server_version: String,
        /// The server's name for the connection.
        pub connection_id: String,
        /// The node that answers; newer servers say it.
        pub server_hostname: String,
    }
}

model! {
    /// An event without data: its name says it all.
    pub struct NoData {}
}

model! {
    /// A custom emoji was made.
    pub struct EmojiAdded {
        /// The emoji.
        #[serde(with = "super::embedded")]
        pub emoji: Emoji,
    }
}

model! {
    /// The state of plugins changed.
    pub struct PluginStatusesChanged {
        /// All of them: a list.
        pub plugin_statuses: Json,
    }
}

model! {
    /// A plugin with a part in the browser was turned on or off.
    pub struct PluginChanged {
        /// Its manifest.
        pub manifest: Json,
    }
}

model! {
    /// The permissions of a role changed.
    pub struct RoleUpdated {
        /// As it is now.
        #[serde(with = "super::embedded")]
        pub role: Role,
        /// The team that uses it, if only that one was told.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// The channel that uses it, if only that one was told.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// The licence changed.
    pub struct LicenseChanged {
        /// As it is now.
        pub license: ClientLicense,
    }
}

model! {
    /// The configuration changed.
    pub struct ConfigChanged {
        /// As it is now, as far as clients may know it.
        pub config: ClientConfig,
    }
}

model! {
    /// An integration opened a dialog for this account.
    pub struct OpenDialog {
        /// The dialog, and where its answer goes.
        #[serde(with = "super::embedded")]
        pub dialog: OpenDialogRequest,
    }
}

model! {
    /// The hosted edition changed its subscription.
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
    /// A purchase went on.
    pub struct HostedCustomerSignupProgressUpdated {
        /// How far it is.
        pub progress: String,
    }
}

model! {
    /// A report about a post changed.
    pub struct ContentFlaggingReportValueUpdated {
        /// The values that changed: a list.
        #[serde(with = "super::embedded")]
        pub property_values: Json,
        /// The post.
        pub target_id: PostId,
    }
}

model! {
    /// A summary was finished, or changed.
    pub struct RecapUpdated {
        /// The summary.
        pub recap_id: String,
    }
}

model! {
    /// A plugin refused a download of this account.
    pub struct FileDownloadRejected {
        /// The file.
        pub file_id: FileId,
        /// Its name.
        pub file_name: String,
        /// Why.
        pub rejection_reason: String,
        /// In which channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// The post that it belongs to.
        pub post_id: PostId,
        /// `file`, `thumbnail`, `preview` or `public`.
        pub download_type: String,
    }
}

model! {
    /// A plugin wants to show a short message.
    pub struct ShowToast {
        /// The message.
        pub message: String,
        /// Where; may be empty.
        pub position: String,
    }
}

model! {
    /// An event of a plugin, named `custom_{plugin id}_{event}`.
    pub struct Custom {
        /// The whole name.
        pub name: String,
        /// What the plugin sent; `null` if nothing.
        pub data: Json,
    }
}

impl Custom {
    /// The event's name, if it is one of this plugin.
    ///
    /// ```
    /// use mattermost::{Event, Payload};
    /// let event = Event::from_json(r#"{"event":"custom_com.mattermost.calls_call_start","data":{"id":"x"},"seq":1}"#)?;
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
    /// An event that this version has no type for; or one whose data does not fit its type.
    pub struct Other {
        /// The event's name.
        pub name: String,
        /// What came with it.
        pub data: Json,
    }
}
