//! Seeds defects: takes a workspace that is good and makes one thing wrong with it, in every way it knows. For judging
//! lints: what each defect is to be called, and where, follows from how it was made. It lints nothing itself.

mod expressions;
mod places;
mod steps;
mod supply;
mod workflow;

use pointsman::{Command, WorkspaceSpec};

use places::{Spot, spots};

/// A workspace with one thing wrong.
#[derive(Clone, Debug)]
pub struct Defect {
    /// What was done, in words.
    pub kind: &'static str,
    /// The code that says so.
    pub code: &'static str,
    /// Where, as a path in a file of the workspace: `workflows[0].configuration.task_routing.filters[1].expression`;
    /// or in its list of commands: `steps[0]`.
    pub path: String,
    /// The workspace.
    pub workspace: WorkspaceSpec,
    /// What is done in it.
    pub commands: Vec<Command>,
}

/// The workspace with each defect that fits it, a few of each kind.
///
/// ```
/// use pointsman::{TaskQueueSpec, WorkspaceSpec};
///
/// let workspace = WorkspaceSpec::new("Support").task_queue(TaskQueueSpec::new("all", "1==1"));
/// let defects = pointsman_testkit::defects(&workspace);
/// assert!(defects.iter().any(|defect| defect.code == "queue-without-workers" && defect.path == "task_queues[0].target_workers"));
/// ```
pub fn defects(workspace: &WorkspaceSpec) -> Vec<Defect> {
    let mut seeder = Seeder { good: workspace, defects: Vec::new() };
    expressions::seed(&mut seeder);
    workflow::seed(&mut seeder);
    steps::seed(&mut seeder);
    supply::seed(&mut seeder);
    seeder.defects
}

/// How many defects of one kind are seeded into one workspace.
const OF_ONE_KIND: usize = 3;

/// A good workspace and the defects made of it.
struct Seeder<'a> {
    good: &'a WorkspaceSpec,
    defects: Vec<Defect>,
}

impl Seeder<'_> {
    /// One more way to spoil the workspace.
    fn add(&mut self, kind: &'static str, code: &'static str, path: String, spoil: impl FnOnce(&mut WorkspaceSpec)) {
        self.add_with(kind, code, path, |workspace| {
            spoil(workspace);
            Vec::new()
        });
    }

    /// The same with commands.
    fn add_with(
        &mut self,
        kind: &'static str,
        code: &'static str,
        path: String,
        spoil: impl FnOnce(&mut WorkspaceSpec) -> Vec<Command>,
    ) {
        if self.defects.iter().filter(|defect| defect.kind == kind).count() < OF_ONE_KIND {
            let mut workspace = self.good.clone();
            let commands = spoil(&mut workspace);
            self.defects.push(Defect { kind, code, path, workspace, commands });
        }
    }

    /// Every expression of the workspace.
    fn spots(&self) -> Vec<Spot> {
        spots(self.good)
    }
}
