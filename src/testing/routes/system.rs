//! Status and settings of the server.

use serde_json::json;

use super::{RouteCall, RouteResult, fail};
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;

/// The names of the time zones that the server offers.
const TIMEZONES: &str = include_str!("../state/timezones.txt");

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("GET", ["system", "ping"]) => Ok(ping(call)),
        ("GET", ["config", "client"])
            if call.world.is_old() && call.request.param("format") != Some("old") =>
        {
            Err(fail(
                501,
                "api.config.client.old_format.app_error",
                "New format for the client configuration is not supported yet.",
            ))
        }
        ("GET", ["config", "client"]) => {
            Ok(ServerResponse::json(200, &call.world.client_config(!call.user.is_empty())))
        }
        ("GET", ["config"]) => call.admin().map(|_| config(call)),
        ("PUT", ["config"] | ["config", "patch"]) => call.admin().and_then(|_| {
            let changes = call.object("config")?;
            call.world.patch_config(&changes);
            let shown = call.world.client_config(true);
            call.world.emit(&HubEvent::new("config_changed", json!({"config": shown})));
            Ok(config(call))
        }),
        ("GET", ["license", "client"]) if call.request.param("format") != Some("old") => {
            let status = if call.world.is_old() { 501 } else { 400 };
            let message = "New format for the client license is not supported yet.";
            Err(fail(status, "api.license.client.old_format.app_error", message))
        }
        ("GET", ["license", "client"]) => Ok(ServerResponse::json(200, &json!({"IsLicensed": "false"}))),
        ("GET", ["system", "timezones"]) => call
            .user()
            .map(|_| ServerResponse::json(200, &TIMEZONES.lines().map(|name| json!(name)).collect())),
        ("GET" | "POST" | "DELETE" | "PUT", ["websocket"]) => {
            Ok(ServerResponse::bytes(400, "text/plain; charset=utf-8", "Bad Request\n"))
        }
        _ => return None,
    })
}

fn config(call: &RouteCall<'_>) -> ServerResponse {
    ServerResponse::json(200, &call.world.config_json())
        .with("Cache-Control", "no-cache, no-store, must-revalidate")
}

fn ping(call: &RouteCall<'_>) -> ServerResponse {
    let mut body = json!({
        "status": "OK", "AndroidLatestVersion": "", "AndroidMinVersion": "", "IosLatestVersion": "",
        "IosMinVersion": "",
    });
    if let Some(object) = body.as_object_mut() {
        if call.world.is_old() {
            object.insert("DesktopLatestVersion".into(), json!(""));
            object.insert("DesktopMinVersion".into(), json!(""));
        } else {
            object.insert("ActiveSearchBackend".into(), json!("database"));
        }
    }
    if let (Some(object), true) = (body.as_object_mut(), call.request.flag("get_server_status")) {
        object.insert("database_status".into(), json!("OK"));
        object.insert("filestore_status".into(), json!("OK"));
    }
    ServerResponse::json(200, &body)
}
