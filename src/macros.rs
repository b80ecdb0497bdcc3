//! Macros that declare what the server sends and what programs send: IDs, open enums, structs and setters.

/// Declares ID types: strings of 26 letters and digits, as created by Mattermost.
///
/// An ID that the server sent is kept unchanged, and may be empty (`root_id` of a post that is not a reply). An ID that
/// a program creates is checked: `"..".parse::<PostId>()?`.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::model::id_text::IdText);

        impl $name {
            /// Returns the ID as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// Returns `true` if there is no ID, for example in `root_id` of a post that is not a reply.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Error;
            fn from_str(text: &str) -> $crate::Result<Self> {
                $crate::model::id::check_id(stringify!($name), text)?;
                Ok(Self(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::Error;
            fn try_from(text: String) -> $crate::Result<Self> {
                text.parse()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::Error;
            fn try_from(text: &str) -> $crate::Result<Self> {
                text.parse()
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::model::json::Decode for $name {
            fn decode_from(&mut self, from: &mut dyn $crate::model::json::JsonReader) -> serde_json::Result<()> {
                self.0.decode_from(from)
            }
        }

        impl $crate::model::json::FromKey for $name {
            fn from_key(key: &str) -> Self {
                Self(key.into())
            }
        }

        deserialize_by_decode!($name);

        impl $crate::path_arg::PathArg for $name {
            fn path_arg(&self) -> std::result::Result<std::borrow::Cow<'_, str>, std::borrow::Cow<'static, str>> {
                $crate::model::id::path_argument(stringify!($name), self.as_str())
            }
        }
    )*};
}

/// Declares an enum of the server that may grow: an unknown value is kept in `Other`.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vmeta])* #[doc = concat!("\n\nOn the wire: `", $text, "`.")] $variant,)+
            /// A value that is unknown to this version.
            Other(Box<str>),
        }

        impl $name {
            /// Returns the value as the server writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.into()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::from("")
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::model::json::Decode for $name {
            fn decode_from(&mut self, from: &mut dyn $crate::model::json::JsonReader) -> serde_json::Result<()> {
                from.read_str(&mut |text| *self = text.into())
            }
        }

        impl $crate::model::json::FromKey for $name {
            fn from_key(key: &str) -> Self {
                key.into()
            }
        }

        deserialize_by_decode!($name);
    };
}

/// Declares that a value can be passed where its ID is expected: `From<&Team> for TeamId`.
macro_rules! ids_of {
    ($($name:ident.$($field:ident).+ => $id:ident,)+) => {
        $(
            impl From<&$name> for $id {
                fn from(from: &$name) -> Self {
                    from.$($field).+.clone()
                }
            }
        )+
    };
}

/// Declares one chainable setter per optional field: `setters! { PostDraft: /// doc field: T, }`, next to the `impl`.
macro_rules! setters {
    ($name:ident: $($(#[$meta:meta])* $field:ident: $ty:ty,)+) => {
        impl $name {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").\n\n")]
                $(#[$meta])*
                #[must_use]
                pub fn $field(mut self, $field: impl Into<$ty>) -> Self {
                    self.$field = Some($field.into());
                    self
                }
            )+
        }
    };
}

/// Declares a struct that a program sends: its required fields, which `new` takes, and its optional ones, which are
/// `None` until their setter is called and are then sent. It derives the usual traits and is non-exhaustive.
macro_rules! input {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {}
        optional {
            $($(#[doc = $doc:literal])+ $(#[serde($($serde:tt)+)])? $field:ident: $ty:ty,)+
        }
    ) => {
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
        #[non_exhaustive]
        $(#[$meta])*
        pub struct $name {
            $(
                $(#[doc = $doc])+
                $(#[serde($($serde)+)])?
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$ty>,
            )+
        }

        impl $name {
            /// Creates a value with all fields unset.
            pub fn new() -> Self {
                Self::default()
            }
        }

        setters! { $name: $($(#[doc = $doc])+ $field: $ty,)+ }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$required_meta:meta])+ pub $required:ident: $required_ty:ty,)+
        }
        optional {
            $($(#[doc = $doc:literal])+ $(#[serde($($serde:tt)+)])? $field:ident: $ty:ty,)+
        }
    ) => {
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[non_exhaustive]
        $(#[$meta])*
        pub struct $name {
            $($(#[$required_meta])+ pub $required: $required_ty,)+
            $(
                $(#[doc = $doc])+
                $(#[serde($($serde)+)])?
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$ty>,
            )+
        }

        impl $name {
            /// Creates a value with the required fields. Optional fields are unset.
            pub fn new($($required: impl Into<$required_ty>),+) -> Self {
                Self { $($required: $required.into(),)+ $($field: None,)+ }
            }
        }

        setters! { $name: $($(#[doc = $doc])+ $field: $ty,)+ }
    };
}

/// Declares a struct that the server sends. It derives the usual traits, is non-exhaustive, and can be read and
/// written. Of serde's attributes for reading, `rename` (which must be the first), `with = "super::embedded"`,
/// `with = "super::embedded::flag"` and `deserialize_with = "flag"` are supported.
macro_rules! model {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($(#[doc = $doc:literal])* $(#[serde($($serde:tt)+)])? $field_vis:vis $field:ident: $ty:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
        #[non_exhaustive]
        $vis struct $name {
            $($(#[doc = $doc])* $(#[serde($($serde)+)])? $field_vis $field: $ty,)*
        }

        fields! { $name { $($field($($($serde)+)?))* } }
        deserialize_by_fields!($name);
    };
}

/// Declares a struct of some members of what the server sends, which are only read. Supports the same attributes.
macro_rules! members {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($(#[doc = $doc:literal])* $(#[serde($($serde:tt)+)])? $field_vis:vis $field:ident: $ty:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        $vis struct $name {
            $($(#[doc = $doc])* $field_vis $field: $ty,)*
        }

        // Not derived: Rust 1.85 takes a struct that only a derived `Default` creates for one that nothing creates.
        impl Default for $name {
            fn default() -> Self {
                Self { $($field: Default::default(),)* }
            }
        }

        fields! { $name { $($field($($($serde)+)?))* } }
    };
}

/// Implements [`Fields`](crate::model::json::Fields): the names of the fields, each with serde's attributes.
macro_rules! fields {
    ($name:ident { $($field:ident($($serde:tt)*))* }) => {
        impl $crate::model::json::Fields for $name {
            fn field_names(&self) -> &'static [&'static str] {
                &[$(name_on_the_wire!($field $($serde)*)),*]
            }

            fn decode_member(
                &mut self,
                name: &str,
                from: &mut dyn $crate::model::json::JsonReader,
            ) -> serde_json::Result<bool> {
                let _ = &from; // of a struct without fields
                match name {
                    $(name_on_the_wire!($field $($serde)*) => {
                        decode_member!(&mut self.$field, from, $($serde)*)?;
                        Ok(true)
                    })*
                    _ => Ok(false),
                }
            }
        }

        decode_by_fields!($name);
    };
}

macro_rules! decode_by_fields {
    ($name:ident) => {
        impl $crate::model::json::Decode for $name {
            fn decode_from(
                &mut self,
                from: &mut dyn $crate::model::json::JsonReader,
            ) -> serde_json::Result<()> {
                $crate::model::json::decode_fields(self, from)
            }
        }
    };
}

/// Implements `Decode` for types with a `Deserialize` of their own.
macro_rules! decode_by_deserialize {
    ($($type:ty)*) => {$(
        impl $crate::model::json::Decode for $type {
            fn decode_from(
                &mut self,
                from: &mut dyn $crate::model::json::JsonReader,
            ) -> serde_json::Result<()> {
                from.read_text(&mut |text| {
                    *self = $crate::model::json::read_json(text)?;
                    Ok(())
                })
            }
        }
    )*};
}

/// Lets programs deserialize a type of this crate, also as part of their own types.
macro_rules! deserialize_by_decode {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                $crate::model::json::deserialize(from)
            }
        }
    };
}

/// The same, of a struct.
macro_rules! deserialize_by_fields {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                $crate::model::json::deserialize_struct(from)
            }
        }
    };
}

macro_rules! name_on_the_wire {
    ($field:ident rename = $name:literal $(, $($more:tt)*)?) => {
        $name
    };
    ($field:ident $($other:tt)*) => {
        stringify!($field)
    };
}

macro_rules! decode_member {
    ($field:expr, $from:ident, rename = $name:literal $(, $($more:tt)+)?) => {
        decode_member!($field, $from, $($($more)+)?)
    };
    ($field:expr, $from:ident, with = "super::embedded" $(, skip_serializing_if = $if:literal)?) => {
        $crate::model::json::decode_embedded($field, $from)
    };
    ($field:expr, $from:ident, with = "super::embedded::flag" $(, skip_serializing_if = $if:literal)?) => {
        $crate::model::json::decode_flag($field, $from)
    };
    ($field:expr, $from:ident, deserialize_with = "flag") => {
        $crate::model::json::decode_flag($field, $from)
    };
    ($field:expr, $from:ident, $(skip_serializing_if = $if:literal)?) => {
        $crate::model::json::Decode::decode_from($field, $from)
    };
}
