//! TaskRouter's expression language: values, attribute documents, and expressions over them that are parsed once and
//! evaluated without allocating.
//!
//! # Calling order
//!
//! 1. [`parse`] a text for the [`Kind`] of place it stands in: all errors of the text at once, or an [`Expression`] with
//!    its warnings. [`OrderBy::parse`] and [`KnownWorker::parse`] read the two texts that are not conditions.
//! 2. Make documents: [`Attributes`] from a [`Value`], from `serde_json` (feature `json`) or from any format (feature `serde`).
//! 3. [`Expression::matches`] against a [`Source`]; [`Expression::why`] for every part with the values seen,
//!    [`Expression::blame`] for those to which a failure is due.
//!
//! Where much is evaluated: [`Slots`] number what expressions read, a [`Row`] holds what one document has there, a
//! [`Bound`] expression compares rows, and an [`Index`] finds which of many expressions hold.
//!
//! [`analysis`] judges expressions without values: which can never hold, and which only where another does.
//!
//! ```
//! use pointsman_expr::{Attributes, Documents, Kind, Limits, Object, Value, parse};
//!
//! let parsed = parse("language == 'es' AND priority > 3", Kind::Filter, &Limits::default()).unwrap();
//! let task = Object::from_iter([("language".into(), Value::from("es")), ("priority".into(), Value::from(5))]);
//! let task = Attributes::try_from(Value::from(task)).unwrap();
//! let worker = Attributes::default();
//! assert!(parsed.expression.matches(&Documents { task: &task, worker: &worker }));
//! ```
//!
//! Section numbers in the documentation ("semantics 1.5", Q9, R7) refer to the behavioural specification that Pointsman
//! implements; the language reference is `docs/expressions.md` of the repository.
//!
//! What is absent: tasks, workers, clocks, files. The crate knows names and documents, nothing of routing.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod analysis;
mod attributes;
mod blame;
mod error;
mod expression;
mod habits;
mod items;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "jsonpath")]
mod jsonpath;
mod known_worker;
mod lexer;
mod name;
mod number;
mod object;
mod op;
mod order_by;
mod parser;
mod path;
mod program;
mod resolve;
#[cfg(feature = "serde")]
mod serde;
mod slots;
mod source;
mod spelled;
mod tree;
mod value;
mod why;

pub use attributes::{Attributes, AttributesError, MAX_DOCUMENT_DEPTH};
pub use blame::{Blamed, Blames};
pub use error::{ParseError, ParseErrorKind, Warning};
pub use expression::{Expression, Limits, Parsed, parse};
pub use items::Items;
#[cfg(feature = "jsonpath")]
pub use jsonpath::{Query, QueryError};
pub use known_worker::KnownWorker;
pub use name::{ChannelCounter, ClockField, Kind, Name, Root, UnknownKind, WorkerField, WorkersCount};
pub use number::{NotFinite, Number};
pub use object::{Entries, Object};
pub use op::Op;
pub use order_by::{Clause, Direction, NonInteger, OrderBy, OrderKey};
pub use path::{Path, Segment};
pub use slots::{Bound, Found, Index, Row, Slots};
pub use source::{Documents, Source};
pub use tree::{Node, NodeId, NodeKind, Operand, Term, Tree};
pub use value::{Ref, Value};
pub use why::{Seen, Step};

/// The example of the README, compiled.
#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;
