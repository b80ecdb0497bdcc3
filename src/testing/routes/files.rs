//! Files, whole and in pieces.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{AppError, Call, Outcome, bad_body, bad_url, fail, forbidden, text};
use crate::testing::http::{Answer, parts};
use crate::testing::rules::Permission;
use crate::testing::state::{FileInfo, Upload, is_id};

/// The least that a first piece may have, unless it is everything.
const FIRST_PIECE: u64 = 5 * 1024 * 1024;

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Outcome> {
    Some(match (method, path) {
        ("POST", ["files"]) => upload(call),
        ("GET", ["files", id]) => readable(call, id).map(|file| download(call, file)),
        ("GET", ["files", id, "info"]) => readable(call, id)
            .map(|file| Answer::json(200, &file.json()).with("Cache-Control", "max-age=2592000, private")),
        ("GET", ["files", id, "link"]) => readable(call, id).and_then(|_| {
            let message = "Public links have been disabled.";
            Err(fail(403, "api.file.get_public_link.disabled.app_error", message))
        }),
        ("GET", ["files", id, "thumbnail"]) => readable(call, id).and_then(|_| {
            let message = "File doesn't have a thumbnail image.";
            Err(fail(400, "api.file.get_file_thumbnail.no_thumbnail.app_error", message))
        }),
        ("GET", ["files", id, "preview"]) => readable(call, id).and_then(|_| {
            let message = "File doesn't have a preview image.";
            Err(fail(400, "api.file.get_file_preview.no_preview.app_error", message))
        }),
        ("POST", ["uploads"]) => begin(call),
        ("GET", ["uploads", id]) => own(call, id).map(|upload| Answer::json(200, &upload.json())),
        ("POST", ["uploads", id]) => piece(call, id),
        ("GET", ["users", user, "uploads"]) => call.own(user).map(|id| {
            let all = call.world.uploads.values().filter(|upload| upload.user_id == id);
            Answer::json(200, &all.map(Upload::json).collect())
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

fn keep(call: &mut Call<'_>, user: &str, channel: &str, name: &str, data: Vec<u8>) -> FileInfo {
    let file = FileInfo {
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

fn upload(call: &mut Call<'_>) -> Outcome {
    let me = call.user()?;
    // A real server looks at the length alone: what comes in chunks may be empty.
    if call.request.body.is_empty() && call.request.header("transfer-encoding").is_none() {
        return Err(unreadable());
    }
    let kind = call.request.header("content-type").unwrap_or_default().to_owned();
    let mut infos = Vec::new();
    let mut client_ids: Vec<String> = Vec::new();
    if kind.starts_with("multipart/form-data") {
        let request = call.request;
        let parts = parts(&kind, &request.body).ok_or_else(unreadable)?;
        // The channel may come after the files, or in the query.
        let given = parts.iter().find(|part| part.name == "channel_id" && part.file.is_none());
        let channel = match call.request.param("channel_id").filter(|id| !id.is_empty()) {
            Some(id) => id.to_owned(),
            None => given.map(|part| String::from_utf8_lossy(part.data).into_owned()).unwrap_or_default(),
        };
        for part in parts {
            let value = || String::from_utf8_lossy(part.data).into_owned();
            match (&*part.name, part.file) {
                ("channel_id", None) => {}
                ("client_ids", None) => client_ids.push(value()),
                (_, Some(name)) if !channel.is_empty() => {
                    call.in_channel(&channel, Permission::UploadFile)?;
                    if part.data.len() > call.world.max_file_size {
                        return Err(too_large());
                    }
                    infos.push(keep(call, &me, &channel, &name, part.data.to_vec()).json());
                }
                _ => return Err(unreadable()),
            }
        }
        if infos.is_empty() || (!client_ids.is_empty() && client_ids.len() != infos.len()) {
            return Err(unreadable());
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
    let client_ids = if client_ids.is_empty() { Value::Null } else { json!(client_ids) };
    Ok(Answer::json(201, &json!({"file_infos": infos, "client_ids": client_ids})))
}

/// A file that the caller may read: an own one, or one of a post in a channel that may be read.
fn readable<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a FileInfo, AppError> {
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

/// The bytes, or the range of them that was asked for.
fn download(call: &Call<'_>, file: &FileInfo) -> Answer {
    let size = file.data.len();
    // Scripts come as text, so that no browser runs them.
    let kind = match file.mime_type() {
        "text/html; charset=utf-8" => "text/plain",
        kind => kind,
    };
    let way =
        if call.request.flag("download") || !kind.starts_with("image/") { "attachment" } else { "inline" };
    let name = encoded(&file.name);
    let finish = |answer: Answer| {
        answer
            .with("Content-Disposition", format!("{way};filename=\"{name}\"; filename*=UTF-8''{name}"))
            .with("Cache-Control", "private, max-age=86400")
            .with("Accept-Ranges", "bytes")
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
        let mut answer = Answer::bytes(200, kind, Vec::new());
        answer.body = Arc::clone(&file.data);
        return finish(answer);
    };
    match file.data.get(from..to).filter(|part| !part.is_empty()) {
        Some(part) => finish(Answer::bytes(206, kind, part))
            .with("Content-Range", format!("bytes {from}-{}/{size}", to.saturating_sub(1))),
        None => Answer::bytes(416, "text/plain; charset=utf-8", "invalid range: failed to overlap\n")
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

fn begin(call: &mut Call<'_>) -> Outcome {
    let me = call.user()?;
    let body = call.object("upload")?;
    let (channel, name) = (text(&body, "channel_id").to_owned(), text(&body, "filename").to_owned());
    let size = body.get("file_size").and_then(Value::as_u64).unwrap_or(0);
    if name.is_empty() || size == 0 {
        return Err(bad_body("upload"));
    }
    call.in_channel(&channel, Permission::UploadFile)?;
    if usize::try_from(size).is_ok_and(|size| size > call.world.max_file_size) {
        let message = "Unable to upload file. File is too large.";
        return Err(fail(413, "app.upload.create.upload_too_large.app_error", message));
    }
    let upload = Upload {
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
    Ok(Answer::json(201, &shown))
}

fn own<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a Upload, AppError> {
    let me = call.user()?;
    if !is_id(id) {
        return Err(bad_url("upload_id"));
    }
    let missing = || fail(404, "app.upload.get.app_error", "Failed to get upload.");
    let upload = call.world.uploads.get(id).ok_or_else(missing)?;
    if upload.user_id == me { Ok(upload) } else { Err(forbidden()) }
}

fn piece(call: &mut Call<'_>, id: &str) -> Outcome {
    let me = call.user()?;
    let upload = own(call, id)?;
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
        return Ok(Answer::bytes(204, "", Vec::new()));
    }
    let Some(upload) = call.world.uploads.remove(id) else { return Err(bad_url("upload_id")) };
    let file = keep(call, &me, &upload.channel_id, &upload.filename, upload.data);
    Ok(Answer::json(200, &file.json()))
}
