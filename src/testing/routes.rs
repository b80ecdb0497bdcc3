//! The REST API.

mod accounts;
mod actions;
mod administration;
mod bots;
mod builtin;
mod channel_commands;
mod channels;
mod command_place;
mod files;
pub(in crate::testing) mod integrations;
mod invitations;
mod lists;
mod members;
mod outgoing;
pub(in crate::testing) mod outgoing_webhooks;
mod personal;
mod posts;
mod preferences;
mod roles;
mod statuses;
mod system;
pub(in crate::testing) mod table;
mod team_members;
mod teams;
mod threads;
mod tokens;
mod users;
mod webhook_payload;
mod webhooks;

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::clock::is_id;
use super::http::{Request, ServerResponse, decode};
use super::rules::Permission;
use super::shared::ServerShared;
use super::state::World;
use super::version_shape;
use crate::time::{Timestamp, to_http_date};

/// Time after which the activity of a session is noted again, in milliseconds.
const SESSION_ACTIVITY_INTERVAL: i64 = 5 * 60 * 1000;

/// The error of a request, called `AppError` by the real server.
#[derive(Debug)]
struct AppError {
    status: u16,
    id: Cow<'static, str>,
    message: Cow<'static, str>,
    /// Usually hidden by the server.
    detail: String,
}

type RouteResult = Result<ServerResponse, AppError>;

fn fail(status: u16, id: &'static str, message: impl Into<Cow<'static, str>>) -> AppError {
    AppError { status, id: Cow::Borrowed(id), message: message.into(), detail: String::new() }
}

fn forbidden() -> AppError {
    fail(403, "api.context.permissions.app_error", "You do not have the appropriate permissions.")
}

fn bad_body(name: &str) -> AppError {
    fail(
        400,
        "api.context.invalid_body_param.app_error",
        format!("Invalid or missing {name} in request body."),
    )
}

fn bad_url(name: &str) -> AppError {
    fail(
        400,
        "api.context.invalid_url_param.app_error",
        format!("Invalid or missing {name} parameter in request URL."),
    )
}

fn no_session() -> AppError {
    fail(401, "api.context.session_expired.app_error", "Invalid or expired session, please login again.")
}

/// A request that is being served.
struct RouteCall<'a> {
    world: &'a mut World,
    request: &'a Request,
    /// ID of the current account. Empty if the request has no valid session.
    user: String,
    token: String,
    /// A request to make to an integration before responding, without holding a lock.
    outgoing: Option<outgoing::Outgoing>,
}

impl RouteCall<'_> {
    /// Returns the ID of the current account, or the error of a missing or expired session.
    fn user(&self) -> Result<String, AppError> {
        if self.user.is_empty() { Err(no_session()) } else { Ok(self.user.clone()) }
    }

    fn is_admin(&self) -> bool {
        self.world.is_admin(&self.user)
    }

    /// Returns an ID for a response that cannot wait for that of its header.
    fn request_id(&self) -> String {
        super::clock::Clock::new(self.world.clock.seed()).id()
    }

    /// Returns the address of the server: the setting, or the one that the request was sent to.
    fn site(&self) -> String {
        match self.world.setting("ServiceSettings", "SiteURL") {
            Some(Value::String(site)) if !site.is_empty() => site.trim_end_matches('/').to_owned(),
            _ => format!("http://{}", self.request.header("host").unwrap_or("127.0.0.1")),
        }
    }

    fn admin(&self) -> Result<String, AppError> {
        let user = self.user()?;
        if self.is_admin() { Ok(user) } else { Err(forbidden()) }
    }

    /// Returns the ID of the user in a path, which may be `me`.
    fn whom(&self, segment: &str) -> Result<String, AppError> {
        let user = self.user()?;
        match segment {
            "me" => Ok(user),
            id if is_id(id) => Ok(id.to_owned()),
            _ => Err(bad_url("user_id")),
        }
    }

    /// Returns the ID of the user in a path, if it is the current account or an administrator asks.
    fn own(&self, segment: &str) -> Result<String, AppError> {
        let id = self.whom(segment)?;
        if id == self.user || self.is_admin() { Ok(id) } else { Err(forbidden()) }
    }

    /// Fails unless the caller has a permission in a channel.
    fn in_channel(&self, id: &str, permission: Permission) -> Result<String, AppError> {
        let me = self.user()?;
        if self.world.allows_in_channel(&me, id, permission) { Ok(me) } else { Err(forbidden()) }
    }

    /// Fails unless the caller has a permission in a team.
    fn in_team(&self, id: &str, permission: Permission) -> Result<String, AppError> {
        let me = self.user()?;
        if self.world.allows_in_team(&me, id, permission) { Ok(me) } else { Err(forbidden()) }
    }

    /// Returns the first JSON value of the body. The server ignores what follows.
    fn body(&self, name: &str) -> Result<Value, AppError> {
        let mut values = serde_json::Deserializer::from_slice(&self.request.body).into_iter();
        values.next().and_then(Result::ok).ok_or_else(|| bad_body(name))
    }

    /// Returns the members of a JSON object in the body. As in Go, the case of their names does not matter.
    fn object(&self, name: &str) -> Result<Map<String, Value>, AppError> {
        let Value::Object(mut object) = self.body(name)? else { return Err(bad_body(name)) };
        let other_case: Vec<String> =
            object.keys().filter(|key| key.bytes().any(|byte| byte.is_ascii_uppercase())).cloned().collect();
        for key in other_case {
            let lower = key.to_ascii_lowercase();
            if let (false, Some(value)) = (object.contains_key(&lower), object.get(&key).cloned()) {
                object.insert(lower, value);
            }
        }
        Ok(object)
    }

    /// Returns a JSON array of strings, the body of calls that look up several items.
    fn texts(&self, name: &str) -> Result<Vec<String>, AppError> {
        serde_json::from_slice(&self.request.body).map_err(|_| {
            if self.world.is_old() {
                return bad_body(name);
            }
            fail(400, "api.payload.parse.error", "Unable to parse the payload.")
        })
    }

    /// Returns the page of a list that `page` and `per_page` select.
    fn page<T>(&self, all: impl IntoIterator<Item = T>) -> Vec<T> {
        let (page, per_page) = self.paging();
        all.into_iter().skip(page * per_page).take(per_page).collect()
    }

    fn paging(&self) -> (usize, usize) {
        let number = |name, default| {
            self.request.param(name).and_then(|text| text.parse::<usize>().ok()).unwrap_or(default)
        };
        (number("page", 0), number("per_page", 60).clamp(1, 200))
    }

    /// Responds with 304 if the client has the current version. As on the real server, tags are compared byte for
    /// byte.
    fn etag(&self, tag: &str, answer: ServerResponse) -> ServerResponse {
        let tag = format!("{}.{tag}", self.world.version);
        if self.request.header("if-none-match") == Some(&tag) {
            return ServerResponse::bytes(304, "", Vec::new()).with("Etag", tag);
        }
        answer.with("Etag", tag)
    }
}

