//! Files and uploads.

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Value, json};

use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, fail, forbidden, text};
use crate::testing::clock::{is_id, mix};
use crate::testing::http::{ServerResponse, parts};
use crate::testing::rules::Permission;
use crate::testing::state::{StoredFile, StoredUpload};

/// Minimum size of the first part of an upload, unless it is the only one.
const FIRST_PIECE: u64 = 5 * 1024 * 1024;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["files"]) => upload(call),
        ("GET", ["files", id]) => readable(call, id).map(|file| download(call, file)),
        ("GET", ["files", id, "info"]) => readable(call, id).map(|file| {
            ServerResponse::json(200, &file.json()).with("Cache-Control", "max-age=2592000, private")
        }),
        ("GET", ["files", id, "link"]) => readable(call, id).and_then(|file| {
            if !call.world.is_set("FileSettings", "EnablePublicLink") {
                let message = "Public links have been disabled.";
                let status = if call.world.is_old() { 501 } else { 403 };
                return Err(fail(status, "api.file.get_public_link.disabled.app_error", message));
            }
            if file.post_id.is_empty() {
                let message = "Unable to get public link for file. File must be attached to a post.";
                return Err(fail(400, "api.file.get_public_link.no_post.app_error", message));
            }
            let site = call.request.header("host").unwrap_or("127.0.0.1");
            let link = format!("http://{site}/files/{id}/public?h={}", public_hash(id));
            Ok(ServerResponse::json(200, &json!({"link": link})))
        }),
        ("GET", ["files", id, "thumbnail"]) => smaller(call, id, "thumbnail"),
        ("GET", ["files", id, "preview"]) => smaller(call, id, "preview"),
        ("POST", ["teams", team, "files", "search"]) => search(call, Some(team)),
        ("POST", ["files", "search"]) => search(call, None),
        ("POST", ["uploads"]) => begin(call),
        ("GET", ["uploads", id]) => own(call, id).map(|upload| ServerResponse::json(200, &upload.json())),
        ("POST", ["uploads", id]) => piece(call, id),
        ("GET", ["users", user, "uploads"]) => call.whom(user).and_then(|id| {
            if id != call.user {
                let message = "Failed to get uploads.";
                return Err(fail(403, "api.user.get_uploads_for_user.forbidden.app_error", message));
            }
            let all = call.world.uploads.values().filter(|upload| upload.user_id == id);
            Ok(ServerResponse::json(200, &all.map(StoredUpload::json).collect()))
        }),
        _ => return None,
    })
}

fn too_large() -> AppError {
    let message = "Unable to upload file. File is too large.";
    fail(413, "api.file.upload_file.too_large_detailed.app_error", message)
}

fn unreadable() -> AppError {
    fail(
        400,
        "api.file.upload_file.read_request.app_error",
        "Unable to upload file(s). Error reading or parsing request data.",
    )
}

fn keep(call: &mut RouteCall<'_>, user: &str, channel: &str, name: &str, data: Vec<u8>) -> StoredFile {
    let file = StoredFile {
        id: call.world.clock.id(),
        user_id: user.to_owned(),
        post_id: String::new(),
        channel_id: channel.to_owned(),
        create_at: call.world.now(),
        name: name.to_owned(),
        data: Arc::new(data),
    };
    call.world.files.insert(file.id.clone(), file.clone());
    file
}

/// Returns the name of a file without its folders.
fn base_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn upload(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    // A real server checks the length only: a chunked body may be empty.
    if call.request.body.is_empty() && call.request.header("transfer-encoding").is_none() {
        return Err(unreadable());
    }
    let kind = call.request.header("content-type").unwrap_or_default().to_owned();
    let mut infos = Vec::new();
    let mut client_ids: Vec<String> = Vec::new();
    if kind.starts_with("multipart/form-data") {
        let request = call.request;
        let parts = parts(&kind, &request.body).ok_or_else(unreadable)?;
        // The channel may follow the files, or be in the query.
        let given = parts.iter().find(|part| part.name == "channel_id" && part.file.is_none());
        let channel = match call.request.param("channel_id").filter(|id| !id.is_empty()) {
            Some(id) => id.to_owned(),
            None => given.map(|part| String::from_utf8_lossy(part.data).into_owned()).unwrap_or_default(),
        };
        if !is_id(&channel) {
            return Err(bad_body("channel_id"));
        }
        // Without an ID before the first file, none may follow.
        let mut expects_ids = true;
        for part in parts {
            let value = || String::from_utf8_lossy(part.data).into_owned();
            match (&*part.name, part.file) {
                ("channel_id", None) => {}
                ("client_ids", None) if expects_ids => client_ids.push(value()),
                (name, None) => return Err(bad_body(name)),
                (_, Some(name)) => {
                    call.in_channel(&channel, Permission::UploadFile)?;
                    expects_ids &= !infos.is_empty() || !client_ids.is_empty();
                    if expects_ids && client_ids.len() <= infos.len() {
                        return Err(bad_body("client_ids"));
                    }
                    if part.data.len() > call.world.max_file_size {
                        return Err(too_large());
                    }
                    infos.push(keep(call, &me, &channel, base_name(&name), part.data.to_vec()).json());
                }
            }
        }
        if !client_ids.is_empty() && client_ids.len() != infos.len() {
            let id = "api.file.upload_file.incorrect_number_of_client_ids.app_error";
            let message = "Unable to upload file(s). The number of client IDs is not that of the files.";
            return Err(fail(400, id, message));
        }
    } else {
        let channel = call.request.param("channel_id").unwrap_or_default().to_owned();
        let name = call.request.param("filename").unwrap_or_default().to_owned();
        if !is_id(&channel) {
            return Err(bad_url("channel_id"));
        }
        if name.is_empty() {
            return Err(bad_url("filename"));
        }
        call.in_channel(&channel, Permission::UploadFile)?;
        if call.request.body.len() > call.world.max_file_size {
            return Err(too_large());
        }
        client_ids.extend(call.request.param("client_id").map(str::to_owned));
        let data = call.request.body.clone();
        infos.push(keep(call, &me, &channel, &name, data).json());
    }
    Ok(ServerResponse::json(201, &json!({"file_infos": infos, "client_ids": client_ids})))
}

