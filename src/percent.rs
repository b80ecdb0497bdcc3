//! Percent-encoding of URLs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Every byte except the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Appends the text, with every byte encoded that is not unreserved.
pub(crate) fn encode(text: &str, out: &mut String) {
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// Decodes a text. `None` if a `%` lacks its two digits, or if the result is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let escaped = text.split('%').skip(1);
    for after in escaped {
        if !after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return None;
        }
    }
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_and_decodes() {
        let mut out = String::new();
        encode("a-._~ b+/?#%\u{e4}", &mut out);
        assert_eq!(out, "a-._~%20b%2B%2F%3F%23%25%C3%A4");
        assert_eq!(decode(&out).as_deref(), Some("a-._~ b+/?#%\u{e4}"));
        for bad in ["%", "%4", "%zz", "a%+4", "%ff"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
