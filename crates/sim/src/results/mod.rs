//! What runs with chance in them say: the figures of each, and what is estimated from all of them. Plain data, ready to
//! be written; a text, a table and a page are made of it elsewhere.

mod estimates;
mod figures;
mod summary;
mod words;

pub(crate) use estimates::Reduction;
pub use estimates::{Estimate, Estimates, Named, OfInterval, Pooled, Results, Span};
pub use figures::{Column, Scope, Unit};
#[cfg(feature = "schema")]
pub(crate) use figures::{GIVEN_NAMES, fixed_names};
pub(crate) use figures::{columns, half_widths, in_interval, interval_columns, service_level_name, values};
#[cfg(feature = "page")]
pub(crate) use summary::{DUE_TO, typical};
pub use summary::{Heading, due_to, of_tasks, of_waits, of_workers, tells};
pub use words::shown;
