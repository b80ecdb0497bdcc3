//! The "Required permission" lines of `src/rest` against a real server: every route that an ordinary member can ask for
//! with an account, team, channel, post and file of its own, one after the other. Needs `MATTERMOST_URL`,
//! `MATTERMOST_ADMIN_LOGIN` and `MATTERMOST_ADMIN_PASSWORD`.
//!
//! A response of success means allowed, 403 means refused. Any other, such as 400, 404 or 501, is not judged.

mod bodies;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use mattermost::http::PathArg;
use mattermost::{Client, ErrorKind, Method, PostDraft, Preference, Upload};
use serde_json::Value;

use crate::live::world::{Account, World};
use crate::routes::sources;

/// One public method of `src/rest`.
struct Documented {
    /// As `posts::create`.
    name: String,
    route: String,
    /// Query parameters with a constant value.
    query: Vec<(String, String)>,
    /// The line that names permissions, if there is one.
    line: Option<String>,
    /// The first version that has it, if the docs tell.
    since: Option<[u32; 2]>,
}

impl Documented {
    /// Whether the documentation lets a member with these permissions call it for an account of its own.
    fn allows(&self, granted: &BTreeSet<String>) -> bool {
        let Some(line) = &self.line else { return true };
        // "for other users" and what follows does not concern the own account.
        let own = line.split("other users").next().unwrap();
        let names: Vec<&str> = own.split('`').skip(1).step_by(2).collect();
        if line.contains("for other users") && names.is_empty() {
            return true;
        }
        let has = |name: &&str| granted.contains(*name);
        if line.contains("depending on the request") || line.contains(" or ") {
            names.iter().any(has)
        } else {
            names.iter().all(has)
        }
    }
}

/// Reads the documentation of all methods with a route.
fn documented() -> Vec<Documented> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rest");
    let (mut files, mut found) = (Vec::new(), Vec::new());
    sources(&root, &mut files);
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let group = file.strip_prefix(&root).unwrap().with_extension("").display().to_string();
        let (mut docs, mut lines) = (String::new(), text.lines());
        while let Some(line) = lines.next() {
            if let Some(doc) = line.strip_prefix("    ///") {
                docs.push_str(doc.trim());
                docs.push('\n');
            } else if let Some(rest) = line.strip_prefix("    pub fn ") {
                let name = rest.split(['(', '<']).next().unwrap();
                let mut body = line.to_owned();
                if !line.ends_with('}') {
                    body.extend(lines.by_ref().take_while(|line| *line != "    }"));
                }
                let route = docs.lines().find_map(|line| {
                    let route = line.strip_prefix('`')?.strip_suffix('`')?;
                    let (verb, path) = route.split_once(' ')?;
                    (verb.bytes().all(|byte| byte.is_ascii_uppercase()) && path.starts_with('/'))
                        .then(|| route.to_owned())
                });
                let line =
                    docs.split("\n\n").flat_map(|paragraph| paragraph.split("\n# ")).find_map(|text| {
                        let text = text.replace('\n', " ");
                        let start = text.find("Required permission")?;
                        let line = text[start..].split(". ").next().unwrap();
                        Some(line.to_owned())
                    });
                if let Some(route) = route {
                    let since =
                        docs.replace('\n', " ").split_once("Since server ").map(|(_, rest)| version_of(rest));
                    let (name, query) = (format!("{group}::{name}"), constant_query(&body));
                    found.push(Documented { name, route, query, line, since });
                }
                docs.clear();
            } else if !line.trim_start().starts_with("#[") {
                docs.clear();
            }
        }
    }
    found
}

/// The first two numbers of a version.
fn version_of(text: &str) -> [u32; 2] {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
    [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)]
}

