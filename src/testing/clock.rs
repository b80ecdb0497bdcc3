//! IDs and the time.

use crate::Timestamp;

/// Source of IDs and of the time.
#[derive(Debug)]
pub(super) struct Clock {
    seed: u64,
    last: i64,
    offset: i64,
}

impl Clock {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, last: 0, offset: 0 }
    }

    /// Returns the time in milliseconds since 1970, which may be behind that of `tick`.
    pub(super) fn peek(&self) -> i64 {
        Timestamp::now().as_millis() + self.offset
    }

    /// Returns the time in milliseconds since 1970. It never goes back.
    pub(super) fn now(&mut self) -> i64 {
        self.last = self.last.max(self.peek());
        self.last
    }

    /// Returns a millisecond in which nothing has happened. Changes in the same millisecond have no order, and a real
    /// server is too slow to make two.
    pub(super) fn tick(&mut self) -> i64 {
        self.last = (self.last + 1).max(self.peek());
        self.last
    }

    pub(super) fn advance(&mut self, millis: i64) {
        self.offset += millis;
    }

    /// Returns the state of the random numbers.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns 64 random bits (`SplitMix64`).
    pub(super) fn bits(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.seed)
    }

    /// Returns an ID of 26 characters, as the server makes them.
    pub(super) fn id(&mut self) -> String {
        const ALPHABET: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";
        let mut bits = (u128::from(self.bits()) << 64) | u128::from(self.bits());
        (0..26)
            .map(|_| {
                let at = usize::try_from(bits & 31).unwrap_or(0);
                bits >>= 5;
                char::from(ALPHABET.get(at).copied().unwrap_or(b'y'))
            })
            .collect()
    }
}

/// Mixes bits, so that similar inputs give different outputs.
pub(super) fn mix(bits: u64) -> u64 {
    let mut z = bits;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Returns `true` if a text has the form of an ID.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
