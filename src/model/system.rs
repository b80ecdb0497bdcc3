//! What the server says about itself.

open_enum! {
    /// Whether a part of the server works.
    Health {
        /// It does.
        Ok = "OK",
        /// It does not.
        Unhealthy = "UNHEALTHY",
    }
}

model! {
    /// The server's answer to a ping.
    pub struct SystemStatus {
        /// Whether all works.
        pub status: Health,
        /// Whether the database works; only where it was asked for.
        #[serde(rename = "database_status")]
        pub database: Health,
        /// Whether files can be stored; only where it was asked for.
        #[serde(rename = "filestore_status")]
        pub files: Health,
        /// Newest version for Android.
        #[serde(rename = "AndroidLatestVersion")]
        pub android_latest_version: String,
        /// Oldest version for Android that works.
        #[serde(rename = "AndroidMinVersion")]
        pub android_min_version: String,
        /// Newest version for desktops.
        #[serde(rename = "DesktopLatestVersion")]
        pub desktop_latest_version: String,
        /// Oldest version for desktops that works.
        #[serde(rename = "DesktopMinVersion")]
        pub desktop_min_version: String,
        /// Newest version for iOS.
        #[serde(rename = "IosLatestVersion")]
        pub ios_latest_version: String,
        /// Oldest version for iOS that works.
        #[serde(rename = "IosMinVersion")]
        pub ios_min_version: String,
        /// Whether a device can be reached, `true`, `false` or `unknown`; only where it was asked for.
        #[serde(rename = "CanReceiveNotifications")]
        pub can_receive_notifications: String,
        /// What search engine is in use; only where it was asked for.
        #[serde(rename = "ActiveSearchBackend")]
        pub active_search_backend: String,
    }
}

impl SystemStatus {
    /// Whether all works.
    pub fn is_ok(&self) -> bool {
        self.status == Health::Ok
    }
}
