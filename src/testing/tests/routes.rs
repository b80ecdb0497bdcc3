//! The table of routes against the code, in both versions, and the permissions of six kinds of accounts.

use super::*;
use crate::testing::routes::table::{self, Service};

/// What stands in place of a parameter.
fn fill(template: &str, server: &TestServer) -> String {
    let value = |name: &str, form: &str| match (name, form) {
        ("user_id" | "other_user_id" | "content_reviewer_id", _) => server.user_id("bob"),
        ("team_id" | "syncable_id", _) => server.team_id("awesome-chat"),
        ("channel_id", _) => server.channel_id("town-square"),
        ("team_name", _) => "awesome-chat".into(),
        ("username", _) => "bob".into(),
        ("email", _) => "bob@example.com".into(),
        ("role_name", _) => "team_user".into(),
        (_, "digits") => "1".into(),
        (_, form) if form.contains('|') => form.split('|').next().unwrap_or_default().into(),
        _ => "a".repeat(26),
    };
    let segments = template.split('/').map(|segment| {
        match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
            None => segment.to_owned(),
            Some(parameter) => {
                let (name, form) = parameter.split_once(':').unwrap_or((parameter, ""));
                value(name, form)
            }
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Status and error ID of a call; 0 if the connection was closed.
fn outcome(
    server: &TestServer,
    token: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> (u16, String) {
    let body = body.map(Value::to_string).unwrap_or_default();
    let session = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let request = format!(
        "{method} /api/v4{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n{session}\r\n{body}",
        body.len()
    );
    let http = Http { server, token: token.to_owned() };
    http.raw(request.as_bytes()).map_or((0, String::new()), |got| (got.status, got.id()))
}

const UNKNOWN: &str = "api.context.404.app_error";

#[test]
fn every_route_answers_as_itself() {
    for version in ["11.6.0", "5.37.0"] {
        let old = version.starts_with('5');
        let server = TestServer::builder().version(version).start().unwrap();
        let (mut stateful, mut constant, mut absent) = (0, 0, 0);
        for (method, path) in table::all() {
            // A fresh session: some routes end those of the caller.
            let (admin, member) = (server.token("admin"), server.token("janedoe"));
            let path = fill(path, &server);
            let segments: Vec<&str> = path.split('/').skip(1).collect();
            let found = table::find(method, &segments, old);
            if path == "/websocket" || method == "HEAD" {
                continue;
            }
            let body = matches!(method, "POST" | "PUT" | "PATCH").then(|| json!({}));
            match found.service {
                Service::Absent => {
                    absent += 1;
                    let outcome = outcome(&server, &admin, method, &path, body.as_ref());
                    assert_eq!(outcome, (404, UNKNOWN.to_owned()), "{version} {method} {path}");
                }
                Service::Stateful => {
                    stateful += 1;
                    let (status, id) = outcome(&server, &admin, method, &path, body.as_ref());
                    assert!(status != 0 && id != UNKNOWN, "{version} {method} {path}: {status} {id}");
                    if found.needs_session {
                        let (status, _) = outcome(&server, "", method, &path, body.as_ref());
                        assert_eq!(status, 401, "{version} {method} {path}");
                    }
                }
                Service::Constant(responses) => {
                    constant += 1;
                    for (token, response) in [&*admin, &*member, ""].into_iter().zip(responses) {
                        let (status, id) = outcome(&server, token, method, &path, body.as_ref());
                        let (wanted, rest) = response.split_once(' ').unwrap_or((response, ""));
                        assert_eq!(status.to_string(), wanted, "{version} {method} {path}");
                        if status >= 400 && !rest.is_empty() && !rest.starts_with('{') {
                            assert_eq!(id, rest, "{version} {method} {path}");
                        }
                    }
                }
            }
        }
        assert_eq!(
            outcome(&server, &server.token("janedoe"), "GET", "/no/such/route", None),
            (404, UNKNOWN.to_owned())
        );
        println!("{version}: {stateful} with state, {constant} with constant responses, {absent} absent");
        assert!(stateful > 210 && constant > 170 && absent > 15);
    }
}

#[test]
fn a_path_that_is_no_id_is_refused_or_unknown() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    for (path, status, id) in [
        ("/groups/short", 400, "api.context.invalid_url_param.app_error"),
        ("/groups/with-dash", 404, "api.context.404.app_error"),
        ("/users/nope", 400, "api.context.invalid_url_param.app_error"),
    ] {
        assert_eq!(outcome(&server, &token, "GET", path, None), (status, id.to_owned()), "{path}");
    }
}

/// Statuses of a call by a stranger to the team, a member, a bot, a channel, a team and a system administrator.
fn statuses(server: &TestServer, method: &str, path: &str, body: &Value) -> Vec<u16> {
    let accounts = ["stranger", "member", "robot", "chief", "leader", "admin"];
    let call = |name: &str| outcome(server, &server.token(name), method, path, Some(body)).0;
    accounts.into_iter().map(call).collect()
}

/// Measured on both real servers.
#[test]
fn six_kinds_of_accounts() {
    let builder =
        TestServer::builder().user("member").user("chief").user("leader").user("victim").bot("robot");
    let server = builder.channel("ours").start().unwrap();
    let admin = Http::new(&server, "admin");
    let stranger = json!({"username": "stranger", "email": "stranger@example.com", "password": PASSWORD});
    assert_eq!(admin.post("/users", &stranger).status, 201);
    let (team, ours) = (server.team_id("awesome-chat"), server.channel_id("ours"));
    let roles = json!({"scheme_admin": true, "scheme_user": true});
    let (leader, chief) = (server.user_id("leader"), server.user_id("chief"));
    assert_eq!(admin.put(&format!("/teams/{team}/members/{leader}/schemeRoles"), &roles).status, 200);
    assert_eq!(admin.put(&format!("/channels/{ours}/members/{chief}/schemeRoles"), &roles).status, 200);
    let private = server.add_private_channel("awesome-chat", "private", "Private", &["victim"]);
    let post = server.post_as("victim", "ours", "x");
    let victim = server.user_id("victim");
    let hook = json!({
        "team_id": team, "channel_id": ours, "display_name": "x", "trigger_words": ["w"], "callback_urls": ["http://127.0.0.1:9/"],
    });
    for (method, path, body, wanted) in [
        (
            "POST",
            "/posts".to_owned(),
            json!({"channel_id": ours, "message": "x"}),
            [403, 201, 201, 201, 201, 201],
        ),
        (
            "POST",
            "/posts".into(),
            json!({"channel_id": private, "message": "x"}),
            [403, 403, 403, 403, 201, 201],
        ),
        ("PUT", format!("/posts/{post}/patch"), json!({"message": "y"}), [403, 403, 403, 403, 403, 200]),
        ("PUT", format!("/channels/{ours}/patch"), json!({"header": "y"}), [403, 200, 200, 200, 200, 200]),
        ("GET", format!("/channels/{private}"), Value::Null, [403, 403, 403, 403, 403, 200]),
        ("PUT", format!("/teams/{team}/patch"), json!({"description": "y"}), [403, 403, 403, 403, 200, 200]),
        ("PUT", format!("/teams/{team}/privacy"), json!({"privacy": "I"}), [403, 403, 403, 403, 200, 200]),
        ("POST", format!("/teams/{team}/regenerate_invite_id"), json!({}), [403, 403, 403, 403, 200, 200]),
        ("POST", "/hooks/incoming".into(), json!({"channel_id": ours}), [403, 403, 403, 403, 201, 201]),
        ("GET", format!("/hooks/outgoing?team_id={team}"), Value::Null, [403, 403, 403, 403, 200, 200]),
        ("PUT", format!("/users/{victim}/patch"), json!({"nickname": "n"}), [403, 403, 403, 403, 403, 200]),
        ("PUT", format!("/users/{victim}/active"), json!({"active": true}), [403, 403, 403, 403, 403, 200]),
        ("POST", "/bots".into(), json!({"username": "newbot"}), [403, 403, 403, 403, 403, 201]),
        ("POST", "/teams".into(), json!({"name": "Not so", "display_name": "x", "type": "O"}), [400; 6]),
        (
            "POST",
            format!("/users/{victim}/tokens"),
            json!({"description": "x"}),
            [403, 403, 403, 403, 403, 200],
        ),
        ("GET", "/config".into(), Value::Null, [403, 403, 403, 403, 403, 200]),
    ] {
        let seen = statuses(&server, method, &path, &body);
        assert_eq!(seen, wanted.to_vec(), "{method} {path}");
    }
    assert_eq!(statuses(&server, "POST", "/hooks/outgoing", &hook), [403, 403, 403, 403, 201, 500]);
}
