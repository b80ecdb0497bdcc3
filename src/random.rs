//! Random numbers from the operating system.

/// 128 random bits.
pub(crate) fn random_hex() -> String {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // Without random numbers, the time distinguishes this call from others.
        bytes = crate::time::Timestamp::now()
            .as_millis()
            .unsigned_abs()
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .to_le_bytes()
            .repeat(2)
            .try_into()
            .unwrap_or_default();
    }
    format!("{:032x}", u128::from_ne_bytes(bytes))
}

/// A number from 0 to 1.
pub(crate) fn random_unit() -> f64 {
    getrandom::u32().map_or(0.5, |n| f64::from(n) / f64::from(u32::MAX))
}
