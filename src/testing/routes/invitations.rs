//! Invitations to teams, team icons, and imports.

use serde_json::{Map, Value, json};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::teams::managed;
use super::{AppError, RouteCall, RouteResult, bad_body, fail};
use crate::testing::http::{ServerResponse, parts};
use crate::testing::rules::Permission;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("GET", ["teams", "invite", invite]) => by_invite(call, invite),
        ("POST", ["teams", "members", "invite"]) => join_by_invite(call),
        ("POST", ["teams", id, "invite", "email"]) => invite(call, id),
        ("GET", ["teams", id, "image"]) => image(call, id),
        ("POST", ["teams", id, "image"]) => set_image(call, id),
        ("DELETE", ["teams", id, "image"]) => managed(call, id).map(|id| {
            if let Some(team) = call.world.team_mut(&id) {
                team.image.clear();
                team.last_icon_update = 0;
            }
            ServerResponse::done()
        }),
        ("POST", ["teams", id, "import"]) => import(call, id),
        _ => return None,
    })
}

/// Returns the ID of the team of an invitation.
fn invited(call: &RouteCall<'_>, invite: &str) -> Result<String, AppError> {
    let team = call.world.teams.iter().find(|team| team.invite_id == invite && team.delete_at == 0);
    team.map(|team| team.id.clone()).ok_or_else(|| {
        fail(404, "app.team.get_by_invite_id.finding.app_error", "Unable to find the existing team.")
    })
}

/// Returns the part of a team that is visible with an invitation.
fn by_invite(call: &RouteCall<'_>, invite: &str) -> RouteResult {
    let id = invited(call, invite)?;
    let shown = call.world.team(&id).map(|team| {
        json!({
            "display_name": team.display_name, "description": team.description, "name": team.name, "id": team.id,
        })
    });
    Ok(ServerResponse::json(200, &shown.unwrap_or_default()))
}

fn join_by_invite(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let param = |name: &str| call.request.param(name).unwrap_or_default().to_owned();
    let (token, invite) = (param("token"), param("invite_id"));
    if !token.is_empty() {
        let message = "The signup link does not appear to be valid.";
        return Err(fail(400, "api.user.create_user.signup_link_invalid.app_error", message));
    }
    if invite.is_empty() {
        let message = "Parameter required to add user to team.";
        return Err(fail(400, "api.team.add_user_to_team.missing_parameter.app_error", message));
    }
    let id = invited(call, &invite)?;
    super::team_members::add(call, &id, &me);
    let team = call.world.team(&id);
    let member = team.and_then(|team| Some(team.member_json(team.member(&me)?)));
    Ok(ServerResponse::json(201, &member.unwrap_or_default()))
}

/// Accepts email addresses. As on a server without a mail server, nothing is sent.
fn invite(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let body = call.body("emails").ok();
    let listed = body.as_ref().and_then(|body| match body {
        Value::Object(object) if !call.world.is_old() => object.get("emails").and_then(Value::as_array),
        body => body.as_array(),
    });
    let emails: Vec<String> =
        listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    if emails.is_empty() {
        return Err(bad_body("user_email"));
    }
    call.in_team(id, Permission::AddToTeam)?;
    if !call.request.flag("graceful") {
        return Ok(ServerResponse::done());
    }
    let error = if call.world.is_old() {
        Value::Null
    } else {
        json!({
            "id": "api.team.invite_members.unable_to_send_email_with_defaults.app_error",
            "message": "SMTP is not configured in System Console", "detailed_error": "", "status_code": 500,
        })
    };
    Ok(ServerResponse::json(
        200,
        &emails.iter().map(|email| json!({"email": email, "error": error})).collect(),
    ))
}

fn image(call: &RouteCall<'_>, id: &str) -> RouteResult {
    call.in_team(id, Permission::ViewTeam)?;
    let team = call.world.team(id).filter(|team| !team.image.is_empty());
    let missing =
        || fail(404, "api.team.get_team_icon.read_file.app_error", "Unable to read the team icon file.");
    team.map(|team| ServerResponse::bytes(200, "image/png", team.image.clone())).ok_or_else(missing)
}

fn set_image(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let id = managed(call, id)?;
    let kind = call.request.header("content-type").unwrap_or_default();
    let unreadable =
        || fail(400, "api.team.set_team_icon.parse.app_error", "Could not parse multipart form.");
    let parts = parts(kind, &call.request.body).ok_or_else(unreadable)?;
    let image = parts.iter().find(|part| part.name == "image").ok_or_else(|| {
        fail(400, "api.team.set_team_icon.no_file.app_error", "No file under 'image' in request.")
    })?;
    let image = image.data.to_vec();
    let now = call.world.now();
    if let Some(team) = call.world.team_mut(&id) {
        team.image = image;
        team.last_icon_update = now;
    }
    Ok(ServerResponse::done())
}

/// Accepts a Slack export and imports nothing. The response is a log.
fn import(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let me = call.user()?;
    if !call.is_admin() {
        managed(call, id)?;
        if !call.world.is_admin(&me) {
            return Err(super::forbidden());
        }
    }
    let kind = call.request.header("content-type").unwrap_or_default();
    let unreadable = || fail(500, "api.team.import_team.parse.app_error", "Could not parse multipart form.");
    parts(kind, &call.request.body).ok_or_else(unreadable)?;
    let log = BASE64_STANDARD.encode("Mattermost Slack Import Log\r\n");
    let mut results = Map::new();
    results.insert("results".into(), json!(log));
    Ok(ServerResponse::json(200, &Value::Object(results)))
}
