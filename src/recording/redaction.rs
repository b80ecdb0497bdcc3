//! Removes secrets and texts from what is recorded.
//!
//! A text is replaced by one of the same length and shape, unless its name or its form shows that it is an ID, a name
//! in a path, a type or a time. Fields that this crate does not know are therefore replaced too.

use serde_json::{Map, Value};

use crate::percent;
use crate::secret::{KnownSecrets, Secret, is_secret_name};

/// Number of characters of an ID of the server.
const ID_LENGTH: usize = 26;
/// Maximum length of a name that is kept.
const MAX_NAME_LENGTH: usize = 130;
/// Maximum depth of JSON inside of texts.
const MAX_EMBEDDED_DEPTH: u8 = 4;
/// Minimum length of a value that is looked for elsewhere because its name is that of a secret.
const MIN_LEARNED_LENGTH: usize = 8;

/// Fields with words of the API, which are not written by people.
const WORD_FIELDS: [&str; 24] = [
    "action",
    "category",
    "channel_name",
    "channel_type",
    "comments",
    "desktop",
    "desktop_threads",
    "emoji_name",
    "event",
    "extension",
    "id",
    "locale",
    "mark_unread",
    "method",
    "mime_type",
    "permissions",
    "push",
    "push_threads",
    "roles",
    "server_version",
    "team_name",
    "trigger",
    "type",
    "username",
];
/// The same, but of more than names.
const OTHER_WORD_FIELDS: [&str; 4] = ["status", "Version", "version", "scope"];
/// Fields with texts, which are not taken for JSON.
const TEXT_FIELDS: [&str; 4] = ["message", "text", "pretext", "value"];
/// Fields with arbitrary data of programs and users.
const FREE_FIELDS: [&str; 5] = ["props", "attachments", "context", "integration", "elements"];

/// The rules of one recording.
#[derive(Default)]
pub(crate) struct Redaction {
    keeps_texts: bool,
    secrets: KnownSecrets,
}

/// A place in a JSON value.
#[derive(Clone, Copy, Default)]
struct JsonPlace<'n> {
    name: &'n str,
    is_secret: bool,
    is_free: bool,
    is_file: bool,
    /// The field that is a secret on this route only.
    secret_field: Option<&'static str>,
    depth: u8,
}

impl<'n> JsonPlace<'n> {
    fn of_route(route: &str) -> Self {
        let secret_field = match route {
            // Whoever knows the ID of an incoming webhook can post with it.
            _ if route.starts_with("/hooks/incoming") => Some("id"),
            _ if route.ends_with("/presign-url") => Some("url"),
            _ => None,
        };
        Self { secret_field, ..Self::default() }
    }

    fn of_member(self, name: &'n str) -> Self {
        Self {
            name,
            is_secret: self.is_secret || is_secret_name(name) || self.secret_field == Some(name),
            is_free: self.is_free || FREE_FIELDS.contains(&name),
            ..self
        }
    }
}

impl Redaction {
    pub(crate) fn new(keeps_texts: bool) -> Self {
        Self { keeps_texts, secrets: KnownSecrets::default() }
    }

    pub(crate) fn add_secret(&mut self, secret: &Secret) {
        self.secrets.add_secret(secret);
    }

    /// Removes the secrets from the value of a header.
    pub(crate) fn redact_header(&self, mut value: String) -> String {
        self.secrets.remove_from(&mut value, true);
        value
    }

    /// Redacts a body or a message. `route` is the path template of the request.
    pub(crate) fn redact_json(&self, route: &str, value: Value) -> Value {
        self.redact_value(value, JsonPlace::of_route(route))
    }

    /// Remembers the secrets in a body, such as a new token, since they may be repeated elsewhere.
    pub(crate) fn learn_secrets(&mut self, route: &str, value: &Value) {
        let mut found = Vec::new();
        collect_secrets(value, JsonPlace::of_route(route), &mut found);
        for secret in &found {
            self.secrets.add_secret(secret);
        }
    }