/// Returns a file that the caller may read: an own one, or one of a post in a channel that the caller may read.
fn readable<'a>(call: &'a RouteCall<'_>, id: &str) -> Result<&'a StoredFile, AppError> {
    let me = call.user()?;
    if !is_id(id) {
        return Err(bad_url("file_id"));
    }
    let file = call
        .world
        .files
        .get(id)
        .ok_or_else(|| fail(404, "app.file_info.get.app_error", "Unable to get the file info."))?;
    let shown = !file.post_id.is_empty() && call.world.may_read(&me, &file.channel_id);
    if file.user_id == me || shown { Ok(file) } else { Err(forbidden()) }
}

/// Returns the files of posts whose names contain all words, newest first.
fn search(call: &RouteCall<'_>, team: Option<&str>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("search_params")?;
    let terms = text(&body, "terms").to_lowercase();
    if terms.is_empty() {
        return Err(bad_body("terms"));
    }
    if let Some(team) = team {
        call.in_team(team, Permission::ViewTeam)?;
    }
    let any = body.get("is_or_search").and_then(Value::as_bool).unwrap_or(false);
    let mut found: Vec<&StoredFile> = call
        .world
        .files
        .values()
        .filter(|file| !file.post_id.is_empty())
        .filter(|file| {
            call.world.channel(&file.channel_id).is_some_and(|channel| {
                channel.has(&me)
                    && team.is_none_or(|team| channel.team_id == team || channel.team_id.is_empty())
            })
        })
        .filter(|file| {
            let name = file.name.to_lowercase();
            let mut words = terms.split_whitespace().map(|word| word.trim_matches('"').trim_end_matches('*'));
            if any { words.any(|word| name.contains(word)) } else { words.all(|word| name.contains(word)) }
        })
        .collect();
    found.sort_by_key(|file| std::cmp::Reverse(file.create_at));
    let page = call.page(found);
    let order: Vec<&str> = page.iter().map(|file| &*file.id).collect();
    let infos: serde_json::Map<String, Value> =
        page.iter().map(|file| (file.id.clone(), file.json())).collect();
    Ok(ServerResponse::json(
        200,
        &json!({
            "order": order, "file_infos": infos, "next_file_info_id": "", "prev_file_info_id": "",
            "first_inaccessible_file_time": 0,
        }),
    ))
}

