//! Owns JSON-path terms: the one place that knows the query library. Queries are read once and run per document;
//! never per comparison.

use std::fmt;
use std::sync::Arc;

use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;

use crate::{Attributes, Ref, Value};

/// Bytes of one query.
const MAX_QUERY_LENGTH: usize = 1024;

/// Brackets and parentheses of a query inside one another.
const MAX_QUERY_DEPTH: usize = 32;

/// A JSON-path query (RFC 9535), read once.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    text: Arc<str>,
    query: JpQuery,
}

impl Query {
    /// Reads a query from its `$`.
    ///
    /// # Errors
    /// The text is too long, nests too deeply, or is no query.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.len() > MAX_QUERY_LENGTH {
            return Err(QueryError::TooLong);
        }
        let shape = Shape::of(text);
        if shape.depth > MAX_QUERY_DEPTH {
            return Err(QueryError::TooDeep);
        }
        if let Some(at) = shape.stray_blank {
            return Err(QueryError::StrayBlank { text: text.into(), at });
        }
        // The library's own words name rules of its grammar, which help nobody.
        let query = parse_json_path(text).map_err(|_| QueryError::NotAQuery { text: text.into() })?;
        Ok(Self { text: text.into(), query })
    }

    /// The query as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The values of the nodes that the query selects, in the order of the query language.
    #[must_use]
    pub fn select(&self, attributes: &Attributes) -> Arc<[Value]> {
        let json = serde_json::Value::from(Ref::Object(attributes.as_object().entries()));
        let nodes = js_path_process(&self.query, &json).unwrap_or_default();
        nodes.into_iter().map(|node| Value::from(node.val().clone())).collect()
    }
}

/// Why a text is not a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// It is longer than 1024 bytes.
    TooLong,
    /// Its brackets and parentheses lie more than 32 deep in one another.
    TooDeep,
    /// A blank divides a name or follows a dot.
    StrayBlank {
        /// The query.
        text: String,
        /// The byte where the blank is.
        at: usize,
    },
    /// It is not written as the query language demands.
    NotAQuery {
        /// The query.
        text: String,
    },
}

impl QueryError {
    /// What to write instead.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::TooLong | Self::TooDeep => "store what the query computes in an attribute",
            Self::StrayBlank { .. } => "quote a key with a blank: `$['first name']`",
            Self::NotAQuery { .. } => "write for example `$.skills[*].name` or `$.skills[?@.level >= 3]`",
        }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "expected a query of at most {MAX_QUERY_LENGTH} bytes"),
            Self::TooDeep => write!(f, "expected at most {MAX_QUERY_DEPTH} brackets of a query inside one another"),
            Self::StrayBlank { text, at } => {
                write!(f, "expected a query without a blank inside a name, found one after `{}`", &text[..*at])
            }
            Self::NotAQuery { text } => write!(f, "expected a JSON-path query, found `{text}`"),
        }
    }
}

impl std::error::Error for QueryError {}

/// What has to be known of a query before the library reads it.
struct Shape {
    depth: usize,
    /// A blank that the query language does not allow but the library skips: inside a name, after a dot, or between a
    /// function and its parenthesis.
    stray_blank: Option<usize>,
}

impl Shape {
    fn of(text: &str) -> Self {
        let mut shape = Self { depth: 0, stray_blank: None };
        let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
        let (mut before, mut blank) = (' ', None);
        for (at, c) in text.char_indices() {
            match (quote, c) {
                (Some(_), '\\') if !escaped => escaped = true,
                (Some(open), c) if c == open && !escaped => quote = None,
                (Some(_), _) => escaped = false,
                (None, c) if c.is_whitespace() => {
                    blank.get_or_insert(at);
                    continue;
                }
                (None, '\'' | '"') => quote = Some(c),
                (None, '[' | '(') => depth += 1,
                (None, ']' | ')') => depth = depth.saturating_sub(1),
                (None, _) => {}
            }
            if let (Some(blank), true) = (blank, divides(before, c)) {
                shape.stray_blank.get_or_insert(blank);
            }
            (before, blank) = (c, None);
            shape.depth = shape.depth.max(depth);
        }
        shape
    }
}

/// Whether a blank between these characters is one too many.
fn divides(before: char, after: char) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    before == '.' || (is_name(before) && (is_name(after) || after == '('))
}
