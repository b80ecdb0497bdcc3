//! Path templates such as `/posts/{post_id}`, and their arguments.

use crate::error::{Error, Result};
use crate::path_arg::PathArg;
use crate::percent;

/// Expands the template.
pub(crate) fn expand_template(template: &str, args: &[&dyn PathArg], out: &mut String) -> Result<()> {
    let mut args = args.iter();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((_, after)) = after.split_once('}') else {
            return Err(Error::input("the path template has an unmatched {"));
        };
        let Some(arg) = args.next() else {
            return Err(Error::input("the path template has more placeholders than arguments"));
        };
        percent::encode(&arg.path_arg().map_err(Error::input)?, out);
        rest = after;
    }
    out.push_str(rest);
    if args.next().is_some() {
        return Err(Error::input("the path template has fewer placeholders than arguments"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, args: &[&dyn PathArg]) -> Result<String> {
        let mut out = String::new();
        expand_template(template, args, &mut out).map(|()| out)
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
