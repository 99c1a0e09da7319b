//! A document as a tree whose every value knows its place. The parsers build it, the readers walk it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::quoting;
use crate::source::SourceFile;

/// The deepest nesting of a document: as deep as attributes may be, and some room around them.
pub(crate) const MAX_DEPTH: usize = 64;

/// A value of a document and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: NodeValue,
    /// Where it stands in the file, in bytes.
    pub span: Range<usize>,
    /// Where it stands in the document.
    pub path: Path,
    /// The file.
    pub file: Arc<SourceFile>,
}

/// A value: JSON's types, keys in the order of the document.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    /// `null`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text, and how it is written.
    String(Arc<str>, Quoting),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values. A key may stand here more than once when the document was JSON: the last one counts.
    Mapping(Vec<(Key, Node)>),
}

/// How a text is written in the file; needed to find a place within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// As it is, or between single quotes: no escapes but `''`.
    Verbatim,
    /// Between double quotes, with backslash escapes.
    Escaped,
    /// An indented block under `|` or `>`.
    Block,
}

/// A key of a mapping and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub text: Arc<str>,
    /// Where it stands in the file, in bytes.
    pub span: Range<usize>,
}

impl Node {
    /// The value under a key: the last one, `None` when there is none or the node is no mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().rev().find(|(name, _)| &*name.text == key).map(|(_, node)| node)
    }

    /// The entries of a mapping; nothing for any other value.
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            NodeValue::Mapping(entries) => entries,
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Number(_)
            | NodeValue::String(..)
            | NodeValue::Sequence(_) => &[],
        }
    }

    /// The elements of a list; nothing for any other value.
    pub fn elements(&self) -> &[Self] {
        match &self.value {
            NodeValue::Sequence(elements) => elements,
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Number(_)
            | NodeValue::String(..)
            | NodeValue::Mapping(_) => &[],
        }
    }

    /// The text, when the value is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            NodeValue::String(text, _) => Some(text),
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Number(_)
            | NodeValue::Sequence(_)
            | NodeValue::Mapping(_) => None,
        }
    }

    /// Whether the value is `null` or missing.
    pub fn is_null(&self) -> bool {
        self.value == NodeValue::Null
    }

    /// The value without places.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Bool(flag) => Value::Bool(*flag),
            NodeValue::Number(number) => Value::Number(number.clone()),
            NodeValue::String(text, _) => Value::String(text.as_ref().to_owned()),
            NodeValue::Sequence(elements) => elements.iter().map(Self::to_json).collect(),
            NodeValue::Mapping(entries) => {
                entries.iter().map(|(key, node)| (key.text.as_ref().to_owned(), node.to_json())).collect()
            }
        }
    }

    /// The place in the file of a part of this node's text, given in bytes of the text without its quotes and
    /// escapes. For other values, the whole node.
    pub fn within(&self, part: Range<usize>) -> Range<usize> {
        match &self.value {
            NodeValue::String(text, quoting) => {
                let raw = self.file.text.get(self.span.clone()).unwrap_or_default();
                let found = quoting::locate(raw, text, *quoting, part);
                self.span.start + found.start..self.span.start + found.end
            }
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Number(_)
            | NodeValue::Sequence(_)
            | NodeValue::Mapping(_) => self.span.clone(),
        }
    }

    /// What the value is, for messages: ``text `alice` ``, `a list`.
    pub(crate) fn describe(&self) -> String {
        match &self.value {
            NodeValue::Null => "nothing".to_owned(),
            NodeValue::Bool(flag) => format!("`{flag}`"),
            NodeValue::Number(number) => format!("the number `{number}`"),
            NodeValue::String(text, _) => format!("the text `{}`", shorten(text)),
            NodeValue::Sequence(_) => "a list".to_owned(),
            NodeValue::Mapping(_) => "a mapping".to_owned(),
        }
    }
}

/// A text short enough for a message.
pub(crate) fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// The way from the document's root to a value: `task_routing.filters[0].targets[1]`. Cheap to clone and extend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Option<Arc<Step>>);

#[derive(Debug, PartialEq, Eq)]
struct Step {
    parent: Path,
    segment: Segment,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Key(Arc<str>),
    Index(usize),
}

impl Path {
    /// The document itself.
    pub const ROOT: Self = Self(None);

    /// The path of the value under a key.
    #[must_use]
    pub fn key(&self, key: &Arc<str>) -> Self {
        self.step(Segment::Key(Arc::clone(key)))
    }

    /// The path of an element, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Segment::Index(index))
    }

    fn step(&self, segment: Segment) -> Self {
        Self(Some(Arc::new(Step { parent: self.clone(), segment })))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(step) = &self.0 else { return Ok(()) };
        step.parent.fmt(f)?;
        match &step.segment {
            Segment::Key(key) if step.parent == Self::ROOT => f.write_str(key),
            Segment::Key(key) => write!(f, ".{key}"),
            Segment::Index(index) => write!(f, "[{index}]"),
        }
    }
}
