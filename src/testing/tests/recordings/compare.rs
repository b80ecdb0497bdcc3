//! Comparing what was recorded with what a server sends now: IDs and times are others, the rest is the same.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use serde_json::{Map, Value, json};

use super::{Got, text};

/// A member that is not what was recorded.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) path: String,
    pub(super) what: String,
}

/// Milliseconds that may pass between two changes of the same moment.
const SAME_MOMENT: i64 = 50;

/// What is known about the IDs of a recording.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    ids: HashMap<String, String>,
    /// When what was recorded happened here.
    times: BTreeMap<i64, i64>,
}

/// A part of a text.
#[derive(Debug, PartialEq)]
enum Part<'t> {
    Id(&'t str),
    Time(i64),
    /// A digest, of this length.
    Digest(usize),
    Other(&'t str),
}

/// Splits a text into IDs, times in milliseconds and the rest.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let (mut begin, mut at) = (0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| word(**byte)).count();
        let run = &text[at..at + length];
        let part = match length {
            26 => Some(Part::Id(run)),
            13 if run.starts_with("17") => run.parse().ok().map(Part::Time),
            32 | 40 | 64 if run.bytes().all(|byte| byte.is_ascii_hexdigit()) => Some(Part::Digest(length)),
            _ => None,
        };
        if let Some(part) = part {
            parts.extend((begin < at).then(|| Part::Other(&text[begin..at])));
            parts.push(part);
            begin = at + length;
        }
        at += length.max(1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    parts.extend((begin < text.len()).then(|| Part::Other(&text[begin..])));
    parts
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    text.chars().take(160).collect()
}

/// What is compared, and what was found.
struct Walk<'c> {
    comparison: &'c mut Comparison,
    times: HashMap<i64, i64>,
    found: Vec<Difference>,
}

