//! Owns the object type: a flat document of three pieces of memory, however much lies in it. Keys are sorted and found by
//! binary search; their first bytes lie beside them as numbers, so that most steps of a search compare two integers.
//! Never keeps two entries of one key.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use crate::{Items, Number, Ref, Value};

/// A JSON object with all that lies in it. Entries are sorted by key, so that iteration and output never depend on
/// insertion.
#[derive(Clone, Default)]
pub struct Object {
    /// All keys and texts.
    text: Box<str>,
    /// The nodes of each list and each object side by side, those of inner ones before those of outer ones.
    nodes: Box<[Node]>,
    /// The entries of the object itself.
    root: Span,
}

/// An entry of an object or an item of a list.
#[derive(Clone, Copy)]
struct Node {
    /// INVARIANT: that of the key. Items have the empty key.
    prefix: Prefix,
    key: Span,
    cell: Cell,
}

/// A value whose text and nodes lie elsewhere.
#[derive(Clone, Copy)]
pub(crate) enum Cell {
    Null,
    Bool(bool),
    Number(Number),
    Text(Span),
    List(Span),
    Object(Span),
}

/// A part of the text or of the nodes: where it begins and how long it is.
#[derive(Clone, Copy, Default)]
pub(crate) struct Span {
    first: u32,
    count: u32,
}

/// The first eight bytes of a key, padded with zeros: ordered as the keys are, as far as they differ there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Prefix(u64);

impl Prefix {
    #[inline]
    pub(crate) fn of(key: &str) -> Self {
        let bytes = key.as_bytes();
        if let Some(first) = bytes.first_chunk() {
            return Self(u64::from_be_bytes(*first));
        }
        let short = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        Self(short << (8 * (8 - bytes.len()) % 64))
    }
}

impl Span {
    #[inline]
    fn new(first: usize, end: usize) -> Self {
        Self { first: first as u32, count: (end - first) as u32 }
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        self.count as usize
    }

    #[inline]
    fn range(self) -> Range<usize> {
        self.first as usize..self.first as usize + self.count as usize
    }
}

impl Object {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Ref<'_>> {
        self.entries().get(key)
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Ref<'_>)> {
        self.entries().iter()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// The entries, as those of an object within another are shown.
    #[must_use]
    #[inline]
    pub fn entries(&self) -> Entries<'_> {
        Entries { document: self, span: self.root }
    }

    /// See [`Value::depth_exceeds`].
    pub(crate) fn depth_exceeds(&self, limit: usize) -> bool {
        self.cell_exceeds(Cell::Object(self.root), limit)
    }

    fn cell_exceeds(&self, cell: Cell, limit: usize) -> bool {
        match cell {
            Cell::Null | Cell::Bool(_) | Cell::Number(_) | Cell::Text(_) => false,
            Cell::List(_) | Cell::Object(_) if limit == 0 => true,
            Cell::List(span) | Cell::Object(span) => {
                self.nodes[span.range()].iter().any(|node| self.cell_exceeds(node.cell, limit - 1))
            }
        }
    }

    #[inline]
    fn value(&self, cell: Cell) -> Ref<'_> {
        match cell {
            Cell::Null => Ref::Null,
            Cell::Bool(value) => Ref::Bool(value),
            Cell::Number(number) => Ref::Number(number),
            Cell::Text(span) => Ref::Str(&self.text[span.range()]),
            Cell::List(span) => Ref::Array(Items::of_document(self, span)),
            Cell::Object(span) => Ref::Object(Entries { document: self, span }),
        }
    }

    #[inline]
    fn key(&self, node: &Node) -> &str {
        &self.text[node.key.range()]
    }

    /// Whether the key of a node that has the prefix of this key is this key.
    #[inline]
    fn begins_and_is(&self, node: &Node, key: &str) -> bool {
        let whole = || self.text.as_bytes()[node.key.range()] == *key.as_bytes();
        node.key.len() == key.len() && (key.len() <= size_of::<Prefix>() || whole())
    }

    /// The items of a list of this document.
    #[inline]
    pub(crate) fn items(&self, list: Span) -> impl ExactSizeIterator<Item = Ref<'_>> + Clone {
        self.nodes[list.range()].iter().map(|node| self.value(node.cell))
    }

    #[inline]
    pub(crate) fn item(&self, list: Span, index: usize) -> Option<Ref<'_>> {
        self.nodes[list.range()].get(index).map(|node| self.value(node.cell))
    }
}

/// The entries of an object, where it lies.
#[derive(Clone, Copy)]
pub struct Entries<'a> {
    document: &'a Object,
    span: Span,
}

