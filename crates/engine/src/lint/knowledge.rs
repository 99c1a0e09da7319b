//! Expressions over values of which only a part is known: a worker without a task, a task without one attribute.
//! The operators are the language's own; this only says what is certain.

use pointsman_expr::{
    ChannelCounter, ClockField, Expression, Name, NodeId, NodeKind, Op, Operand, Path, Ref, Term, Tree, WorkerField,
};

use super::kinds::{Kinds, outcome};

/// What is known of the value of a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known<'a> {
    /// The value.
    Value(Ref<'a>),
    /// Kinds that it has one of.
    Kinds(Kinds),
}

impl Known<'_> {
    pub(super) const ANYTHING: Self = Self::Kinds(Kinds::ANY);

    fn kinds(self) -> Kinds {
        match self {
            Self::Value(value) => Kinds::of(value),
            Self::Kinds(kinds) => kinds,
        }
    }
}

/// Somebody who knows something of a task, a worker, or both. What nobody knows may be anything.
pub(super) trait Knowledge {
    /// What is known of a task's attribute.
    fn task(&self, _: &Path) -> Known<'_> {
        Known::ANYTHING
    }

    /// What is known of a worker's attribute.
    fn worker(&self, _: &Path) -> Known<'_> {
        Known::ANYTHING
    }

    /// What is known of a field of a worker.
    fn field(&self, _: WorkerField) -> Known<'_> {
        Known::Kinds(Kinds::STRING)
    }
}

/// Whether an expression holds, as far as that is certain.
pub(super) fn holds(expression: &Expression, knowledge: &impl Knowledge) -> Option<bool> {
    let tree = expression.tree();
    part_holds(tree, tree.root(), knowledge)
}

/// Whether a part of an expression holds, as far as that is certain. The parser bounds how deep it nests.
pub(super) fn part_holds(tree: &Tree, node: NodeId, knowledge: &impl Knowledge) -> Option<bool> {
    let part = |node: &NodeId| part_holds(tree, *node, knowledge);
    match &tree[node].kind {
        NodeKind::And(parts) => all(parts.iter().map(part)),
        NodeKind::Or(parts) => all(parts.iter().map(part).map(not)).map(|none| !none),
        NodeKind::Not(inner) => not(part(inner)),
        NodeKind::Test { op, left, right } => test_holds(*op, left, right, knowledge),
    }
}

fn not(result: Option<bool>) -> Option<bool> {
    result.map(|result| !result)
}

fn all(results: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut certain = Some(true);
    for result in results {
        match result {
            Some(false) => return Some(false),
            Some(true) => {}
            None => certain = None,
        }
    }
    certain
}

fn test_holds(op: Op, left: &Term, right: &Term, knowledge: &impl Knowledge) -> Option<bool> {
    if matches!(op, Op::Equal | Op::NotEqual)
        && let Some(judged) = beside_null(left, right)
    {
        return is_null(known(judged, knowledge)).map(|null| null == (op == Op::Equal));
    }
    match (known(left, knowledge), known(right, knowledge)) {
        (Known::Value(left), Known::Value(right)) => Some(op.holds(left, right)),
        (left, right) => outcome(op, left.kinds(), right.kinds()),
    }
}

/// The other side of a comparison with the literal `null`, which is a test of existence (Q65).
pub(super) fn beside_null<'a>(left: &'a Term, right: &'a Term) -> Option<&'a Term> {
    if right.operand.is_null_literal() {
        return Some(left);
    }
    left.operand.is_null_literal().then_some(right)
}

fn is_null(known: Known<'_>) -> Option<bool> {
    match known.kinds() {
        Kinds::NULL => Some(true),
        kinds if !kinds.meets(Kinds::NULL) => Some(false),
        _ => None,
    }
}

fn known<'a>(term: &'a Term, knowledge: &'a impl Knowledge) -> Known<'a> {
    match &term.operand {
        Operand::Literal(value) => Known::Value(value.as_ref()),
        Operand::Name(name) => known_name(name, knowledge),
    }
}

fn known_name<'a>(name: &Name, knowledge: &'a impl Knowledge) -> Known<'a> {
    match name {
        Name::Task(path) => knowledge.task(path),
        Name::Worker(path) => knowledge.worker(path),
        Name::WorkerAttributeOrField(path, field) => match knowledge.worker(path) {
            Known::Value(Ref::Null) => knowledge.field(*field),
            attribute @ (Known::Value(_) | Known::Kinds(_)) => attribute,
        },
        Name::WorkerField(field) => knowledge.field(*field),
        Name::WorkerChannel { counter: ChannelCounter::Available, .. } => Known::Kinds(Kinds::BOOL | Kinds::NULL),
        Name::WorkerChannel { .. } | Name::Workers(_) => Known::Kinds(Kinds::NUMBER | Kinds::NULL),
        Name::Clock(ClockField::DayOfWeek) => Known::Kinds(Kinds::STRING),
        Name::Clock(ClockField::CurrentTime | ClockField::CurrentHour | ClockField::CurrentMin) => {
            Known::Kinds(Kinds::NUMBER)
        }
        // A query selects a list that is judged by other rules; only the expression itself knows them.
        Name::Nodes { .. } => Known::ANYTHING,
        Name::Nothing => Known::Value(Ref::Null),
    }
}

/// A task that lacks one attribute; nothing else is known of it.
pub(super) struct Lacking<'a>(pub(super) &'a Path);

impl Knowledge for Lacking<'_> {
    fn task(&self, path: &Path) -> Known<'_> {
        let below = path.segments().starts_with(self.0.segments());
        if below { Known::Value(Ref::Null) } else { Known::ANYTHING }
    }
}
