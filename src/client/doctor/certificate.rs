//! The fields of a certificate that help users: subject, issuer and validity.

#![cfg_attr(not(feature = "native-tls"), allow(dead_code, reason = "without TLS there is nothing to read"))]

use crate::error::shorten_text;
use crate::time::Timestamp;

/// The fields of a certificate that the doctor shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    /// The host names it is valid for.
    pub(crate) names: Vec<String>,
}

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const OBJECT_ID: u8 = 0x06;
const OCTETS: u8 = 0x04;
const UTC_TIME: u8 = 0x17;
const LONG_TIME: u8 = 0x18;
const DNS_NAME: u8 = 0x82;
/// 2.5.4.3 and 2.5.4.10
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
/// 2.5.29.17
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 17];
const MOST_NAMES: usize = 8;

/// An iterator over DER values. Stops at invalid ones.
#[derive(Clone)]
struct Der<'a>(&'a [u8]);

impl<'a> Iterator for Der<'a> {
    type Item = (u8, Der<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (digits.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, Der(value)))
    }
}

impl<'a> Der<'a> {
    fn expect_tag(&mut self, tag: u8) -> Option<Der<'a>> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, value)| value)
    }
}

/// Reads a certificate. Returns `None` if it is invalid.
pub(crate) fn read_certificate(der: &[u8]) -> Option<Certificate> {
    let mut parts = Der(der).expect_tag(SEQUENCE)?.expect_tag(SEQUENCE)?;
    if parts.clone().next()?.0 == VERSION {
        parts.next()?;
    }
    let (_serial, _algorithm) = (parts.next()?, parts.next()?);
    let issuer = read_name(parts.expect_tag(SEQUENCE)?);
    let mut validity = parts.expect_tag(SEQUENCE)?;
    let (not_before, not_after) = (read_time(validity.next()?)?, read_time(validity.next()?)?);
    let subject = read_name(parts.expect_tag(SEQUENCE)?);
    let names = parts.find(|(tag, _)| *tag == EXTENSIONS).map(|(_, value)| read_alt_names(value));
    Some(Certificate { subject, issuer, not_before, not_after, names: names.unwrap_or_default() })
}

/// Returns the common name, or otherwise the organization.
fn read_name(name: Der<'_>) -> String {
    let mut organization = None;
    for (_, set) in name {
        for (_, mut pair) in set {
            let (Some(kind), Some((_, value))) = (pair.expect_tag(OBJECT_ID), pair.next()) else { continue };
            let text = shorten_text(&String::from_utf8_lossy(value.0), 80).into_owned();
            match kind.0 {
                COMMON_NAME => return text,
                ORGANIZATION => organization = Some(text),
                _ => {}
            }
        }
    }
    organization.unwrap_or_else(|| "nobody".into())
}

fn read_alt_names(extensions: Der<'_>) -> Vec<String> {
    let all = extensions.flat_map(|(_, list)| list);
    for (_, mut extension) in all {
        if extension.expect_tag(OBJECT_ID).is_some_and(|kind| kind.0 == ALTERNATIVE_NAMES) {
            let value = extension.find(|(tag, _)| *tag == OCTETS);
            let names = value.and_then(|(_, mut value)| value.expect_tag(SEQUENCE)).into_iter().flatten();
            let names = names.filter(|(tag, _)| *tag == DNS_NAME).take(MOST_NAMES);
            return names
                .map(|(_, name)| shorten_text(&String::from_utf8_lossy(name.0), 80).into_owned())
                .collect();
        }
    }
    Vec::new()
}

/// Reads `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn read_time((tag, value): (u8, Der<'_>)) -> Option<Timestamp> {
    let text = std::str::from_utf8(value.0).ok()?.strip_suffix('Z')?;
    let (century, text) = match tag {
        // Two-digit years from 50 on belong to the last century.
        UTC_TIME => (if text < "50" { "20" } else { "19" }, text),
        LONG_TIME => text.split_at_checked(2)?,
        _ => return None,
    };
    let whole = format!("{century}{text}");
    if whole.len() != 14 || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |at: usize, length: usize| whole.get(at..at + length)?.parse::<i64>().ok();
    let days = crate::time::days_since_epoch(number(0, 4)?, number(4, 2)?, number(6, 2)?);
    let seconds = ((days * 24 + number(8, 2)?) * 60 + number(10, 2)?) * 60 + number(12, 2)?;
    Some(Timestamp::from_millis(seconds * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times() {
        let read = |tag, text: &str| read_time((tag, Der(text.as_bytes()))).map(|time| time.to_string());
        assert_eq!(read(UTC_TIME, "200101000000Z").as_deref(), Some("2020-01-01T00:00:00.000Z"));
        assert_eq!(read(UTC_TIME, "991231235959Z").as_deref(), Some("1999-12-31T23:59:59.000Z"));
        assert_eq!(read(LONG_TIME, "21200101000000Z").as_deref(), Some("2120-01-01T00:00:00.000Z"));
        for odd in ["", "Z", "2001010000Z", "200101000000", "20010100000xZ", "ä00101000000Z"] {
            assert_eq!((read(UTC_TIME, odd), read(LONG_TIME, odd)), (None, None), "{odd}");
        }
    }

    #[test]
    fn nonsense_is_no_certificate() {
        for odd in [&b""[..], b"0", b"0\x84\xff\xff\xff\xff", b"0\x80", b"0\x030\x01\x02", &[0x30; 100]] {
            assert_eq!(read_certificate(odd), None);
        }
    }
}
