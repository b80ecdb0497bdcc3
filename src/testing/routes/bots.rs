//! To come.

use super::{Call, Outcome};

pub(super) fn route(_: &mut Call<'_>, _: &str, _: &[&str]) -> Option<Outcome> {
    None
}