impl Walk<'_> {
    fn differ(&mut self, path: &str, what: impl Into<String>) {
        self.found.push(Difference { path: path.to_owned(), what: what.into() });
    }

    fn texts(&mut self, path: &str, theirs: &str, ours: &str) {
        let seconds = |text: &str| text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
        let dummy = theirs.starts_with("secret0") && !ours.is_empty() && theirs.len() != 26;
        if theirs == ours || path.ends_with("server_hostname") || dummy || (seconds(theirs) && seconds(ours))
        {
            return;
        }
        // The name of a direct channel begins with the lesser ID.
        if let (Some((one, other)), Some((ours_one, ours_other))) =
            (theirs.split_once("__"), ours.split_once("__"))
        {
            if one.len() == 26
                && other.len() == 26
                && self.comparison.ids.get(one).is_some_and(|id| id == ours_other)
            {
                return self.texts(path, other, ours_one);
            }
        }
        if path.ends_with("trigger_id") && theirs.len() > 26 {
            // The client's ID, the user and the time, before the signature.
            let plain = |text: &str| {
                let text = text.replace("%3D", "=").replace("%2F", "/").replace("%2B", "+");
                let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default();
                String::from_utf8_lossy(&bytes).rsplit_once(':').map(|(before, _)| before.to_owned())
            };
            let (Some(theirs), Some(ours)) = (plain(theirs), plain(ours)) else {
                return self.differ(path, format!("{theirs} / {ours}"));
            };
            return self.texts("trigger", &theirs, &ours);
        }
        let embedded = |text: &str| {
            text.starts_with(['{', '[']).then(|| serde_json::from_str::<Value>(text).ok()).flatten()
        };
        if let (Some(theirs), Some(ours)) = (embedded(theirs), embedded(ours)) {
            return self.values(&format!("{path}!"), &theirs, &ours);
        }
        let (left, right) = (parts(theirs), parts(ours));
        let same = left.len() == right.len()
            && left.iter().zip(&right).all(|pair| match pair {
                (Part::Id(_), Part::Id(_)) | (Part::Time(_), Part::Time(_)) => true,
                (one, other) => one == other,
            });
        if !same {
            return self.differ(path, format!("{theirs:.160} / {ours:.160}"));
        }
        for pair in left.iter().zip(&right) {
            if let (Part::Id(theirs), Part::Id(ours)) = pair {
                let bound =
                    self.comparison.ids.entry((*theirs).to_owned()).or_insert_with(|| (*ours).to_owned());
                if bound != ours {
                    let bound = bound.clone();
                    self.differ(path, format!("ID {theirs}, which is {bound}, not {ours}"));
                }
            }
        }
    }

    fn numbers(&mut self, path: &str, theirs: &Value, ours: &Value) {
        let (Some(left), Some(right)) = (theirs.as_i64(), ours.as_i64()) else {
            return self.differ(path, format!("{theirs} / {ours}"));
        };
        let seconds = 1_500_000_000..2_500_000_000;
        if seconds.contains(&(left / 1000)) && seconds.contains(&(right / 1000)) {
            self.comparison.times.entry(left).or_insert(right);
            // What fell into one millisecond there may take some here.
            let first = *self.times.entry(left).or_insert(right);
            if (first - right).abs() > SAME_MOMENT {
                self.differ(path, "another time");
            }
        } else if !(seconds.contains(&left) && seconds.contains(&right)) && left != right {
            self.differ(path, format!("{left} / {right}"));
        }
    }

    fn values(&mut self, path: &str, theirs: &Value, ours: &Value) {
        match (theirs, ours) {
            (Value::String(theirs), Value::String(ours)) => self.texts(path, theirs, ours),
            (Value::Number(_), Value::Number(_)) => self.numbers(path, theirs, ours),
            (Value::Array(left), Value::Array(right)) => {
                if left.len() != right.len() {
                    self.differ(&format!("{path}.length"), format!("{} / {}", left.len(), right.len()));
                }
                let right = self.in_their_order(path, left, right);
                for (index, (theirs, ours)) in left.iter().zip(&right).enumerate() {
                    self.values(&format!("{path}[{index}]"), theirs, ours);
                }
            }
            (Value::Object(left), Value::Object(right)) => self.objects(path, left, right),
            _ if theirs == ours => {}
            _ => self.differ(path, format!("{} / {}", short(theirs), short(ours))),
        }
    }

    /// Returns our rows in the order of theirs where that depends on IDs, which are others, or on nothing at all.
    fn in_their_order(&self, path: &str, left: &[Value], right: &[Value]) -> Vec<Value> {
        let unordered = path.ends_with("permissions")
            || left.iter().all(|row| row["permissions"].is_array() || row["auto_complete"] == true);
        let names = if unordered { ["name", "trigger"] } else { ["id", "id"] };
        let key = |value: &Value| {
            let named = names.iter().find_map(|name| value[name].as_str());
            named.or(value.as_str()).unwrap_or_default().to_owned()
        };
        let sorted = |rows: &[Value]| rows.windows(2).all(|pair| key(&pair[0]) < key(&pair[1]));
        let by_id = left.len() > 1 && key(&left[0]).len() == 26 && sorted(left);
        let direct = |row: &Value| row["type"] == "D";
        let direct_ids = path.contains("categories[2]");
        let mut rest: Vec<Option<&Value>> = right.iter().map(Some).collect();
        let mut ordered = Vec::new();
        for (index, theirs) in left.iter().enumerate() {
            let wanted = self.comparison.ours_text(&key(theirs));
            let movable = by_id || unordered || direct(theirs) || direct_ids;
            let at = rest.iter().position(|ours| {
                movable && ours.is_some_and(|ours| key(ours) == wanted && (!direct(theirs) || direct(ours)))
            });
            let at = at.or((rest.get(index).is_some_and(Option::is_some)).then_some(index));
            let at = at.or_else(|| rest.iter().position(Option::is_some));
            ordered.extend(at.and_then(|at| rest[at].take()).cloned());
        }
        ordered.extend(rest.into_iter().flatten().cloned());
        ordered
    }

    fn objects(&mut self, path: &str, left: &Map<String, Value>, right: &Map<String, Value>) {
        let mut known = Vec::new();
        for (key, theirs) in left {
            let name = self.comparison.ours_text(key);
            match right.get(&name) {
                Some(ours) => self.values(&format!("{path}.{key}"), theirs, ours),
                None => self.differ(&format!("{path}.{key}"), format!("missing, {}", short(theirs))),
            }
            known.push(name);
        }
        for (key, ours) in right.iter().filter(|(key, _)| !known.contains(key)) {
            self.differ(&format!("{path}.{key}"), format!("too much, {}", short(ours)));
        }
    }
}

impl Comparison {
    pub(super) fn forget_secrets(&mut self) {
        self.ids.retain(|theirs, _| !theirs.starts_with("secret"));
    }

    pub(super) fn bind(&mut self, theirs: &str, ours: &str) {
        self.ids.insert(theirs.to_owned(), ours.to_owned());
    }

