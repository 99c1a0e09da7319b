//! Lints of expressions by themselves: what never holds, always holds, or has a part that decides nothing.

use std::ops::Range;

use pointsman_expr::Expression;
use pointsman_expr::analysis::{always_holds, contradiction, dead_parts, never_holds};

use super::Sink;
use super::code::Code;
use super::exits::Exits;
use super::finding::{Finding, Place};
use super::names::one_line;
use super::setup::Setup;

/// An expression with its place.
pub(super) struct Written<'s> {
    pub(super) place: Place,
    pub(super) expression: &'s Expression,
    pub(super) role: Role,
}

/// What an expression decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Who is in a queue.
    Queue,
    /// Which tasks a filter takes.
    Filter,
    /// Who may take the tasks of a step, and whether the step can be left.
    Step { left: bool },
    /// Whether a step is skipped.
    SkipIf,
}

/// Every condition that is configured.
pub(super) fn written<'s>(setup: &'s Setup<'_>) -> Vec<Written<'s>> {
    let mut all = Vec::new();
    for (_, place, expression) in setup.queues() {
        let place = place.field("target_workers");
        all.extend(expression.map(|expression| Written { place, expression, role: Role::Queue }));
    }
    for workflow in &setup.workflows {
        for (index, filter) in workflow.compiled.filters.iter().enumerate() {
            let place = workflow.filter_place(index).field("expression");
            all.push(Written { place, expression: &filter.expression, role: Role::Filter });
        }
        for step in workflow.steps() {
            let left = Exits::of(step.target).any();
            let conditions = [
                ("expression", &step.target.expression, Role::Step { left }),
                ("skip_if", &step.target.skip_if, Role::SkipIf),
            ];
            for (field, expression, role) in conditions {
                let place = step.place.field(field);
                all.extend(expression.as_ref().map(|expression| Written { place, expression, role }));
            }
        }
    }
    all
}

pub(super) fn lint(setup: &Setup<'_>, out: &mut Sink) {
    for written in written(setup) {
        if never_holds(written.expression) {
            out.extend(never(&written));
        } else if always_holds(written.expression) {
            out.extend(always(&written));
        } else {
            dead(&written, out);
        }
    }
}

impl Written<'_> {
    fn is_constant(&self) -> bool {
        self.expression.names().len() == 0
    }

    /// A part of the text, on one line.
    pub(super) fn slice(&self, span: &Range<usize>) -> String {
        one_line(self.expression.text(), span)
    }

    /// The first two conditions that exclude each other, if they lie in this part.
    fn excluding(&self, part: &Range<usize>) -> Option<(Range<usize>, String)> {
        let (first, second) = contradiction(self.expression)?;
        let both = first.start.min(second.start)..first.end.max(second.end);
        let words = format!("`{}` and `{}` exclude each other", self.slice(&first), self.slice(&second));
        (part.start <= both.start && both.end <= part.end).then_some((both, words))
    }

    /// Whether the parser warns already that a comparison in this part cannot mean what it says.
    fn is_told(&self, part: &Range<usize>) -> bool {
        let limits = pointsman_expr::Limits { max_length: usize::MAX, max_depth: usize::MAX };
        let parsed = pointsman_expr::parse(self.expression.text(), self.expression.kind(), &limits);
        let warnings = parsed.map(|parsed| parsed.warnings).unwrap_or_default();
        let same_matter = |code: &str| matches!(code, "constant-comparison" | "never-true");
        warnings.iter().any(|told| same_matter(told.code) && told.span.start < part.end && part.start < told.span.end)
    }
}

/// `1 == 0` is the usual way to switch something off; in a step that is left it makes a pause.
fn never(written: &Written<'_>) -> Option<Finding> {
    let whole = 0..written.expression.text().len();
    let is_pause = written.is_constant() && written.role == (Role::Step { left: true });
    if is_pause || written.is_told(&whole) {
        return None;
    }
    let (message, help) = match written.role {
        Role::Queue => ("no worker can ever be in this queue", "no task of this queue is ever offered to anyone"),
        Role::Filter => ("no task can ever match this filter", "remove the filter, or change the expression"),
        Role::Step { left: true } => {
            ("no worker can ever take a task in this step", "tasks only wait here until the step is left")
        }
        Role::Step { left: false } => (
            "no worker can ever take a task in this step, and the step is never left",
            "tasks wait here until they expire: give the step a timeout, or change the expression",
        ),
        Role::SkipIf => ("this `skip_if` never holds: the step is not skipped", "leave `skip_if` out, or change it"),
    };
    let holds_tasks = written.role == (Role::Step { left: false });
    let finding = Finding::warning(Code::NeverHolds, &written.place, message, help);
    let finding = finding.warning_if(!written.is_constant() || holds_tasks);
    Some(match written.excluding(&whole) {
        Some((span, help)) => Finding { help, ..finding }.within(span),
        None => finding,
    })
}

/// `1 == 1` is the usual way to take everything, and says so.
fn always(written: &Written<'_>) -> Option<Finding> {
    if written.is_constant() {
        return None;
    }
    let message = match written.role {
        Role::Queue => "this holds for every worker, whatever the attributes",
        Role::Filter => "this holds for every task, whatever the attributes",
        Role::Step { .. } => "this holds for every task and every worker of the queue",
        Role::SkipIf => "this always holds: the step is skipped whenever nobody can be reserved at once",
    };
    Some(Finding::warning(Code::AlwaysHolds, &written.place, message, "write `1==1` if that is meant"))
}

fn dead(written: &Written<'_>, out: &mut Sink) {
    for (span, result) in dead_parts(written.expression) {
        if written.is_told(&span) {
            continue;
        }
        let how = if result { "always" } else { "never" };
        let message = format!("`{}` {how} holds here", written.slice(&span));
        let why = written.excluding(&span).filter(|_| !result).map(|(_, why)| why);
        let help = why.unwrap_or_else(|| "remove this part, or change it".to_owned());
        out.push(Finding::warning(Code::DeadPart, &written.place, message, help).within(span));
    }
}
