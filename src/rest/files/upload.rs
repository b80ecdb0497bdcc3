//! Sources of uploads.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Multipart};

/// Most content of a file that announces none, in bytes.
const MAX_UNSIZED_LENGTH: u64 = 16 << 20;

/// A file to upload: from a path, from memory, or from any reader.
pub struct Upload<'u> {
    name: String,
    source: Source<'u>,
    progress: Option<UploadProgress<'u>>,
}

enum Source<'u> {
    Bytes(Vec<u8>),
    Reader(Box<dyn Read + Send + 'u>, Option<u64>),
}

type UploadProgress<'u> = Box<dyn FnMut(u64, Option<u64>) + Send + 'u>;

impl Upload<'static> {
    /// Opens a file. The file name defaults to the last component of the path.
    ///
    /// The size is read now, and exactly that many bytes are sent: data appended to the file later is not sent. The
    /// upload fails if the file is truncated during the upload. Opening a named pipe blocks until there is a writer.
    ///
    /// # Errors
    /// - [`ErrorKind::Io`] if the file cannot be read.
    /// - [`ErrorKind::Input`] if it is a folder, or if it reports no size and contains more than 16 MiB.
    #[inline]
    pub fn path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let failed =
            |e| Error::new(ErrorKind::Io, format!("{} cannot be read", path.display())).with_source(e);
        let folder = || Error::input(format!("{} is a folder", path.display()));
        // Windows refuses to open a folder at all.
        let file = File::open(path).map_err(|e| if path.is_dir() { folder() } else { failed(e) })?;
        let about = file.metadata().map_err(failed)?;
        if about.is_dir() {
            return Err(folder());
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        if about.is_file() && about.len() == 0 {
            // Files of `/proc` and the like announce no bytes and have some.
            let mut bytes = Vec::new();
            file.take(MAX_UNSIZED_LENGTH + 1).read_to_end(&mut bytes).map_err(failed)?;
            if bytes.len() as u64 > MAX_UNSIZED_LENGTH {
                let message = format!("{} reports no size and contains more than 16 MiB", path.display());
                return Err(Error::input(message).with_hint("use `Upload::reader`"));
            }
            return Ok(Self::bytes(name, bytes));
        }
        // Pipes and devices have no length.
        let length = about.is_file().then_some(about.len());
        Ok(Self::reader(name, file, length))
    }

    /// Uploads bytes from memory.
    #[inline]
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), source: Source::Bytes(bytes.into()), progress: None }
    }
}

impl<'u> Upload<'u> {
    /// Uploads the data of any reader.
    ///
    /// With a length, exactly that many bytes are sent. The upload fails with [`ErrorKind::Io`] if the reader
    /// ends earlier or fails; the rest of a longer reader is not read. Without a length, the body uses chunked
    /// transfer encoding, which some proxies refuse.
    #[inline]
    pub fn reader(name: impl Into<String>, reader: impl Read + Send + 'u, length: Option<u64>) -> Self {
        Self { name: name.into(), source: Source::Reader(Box::new(reader), length), progress: None }
    }

    /// Sets the file name.
    #[must_use]
    #[inline]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets a callback that receives the bytes sent so far, and the total size if known. It runs on the
    /// uploading thread, after each chunk of a few kB.
    #[must_use]
    #[inline]
    pub fn progress(mut self, call: impl FnMut(u64, Option<u64>) + Send + 'u) -> Self {
        self.progress = Some(Box::new(call));
        self
    }

    pub(crate) fn file_name(&self) -> &str {
        &self.name
    }

    /// Rejects a file without a name.
    pub(crate) fn check_name(&self) -> Result<()> {
        if self.name.is_empty() { Err(Error::input("the file has no name")) } else { Ok(()) }
    }

    /// Rejects input for which the server's error would be less clear: images and archives are never empty.
    #[cfg(feature = "admin")]
    pub(crate) fn check(&self) -> Result<()> {
        self.check_name()?;
        if self.length() == Some(0) {
            return Err(Error::input(format!("the file {:?} is empty", self.name)));
        }
        Ok(())
    }

    /// The number of bytes, if known.
    pub(crate) fn length(&self) -> Option<u64> {
        match &self.source {
            Source::Bytes(bytes) => Some(bytes.len() as u64),
            Source::Reader(_, length) => *length,
        }
    }

    /// The raw file as body.
    pub(crate) fn into_body(self) -> Body<'u> {
        const KIND: &str = "application/octet-stream";
        let length = self.length();
        match (self.source, self.progress) {
            (Source::Bytes(bytes), None) => Body::bytes(bytes, KIND),
            (Source::Reader(reader, length), None) => Body::reader(reader, length, KIND),
            (Source::Bytes(bytes), Some(call)) => {
                Body::reader(Watched { reader: Cursor::new(bytes), call, done: 0, length }, length, KIND)
            }
            (Source::Reader(reader, _), Some(call)) => {
                Body::reader(Watched { reader, call, done: 0, length }, length, KIND)
            }
        }
    }

    /// A form whose only field is the file.
    pub(crate) fn into_form(self, field: &str) -> Body<'u> {
        self.into_form_with(field, |form| form)
    }

    /// A form whose last field is the file.
    pub(crate) fn into_form_with(
        mut self,
        field: &str,
        more: impl FnOnce(Multipart<'u>) -> Multipart<'u>,
    ) -> Body<'u> {
        let name = std::mem::take(&mut self.name);
        Body::multipart(more(Multipart::new()).file(field, &name, self.into_body()))
    }
}

impl fmt::Debug for Upload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("name", &self.name)
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}

struct Watched<'u, R> {
    reader: R,
    call: UploadProgress<'u>,
    done: u64,
    length: Option<u64>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let amount = self.reader.read(buf)?;
        if amount > 0 {
            self.done += amount as u64;
            (self.call)(self.done, self.length);
        }
        Ok(amount)
    }
}
