//! Signed data of the program, which the server returns with a request.
//!
//! The format is `{mac}.{expiry}.{nonce}.{user}.{data}`. The MAC covers all that follows and the purpose, so that the
//! state of a dialog is not accepted as the context of a button. The data itself is readable by anyone who receives
//! it.

use std::fmt::Write as _;
use std::time::Duration;

use sha1::{Digest, Sha1};

use crate::error::{Error, ErrorKind, Result};
use crate::random::random_hex;
use crate::secret::Secret;
use crate::time::Timestamp;

const BLOCK_BYTES: usize = 64;

/// The kind of request that returns the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Action,
    Dialog,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Action => "mattermost action",
            Self::Dialog => "mattermost dialog",
        }
    }
}

/// Verified data.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Signed<'t> {
    pub(crate) nonce: &'t str,
    pub(crate) data: &'t str,
}

/// Signs the data for requests of one user, or of any user if `user` is empty.
pub(crate) fn sign(secret: &Secret, purpose: Purpose, user: &str, lifetime: Duration, data: &str) -> String {
    let expiry = Timestamp::now().plus(lifetime).as_millis();
    let signed = format!("{expiry}.{}.{user}.{data}", random_hex());
    format!("{}.{signed}", compute_mac(secret, purpose, &signed))
}

/// Checks the signature with each secret, the expiry and the user. `user` is the one that the request names.
pub(crate) fn verify<'t>(
    secrets: &[Secret],
    purpose: Purpose,
    user: &str,
    text: &'t str,
) -> Result<Signed<'t>> {
    let wrong = || signature_error("the signature of the request is missing or wrong");
    let (given, signed) = text.split_once('.').ok_or_else(wrong)?;
    let genuine = secrets.iter().filter(|secret| !secret.is_empty()).fold(false, |genuine, secret| {
        Secret::new(compute_mac(secret, purpose, signed)).matches(given) | genuine
    });
    if !genuine {
        return Err(wrong());
    }
    let mut parts = signed.splitn(4, '.');
    let mut part = || parts.next().ok_or_else(wrong);
    let (expiry, nonce, owner, data) = (part()?, part()?, part()?, part()?);
    let expiry = expiry.parse().map(Timestamp::from_millis).map_err(|_| wrong())?;
    if Timestamp::now() > expiry {
        return Err(signature_error("the signature of the request has expired")
            .with_hint("create the button or dialog again: its signature has expired"));
    }
    if !owner.is_empty() && user != owner {
        return Err(signature_error("the button or dialog belongs to another user"));
    }
    Ok(Signed { nonce, data })
}

fn signature_error(why: &'static str) -> Error {
    Error::new(ErrorKind::Forbidden, why)
}

/// HMAC-SHA1 (RFC 2104), in hexadecimal digits. The weakness of SHA-1 is collisions, which do not affect HMAC.
fn compute_mac(secret: &Secret, purpose: Purpose, signed: &str) -> String {
    let purpose = purpose.as_str().as_bytes();
    let digest = hmac_sha1(secret.expose().as_bytes(), &[purpose, b"\0", signed.as_bytes()]);
    let mut text = String::with_capacity(2 * digest.len());
    for byte in digest {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn hmac_sha1(key: &[u8], message: &[&[u8]]) -> [u8; 20] {
    let mut block = zeroize::Zeroizing::new([0_u8; BLOCK_BYTES]);
    let hashed;
    let key = if key.len() > BLOCK_BYTES {
        hashed = Sha1::digest(key);
        &hashed[..]
    } else {
        key
    };
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let padded = |pad: u8| {
        let padded: zeroize::Zeroizing<Vec<u8>> =
            block.iter().map(|byte| byte ^ pad).collect::<Vec<_>>().into();
        Sha1::new().chain_update(&*padded)
    };
    let inner = message.iter().fold(padded(0x36), Sha1::chain_update).finalize();
    padded(0x5c).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    /// RFC 2202, test cases 1, 2, 3 and 6.
    #[test]
    fn computes_hmac_sha1() {
        let hex = |key: &[u8], message: &[u8]| {
            hmac_sha1(key, &[message]).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert_eq!(hex(&[0x0b; 20], b"Hi There"), "b617318655057264e28bc0b6fb378c8ef146be00");
        assert_eq!(hex(b"Jefe", b"what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(hex(&[0xaa; 20], &[0xdd; 50]), "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
        let long = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(hex(&[0xaa; 80], long), "aa4ae5e15272d00e95705637ce8a3b55ed402112");
    }

    #[test]
    fn nothing_but_the_same_is_accepted() {
        let (ours, theirs, empty) = (Secret::new("ours"), Secret::new("theirs"), Secret::default());
        let (bob, jane, anyone) = ("8ef4z5m5m7yqmyikymtmopjyie", "ndemhfxodtfjpqcbfksemeqoqw", "");
        let text = sign(&ours, Purpose::Action, bob, HOUR, r#"{"a":"x.y"}"#);
        let check = |secret: &Secret, purpose, user: &str, text: &str| {
            verify(std::slice::from_ref(secret), purpose, user, text).map(|signed| signed.data.to_owned())
        };
        assert_eq!(check(&ours, Purpose::Action, bob, &text).unwrap(), r#"{"a":"x.y"}"#);
        assert!(verify(&[theirs.clone(), ours.clone()], Purpose::Action, bob, &text).is_ok());
        let refused = [
            check(&theirs, Purpose::Action, bob, &text),
            check(&empty, Purpose::Action, bob, &text),
            check(&ours, Purpose::Dialog, bob, &text),
            check(&ours, Purpose::Action, jane, &text),
            check(&ours, Purpose::Action, anyone, &text),
            check(&ours, Purpose::Action, bob, ""),
            check(&ours, Purpose::Action, bob, "..."),
            check(&ours, Purpose::Action, bob, &sign(&empty, Purpose::Action, bob, HOUR, "x")),
            check(&empty, Purpose::Action, bob, &sign(&empty, Purpose::Action, bob, HOUR, "x")),
        ];
        assert!(refused.iter().all(|result| result.as_ref().unwrap_err().is_forbidden()), "{refused:?}");
        // Every single byte counts.
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            let changed = String::from_utf8(changed).unwrap();
            assert!(check(&ours, Purpose::Action, bob, &changed).is_err(), "{changed}");
            assert!(check(&ours, Purpose::Action, bob, &text[..at]).is_err());
        }
        let old = sign(&ours, Purpose::Action, anyone, Duration::ZERO, "x");
        let expired = Timestamp::now();
        while Timestamp::now() <= expired {
            std::thread::yield_now();
        }
        let error = check(&ours, Purpose::Action, bob, &old).unwrap_err();
        assert!(error.is_forbidden() && error.to_string().contains("expired"), "{error}");
        // Two signatures of the same are different, and both are good.
        let again = sign(&ours, Purpose::Action, bob, HOUR, r#"{"a":"x.y"}"#);
        assert!(again != text && check(&ours, Purpose::Action, bob, &again).is_ok());
    }
}