    fn redact_value(&self, value: Value, place: JsonPlace<'_>) -> Value {
        match value {
            Value::Number(_) if place.is_secret => 0.into(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
            Value::Array(items) => items.into_iter().map(|item| self.redact_value(item, place)).collect(),
            Value::Object(members) => self.redact_object(members, place).into(),
            Value::String(text) => self.redact_string(text, place).into(),
        }
    }

    fn redact_object(&self, members: Map<String, Value>, place: JsonPlace<'_>) -> Map<String, Value> {
        let is_file = members.contains_key("mime_type") || members.contains_key("extension");
        let redact_member = |(name, value): (String, Value)| {
            let below = JsonPlace { is_file, ..place.of_member(&name) };
            let value = self.redact_value(value, below);
            (self.redact_key(name), value)
        };
        members.into_iter().map(redact_member).collect()
    }

    fn redact_key(&self, mut name: String) -> String {
        self.secrets.remove_from(&mut name, true);
        let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'*');
        let is_kept = name.len() <= MAX_NAME_LENGTH && name.bytes().all(is_word);
        if self.keeps_texts || is_kept { name } else { shape_text(&name) }
    }

    fn redact_string(&self, text: String, place: JsonPlace<'_>) -> String {
        if place.is_secret {
            return hide_secret(&text);
        }
        let may_be_json = text.starts_with(['{', '[']) && !TEXT_FIELDS.contains(&place.name);
        if may_be_json && place.depth < MAX_EMBEDDED_DEPTH {
            if let Ok(value) = serde_json::from_str(&text) {
                return self.redact_value(value, JsonPlace { depth: place.depth + 1, ..place }).to_string();
            }
        }
        self.redact_text(text, |text| is_word_of_api(text, place))
    }

    /// Removes the secrets, and the text too unless it is chosen or `is_kept`.
    fn redact_text(&self, mut text: String, is_kept: impl Fn(&str) -> bool) -> String {
        let is_name = is_kept(&text);
        self.secrets.remove_from(&mut text, is_name);
        if self.keeps_texts || is_name { text } else { shape_text(&text) }
    }

    /// Redacts the arguments of a path, which is percent-encoded and may begin with more than its template.
    pub(crate) fn redact_path(&self, template: &str, path: &str) -> String {
        let known = template.trim_start_matches('/').split('/').rev();
        let mut known = known.map(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')));
        let redact_part = |part: &str| match known.next().flatten() {
            None => part.to_owned(),
            Some(name) => {
                let argument = percent::decode(part).unwrap_or_default();
                let is_hook = name == "hook_id" && !template.starts_with("/hooks/outgoing");
                let redacted = if is_hook || is_secret_name(name) {
                    hide_secret(&argument)
                } else {
                    self.redact_text(argument, |text| is_kept_everywhere(text) || is_name(text))
                };
                encode_text(&redacted)
            }
        };
        let mut parts: Vec<String> = path.split('/').rev().map(redact_part).collect();
        parts.reverse();
        parts.join("/")
    }

    /// Redacts the values of a query.
    pub(crate) fn redact_query(&self, query: &str) -> String {
        let redact_pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = percent::decode(name).unwrap_or_default();
            let value = percent::decode(&value.replace('+', "%20")).unwrap_or_default();
            let value = if is_secret_name(&name) {
                hide_secret(&value)
            } else {
                let is_kept = |text: &str| {
                    text.split(',').all(|item| {
                        is_kept_everywhere(item) || item.parse::<i64>().is_ok() || is_field_word(&name, item)
                    })
                };
                self.redact_text(value, is_kept)
            };
            format!("{}={}", encode_text(&name), encode_text(&value))
        };
        query.split('&').filter(|pair| !pair.is_empty()).map(redact_pair).collect::<Vec<_>>().join("&")
    }
}