/// The parameters of `.param("name", true)`.
fn constant_query(body: &str) -> Vec<(String, String)> {
    let calls = body.split(".param(\"").skip(1);
    calls
        .filter_map(|call| {
            let (name, rest) = call.split_once("\", ")?;
            let value = rest.split(')').next()?;
            matches!(value, "true" | "false").then(|| (name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// A member with a post, a thread, a file and whatever else a route needs.
struct Member {
    account: Account,
    values: BTreeMap<&'static str, String>,
}

impl Member {
    fn new(world: &World, name: &str, other: &Account) -> Self {
        let account = world.account(name);
        let channel = world.channel(&format!("{name}-own"), &[&account]);
        let client = &account.client;
        let file = Upload::bytes("a.txt", "text");
        let post =
            client.posts().create_with_files(&PostDraft::new(&channel, "a post"), [file]).expect("a post");
        client.posts().reply(&post, "a reply").expect("a reply");
        client.reactions().create(&post.id, "smile").expect("a reaction");
        let preference = Preference::new(account.id.clone(), "test", "name", "value");
        client.preferences().set(&account.id, &[preference]).unwrap();
        let categories = client.channels().list_categories(&account.id, &world.team.id);
        let mut values = BTreeMap::from([
            ("user_id", account.id.to_string()),
            ("username", account.name.clone()),
            ("email", account.email.clone()),
            ("other_user_id", other.id.to_string()),
            ("team_id", world.team.id.to_string()),
            ("team_name", world.team.name.clone()),
            ("channel_id", channel.id.to_string()),
            ("channel_name", channel.name.clone()),
            ("post_id", post.id.to_string()),
            ("thread_id", post.id.to_string()),
            ("file_id", post.file_ids[0].to_string()),
            ("emoji_name", "smile".to_owned()),
            ("category", "test".to_owned()),
            ("preference_name", "name".to_owned()),
            ("role_name", "system_user".to_owned()),
            ("timestamp", post.create_at.as_millis().to_string()),
        ]);
        if let Some(category) = categories.ok().and_then(|all| all.categories.into_iter().next()) {
            values.insert("category_id", category.id.to_string());
        }
        Self { account, values }
    }

    /// Calls a route. `None` if a parameter has no value, or the response tells nothing about permissions.
    fn is_allowed(&self, documented: &Documented, body: Option<&Value>) -> Option<Result<(), String>> {
        let (verb, template) = documented.route.split_once(' ').unwrap();
        let names = template.split('{').skip(1).map(|part| part.split('}').next().unwrap());
        let values: Vec<&String> = names.map(|name| self.values.get(name)).collect::<Option<_>>()?;
        let arguments: Vec<&dyn PathArg> = values.iter().map(|value| *value as &dyn PathArg).collect();
        let method = match verb {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            _ => return None,
        };
        // Templates are literals in programs. The few hundred of this run may stay.
        let template: &'static str = String::leak(template.to_owned());
        let mut call = self.account.client.call(method, template, &arguments);
        for (name, value) in &documented.query {
            call = call.param(name, value);
        }
        if let Some(body) = body {
            call = call.json(body);
        }
        match call.send() {
            Ok(()) => Some(Ok(())),
            Err(error) if is_about_a_license(&error) => None,
            Err(error) if error.status() == Some(403) => Some(Err(error.to_string())),
            Err(_) => None,
        }
    }
}

/// Some licensed features are refused with 403, whoever asks.
fn is_about_a_license(error: &mattermost::Error) -> bool {
    let text = format!("{error:?}").to_lowercase();
    ["license", "disabled", "not enabled", "not available"].iter().any(|word| text.contains(word))
        || error.kind() == ErrorKind::Input
}

/// The permissions of the default roles of a member.
fn granted(admin: &Client) -> BTreeSet<String> {
    let roles = admin.roles().list_by_names(&["system_user", "team_user", "channel_user"]).unwrap();
    roles.into_iter().flat_map(|role| role.permissions).collect()
}

#[test]
fn permission_lines_hold_for_the_own_account() {
    let Some(world) = World::real_server() else {
        println!("not run: MATTERMOST_URL, MATTERMOST_ADMIN_LOGIN or MATTERMOST_ADMIN_PASSWORD is unset");
        return;
    };
    let version = world.admin.system().client_config().unwrap().version().to_owned();
    let mut granted = granted(&world.admin);
    // The names that docs use for being a member.
    granted.extend(["view_team", "read_channel", "read_channel_content", "view_members"].map(str::to_owned));
    let other = world.account("other");
    let reader = Member::new(&world, "reader", &other);
    let (mut allowed, mut refused, mut unknown, mut wrong) = (0, 0, 0, Vec::new());
    for (number, method) in documented().iter().enumerate() {
        if method.since.is_some_and(|since| since > version_of(&version)) {
            unknown += 1;
            continue;
        }
        let answer = if method.route.starts_with("GET ") {
            reader.is_allowed(method, None)
        } else if bodies::is_asked(&method.name, &method.route) {
            // A member of its own for each: the call may change or end it.
            let member = Member::new(&world, &format!("w{number}-"), &other);
            let body = bodies::body(&method.name, &method.route, &member.values);
            let answer = member.is_allowed(method, body.as_ref());
            // Servers without a license limit the number of active users.
            world.admin.users().deactivate(&member.account.id).unwrap();
            answer
        } else {
            None
        };
        let line = method.line.as_deref().unwrap_or("no permission");
        match (answer, method.allows(&granted)) {
            (None, _) => unknown += 1,
            (Some(Ok(())), true) => allowed += 1,
            (Some(Err(_)), false) => refused += 1,
            (Some(Ok(())), false) => wrong.push(format!("{} was allowed; docs: {line}", method.name)),
            (Some(Err(error)), true) => {
                wrong.push(format!("{} was refused: {error}; docs: {line}", method.name));
            }
        }
    }
    println!(
        "server {version}: {} methods judged: {allowed} allowed, {refused} refused, {} documented otherwise; \
         {unknown} not asked or not judged",
        allowed + refused + wrong.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
