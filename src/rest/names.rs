//! Names of users, teams, channels and emoji: checks before a request, and errors that say which name was not found.

use crate::error::{Error, Result, shorten_text};

/// Longest name that is shown in an error, in characters.
const MAX_NAME_LENGTH: usize = 80;
/// Longest name of an emoji that the server accepts, in bytes.
const MAX_EMOJI_NAME_LENGTH: usize = 64;
/// Hint for the name of a channel that begins with `#`, as in other chats.
pub(crate) const HASH_HINT: &str =
    "leave out the `#`: Mattermost writes `~` before the short name of a channel";
/// The server's errors for a name that cannot be one. They have the status 400.
const INVALID_NAME_IDS: [&str; 2] =
    ["api.context.invalid_url_param.app_error", "api.context.invalid_body_param.app_error"];

/// Returns the name of an emoji without the colons that people type. Fails for what cannot be a name.
pub(super) fn emoji_name(text: &str) -> Result<&str> {
    let name = text.trim().trim_matches(':');
    let is_valid = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'_'));
    if is_valid && (1..=MAX_EMOJI_NAME_LENGTH).contains(&name.len()) {
        return Ok(name);
    }
    Err(Error::input(format!("{:?} is not the name of an emoji", shorten_text(text, MAX_NAME_LENGTH)))
        .with_hint("use its name without colons, such as `thumbsup`, instead of the character"))
}

/// Fails for what cannot be the name of an emoji. An empty text means that there is none.
pub(super) fn check_emoji(text: &str) -> Result<()> {
    if text.is_empty() { Ok(()) } else { emoji_name(text).map(|_| ()) }
}

/// Returns a username without the `@` that people write in front of it.
pub(crate) fn without_at(username: &str) -> &str {
    username.strip_prefix('@').unwrap_or(username)
}

/// Says that no user has this name.
pub(crate) fn explain_user(error: Error, name: &str) -> Error {
    let hint = if name.contains('@') {
        Some("this is an email address: use the username, or `users().get_by_email`")
    } else if name.bytes().all(is_username_byte) {
        None
    } else if name.to_ascii_lowercase().bytes().all(is_username_byte) {
        Some("usernames have no capitals: use lowercase letters")
    } else {
        Some("a username consists of lowercase letters, digits, `.`, `-` and `_`: this may be a full name")
    };
    explain(error, hint, || format!("no user @{}", shown(name)))
}

/// Says that no team has this name.
pub(crate) fn explain_team(error: Error, name: &str) -> Error {
    let hint = if is_short_name(name) {
        None
    } else if is_short_name(&name.to_ascii_lowercase()) {
        Some("short names have no capitals: use the one in the URL of the team, such as `awesome-chat`")
    } else {
        Some("use the short name in the URL of the team, such as `awesome-chat`, instead of its display name")
    };
    explain(error, hint, || format!("no team {}", shown(name)))
}

/// Says that no channel of the team has this name.
pub(crate) fn explain_channel(error: Error, name: &str, team: &str) -> Error {
    // For a team's name that cannot be one, a server has no route.
    if error.api_id().is_some_and(|id| id.starts_with("app.team.get_by_name")) || !is_short_name(team) {
        return explain_team(error, team);
    }
    let hint = if name.starts_with('~') {
        Some("leave out the `~`")
    } else if name.starts_with('#') {
        Some(HASH_HINT)
    } else if name.contains('@') {
        Some("use `Client::channel` or `Client::direct` for the direct channel with a user")
    } else if is_short_name(name) {
        None
    } else if is_short_name(&name.to_ascii_lowercase()) {
        Some("short names have no capitals: use the one in the URL of the channel, such as `town-square`")
    } else {
        Some(
            "use the short name in the channel's URL, such as `town-square`; `Client::channel` takes display names, too, \
             without `~`",
        )
    };
    explain(error, hint, || format!("no channel ~{} in team {}", shown(name), shown(team)))
}

/// Says that no custom emoji has this name.
pub(super) fn explain_emoji(error: Error, name: &str) -> Error {
    let hint =
        Some("this may be a built-in emoji, which has no entry: pass its name to `reactions().create`");
    explain(error, hint, || format!("no custom emoji :{}:", shown(name)))
}

/// Names the object that was not found. The server only reports that there is none, or that the route does not exist.
fn explain(error: Error, hint: Option<&'static str>, what: impl FnOnce() -> String) -> Error {
    if !error.is_not_found() && !error.api_id().is_some_and(|id| INVALID_NAME_IDS.contains(&id)) {
        return error;
    }
    let error = error.with_message(what()).without_details();
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn shown(name: &str) -> std::borrow::Cow<'_, str> {
    shorten_text(name, MAX_NAME_LENGTH)
}

fn is_username_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
}

/// `true` for what can be part of the URL of a team or channel.
pub(crate) fn is_short_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn emoji_have_names() {
        for (text, name) in
            [("thumbsup", "thumbsup"), (":+1:", "+1"), ("-1", "-1"), (" :u7533: ", "u7533"), ("A_b", "A_b")]
        {
            assert_eq!(emoji_name(text).unwrap(), name);
        }
        let long = "x".repeat(MAX_EMOJI_NAME_LENGTH + 1);
        for text in ["", ":", "👍", ":👍:", "❤️", "thumbs up", "thumbs/up", "a\0", "ä", &*long] {
            let error = emoji_name(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{text:?}");
            assert!(error.hint().is_some_and(|hint| hint.contains("thumbsup")), "{error:?}");
        }
        assert!(check_emoji("").is_ok() && check_emoji("👍").is_err());
    }
}
