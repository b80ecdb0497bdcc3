//! Downloads to a path.

use std::io::Read;
use std::path::Path;

use super::download::{DownloadError, broken};
use super::part_file::{PartFile, unwritable};
use super::{Files, MAX_FAILURES, MAX_RETRY_DELAY, MIN_RETRY_DELAY};
use crate::backoff::backoff_delay;
use crate::error::{Error, ErrorKind, Result};
use crate::http::PathArg;
use crate::model::FileInfo;

/// Progress that a connection must make to count as a success, in bytes.
const MIN_PROGRESS: u64 = 64 << 10;
const BUFFER_SIZE: usize = 64 << 10;
const ROUTE: &str = "GET /files/{file_id}";

pub(super) fn save(
    files: Files<'_>,
    file: &FileInfo,
    path: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<u64> {
    // The server made the ID, and it becomes part of a file name.
    file.id.path_arg().map_err(Error::input)?;
    if path.file_name().is_none() {
        return Err(Error::input(format!("{} is not the path of a file", path.display())));
    }
    if path.is_dir() {
        return Err(Error::input(format!("{} is a folder", path.display()))
            .with_hint("append a file name, such as `FileInfo::safe_name`"));
    }
    // A path that cannot be created, such as a name that is too long, would fail only after the download.
    if let Err(error) = std::fs::symlink_metadata(path) {
        if error.kind() != std::io::ErrorKind::NotFound {
            return Err(unwritable(path, error));
        }
    }
    let mut part = PartFile::open(path, &file.id, file.size)?;
    match transfer(files, file, path, &mut part, progress) {
        Ok(()) => part.finish(path).map(|()| file.size),
        Err(error) => {
            part.abandon();
            Err(error)
        }
    }
}

fn transfer(
    files: Files<'_>,
    file: &FileInfo,
    path: &Path,
    part: &mut PartFile,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<()> {
    let (mut failures, mut restarted) = (0, false);
    loop {
        let begin = part.resume_at();
        let error = match fetch(files, file, part, progress) {
            Ok(Fetched::Complete) => return Ok(()),
            Ok(Fetched::Different) if !restarted => {
                log::info!(
                    "{}: the partial file does not belong to {}: starting over",
                    path.display(),
                    file.id
                );
                restarted = true;
                part.start_over(path, &file.id)?;
                continue;
            }
            Ok(Fetched::Different) => changed(file),
            Err(DownloadError::Local(error)) => return Err(error),
            Err(DownloadError::Remote(error)) if !error.is_transient() => return Err(error),
            Err(DownloadError::Remote(error)) => error,
            Err(DownloadError::Cut) => cut(file, part.resume_at()),
        };
        part.rewind();
        failures = if part.resume_at() - begin >= MIN_PROGRESS { 0 } else { failures + 1 };
        if failures >= MAX_FAILURES || error.kind() == ErrorKind::Protocol && part.resume_at() == begin {
            return Err(error);
        }
        let pause = backoff_delay(failures, MIN_RETRY_DELAY, MAX_RETRY_DELAY, files.0.config().backoff_scale);
        log::debug!("{}: resuming at {} in {} ms", path.display(), part.resume_at(), pause.as_millis());
        files.0.sleep_until_closed(pause)?;
    }
}

enum Fetched {
    Complete,
    /// The server's copy differs from the data of an earlier run.
    Different,
}

/// One request for the rest of the file.
fn fetch(
    files: Files<'_>,
    file: &FileInfo,
    part: &mut PartFile,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Fetched, DownloadError> {
    let rest = file.size - part.resume_at();
    let request = files.download(&file.id).from_byte(part.resume_at()).file_size(file.size).limit(rest);
    let mut body = request.reader().map_err(DownloadError::Remote)?;
    let mut buffer = vec![0; BUFFER_SIZE];
    loop {
        let count = body.read(&mut buffer).map_err(|e| DownloadError::Remote(broken(e).on_route(ROUTE)))?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        if part.resume_at() + count as u64 > file.size {
            return Err(DownloadError::Remote(surplus(file)));
        }
        if !part.push(bytes).map_err(DownloadError::Local)? {
            return Ok(Fetched::Different);
        }
        progress(part.resume_at(), file.size);
    }
    if part.resume_at() == file.size { Ok(Fetched::Complete) } else { Err(DownloadError::Cut) }
}

fn protocol_error(message: String) -> Error {
    Error::new(ErrorKind::Protocol, message).on_route(ROUTE)
}

fn cut(file: &FileInfo, have: u64) -> Error {
    protocol_error(format!("the server sent {have} of the {} bytes of {}", file.size, file.id))
}

fn surplus(file: &FileInfo) -> Error {
    protocol_error(format!("the server sent more than the {} bytes of {}", file.size, file.id))
}

fn changed(file: &FileInfo) -> Error {
    protocol_error(format!("the server sends different data for {} in each response", file.id))
}