/// Returns the key of a public link, which cannot be guessed on the real server.
fn public_hash(id: &str) -> String {
    let bits = id.bytes().fold(0, |bits, byte| mix(bits ^ u64::from(byte)));
    let bytes: Vec<u8> = (0..4).flat_map(|at| mix(bits + at).to_be_bytes()).collect();
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns a file by its public link, without a session.
pub(super) fn public(call: &RouteCall<'_>, id: &str) -> RouteResult {
    let file = call.world.files.get(id).filter(|_| call.request.param("h") == Some(&*public_hash(id)));
    let message = "The public link does not appear to be valid.";
    file.map(|file| download(call, file))
        .ok_or_else(|| fail(400, "api.file.get_file.public_invalid.app_error", message))
}

/// Returns the full image in place of a smaller one.
fn smaller(call: &RouteCall<'_>, id: &str, what: &str) -> RouteResult {
    let file = readable(call, id)?;
    if file.image_size().is_none() {
        let mut error = fail(400, "", format!("File doesn't have a {what} image."));
        error.id = format!("api.file.get_file_{what}.no_{what}.app_error").into();
        return Err(error);
    }
    let mut answer = ServerResponse::bytes(200, "image/jpeg", Vec::new());
    answer.body = Arc::clone(&file.data);
    Ok(answer)
}

/// Returns the bytes of a file, or the requested range.
fn download(call: &RouteCall<'_>, file: &StoredFile) -> ServerResponse {
    let size = file.data.len();
    // Scripts are sent as text, so that browsers do not run them.
    let kind = match file.mime_type() {
        "text/html; charset=utf-8" => "text/plain",
        "" => "application/octet-stream",
        kind => kind,
    };
    let way =
        if call.request.flag("download") || !kind.starts_with("image/") { "attachment" } else { "inline" };
    let name = encoded(&file.name);
    let finish = |answer: ServerResponse| {
        answer
            .with("Content-Disposition", format!("{way};filename=\"{name}\"; filename*=UTF-8''{name}"))
            .with(
                "Cache-Control",
                if call.world.is_old() { "private, no-cache" } else { "private, max-age=86400" },
            )
    };
    let asked =
        call.request.header("range").and_then(|range| range.strip_prefix("bytes=")).and_then(|range| {
            let (from, to) = range.split_once('-')?;
            if from.is_empty() {
                return Some((size.saturating_sub(to.parse().ok()?), size));
            }
            let to = if to.is_empty() { size } else { to.parse::<usize>().ok()?.saturating_add(1).min(size) };
            Some((from.parse().ok()?, to))
        });
    let Some((from, to)) = asked else {
        let mut answer = ServerResponse::bytes(200, kind, Vec::new());
        answer.body = Arc::clone(&file.data);
        return finish(answer);
    };
    match file.data.get(from..to).filter(|part| !part.is_empty()) {
        Some(part) => finish(ServerResponse::bytes(206, kind, part))
            .with("Content-Range", format!("bytes {from}-{}/{size}", to.saturating_sub(1))),
        None => ServerResponse::bytes(416, "text/plain; charset=utf-8", "invalid range: failed to overlap\n")
            .with("Content-Range", format!("bytes */{size}")),
    }
}

fn encoded(name: &str) -> String {
    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

fn begin(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("upload")?;
    let (channel, name) = (text(&body, "channel_id").to_owned(), text(&body, "filename").to_owned());
    let size = body.get("file_size").and_then(Value::as_u64).unwrap_or(0);
    call.in_channel(&channel, Permission::UploadFile)?;
    for (missing, id) in [
        (name.is_empty(), "model.upload_session.is_valid.filename.app_error"),
        (size == 0, "model.upload_session.is_valid.file_size.app_error"),
    ] {
        if missing {
            return Err(fail(400, id, "Invalid value for the upload."));
        }
    }
    if usize::try_from(size).is_ok_and(|size| size > call.world.max_file_size) {
        let message = "Unable to upload file. File is too large.";
        return Err(fail(413, "app.upload.create.upload_too_large.app_error", message));
    }
    let upload = StoredUpload {
        id: call.world.clock.id(),
        user_id: me,
        channel_id: channel,
        create_at: call.world.now(),
        filename: name,
        file_size: size,
        data: Vec::new(),
    };
    let shown = upload.json();
    call.world.uploads.insert(upload.id.clone(), upload);
    Ok(ServerResponse::json(201, &shown))
}

fn own<'a>(call: &'a RouteCall<'_>, id: &str) -> Result<&'a StoredUpload, AppError> {
    let me = call.user()?;
    if !is_id(id) {
        return Err(bad_url("upload_id"));
    }
    let missing = || fail(404, "app.upload.get.app_error", "Failed to get upload.");
    let upload = call.world.uploads.get(id).ok_or_else(missing)?;
    let message = "Failed to get upload.";
    let others = || fail(403, "api.upload.get_upload.forbidden.app_error", message);
    if upload.user_id == me { Ok(upload) } else { Err(others()) }
}

fn piece(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let me = call.user()?;
    let upload = own(call, id).map_err(|error| if error.status == 403 { forbidden() } else { error })?;
    let kind = call.request.header("content-type").unwrap_or_default();
    let data = if kind.starts_with("multipart/form-data") {
        let part = parts(kind, &call.request.body).and_then(|parts| parts.into_iter().next());
        part.ok_or_else(|| bad_body("upload"))?.data
    } else {
        &call.request.body
    };
    let left = upload.file_size - upload.data.len() as u64;
    let length = data.len() as u64;
    if length > left {
        let message = "Failed to upload data. Too much was sent.";
        return Err(fail(400, "api.upload.upload_data.invalid_content_length", message));
    }
    if upload.data.is_empty() && length < FIRST_PIECE && length < upload.file_size {
        let message = format!("Failed to upload data. First part must be at least {FIRST_PIECE} Bytes.");
        return Err(fail(400, "app.upload.upload_data.first_part_too_small.app_error", message));
    }
    let data = data.to_vec();
    let done = length == left;
    if let Some(upload) = call.world.uploads.get_mut(id) {
        upload.data.extend_from_slice(&data);
    }
    if !done {
        return Ok(ServerResponse::bytes(204, "", Vec::new()));
    }
    let Some(upload) = call.world.uploads.remove(id) else { return Err(bad_url("upload_id")) };
    let file = keep(call, &me, &upload.channel_id, &upload.filename, upload.data);
    Ok(ServerResponse::json(200, &file.json()))
}
