//! Every bound of the engine, named in one place (semantics section 11.1).

use std::time::Duration;

/// The greatest priority a task or target may have (semantics section 4.1).
pub const MAX_PRIORITY: u32 = 2_147_483_647;
/// The longest friendly name, in characters.
pub const MAX_FRIENDLY_NAME: usize = 64;
/// The shortest span a timer can be set to (rule R3).
pub const MIN_TIMEOUT: Duration = Duration::from_secs(1);
/// The time a completed or canceled task stays visible.
pub const PURGE_AFTER: Duration = Duration::from_secs(5 * 60);
/// The longest time a task may stay assigned or wrapping.
pub const ASSIGNED_AT_MOST: Duration = Duration::from_secs(24 * 60 * 60);
/// A task's time to live when it has none of its own.
pub const DEFAULT_TASK_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
/// A workflow's reservation timeout when it has none of its own.
pub const DEFAULT_RESERVATION_TIMEOUT: Duration = Duration::from_secs(120);

/// The deepest nesting of an expression that any workspace may allow.
const DEEPEST_EXPRESSION: usize = 256;

/// Bounds that a workspace may set. The defaults are TaskRouter's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limits {
    /// Activities of the workspace.
    pub activities: usize,
    /// The longest time to live of a task.
    #[cfg_attr(feature = "serde", serde(with = "crate::time::span"))]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub task_timeout: Duration,
    /// The longest reservation timeout of a workflow.
    #[cfg_attr(feature = "serde", serde(with = "crate::time::span"))]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub reservation_timeout: Duration,
    /// Workers that may be reserved at once for one task.
    pub max_reserved_workers: u32,
    /// How often a task may become reserved before it is canceled (rule R20).
    pub assignments: u32,
    /// The greatest capacity of a worker on one channel (Q48).
    pub capacity: u32,
    /// The longest expression, in bytes (Q14).
    pub expression_length: usize,
    /// The deepest nesting of an expression (Q14); more than 256 counts as 256, which keeps every stack safe.
    pub expression_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            activities: 100,
            task_timeout: Duration::from_secs(14 * 24 * 60 * 60),
            reservation_timeout: Duration::from_secs(24 * 60 * 60),
            max_reserved_workers: 50,
            assignments: 1_000,
            capacity: 1_000,
            expression_length: 4_096,
            expression_depth: 64,
        }
    }
}

impl Limits {
    pub(crate) fn expression(&self) -> pointsman_expr::Limits {
        pointsman_expr::Limits {
            max_length: self.expression_length,
            max_depth: self.expression_depth.min(DEEPEST_EXPRESSION),
        }
    }
}
