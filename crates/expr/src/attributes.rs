//! Owns the attribute document: an object of bounded depth. Never changes after it was made.

use std::fmt;
use std::sync::Arc;

use crate::{Object, Path, Ref, Segment, Value};

/// How deep arrays and objects of an attribute document may lie in one another.
pub const MAX_DOCUMENT_DEPTH: usize = 64;

/// An attribute document: an object no deeper than [`MAX_DOCUMENT_DEPTH`], cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Attributes(Arc<Object>);

impl Attributes {
    /// The value at a path, without allocating. A missing key, an index out of range, an index into what is not a list
    /// and a key of what is not an object are all NULL (semantics 1.5).
    #[must_use]
    #[inline]
    pub fn get(&self, path: &Path) -> Ref<'_> {
        path.read(self.0.entries())
    }

    /// The same document with this value at the path; what lies on the way and is no object or list becomes one. None
    /// when an index lies behind the end of its list, or the document would nest too deep.
    #[must_use]
    pub fn with(&self, path: &Path, value: Value) -> Option<Self> {
        Self::try_from(replaced(self.to_value(), path.segments(), value)?).ok()
    }

    /// The document as an object.
    #[must_use]
    pub fn as_object(&self) -> &Object {
        &self.0
    }

    /// The document as a value; shares the storage.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(Arc::clone(&self.0))
    }
}

/// The value with another one at the path below it.
fn replaced(within: Value, path: &[Segment], value: Value) -> Option<Value> {
    let Some((first, rest)) = path.split_first() else { return Some(value) };
    match first {
        Segment::Key(key) => {
            let before = if let Value::Object(object) = within { object } else { Arc::default() };
            let inner = before.get(key).map(Ref::to_value).unwrap_or_default();
            let others = before.iter().filter(|(other, _)| *other != &**key);
            let others = others.map(|(key, value)| (Arc::from(key), value.to_value()));
            let entry = (key.clone(), replaced(inner, rest, value)?);
            Some(Value::from(others.chain([entry]).collect::<Object>()))
        }
        Segment::Index(index) => {
            let mut items = if let Value::Array(items) = within { items.to_vec() } else { Vec::new() };
            if *index == items.len() {
                items.push(Value::Null);
            }
            let item = items.get_mut(*index)?;
            *item = replaced(std::mem::take(item), rest, value)?;
            Some(Value::Array(items.into()))
        }
    }
}

/// Compact JSON with sorted keys.
impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ref::Object(self.0.entries()).fmt(f)
    }
}

/// Why a value is not an attribute document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributesError {
    /// The value is something else than an object.
    NotAnObject {
        /// What it is, with its article.
        found: &'static str,
    },
    /// Arrays and objects lie deeper in one another than [`MAX_DOCUMENT_DEPTH`].
    TooDeep,
}

impl fmt::Display for AttributesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject { found } => write!(f, "expected attributes to be an object, found {found}"),
            Self::TooDeep => write!(f, "expected attributes to nest at most {MAX_DOCUMENT_DEPTH} levels deep"),
        }
    }
}

impl std::error::Error for AttributesError {}

impl TryFrom<Value> for Attributes {
    type Error = AttributesError;

    fn try_from(value: Value) -> Result<Self, AttributesError> {
        if value.depth_exceeds(MAX_DOCUMENT_DEPTH) {
            return Err(AttributesError::TooDeep);
        }
        Self::of_bounded(value)
    }
}

impl Attributes {
    /// The document that a value is which does not nest too deep.
    pub(crate) fn of_bounded(value: Value) -> Result<Self, AttributesError> {
        match value {
            Value::Object(object) => Ok(Self(object)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(AttributesError::NotAnObject { found: value.kind() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Segment;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(Value::Null, |inner, _| Value::from(Object::from_iter([(Arc::from("a"), inner)])))
    }

    #[test]
    fn only_objects_of_bounded_depth_are_documents() {
        assert!(Attributes::try_from(nested(MAX_DOCUMENT_DEPTH)).is_ok());
        assert_eq!(Attributes::try_from(nested(MAX_DOCUMENT_DEPTH + 1)), Err(AttributesError::TooDeep));
        let refused = Attributes::try_from(Value::from("x"));
        assert_eq!(refused, Err(AttributesError::NotAnObject { found: "a string" }));
    }

    #[test]
    fn paths_that_lead_nowhere_are_null() {
        let list = Value::from(vec![Value::from(1), Value::from("two")]);
        let document = Attributes::try_from(Value::from(Object::from_iter([(Arc::from("list"), list)]))).unwrap();
        let at = |segments: Vec<Segment>| document.get(&Path::new(segments)).to_string();
        let key = |k: &str| Segment::Key(k.into());
        assert_eq!(at(vec![key("list"), Segment::Index(1)]), "\"two\"");
        assert_eq!(at(vec![key("list"), Segment::Index(2)]), "null");
        assert_eq!(at(vec![key("list"), key("a")]), "null");
        assert_eq!(at(vec![key("none"), Segment::Index(0)]), "null");
        assert_eq!(at(vec![Segment::Index(0)]), "null");
        assert_eq!(at(vec![]), "null");
    }
}
