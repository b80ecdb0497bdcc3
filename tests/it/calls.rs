//! Every method of the REST groups: what leaves, against the inventory, and what comes back, against answers that
//! real servers gave (`tests/data/answers.json`).

#[cfg(feature = "admin")]
mod admin;
#[cfg(feature = "admin")]
mod admin_inputs;
mod inputs;
mod people;
mod places;
mod posts;
mod things;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use mattermost::{Client, Result};
use serde::Serialize;
use serde_json::{Value, json};

use crate::recorder::{Recorder, Reply, Sent};
use crate::routes::{Entry, Method, inventory, methods};

pub(crate) const ID: &str = "8k7ktpqaaidztx87g5zqd8j3ry";

type Run = Box<dyn Fn(&Client) -> Result<Value>>;

struct Row {
    name: &'static str,
    answer: Vec<u8>,
    /// Whether the whole answer is decoded, so that it can be compared with what was sent.
    whole: bool,
    run: Run,
}

/// The rows, one a method.
#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    /// The answer is an object, or a map by id.
    fn all<T: Serialize>(&mut self, name: &'static str, call: impl Fn(&Client) -> Result<T> + 'static) {
        self.push(name, object(), true, call);
    }

    /// The answer is a list.
    fn list<T: Serialize>(&mut self, name: &'static str, call: impl Fn(&Client) -> Result<T> + 'static) {
        self.push(name, b"[]".to_vec(), true, call);
    }

    /// The answer is a map whose values are no objects.
    fn map<T: Serialize>(&mut self, name: &'static str, call: impl Fn(&Client) -> Result<T> + 'static) {
        self.push(name, b"{}".to_vec(), true, call);
    }

    /// Only a part of the answer is given on.
    fn part<T>(&mut self, name: &'static str, call: impl Fn(&Client) -> Result<T> + 'static) {
        self.push(name, object(), false, move |client| call(client).map(drop));
    }

    /// The answer is bytes.
    fn raw<T>(&mut self, name: &'static str, call: impl Fn(&Client) -> Result<T> + 'static) {
        self.push(name, b"bytes".to_vec(), false, move |client| call(client).map(drop));
    }

    /// The answer says that it was done.
    fn done(&mut self, name: &'static str, call: impl Fn(&Client) -> Result<()> + 'static) {
        self.push(name, br#"{"status":"OK"}"#.to_vec(), false, call);
    }

    /// The answer is this.
    #[cfg(feature = "admin")]
    fn with<T>(&mut self, name: &'static str, answer: &str, call: impl Fn(&Client) -> Result<T> + 'static) {
        self.push(name, answer.as_bytes().to_vec(), false, move |client| call(client).map(drop));
    }

    fn push<T: Serialize>(
        &mut self,
        name: &'static str,
        answer: Vec<u8>,
        whole: bool,
        call: impl Fn(&Client) -> Result<T> + 'static,
    ) {
        // Uploads look for their file in the answer.
        let answer = if name.starts_with("files.upload") { uploaded() } else { answer };
        let run: Run = Box::new(move |client| call(client).map(|value| serde_json::to_value(value).unwrap()));
        self.0.push(Row { name, answer, whole, run });
    }
}

/// Something of everything that is looked at in an answer.
fn object() -> Vec<u8> {
    json!({"id": ID, "user_id": ID, "channel_id": ID, "token": "t", "redirect": "x"}).to_string().into_bytes()
}

fn uploaded() -> Vec<u8> {
    json!({"file_infos": [{"id": ID}], "client_ids": []}).to_string().into_bytes()
}

fn rows() -> Vec<Row> {
    let mut table = Table::default();
    people::rows(&mut table);
    places::rows(&mut table);
    posts::rows(&mut table);
    things::rows(&mut table);
    #[cfg(feature = "admin")]
    admin::rows(&mut table);
    table.0
}

fn client() -> (Recorder, Client) {
    let server = Recorder::start(|_| Reply::json(object()));
    let client = Client::builder(server.url()).token("secret").connect().unwrap();
    server.take();
    (server, client)
}

