//! How tasks went through the routing steps of their workflows, folded over a run's events. It holds no rule of
//! routing: a count is a number of events, a move is one entry after another of the same task.

use std::collections::BTreeMap;

use pointsman::{Event, FilterRef, Subject, TaskFacts, TaskId, WorkflowId};

/// How tasks went, by workflow. Give it every event of a run, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    workflows: BTreeMap<WorkflowId, WorkflowFlow>,
}

/// How tasks went through one workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkflowFlow {
    /// How often tasks moved from where to where.
    pub moves: BTreeMap<Move, u64>,
    /// What happened in each routing step.
    pub steps: BTreeMap<StepRef, StepFlow>,
    /// Whether the workflow was changed or deleted on the way: then one place may stand for several steps.
    pub changed: bool,
    walks: BTreeMap<TaskId, Walk>,
}

/// A routing step by its place in the workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepRef {
    /// The filter.
    pub filter: FilterRef,
    /// The zero-based index of the routing step in the filter.
    pub target: usize,
}

/// From one place in a workflow to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// The step that was left; none for a task that is new in the workflow.
    pub from: Option<StepRef>,
    /// The step that was entered; none at the end of the workflow, where the task is canceled.
    pub to: Option<StepRef>,
    /// How the task came to move.
    pub way: Way,
}

/// How a task comes to leave a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It is new in the workflow.
    Entry,
    /// The time of its step was up.
    Timeout,
    /// It skipped its step.
    Skip,
    /// Its filters were read again, after a change of its attributes or of the workflow.
    Reread,
}

/// What happened in a routing step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepFlow {
    /// Reservations made there.
    pub reserved: u64,
    /// Reservations accepted there.
    pub accepted: u64,
    /// Tasks canceled there by command, by their time to live or for too many assignments: not by the workflow's end.
    pub canceled: u64,
}

/// A task on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Walk {
    at: Option<StepRef>,
    /// The time of its step is up.
    timed_out: bool,
    /// Something that its filters read has changed, and it has not been reserved since.
    touched: bool,
    /// It has fallen out of its workflow.
    ended: bool,
}

impl Flow {
    /// How tasks went through a workflow; none when none has entered it.
    pub fn workflow(&self, id: WorkflowId) -> Option<&WorkflowFlow> {
        self.workflows.get(&id)
    }

    /// Takes note of an event.
    pub fn observe(&mut self, event: &Event) {
        if let Subject::Workflow(facts) = event.kind.subject()
            && matches!(event.kind.name(), "workflow.updated" | "workflow.deleted")
        {
            self.workflows.entry(facts.workflow).or_default().updated();
        }
        if let Some(facts) = event.kind.task()
            && let Some(workflow) = facts.workflow
        {
            self.workflows.entry(workflow).or_default().observe(event.kind.name(), facts);
        }
    }
}

impl WorkflowFlow {
    /// The sum of the moves that this is true of.
    pub fn sum(&self, counts: impl Fn(&Move) -> bool) -> u64 {
        self.moves.iter().filter(|(step, _)| counts(step)).map(|(_, count)| count).sum()
    }

    /// Every task may be told to read its filters again.
    fn updated(&mut self) {
        self.changed = true;
        self.walks.values_mut().for_each(|walk| walk.touched = true);
    }

    fn observe(&mut self, kind: &str, facts: &TaskFacts) {
        match kind {
            "task.created" => drop(self.walks.insert(facts.task, Walk::default())),
            "task.updated" => self.walk(facts).touched = true,
            "task-queue.timeout" => self.walk(facts).timed_out = true,
            "workflow.target-matched" => self.moved(facts, step(facts)),
            "workflow.timeout" | "workflow.skipped" => self.moved(facts, None),
            "reservation.created" => {
                self.walk(facts).touched = false;
                self.count(facts, |step| step.reserved += 1);
            }
            "reservation.accepted" => self.count(facts, |step| step.accepted += 1),
            "task.canceled" => {
                let ended = self.walk(facts).ended;
                self.count(facts, |step| step.canceled += u64::from(!ended));
                self.walks.remove(&facts.task);
            }
            "task.completed" | "task.deleted" | "task.system-deleted" => drop(self.walks.remove(&facts.task)),
            _ => {}
        }
    }

    fn walk(&mut self, facts: &TaskFacts) -> &mut Walk {
        self.walks.entry(facts.task).or_default()
    }

    fn moved(&mut self, facts: &TaskFacts, to: Option<StepRef>) {
        let walk = std::mem::replace(self.walk(facts), Walk { at: to, ended: to.is_none(), ..Walk::default() });
        *self.moves.entry(Move { from: walk.at, to, way: way(&walk, to) }).or_default() += 1;
    }

    fn count(&mut self, facts: &TaskFacts, count: impl FnOnce(&mut StepFlow)) {
        if let Some(step) = step(facts) {
            count(self.steps.entry(step).or_default());
        }
    }
}

/// Why a task moves. Filters are read again right after a change, or when the reservation that was open then ends; what
/// that leads to is the first step of a filter, or the end. Whoever is reserved after the change has read them.
fn way(walk: &Walk, to: Option<StepRef>) -> Way {
    let first = to.is_none_or(|step| step.target == 0);
    match walk.at {
        None => Way::Entry,
        Some(_) if walk.timed_out => Way::Timeout,
        Some(_) if walk.touched && first => Way::Reread,
        Some(_) => Way::Skip,
    }
}

fn step(facts: &TaskFacts) -> Option<StepRef> {
    facts.step.as_ref().map(|step| StepRef { filter: step.filter, target: step.target })
}