    fn walk(&mut self) -> Walk<'_> {
        Walk { comparison: self, times: HashMap::new(), found: Vec::new() }
    }

    fn ours_text(&self, text: &str) -> String {
        let parts = parts(text);
        if !parts.iter().any(|part| matches!(part, Part::Id(_) | Part::Time(_))) {
            return text.to_owned();
        }
        parts
            .iter()
            .map(|part| match part {
                Part::Id(id) => self.ids.get(*id).map_or(*id, |id| id).to_owned(),
                Part::Time(time) => {
                    let before = self.times.range(..=*time).next_back();
                    before.map_or(*time, |(theirs, ours)| ours + (time - theirs)).to_string()
                }
                Part::Digest(_) => String::new(),
                Part::Other(text) => (*text).to_owned(),
            })
            .collect()
    }

    /// Returns a recorded value with our IDs.
    pub(super) fn ours(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => json!(self.ours_text(text)),
            Value::Array(all) => all.iter().map(|one| self.ours(one)).collect(),
            Value::Object(all) => all
                .iter()
                .map(|(key, one)| (self.ours_text(key), self.ours(one)))
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    pub(super) fn exchange(&mut self, item: &Value, got: &Got) -> Vec<Difference> {
        let mut walk = self.walk();
        if item["status"] != got.status {
            walk.differ("status", format!("{} / {} {}", item["status"], got.status, short(&got.json())));
            return walk.found;
        }
        for (name, value) in item["headers"].as_object().unwrap() {
            let (theirs, ours) = (value.as_str().unwrap(), got.header(name));
            match ours {
                None => walk.differ(&format!("header {name}"), format!("missing, {theirs}")),
                Some(_) if theirs.is_empty() || name == "Etag" => {}
                // Each header that is sent twice was recorded as one.
                Some(ours) if theirs.contains(", ") && name.starts_with("X-Rate") => {
                    let count =
                        got.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).count();
                    let ours = vec![ours; count].join(", ");
                    walk.texts(&format!("header {name}"), theirs, &ours);
                }
                Some(ours) => walk.texts(&format!("header {name}"), theirs, ours),
            }
        }
        let known = ["date", "content-length", "connection", "expires", "transfer-encoding"];
        for (name, value) in &got.headers {
            let theirs = item["headers"].as_object().unwrap();
            let lower = name.to_ascii_lowercase();
            if !known.contains(&&*lower) && !theirs.keys().any(|key| key.eq_ignore_ascii_case(name)) {
                walk.differ(&format!("header {name}"), format!("too much, {value}"));
            }
        }
        let recorded = &item["response"];
        if recorded["binary_bytes"].is_number() {
            let body = String::from_utf8_lossy(&got.body);
            if body != text(recorded, "head") {
                walk.differ("body", format!("{body:.160}"));
            }
        } else if let Some(recorded) = recorded.as_str() {
            walk.texts("body", recorded.trim_end(), String::from_utf8_lossy(&got.body).trim_end());
        } else {
            let ours = got.json();
            walk.values("", recorded, &ours);
        }
        walk.found.retain(|one| !one.path.ends_with("request_id"));
        walk.found
    }

    /// Compares what a listener heard. Returns the event of each frame with what differs.
    pub(super) fn frames(&mut self, recorded: &[Value], heard: &[Value]) -> Vec<(String, Vec<Difference>)> {
        let mut rows = Vec::new();
        let (mut left, mut right) = (recorded, heard);
        let name = |frame: &Value| frame["event"].as_str().unwrap_or("a reply").to_owned();
        let alone = |frame: &Value, what: &str| {
            let shown = frame["data"].to_string().chars().take(200).collect();
            (name(frame), vec![Difference { path: what.to_owned(), what: shown }])
        };
        loop {
            match (left.split_first(), right.split_first()) {
                (None, None) => return rows,
                (Some((theirs, theirs_left)), Some((ours, ours_left))) if name(theirs) == name(ours) => {
                    let (mut theirs, mut ours) = (theirs.clone(), ours.clone());
                    // The order is compared already, and frames that are too many are named.
                    for frame in [&mut theirs, &mut ours] {
                        frame.as_object_mut().unwrap().remove("seq");
                    }
                    let mut walk = self.walk();
                    walk.values("", &theirs, &ours);
                    rows.push((name(&theirs), walk.found));
                    (left, right) = (theirs_left, ours_left);
                }
                (Some((theirs, rest)), _) if !right.iter().any(|frame| name(frame) == name(theirs)) => {
                    rows.push(alone(theirs, "missing"));
                    left = rest;
                }
                (_, Some((ours, rest))) => {
                    rows.push(alone(ours, "too much"));
                    right = rest;
                }
                (Some((theirs, rest)), None) => {
                    rows.push(alone(theirs, "missing"));
                    left = rest;
                }
            }
        }
    }

    pub(super) fn callback(&mut self, theirs: &Value, ours: &Value) -> Vec<Difference> {
        let mut walk = self.walk();
        let fields = |text: &str| -> Value {
            let fields = text.split('&').filter_map(|field| field.split_once('='));
            fields.map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>().into()
        };
        let mut sides = Vec::new();
        for side in [theirs, ours] {
            let (path, query) = text(side, "path").split_once('?').unwrap_or((text(side, "path"), ""));
            let body = text(side, "body");
            let body = if body.starts_with('{') { json!(body) } else { fields(body) };
            let headers: Map<String, Value> = side["headers"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                .collect();
            sides.push(json!({
                "method": side["method"], "path": path, "query": fields(query), "headers": headers,
                "body": body,
            }));
        }
        walk.values("", &sides[0], &sides[1]);
        walk.found
    }
}
