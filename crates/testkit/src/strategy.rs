//! Proptest strategies: workspaces, documents, expressions and sequences of operations over one small vocabulary, so
//! that things match often. Nothing here runs anything.

mod expressions;
mod ops;
mod words;
mod workspace;

pub use expressions::{filter_expression, order_by, queue_expression, skip_if, target_expression};
pub use ops::{Vocabulary, anything, work};
pub use words::{task_attributes, worker_attributes};
pub use workspace::{workflow_configuration, workspace};

/// Every name of the vocabulary, for stories.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    words::all()
}
