//! A workflow as a graph: its filters, their routing steps, the ways between them, the queues and who serves them. Owns
//! what there is to draw; `dot.rs` and `svg.rs` write it. It reads no file and routes nothing: who serves a queue is
//! asked of an engine, counts come from a run's [`Flow`].

mod card;
mod counts;
mod dot;
mod edges;
mod layout;
mod lifecycle;
mod read;
mod route;
mod svg;
mod text;

use std::fmt;

use pointsman::{FilterRef, Rejection, TaskOrder, WorkflowId, WorkspaceSpec};
use pointsman_config::{Diagnostic, Names, Node as Document};
use serde::{Serialize, Serializer};

use crate::flow::{Flow, StepRef};

pub use counts::{Counts, StepCounts};
pub use lifecycle::{Lifecycle, Lifecycles, Transition};

/// A workflow, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Graph {
    /// What the workflow is called.
    pub workflow: String,
    /// How long a reserved worker has to answer: `2m`. Absent where only the document is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_reservation_timeout: Option<String>,
    /// The filters in the order they are tried.
    pub filters: Vec<Filter>,
    /// Where tasks go that match no filter.
    pub default_filter: Option<Step>,
    /// The queues in the order in which steps first name them.
    pub queues: Vec<Queue>,
    /// What leads where.
    pub edges: Vec<Edge>,
    /// The counts of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    #[serde(skip)]
    id: Option<WorkflowId>,
}

/// A filter.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Filter {
    /// What people call it.
    pub name: Option<String>,
    /// The expression over tasks.
    pub expression: String,
    /// Its routing steps.
    pub steps: Vec<Step>,
}

/// A routing step. What it does not say is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// The queue, its own or that of the step before.
    pub queue: String,
    /// The priority it gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// How long it adds to the time after which it is left: `5m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    /// When a task leaves it that came by this filter alone: `at age 5m`, `at age 5m or later`, or `after 5m` in the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
    /// The expression that narrows the queue's workers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The order of the workers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<String>,
    /// When it is skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_if: Option<String>,
    /// The task attribute that holds the SID of the only worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_worker_sid: Option<String>,
    /// The task attribute that holds the name of the only worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_worker_friendly_name: Option<String>,
    /// Whether tasks can come here: not when a step before it has neither a timeout nor a `skip_if`.
    pub reached: bool,
    /// The counts of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<StepCounts>,
}

/// A queue. A workflow document alone gives its name only.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Queue {
    /// Its name, or its SID in a document alone.
    pub name: String,
    /// What else the workspace says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving: Option<Serving>,
}

/// How a queue of a workspace is served.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Serving {
    /// What people call the queue.
    pub friendly_name: String,
    /// The expression over workers.
    pub expression: String,
    /// The order of its tasks.
    pub task_order: TaskOrder,
    /// How many workers are asked at once.
    pub max_reserved_workers: u32,
    /// How many workers the expression matches, whatever their activity.
    pub workers: usize,
    /// The first hundred of them.
    pub names: Vec<String>,
}

/// A way from one place to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Edge {
    /// Where it begins.
    pub from: Node,
    /// Where it ends.
    pub to: Node,
    /// When it is taken.
    pub why: Why,
    /// When a timeout is: the [`left`](Step::left) of the step it leaves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How often it was taken in a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

/// A place. Its text is the place in the workflow document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// Where tasks come in.
    Entry,
    /// The test of a filter.
    Filter(usize),
    /// A routing step.
    Step(StepRef),
    /// The end of the workflow: the task is canceled.
    Canceled,
}

/// When a way is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Why {
    /// A task comes in, or its filters are read again.
    Entry,
    /// The filter matches.
    Match,
    /// The filter does not match.
    NoMatch,
    /// The last filter does not match, and another was left by timeout: the default filter is not for such tasks.
    NoMatchAfterTimeout,
    /// The step's time is up.
    Timeout,
    /// Nobody can be reserved, and `skip_if` holds.
    Skip,
    /// The same in the last step of all, and another filter was left by timeout.
    SkipAfterTimeout,
}

/// The one step of the default filter.
pub(crate) const DEFAULT: StepRef = StepRef { filter: FilterRef::Default, target: 0 };

impl Graph {
    /// A workflow of a workspace, by the names that are given; what has none goes by its friendly name.
    ///
    /// # Errors
    /// When the workspace has no such workflow, or the engine refuses the workspace.
    pub fn of(spec: &WorkspaceSpec, names: &Names, workflow: WorkflowId) -> Result<Self, Rejection> {
        read::workflow(spec, names, workflow)
    }

    /// A workflow document alone, under this name: there is a graph exactly when no diagnostic is an error. Queues go by
    /// the texts of the document.
    pub fn of_document(name: &str, document: &Document) -> (Option<Self>, Vec<Diagnostic>) {
        read::document(name, document)
    }

    /// The same with the counts of a run.
    #[must_use]
    pub fn with_counts(mut self, flow: &Flow) -> Self {
        let flow = self.id.and_then(|id| flow.workflow(id).cloned()).unwrap_or_default();
        counts::put(&mut self, &flow);
        self
    }

    /// A text for Graphviz: `dot -Tsvg`.
    pub fn dot(&self) -> String {
        dot::workflow(self)
    }

    /// A picture that needs nothing from outside and follows the light or dark setting.
    pub fn svg(&self) -> String {
        svg::workflow(self)
    }

    /// Every routing step in the order of the document.
    pub fn steps(&self) -> impl Iterator<Item = (StepRef, &Step)> {
        let of = |(index, filter): (usize, _)| steps_of(index, filter);
        self.filters.iter().enumerate().flat_map(of).chain(self.default_filter.iter().map(|step| (DEFAULT, step)))
    }
}

fn steps_of(index: usize, filter: &Filter) -> impl Iterator<Item = (StepRef, &Step)> {
    let place = move |target| StepRef { filter: FilterRef::Index(index), target };
    filter.steps.iter().enumerate().map(move |(target, step)| (place(target), step))
}

impl Why {
    /// In words: `no match after a timeout`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Entry => "",
            Self::Match => "match",
            Self::NoMatch => "no match",
            Self::NoMatchAfterTimeout => "no match after a timeout",
            Self::Timeout => "timeout",
            Self::Skip => "skip",
            Self::SkipAfterTimeout => "skip after a timeout",
        }
    }
}

/// `entry`, `filters[0]`, `filters[0].targets[1]`, `default_filter` or `canceled`.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry => f.write_str("entry"),
            Self::Filter(index) => write!(f, "filters[{index}]"),
            Self::Step(StepRef { filter: FilterRef::Index(index), target }) => {
                write!(f, "filters[{index}].targets[{target}]")
            }
            Self::Step(StepRef { filter: FilterRef::Default, .. }) => f.write_str("default_filter"),
            Self::Step(StepRef { filter: FilterRef::Direct, .. }) => f.write_str("direct"),
            Self::Canceled => f.write_str("canceled"),
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Node {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Node".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "`entry`, `filters[0]`, `filters[0].targets[1]`, `default_filter` or `canceled`"
        })
    }
}
