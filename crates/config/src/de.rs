//! serde over nodes: names become ids on the way, and errors point at the key or value that is wrong.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::slice;

use pointsman::{
    ActivityId, ReservationId, TaskChannelId, TaskId, TaskQueueId, Timestamp, WorkerId, WorkflowId, parse_duration,
};
use serde::de::value::{I64Deserializer, StrDeserializer, StringDeserializer, U64Deserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::{Deserialize, Deserializer};

use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::failure::Failure;
use crate::names::{EntityId, did_you_mean};
use crate::node::{Key, Node, NodeValue};

/// Reads a node as any type that serde can read.
///
/// Ids are resolved by the context's names; `Timestamp` is an RFC 3339 text or a span since the context's start.
///
/// # Errors
/// The first thing that is wrong: an unknown key at the key, a wrong value at the value, a missing key at the mapping.
///
/// ```
/// use std::sync::Arc;
/// use pointsman_config::{Context, Names, SourceFile, from_node, parse_yaml};
///
/// let mut names = Names::new();
/// names.declare::<pointsman::WorkerId>("alice", None, None)?;
/// let limits = pointsman::Limits::default();
/// let context = Context::new(&names, &limits);
/// let node = parse_yaml(&Arc::new(SourceFile::new("step", "worker: alcie"))).unwrap();
/// let error = from_node::<pointsman::DeleteWorker>(&node, &context).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "step:1:9: error[unknown-worker]: there is no worker `alcie`\n  help: did you mean `alice`?"
/// );
/// # Ok::<(), pointsman_config::NameTaken>(())
/// ```
pub fn from_node<T: DeserializeOwned>(node: &Node, context: &Context<'_>) -> Result<T, Diagnostic> {
    let reader = Reader { node, context, ignored_keys: context.ignored_keys };
    T::deserialize(reader).map_err(|failure| failure.into_diagnostic(node))
}

/// A value that remembers its place, for errors found later. Only [`from_node`] can read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands in the file, in bytes.
    pub span: Range<usize>,
    /// Where it stands in the document.
    pub path: String,
}

const SPANNED: &str = "$pointsman::Spanned";
const SPANNED_PARTS: &[&str] = &["value", "start", "end", "path"];

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(SPANNED, SPANNED_PARTS, SpannedVisitor(std::marker::PhantomData))
    }
}

struct SpannedVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Spanned<T>, A::Error> {
        let missing = || de::Error::custom("a value with its place comes only from a document");
        let value = parts.next_element()?.ok_or_else(missing)?;
        let start = parts.next_element()?.ok_or_else(missing)?;
        let end = parts.next_element()?.ok_or_else(missing)?;
        let path = parts.next_element()?.ok_or_else(missing)?;
        Ok(Spanned { value, span: start..end, path })
    }
}

/// The four parts of a [`Spanned`], one after the other.
struct SpannedParts<'a> {
    reader: Reader<'a>,
    part: usize,
}

impl<'de> SeqAccess<'de> for SpannedParts<'_> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failure> {
        self.part += 1;
        let Node { span, path, .. } = self.reader.node;
        match self.part {
            1 => seed.deserialize(self.reader),
            2 => seed.deserialize(U64Deserializer::new(span.start as u64)),
            3 => seed.deserialize(U64Deserializer::new(span.end as u64)),
            4 => seed.deserialize(StringDeserializer::new(path.to_string())),
            _ => return Ok(None),
        }
        .map(Some)
    }
}

