//! Hints by the ID of the server's error, or by status.

use std::borrow::Cow;

use super::{Error, ErrorKind};

/// Prefixes of error ids, as sent by servers 5.37 and 11.6.
const HINTS_BY_ID: &[(&str, &str)] = &[
    (
        "api.context.session_expired",
        "the token is wrong, expired or revoked: log in again or make a new token",
    ),
    ("api.context.permissions", "the account lacks a permission, or is not in the team or channel"),
    ("api.context.mfa_required", "the server wants this account to set up MFA first"),
    (
        "api.context.token_provided",
        "tokens do not go into the URL: give them to `Client::builder(..).token(..)`",
    ),
    (
        "api.user.check_user_mfa.bad_code",
        "the account needs an MFA code, and each code works once: give a new one, or a closure that asks for it",
    ),
    (
        "mfa.validate_token.authenticate",
        "the account needs an MFA code of six digits: `ClientBuilder::mfa` or `mfa_with`",
    ),
    (
        "api.user.check_user_login_attempts.too_many",
        "too many wrong logins locked the account: an administrator can reset it",
    ),
    ("api.user.login.inactive", "the account is deactivated"),
    ("api.user.login.bot_login_forbidden", "bots cannot log in with a password: use the bot's token"),
    ("api.user.login.not_verified", "the account's e-mail address is not verified"),
    (
        "api.user.login.invalid_credentials",
        "login id or password is wrong; accounts with single sign-on need a personal access token",
    ),
    (
        "api.post.create_post.root_id",
        "the root_id of a reply must be the first post of a thread, which may have been deleted: use `posts().reply`",
    ),
    (
        "api.post.create_post.channel_root_id",
        "a reply goes into the channel of its thread: use `posts().reply`",
    ),
    ("api.post.create_post.can_not_post_to_deleted", "the channel is archived"),
    (
        "model.post.is_valid.message_length",
        "the text is too long for this server: 16383 characters by default",
    ),
    ("model.post.is_valid.file_ids", "a post holds 10 files at most"),
    (
        "app.user_access_token.disabled",
        "personal access tokens are off: EnableUserAccessTokens, or use a bot",
    ),
    ("api.command.execute_command.not_found", "no such slash command on this server"),
    ("app.channel.get_by_name", "no such channel, or a private one that the account is no member of"),
    (
        "app.team.get_by_name",
        "no such team, or one that the account may not see: its short name stands in its URL",
    ),
    ("app.user.missing_account", "no such user, or one that the account may not see"),
    ("api.license_error", "the feature needs a license that this server does not have"),
    ("license_error", "the feature needs a license that this server does not have"),
    (
        "api.web_socket_router.not_authenticated",
        "the session of this stream has ended: log in again or make a new token",
    ),
    (
        "api.context.404",
        "check the URL, the version of the server, and the names: they have no `@`, capitals or spaces",
    ),
    ("api.context.request_body_too_large", "the server takes 300 kB of JSON by default"),
    ("api.file.upload_file.too_large", "the file is over the server's MaxFileSize (100 MiB by default)"),
];

pub(super) fn hint_for(error: &Error) -> Option<&'static str> {
    if let Some(id) = error.api_id() {
        if let Some((_, hint)) = HINTS_BY_ID.iter().find(|(prefix, _)| id.starts_with(prefix)) {
            return Some(hint);
        }
    }
    match (error.kind(), error.status()) {
        (_, Some(501)) => Some("the feature is switched off on this server, or needs a license"),
        (ErrorKind::Status, Some(404)) => {
            Some("this may be no Mattermost: is the URL right, its port and path too?")
        }
        (_, Some(413)) => Some("a proxy or the server limits the size of requests"),
        (_, Some(429)) => Some("the server's rate limit: slow down, or ask for a higher limit"),
        (ErrorKind::Status, Some(502..=504)) => {
            Some("the proxy is up but the server behind it does not answer")
        }
        (ErrorKind::UnknownOutcome, _) => Some("look whether it was done before doing it again"),
        (ErrorKind::Backlogged, _) => Some("take events from the stream, then ask again"),
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
