//! Sessions, personal access tokens and the log of an account.

use std::collections::BTreeMap;

use crate::model::{SessionId, TeamMember, TokenId, UserId};
use crate::{Secret, Timestamp};

model! {
    /// A login that is in force.
    pub struct Session {
        /// Its id; the token cannot be told from it.
        pub id: SessionId,
        /// Always empty in answers.
        pub token: Secret,
        /// When it began.
        pub create_at: Timestamp,
        /// When it ends if it is not extended.
        pub expires_at: Timestamp,
        /// When it was last used.
        pub last_activity_at: Timestamp,
        /// Whose it is.
        pub user_id: UserId,
        /// The mobile device it belongs to.
        pub device_id: String,
        /// Roles of the whole system, separated by spaces.
        pub roles: String,
        /// Whether an OAuth application holds it.
        pub is_oauth: bool,
        /// Whether the device was told that it ended.
        pub expired_notify: bool,
        /// Browser, operating system, and what kind of login it was.
        pub props: BTreeMap<String, String>,
        /// The account's teams.
        pub team_members: Vec<TeamMember>,
        /// Whether it came in by the server's own socket.
        pub local: bool,
    }
}

impl From<&Session> for SessionId {
    fn from(from: &Session) -> Self {
        from.id.clone()
    }
}

model! {
    /// A personal access token: a password that does not end.
    pub struct UserAccessToken {
        /// Its id, for revoking it.
        pub id: TokenId,
        /// The token. Only sent once, when it is made.
        pub token: Secret,
        /// Whose it is.
        pub user_id: UserId,
        /// What it is for.
        pub description: String,
        /// Whether it works.
        pub is_active: bool,
    }
}

impl From<&UserAccessToken> for TokenId {
    fn from(from: &UserAccessToken) -> Self {
        from.id.clone()
    }
}

model! {
    /// A line of the log of an account.
    pub struct Audit {
        /// Its id.
        pub id: String,
        /// When it happened.
        pub create_at: Timestamp,
        /// Who did it.
        pub user_id: UserId,
        /// The route that was called.
        pub action: String,
        /// More about it.
        pub extra_info: String,
        /// From where.
        pub ip_address: String,
        /// In which session.
        pub session_id: SessionId,
    }
}