/// Reads one node.
#[derive(Clone, Copy)]
struct Reader<'a> {
    node: &'a Node,
    context: &'a Context<'a>,
    ignored_keys: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn below(&self, node: &'a Node) -> Self {
        Self { node, context: self.context, ignored_keys: &[] }
    }

    fn wrong(&self, expected: &str) -> Failure {
        Failure::new("wrong-type", format!("expected {expected}, found {}", self.node.describe())).at(self.node)
    }

    fn text(&self) -> Result<&'a str, Failure> {
        self.node.as_str().ok_or_else(|| {
            let quotable = matches!(self.node.value, NodeValue::Number(_) | NodeValue::Bool(_));
            let help = quotable.then(|| "quote it to make it a text".to_owned());
            let message = format!("expected a text, found {}", self.node.describe());
            Failure::new("wrong-type", message).help(help).at(self.node)
        })
    }

    fn entries(&self) -> Result<&'a [(Key, Node)], Failure> {
        match &self.node.value {
            NodeValue::Mapping(entries) => Ok(entries),
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Number(_)
            | NodeValue::String(..)
            | NodeValue::Sequence(_) => Err(self.wrong("a mapping")),
        }
    }

    fn elements(&self) -> Result<&'a [Node], Failure> {
        match &self.node.value {
            NodeValue::Sequence(elements) => Ok(elements),
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Number(_)
            | NodeValue::String(..)
            | NodeValue::Mapping(_) => Err(self.wrong("a list")),
        }
    }

    fn number(&self, expected: &str) -> Result<&'a serde_json::Number, Failure> {
        match &self.node.value {
            NodeValue::Number(number) => Ok(number),
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::String(..)
            | NodeValue::Sequence(_)
            | NodeValue::Mapping(_) => Err(self.wrong(expected)),
        }
    }

    fn whole_number(&self, least: i64, most: u64) -> Result<WholeNumber, Failure> {
        let expected = if most >= i64::MAX.unsigned_abs() {
            if least == 0 { "a whole number, 0 or more".to_owned() } else { "a whole number".to_owned() }
        } else {
            format!("a whole number from {least} to {most}")
        };
        let number = self.number(&expected)?;
        let found = match (number.as_u64(), number.as_i64()) {
            (Some(number), _) if number <= most => Some(WholeNumber::Positive(number)),
            (None, Some(number)) if number >= least => Some(WholeNumber::Negative(number)),
            _ => None,
        };
        found.ok_or_else(|| {
            let message = format!("expected {expected}, found {}", self.node.describe());
            Failure::new("invalid-value", message).at(self.node)
        })
    }

    fn visit_whole<'de, V: Visitor<'de>>(&self, visitor: V, least: i64, most: u64) -> Result<V::Value, Failure> {
        match self.whole_number(least, most)? {
            WholeNumber::Positive(number) => visitor.visit_u64(number),
            WholeNumber::Negative(number) => visitor.visit_i64(number),
        }
        .map_err(|failure: Failure| failure.at(self.node))
    }

    fn instant(&self) -> Result<Timestamp, Failure> {
        let found = match &self.node.value {
            NodeValue::String(text, _) => instant(text, self.context.start),
            NodeValue::Number(number) => instant(&number.to_string(), self.context.start),
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
        };
        found.ok_or_else(|| {
            let expected = "an instant such as `2024-05-06T09:00:00Z`, or a span since the start such as `90s` or `5m`";
            let message = format!("expected {expected}, found {}", self.node.describe());
            Failure::new("invalid-time", message).at(self.node)
        })
    }
}

enum WholeNumber {
    Positive(u64),
    Negative(i64),
}

/// An RFC 3339 text, or a span since the start; `-` in front of a span goes back.
fn instant(text: &str, start: Timestamp) -> Option<Timestamp> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp::from_millis(instant.as_millisecond()));
    }
    match text.strip_prefix('-') {
        Some(span) => parse_duration(span).map(|span| start.before(span)),
        None => parse_duration(text).map(|span| start + span),
    }
}

/// Gives the SID form of what a text names.
type Resolve = fn(&str, &Context<'_>) -> Result<String, Failure>;

/// How texts are resolved for the id type of this name; `None` for other types.
fn resolver(type_name: &str) -> Option<Resolve> {
    Some(match type_name {
        "WorkerId" => sid::<WorkerId>,
        "ActivityId" => sid::<ActivityId>,
        "TaskQueueId" => sid::<TaskQueueId>,
        "WorkflowId" => sid::<WorkflowId>,
        "TaskChannelId" => sid::<TaskChannelId>,
        "TaskId" => sid::<TaskId>,
        "ReservationId" => |text, _| {
            let form = |error| Failure::new("unknown-reservation", format!("{error}; reservations have no names"));
            text.parse::<ReservationId>().map(|id| id.to_string()).map_err(form)
        },
        _ => return None,
    })
}

fn sid<T: EntityId>(text: &str, context: &Context<'_>) -> Result<String, Failure> {
    context.names.id::<T>(text).map(|id| id.to_string()).ok_or_else(|| {
        let help = did_you_mean(context.names.suggest(T::KIND, text));
        Failure::new(T::KIND.unknown(), format!("there is no {} `{text}`", T::KIND)).help(help)
    })
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            NodeValue::Null => visitor.visit_unit(),
            NodeValue::Bool(flag) => visitor.visit_bool(*flag),
            NodeValue::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, number) => visitor.visit_f64(number.unwrap_or_default()),
            },
            NodeValue::String(text, _) => visitor.visit_str(text),
            NodeValue::Sequence(elements) => visitor.visit_seq(Elements { reader: self, rest: elements.iter() }),
            NodeValue::Mapping(entries) => visitor.visit_map(Entries::new(self, entries)),
        }
        .map_err(|failure: Failure| failure.at(self.node))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            NodeValue::Bool(flag) => visitor.visit_bool(*flag),
            NodeValue::Null
            | NodeValue::Number(_)
            | NodeValue::String(..)
            | NodeValue::Sequence(_)
            | NodeValue::Mapping(_) => Err(self.wrong("`true` or `false`")),
        }
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.visit_whole(visitor, i8::MIN.into(), i8::MAX.unsigned_abs().into())
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.visit_whole(visitor, i16::MIN.into(), i16::MAX.unsigned_abs().into())
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.visit_whole(visitor, i32::MIN.into(), i32::MAX.unsigned_abs().into())
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.visit_whole(visitor, i64::MIN, i64::MAX.unsigned_abs())
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.visit_whole(visitor, 0, u8::MAX.into())
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.visit_whole(visitor, 0, u16::MAX.into())
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.visit_whole(visitor, 0, u32::MAX.into())
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.visit_whole(visitor, 0, u64::MAX)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_f64(self.number("a number")?.as_f64().unwrap_or_default())
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_str(self.text()?).map_err(|failure: Failure| failure.at(self.node))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.node.is_null() { visitor.visit_unit() } else { Err(self.wrong("nothing")) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Failure> {
        if name == "Timestamp" {
            return visitor.visit_newtype_struct(I64Deserializer::new(self.instant()?.as_millis()));
        }
        let Some(resolve) = resolver(name) else { return visitor.visit_newtype_struct(self) };
        let sid = resolve(self.text()?, self.context).map_err(|failure| failure.at(self.node))?;
        visitor.visit_newtype_struct(StringDeserializer::new(sid))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let rest = self.elements()?.iter();
        visitor.visit_seq(Elements { reader: self, rest }).map_err(|failure: Failure| failure.at(self.node))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let entries = Entries::new(self, self.entries()?);
        visitor.visit_map(entries).map_err(|failure: Failure| failure.at(self.node))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if name == SPANNED {
            return visitor.visit_seq(SpannedParts { reader: self, part: 0 });
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let variant = match (&self.node.value, self.node.entries()) {
            (NodeValue::String(text, _), _) => Variant { name: text, place: None, content: None },
            (_, [(key, node)]) => Variant { name: &key.text, place: Some(key), content: Some(self.below(node)) },
            _ => {
                let all: Vec<_> = variants.iter().map(|name| format!("`{name}`")).collect();
                return Err(self.wrong(&format!("one of {}", all.join(", "))));
            }
        };
        visitor.visit_enum(variant).map_err(|failure: Failure| failure.at(self.node))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }
}

struct Elements<'a> {
    reader: Reader<'a>,
    rest: slice::Iter<'a, Node>,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failure> {
        let Some(node) = self.rest.next() else { return Ok(None) };
        let found = seed.deserialize(self.reader.below(node));
        found.map(Some).map_err(|failure| failure.at(node))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Entries<'a> {
    reader: Reader<'a>,
    rest: slice::Iter<'a, (Key, Node)>,
    value: Option<&'a Node>,
    seen: BTreeSet<&'a str>,
}

