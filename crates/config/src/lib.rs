//! The text edge of Pointsman: TaskRouter's JSON documents and workspace files become engine specs, names become
//! ids, and every complaint says its file, line and column.
//!
//! It reads no file, clock or environment itself (files come from the caller's [`Files`]) and prints nothing.
//!
//! * [`parse_json`] and [`parse_yaml`] turn text into a tree of [`Node`]s with places.
//! * [`read_workflow`] reads TaskRouter's workflow document, as tolerant as the service.
//! * [`read_workspace`] and the readers of single entities are strict: they are for files people write for us.
//! * [`lint_workflow`] and [`Workspace::lint`] give advice on what was read.
//! * [`from_node`] reads everything else through serde, resolving [`Names`] to ids on the way.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod context;
mod de;
mod diagnostic;
mod entity;
mod expression;
mod failure;
mod fields;
mod files;
mod json;
mod lint;
mod names;
mod node;
mod quoting;
mod schema;
mod source;
mod workflow;
mod workspace;
mod yaml;

pub use context::Context;
pub use de::{Spanned, from_node};
pub use diagnostic::{Diagnostic, Severity, has_errors, sort};
pub use entity::{declare, read_activity, read_task_channel, read_task_queue, read_worker, read_workflow_spec};
pub use files::{Files, NoFiles, parse_file, read_file, read_text};
pub use json::parse_json;
pub use lint::{finding_at, lint_workflow};
pub use names::{EntityId, EntityKind, NameTaken, Names};
pub use node::{Key, Node, NodeValue, Path, Quoting};
pub use schema::{workflow_schema, workspace_schema};
pub use source::SourceFile;
pub use workflow::{MAX_DOCUMENT_BYTES, read_workflow};
pub use workspace::{WORKSPACE_KEYS, Workspace, read_workspace};
pub use yaml::parse_yaml;

/// The README's example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
