//! Responses that are decoded.

use serde::de::DeserializeOwned;

use super::call::Call;
use crate::error::{Error, ErrorKind, Result};
use crate::model::json::{self, Decode, Fields, JsonReader};

/// The response to a request with an entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third case")]
pub enum Changed<T> {
    /// The data has changed.
    New {
        /// The response.
        value: T,
        /// The entity tag for the next request. `None` if the route sends none.
        etag: Option<String>,
    },
    /// The data has not changed.
    Unchanged,
}

impl Changed<()> {
    fn with_value<T>(self, value: Option<T>) -> Changed<T> {
        match (self, value) {
            (Self::New { value: (), etag }, Some(value)) => Changed::New { value, etag },
            _ => Changed::Unchanged,
        }
    }
}

impl<T> Changed<T> {
    /// Returns the response if the data has changed.
    pub fn new_value(self) -> Option<T> {
        match self {
            Self::New { value, .. } => Some(value),
            Self::Unchanged => None,
        }
    }
}

impl Call<'_> {
    /// Sends the request and decodes the response.
    ///
    /// # Errors
    /// - [`ErrorKind::Protocol`]: the response is larger than [`json_limit`](crate::ClientBuilder::json_limit), 16
    ///   MiB by default.
    /// - [`ErrorKind::Decode`]: the response does not match the type, or would take far more memory than its text.
    ///   See [`limits`](crate::limits).
    ///
    /// A call that may not be repeated returns [`ErrorKind::UnknownOutcome`] in both cases, with the error as its
    /// [`source`](std::error::Error::source). See [`error`](crate::error) for all other kinds.
    pub fn fetch<T: DeserializeOwned>(self) -> Result<T> {
        let mut value = None;
        self.receive(&mut |text| json::deserialize_str(text).map(|read| value = Some(read)))?;
        value.ok_or_else(|| Error::new(ErrorKind::Decode, "no value"))
    }

    /// Like [`fetch`](Self::fetch), of a type of this crate, for which little more is compiled than its own code.
    pub(crate) fn decode<T: Default + Decode>(self) -> Result<T> {
        let mut value = T::default();
        self.decode_into(&mut value)?;
        Ok(value)
    }

    /// Like [`decode`](Self::decode), of one member of an object, which the response must contain.
    pub(crate) fn decode_member<T: Default + Decode>(self, name: &str) -> Result<T> {
        let mut value = T::default();
        self.decode_into(&mut ObjectMember { name, value: &mut value, is_missing: true })?;
        Ok(value)
    }

    /// Like [`decode_member`](Self::decode_member). Defaults to the default of the type.
    pub(crate) fn decode_member_or_default<T: Default + Decode>(self, name: &str) -> Result<T> {
        let mut value = T::default();
        self.decode_into(&mut ObjectMember { name, value: &mut value, is_missing: false })?;
        Ok(value)
    }

    fn decode_into(self, value: &mut dyn Decode) -> Result<()> {
        self.receive(&mut |text| json::decode_into(value, text))
    }

    fn receive(self, read: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        self.receive_response()?.read(read)
    }

    /// Sends the request with `If-None-Match`, and decodes the response if the data has changed.
    ///
    /// # Errors
    /// Those of [`fetch`](Self::fetch).
    pub fn fetch_if_changed<T: DeserializeOwned>(self, etag: Option<&str>) -> Result<Changed<T>> {
        let mut value = None;
        let read = &mut |text: &str| json::deserialize_str(text).map(|read| value = Some(read));
        let changed = self.receive_if_changed(etag, read)?;
        Ok(changed.with_value(value))
    }

    /// Like [`fetch_if_changed`](Self::fetch_if_changed), of a type of this crate.
    pub(crate) fn decode_if_changed<T: Default + Decode>(self, etag: Option<&str>) -> Result<Changed<T>> {
        let mut value = T::default();
        let changed = self.receive_if_changed(etag, &mut |text| json::decode_into(&mut value, text))?;
        Ok(changed.with_value(Some(value)))
    }

    fn receive_if_changed(
        mut self,
        etag: Option<&str>,
        read: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Changed<()>> {
        if let Some(etag) = etag {
            self = self.header("If-None-Match", etag);
        }
        let mut response = self.receive_response()?;
        if response.status == 304 {
            return Ok(Changed::Unchanged);
        }
        let etag = response.etag.take();
        response.read(read)?;
        Ok(Changed::New { value: (), etag })
    }
}

/// One member of an object.
struct ObjectMember<'m> {
    name: &'m str,
    value: &'m mut dyn Decode,
    /// `true` until it is found, if the response must contain it.
    is_missing: bool,
}

impl Decode for ObjectMember<'_> {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        json::decode_fields(self, from)?;
        if self.is_missing {
            return Err(serde::de::Error::custom(format_args!("missing field `{}`", self.name)));
        }
        Ok(())
    }
}

impl Fields for ObjectMember<'_> {
    fn decode_member(&mut self, name: &str, from: &mut dyn JsonReader) -> serde_json::Result<bool> {
        if name == self.name {
            self.value.decode_from(from)?;
            self.is_missing = false;
        }
        Ok(name == self.name)
    }
}
