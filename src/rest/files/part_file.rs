//! The partial file of a download.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::model::FileId;
use crate::random::random_hex;

/// End of a partial file that is compared with the server's copy before the download is resumed.
const OVERLAP: u64 = 64 << 10;
const MAX_NAME_ATTEMPTS: u32 = 16;
/// Longest file name on most file systems, in bytes.
const MAX_NAME_LENGTH: usize = 255;
/// Placeholder of the random part of a name.
const SAMPLE_RANDOM_TEXT: &str = "00000000";

/// A partial file next to its target. It belongs to one download only.
///
/// The name is random, so that two downloads to one path do not write to the same file. A later run finds the file by
/// the rest of its name and takes it over by renaming it. If the earlier run still writes to it, it writes the same
/// bytes to the same places, and fails when it is done because the name has gone.
pub(super) struct PartFile {
    file: File,
    path: PathBuf,
    /// The end of the file as an earlier run left it, from [`resume_at`](Self::resume_at) on.
    known: Vec<u8>,
    /// Bytes of `known` that the server has confirmed.
    confirmed: usize,
    /// Offset of the next byte.
    position: u64,
}

impl PartFile {
    /// Takes over what an earlier run left, or creates an empty file.
    pub(super) fn open(target: &Path, id: &FileId, size: u64) -> Result<Self> {
        let (mut part, own) = Self::create(target, id)?;
        if let Some(leftover) = leftovers(target, id, size, &own).into_iter().max_by_key(|found| found.length)
        {
            part.take_over(&leftover).map_err(|e| unwritable(&leftover.path, e))?;
        }
        Ok(part)
    }

    /// Creates an empty file that nobody else has open, not through a link, readable by its owner only.
    fn create(target: &Path, id: &FileId) -> Result<(Self, Metadata)> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut attempt = 0;
        loop {
            let hex = random_hex();
            let path =
                part_path(target, id, hex.get(..SAMPLE_RANDOM_TEXT.len()).unwrap_or(SAMPLE_RANDOM_TEXT));
            match options.open(&path) {
                Ok(file) => {
                    let own = file.metadata().map_err(|e| unwritable(&path, e))?;
                    let part = Self { file, path, known: Vec::new(), confirmed: 0, position: 0 };
                    return Ok((part, own));
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && attempt < MAX_NAME_ATTEMPTS => {
                    attempt += 1;
                }
                Err(e) => return Err(unwritable(&path, e)),
            }
        }
    }

    /// Renames the leftover to the own name. Leaves the part empty if it is not the file that was looked at.
    fn take_over(&mut self, leftover: &Leftover) -> io::Result<()> {
        if cfg!(windows) {
            // An open file cannot be replaced there.
            return self.copy_from(leftover);
        }
        if fs::rename(&leftover.path, &self.path).is_err() {
            // Another run was faster.
            return Ok(());
        }
        let mut file = OpenOptions::new().read(true).write(true).open(&self.path)?;
        let is_same = is_own_file(&fs::symlink_metadata(&self.path)?, &leftover.about)
            && is_same_file(&file.metadata()?, &leftover.about);
        if !is_same {
            return Err(io::Error::other("the partial file was replaced by another program"));
        }
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let length = file.metadata()?.len();
        let from = length.saturating_sub(OVERLAP);
        file.seek(SeekFrom::Start(from))?;
        (&file).take(length - from).read_to_end(&mut self.known)?;
        (self.file, self.position) = (file, from);
        Ok(())
    }

    fn copy_from(&mut self, leftover: &Leftover) -> io::Result<()> {
        let Ok(mut source) = File::open(&leftover.path) else { return Ok(()) };
        let length = io::copy(&mut source, &mut self.file)?;
        drop(source);
        let _ = fs::remove_file(&leftover.path);
        let from = length.saturating_sub(OVERLAP);
        self.file.seek(SeekFrom::Start(from))?;
        (&self.file).take(length - from).read_to_end(&mut self.known)?;
        self.position = from;
        Ok(())
    }

    /// The first byte to request: where the data ends that needs no confirmation.
    pub(super) fn resume_at(&self) -> u64 {
        self.position
    }

