//! Hints by the ID of the server's error, or by status.

use std::borrow::Cow;

use super::{Error, ErrorKind};

/// Prefixes of error ids, as sent by servers 5.37 and 11.6.
const HINTS_BY_ID: &[(&str, &str)] = &[
    (
        "api.context.session_expired",
        "log in again, or create a new token: the current one is wrong, expired or revoked",
    ),
    ("api.context.permissions", "ask an administrator for the permission, or join the team or channel"),
    ("api.context.mfa_required", "set up MFA for the account first: the server requires it"),
    ("api.context.token_provided", "pass the token to `Client::builder(..).token(..)` instead of in the URL"),
    (
        "api.user.check_user_mfa.bad_code",
        "pass a new MFA code, or a closure that returns one: each code works once",
    ),
    (
        "mfa.validate_token.authenticate",
        "pass an MFA code of six digits with `ClientBuilder::mfa` or `mfa_with`",
    ),
    (
        "api.user.check_user_login_attempts.too_many",
        "ask an administrator to unlock the account: too many logins failed",
    ),
    ("api.user.login.inactive", "ask an administrator to activate the account"),
    ("api.user.login.bot_login_forbidden", "use the bot's token: bots cannot log in with a password"),
    ("api.user.login.not_verified", "verify the email address of the account"),
    (
        "api.user.login.invalid_credentials",
        "check the login and the password; with single sign-on, use a personal access token",
    ),
    (
        "api.post.create_post.root_id",
        "use `posts().reply`: `root_id` must be the ID of the first post of a thread, and that post must not be deleted",
    ),
    (
        "api.post.create_post.channel_root_id",
        "use `posts().reply`: a reply must be in the channel of its thread",
    ),
    ("api.post.create_post.can_not_post_to_deleted", "unarchive the channel, or use another one"),
    (
        "model.post.is_valid.message_length",
        "shorten or split the text: the server accepts 16383 characters by default",
    ),
    ("model.post.is_valid.file_ids", "attach at most 10 files to a post"),
    ("app.user_access_token.disabled", "enable EnableUserAccessTokens on the server, or use a bot"),
    (
        "api.command.execute_command.not_found",
        "check the name of the slash command: this server does not have it",
    ),
    ("app.channel.get_by_name", "check the name of the channel; only members see private channels"),
    (
        "app.team.get_by_name",
        "check the short name of the team, as in its URL; the account may not be allowed to see the team",
    ),
    ("app.user.missing_account", "check the username; the account may not be allowed to see the user"),
    ("api.license_error", "install a license on the server: the feature needs one"),
    ("license_error", "install a license on the server: the feature needs one"),
    (
        "api.web_socket_router.not_authenticated",
        "log in again, or create a new token: the session of this stream has ended",
    ),
    (
        "api.context.404",
        "check the URL, the version of the server, and the names, which must not contain `@`, capitals or spaces",
    ),
    ("api.context.request_body_too_large", "send less: the server accepts 300 kB of JSON by default"),
    (
        "api.file.upload_file.too_large",
        "raise MaxFileSize on the server (100 MiB by default), or send a smaller file",
    ),
];

pub(super) fn hint_for(error: &Error) -> Option<&'static str> {
    if let Some(id) = error.api_id() {
        if let Some((_, hint)) = HINTS_BY_ID.iter().find(|(prefix, _)| id.starts_with(prefix)) {
            return Some(hint);
        }
    }
    match (error.kind(), error.status()) {
        (_, Some(501)) => Some("enable the feature on the server; it may need a license"),
        (ErrorKind::Status, Some(404)) => {
            Some("check the URL, including port and path: this may not be a Mattermost server")
        }
        (_, Some(413)) => Some("send a smaller request: a proxy or the server limits its size"),
        (_, Some(429)) => Some("send fewer requests, or ask an administrator for a higher rate limit"),
        (ErrorKind::Status, Some(502..=504)) => {
            Some("check the server: the proxy is up, but the server behind it does not respond")
        }
        (ErrorKind::UnknownOutcome, _) => Some("check whether the call was carried out before repeating it"),
        (ErrorKind::Backlogged, _) => Some("take events from the stream, and then try again"),
        _ => None,
    }
}

pub(super) fn status_text(status: u16) -> Cow<'static, str> {
    Cow::Borrowed(match status {
        304 => "304 Not Modified",
        400 => "400 Bad Request",
        401 => "401 Unauthorized",
        403 => "403 Forbidden",
        404 => "404 Not Found",
        405 => "405 Method Not Allowed",
        407 => "407 Proxy Authentication Required",
        413 => "413 Content Too Large",
        414 => "414 URI Too Long",
        429 => "429 Too Many Requests",
        500 => "500 Internal Server Error",
        501 => "501 Not Implemented",
        502 => "502 Bad Gateway",
        503 => "503 Service Unavailable",
        504 => "504 Gateway Timeout",
        other => return Cow::Owned(other.to_string()),
    })
}
