//! Fields that contain JSON encoded as a string: `"post": "{\"id\": ..}"`.
//!
//! For `#[serde(with = "super::embedded")]`. `model::json` decodes them.

use serde::{Serialize, Serializer};

pub(super) fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let text = serde_json::to_string(value).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&text)
}

pub(super) mod flag {
    use serde::Serializer;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
    pub(in crate::event) fn serialize<S: Serializer>(flag: &bool, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(if *flag { "true" } else { "false" })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
pub(super) fn is_off(flag: &bool) -> bool {
    !*flag
}