impl<'a> Entries<'a> {
    /// The value of a key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Ref<'a>> {
        self.find(Prefix::of(key), key)
    }

    #[inline]
    pub(crate) fn find(self, prefix: Prefix, key: &str) -> Option<Ref<'a>> {
        let (document, nodes) = (self.document, self.nodes());
        let from = nodes.partition_point(|node| node.prefix < prefix);
        let first = nodes.get(from).filter(|node| node.prefix == prefix)?;
        if document.begins_and_is(first, key) {
            return Some(document.value(first.cell));
        }
        // Keys that begin alike: compare them whole.
        let rest = &nodes[from..];
        let at = rest.binary_search_by(|node| document.key(node).cmp(key)).ok()?;
        Some(document.value(rest[at].cell))
    }

    /// All entries in the order of their keys.
    #[inline]
    pub fn iter(self) -> impl ExactSizeIterator<Item = (&'a str, Ref<'a>)> {
        self.prefixed().map(|(_, key, value)| (key, value))
    }

    /// All entries in the order of their keys, with the prefixes of these.
    #[inline]
    pub(crate) fn prefixed(self) -> impl ExactSizeIterator<Item = (Prefix, &'a str, Ref<'a>)> {
        let document = self.document;
        self.nodes().iter().map(|node| (node.prefix, document.key(node), document.value(node.cell)))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.span.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.span.len() == 0
    }

    /// The object, by itself.
    pub(crate) fn to_object(self) -> Object {
        let mut builder = Builder::default();
        let cell = builder.add(Ref::Object(self));
        builder.into_object(cell)
    }

    #[inline]
    fn nodes(self) -> &'a [Node] {
        &self.document.nodes[self.span.range()]
    }
}

/// Puts a document together in one pass: what lies in a list or an object before the list or object itself.
#[derive(Default)]
pub(crate) struct Builder {
    text: String,
    nodes: Vec<Node>,
    /// The nodes of the lists and objects that are not yet closed.
    open: Vec<Node>,
}

/// The key of an entry to be.
#[derive(Clone, Copy, Default)]
pub(crate) struct Key {
    prefix: Prefix,
    span: Span,
}

/// The place of what lies in a list or an object that is open.
#[derive(Clone, Copy)]
pub(crate) struct Opened(usize);

/// What most documents do not exceed, so that memory is asked for once: bytes of text, and nodes. Pieces of a kilobyte
/// and less are the ones that allocators hand out at once.
const USUAL: (usize, usize) = (1024, 32);

impl Builder {
    #[inline]
    pub(crate) fn text(&mut self, text: &str) -> Cell {
        Cell::Text(self.copy(text))
    }

    #[inline]
    pub(crate) fn key(&mut self, key: &str) -> Key {
        Key { prefix: Prefix::of(key), span: self.copy(key) }
    }

    /// Begins a list or an object, whose nodes come next.
    pub(crate) fn open(&mut self) -> Opened {
        if self.open.capacity() == 0 {
            self.text.reserve(USUAL.0);
            self.open.reserve(USUAL.1);
            self.nodes.reserve(USUAL.1);
        }
        Opened(self.open.len())
    }

    #[inline]
    pub(crate) fn item(&mut self, cell: Cell) {
        self.entry(Key::default(), cell);
    }

    #[inline]
    pub(crate) fn entry(&mut self, key: Key, cell: Cell) {
        self.open.push(Node { prefix: key.prefix, key: key.span, cell });
    }

    /// Ends a list.
    pub(crate) fn close_list(&mut self, Opened(from): Opened) -> Cell {
        let first = self.nodes.len();
        self.nodes.extend_from_slice(&self.open[from..]);
        self.open.truncate(from);
        Cell::List(Span::new(first, self.nodes.len()))
    }

    /// Ends an object. Of several entries with one key the last wins.
    pub(crate) fn close_object(&mut self, Opened(from): Opened) -> Cell {
        let Self { text, nodes, open, .. } = self;
        let (first, key) = (nodes.len(), |node: &Node| &text[node.key.range()]);
        open[from..].sort_by(|a, b| a.prefix.cmp(&b.prefix).then_with(|| key(a).cmp(key(b))));
        for node in &open[from..] {
            match nodes[first..].last_mut() {
                Some(last) if last.prefix == node.prefix && key(last) == key(node) => *last = *node,
                Some(_) | None => nodes.push(*node),
            }
        }
        open.truncate(from);
        Cell::Object(Span::new(first, self.nodes.len()))
    }

