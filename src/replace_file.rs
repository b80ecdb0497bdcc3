//! Files that are replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use crate::random::random_hex;

/// Replaces a file by what `write` writes to a new one. An existing file is replaced only after `write` has returned.
///
/// The new file is next to the old one until then, under a random name, so that other processes cannot write to it. It
/// is created exclusively, not through a link, and only its owner can read it unless `write` changes that.
pub(crate) fn replace_file(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".{}", random_hex()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    let written = write(&mut file);
    drop(file); // Windows cannot rename an open file
    let replaced = written.and_then(|()| fs::rename(&new, path));
    if replaced.is_err() {
        let _ = fs::remove_file(&new);
    }
    replaced
}
