//! Owns the value types that expressions compare: `Value` (owned) and `Ref` (borrowed). Never reads text.

use std::fmt;
use std::sync::Arc;

use crate::{Entries, Items, Number, Object};

/// A JSON value, cheap to clone.
///
/// Conversions from other forms bound the nesting; a value put together by hand must not nest so deeply that
/// dropping it exhausts the stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Value {
    /// `null`, and what evaluation sees in the place of a missing key.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite number.
    Number(Number),
    /// Text.
    String(Arc<str>),
    /// A list.
    Array(Arc<[Value]>),
    /// An object.
    Object(Arc<Object>),
}

impl Value {
    /// The value as evaluation sees it.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "`AsRef` cannot return a value that borrows")]
    pub fn as_ref(&self) -> Ref<'_> {
        match self {
            Self::Null => Ref::Null,
            Self::Bool(b) => Ref::Bool(*b),
            Self::Number(n) => Ref::Number(*n),
            Self::String(s) => Ref::Str(s),
            Self::Array(items) => Ref::Array(Items::from(&**items)),
            Self::Object(object) => Ref::Object(object.entries()),
        }
    }

    /// Whether arrays and objects lie more than `limit` deep in one another: `1` has depth 0, `{}` depth 1, `[[]]` depth 2.
    #[must_use]
    pub fn depth_exceeds(&self, limit: usize) -> bool {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => false,
            Self::Array(_) if limit == 0 => true,
            Self::Array(items) => items.iter().any(|item| item.depth_exceeds(limit - 1)),
            Self::Object(object) => object.depth_exceeds(limit),
        }
    }

    /// What people call this kind of value, with its article: `a string`, `null`, ...
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.as_ref().kind()
    }
}

/// Compact JSON with the keys of objects sorted.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::Array(items.into())
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }
}

/// A borrowed value: what an operator is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ref<'a> {
    /// `null`, or a key that is missing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite number.
    Number(Number),
    /// Text.
    Str(&'a str),
    /// A list.
    Array(Items<'a>),
    /// An object.
    Object(Entries<'a>),
}

impl Ref<'_> {
    /// The same value, owned.
    #[must_use]
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(b),
            Self::Number(n) => Value::Number(n),
            Self::Str(s) => Value::from(s),
            Self::Array(items) => Value::Array(items.iter().map(Ref::to_value).collect()),
            Self::Object(entries) => Value::from(entries.to_object()),
        }
    }

    /// What people call this kind of value, with its article.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Str(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Whether this is neither a list nor an object. NULL is a scalar (semantics 16.1, R7).
    #[must_use]
    pub fn is_scalar(self) -> bool {
        !matches!(self, Self::Array(_) | Self::Object(_))
    }
}

impl<'a> From<&'a Value> for Ref<'a> {
    fn from(value: &'a Value) -> Self {
        value.as_ref()
    }
}

/// Compact JSON with the keys of objects sorted.
impl fmt::Display for Ref<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Number(n) => write!(f, "{n}"),
            Self::Str(s) => write_string(f, s),
            Self::Array(items) => write_array(f, *items),
            Self::Object(entries) => write_object(f, *entries),
        }
    }
}

fn write_array(f: &mut fmt::Formatter<'_>, items: Items<'_>) -> fmt::Result {
    f.write_str("[")?;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(",")?;
        }
        write!(f, "{item}")?;
    }
    f.write_str("]")
}

fn write_object(f: &mut fmt::Formatter<'_>, entries: Entries<'_>) -> fmt::Result {
    f.write_str("{")?;
    for (i, (key, item)) in entries.iter().enumerate() {
        if i > 0 {
            f.write_str(",")?;
        }
        write_string(f, key)?;
        write!(f, ":{item}")?;
    }
    f.write_str("}")
}

/// One JSON string with its quotes.
fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write as _;
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
