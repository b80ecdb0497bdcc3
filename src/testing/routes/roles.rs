//! Roles. Changes are stored and returned, but do not affect permissions.

use serde_json::{Value, json};

use super::{AppError, RouteCall, RouteResult, fail, text};
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("GET", ["roles"]) => {
            call.admin().map(|_| ServerResponse::json(200, &Value::Array(call.world.roles())))
        }
        ("POST", ["roles", "names"]) => call.user().and_then(|_| {
            let names = call.texts("rolenames")?;
            let mut roles = call.world.roles();
            roles.retain(|role| names.iter().any(|name| is(role, "name", name)));
            Ok(ServerResponse::json(200, &Value::Array(roles)))
        }),
        ("GET", ["roles", "name", name]) => {
            one(call, "name", name).map(|role| ServerResponse::json(200, &role))
        }
        ("GET", ["roles", id]) => one(call, "id", id).map(|role| ServerResponse::json(200, &role)),
        ("PUT", ["roles", id, "patch"]) => patch(call, id),
        _ => return None,
    })
}

fn is(role: &Value, field: &str, wanted: &str) -> bool {
    role.get(field).and_then(Value::as_str) == Some(wanted)
}

fn missing() -> AppError {
    fail(404, "app.role.get.app_error", "Unable to get role.")
}

fn one(call: &RouteCall<'_>, field: &str, wanted: &str) -> Result<Value, AppError> {
    call.user()?;
    call.world.roles().into_iter().find(|role| is(role, field, wanted)).ok_or_else(|| {
        if field == "name" {
            fail(404, "app.role.get_by_name.app_error", "Unable to get role.")
        } else {
            missing()
        }
    })
}

fn patch(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let body = call.object("role")?;
    call.admin()?;
    let role = one(call, "id", id)?;
    let name = role.as_object().map(|role| text(role, "name").to_owned()).unwrap_or_default();
    if let Some(permissions) = body.get("permissions").and_then(Value::as_array) {
        let permissions = permissions.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        call.world.role_changes.insert(name, permissions);
    }
    let role = one(call, "id", id)?;
    call.world.emit(&HubEvent::new("role_updated", json!({"role": role.to_string()})));
    Ok(ServerResponse::json(200, &role))
}
