//! The HTTP methods of the API.

use std::borrow::Cow;
use std::fmt;

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "HTTP is done")]
pub enum Method {
    /// The `DELETE` method.
    Delete,
    /// The `GET` method.
    Get,
    /// The `HEAD` method.
    Head,
    /// The `PATCH` method.
    Patch,
    /// The `POST` method.
    Post,
    /// The `PUT` method.
    Put,
}

impl Method {
    /// Returns the name, for example `GET`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A method and a path template, as errors name them. Formatted only for an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) template: &'static str,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.template)
    }
}

impl From<Route> for Cow<'static, str> {
    fn from(route: Route) -> Self {
        route.to_string().into()
    }
}
