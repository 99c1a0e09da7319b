//! Expressions in queries: which workers or tasks a list shows.

use std::fmt::Write;

use pointsman::{TaskFacts, WorkerFacts};
use pointsman_expr::{Attributes, Documents, Expression, Kind, Limits, Name, Ref, Source, WorkerField, parse};

use super::refusal::Refusal;

/// A worker as expressions about workers see it.
struct OfWorker<'a> {
    worker: &'a WorkerFacts,
    sid: String,
    activity: String,
}

impl Source for OfWorker<'_> {
    fn value(&self, name: &Name) -> Ref<'_> {
        match name {
            Name::Worker(path) => self.worker.attributes.get(path),
            Name::WorkerAttributeOrField(path, field) => {
                let own = self.worker.attributes.get(path);
                if let Ref::Null = own { self.field(*field) } else { own }
            }
            Name::WorkerField(field) => self.field(*field),
            Name::Task(_)
            | Name::WorkerChannel { .. }
            | Name::Workers(_)
            | Name::Clock(_)
            | Name::Nodes { .. }
            | Name::Nothing => Ref::Null,
        }
    }
}

impl OfWorker<'_> {
    fn field(&self, field: WorkerField) -> Ref<'_> {
        Ref::Str(match field {
            WorkerField::Sid => self.sid.as_str(),
            WorkerField::FriendlyName => &self.worker.friendly_name,
            WorkerField::ActivitySid => self.activity.as_str(),
            WorkerField::ActivityName => &self.worker.activity_name,
        })
    }
}

/// The expression of a parameter.
pub(super) fn expression(name: &str, text: &str, kind: Kind) -> Result<Expression, Refusal> {
    let parsed = parse(text, kind, &Limits::default());
    parsed.map(|parsed| parsed.expression).map_err(|errors| {
        let mut message = format!("Parameter {name} is no expression");
        for error in errors {
            // Writing to a text cannot fail.
            let _ = write!(message, "; {}", error.message);
        }
        Refusal::invalid(message)
    })
}

pub(crate) fn holds_for_worker(expression: &Expression, worker: &WorkerFacts) -> bool {
    let (sid, activity) = (worker.worker.to_string(), worker.activity.to_string());
    expression.matches(&OfWorker { worker, sid, activity })
}

pub(super) fn holds_for_task(expression: &Expression, task: &TaskFacts) -> bool {
    holds_for_attributes(expression, &task.attributes)
}

/// Attributes alone, of a task or of a worker: whichever the expression speaks of.
pub(super) fn holds_for_attributes(expression: &Expression, attributes: &Attributes) -> bool {
    expression.matches(&Documents { task: attributes, worker: attributes })
}