impl<'a> Entries<'a> {
    fn new(reader: Reader<'a>, entries: &'a [(Key, Node)]) -> Self {
        Self { reader, rest: entries.iter(), value: None, seen: BTreeSet::new() }
    }
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Failure;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failure> {
        let ignored = self.reader.ignored_keys;
        let Some((key, node)) = self.rest.find(|(key, _)| !ignored.contains(&&*key.text)) else { return Ok(None) };
        if !self.seen.insert(&key.text) {
            let twice = Failure::new("duplicate-key", format!("the key `{}` stands here twice", key.text));
            return Err(twice.at_key(key, node));
        }
        self.value = Some(node);
        let found = seed.deserialize(KeyReader { text: &key.text, context: self.reader.context });
        found.map(Some).map_err(|failure| failure.at_key(key, node))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Failure> {
        let node = self.value.take().unwrap_or(self.reader.node);
        seed.deserialize(self.reader.below(node)).map_err(|failure| failure.at(node))
    }
}

/// Reads a key: a text, a name, or one of an enum's words.
struct KeyReader<'a> {
    text: &'a str,
    context: &'a Context<'a>,
}

impl<'de> Deserializer<'de> for KeyReader<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_str(self.text)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Failure> {
        let Some(resolve) = resolver(name) else { return visitor.visit_newtype_struct(self) };
        visitor.visit_newtype_struct(StringDeserializer::new(resolve(self.text, self.context)?))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_enum(StrDeserializer::new(self.text))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// A word of an enum, alone or as the only key in front of its content.
struct Variant<'a> {
    name: &'a str,
    place: Option<&'a Key>,
    content: Option<Reader<'a>>,
}

impl<'a, 'de> EnumAccess<'de> for Variant<'a> {
    type Error = Failure;
    type Variant = Content<'a>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Content<'a>), Failure> {
        let word: StrDeserializer<'_, Failure> = self.name.into_deserializer();
        let found = seed.deserialize(word).map_err(|failure| match (self.place, self.content) {
            (Some(key), Some(reader)) => failure.at_key(key, reader.node),
            _ => failure,
        });
        Ok((found?, Content(self.content)))
    }
}

/// What follows an enum's word.
struct Content<'a>(Option<Reader<'a>>);

impl<'a> Content<'a> {
    fn needed(self) -> Result<Reader<'a>, Failure> {
        self.0.ok_or_else(|| Failure::new("missing-value", "this word needs a value: write it as a key with the value"))
    }
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = Failure;

    fn unit_variant(self) -> Result<(), Failure> {
        match self.0 {
            Some(reader) => reader.deserialize_unit(de::IgnoredAny).map(|_| ()),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Failure> {
        seed.deserialize(self.needed()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Failure> {
        self.needed()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Failure> {
        self.needed()?.deserialize_map(visitor)
    }
}
