//! Requests as values.

use std::borrow::Cow;

/// What can stand in a path.
pub trait PathArg {
    /// The text, before percent-encoding; or why it cannot be sent.
    fn path_arg(&self) -> Result<Cow<'_, str>, Cow<'static, str>>;
}
