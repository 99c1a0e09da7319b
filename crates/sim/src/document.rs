//! A scenario as a document that can be changed and written: values without places, keys in the order written, and
//! everything it names in other files put inline. What a key means is for others; recorded tables stay where they are.

use std::sync::Arc;

use pointsman_config::{Diagnostic, Files, Key, Node, NodeValue, read_file};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Number, Value};
use serde_saphyr::{DoubleQuoted, FlowMap, FlowSeq, ser_options};

use crate::distribution::scalar;

/// A value of a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Number(Number),
    Text(Arc<str>),
    List(Vec<Tree>),
    Map(Vec<(Name, Tree)>),
}

/// A key, and the value that it is when it stands there unquoted: `choice: {1: 7}` is about numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name {
    pub(crate) text: Arc<str>,
    plain: Value,
}

/// The way to a value: of each list and mapping on it, which entry.
pub(crate) type Way = Vec<usize>;

impl Name {
    /// The value that it is.
    pub(crate) fn value(&self) -> Tree {
        match &self.plain {
            Value::Null => Tree::Null,
            Value::Bool(flag) => Tree::Bool(*flag),
            Value::Number(number) => Tree::Number(number.clone()),
            Value::String(_) | Value::Array(_) | Value::Object(_) => Tree::Text(self.text.clone()),
        }
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self { text: text.into(), plain: text.into() }
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<u64> for Tree {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => text.as_str().into(),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (key.as_str().into(), Self::from(value))).collect())
            }
        }
    }
}

impl From<&Node> for Tree {
    fn from(node: &Node) -> Self {
        match &node.value {
            NodeValue::Null => Self::Null,
            NodeValue::Bool(flag) => Self::Bool(*flag),
            NodeValue::Number(number) => Self::Number(number.clone()),
            NodeValue::String(text, _) => Self::Text(text.clone()),
            NodeValue::Sequence(items) => Self::List(items.iter().map(Self::from).collect()),
            NodeValue::Mapping(entries) => Self::Map(mapping(node, entries)),
        }
    }
}

/// In TaskRouter's JSON the last of several equal keys counts.
fn mapping(whole: &Node, entries: &[(Key, Node)]) -> Vec<(Name, Tree)> {
    let is_last = |place: usize, key: &Key| entries[place + 1..].iter().all(|(other, _)| other.text != key.text);
    let kept = entries.iter().enumerate().filter(|(place, (key, _))| is_last(*place, key));
    kept.map(|(_, (key, node))| (Name { text: key.text.clone(), plain: scalar(whole, key) }, Tree::from(node)))
        .collect()
}

