//! Exclusive uploads: two of them in one upload session would mix their chunks.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::process_lock::ProcessLock;

/// The records that uploads of this process use.
static IN_USE: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);

/// The right to use a record. Another upload, of this process or of another one on the same machine, does not get it.
///
/// The system releases it with the process. So a program that crashed can resume at once.
pub(super) struct UploadLock {
    path: PathBuf,
    process: Option<ProcessLock>,
}

impl UploadLock {
    /// `None` if another upload has it.
    pub(super) fn try_acquire(record: &Path) -> Option<Self> {
        // One file has many names. A folder that was removed is reported when the record is written.
        let folder = record.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let path = folder.join(record.file_name()?);
        if !in_use().get_or_insert_default().insert(path.clone()) {
            return None;
        }
        let mut lock = Self { path, process: None };
        match process_lock::acquire(&lock.path) {
            Ok(process) => lock.process = Some(process),
            Err(error) if process_lock::is_taken(&error) => return None,
            // Where no lock can be made, no record can be written, and no upload is resumed.
            Err(error) => log::debug!("{}: no lock: {error}", lock.path.display()),
        }
        Some(lock)
    }
}

fn in_use() -> MutexGuard<'static, Option<HashSet<PathBuf>>> {
    IN_USE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for UploadLock {
    fn drop(&mut self) {
        self.process = None;
        if let Some(in_use) = &mut *in_use() {
            in_use.remove(&self.path);
        }
    }
}

/// A socket without a file, whose name one process at a time can have.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod process_lock {
    #[cfg(target_os = "android")]
    use std::os::android::net::SocketAddrExt as _;
    #[cfg(target_os = "linux")]
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    use sha1::{Digest as _, Sha1};

    use super::{Path, io};

    pub(super) type ProcessLock = UnixDatagram;

    pub(super) fn acquire(record: &Path) -> io::Result<ProcessLock> {
        let mut name = b"mattermost-upload-".to_vec();
        name.extend_from_slice(&Sha1::digest(record.as_os_str().as_bytes()));
        UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(name)?)
    }

    pub(super) fn is_taken(error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::AddrInUse
    }
}

/// A file next to the record that one process at a time can open.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod process_lock {
    use std::fs::{self, File, OpenOptions};

    use super::{Path, PathBuf, io};

    pub(super) struct ProcessLock {
        file: Option<File>,
        path: PathBuf,
    }

    pub(super) fn acquire(record: &Path) -> io::Result<ProcessLock> {
        let mut path = record.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            /// `O_NONBLOCK | O_EXLOCK | O_NOFOLLOW` of macOS and the BSDs.
            const EXCLUSIVE_LOCK_MASK: i32 = 0x4 | 0x20 | 0x100;
            options.mode(0o600);
            if cfg!(any(
                target_vendor = "apple",
                target_os = "freebsd",
                target_os = "netbsd",
                target_os = "openbsd"
            )) {
                options.custom_flags(EXCLUSIVE_LOCK_MASK);
            }
        }
        #[cfg(windows)]
        {
            use std::os::windows::fs::OpenOptionsExt as _;
            options.share_mode(0);
        }
        let file = options.open(&path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            // The owner may have removed the file between its opening and its locking.
            if fs::metadata(&path)?.ino() != file.metadata()?.ino() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
        }
        Ok(ProcessLock { file: Some(file), path })
    }

    pub(super) fn is_taken(error: &io::Error) -> bool {
        /// `ERROR_SHARING_VIOLATION` of Windows.
        const SHARING_VIOLATION_CODE: i32 = 32;
        error.kind() == io::ErrorKind::WouldBlock
            || (cfg!(windows) && error.raw_os_error() == Some(SHARING_VIOLATION_CODE))
    }

    impl Drop for ProcessLock {
        fn drop(&mut self) {
            // Windows removes no open file; elsewhere the lock is held until the name has gone.
            if cfg!(windows) {
                self.file = None;
            }
            let _ = fs::remove_file(&self.path);
        }
    }
}
