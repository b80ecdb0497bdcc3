//! Sessions, personal access tokens and audit entries of a user.

use std::collections::BTreeMap;

use crate::model::{SessionId, TeamMember, TokenId, UserId};
use crate::{Secret, Timestamp};

model! {
    /// An active session of a user.
    pub struct Session {
        /// The ID. The token cannot be derived from it.
        pub id: SessionId,
        /// Always empty in responses.
        pub token: Secret,
        /// Time of the login.
        pub create_at: Timestamp,
        /// Expiry time, unless the session is extended.
        pub expires_at: Timestamp,
        /// Time of the last activity.
        pub last_activity_at: Timestamp,
        /// ID of the user to whom the session belongs.
        pub user_id: UserId,
        /// Push notification ID of the mobile device of the session.
        pub device_id: String,
        /// System-wide roles, separated by spaces.
        pub roles: String,
        /// `true` if the session belongs to an OAuth application.
        pub is_oauth: bool,
        /// `true` if the device was notified of the expiry.
        pub expired_notify: bool,
        /// Browser, operating system and login type.
        pub props: BTreeMap<String, String>,
        /// Team memberships of the user.
        pub team_members: Vec<TeamMember>,
        /// `true` for sessions of the server's local socket.
        pub local: bool,
    }
}

model! {
    /// A personal access token: a credential that does not expire.
    pub struct UserAccessToken {
        /// The ID, used to revoke the token.
        pub id: TokenId,
        /// The token. Only returned on creation.
        pub token: Secret,
        /// ID of the user to whom the token belongs.
        pub user_id: UserId,
        /// The description.
        pub description: String,
        /// `true` if the token is enabled.
        pub is_active: bool,
    }
}

model! {
    /// An entry of a user's audit log.
    pub struct Audit {
        /// The ID.
        pub id: String,
        /// Time of the action.
        pub create_at: Timestamp,
        /// ID of the acting user.
        pub user_id: UserId,
        /// The route that was called.
        pub action: String,
        /// Additional information.
        pub extra_info: String,
        /// IP address of the client.
        pub ip_address: String,
        /// ID of the session.
        pub session_id: SessionId,
    }
}