    /// Any value, with all that lies in it.
    pub(crate) fn add(&mut self, value: Ref<'_>) -> Cell {
        match value {
            Ref::Null => Cell::Null,
            Ref::Bool(value) => Cell::Bool(value),
            Ref::Number(number) => Cell::Number(number),
            Ref::Str(text) => self.text(text),
            Ref::Array(items) => {
                let opened = self.open();
                for item in items.iter() {
                    let cell = self.add(item);
                    self.item(cell);
                }
                self.close_list(opened)
            }
            Ref::Object(entries) => {
                let opened = self.open();
                for (key, value) in entries.iter() {
                    let (key, cell) = (self.key(key), self.add(value));
                    self.entry(key, cell);
                }
                self.close_object(opened)
            }
        }
    }

    /// What was built, of which this is the outermost value.
    #[cfg(any(feature = "json", feature = "serde"))]
    pub(crate) fn into_value(self, outermost: Cell) -> Value {
        match outermost {
            Cell::Object(_) => Value::from(self.into_object(outermost)),
            Cell::Null | Cell::Bool(_) | Cell::Number(_) | Cell::Text(_) | Cell::List(_) => {
                self.into_object(outermost).value(outermost).to_value()
            }
        }
    }

    /// The document around the outermost value, which is an object where it is to be read as one.
    fn into_object(self, outermost: Cell) -> Object {
        let root = if let Cell::Object(span) = outermost { span } else { Span::default() };
        // Copied, which costs less than giving back the ends of larger pieces.
        Object { text: Box::from(&*self.text), nodes: Box::from(&*self.nodes), root }
    }

    fn copy(&mut self, text: &str) -> Span {
        let first = self.text.len();
        self.text.push_str(text);
        Span::new(first, self.text.len())
    }
}

/// Of several entries with one key the last wins.
impl FromIterator<(Arc<str>, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(entries: I) -> Self {
        let mut builder = Builder::default();
        let opened = builder.open();
        for (key, value) in entries {
            let (key, cell) = (builder.key(&key), builder.add(value.as_ref()));
            builder.entry(key, cell);
        }
        let cell = builder.close_object(opened);
        builder.into_object(cell)
    }
}

impl<'a> From<&'a Object> for Entries<'a> {
    fn from(object: &'a Object) -> Self {
        object.entries()
    }
}

impl PartialEq for Entries<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Entries<'_> {}

impl Hash for Entries<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|entry| entry.hash(state));
    }
}

impl fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(key, value)| (key, value.to_value()))).finish()
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.entries() == other.entries()
    }
}

impl Eq for Object {}

impl Hash for Object {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.entries().hash(state);
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_begin_alike_are_told_apart() {
        let keys = ["", "a", "a\0", "prefix", "prefix_1", "prefix_10", "prefix_11", "prefix_12", "prefix_2", "z"];
        let object: Object = keys.iter().rev().map(|k| (Arc::from(*k), Value::from(*k))).collect();
        for key in keys {
            assert_eq!(object.get(key), Some(Ref::Str(key)));
        }
        for key in ["b", "a\0\0", "prefix_13", "prefix_", "prefix_100", "zz"] {
            assert_eq!(object.get(key), None, "{key:?}");
        }
        assert!(object.iter().map(|(key, _)| key).eq(keys));
    }

    #[test]
    fn the_last_duplicate_wins_and_keys_are_sorted() {
        let entries = [("b", 1), ("a", 2), ("b", 3), ("b", 4)];
        let object: Object = entries.into_iter().map(|(k, v)| (Arc::from(k), Value::from(v))).collect();
        assert_eq!(object.iter().map(|(k, _)| k).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(object.get("b"), Some(Ref::Number(4.into())));
        assert_eq!(object.get("c"), None);
        assert_eq!((object.len(), object.is_empty()), (2, false));
        assert_eq!((Object::default().len(), Object::default().is_empty()), (0, true));
    }

    #[test]
    fn objects_are_equal_by_what_they_hold() {
        let of =
            |entries: [(&str, Value); 2]| entries.map(|(key, value)| (Arc::from(key), value)).into_iter().collect();
        let inner = |first, second| Value::from(of([(first, Value::from(1)), (second, Value::from(1))]));
        let one: Object = of([("a", inner("x", "y")), ("b", Value::Null)]);
        let same: Object = of([("b", Value::Null), ("a", inner("y", "x"))]);
        let other: Object = of([("b", Value::Null), ("a", inner("y", "z"))]);
        assert!(one == same && one != other && one != Object::default());
        assert_eq!(Value::from(one.clone()), one.entries().to_object().into());
    }

    #[test]
    fn a_node_is_small() {
        assert_eq!((size_of::<Cell>(), size_of::<Node>()), (16, 32));
    }
}
