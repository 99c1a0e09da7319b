//! Where expressions, filters and steps stand in a workspace: the way to each as a path, and a hand on it.

use pointsman::{FilterSpec, TargetSpec, WorkspaceSpec};
use pointsman_expr::{Kind, Limits, Name, NodeKind, Operand, Parsed, Term, Value, parse};

/// A place of an expression.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) kind: Kind,
    pub(super) path: String,
    pub(super) text: String,
    at: At,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Queue(usize),
    Filter(usize, usize),
    /// Of a workflow's filter, or its default filter.
    Step(usize, Option<usize>, usize),
}

/// One comparison of an expression.
pub(super) struct Comparison {
    pub(super) name: Name,
    pub(super) value: Value,
    pub(super) name_part: std::ops::Range<usize>,
    pub(super) op_part: std::ops::Range<usize>,
    pub(super) value_part: std::ops::Range<usize>,
    pub(super) op: pointsman_expr::Op,
}

impl Spot {
    /// Puts another text in the place.
    pub(super) fn write(&self, workspace: &mut WorkspaceSpec, text: String) {
        match self.at {
            At::Queue(queue) => workspace.task_queues[queue].target_workers = text,
            At::Filter(workflow, filter) => filter_mut(workspace, workflow, filter).expression = text,
            At::Step(workflow, filter, target) => {
                step_mut(workspace, workflow, filter, target).expression = Some(text);
            }
        }
    }

    /// The text with a part replaced.
    pub(super) fn with(&self, part: &std::ops::Range<usize>, by: &str) -> String {
        format!("{}{by}{}", &self.text[..part.start], &self.text[part.end..])
    }

    pub(super) fn parsed(&self) -> Option<Parsed> {
        parse(&self.text, self.kind, &Limits::default()).ok()
    }

    /// Whether it reads nothing, as `1==1` does.
    pub(super) fn is_constant(&self) -> bool {
        self.parsed().is_some_and(|parsed| parsed.expression.names().len() == 0)
    }

    /// Every comparison of an attribute with a constant, the attribute on the left.
    pub(super) fn comparisons(&self) -> Vec<Comparison> {
        let Some(parsed) = self.parsed() else { return Vec::new() };
        let tests = parsed.expression.tree().nodes().iter().filter_map(|node| match &node.kind {
            NodeKind::Test { op, left, right } => comparison(*op, left, right),
            NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_) => None,
        });
        tests.collect()
    }
}

fn comparison(op: pointsman_expr::Op, left: &Term, right: &Term) -> Option<Comparison> {
    let (Operand::Name(name), Operand::Literal(value)) = (&left.operand, &right.operand) else { return None };
    matches!(name, Name::Task(_) | Name::Worker(_)).then(|| Comparison {
        name: name.clone(),
        value: value.clone(),
        name_part: left.span.clone(),
        op_part: left.span.end..right.span.start,
        value_part: right.span.clone(),
        op,
    })
}

pub(super) fn spots(workspace: &WorkspaceSpec) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (index, queue) in workspace.task_queues.iter().enumerate() {
        let path = format!("task_queues[{index}].target_workers");
        spots.push(Spot { kind: Kind::Queue, path, text: queue.target_workers.clone(), at: At::Queue(index) });
    }
    for (workflow, spec) in workspace.workflows.iter().enumerate() {
        for (filter, spec) in spec.configuration.filters.iter().enumerate() {
            let path = format!("{}.expression", filter_path(workflow, filter));
            spots.push(Spot {
                kind: Kind::Filter,
                path,
                text: spec.expression.clone(),
                at: At::Filter(workflow, filter),
            });
        }
    }
    for step in steps(workspace) {
        if let Some(text) = &step.spec.expression {
            let (at, path) = (At::Step(step.workflow, step.filter, step.target), format!("{}.expression", step.path()));
            spots.push(Spot { kind: Kind::Target, path, text: text.clone(), at });
        }
    }
    spots
}

/// A routing step.
pub(super) struct Step<'a> {
    pub(super) workflow: usize,
    /// None for the default filter.
    pub(super) filter: Option<usize>,
    pub(super) target: usize,
    /// Whether no target follows it.
    pub(super) is_last: bool,
    pub(super) spec: &'a TargetSpec,
}

impl Step<'_> {
    pub(super) fn path(&self) -> String {
        match self.filter {
            Some(filter) => format!("{}.targets[{}]", filter_path(self.workflow, filter), self.target),
            None => default_path(self.workflow),
        }
    }

    /// The same step of another workspace.
    pub(super) fn of<'w>(&self, workspace: &'w mut WorkspaceSpec) -> &'w mut TargetSpec {
        step_mut(workspace, self.workflow, self.filter, self.target)
    }
}

pub(super) fn steps(workspace: &WorkspaceSpec) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for (workflow, spec) in workspace.workflows.iter().enumerate() {
        for (filter, filter_spec) in spec.configuration.filters.iter().enumerate() {
            let last = filter_spec.targets.len() - 1;
            steps.extend(filter_spec.targets.iter().enumerate().map(|(target, spec)| Step {
                workflow,
                filter: Some(filter),
                target,
                is_last: target == last,
                spec,
            }));
        }
        let default = spec.configuration.default_filter.iter();
        steps.extend(default.map(|spec| Step { workflow, filter: None, target: 0, is_last: true, spec }));
    }
    steps
}

pub(super) fn filter_path(workflow: usize, filter: usize) -> String {
    format!("{}.filters[{filter}]", routing_path(workflow))
}

pub(super) fn default_path(workflow: usize) -> String {
    format!("{}.default_filter", routing_path(workflow))
}

pub(super) fn routing_path(workflow: usize) -> String {
    format!("workflows[{workflow}].configuration.task_routing")
}

pub(super) fn filter_mut(workspace: &mut WorkspaceSpec, workflow: usize, filter: usize) -> &mut FilterSpec {
    &mut workspace.workflows[workflow].configuration.filters[filter]
}

/// INVARIANT: the step was found in the good workspace, and nothing was taken away since.
#[allow(clippy::expect_used, reason = "the step is known to be there")]
fn step_mut(workspace: &mut WorkspaceSpec, workflow: usize, filter: Option<usize>, target: usize) -> &mut TargetSpec {
    let configuration = &mut workspace.workflows[workflow].configuration;
    match filter {
        Some(filter) => &mut configuration.filters[filter].targets[target],
        None => configuration.default_filter.as_mut().expect("the default filter was there"),
    }
}

/// The text with two of its letters changed round, when it is long enough to be recognised still.
pub(super) fn misspelt(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() < 4 || text.chars().any(|c| !c.is_ascii_alphanumeric() && c != '_') {
        return None;
    }
    let at = (1..letters.len() - 1).find(|at| {
        letters[*at] != letters[at + 1] && letters[*at].is_ascii_alphabetic() && letters[at + 1].is_ascii_alphabetic()
    })?;
    let mut letters = letters;
    letters.swap(at, at + 1);
    Some(letters.into_iter().collect())
}
