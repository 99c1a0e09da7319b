//! Attributes that are drawn: `{language: {choice: {en: 8, es: 2}}, size: {uniform: {from: 1, to: 5}}}`. Each has a
//! stream of its own, so that one more does not move the others.

use std::sync::Arc;

use pointsman_config::{Key, Node, NodeValue, SourceFile, parse_yaml};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Number, Value, json};

use super::read::{Unit, weight, weightless};
use super::{Distribution, Weighted, at};
use crate::random::{Entity, Purpose, Series, Stream};
use crate::reading::Reader;

/// The drawn attributes of a class of tasks, in the order written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Drawn(Vec<(Arc<str>, DrawnValue)>);

/// How one attribute is drawn.
#[derive(Clone, Debug, PartialEq)]
enum DrawnValue {
    /// Always this.
    Always(Value),
    /// One of these by weight.
    Choice(Weighted<Value>),
    /// One of these, each equally likely.
    List(Vec<Value>),
    /// A number.
    Number(Distribution),
}

/// The streams of a class's attributes, derived once for all its tasks.
#[derive(Clone, Debug)]
pub(crate) struct DrawnStreams(Vec<Series>);

impl Drawn {
    /// Reads the mapping under `drawn`.
    pub(crate) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let fields = reader.mapping(node, "attributes with what they are drawn from")?;
        let read = fields.rest.iter().map(|field| Some((field.key.text.clone(), value(reader, field.value)?)));
        let values: Vec<Option<_>> = read.collect();
        values.into_iter().collect::<Option<_>>().map(Self)
    }

    /// Where the draws for tasks of a class come from.
    pub(crate) fn streams(&self, class: Entity) -> DrawnStreams {
        DrawnStreams(self.0.iter().map(|(name, _)| class.named(name).series(Purpose::Attribute)).collect())
    }

    /// The attributes of a task of the class, by its number.
    pub(crate) fn sample(&self, streams: &DrawnStreams, task: u64) -> Map<String, Value> {
        let drawn = self.0.iter().zip(&streams.0);
        drawn.map(|((name, value), series)| (name.as_ref().to_owned(), value.sample(&mut series.nth(task)))).collect()
    }

    /// All the attributes that tasks may be given, each with its share; none when they are numbers with decimals, or too
    /// many to be looked at one by one.
    pub(crate) fn kinds(&self) -> Option<Vec<(Map<String, Value>, f64)>> {
        let mut kinds = vec![(Map::new(), 1.0)];
        for (name, value) in &self.0 {
            let values = value.shares().filter(|values| values.len() * kinds.len() <= MOST_KINDS)?;
            let with = |(kind, share): &(Map<String, Value>, f64), (value, own): &(Value, f64)| {
                let mut kind = kind.clone();
                kind.insert(name.to_string(), value.clone());
                (kind, share * own)
            };
            kinds = kinds.iter().flat_map(|kind| values.iter().map(move |value| with(kind, value))).collect();
        }
        kinds.retain(|(_, share)| *share > 0.0);
        Some(kinds)
    }

    /// The attributes that are drawn.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// Whether nothing is drawn.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As many kinds of tasks are looked at one by one.
const MOST_KINDS: usize = 128;

impl DrawnValue {
    /// Each value with its share; none of numbers with decimals.
    fn shares(&self) -> Option<Vec<(Value, f64)>> {
        #[allow(clippy::cast_precision_loss, reason = "lists are short")]
        let equal = |values: &[Value]| values.iter().map(|value| (value.clone(), 1.0 / values.len() as f64)).collect();
        match self {
            Self::Always(value) => Some(vec![(value.clone(), 1.0)]),
            Self::Choice(values) => Some(values.shares().map(|(value, share)| (value.clone(), share)).collect()),
            Self::List(values) => Some(equal(values)),
            Self::Number(_) => None,
        }
    }

    fn sample(&self, stream: &mut Stream) -> Value {
        match self {
            Self::Always(value) => value.clone(),
            Self::Choice(values) => values.pick(stream).clone(),
            Self::List(values) => values[at(stream.below(values.len() as u64))].clone(),
            Self::Number(distribution) => {
                Number::from_f64(distribution.sample(stream)).map_or(Value::Null, Value::Number)
            }
        }
    }
}

/// A mapping is a distribution; anything else is always the same.
fn value(reader: &mut Reader<'_>, node: &Node) -> Option<DrawnValue> {
    match node.entries() {
        [(key, inner)] if &*key.text == "choice" => choice(reader, inner).map(DrawnValue::Choice),
        [(key, inner)] if &*key.text == "list" => list(reader, inner).map(DrawnValue::List),
        _ if matches!(node.value, NodeValue::Mapping(_)) => {
            Distribution::read(reader, node, Unit::Number).map(DrawnValue::Number)
        }
        _ => Some(DrawnValue::Always(node.to_json())),
    }
}

fn list(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Value>> {
    if node.elements().is_empty() {
        reader.wrong(node, "values such as `[en, es]`");
        return None;
    }
    Some(node.elements().iter().map(Node::to_json).collect())
}

/// `{en: 8, es: 2}`; or, for values that cannot be keys, `[{value: [en, es], weight: 2}]`.
fn choice(reader: &mut Reader<'_>, node: &Node) -> Option<Weighted<Value>> {
    let entries: Vec<Option<(Value, f64)>> = match &node.value {
        NodeValue::Sequence(items) => items.iter().map(|item| entry(reader, item)).collect(),
        NodeValue::Mapping(entries) => {
            entries.iter().map(|(key, node)| Some((scalar(node, key), weight(reader, node)?))).collect()
        }
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::String(..) => {
            reader.wrong(node, "values with their weights, such as `{en: 8, es: 2}`");
            return None;
        }
    };
    let choice = Weighted::new(entries.into_iter().collect::<Option<_>>()?);
    if choice.is_none() {
        weightless(reader, node);
    }
    choice
}

fn entry(reader: &mut Reader<'_>, node: &Node) -> Option<(Value, f64)> {
    let mut fields = reader.mapping(node, "a value with its weight")?;
    let value = fields.required(reader, "value").map(Node::to_json);
    let weight = fields.required(reader, "weight").and_then(|node| weight(reader, node));
    fields.finish(reader, &["value", "weight"]);
    value.zip(weight)
}

/// What a key would be if it were a value: `1` is a number, `"1"` is a text.
pub(crate) fn scalar(node: &Node, key: &Key) -> Value {
    let written = node.file.text.get(key.span.clone()).unwrap_or(&key.text);
    let value = parse_yaml(&Arc::new(SourceFile::new("", written)));
    value.map_or_else(|_| Value::String(key.text.as_ref().to_owned()), |value| value.to_json())
}

impl Serialize for Drawn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(&**name, value)?;
        }
        map.end()
    }
}

/// As it can be read again. A choice is written with its values beside the weights, for the sake of their types.
impl Serialize for DrawnValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Always(value) => value.serialize(serializer),
            Self::Choice(values) => {
                let entries = values.given().map(|(value, weight)| json!({"value": value, "weight": weight}));
                json!({"choice": entries.collect::<Vec<_>>()}).serialize(serializer)
            }
            Self::List(values) => json!({"list": values}).serialize(serializer),
            Self::Number(distribution) => distribution.serialize(serializer),
        }
    }
}
