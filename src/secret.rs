//! Passwords and tokens that are never shown.

use std::cell::RefCell;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::percent;

/// A password or a token. Its `Debug` output is `***`, it has no `Display`, and its memory is zeroed on drop.
///
/// ```
/// let secret = mattermost::Secret::new("hunter2");
/// assert_eq!(format!("{secret:?}"), "***");
/// assert_eq!(secret.expose(), "hunter2");
/// ```
///
/// Serialization writes the text itself, because the server needs it. A call that serializes a secret keeps it out of
/// its errors, even if a proxy echoes the request.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Creates a secret from a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Returns the text.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns `true` if the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares the secret with a text, such as the token in the request of a slash command or an outgoing webhook.
    ///
    /// The comparison takes a time that depends only on the lengths, so a caller cannot find the secret byte by byte.
    /// An empty secret matches nothing: if no token is configured, a request without one must not be accepted.
    ///
    /// ```
    /// let token = mattermost::Secret::new("sdfsfo3isjf6t");
    /// assert!(token.matches("sdfsfo3isjf6t"));
    /// assert!(!token.matches("sdfsfo3isjf6"));
    /// assert!(!mattermost::Secret::default().matches(""));
    /// ```
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        !self.is_empty() && equal_in_constant_time(self.0.as_bytes(), text.as_bytes())
    }
}

