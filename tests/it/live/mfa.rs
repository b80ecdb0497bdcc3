//! A second factor, as an authenticator makes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mattermost::{Client, Events, Payload};
use sha1::{Digest, Sha1};

use super::world::{Account, World, next};

/// RFC 6238 with what authenticators use: SHA-1, 30 s, six digits.
fn totp(secret: &[u8], step: u64) -> String {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(secret).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha1::new().chain_update(pad(0x36)).chain_update(step.to_be_bytes()).finalize();
    let mac = Sha1::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    let at = usize::from(mac[19] & 15);
    let number = u32::from_be_bytes(mac[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// What an authenticator shows for a secret now.
pub(crate) fn code_now(secret: &str) -> String {
    totp(&base32(secret), seconds() / 30)
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn base32(text: &str) -> Vec<u8> {
    let (mut bits, mut have, mut bytes) = (0u32, 0, Vec::new());
    for letter in text.trim_end_matches('=').bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|&known| known == letter).unwrap();
        (bits, have) = (bits << 5 | u32::try_from(value).unwrap(), have + 5);
        if have >= 8 {
            have -= 8;
            bytes.push(u8::try_from(bits >> have & 0xff).unwrap());
        }
    }
    bytes
}

#[test]
fn codes_are_those_of_the_rfc() {
    let secret = base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_eq!(secret, b"12345678901234567890");
    assert_eq!(totp(&secret, 1), "287082");
    assert_eq!(totp(&secret, 1_111_111_109 / 30), "081804");
}

/// Asks for a code from now on. Each call of the closure gives another code, which works once.
fn second_factor(world: &World, account: &Account) -> impl Fn() -> String + Send + Sync + Clone + 'static {
    let mut secret = Vec::new();
    let mut step = 0;
    if let Some(server) = &world.server {
        server.set_mfa(&account.name, &["000000", "000001", "000002"]);
    } else {
        let made = account.client.users().generate_mfa_secret(&account.id).unwrap();
        secret = base32(made.secret.expose());
        // Codes of the step before and of the next one are good too: three at once, unless a step ends meanwhile.
        while seconds() % 30 > 15 {
            thread::sleep(Duration::from_millis(100));
        }
        step = seconds() / 30;
        account.client.users().activate_mfa(&account.id, &totp(&secret, step - 1)).unwrap();
    }
    let real = world.server.is_none();
    let step = Arc::new(AtomicU64::new(step));
    move || {
        let step = step.fetch_add(1, Ordering::Relaxed);
        if real { totp(&secret, step) } else { format!("{step:06}") }
    }
}

pub(super) fn a_second_factor_is_asked_for(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("mfa", &[&jane, &bob]);
    let code = second_factor(world, &jane);
    let login = || Client::builder(&world.url).login(&jane.name, &*jane.password);
    for error in [login().connect().unwrap_err(), login().mfa("999999").connect().unwrap_err()] {
        assert!(error.is_mfa() && error.is_unauthorized() && error.hint().is_some(), "{error:?}");
    }
    let wrong =
        Client::builder(&world.url).login(&jane.name, "not hers").mfa("999999").connect().unwrap_err();
    assert!(!wrong.is_mfa() && wrong.is_unauthorized(), "{wrong:?}");

    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let client = login().mfa_with(move || {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(code())
    });
    let client = client.connect().unwrap();
    assert_eq!((&client.me().id, asked.load(Ordering::Relaxed)), (&jane.id, 1));
    assert!(client.users().me().unwrap().mfa_active);
    // The stream logs in again with another code.
    let events = Events::builder(&client).ping_every(Duration::from_secs(1)).open().unwrap();
    world.admin.users().revoke_sessions(&jane.id).unwrap();
    let renewed =
        |_: &mattermost::Event, payload: &Payload| matches!(payload, Payload::Connected(_)).then_some(());
    next(&events, "the first link", renewed);
    next(&events, "the second link", renewed);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    let said = bob.client.send(&world.team.name, &format!("~{}", channel.name), "are you back?").unwrap();
    next(&events, "the post", |_, payload| (payload.post()?.id == said.id).then_some(()));
}