impl Tree {
    /// The value under a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| &*name.text == key).map(|(_, value)| value)
    }

    /// The same to be changed.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter_mut().find(|(name, _)| &*name.text == key).map(|(_, value)| value)
    }

    pub(crate) fn entries(&self) -> &[(Name, Self)] {
        if let Self::Map(entries) = self { entries } else { &[] }
    }

    pub(crate) fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// How many values are written in it: each entry of a list is one.
    pub(crate) fn values(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => 1,
            Self::List(items) => items.iter().map(Self::values).sum::<usize>().max(1),
            Self::Map(entries) => entries.iter().map(|(_, value)| value.values()).sum::<usize>().max(1),
        }
    }

    /// The value at the end of a way.
    pub(crate) fn at(&self, way: &[usize]) -> Option<&Self> {
        way.iter().try_fold(self, |tree, place| match tree {
            Self::List(items) => items.get(*place),
            Self::Map(entries) => entries.get(*place).map(|(_, value)| value),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => None,
        })
    }

    /// The same to be changed.
    pub(crate) fn at_mut(&mut self, way: &[usize]) -> Option<&mut Self> {
        way.iter().try_fold(self, |tree, place| match tree {
            Self::List(items) => items.get_mut(*place),
            Self::Map(entries) => entries.get_mut(*place).map(|(_, value)| value),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => None,
        })
    }

    /// The way to what diagnostics call `staff[0].count`.
    pub(crate) fn way(&self, path: &str) -> Option<Way> {
        let mut tree = self;
        let steps = path.split(['.', '[']).map(|step| step.trim_end_matches(']'));
        steps
            .map(|step| {
                let place = match tree {
                    Self::List(_) => step.parse().ok(),
                    Self::Map(entries) => entries.iter().position(|(name, _)| &*name.text == step),
                    Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => None,
                }?;
                tree = tree.at(&[place])?;
                Some(place)
            })
            .collect()
    }

    /// Every value with the way to it and its keys: those above first.
    pub(crate) fn walk(&self, visit: &mut impl FnMut(&[usize], &[&str], &Self)) {
        self.walk_from(&mut Vec::new(), &mut Vec::new(), visit);
    }

    fn walk_from<'a>(
        &'a self,
        way: &mut Way,
        keys: &mut Vec<&'a str>,
        visit: &mut impl FnMut(&[usize], &[&str], &Self),
    ) {
        visit(way, keys, self);
        for (place, (name, value)) in self.entries().iter().enumerate() {
            way.push(place);
            keys.push(&name.text);
            value.walk_from(way, keys, visit);
            keys.pop();
            way.pop();
        }
        for (place, item) in self.items().iter().enumerate() {
            way.push(place);
            item.walk_from(way, keys, visit);
            way.pop();
        }
    }

    /// Puts a value under a key of a mapping.
    pub(crate) fn put(&mut self, key: &str, value: Self) {
        let Self::Map(entries) = self else { return };
        match entries.iter_mut().find(|(name, _)| &*name.text == key) {
            Some((_, old)) => *old = value,
            None => entries.push((key.into(), value)),
        }
    }

    /// Takes away what stands under a key of a mapping.
    pub(crate) fn without(&mut self, key: &str) {
        if let Self::Map(entries) = self {
            entries.retain(|(name, _)| &*name.text != key);
        }
    }

    /// The mapping under a key, which is there afterwards.
    pub(crate) fn section(&mut self, key: &str) -> &mut Self {
        if self.get(key).is_none_or(|section| *section == Self::Null) {
            self.put(key, Self::Map(Vec::new()));
        }
        let place = self.entries().iter().position(|(name, _)| &*name.text == key);
        match (self, place) {
            (Self::Map(entries), Some(place)) => &mut entries[place].1,
            (tree, _) => tree,
        }
    }

    /// The same with these keys of a mapping first, in this order.
    pub(crate) fn in_order(mut self, keys: &[&str]) -> Self {
        if let Self::Map(entries) = &mut self {
            entries.sort_by_key(|(name, _)| keys.iter().position(|key| *key == &*name.text).unwrap_or(keys.len()));
        }
        self
    }

    /// As YAML, every line as long as people like them.
    pub(crate) fn to_yaml(&self) -> String {
        let options = ser_options! { prefer_block_scalars: false, compact_list_indent: false };
        // INVARIANT: there is nothing in a tree that YAML cannot say, and a text can always be written to.
        let text = serde_saphyr::to_string_with_options(&Written { tree: self, depth: 0 }, options).unwrap_or_default();
        text.replace(QUOTED, "")
    }

    /// How wide it is in one line, about.
    fn width(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => 6,
            Self::Text(text) => text.len() + 2,
            Self::List(items) => items.iter().map(|item| item.width() + 2).sum(),
            Self::Map(entries) => entries.iter().map(|(name, value)| name.text.len() + value.width() + 4).sum(),
        }
    }
}

/// What is as wide as this stands in one line.
const WIDEST: usize = 110;

/// A value to be written: small ones in one line, but never the sections of a document.
struct Written<'a> {
    tree: &'a Tree,
    depth: usize,
}

impl Written<'_> {
    fn fits(&self) -> bool {
        let is_list_of_scalars =
            |tree: &Tree| tree.items().iter().all(|item| !matches!(item, Tree::List(_) | Tree::Map(_)));
        let is_section = self.depth < 2 && !is_list_of_scalars(self.tree);
        self.depth > 0 && !is_section && self.tree.width() + 2 * self.depth <= WIDEST
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.tree {
            Tree::List(_) if self.fits() => FlowSeq(Bare(self.tree)).serialize(serializer),
            Tree::Map(_) if self.fits() => FlowMap(Bare(self.tree)).serialize(serializer),
            Tree::List(items) => {
                serializer.collect_seq(items.iter().map(|tree| Written { tree, depth: self.depth + 1 }))
            }
            Tree::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, tree) in entries {
                    map.serialize_entry(name, &Written { tree, depth: self.depth + 1 })?;
                }
                map.end()
            }
            Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Text(_) => Bare(self.tree).serialize(serializer),
        }
    }
}

/// A value as it is.
struct Bare<'a>(&'a Tree);

impl Serialize for Bare<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Tree::Null => serializer.serialize_unit(),
            Tree::Bool(flag) => serializer.serialize_bool(*flag),
            Tree::Number(number) => number.serialize(serializer),
            Tree::Text(text) if is_ambiguous(text) => DoubleQuoted(text).serialize(serializer),
            Tree::Text(text) => serializer.serialize_str(text),
            Tree::List(items) => serializer.collect_seq(items.iter().map(Bare)),
            Tree::Map(entries) => serializer.collect_map(entries.iter().map(|(name, tree)| (name, Bare(tree)))),
        }
    }
}

/// Our own reader wants quoted what others do not: a sign or a zero in front.
fn is_ambiguous(text: &str) -> bool {
    let zero = text.strip_prefix('-').unwrap_or(text).strip_prefix('0');
    text.starts_with('+') || zero.is_some_and(|rest| rest.starts_with(|next: char| next != 's'))
}

