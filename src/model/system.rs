//! Information about the server.

open_enum! {
    /// Health of a component.
    Health {
        /// Healthy.
        Ok = "OK",
        /// Unhealthy.
        Unhealthy = "UNHEALTHY",
    }
}

model! {
    /// Response to a server ping.
    pub struct SystemStatus {
        /// Overall health.
        pub status: Health,
        /// Health of the database, if requested.
        #[serde(rename = "database_status")]
        pub database: Health,
        /// Health of the file store, if requested.
        #[serde(rename = "filestore_status")]
        pub files: Health,
        /// Latest version of the Android app.
        #[serde(rename = "AndroidLatestVersion")]
        pub android_latest_version: String,
        /// Minimum supported version of the Android app.
        #[serde(rename = "AndroidMinVersion")]
        pub android_min_version: String,
        /// Latest version of the desktop app.
        #[serde(rename = "DesktopLatestVersion")]
        pub desktop_latest_version: String,
        /// Minimum supported version of the desktop app.
        #[serde(rename = "DesktopMinVersion")]
        pub desktop_min_version: String,
        /// Latest version of the iOS app.
        #[serde(rename = "IosLatestVersion")]
        pub ios_latest_version: String,
        /// Minimum supported version of the iOS app.
        #[serde(rename = "IosMinVersion")]
        pub ios_min_version: String,
        /// Reachability of a device, if requested: `true`, `false` or `unknown`.
        #[serde(rename = "CanReceiveNotifications")]
        pub can_receive_notifications: String,
        /// The active search engine, if requested.
        #[serde(rename = "ActiveSearchBackend")]
        pub active_search_backend: String,
    }
}

impl SystemStatus {
    /// Returns `true` if the server is healthy.
    pub fn is_ok(&self) -> bool {
        self.status == Health::Ok
    }
}
