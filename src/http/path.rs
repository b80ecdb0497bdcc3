//! Path templates: `/posts/{post_id}` and what is filled in.

use std::borrow::Cow;

use crate::error::{Error, Result, short};
use crate::percent;

/// What can stand in a path: ids, which are checked, and names.
///
/// Empty texts, `.`, `..`, slashes, `%` and control characters are refused before any I/O; the rest is
/// percent-encoded.
pub trait PathArg {
    /// The text, before percent-encoding; or why it cannot be sent.
    fn path_arg(&self) -> Result<Cow<'_, str>, Cow<'static, str>>;
}

impl PathArg for str {
    fn path_arg(&self) -> Result<Cow<'_, str>, Cow<'static, str>> {
        let bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | '%');
        if self.is_empty() {
            Err("an empty name cannot stand in a path".into())
        } else if self == "." || self == ".." || self.len() > 1024 || self.contains(bad) {
            Err(format!("{:?} cannot stand in a path", short(self, 60)).into())
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

/// Fills the template in.
pub(crate) fn expand(template: &str, args: &[&dyn PathArg], out: &mut String) -> Result<()> {
    let mut args = args.iter();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((_, after)) = after.split_once('}') else {
            return Err(Error::input("the path template has a { without its }"));
        };
        let Some(arg) = args.next() else {
            return Err(Error::input("the path template has more places than arguments"));
        };
        percent::encode(&arg.path_arg().map_err(Error::input)?, out);
        rest = after;
    }
    out.push_str(rest);
    if args.next().is_some() {
        return Err(Error::input("the path template has fewer places than arguments"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, args: &[&dyn PathArg]) -> Result<String> {
        let mut out = String::new();
        expand(template, args, &mut out).map(|()| out)
    }

    #[test]
    fn fills_in_and_encodes() {
        let id: crate::PostId = "8k7ktpqaaidztx87g5zqd8j3ry".parse().unwrap();
        assert_eq!(filled("/posts/{post_id}/x", &[&id]).unwrap(), "/posts/8k7ktpqaaidztx87g5zqd8j3ry/x");
        assert_eq!(filled("/n/{a}/{b}", &[&"a b", &"ä+?#"]).unwrap(), "/n/a%20b/%C3%A4%2B%3F%23");
        for bad in ["", ".", "..", "a/b", "a\\b", "a%2fb", "a\nb", "a\0"] {
            assert_eq!(filled("/n/{a}", &[&bad]).unwrap_err().kind(), crate::ErrorKind::Input, "{bad:?}");
        }
        assert!(filled("/posts/{post_id}", &[&crate::PostId::default()]).is_err());
        assert!(filled("/n/{a}", &[]).is_err());
        assert!(filled("/n", &[&"a"]).is_err());
    }
}
