//! Drafts and sidebar categories of an account, and custom emoji.

use serde_json::{Map, Value, json};

use super::{AppError, RouteCall, RouteResult, bad_body, fail, text};
use crate::testing::http::{ServerResponse, parts};
use crate::testing::hub::HubEvent;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["drafts"]) => save_draft(call),
        // Drafts belong to the caller, whatever user the path names.
        ("GET", ["users", _, "teams", _, "drafts"]) => call.user().map(|id| {
            let own = call.world.drafts.iter().filter(|draft| is(draft, "user_id", &id));
            let own: Vec<Value> = own.cloned().collect();
            ServerResponse::json(200, &if own.is_empty() { Value::Null } else { Value::Array(own) })
        }),
        ("DELETE", ["users", _, "channels", channel, "drafts"]) => delete_draft(call, channel, ""),
        ("DELETE", ["users", _, "channels", channel, "drafts", root]) => delete_draft(call, channel, root),
        (_, ["users", user, "teams", team, "channels", "categories", rest @ ..]) => {
            return categories(call, method, (user, team), rest);
        }
        ("POST", ["emoji"]) => new_emoji(call),
        ("GET", ["emoji"]) => {
            call.user().map(|_| ServerResponse::json(200, &Value::Array(call.page(call.world.emoji.clone()))))
        }
        ("GET", ["emoji", "name", name]) => {
            emoji(call, "name", name).map(|one| ServerResponse::json(200, &one))
        }
        ("GET", ["emoji", "autocomplete"]) => call.user().and_then(|_| {
            let name = call.request.param("name").filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| super::bad_url("name"))?;
            let fits = |one: &&Value| {
                one.get("name").and_then(Value::as_str).is_some_and(|own| own.starts_with(name))
            };
            Ok(ServerResponse::json(200, &call.world.emoji.iter().filter(fits).cloned().collect()))
        }),
        ("GET", ["emoji", id]) => emoji(call, "id", id).map(|one| ServerResponse::json(200, &one)),
        ("GET", ["emoji", id, "image"]) => emoji(call, "id", id).and_then(|one| {
            let image = call.world.emoji_images.get(*id);
            let missing =
                || fail(500, "app.emoji.get_image.app_error", "Unable to get the image of the emoji.");
            drop(one);
            image.map(|image| ServerResponse::bytes(200, "image/png", image.clone())).ok_or_else(missing)
        }),
        ("DELETE", ["emoji", id]) => emoji(call, "id", id).and_then(|one| {
            if !is(&one, "creator_id", &call.user) && !call.is_admin() {
                return Err(super::forbidden());
            }
            call.world.emoji.retain(|one| !is(one, "id", id));
            Ok(ServerResponse::done())
        }),
        ("POST", ["emoji", "names"]) => call.user().and_then(|_| {
            let names = call.texts("names")?;
            let known = |one: &&Value| names.iter().any(|name| is(one, "name", name));
            Ok(ServerResponse::json(200, &call.world.emoji.iter().filter(known).cloned().collect()))
        }),
        ("POST", ["emoji", "search"]) => call.user().and_then(|_| {
            let term = text(&call.object("emoji_search")?, "term").to_owned();
            if term.is_empty() {
                return Err(bad_body("term"));
            }
            let like = |one: &&Value| {
                one.get("name").and_then(Value::as_str).is_some_and(|name| name.contains(&term))
            };
            Ok(ServerResponse::json(200, &call.world.emoji.iter().filter(like).cloned().collect()))
        }),
        _ => return None,
    })
}

fn text_of<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is(value: &Value, name: &str, wanted: &str) -> bool {
    value.get(name).and_then(Value::as_str) == Some(wanted)
}

fn save_draft(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("draft")?;
    let (channel, root) = (text(&body, "channel_id"), text(&body, "root_id"));
    if !call.world.channel(channel).is_some_and(|channel| channel.has(&me)) {
        return Err(super::forbidden());
    }
    let now = call.world.now();
    let draft = json!({
        "create_at": now, "update_at": now, "delete_at": 0, "user_id": me, "channel_id": channel, "root_id": root,
        "message": text(&body, "message"), "type": text(&body, "type"), "props": {}, "metadata": {},
    });
    call.world.drafts.retain(|one| {
        !(is(one, "user_id", &me) && is(one, "channel_id", channel) && is(one, "root_id", root))
    });
    call.world.drafts.push(draft.clone());
    tell_draft(call, "draft_created", &draft, &me, channel);
    Ok(ServerResponse::json(201, &draft))
}

fn tell_draft(call: &mut RouteCall<'_>, name: &str, draft: &Value, user: &str, channel: &str) {
    let mut event = HubEvent::new(name, json!({"draft": draft.to_string()})).for_user(user);
    channel.clone_into(&mut event.scope.channel);
    call.request.header("connection-id").unwrap_or_default().clone_into(&mut event.scope.omit_connection);
    call.world.emit(&event);
}

