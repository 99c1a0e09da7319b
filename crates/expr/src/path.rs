//! Owns plain paths into a document, `a.b[0].c`. Never knows which document.

use std::fmt;
use std::sync::Arc;

use crate::{Limits, ParseError};

/// A path into an attribute document; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Arc<[Segment]>);

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
        Self(segments.into())
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
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if i == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
