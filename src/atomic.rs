//! Atomic numbers of 64 bits on every platform.
//!
//! 32-bit PowerPC, MIPS and older ARM have no instructions for them. There, and in tests, `LockedU64` takes the place of
//! the type of the standard library.

#[cfg(not(target_has_atomic = "64"))]
pub(crate) use LockedU64 as AtomicU64;
#[cfg(target_has_atomic = "64")]
pub(crate) use std::sync::atomic::AtomicU64;

#[cfg(any(test, not(target_has_atomic = "64")))]
use std::sync::{Mutex, PoisonError, atomic::Ordering};

/// A number of 64 bits under a lock, with the methods of `AtomicU64` that the crate uses.
///
/// The order of memory accesses is that of the lock, which is as strong as any that callers ask for.
#[cfg(any(test, not(target_has_atomic = "64")))]
#[derive(Debug, Default)]
pub(crate) struct LockedU64(Mutex<u64>);

#[cfg(any(test, not(target_has_atomic = "64")))]
impl LockedU64 {
    pub(crate) const fn new(value: u64) -> Self {
        Self(Mutex::new(value))
    }

    /// Stores the result of `change` for the current value, and returns the previous value.
    fn replace_with(&self, change: impl FnOnce(u64) -> u64) -> u64 {
        let mut value = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = change(*value);
        std::mem::replace(&mut value, changed)
    }

    pub(crate) fn load(&self, _: Ordering) -> u64 {
        self.replace_with(|value| value)
    }

    pub(crate) fn store(&self, value: u64, _: Ordering) {
        self.replace_with(|_| value);
    }

    pub(crate) fn fetch_add(&self, amount: u64, _: Ordering) -> u64 {
        self.replace_with(|value| value.wrapping_add(amount))
    }

    #[cfg(test)]
    pub(crate) fn fetch_max(&self, other: u64, _: Ordering) -> u64 {
        self.replace_with(|value| value.max(other))
    }

    pub(crate) fn fetch_or(&self, bits: u64, _: Ordering) -> u64 {
        self.replace_with(|value| value | bits)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use super::LockedU64;

    #[test]
    fn a_locked_number_counts_as_an_atomic_one() {
        const BIG: u64 = 1 << 40;
        let locked = LockedU64::new(u64::MAX);
        let atomic = std::sync::atomic::AtomicU64::new(u64::MAX);
        assert_eq!(locked.fetch_add(3, Relaxed), atomic.fetch_add(3, Relaxed));
        assert_eq!(locked.fetch_max(BIG, Relaxed), atomic.fetch_max(BIG, Relaxed));
        assert_eq!(locked.fetch_max(1, Relaxed), atomic.fetch_max(1, Relaxed));
        assert_eq!(locked.fetch_or(5, Relaxed), atomic.fetch_or(5, Relaxed));
        assert_eq!([locked.load(Relaxed), atomic.load(Relaxed)], [BIG | 5; 2]);
        locked.store(7, Relaxed);
        assert_eq!(locked.load(Relaxed), 7);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1_000).for_each(|_| _ = locked.fetch_add(1, Relaxed)));
            }
        });
        assert_eq!(locked.load(Relaxed), 4_007);
    }
}