fn delete_draft(call: &mut RouteCall<'_>, channel: &str, root: &str) -> RouteResult {
    let id = call.user()?;
    let at = call.world.drafts.iter().position(|one| {
        is(one, "user_id", &id) && is(one, "channel_id", channel) && is(one, "root_id", root)
    });
    if let Some(at) = at {
        let mut draft = call.world.drafts.remove(at);
        if let Some(draft) = draft.as_object_mut() {
            draft.remove("metadata");
        }
        tell_draft(call, "draft_deleted", &draft, &id, channel);
    }
    Ok(ServerResponse::done())
}

/// Returns the categories of a user in a team, the three default ones first.
fn all_categories(call: &RouteCall<'_>, user: &str, team: &str) -> Vec<Value> {
    let own: Vec<&Value> = call
        .world
        .categories
        .iter()
        .filter(|one| is(one, "user_id", user) && is(one, "team_id", team))
        .collect();
    let taken = |id: &str| {
        own.iter().any(|one| {
            one.get("channel_ids")
                .and_then(Value::as_array)
                .is_some_and(|ids| ids.iter().any(|one| one == id))
        })
    };
    let channels = |direct: bool| -> Vec<&str> {
        let mut found: Vec<_> = call
            .world
            .channels
            .iter()
            .filter(|channel| channel.has(user) && channel.delete_at == 0 && !taken(&channel.id))
            .filter(|channel| if direct { channel.team_id.is_empty() } else { channel.team_id == team })
            .collect();
        found.sort_by_key(|channel| (&*channel.display_name, &*channel.name));
        found.into_iter().map(|channel| &*channel.id).collect()
    };
    let standard = |kind: &str, name: &str, order: i64, sorting: &str, ids: Vec<&str>| {
        json!({
            "id": format!("{kind}_{user}_{team}"), "user_id": user, "team_id": team, "sort_order": order,
            "sorting": sorting, "type": kind, "display_name": name, "muted": false, "collapsed": false,
            "channel_ids": ids,
        })
    };
    let mut all = vec![standard("favorites", "Favorites", 0, "", Vec::new())];
    all.extend(own.iter().map(|&one| one.clone()));
    all.push(standard("channels", "Channels", 20, "", channels(false)));
    all.push(standard("direct_messages", "Direct Messages", 30, "recent", channels(true)));
    if let Some(order) = call.world.category_order.get(&(user.to_owned(), team.to_owned())) {
        all.sort_by_key(|one| order.iter().position(|id| is(one, "id", id)).unwrap_or(usize::MAX));
    }
    all
}

fn categories(
    call: &mut RouteCall<'_>,
    method: &str,
    (user, team): (&str, &str),
    rest: &[&str],
) -> Option<RouteResult> {
    let user = match call.own(user) {
        Ok(user) => user,
        Err(error) => return Some(Err(error)),
    };
    let order =
        |all: &[Value]| -> Vec<Value> { all.iter().filter_map(|one| one.get("id").cloned()).collect() };
    let missing = || fail(404, "app.channel.sidebar_categories.app_error", "Failed to get the category.");
    Some(match (method, rest) {
        ("GET", []) => {
            let all = all_categories(call, &user, team);
            Ok(ServerResponse::json(200, &json!({"order": order(&all), "categories": all})))
        }
        ("GET", ["order"]) => {
            Ok(ServerResponse::json(200, &Value::Array(order(&all_categories(call, &user, team)))))
        }
        ("PUT", ["order"]) => {
            let odd = |error| {
                let message = "Failed to update the order of the categories.";
                let old = fail(500, "app.channel.sidebar_categories.app_error", message);
                if call.world.is_old() { old } else { error }
            };
            match call.texts("order").map_err(odd) {
                Ok(ids) => {
                    let key = (user.clone(), (*team).to_owned());
                    call.world.category_order.insert(key, ids.clone());
                    tell_category(call, "sidebar_category_order_updated", json!({"order": ids}), &user, team);
                    Ok(ServerResponse::json(200, &json!(ids)))
                }
                Err(error) => Err(error),
            }
        }
        ("GET", [id]) => {
            let found = all_categories(call, &user, team).into_iter().find(|one| is(one, "id", id));
            found.map(|one| ServerResponse::json(200, &one)).ok_or_else(missing)
        }
        ("PUT", []) => update_categories(call, &user, team),
        ("POST", []) => call.object("category").and_then(|body| {
            if text(&body, "user_id") != user || text(&body, "team_id") != team {
                return Err(bad_body("category"));
            }
            if call.world.team(team).is_none_or(|team| !team.has(&user)) {
                return Err(if call.world.is_old() { missing() } else { super::forbidden() });
            }
            let id = call.world.clock.id();
            let mut category = custom(&id, &user, team, &body);
            call.world.categories.push(category.clone());
            if let (Some(category), true) =
                (category.as_object_mut(), call.world.is_old() && !body.contains_key("channel_ids"))
            {
                category.insert("channel_ids".into(), Value::Null);
            }
            tell_category(call, "sidebar_category_created", json!({"category_id": id}), &user, team);
            Ok(ServerResponse::json(200, &category))
        }),
        ("PUT", [id]) => call.object("category").and_then(|body| {
            if text(&body, "id") != *id {
                return Err(bad_body("category"));
            }
            let category = custom(id, &user, team, &body);
            if let Some(known) = call.world.categories.iter_mut().find(|one| is(one, "id", id)) {
                known.clone_from(&category);
            }
            let data = json!({"updatedCategories": json!([category]).to_string()});
            tell_category(call, "sidebar_category_updated", data, &user, team);
            Ok(ServerResponse::json(200, &category))
        }),
        ("DELETE", [id]) => {
            if !call.world.categories.iter().any(|one| is(one, "id", id)) {
                let message = "Failed to delete the category.";
                return Some(Err(fail(400, "app.channel.sidebar_categories.app_error", message)));
            }
            call.world.categories.retain(|one| !is(one, "id", id));
            tell_category(call, "sidebar_category_deleted", json!({"category_id": id}), &user, team);
            Ok(ServerResponse::done())
        }
        _ => return None,
    })
}

