//! Requests of integrations: their decoding, and the posts that become of them.

use serde_json::{Map, Value, json};

use super::text;
use crate::model::POST_CHARACTERS;
use crate::testing::http::{Request, form, parts};
use crate::testing::state::World;

/// Maximum length of the props of a post, as JSON, in characters.
const MAX_PROPS_LENGTH: usize = 760_000;
/// The same before version 6.
const MAX_OLD_PROPS_LENGTH: usize = 7_600;

/// The names of the text fields in JSON, and in the parts of a `multipart/form-data` body.
const TEXT_FIELDS: [(&str, &str); 6] = [
    ("text", "text"),
    ("username", "username"),
    ("icon_url", "iconurl"),
    ("channel", "channelname"),
    ("type", "type"),
    ("icon_emoji", "iconemoji"),
];

/// The form of a body that cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PayloadError {
    Json,
    Multipart,
}

/// Returns the fields of a request: those of the JSON body, of the `payload` of a form, or the parts of a
/// `multipart/form-data` body.
pub(super) fn decode_payload(request: &Request) -> Result<Map<String, Value>, PayloadError> {
    let kind = request.header("content-type").unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        return decode_parts(kind, &request.body).ok_or(PayloadError::Multipart);
    }
    let body = String::from_utf8_lossy(&request.body);
    if kind.starts_with("application/x-www-form-urlencoded") {
        let fields = form(&body);
        let payload = fields.into_iter().find(|(name, _)| name == "payload");
        return payload.and_then(|(_, json)| decode_json(&json)).ok_or(PayloadError::Json);
    }
    decode_json(&body).ok_or(PayloadError::Json)
}

fn decode_parts(kind: &str, body: &[u8]) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    for part in parts(kind, body)? {
        let name = part.name.to_ascii_lowercase();
        let (json_name, _) = TEXT_FIELDS.iter().find(|(_, known)| *known == name)?;
        fields.insert((*json_name).to_owned(), json!(String::from_utf8_lossy(part.data)));
    }
    Some(fields)
}

/// Decodes the first JSON value. Programs send line breaks inside strings, which the server accepts.
fn decode_json(json: &str) -> Option<Map<String, Value>> {
    let first = |json: &str| serde_json::Deserializer::from_str(json).into_iter::<Value>().next()?.ok();
    let fields: Map<String, Value> = match first(json).or_else(|| first(&escape_controls(json)))? {
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect()
        }
        Value::Null => Map::new(),
        _ => return None,
    };
    let fits = |name: &str, is: fn(&Value) -> bool| {
        fields.get(name).is_none_or(|value| value.is_null() || is(value))
    };
    let attachments = fits("attachments", |value| {
        value.as_array().is_some_and(|all| all.iter().all(|one| one.is_object() || one.is_null()))
    });
    let fine = attachments
        && fits("props", Value::is_object)
        && TEXT_FIELDS.iter().all(|(name, _)| fits(name, Value::is_string));
    fine.then_some(fields)
}

/// Escapes line breaks and tabs inside strings.
fn escape_controls(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut inside, mut escaped) = (false, false);
    for c in json.chars() {
        match c {
            '\n' if inside => out.push_str("\\n"),
            '\t' if inside => out.push_str("\\t"),
            c => out.push(c),
        }
        if c == '"' && !escaped {
            inside = !inside;
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

/// Converts the markup of Slack to Markdown: links, and mentions of users and of all members.
pub(super) fn slack_text(world: &World, text: &str) -> String {
    convert_links(&convert_mentions(world, text))
}

fn convert_mentions(world: &World, text: &str) -> String {
    let mut text = text.to_owned();
    for name in ["channel", "here", "all"] {
        text = text.replace(&format!("<!{name}>"), &format!("@{name}"));
    }
    replace_marked(&text, "<@", |after| {
        let (id, after) = after.split_once('>')?;
        Some((format!("@{}", world.user(id)?.username), after))
    })
}

fn convert_links(text: &str) -> String {
    replace_marked(text, "<", |after| {
        let (target, label, after) = labelled_link(after)?;
        Some((format!("[{label}]({target})"), after))
    })
}

/// Replaces what begins with `mark`. `read` is given the text after it, and returns the replacement and the rest, or `None`
/// to keep the mark.
fn replace_marked<'t>(
    text: &'t str,
    mark: &str,
    read: impl Fn(&'t str) -> Option<(String, &'t str)>,
) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(mark) {
        let (shown, after) = read(after).unwrap_or_else(|| (mark.to_owned(), after));
        out.extend([before, &*shown]);
        rest = after;
    }
    out + rest
}