fn collect_secrets(value: &Value, place: JsonPlace<'_>, found: &mut Vec<Secret>) {
    match value {
        Value::Array(items) => {
            for item in items {
                collect_secrets(item, place, found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                collect_secrets(value, place.of_member(name), found);
            }
        }
        Value::String(text) if place.is_secret && text.len() >= MIN_LEARNED_LENGTH => {
            found.push(Secret::from(text));
        }
        _ => {}
    }
}

fn encode_text(text: &str) -> String {
    let mut encoded = String::new();
    percent::encode(text, &mut encoded);
    encoded
}

/// Replaces a secret by a text that shows only if it has the form of an ID.
fn hide_secret(text: &str) -> String {
    match text {
        "" | "true" | "false" => text.to_owned(),
        _ if is_id(text) => "x".repeat(ID_LENGTH),
        _ => "***".to_owned(),
    }
}

fn is_word_of_api(text: &str, place: JsonPlace<'_>) -> bool {
    if TEXT_FIELDS.contains(&place.name) {
        return text.is_empty() || is_id(text);
    }
    if is_kept_everywhere(text) {
        return true;
    }
    if place.is_free {
        return matches!(place.name, "id" | "type") && is_name(text);
    }
    if place.name == "name" {
        // That of a file is a text. Those of teams, channels and emoji are parts of paths.
        return !place.is_file && is_name(text);
    }
    is_field_word(place.name, text)
}

fn is_field_word(name: &str, text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b" ./_-+;=".contains(&b);
    (WORD_FIELDS.contains(&name) || OTHER_WORD_FIELDS.contains(&name))
        && text.len() <= MAX_NAME_LENGTH
        && text.bytes().all(is_plain)
}

/// Returns `true` for a value that is no text, whatever its name is.
fn is_kept_everywhere(text: &str) -> bool {
    matches!(text, "" | "true" | "false") || text.split("__").all(is_id) || is_date(text)
}

fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// Returns `true` for `2006-01-02T15:04:05Z`, with or without a fraction or another zone.
fn is_date(text: &str) -> bool {
    let pattern = b"0000-00-00T00:00:00";
    let fits = |(byte, known): (u8, u8)| if known == b'0' { byte.is_ascii_digit() } else { byte == known };
    let rest = text.get(pattern.len()..).unwrap_or("x");
    text.bytes().zip(pattern.iter().copied()).all(fits)
        && rest.bytes().all(|b| b.is_ascii_digit() || b".:+-Z".contains(&b))
}

/// Returns `true` for the name of a user, a team, a channel or an emoji.
fn is_name(text: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
    text.len() <= MAX_NAME_LENGTH && text.bytes().all(is_letter)
}

/// Replaces letters by `x` and digits by `0`. Keeps spaces, punctuation, mentions, and the number of characters and
/// bytes.
fn shape_text(text: &str) -> String {
    let mut shaped = String::with_capacity(text.len());
    let (mut before, mut in_name) = (' ', false);
    for letter in text.chars() {
        in_name = match letter {
            '@' | '~' => !before.is_alphanumeric(),
            _ => in_name && (letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')),
        };
        shaped.push(if in_name { letter } else { shape_letter(letter) });
        before = letter;
    }
    shaped
}

fn shape_letter(letter: char) -> char {
    match letter {
        'a'..='z' => 'x',
        'A'..='Z' => 'X',
        '0'..='9' => '0',
        _ if letter.is_ascii() || letter.is_whitespace() => letter,
        _ => match letter.len_utf8() {
            2 => '\u{e9}',
            3 => '\u{ff58}',
            _ => '\u{1d5d1}',
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "8k7ktpqaaidztx87g5zqd8j3ry";

    #[test]
    fn shapes_have_the_length_and_the_markup_of_the_text() {
        for (text, shaped) in [
            ("Hello @bob, **see** ~town-square: 42%\n", "Xxxxx @bob, **xxx** ~town-square: 00%\n"),
            ("jane@corp.com", "xxxx@xxxx.xxx"),
            ("a~b ~", "x~x ~"),
            ("\u{e4}\u{4e2d}\u{1f600}\u{a0}", "\u{e9}\u{ff58}\u{1d5d1}\u{a0}"),
        ] {
            assert_eq!(shape_text(text), shaped);
            assert_eq!((text.len(), text.chars().count()), (shaped.len(), shaped.chars().count()));
            assert_eq!(shape_text(shaped), shaped, "the shape of a shape is itself");
        }
    }

    #[test]
    fn texts_are_replaced_and_the_words_of_the_api_kept() {
        let post = json!({
            "id": ID, "message": "true story: restart db7", "type": "", "create_at": 1_700_000_000_000_u64,
            "props": {"from_webhook": "true", "note": "the plan", "attachments": [{"text": "Fire Bob", "type": "button"}]},
            "metadata": {"files": [{"id": ID, "name": "layoffs.pdf", "mime_type": "application/pdf", "extension": "pdf"}]},
        });
        let event = json!({"event": "posted", "seq": 3, "data": {
            "post": post.to_string(), "sender_name": "@bob", "channel_display_name": "Board", "channel_name": "board",
            "mentions": json!([ID]).to_string(),
        }});
        let redacted = Redaction::new(false).redact_json("", event.clone());
        let inner: Value = serde_json::from_str(redacted["data"]["post"].as_str().unwrap()).unwrap();
        assert_eq!(inner["message"], "xxxx xxxxx: xxxxxxx xx0");
        assert_eq!((&inner["id"], &inner["create_at"]), (&post["id"], &post["create_at"]));
        assert_eq!(inner["props"]["from_webhook"], "true");
        assert_eq!(inner["props"]["note"], "xxx xxxx");
        assert_eq!(inner["props"]["attachments"][0], json!({"text": "Xxxx Xxx", "type": "button"}));
        let file =
            json!({"id": ID, "name": "xxxxxxx.xxx", "mime_type": "application/pdf", "extension": "pdf"});
        assert_eq!(inner["metadata"]["files"][0], file);
        let data = &redacted["data"];
        assert_eq!((&data["sender_name"], &data["channel_name"]), (&json!("@bob"), &json!("board")));
        assert_eq!(data["channel_display_name"], "Xxxxx");
        assert_eq!(data["mentions"], event["data"]["mentions"]);
        let kept = Redaction::new(true).redact_json("", event.clone());
        let inner: Value = serde_json::from_str(kept["data"]["post"].as_str().unwrap()).unwrap();
        assert_eq!(inner, post);
    }

    #[test]
    fn secrets_are_removed_by_name_and_by_value() {
        let mut redaction = Redaction::new(true);
        redaction.add_secret(&Secret::new("hunter2-secret"));
        let value = json!({
            "password": "a", "token": ID, "mfa_code": 123_456, "nested": {"client_secret": ["x", {"y": "z"}]},
            "said": "my password is hunter2-secret!", "hunter2-secret": 1, "token_id": ID, "EnableTokens": "true",
            "link": "https://h/files/x?h=abc", "id": ID,
        });
        let hidden = json!({
            "password": "***", "token": "x".repeat(26), "mfa_code": 0,
            "nested": {"client_secret": ["***", {"y": "***"}]}, "said": "my password is ***!", "***": 0,
            "token_id": ID, "EnableTokens": "true", "link": "***", "id": ID,
        });
        assert_eq!(redaction.redact_json("/users", value), hidden);
        let hook = redaction.redact_json("/hooks/incoming", json!([{"id": ID, "channel_id": ID}]));
        assert_eq!(hook, json!([{"id": "x".repeat(26), "channel_id": ID}]));
        let file = redaction.redact_json("/exports/{export_name}/presign-url", json!({"url": "https://h"}));
        assert_eq!(file, json!({"url": "***"}));
        redaction.learn_secrets("/hooks/incoming", &json!({"id": ID, "token": "short"}));
        assert_eq!(
            redaction.redact_json("", json!({"message": format!("{ID} is short")}))["message"],
            "*** is short"
        );
    }

    #[test]
    fn paths_and_queries_keep_what_requests_are_matched_by() {
        let redaction = Redaction::new(false);
        for (template, path, redacted) in [
            ("/users/{user_id}", format!("/api/v4/users/{ID}"), format!("/api/v4/users/{ID}")),
            (
                "/teams/name/{team_name}/channels/name/{channel_name}",
                "/api/v4/teams/name/a-b/channels/name/town-square".into(),
                "/api/v4/teams/name/a-b/channels/name/town-square".into(),
            ),
            (
                "/users/email/{email}",
                "/api/v4/users/email/jane%40corp.com".into(),
                "/api/v4/users/email/xxxx%40xxxx.xxx".into(),
            ),
            ("/hooks/{hook_id}", format!("/hooks/{ID}"), format!("/hooks/{}", "x".repeat(26))),
        ] {
            assert_eq!(redaction.redact_path(template, &path), redacted);
            assert_eq!(redaction.redact_path(template, &redacted), redacted);
        }
        let query = format!("page=2&since=1700000000000&term=jane&access_token=abc&ids={ID}%2C{ID}&x=true");
        let redacted = redaction.redact_query(&query);
        assert_eq!(
            redacted,
            format!("page=2&since=1700000000000&term=xxxx&access_token=%2A%2A%2A&ids={ID}%2C{ID}&x=true")
        );
        assert_eq!(redaction.redact_query(&redacted), redacted);
    }
}