/// Changes several categories. The default ones cannot be changed.
fn update_categories(call: &mut RouteCall<'_>, user: &str, team: &str) -> RouteResult {
    let Ok(given) = serde_json::from_slice::<Vec<Map<String, Value>>>(&call.request.body) else {
        return Err(bad_body("category"));
    };
    let known = all_categories(call, user, team);
    if given.is_empty() || !given.iter().all(|body| known.iter().any(|one| is(one, "id", text(body, "id")))) {
        return Err(bad_body("category"));
    }
    let mut changed = Vec::new();
    for body in &given {
        let id = text(body, "id");
        if let Some(own) = call.world.categories.iter_mut().find(|one| is(one, "id", id)) {
            *own = custom(id, user, team, body);
            changed.push(own.clone());
        } else {
            changed.extend(known.iter().find(|one| is(one, "id", id)).cloned());
        }
    }
    let data = json!({"updatedCategories": json!(changed).to_string()});
    tell_category(call, "sidebar_category_updated", data, user, team);
    Ok(ServerResponse::json(200, &Value::Array(changed)))
}

fn custom(id: &str, user: &str, team: &str, body: &Map<String, Value>) -> Value {
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
    json!({
        "id": id, "user_id": user, "team_id": team, "sort_order": 10, "sorting": text(body, "sorting"),
        "type": "custom", "display_name": text(body, "display_name"), "muted": flag("muted"),
        "collapsed": flag("collapsed"), "channel_ids": body.get("channel_ids").filter(|ids| ids.is_array()).cloned()
            .unwrap_or_else(|| json!([])),
    })
}

fn tell_category(call: &mut RouteCall<'_>, name: &str, data: Value, user: &str, team: &str) {
    let mut event = HubEvent::new(name, data).for_user(user);
    team.clone_into(&mut event.scope.team);
    call.world.emit(&event);
}

fn emoji(call: &RouteCall<'_>, field: &str, wanted: &str) -> Result<Value, AppError> {
    call.user()?;
    call.world
        .emoji
        .iter()
        .find(|one| is(one, field, wanted))
        .cloned()
        .ok_or_else(|| fail(404, "app.emoji.get.no_result", "We couldn't find the emoji."))
}

fn new_emoji(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let kind = call.request.header("content-type").unwrap_or_default();
    let request = call.request;
    let parts = parts(kind, &request.body).ok_or_else(|| {
        fail(400, "api.emoji.create.parse.app_error", "Unable to create emoji. Could not understand request.")
    })?;
    let given = parts.iter().find(|part| part.name == "emoji");
    let given = given.and_then(|part| serde_json::from_slice::<Map<String, Value>>(part.data).ok());
    let body = given.filter(|body| !text(body, "name").is_empty()).ok_or_else(|| bad_body("emoji"))?;
    let image = parts.iter().find(|part| part.name == "image").ok_or_else(|| bad_body("image"))?;
    let image = image.data.to_vec();
    if call.world.emoji.iter().any(|one| is(one, "name", text(&body, "name"))) {
        let message = "Unable to create emoji. Another emoji with the same name already exists.";
        return Err(fail(400, "api.emoji.create.duplicate.app_error", message));
    }
    let now = call.world.now();
    let emoji = json!({
        "id": call.world.clock.id(), "create_at": now, "update_at": now, "delete_at": 0, "creator_id": me,
        "name": text(&body, "name"),
    });
    call.world.emoji_images.insert(text_of(&emoji, "id").to_owned(), image);
    call.world.emoji.push(emoji.clone());
    call.world.emit(&HubEvent::new("emoji_added", json!({"emoji": emoji.to_string()})));
    Ok(ServerResponse::json(200, &emoji))
}
