//! Identifiers. One macro makes them all; nothing here knows what they identify.
//!
//! An id is a 128-bit number with a two-letter prefix: exactly a TaskRouter SID (semantics section 0). Ids of what
//! the caller creates travel inside commands; ids of what the engine creates are minted from its namespace.

use std::fmt;
use std::str::FromStr;

use xxhash_rust::xxh3::xxh3_128;

/// A text that is not an id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id: expected `{prefix}` and 32 hexadecimal digits")]
pub struct IdError {
    text: String,
    prefix: &'static str,
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        ///
        #[doc = concat!("Written as `", $prefix, "` and 32 hexadecimal digits.")]
        // Half the alignment of its number: beside others, and when it may be absent, it takes no more room than it needs.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(Rust, packed(8))]
        pub struct $name(u128);

        impl $name {
            /// The two letters every text form begins with.
            pub const PREFIX: &'static str = $prefix;

            /// The id with this number.
            pub const fn new(number: u128) -> Self {
                Self(number)
            }

            /// The id that belongs to a name: a pinned hash of kind and name, the same in every run and version.
            pub fn named(name: &str) -> Self {
                Self(named($prefix, name))
            }

            /// The number behind the text form.
            pub const fn number(self) -> u128 {
                self.0
            }

            /// The id an engine with this namespace mints at this count, counted from 1: a pinned hash of namespace,
            /// kind and count.
            pub fn minted(namespace: u128, counter: u64) -> Self {
                Self(minted($prefix, namespace, counter))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{:032x}", $prefix, self.number())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse($prefix, text).map(Self).ok_or_else(|| IdError { text: text.to_owned(), prefix: $prefix })
            }
        }

        /// The id of that name, as [`named`](Self::named) gives it.
        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self::named(name)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_newtype_struct(stringify!($name), &self.to_string())
            }
        }

        /// A text in the form of an id is that id; any other text is a name. Formats that resolve names themselves
        /// recognise the request by its newtype name.
        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = deserializer.deserialize_newtype_struct(stringify!($name), TextVisitor)?;
                Ok(text.parse().unwrap_or_else(|_| Self::named(&text)))
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "description": concat!("`", $prefix, "` and 32 hexadecimal digits, or a name")
                })
            }
        }
    };
}

id_type!(
    /// A worker's activity.
    ActivityId,
    "WA"
);
id_type!(
    /// A worker.
    WorkerId,
    "WK"
);
id_type!(
    /// A task queue.
    TaskQueueId,
    "WQ"
);
id_type!(
    /// A workflow.
    WorkflowId,
    "WW"
);
id_type!(
    /// A task.
    TaskId,
    "WT"
);
id_type!(
    /// A reservation: minted by the engine.
    ReservationId,
    "WR"
);
id_type!(
    /// A task channel.
    TaskChannelId,
    "TC"
);

fn named(prefix: &str, name: &str) -> u128 {
    xxh3_128(format!("{prefix}:{name}").as_bytes())
}

fn minted(prefix: &str, namespace: u128, counter: u64) -> u128 {
    let mut bytes = [b':'; 27];
    bytes[..2].copy_from_slice(prefix.as_bytes());
    bytes[3..19].copy_from_slice(&namespace.to_le_bytes());
    bytes[19..].copy_from_slice(&counter.to_le_bytes());
    xxh3_128(&bytes)
}

fn parse(prefix: &str, text: &str) -> Option<u128> {
    let digits = text.strip_prefix(prefix)?;
    let hexadecimal = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hexadecimal {
        return None;
    }
    u128::from_str_radix(digits, 16).ok()
}

#[cfg(feature = "serde")]
struct TextVisitor;

#[cfg(feature = "serde")]
impl<'de> serde::de::Visitor<'de> for TextVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id or a name")
    }

    fn visit_newtype_struct<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_the_same_id_in_every_version() {
        assert_eq!(WorkerId::named("alice").to_string(), "WKf3d313c37065c7f27345f5e0782fc3ef");
        assert_eq!(TaskId::named("alice").to_string(), "WTd57ad5d802e64665385a43c4358b06ae");
    }

    #[test]
    fn a_minted_id_depends_on_namespace_and_counter() {
        assert_eq!(ReservationId::minted(7, 1).to_string(), "WRd6c2509fce752ecae3547c951b301d8d");
        assert_ne!(ReservationId::minted(7, 1), ReservationId::minted(8, 1));
        assert_ne!(ReservationId::minted(7, 1), ReservationId::minted(7, 2));
    }

    #[test]
    fn text_and_number_are_the_same_id() {
        let id = TaskQueueId::new(0xAB);
        assert_eq!(id.to_string(), "WQ000000000000000000000000000000ab");
        assert_eq!("WQ000000000000000000000000000000AB".parse(), Ok(id));
        assert!("WQab".parse::<TaskQueueId>().is_err());
        assert!("WW000000000000000000000000000000ab".parse::<TaskQueueId>().is_err());
        assert!("WQ+00000000000000000000000000000ab".parse::<TaskQueueId>().is_err());
    }
}
