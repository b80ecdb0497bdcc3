//! The callbacks, by event name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Mattermost;
use crate::error::Result;
use crate::event::Event;
use crate::unwind;

type HandlerFn = Box<dyn FnMut(&Mattermost, &Event) -> Result<()> + Send>;

/// A callback is removed while it runs, so that it may replace or remove itself and is never entered twice.
type CallbackSlot = Arc<Mutex<Option<HandlerFn>>>;

#[derive(Default)]
pub(super) struct Handlers {
    slots: Mutex<HashMap<Box<str>, CallbackSlot>>,
}

impl Handlers {
    pub(super) fn set_handler<R: HandlerResult>(
        &self,
        names: Vec<String>,
        mut handler: impl FnMut(&Mattermost, &Event) -> R + Send + 'static,
    ) {
        let handler: HandlerFn = Box::new(move |mm, event| handler(mm, event).into_result());
        let slot: CallbackSlot = Arc::new(Mutex::new(Some(handler)));
        let mut replaced = Vec::new();
        let mut slots = self.lock_slots();
        for name in names {
            replaced.extend(slots.insert(name.into(), Arc::clone(&slot)));
        }
        // Not under the lock: dropping a callback runs code of the program.
        drop(slots);
        drop(replaced);
    }

    pub(super) fn remove_handlers(&self, names: &[String]) {
        let mut slots = self.lock_slots();
        let removed: Vec<_> = names.iter().filter_map(|name| slots.remove(name.as_str())).collect();
        drop(slots);
        drop(removed);
    }

    /// Calls the callback of an event. `None` if there is none, or if it is already running.
    pub(super) fn call_handler(&self, name: &str, mm: &Mattermost, event: &Event) -> Option<Result<()>> {
        let slot = Arc::clone(self.lock_slots().get(name)?);
        let mut handler = slot.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let result = unwind::catch_panic(|| handler(mm, event));
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(handler);
        Some(result.unwrap_or_else(|panic| {
            log::error!("the callback of {name:?} panicked: {panic}");
            Ok(())
        }))
    }

    fn lock_slots(&self) -> MutexGuard<'_, HashMap<Box<str>, CallbackSlot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "seals the trait")]
    pub trait Sealed {}
}

/// The return type of a callback: nothing, or a `Result<()>`.
pub trait HandlerResult: sealed::Sealed {
    #[doc(hidden)]
    fn into_result(self) -> Result<()>;
}

impl sealed::Sealed for () {}
impl HandlerResult for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl sealed::Sealed for Result<()> {}
impl HandlerResult for Result<()> {
    fn into_result(self) -> Result<()> {
        self
    }
}

/// One or several event names.
pub trait EventNames: sealed::Sealed {
    #[doc(hidden)]
    fn into_names(self) -> Vec<String>;
}

impl sealed::Sealed for &str {}
impl EventNames for &str {
    fn into_names(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl<const N: usize> sealed::Sealed for [&str; N] {}
impl<const N: usize> EventNames for [&str; N] {
    fn into_names(self) -> Vec<String> {
        self.map(str::to_owned).to_vec()
    }
}

impl sealed::Sealed for &[&str] {}
impl EventNames for &[&str] {
    fn into_names(self) -> Vec<String> {
        self.iter().map(|name| (*name).to_owned()).collect()
    }
}