#[test]
fn every_method_sends_what_the_inventory_says() {
    let (inventory, methods) = (inventory(), methods());
    let entries: BTreeMap<&str, &Entry> = inventory.iter().map(|entry| (&*entry.route, entry)).collect();
    let methods: BTreeMap<&str, &Method> = methods
        .iter()
        .filter(|method| !method.name.starts_with("client."))
        .filter(|method| {
            cfg!(feature = "admin") || !entries.get(&*method.route).is_some_and(|entry| entry.admin)
        })
        .map(|method| (&*method.name, method))
        .collect();
    let (server, client) = client();
    let (mut faults, mut unsent) = (Vec::new(), BTreeSet::new());
    for entry in inventory.iter().filter(|entry| methods.values().any(|method| method.route == entry.route)) {
        unsent.extend(entry.query.iter().map(|name| format!("{} {name}", entry.route)));
    }
    let mut tested = BTreeSet::new();
    for row in rows() {
        let Some(method) = methods.get(row.name) else {
            faults.push(format!("{}: no such method", row.name));
            continue;
        };
        assert!(tested.insert(row.name), "{} twice", row.name);
        let answer = row.answer.clone();
        server.answer_with(move |_| Reply::json(answer.clone()));
        if let Err(error) = (row.run)(&client) {
            faults.push(format!("{}: {error}", row.name));
        }
        match &server.take()[..] {
            [sent] => {
                for (name, _) in &sent.query {
                    unsent.remove(&format!("{} {name}", method.route));
                }
                check(sent, method, entries.get(&*method.route).copied(), &mut faults);
            }
            sent => faults.push(format!("{}: {} requests", row.name, sent.len())),
        }
    }
    faults
        .extend(methods.keys().filter(|name| !tested.contains(*name)).map(|name| format!("{name}: no row")));
    println!("{} methods tested, {} without a test", tested.len(), methods.len() - tested.len());
    let unsent: Vec<String> = unsent.into_iter().filter(|name| !is_skipped(name)).collect();
    faults.extend(unsent.into_iter().map(|name| format!("no method sends {name}")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Query parameters that no method needs.
fn is_skipped(name: &str) -> bool {
    // For reviewers of flagged posts; only asks for another Content-Disposition; keep a browser's cache out, or a
    // redirect's target in; the default anyway; older names of others; said in the body; not paged by number.
    const SKIPPED: [&str; 24] = [
        " as_content_reviewer",
        " flagged_post_id",
        " download",
        "/image _",
        " r",
        " paginate",
        // The reference asks for it, no server reads it.
        "GET /oauth/outgoing_connections/{connection_id} team_id",
        "PUT /oauth/outgoing_connections/{connection_id} team_id",
        "DELETE /oauth/outgoing_connections/{connection_id} team_id",
        "POST /oauth/outgoing_connections team_id",
        "POST /oauth/outgoing_connections/validate team_id",
        "/autocomplete channel_id",
        "/autocomplete team_id",
        "POST /channels/search include_deleted",
        "POST /channels/search system_console",
        "/threads page",
        "/teams/{team_id}/groups include_total_count",
        // Seldom of use; `Client::call` has them.
        "/stats exclude_files_count",
        "/groups/{group_id} include_member_ids",
        "/files/info include_deleted",
        "/system/ping device_id",
        "/teams/unread exclude_team",
        "/invite-guests/email guest_magic_link",
        "/teams/{team_id}/groups include_archived",
    ];
    // What `GroupPage` has is not repeated for the groups of one team.
    let of_team = name.starts_with("GET /teams/{team_id}/groups ");
    of_team || SKIPPED.iter().any(|end| name.ends_with(end))
}

fn check(sent: &Sent, method: &Method, entry: Option<&Entry>, faults: &mut Vec<String>) {
    let (verb, template) = method.route.split_once(' ').unwrap();
    let path = sent.path.strip_prefix("/api/v4").unwrap_or(&sent.path);
    let fits = sent.method == verb
        && path.split('/').count() == template.split('/').count()
        && path.split('/').zip(template.split('/')).all(|(have, want)| {
            if want.starts_with('{') { !have.is_empty() && !have.contains('{') } else { have == want }
        });
    let mut fault = |what: String| faults.push(format!("{}: {what}", method.name));
    if !fits {
        fault(format!("{} {} was sent", sent.method, sent.path));
    }
    let Some(entry) = entry else { return };
    for (name, _) in &sent.query {
        // Not in the inventory: what `config/client` was told on servers before 10.
        if !(entry.query.contains(name) || (name == "format" && template == "/config/client")) {
            fault(format!("the inventory knows no query {name}"));
        }
    }
    let known = |name: &String| entry.body.iter().any(|have| have == name || have == "*");
    match sent.header("content-type") {
        Some("application/json") => match sent.json() {
            Value::Object(members) => {
                members
                    .keys()
                    .filter(|name| !known(name))
                    .for_each(|name| fault(format!("unknown member {name}")));
            }
            Value::Array(items) if entry.body.first().is_some_and(|first| first == "[]") => {
                let keys = items.iter().filter_map(Value::as_object).flat_map(|item| item.keys());
                keys.filter(|name| !known(name)).for_each(|name| fault(format!("unknown member {name}")));
            }
            Value::Number(_) if entry.body == ["*"] => {}
            // As it is.
            Value::Null => {}
            other => fault(format!("a body of another kind: {other}")),
        },
        Some(kind) if kind.starts_with("multipart/") || kind == "application/octet-stream" => {
            if !entry.body.iter().any(|have| have == "multipart" || have == "binary") {
                fault(format!("a body of the kind {kind}"));
            }
        }
        Some("application/x-pem-file") if entry.body.iter().any(|have| have == "multipart") => {}
        Some("text/plain") if entry.body.iter().any(|have| have == "binary") => {}
        Some(kind) => fault(format!("a body of the kind {kind}")),
        None => {
            if !sent.body.is_empty() {
                fault("a body without a kind".into());
            }
        }
    }
}

#[test]
fn answers_of_real_servers_come_back_whole() {
    let samples: BTreeMap<String, Vec<Value>> =
        serde_json::from_str(include_str!("../data/answers.json")).unwrap();
    let routes: BTreeMap<String, String> =
        methods().into_iter().map(|method| (method.name, method.route)).collect();
    let (rows, (server, client)) = (rows(), client());
    let current = Arc::new(Mutex::new(Vec::new()));
    let given = Arc::clone(&current);
    server.answer_with(move |_| Reply::json(given.lock().unwrap().clone()));
    let (mut faults, mut checked) = (Vec::new(), 0);
    for (route, samples) in &samples {
        let rows: Vec<&Row> = rows.iter().filter(|row| routes.get(row.name) == Some(route)).collect();
        for sample in samples {
            *current.lock().unwrap() = sample.to_string().into_bytes();
            // Where the answer's shape depends on a parameter, one of the methods must take it.
            let mut tried = Vec::new();
            let taken = rows.iter().any(|row| match (row.run)(&client) {
                Ok(back) if row.whole => {
                    let mut lost = Vec::new();
                    lost_members(sample, &back, &mut String::from("$"), &mut lost);
                    tried.push(format!("{}: lost {}", row.name, lost.join(", ")));
                    lost.is_empty()
                }
                Ok(_) => true,
                // An answer that is not that of the post that was sent is refused, after it was decoded.
                Err(error) if row.name == "posts.create" => {
                    error.to_string().contains("a different post from the one that was sent")
                }
                Err(error) => {
                    tried.push(format!("{}: {error}", row.name));
                    false
                }
            });
            checked += 1;
            // The login is not a method of a group.
            if !taken && !rows.is_empty() {
                faults.push(format!("{route}: {}", tried.join("; ")));
            }
        }
    }
    println!("{checked} answers");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What of `sample` is not in `back`. What is the default anyhow may be left out.
fn lost_members(sample: &Value, back: &Value, path: &mut String, lost: &mut Vec<String>) {
    let length = path.len();
    match (sample, back) {
        (Value::Object(members), Value::Object(have)) => {
            for (name, member) in members {
                path.push('.');
                path.push_str(name);
                match have.get(name) {
                    Some(back) => lost_members(member, back, path, lost),
                    None if is_default(member) => {}
                    None => lost.push(path.clone()),
                }
                path.truncate(length);
            }
        }
        // 5.37 lists the first post of a thread twice.
        (Value::Array(items), Value::Array(have)) if path == "$.order" && items.len() > have.len() => {
            let missing = items.iter().filter(|item| !have.contains(item));
            lost.extend(missing.map(|item| format!("{path} {item}")));
        }
        (Value::Array(items), Value::Array(have)) if items.len() == have.len() => {
            for (item, back) in items.iter().zip(have) {
                path.push_str("[]");
                lost_members(item, back, path, lost);
                path.truncate(length);
            }
        }
        _ if sample == back || (is_default(sample) && is_default(back)) => {}
        _ => lost.push(format!("{path} ({sample} became {back})")),
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_default),
    }
}
