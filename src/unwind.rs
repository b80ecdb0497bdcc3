//! Panics in code of the program: caught, and turned into a text for the log.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `call`, and returns the message of its panic if it panics.
pub(crate) fn catch_panic<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        let text = panic_message(&*payload).to_owned();
        // A payload is a value of the program, and its `Drop` may panic too.
        if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(second);
        }
        text
    })
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::catch_panic;

    #[test]
    fn a_panic_becomes_its_message() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("twice");
            }
        }
        assert_eq!(catch_panic(|| 7), Ok(7));
        assert_eq!(catch_panic(|| panic!("words")), Err::<(), _>("words".to_owned()));
        assert_eq!(catch_panic(|| panic!("{} words", 2)), Err::<(), _>("2 words".to_owned()));
        assert_eq!(catch_panic(|| std::panic::panic_any(Bomb)), Err::<(), _>("no message".to_owned()));
    }
}
