//! One callback an event name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Mattermost;
use crate::error::Result;
use crate::event::Event;
use crate::unwind;

type Handler = Box<dyn FnMut(&Mattermost, &Event) -> Result<()> + Send>;

/// A callback is taken out while it runs: it may replace or remove itself, and is never entered twice at once.
type Slot = Arc<Mutex<Option<Handler>>>;

#[derive(Default)]
pub(super) struct Handlers {
    slots: Mutex<HashMap<Box<str>, Slot>>,
}

impl Handlers {
    pub(super) fn set<R: HandlerResult>(
        &self,
        names: Vec<String>,
        mut handler: impl FnMut(&Mattermost, &Event) -> R + Send + 'static,
    ) {
        let handler: Handler = Box::new(move |mm, event| handler(mm, event).into_result());
        let slot: Slot = Arc::new(Mutex::new(Some(handler)));
        let mut slots = self.slots();
        for name in names {
            slots.insert(name.into(), Arc::clone(&slot));
        }
    }

    pub(super) fn remove(&self, names: Vec<String>) {
        let mut slots = self.slots();
        for name in names {
            slots.remove(name.as_str());
        }
    }

    /// `None` if nobody listens, or the listener is at work already.
    pub(super) fn call(&self, name: &str, mm: &Mattermost, event: &Event) -> Option<Result<()>> {
        let slot = Arc::clone(self.slots().get(name)?);
        let mut handler = slot.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let result = unwind::catch(|| handler(mm, event));
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(handler);
        Some(result.unwrap_or_else(|panic| {
            log::error!("the callback of {name:?} panicked: {panic}");
            Ok(())
        }))
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Box<str>, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "that seals it")]
    pub trait Sealed {}
}

/// What a callback may return: nothing, or a `Result<()>`.
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

/// One event name, or several.
pub trait EventNames: sealed::Sealed {
    #[doc(hidden)]
    fn names(self) -> Vec<String>;
}

impl sealed::Sealed for &str {}
impl EventNames for &str {
    fn names(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl<const N: usize> sealed::Sealed for [&str; N] {}
impl<const N: usize> EventNames for [&str; N] {
    fn names(self) -> Vec<String> {
        self.map(str::to_owned).to_vec()
    }
}

impl sealed::Sealed for &[&str] {}
impl EventNames for &[&str] {
    fn names(self) -> Vec<String> {
        self.iter().map(|name| (*name).to_owned()).collect()
    }
}
