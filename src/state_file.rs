//! Files that contain the state of a program.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Result};
use crate::replace_file::replace_file;

/// A file that contains the state of a program as JSON, for example its [`Position`](crate::Position) in a stream.
///
/// Saving replaces the file atomically: if the program is killed or the disk is full, the earlier content remains.
/// Threads can share a `StateFile`. If several processes save to the same path, the last save takes effect.
///
/// ```
/// # fn main() -> mattermost::Result<()> {
/// use mattermost::StateFile;
///
/// # let folder = std::env::temp_dir().join(format!("state-file-{}", std::process::id()));
/// # let path = folder.join("reminders.json");
/// let file = StateFile::new(path);
/// let mut reminders: Vec<String> = file.load()?.unwrap_or_default();
/// reminders.push("stand up".to_owned());
/// file.save(&reminders)?;
/// assert_eq!(file.load()?, Some(reminders));
/// # std::fs::remove_dir_all(folder).unwrap();
/// # Ok(()) }
/// ```
pub struct StateFile {
    path: PathBuf,
}

impl StateFile {
    /// Creates a `StateFile` for a path. Nothing is read or written.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the value. Returns `None` if the file does not exist.
    ///
    /// # Errors
    /// - [`ErrorKind::Io`] if the file cannot be read.
    /// - [`ErrorKind::Decode`] if the content cannot be deserialized as `T`.
    pub fn load<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let json = match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            json => json.map_err(|error| self.io_error("read", error))?,
        };
        serde_json::from_slice(&json).map(Some).map_err(|error| {
            // The text of the error may repeat the content of the file.
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::new(ErrorKind::Decode, format!("{} is damaged: {place}", self.path.display()))
                .with_hint("restore the file, or delete it to start without state")
        })
    }

    /// Replaces the value in the file. Creates the file and its folder if they do not exist.
    ///
    /// The value is written to a new file next to the earlier one, which it then replaces. A symbolic link is kept, and
    /// the file that it refers to is replaced. Only the owner can read a new file. Later saves keep the
    /// permissions. A file that already contains the value is not written.
    ///
    /// # Errors
    /// - [`ErrorKind::Io`] if the file cannot be written. It still contains the earlier value.
    /// - [`ErrorKind::Input`] if the value cannot be represented in JSON.
    pub fn save<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        let json = serde_json::to_vec(value).map_err(|error| {
            Error::input(format!("the state for {} is not JSON: {error}", self.path.display()))
        })?;
        self.write(&json).map_err(|error| self.io_error("written", error))
    }

    fn write(&self, json: &[u8]) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let target = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        // A program that saves at each tick would else wait for the disk each time.
        if fs::read(&target).is_ok_and(|earlier| earlier == json) {
            return Ok(());
        }
        replace_file(&target, |file| {
            if let Some(earlier) = fs::metadata(&target).ok().filter(|_| cfg!(unix)) {
                file.set_permissions(earlier.permissions())?;
            }
            file.write_all(json)?;
            file.sync_all() // before the rename: otherwise, a power failure could leave an empty file
        })
    }

    fn io_error(&self, action: &str, error: io::Error) -> Error {
        Error::io(format!("{} cannot be {action}", self.path.display()), error).with_kind(ErrorKind::Io)
    }
}

impl fmt::Debug for StateFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateFile").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty folder, removed when dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("mattermost-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_earlier_value_stays_until_the_new_one_is_complete() {
        let folder = Folder::new("state");
        let file = StateFile::new(folder.0.join("a").join("list"));
        assert_eq!(file.load::<Vec<u32>>().unwrap(), None);
        file.save(&[1, 2]).unwrap();
        file.save(&vec![3; 10_000]).unwrap();
        assert_eq!(file.load::<Vec<u32>>().unwrap().unwrap().len(), 10_000);
        assert_eq!(fs::read_dir(folder.0.join("a")).unwrap().count(), 1, "nothing is left behind");
        file.save("text").unwrap();
        // A value that cannot be written leaves the earlier one.
        let keys = std::collections::BTreeMap::from([(vec![1], 1)]);
        assert_eq!(file.save(&keys).unwrap_err().kind(), ErrorKind::Input);
        assert_eq!(file.load::<String>().unwrap().as_deref(), Some("text"));
    }

    #[test]
    fn places_that_cannot_be_used_are_errors() {
        let folder = Folder::new("places");
        fs::create_dir_all(folder.0.join("folder").join("full")).unwrap();
        fs::write(folder.0.join("file"), "1").unwrap();
        let long = "x".repeat(300);
        for path in
            [Path::new(""), &folder.0.join("folder"), &folder.0.join("file").join("a"), Path::new(&long)]
        {
            let error = StateFile::new(path).save(&1).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Io, "{path:?}: {error}");
            assert!(error.to_string().contains("cannot be written"), "{error}");
        }
        let loaded = StateFile::new(folder.0.join("file").join("a")).load::<u32>();
        assert!(if cfg!(windows) { loaded.unwrap().is_none() } else { loaded.is_err() });
        let mut left: Vec<_> =
            fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["file", "folder"], "nothing is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = Folder::new("link");
        let (real, link) = (folder.0.join("data").join("real"), folder.0.join("link"));
        let file = StateFile::new(&real);
        let mode = || fs::metadata(&real).unwrap().permissions().mode() & 0o777;
        file.save(&1).unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        StateFile::new(&link).save(&2).unwrap();
        assert_eq!((file.load().unwrap(), mode()), (Some(2), 0o640));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn a_damaged_file_is_an_error_without_its_content() {
        let folder = Folder::new("damaged");
        let file = StateFile::new(folder.0.join("state"));
        for content in ["", "[1, 2", "\"hunter2\"", "[\"hunter2\"]", "\0\0\0"] {
            fs::create_dir_all(&folder.0).unwrap();
            fs::write(file.path(), content).unwrap();
            let error = file.load::<Vec<u32>>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{content}");
            assert!(error.to_string().contains("state is damaged"), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        fs::remove_file(file.path()).unwrap();
        fs::create_dir(file.path()).unwrap();
        assert_eq!(file.load::<Vec<u32>>().unwrap_err().kind(), ErrorKind::Io);
    }

    #[test]
    fn threads_and_processes_share_a_file() {
        let folder = Folder::new("shared");
        let path = folder.0.join("state");
        std::thread::scope(|scope| {
            for number in 0..4_u32 {
                // A value for each, as in different processes.
                let file = StateFile::new(&path);
                scope.spawn(move || {
                    for _ in 0..20 {
                        file.save(&vec![number; 1 + number as usize * 100]).unwrap();
                        let read: Vec<u32> = file.load().unwrap().unwrap();
                        assert_eq!(read.len(), 1 + read[0] as usize * 100);
                    }
                });
            }
        });
    }
}
