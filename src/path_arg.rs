//! Arguments of path templates.

use std::borrow::Cow;

use crate::error::{Result, shorten_text};

/// An argument in the path of a route: an ID or a name.
///
/// Empty texts, `.`, `..`, slashes, `%` and control characters are refused before any I/O; the rest is
/// percent-encoded.
pub trait PathArg {
    /// Returns the text before percent-encoding, or the reason why it cannot be sent.
    fn path_arg(&self) -> Result<Cow<'_, str>, Cow<'static, str>>;
}

impl PathArg for str {
    fn path_arg(&self) -> Result<Cow<'_, str>, Cow<'static, str>> {
        let bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | '%');
        if self.is_empty() {
            Err("an empty name cannot be part of a path".into())
        } else if self == "." || self == ".." || self.len() > 1024 || self.contains(bad) {
            Err(format!("{:?} cannot be part of a path", shorten_text(self, 60)).into())
        } else {
            Ok(Cow::Borrowed(self))
        }
    }
}

impl PathArg for String {
    fn path_arg(&self) -> Result<Cow<'_, str>, Cow<'static, str>> {
        self.as_str().path_arg()
    }
}

macro_rules! numbers {
    ($($ty:ty)*) => {$(
        impl PathArg for $ty {
            fn path_arg(&self) -> Result<Cow<'_, str>, Cow<'static, str>> {
                Ok(Cow::Owned(self.to_string()))
            }
        }
    )*};
}
numbers! { u32 u64 i64 usize }

impl<T: PathArg + ?Sized> PathArg for &T {
    fn path_arg(&self) -> Result<Cow<'_, str>, Cow<'static, str>> {
        (**self).path_arg()
    }
}
