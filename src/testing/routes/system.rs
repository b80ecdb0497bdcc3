//! The server itself.

use serde_json::{Value, json};

use super::{Call, Outcome};
use crate::testing::http::Answer;
use crate::testing::hub::Event;

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Outcome> {
    Some(match (method, path) {
        ("GET", ["system", "ping"]) => Ok(ping(call)),
        ("GET", ["config", "client"]) => Ok(config(call)),
        ("PUT", ["config", "patch"]) => call.admin().map(|_| {
            let config = config(call);
            let shown: Value = serde_json::from_slice(&config.body).unwrap_or_default();
            call.world.emit(&Event::new("config_changed", json!({"config": shown})));
            Answer::json(200, &json!({}))
        }),
        ("GET", ["license", "client"]) => Ok(Answer::json(200, &json!({"IsLicensed": "false"}))),
        ("GET", ["system", "timezones"]) => {
            call.user().map(|_| Answer::json(200, &json!(["Etc/UTC", "Europe/Berlin"])))
        }
        ("POST", ["roles", "names"]) => call.user().and_then(|_| {
            let names = call.texts("rolenames")?;
            let id = |name: &str| -> String {
                let letters = name.chars().filter(char::is_ascii_alphanumeric);
                letters.chain(std::iter::repeat('1')).take(26).collect()
            };
            let roles = names
                .iter()
                .map(|name| json!({"id": id(name), "name": name, "permissions": [], "built_in": true}));
            Ok(Answer::json(200, &roles.collect()))
        }),
        ("GET" | "POST" | "DELETE" | "PUT", ["websocket"]) => {
            Ok(Answer::bytes(400, "text/plain; charset=utf-8", "Bad Request\n"))
        }
        _ => return None,
    })
}

fn ping(call: &Call<'_>) -> Answer {
    let mut body = json!({
        "status": "OK", "ActiveSearchBackend": "database", "AndroidLatestVersion": "", "AndroidMinVersion": "",
        "IosLatestVersion": "", "IosMinVersion": "",
    });
    if let (Some(object), true) = (body.as_object_mut(), call.request.flag("get_server_status")) {
        object.insert("database_status".into(), json!("OK"));
        object.insert("filestore_status".into(), json!("OK"));
    }
    Answer::json(200, &body)
}

fn config(call: &Call<'_>) -> Answer {
    Answer::json(
        200,
        &json!({
            "Version": call.world.version, "BuildNumber": "", "SiteName": "Mattermost", "SiteURL": "",
            "WebsocketURL": "", "WebsocketPort": "80", "WebsocketSecurePort": "443",
            "EnableMultifactorAuthentication": "true", "EnableSignInWithEmail": "true",
            "EnableSignInWithUsername": "true", "MaxFileSize": call.world.max_file_size.to_string(),
            "CollapsedThreads": "always_on", "DefaultClientLocale": "en", "EnableUserTypingMessages": "true",
            "PostEditTimeLimit": "-1", "EnableFileAttachments": "true", "TeammateNameDisplay": "username",
        }),
    )
}