/// Where the writer of YAML has no way to ask for quotes, in keys, a space in front makes it write them. The two are
/// taken out again: the second stands for nothing in Unicode, so that no text has them.
const QUOTED: &str = " \u{fdd0}";

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.plain {
            Value::Null | Value::Bool(_) | Value::Number(_) => self.plain.serialize(serializer),
            Value::String(_) | Value::Array(_) | Value::Object(_) if is_ambiguous(&self.text) => {
                serializer.serialize_str(&format!("{QUOTED}{}", self.text))
            }
            Value::String(_) | Value::Array(_) | Value::Object(_) => serializer.serialize_str(&self.text),
        }
    }
}

/// Puts everything inline that a scenario names in other files, but for recorded tables and snapshots.
///
/// # Errors
/// What cannot be read.
pub(crate) fn inline(root: &mut Node, files: &dyn Files) -> Result<(), Vec<Diagnostic>> {
    if let Some(workspace) = get_mut(root, "workspace") {
        fetch(workspace, files)?;
        for workflow in get_mut(workspace, "workflows").map(elements_mut).unwrap_or_default() {
            fetch_configuration(workflow, files)?;
        }
    }
    for step in get_mut(root, "steps").map(elements_mut).unwrap_or_default() {
        fetch_configuration(step, files)?;
    }
    Ok(())
}

fn fetch_configuration(node: &mut Node, files: &dyn Files) -> Result<(), Vec<Diagnostic>> {
    get_mut(node, "configuration").map_or(Ok(()), |configuration| fetch(configuration, files))
}

/// A text names a file.
fn fetch(node: &mut Node, files: &dyn Files) -> Result<(), Vec<Diagnostic>> {
    if matches!(node.value, NodeValue::String(..)) {
        *node = read_file(node, files)?;
    }
    Ok(())
}

fn get_mut<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    let NodeValue::Mapping(entries) = &mut node.value else { return None };
    entries.iter_mut().find(|(name, _)| &*name.text == key).map(|(_, value)| value)
}

fn elements_mut(node: &mut Node) -> &mut [Node] {
    if let NodeValue::Sequence(items) = &mut node.value { items } else { &mut [] }
}

#[cfg(test)]
mod tests {
    use pointsman_config::{SourceFile, parse_yaml};
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Tree {
        Tree::from(
            &parse_yaml(&Arc::new(SourceFile::new("x.yaml", text))).unwrap_or_else(|told| panic!("{told:?}\n{text}")),
        )
    }

    fn scalars() -> impl Strategy<Value = Tree> {
        let awkward = "(~|null|true|no|on|\\+1|010|0x1f|1e3|-|\\?|:|#| a|a |a: b|a #b|\\{|\\[|, |\"|'|=|!t|&a|\\*b|%|@|`|1h30m|.inf|<<|---)";
        prop_oneof![
            Just(Tree::Null),
            any::<bool>().prop_map(Tree::Bool),
            any::<i64>().prop_map(|number| Tree::Number(number.into())),
            any::<f64>().prop_filter_map("finite", Number::from_f64).prop_map(Tree::Number),
            awkward.prop_map(Tree::from),
            any::<String>().prop_map(Tree::from),
            "[ -~\n\t]{0,12}".prop_map(Tree::from),
        ]
    }

    fn trees() -> impl Strategy<Value = Tree> {
        scalars().prop_recursive(4, 40, 5, |inner| {
            let keys =
                prop_oneof!["[a-z]{1,3}", "(1|true|null|010|a b|-|\"|1.5|\\+1|\\+a'\"b|0x1f|-01)", any::<String>()];
            let entries = proptest::collection::btree_map(keys, inner.clone(), 0..5);
            let map = |entries: std::collections::BTreeMap<String, Tree>| {
                Tree::Map(entries.into_iter().map(|(key, value)| (key.as_str().into(), value)).collect())
            };
            prop_oneof![proptest::collection::vec(inner, 0..5).prop_map(Tree::List), entries.prop_map(map)]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_reads_back(tree in trees()) {
            let text = tree.to_yaml();
            prop_assert_eq!(read(&text), tree, "{}", text);
        }
    }

    #[test]
    fn keys_keep_their_types_and_small_things_stand_in_one_line() {
        let text = "\
name: a
arrivals:
  - {class: a, poisson: 1/1m, drawn: {x: {choice: {1: 7, \"2\": 3, true: 1}}}}
staff: []
";
        assert_eq!(read(text).to_yaml(), text);
    }

    #[test]
    fn a_way_leads_to_what_a_path_names() {
        let tree = read("a: {b: [1, {c: 2}]}");
        assert_eq!(tree.way("a.b[1].c"), Some(vec![0, 0, 1, 0]));
        assert_eq!(tree.at(&[0, 0, 1, 0]), Some(&Tree::from(2)));
        assert_eq!(tree.way("a.d"), None);
    }
}