/// Splits the text after a `<` into the target of a link, its label and the rest.
fn labelled_link(text: &str) -> Option<(&str, &str, &str)> {
    let (target, rest) = text.split_once('|')?;
    let (label, after) = rest.split_once('>')?;
    let fine = !target.is_empty() && !label.is_empty();
    (fine && !target.contains(['\n', '<', '>']) && !label.contains(['\n', '|']))
        .then_some((target, label, after))
}

/// Returns the attachments of a request as they are posted.
pub(super) fn attachments_of(world: &World, body: &Map<String, Value>) -> Vec<Value> {
    let given = body.get("attachments").and_then(Value::as_array).into_iter().flatten();
    let mut all: Vec<Value> = given.filter(|attachment| attachment.is_object()).cloned().collect();
    for attachment in all.iter_mut().filter_map(Value::as_object_mut) {
        for name in ["pretext", "text", "title"] {
            if let Some(Value::String(text)) = attachment.get_mut(name) {
                *text = if name == "title" { convert_mentions(world, text) } else { slack_text(world, text) };
            }
        }
        let fields = attachment.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten();
        for value in fields.filter_map(|field| field.get_mut("value")).filter(|value| !value.is_null()) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            *value = json!(slack_text(world, &text));
        }
    }
    all
}

fn characters(props: &Map<String, Value>) -> usize {
    serde_json::to_string(props).map_or(0, |json| json.chars().count())
}

/// Splits a text and its attachments into posts, each with its props. `None` if the props alone are too long.
///
/// The last part of the text has as many attachments as its props may be long, and the others follow. The text of an
/// attachment that is too long for a post of its own is cut off.
pub(super) fn split_posts(
    message: &str,
    props: &Map<String, Value>,
    attachments: Vec<Value>,
    old: bool,
) -> Option<Vec<(String, Map<String, Value>)>> {
    let max = if old { MAX_OLD_PROPS_LENGTH } else { MAX_PROPS_LENGTH };
    if characters(props) > max {
        return None;
    }
    let letters: Vec<char> = message.chars().collect();
    let mut posts: Vec<(String, Map<String, Value>)> =
        letters.chunks(POST_CHARACTERS).map(|part| (part.iter().collect(), props.clone())).collect();
    if posts.is_empty() {
        posts.push((String::new(), props.clone()));
    }
    for attachment in attachments {
        let (_, last) = posts.last()?;
        let known = last.get("attachments").and_then(Value::as_array).cloned().unwrap_or_default();
        let with = |mut known: Vec<Value>, attachment: Value| {
            known.push(attachment);
            let mut props = props.clone();
            props.insert("attachments".into(), Value::Array(known));
            props
        };
        let mut longer = with(known.clone(), attachment.clone());
        if characters(&longer) > max {
            longer = with(Vec::new(), attachment.clone());
            if !known.is_empty() {
                posts.push((String::new(), props.clone()));
            }
            if let Some(excess) = characters(&longer).checked_sub(max) {
                longer = with(Vec::new(), without_end(attachment, excess)?);
            }
        }
        posts.last_mut()?.1 = longer;
    }
    Some(posts)
}

/// Cuts characters off the text of an attachment. `None` if it has fewer.
fn without_end(mut attachment: Value, excess: usize) -> Option<Value> {
    let fields = attachment.as_object_mut()?;
    let letters: Vec<char> = text(fields, "text").chars().collect();
    let kept: String = letters.get(..letters.len().checked_sub(excess)?)?.iter().collect();
    fields.insert("text".into(), json!(kept));
    Some(attachment)
}
