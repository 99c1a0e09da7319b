//! What goes wrong while serde reads a node, in the words of documents. Places come from the reader.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::diagnostic::Diagnostic;
use crate::names::{did_you_mean, nearest};
use crate::node::{Key, Node, shorten};

/// What went wrong; its place is added where it is known.
#[derive(Debug)]
pub(crate) enum Failure {
    Placeless { code: &'static str, message: String, help: Option<String> },
    Placed(Box<Diagnostic>),
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self::Placeless { code, message: message.into(), help: None }
    }

    pub(crate) fn help(self, help: Option<String>) -> Self {
        match self {
            Self::Placeless { code, message, .. } => Self::Placeless { code, message, help },
            Self::Placed(_) => self,
        }
    }

    pub(crate) fn at(self, node: &Node) -> Self {
        Self::Placed(Box::new(self.into_diagnostic(node)))
    }

    pub(crate) fn at_key(self, key: &Key, node: &Node) -> Self {
        match self {
            Self::Placeless { .. } => Self::Placed(Box::new(self.into_diagnostic(node).at(key.span.clone()))),
            Self::Placed(_) => self,
        }
    }

    pub(crate) fn into_diagnostic(self, node: &Node) -> Diagnostic {
        match self {
            Self::Placeless { code, message, help } => Diagnostic::error(code, node, message).maybe_help(help),
            Self::Placed(diagnostic) => *diagnostic,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Placeless { message, .. } => f.write_str(message),
            Self::Placed(diagnostic) => diagnostic.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new("invalid-value", message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new("wrong-type", format!("expected {expected}, found {}", describe(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new("invalid-value", format!("expected {expected}, found {}", describe(found)))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new("invalid-value", format!("expected {expected}, found {length} elements"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        unknown("unknown-value", "value", variant, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        unknown("unknown-key", "key", field, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("missing-key", format!("the key `{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new("duplicate-key", format!("the key `{field}` stands here twice"))
    }
}

fn unknown(code: &'static str, what: &str, text: &str, expected: &[&'static str]) -> Failure {
    let near = did_you_mean(nearest(text, expected.iter().copied()));
    let all = || expected.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let help = near.or_else(|| (!expected.is_empty()).then(|| format!("expected one of {}", all())));
    Failure::new(code, format!("unknown {what} `{text}`")).help(help)
}

fn describe(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(flag) => format!("`{flag}`"),
        Unexpected::Unsigned(number) => format!("the number `{number}`"),
        Unexpected::Signed(number) => format!("the number `{number}`"),
        Unexpected::Float(number) => format!("the number `{number}`"),
        Unexpected::Char(character) => format!("the text `{character}`"),
        Unexpected::Str(text) => format!("the text `{}`", shorten(text)),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        Unexpected::Bytes(_)
        | Unexpected::NewtypeStruct
        | Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant => "another kind of value".to_owned(),
        Unexpected::Other(other) => other.to_owned(),
    }
}