/// Returns a string member of a body. Empty if it is missing.
fn text<'a>(object: &'a Map<String, Value>, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Returns `true` if a path has empty segments, `.` or `..`.
fn is_unclean(path: &str) -> bool {
    path.contains("//") || path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Redirects to the same path without empty segments, `.` and `..`.
fn redirect_to_clean(request: &Request) -> ServerResponse {
    let mut segments = Vec::new();
    for segment in request.path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let mut location: String = segments.into_iter().flat_map(|segment| ["/", segment]).collect();
    if request.path.ends_with('/') {
        location.push('/');
    }
    if !request.raw_query.is_empty() {
        location.push('?');
        location.push_str(&request.raw_query);
    }
    ServerResponse::bytes(301, "", Vec::new()).with("Location", location)
}

/// Responds to any request.
pub(super) fn answer(inner: &ServerShared, request: &Request) -> ServerResponse {
    if is_unclean(&request.path) {
        return redirect_to_clean(request);
    }
    let path = request.path.trim_end_matches('/');
    // A route with a slash at its end is another one, which does not exist.
    let whole = &*request.path;
    let Some(rest) = whole.strip_prefix("/api/v4/").or_else(|| whole.strip_prefix("/api/v5/")) else {
        return beside(inner, request, path);
    };
    let decoded: Vec<String> = rest.split('/').map(decode).collect();
    let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let mut world = inner.world();
    let mut answer = if request.too_large {
        fail(413, "api.context.request_body_too_large.app_error", "Request body is too large.")
            .answer(&mut world)
    } else if request.path.len() + request.raw_query.len() > 2048 {
        let message = "The URL is too long.";
        fail(414, "basic_security_check.url.too_long_error", message).answer(&mut world)
    } else {
        match route(&mut world, request, &segments) {
            (answer, None) => answer,
            (_, Some((user, outgoing))) => {
                drop(world);
                let reply = outgoing.target.send();
                world = inner.world();
                let token = request.token().unwrap_or_default();
                let mut call = RouteCall { world: &mut world, request, user, token, outgoing: None };
                let outcome = (outgoing.then)(&mut call, reply);
                outcome.unwrap_or_else(|error| error.answer(&mut world))
            }
        }
    };
    let now = Timestamp::from_millis(world.clock.now());
    answer.headers.push(("Date".into(), to_http_date(now)));
    if !table::is_routed(&request.method, &segments, world.is_old()) {
        if world.is_old() && answer.kind == "application/json" {
            answer.kind = "text/plain; charset=utf-8";
        }
        return answer;
    }
    if world.is_old() && answer.kind == "application/json" {
        if let Ok(mut body) = serde_json::from_slice(&answer.body) {
            version_shape::to_old(&mut body);
            answer.body = std::sync::Arc::new(body.to_string().into_bytes());
        }
    }
    answer.headers.push(("Vary".into(), "Accept-Encoding".to_owned()));
    answer.headers.push(("X-Request-Id".into(), world.clock.id()));
    answer.headers.push(("X-Version-Id".into(), world.version_id()));
    if request.method == "GET" {
        answer.headers.push(("Expires".into(), "0".into()));
    }
    answer
}

/// Returns the 404 of a route that the version does not have.
fn not_routed(request: &Request) -> AppError {
    let mut error = fail(404, "api.context.404.app_error", "Sorry, we could not find the page.");
    error.detail = format!(
        "There doesn't appear to be an api call for the url='{}'.  Typo? are you missing a team_id or user_id as \
         part of the url?",
        request.path
    );
    error
}

type Routed = (ServerResponse, Option<(String, outgoing::Outgoing)>);

fn route(world: &mut World, request: &Request, segments: &[&str]) -> Routed {
    let token = request.token().unwrap_or_default();
    let user = world.user_of(&token).unwrap_or_default().to_owned();
    if !user.is_empty() {
        let now = world.now();
        world.hub.touch(&token, now);
        if let Some(session) = world.sessions.get_mut(&token) {
            // The real server notes it at times only.
            if now - session.last_activity_at > SESSION_ACTIVITY_INTERVAL {
                session.last_activity_at = now;
            }
        }
    }
    let mut call = RouteCall { world, request, user, token, outgoing: None };
    let found = table::find(&request.method, segments, call.world.is_old());
    // `HEAD` is served like `GET`, without the body.
    let method = if request.method == "HEAD" { "GET" } else { &*request.method };
    let groups = [
        accounts::route,
        tokens::route,
        preferences::route,
        statuses::route,
        users::route,
        users::about,
        administration::route,
        roles::route,
        invitations::route,
        team_members::route,
        teams::route,
        channels::route,
        members::route,
        posts::route,
        lists::route,
        threads::route,
        files::route,
        bots::route,
        personal::route,
        integrations::route,
        actions::route,
        webhooks::route,
        outgoing_webhooks::route,
        system::route,
    ];
    let outcome = match found.service {
        table::Service::Absent => None,
        table::Service::Stateful if found.needs_session && call.user.is_empty() => Some(Err(no_session())),
        table::Service::Stateful => groups.into_iter().find_map(|group| group(&mut call, method, segments)),
        table::Service::Constant(_) => table::respond(&call, &found),
    };
    let outcome = outcome.unwrap_or_else(|| Err(not_routed(request)));
    let outgoing = call.outgoing.take().map(|outgoing| (std::mem::take(&mut call.user), outgoing));
    (outcome.unwrap_or_else(|error| error.answer(world)), outgoing)
}

impl AppError {
    fn answer(&self, world: &mut World) -> ServerResponse {
        let mut body = json!({
            "id": self.id, "message": self.message, "detailed_error": self.detail, "status_code": self.status,
        });
        if let (Some(object), true) = (body.as_object_mut(), self.detail.is_empty()) {
            object.insert("request_id".into(), json!(world.clock.id()));
        }
        ServerResponse::json(self.status, &body)
    }
}

/// Responds to requests outside `/api/v4`: incoming webhooks, and the web application, whose page is served for all
/// other paths.
fn beside(inner: &ServerShared, request: &Request, path: &str) -> ServerResponse {
    if let (Some(id), "POST") = (path.strip_prefix("/hooks/commands/"), &*request.method) {
        return integrations::delayed_response(&mut inner.world(), request, id);
    }
    if let (Some(id), "POST") = (path.strip_prefix("/hooks/"), &*request.method) {
        return webhooks::receive(&mut inner.world(), request, id);
    }
    if let ["files", id, "public"] = &*path.split('/').skip(1).collect::<Vec<_>>() {
        let mut world = inner.world();
        let call = RouteCall {
            world: &mut world,
            request,
            user: String::new(),
            token: String::new(),
            outgoing: None,
        };
        let outcome = files::public(&call, id);
        return outcome.unwrap_or_else(|error| error.answer(&mut world));
    }
    if path.starts_with("/api/") {
        let error = fail(404, "api.context.404.app_error", "Sorry, we could not find the page.");
        return error.answer(&mut inner.world());
    }
    if matches!(&*request.method, "GET" | "HEAD") {
        let page =
            "<!DOCTYPE html><html lang=\"en\"><head><title>Mattermost</title></head><body></body></html>";
        return ServerResponse::bytes(200, "text/html", page);
    }
    ServerResponse::bytes(405, "", Vec::new())
}
