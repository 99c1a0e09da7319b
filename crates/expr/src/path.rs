//! Owns plain paths into a document, `a.b[0].c`. Never knows which document.

use std::fmt;
use std::sync::Arc;

use crate::object::Prefix;
use crate::{Entries, Limits, ParseError, Ref};

/// A path into an attribute document; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    segments: Arc<[Segment]>,
    /// The prefix of each key, by which objects are searched; of indexes too, so that the lists run in step.
    prefixes: Arc<[Prefix]>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A key of an object.
    Key(Arc<str>),
    /// A zero-based index into a list.
    Index(usize),
}

impl Path {
    /// A path of these segments.
    pub fn new(segments: impl Into<Arc<[Segment]>>) -> Self {
        let segments = segments.into();
        let prefix = |segment: &Segment| match segment {
            Segment::Key(key) => Prefix::of(key),
            Segment::Index(_) => Prefix::of(""),
        };
        Self { prefixes: segments.iter().map(prefix).collect(), segments }
    }

    /// Reads `a.b[0].c`, as the expression language spells paths (semantics 1.8).
    ///
    /// # Errors
    /// All faults of the text, when it is not exactly one path.
    pub fn parse(text: &str) -> Result<Self, Vec<ParseError>> {
        crate::parser::parse_path(text, &Limits::default())
    }

    /// The steps from the document inwards.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The value at this path below an object.
    #[inline]
    pub(crate) fn read<'a>(&self, document: Entries<'a>) -> Ref<'a> {
        let (Some(Segment::Key(key)), Some(prefix)) = (self.segments.first(), self.prefixes.first()) else {
            return Ref::Null;
        };
        let Some(first) = document.find(*prefix, key) else { return Ref::Null };
        if self.segments.len() == 1 { first } else { self.follow(first).unwrap_or(Ref::Null) }
    }

    /// The value that the steps after the first one lead to.
    pub(crate) fn follow<'a>(&self, first: Ref<'a>) -> Option<Ref<'a>> {
        let mut found = first;
        for (segment, prefix) in self.segments[1..].iter().zip(&self.prefixes[1..]) {
            found = match (found, segment) {
                (Ref::Object(entries), Segment::Key(key)) => entries.find(*prefix, key)?,
                (Ref::Array(items), Segment::Index(index)) => items.get(*index)?,
                _ => return None,
            };
        }
        Some(found)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Key(key) if i == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
