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

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                $crate::model::id_text::read_id(from).map(Self)
            }
        }

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

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                $crate::model::id_text::read_id(from).map(|text| Self::from(text.as_str()))
            }
        }
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

        impl $crate::model::json::Fields for $name {
            const NAME: &'static str = stringify!($name);
            const NAMES: &'static [&'static str] = &[$(name_on_the_wire!($field $($($serde)+)?),)*];

            fn take_member<'de, M: serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                members: &mut M,
            ) -> std::result::Result<bool, M::Error> {
                let _ = &members; // of a struct without fields
                match name {
                    $(name_on_the_wire!($field $($($serde)+)?) => {
                        put!(members, &mut self.$field, $($($serde)+)?)
                    })*
                    _ => Ok(false),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                $crate::model::json::read_struct(from)
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

macro_rules! put {
    ($members:ident, $field:expr, rename = $name:literal $(, $($more:tt)+)?) => {
        put!($members, $field, $($($more)+)?)
    };
    ($members:ident, $field:expr, with = "super::embedded" $(, skip_serializing_if = $if:literal)?) => {
        $crate::model::json::put_as($members, $field, |$crate::event::Embedded(value)| value)
    };
    ($members:ident, $field:expr, with = "super::embedded::flag" $(, skip_serializing_if = $if:literal)?) => {
        $crate::model::json::put_as($members, $field, |$crate::event::Flag(value)| value)
    };
    ($members:ident, $field:expr, deserialize_with = "flag") => {
        $crate::model::json::put_as($members, $field, |$crate::event::Flag(value)| value)
    };
    ($members:ident, $field:expr, $(skip_serializing_if = $if:literal)?) => {
        $crate::model::json::read_field($members, $field)
    };
}