/// Compares every byte of `given`, regardless of `known`.
fn equal_in_constant_time(known: &[u8], given: &[u8]) -> bool {
    let mut difference = u8::from(known.len() != given.len());
    let known = known.iter().chain(std::iter::repeat(&0));
    for (one, other) in given.iter().zip(known) {
        // Without the barrier, the compiler may leave the loop at the first difference.
        difference = std::hint::black_box(difference | (one ^ other));
    }
    std::hint::black_box(difference) == 0
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        equal_in_constant_time(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Secrets shorter than this are not looked for in parts: the beginning of an English word would match.
const MIN_PARTIAL_LENGTH: usize = 8;
/// A shorter prefix reveals too little to be replaced.
const MIN_PREFIX_LENGTH: usize = 5;

/// Returns the text without the secrets, in every form in which a proxy repeats a request.
pub(crate) fn remove_secrets(text: &str, secrets: &[&Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        remove_forms(&mut text, &encoded_forms(secret.expose()));
    }
    text
}

fn remove_forms(text: &mut String, forms: &[Zeroizing<String>]) {
    for form in forms {
        if text.contains(form.as_str()) {
            *text = text.replace(form.as_str(), "***");
        }
        cut_off_prefix(text, form);
    }
}

/// Parts of the names of fields, parameters and headers whose values are secrets, without `_` and `-`.
#[cfg(feature = "testing")]
const SECRET_NAME_PARTS: [&str; 13] = [
    "password",
    "passphrase",
    "secret",
    "token",
    "credential",
    "privatekey",
    "encryptkey",
    "accesskey",
    "apikey",
    "developerkey",
    "salt",
    "datasource",
    "jwt",
];
/// Whole names of such fields: credentials, and data that lets its holder respond in place of the program.
#[cfg(feature = "testing")]
const SECRET_NAMES: [&str; 14] = [
    "authdata",
    "authorization",
    "code",
    "codeverifier",
    "cookie",
    "deviceid",
    "invite",
    "inviteid",
    "link", // that of a public file
    "mfacode",
    "otp",
    "qrcode",
    "responseurl",
    "triggerid",
];
/// Names with such a part whose values are not secret.
#[cfg(feature = "testing")]
const PUBLIC_NAMES: [&str; 8] = [
    "oauthtokenurl",
    "privatekeyfile",
    "tokenendpoint",
    "tokenendpointauthmethod",
    "tokenendpointauthmethodssupported",
    "tokenid",
    "tokenids",
    "tokentype",
];

/// Returns `true` if a field, a parameter or a header of this name holds a secret.
#[cfg(feature = "testing")]
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name: String =
        name.chars().filter(|letter| !matches!(letter, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    let has_part = || SECRET_NAME_PARTS.iter().any(|part| name.contains(part));
    !PUBLIC_NAMES.contains(&&*name) && (SECRET_NAMES.contains(&&*name) || has_part())
}

/// Maximum number of secrets that a recording remembers. The oldest are forgotten.
#[cfg(feature = "testing")]
const MAX_KNOWN_SECRETS: usize = 200;

/// The secrets that a program has used so far, to be removed wherever they are repeated.
#[cfg(feature = "testing")]
#[derive(Default)]
pub(crate) struct KnownSecrets(std::collections::VecDeque<(Secret, Vec<Zeroizing<String>>)>);

#[cfg(feature = "testing")]
impl KnownSecrets {
    pub(crate) fn add_secret(&mut self, secret: &Secret) {
        if secret.is_empty() || self.0.iter().any(|(known, _)| known == secret) {
            return;
        }
        if self.0.len() >= MAX_KNOWN_SECRETS {
            self.0.pop_front();
        }
        self.0.push_back((secret.clone(), encoded_forms(secret.expose())));
    }

    /// Removes the secrets from a text. In a name or an ID, which may contain a short password by chance, only long
    /// secrets are removed.
    pub(crate) fn remove_from(&self, text: &mut String, is_name: bool) {
        let min_length = if is_name { MIN_PARTIAL_LENGTH } else { 1 };
        for (_, forms) in self.0.iter().filter(|(secret, _)| secret.expose().len() >= min_length) {
            remove_forms(text, forms);
        }
    }
}

/// The secret as such, and encoded for JSON, HTML, URLs, headers and dumps.
fn encoded_forms(secret: &str) -> Vec<Zeroizing<String>> {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned();
    // Go writes these three as escapes.
    let go = json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let mut encoded = String::new();
    percent::encode(secret, &mut encoded);
    let form = encoded.replace("%20", "+");
    let lower = lower_case_escapes(&encoded);
    let mut forms: Vec<_> = [secret.to_owned(), json, go, encoded, form, lower].map(Zeroizing::new).into();
    for number in 0..3 {
        // An error page may show the body, which is JSON itself.
        let text = forms.get(number).map(|text| text.to_string()).unwrap_or_default();
        let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        forms.push(Zeroizing::new(html.replace('"', "&quot;").replace('\'', "&#x27;")));
        forms.push(Zeroizing::new(html.replace('"', "&#34;").replace('\'', "&#39;")));
        forms.push(Zeroizing::new(html));
    }
    if secret.len() >= MIN_PARTIAL_LENGTH {
        forms.push(Zeroizing::new(BASE64_STANDARD.encode(secret)));
    }
    forms.dedup();
    forms
}

/// `%C3%A4` as `%c3%a4`.
fn lower_case_escapes(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        out.extend(["%", &digits.to_ascii_lowercase(), rest]);
    }
    out
}

/// Removes the beginning of a secret at the end of a text: a proxy may truncate the text that it repeats.
fn cut_off_prefix(text: &mut String, form: &str) {
    if form.len() < MIN_PARTIAL_LENGTH {
        return;
    }
    let trimmed = text.trim_end_matches(['.', '\u{2026}']);
    let shown = (MIN_PREFIX_LENGTH..form.len()).rev().find_map(|length| {
        let prefix = form.get(..length)?;
        trimmed.ends_with(prefix).then_some(length)
    });
    if let Some(length) = shown {
        let range = trimmed.len() - length..trimmed.len();
        text.replace_range(range, "***");
    }
}

/// More secrets than the body of any call contains.
const MAX_REMEMBERED: usize = 32;

thread_local! {
    /// The secrets that this thread serialized last, oldest first.
    ///
    /// A call must know the secrets in its body. `json!({"password": secret})` makes plain text of a secret before
    /// the call sees it, so serialization itself leaves this trace.
    static SERIALIZED: RefCell<Vec<Secret>> = const { RefCell::new(Vec::new()) };
}

fn remember(secret: &Secret) {
    SERIALIZED.with_borrow_mut(|list| {
        if list.len() >= MAX_REMEMBERED {
            list.remove(0);
        }
        list.push(secret.clone());
    });
}

/// Takes the secrets that this thread serialized since the last time.
pub(crate) fn take_serialized() -> Vec<Secret> {
    SERIALIZED.take()
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        remember(self);
        serializer.serialize_str(&self.0)
    }
}

impl From<&String> for Secret {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

impl From<&Secret> for Secret {
    fn from(secret: &Secret) -> Self {
        secret.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matching_looks_at_all_of_the_text() {
        let token = Secret::new("s3cret");
        assert!(token.matches("s3cret") && token == Secret::new("s3cret"));
        for other in ["", "s", "s3cre", "s3crets", "s3creT", "S3cret", "s3cret\0"] {
            assert!(!token.matches(other), "{other:?}");
        }
        assert!(!Secret::default().matches("") && Secret::default() == Secret::default());
    }

    #[test]
    fn serialized_secrets_are_remembered() {
        let (one, two) = (Secret::new("one"), Secret::new("two"));
        let body = serde_json::json!({"password": one, "more": [two]});
        assert_eq!(body.to_string(), r#"{"more":["two"],"password":"one"}"#);
        let mut taken = take_serialized();
        taken.sort_by_key(|secret| secret.expose().to_owned());
        assert_eq!(taken, [one.clone(), two]);
        assert!(take_serialized().is_empty());
        for _ in 0..100 {
            serde_json::to_string(&one).unwrap();
        }
        assert_eq!(take_serialized().len(), MAX_REMEMBERED);
    }

    #[test]
    fn every_form_of_a_secret_is_hidden() {
        let secret = Secret::new("hunter2 <\"\u{e4}&'>");
        for form in [
            "hunter2 <\"\u{e4}&'>",
            "hunter2 <\\\"\u{e4}&'>",
            "hunter2 \\u003c\\\"\u{e4}\\u0026'\\u003e",
            "hunter2 &lt;&quot;\u{e4}&amp;&#x27;&gt;",
            "hunter2 &lt;&#34;\u{e4}&amp;&#39;&gt;",
            "hunter2 &lt;\\&quot;\u{e4}&amp;&#x27;&gt;",
            "hunter2%20%3C%22%C3%A4%26%27%3E",
            "hunter2+%3C%22%C3%A4%26%27%3E",
            "hunter2%20%3c%22%c3%a4%26%27%3e",
            "aHVudGVyMiA8IsOkJic+",
        ] {
            assert_eq!(remove_secrets(&format!("got [{form}] here"), &[&secret]), "got [***] here");
        }
        let token = Secret::new("azjne1wxiirg5ei7ik88qygrgr");
        assert_eq!(remove_secrets("Bearer azjne1wxiirg5ei7...", &[&token]), "Bearer ***...");
        assert_eq!(remove_secrets("blocked: az", &[&token]), "blocked: az");
        assert_eq!(remove_secrets("abc", &[&Secret::new("")]), "abc");
        assert_eq!(remove_secrets("the quoted \\", &[&Secret::new("\\")]), "the quoted ***");
    }
}
