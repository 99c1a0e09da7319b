//! Owns reading and writing values in any serde format. Never lets a text nest deeper than an attribute document may.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};

use crate::object::{Builder, Cell, Key};
use crate::{Attributes, Entries, MAX_DOCUMENT_DEPTH, Number, Object, Ref, Value};

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_i64() {
            Some(i) => serializer.serialize_i64(i),
            None => serializer.serialize_f64(self.as_f64()),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entries().serialize(serializer)
    }
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, &value)?;
        }
        map.end()
    }
}

impl Serialize for Ref<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Number(n) => n.serialize(serializer),
            Self::Str(s) => serializer.serialize_str(s),
            Self::Array(items) => serializer.collect_seq(items.iter()),
            Self::Object(entries) => entries.serialize(serializer),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().serialize(serializer)
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_object().serialize(serializer)
    }
}

/// Refuses what nests deeper than [`MAX_DOCUMENT_DEPTH`]. Of several entries with one key the last wins.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut builder = Builder::default();
        let outermost = Nested { levels: MAX_DOCUMENT_DEPTH, builder: &mut builder }.deserialize(deserializer)?;
        Ok(builder.into_value(outermost))
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of_bounded(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Reads one value in which that many levels of arrays and objects may still be entered.
struct Nested<'a> {
    levels: usize,
    builder: &'a mut Builder,
}

impl Nested<'_> {
    /// How many levels may still be entered inside of this one.
    fn deeper<E: Error>(&self) -> Result<usize, E> {
        let too_deep =
            || E::custom(format_args!("expected a value that nests at most {MAX_DOCUMENT_DEPTH} levels deep"));
        self.levels.checked_sub(1).ok_or_else(too_deep)
    }
}

impl<'de> DeserializeSeed<'de> for Nested<'_> {
    type Value = Cell;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cell, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested<'_> {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, a number, a string, a list or an object")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_none<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cell, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Cell, E> {
        Ok(Cell::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Cell, E> {
        Number::try_from(value).map(Cell::Number).map_err(E::custom)
    }

    fn visit_str<E>(self, value: &str) -> Result<Cell, E> {
        Ok(self.builder.text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Cell, A::Error> {
        let (levels, builder) = (self.deeper()?, self.builder);
        let opened = builder.open();
        while let Some(cell) = seq.next_element_seed(Nested { levels, builder: &mut *builder })? {
            builder.item(cell);
        }
        Ok(builder.close_list(opened))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
        let (levels, builder) = (self.deeper()?, self.builder);
        let opened = builder.open();
        while let Some(key) = map.next_key_seed(NextKey(&mut *builder))? {
            let cell = map.next_value_seed(Nested { levels, builder: &mut *builder })?;
            builder.entry(key, cell);
        }
        Ok(builder.close_object(opened))
    }
}

/// Reads the key of an entry.
struct NextKey<'a>(&'a mut Builder);

impl<'de> DeserializeSeed<'de> for NextKey<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NextKey<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(self.0.key(key))
    }
}
