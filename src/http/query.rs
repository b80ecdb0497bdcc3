//! Query strings from plain structs.

use std::fmt::Display;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::percent::encode;

/// Appends `?a=1&b=2`. Members that are `null` are omitted, and lists become comma-separated.
pub(crate) fn append_query(url: &mut String, query: serde_json::Result<Value>) -> Result<()> {
    let value = query.map_err(|e| Error::input("the query cannot be encoded").with_source(e))?;
    let Value::Object(members) = value else {
        return if value.is_null() { Ok(()) } else { Err(Error::input("a query must be a struct or a map")) };
    };
    for (name, value) in &members {
        if let Some(text) = value_text(value)? {
            append_param(url, name, &text)?;
        }
    }
    Ok(())
}

fn value_text(value: &Value) -> Result<Option<String>> {
    Ok(match value {
        Value::Null => None,
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        Value::String(s) => Some(s.clone()),
        Value::Array(items) => {
            let texts: Vec<String> =
                items.iter().map(value_text).filter_map(Result::transpose).collect::<Result<_>>()?;
            Some(texts.join(","))
        }
        Value::Object(_) => return Err(Error::input("a query cannot contain an object")),
    })
}

/// The error of a text with NUL, which the server's database cannot store.
pub(super) fn nul_error() -> Error {
    Error::input("the request contains a NUL character, which the server cannot store")
        .with_hint("remove it from the text, or send the data as a file")
}

/// Appends one parameter.
pub(crate) fn append_param(url: &mut String, name: &str, value: &(impl Display + ?Sized)) -> Result<()> {
    let value = value.to_string();
    if value.contains('\0') {
        return Err(nul_error());
    }
    url.push(if url.contains('?') { '&' } else { '?' });
    encode(name, url);
    url.push('=');
    encode(&value, url);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_what_is_not_set() {
        let mut url = String::from("/x");
        append_query(
            &mut url,
            Ok(serde_json::json!({"page": 0, "roles": ["a", "b c"], "since": null, "perPage": 60, "z": true})),
        )
        .unwrap();
        append_param(&mut url, "q", "ä&").unwrap();
        assert!(append_param(&mut url, "q", "\0").is_err());
        assert_eq!(url, "/x?page=0&perPage=60&roles=a%2Cb%20c&z=true&q=%C3%A4%26");
        assert!(append_query(&mut url, Ok("no".into())).is_err());
    }
}
