//! What expressions see of a pair: which sets of changes need not be pursued, since others come to the same.

use std::fmt::Write;

use pointsman_expr::{Expression, Items, Name, NodeKind, Op, Operand, Path, Ref, Root, Term};

use super::moves::Move;
use super::what_if::WhatIf;

impl WhatIf<'_> {
    /// Equal for pairs whose attributes are the same to every comparison.
    pub(super) fn look(&self) -> String {
        let mut look = String::new();
        let filters = self.current_filters().iter().map(|filter| &filter.expression);
        for expression in self.queue.iter().chain(self.step_expression()).chain(filters) {
            self.write(expression, &mut look);
        }
        look.push(if self.is_known() { '1' } else { '0' });
        look
    }

    /// Whether no more is changed than would be if the queue's or the step's expression were: to change it instead
    /// replaces every attribute that nothing but it sees.
    pub(super) fn is_sparing(&self, set: &[Move]) -> bool {
        let only = |sees: &dyn Fn(Root, &Path) -> bool| {
            set.iter().filter(|moved| matches!(moved, Move::Attribute(root, path, _) if !sees(*root, path))).count()
        };
        let queue = usize::from(set.contains(&Move::Queue));
        let step = usize::from(set.contains(&Move::Step));
        let spares_step =
            !self.may_begin_anew() || only(&|root, path| self.is_seen_beside_step(root, path)) + step <= 1;
        spares_step && only(&|root, path| root == Root::Task || self.step_reads(root, path)) + queue <= 1
    }

    fn step_reads(&self, root: Root, path: &Path) -> bool {
        self.step_expression().is_some_and(|expression| reads(expression, root, path))
    }

    /// By the queue, by the filters, or as the worker's name.
    fn is_seen_beside_step(&self, root: Root, path: &Path) -> bool {
        let filters = self.current_filters().iter().map(|filter| &filter.expression);
        match root {
            Root::Worker => self.queue.as_ref().is_some_and(|queue| reads(queue, root, path)),
            Root::Task => self.is_of_name(path) || { filters }.any(|filter| reads(filter, root, path)),
        }
    }

    fn is_of_name(&self, path: &Path) -> bool {
        let known = self.task.target().and_then(|target| target.known_worker.as_ref());
        known.is_some_and(|(_, known)| overlap(known.path(), path))
    }

    fn write(&self, expression: &Expression, look: &mut String) {
        for node in expression.tree().nodes() {
            if let NodeKind::Test { op, left, right } = &node.kind {
                self.write_test(*op, left, right, look);
            }
        }
    }

    /// What comes of it, where it compares an attribute with a constant. Of two names the values count: a later change
    /// may make them equal.
    fn write_test(&self, op: Op, left: &Term, right: &Term, look: &mut String) {
        let alone = match (&left.operand, &right.operand) {
            (Operand::Literal(_), Operand::Literal(_)) => return,
            (Operand::Name(name), Operand::Literal(literal)) => {
                self.attribute(name).map(|value| (value, op.holds(value, literal.into())))
            }
            (Operand::Literal(literal), Operand::Name(name)) => {
                self.attribute(name).map(|value| (value, op.holds(literal.into(), value)))
            }
            (Operand::Name(_), Operand::Name(_)) => None,
        };
        if let Some((value, holds)) = alone {
            look.push_str(if holds { "1" } else { "0" });
            look.push_str(if is_absent(value) { "-" } else { "+" });
        } else {
            [left, right].iter().for_each(|term| self.write_value(term, look));
        }
    }

    fn write_value(&self, term: &Term, look: &mut String) {
        let Operand::Name(name) = &term.operand else { return };
        let (Name::Worker(path) | Name::WorkerAttributeOrField(path, _)) = name else {
            let value = self.attribute(name).unwrap_or(Ref::Null);
            return write_ref(value, look);
        };
        write_ref(self.worker.document.attributes().get(path), look);
    }

    /// What the name reads of a document; none where it reads other things, too.
    fn attribute(&self, name: &Name) -> Option<Ref<'_>> {
        match name {
            Name::Task(path) => Some(self.task.document.attributes().get(path)),
            Name::Worker(path) => Some(self.worker.document.attributes().get(path)),
            Name::Nodes { root: Root::Task, query } => Some(Ref::Array(Items::from(self.task.document.nodes(query)))),
            Name::Nodes { root: Root::Worker, query } => {
                Some(Ref::Array(Items::from(self.worker.document.nodes(query))))
            }
            Name::WorkerAttributeOrField(..)
            | Name::WorkerField(_)
            | Name::WorkerChannel { .. }
            | Name::Workers(_)
            | Name::Clock(_)
            | Name::Nothing => None,
        }
    }
}

/// Whether a change at the path may be seen.
fn reads(expression: &Expression, root: Root, path: &Path) -> bool {
    expression.names().any(|name| match name {
        Name::Task(read) => root == Root::Task && overlap(read, path),
        Name::Worker(read) | Name::WorkerAttributeOrField(read, _) => root == Root::Worker && overlap(read, path),
        Name::Nodes { root: read, .. } => *read == root,
        Name::WorkerField(_) | Name::WorkerChannel { .. } | Name::Workers(_) | Name::Clock(_) | Name::Nothing => false,
    })
}

/// Never across the names at the top.
fn overlap(one: &Path, other: &Path) -> bool {
    one.segments().first() == other.segments().first()
}

/// Beside a literal null this is what counts (Q65).
fn is_absent(value: Ref<'_>) -> bool {
    match value {
        Ref::Null => true,
        Ref::Array(items) => items.is_empty(),
        Ref::Bool(_) | Ref::Number(_) | Ref::Str(_) | Ref::Object(_) => false,
    }
}

fn write_ref(value: Ref<'_>, look: &mut String) {
    // A string takes whatever is written to it.
    let _ = write!(look, "{};", value.to_value());
}
