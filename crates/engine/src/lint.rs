//! Advice on configurations: what works, but probably not as meant. It routes nothing, refuses nothing and changes
//! nothing; every code with an example is in `docs/lints.md`.
//!
//! [`lint`] reads a whole workspace, [`lint_workflow`] a workflow's configuration on its own. Both are functions of
//! their arguments alone. What the engine refuses has no findings: [`Engine::new`](crate::Engine::new)
//! says why.
//!
//! ```
//! use pointsman::lint::{Code, lint_workflow};
//! use pointsman::{FilterSpec, TargetSpec, WorkflowConfiguration};
//!
//! let everyone = FilterSpec::new("1==1").target(TargetSpec::to("all"));
//! let spanish = FilterSpec::new("language == 'es'").target(TargetSpec::to("spanish"));
//! let findings = lint_workflow(&WorkflowConfiguration::new().filter(everyone).filter(spanish), None);
//! assert_eq!(findings[0].code, Code::UnreachableFilter);
//! assert_eq!(findings[0].at.path_text(), "filters[1]");
//! ```
//!
//! A finding that says that something never happens is right for every task whose attributes stay as they are. The
//! reverse does not hold: what has no finding may still be wrong.

mod attributes;
mod code;
mod documents;
mod exits;
mod expressions;
mod finding;
mod flow;
mod keys;
mod kinds;
mod knowledge;
mod names;
mod offers;
mod overlap;
mod priority;
mod routing;
mod setup;
mod steps;
mod supply;

pub use code::Code;
pub use finding::{Entity, Finding, PathStep, Place, Severity};

use self::setup::Setup;
use crate::command::Command;
use crate::spec::{WorkflowConfiguration, WorkspaceSpec};

/// What is odd about a workspace, in the order of its parts.
///
/// `observed` are commands that are known to be given, such as those of a scenario or of a recorded day: the tasks and
/// workers they create say which attributes occur. Without them only the workers of the spec are known.
pub fn lint(workspace: &WorkspaceSpec, observed: &[Command]) -> Vec<Finding> {
    Setup::of_workspace(workspace, observed).map_or_else(|_| Vec::new(), |setup| findings(&setup))
}

/// What is odd about a workflow's configuration on its own.
///
/// Within a workspace its queues, workers and activities are known; without one, nothing but the configuration is.
pub fn lint_workflow(configuration: &WorkflowConfiguration, within: Option<&WorkspaceSpec>) -> Vec<Finding> {
    let setup = Setup::of_configuration(configuration, within);
    let mut found = setup.map_or_else(|_| Vec::new(), |setup| findings(&setup));
    found.retain(|finding| finding.at.entity == Entity::Configuration);
    found
}

/// Where the lints put what they have to say.
type Sink = Vec<Finding>;

fn findings(setup: &Setup<'_>) -> Vec<Finding> {
    let mut found = Sink::new();
    expressions::lint(setup, &mut found);
    routing::lint(setup, &mut found);
    steps::lint(setup, &mut found);
    priority::lint(setup, &mut found);
    attributes::lint(setup, &mut found);
    keys::lint(setup, &mut found);
    // After what explains why nobody is there.
    supply::lint(setup, &mut found);
    offers::lint(setup, &mut found);
    found.sort_by(|a, b| (&a.at, a.severity, a.code).cmp(&(&b.at, b.severity, b.code)));
    found
}

/// The first of several findings of one kind, which tells how many more there are. One that is a warning goes before
/// those that are not.
fn in_short(found: Vec<Finding>) -> Option<Finding> {
    let more = found.len().saturating_sub(1);
    let first = found.into_iter().min_by_key(|finding| finding.severity)?;
    let message = match more {
        0 => first.message,
        1 => format!("{} (and in one more place)", first.message),
        count => format!("{} (and in {count} more places)", first.message),
    };
    Some(Finding { message, ..first })
}