    /// Takes the next bytes of the file. `false` if they differ from what is there.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<bool> {
        let expected = self.known.get(self.confirmed..).unwrap_or_default();
        let compared = expected.len().min(bytes.len());
        let (old, new) = (expected.get(..compared), bytes.split_at_checked(compared));
        if let (Some(old), Some((again, rest))) = (old, new) {
            if old != again {
                return Ok(false);
            }
            bytes = rest;
            self.confirmed += compared;
            self.position += compared as u64;
        }
        if !bytes.is_empty() {
            let written =
                self.file.seek(SeekFrom::Start(self.position)).and_then(|_| self.file.write_all(bytes));
            written.map_err(|e| unwritable(&self.path, e))?;
            self.position += bytes.len() as u64;
        }
        Ok(true)
    }

    /// Prepares for another request after a broken connection.
    pub(super) fn rewind(&mut self) {
        // What was not confirmed yet is requested again.
        self.known.drain(..self.confirmed.min(self.known.len()));
        self.confirmed = 0;
    }

    /// Drops the contents: they belong to another file.
    pub(super) fn start_over(&mut self, target: &Path, id: &FileId) -> Result<()> {
        let path = std::mem::take(&mut self.path);
        *self = Self::create(target, id)?.0;
        let _ = fs::remove_file(path);
        Ok(())
    }

    /// Moves the complete file to its target.
    pub(super) fn finish(self, target: &Path) -> Result<()> {
        let Self { file, path, .. } = self;
        let about = file.metadata().map_err(|e| unwritable(&path, e))?;
        if let Some(replaced) = fs::symlink_metadata(target).ok().filter(Metadata::is_file) {
            let _ = file.set_permissions(replaced.permissions());
        }
        drop(file);
        let taken = |e| {
            Error::new(ErrorKind::Io, format!("the partial file of {} no longer exists", target.display()))
                .with_hint("another download to the same path has replaced or removed it")
                .with_source(e)
        };
        let present = fs::symlink_metadata(&path).map_err(taken)?;
        if !is_same_file(&present, &about) {
            return Err(taken(io::ErrorKind::NotFound.into()));
        }
        fs::rename(&path, target).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => taken(e),
            _ => unwritable(target, e),
        })
    }

    /// Leaves the file for a later run, unless it is of no use.
    pub(super) fn abandon(self) {
        let Self { file, path, .. } = self;
        let is_empty = file.metadata().is_ok_and(|about| about.len() == 0);
        drop(file);
        if is_empty {
            let _ = fs::remove_file(path);
        }
    }
}

/// A part file that an earlier run left.
struct Leftover {
    path: PathBuf,
    about: Metadata,
    length: u64,
}

/// The partial files of earlier runs that can be trusted. A folder that cannot be read has none.
fn leftovers(target: &Path, id: &FileId, size: u64, own: &Metadata) -> Vec<Leftover> {
    let sample = part_path(target, id, SAMPLE_RANDOM_TEXT);
    let sample = sample.file_name().unwrap_or_default().to_string_lossy();
    let Some(start) = sample.strip_suffix(&format!("{SAMPLE_RANDOM_TEXT}.part")) else { return Vec::new() };
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let named = entries.flatten().filter(|entry| {
        let found = entry.file_name();
        let found = found.to_string_lossy();
        found.strip_prefix(start).is_some_and(|rest| rest == "part" || rest.strip_suffix(".part").is_some())
    });
    named
        .filter_map(|entry| {
            let path = entry.path();
            let about = fs::symlink_metadata(&path).ok()?;
            let length = about.len();
            let fits = (1..=size).contains(&length) && is_own_file(&about, own);
            fits.then_some(Leftover { path, about, length })
        })
        .collect()
}

/// `true` for a regular file of the same user that nobody else can write to.
#[cfg(unix)]
fn is_own_file(found: &Metadata, own: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.is_file() && found.uid() == own.uid() && found.nlink() == 1 && found.mode() & 0o022 == 0
}

#[cfg(not(unix))]
fn is_own_file(found: &Metadata, _: &Metadata) -> bool {
    found.is_file()
}

#[cfg(unix)]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    one.is_file() && other.is_file() && one.created().ok() == other.created().ok()
}

/// Returns the path of a partial file: that of the target and a suffix. A long name is shortened, because a file system
/// that accepts the target may not accept a longer name.
fn part_path(target: &Path, id: &FileId, random_text: &str) -> PathBuf {
    let suffix = format!(".{id}.{random_text}.part");
    let name = target.file_name().unwrap_or_default();
    let max_length = MAX_NAME_LENGTH.saturating_sub(suffix.len());
    let mut part_name = name.to_owned();
    if name.len() > max_length {
        let name = name.to_string_lossy();
        let end = (0..=max_length).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
        part_name = name.get(..end).unwrap_or_default().into();
    }
    part_name.push(suffix);
    target.with_file_name(part_name)
}

pub(super) fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{} cannot be written", path.display())).with_source(error)
}
