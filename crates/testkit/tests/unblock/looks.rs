//! What expressions make of two documents: of all documents that look the same to them, one needs to be tried.

use pointsman_expr::{
    Attributes, Documents, Expression, Limits, Name, NodeKind, Operand, Path, Query, Root, Value, parse,
};

/// A task's attributes and a worker's.
pub(crate) type Attributed = (Attributes, Attributes);

/// Whether it is the task's, and where it stands.
pub(crate) type Place = (bool, Path);

/// The comparisons of some expressions.
pub(crate) struct Looks(Vec<Comparison>);

/// What it reads of the documents.
struct Comparison {
    names: Vec<Name>,
    /// The comparison by itself, where nothing but attributes decides it.
    alone: Option<Expression>,
}

impl Looks {
    pub(crate) fn of(expressions: &[Expression]) -> Self {
        Self(expressions.iter().flat_map(comparisons).filter(|one| !one.names.is_empty()).collect())
    }

    /// Equal for documents that are the same to every comparison.
    pub(crate) fn key(&self, documents: &Attributed) -> String {
        let (task, worker) = documents;
        let looks = self.0.iter().map(|one| match &one.alone {
            Some(alone) => alone.matches(&Documents { task, worker }).to_string(),
            None => one.names.iter().map(|name| value(name, documents).to_string()).collect::<Vec<_>>().join(" "),
        });
        looks.collect::<Vec<_>>().join(";")
    }

    /// Whether what the one is worth may depend on the other.
    pub(crate) fn meet(&self, one: &Place, other: &Place) -> bool {
        let overlap = one.0 == other.0 && overlap(&one.1, &other.1);
        overlap || self.0.iter().any(|comparison| comparison.reads(one) && comparison.reads(other))
    }
}

impl Comparison {
    fn reads(&self, (of_task, place): &Place) -> bool {
        self.names.iter().any(|name| match name {
            Name::Task(path) => *of_task && overlap(path, place),
            Name::Worker(path) | Name::WorkerAttributeOrField(path, _) => !of_task && overlap(path, place),
            Name::Nodes { root, .. } => *of_task == (*root == Root::Task),
            _ => false,
        })
    }
}

fn comparisons(expression: &Expression) -> impl Iterator<Item = Comparison> + '_ {
    expression.tree().nodes().iter().filter_map(|node| {
        let NodeKind::Test { left, right, .. } = &node.kind else { return None };
        let named = [left, right].into_iter().filter_map(|term| match &term.operand {
            Operand::Name(name) => Some(name.clone()),
            Operand::Literal(_) => None,
        });
        let all: Vec<Name> = named.collect();
        let simple = all.iter().all(|name| matches!(name, Name::Task(_) | Name::Worker(_)));
        let text = &expression.text()[node.span.clone()];
        let parsed = parse(text, expression.kind(), &Limits::default()).expect("a comparison is an expression");
        let names = all.into_iter().filter(is_of_documents).collect();
        Some(Comparison { names, alone: simple.then_some(parsed.expression) })
    })
}

fn is_of_documents(name: &Name) -> bool {
    matches!(name, Name::Task(_) | Name::Worker(_) | Name::WorkerAttributeOrField(..) | Name::Nodes { .. })
}

fn value(name: &Name, (task, worker): &Attributed) -> Value {
    match name {
        Name::Task(path) => task.get(path).to_value(),
        Name::Worker(path) | Name::WorkerAttributeOrField(path, _) => worker.get(path).to_value(),
        Name::Nodes { root, query } => {
            let query = Query::parse(query).expect("it has been read before");
            Value::from(query.select(if *root == Root::Task { task } else { worker }).to_vec())
        }
        _ => Value::Null,
    }
}

/// Whether a change at the one may be seen at the other: never across the names at the top.
fn overlap(one: &Path, other: &Path) -> bool {
    one.segments().first() == other.segments().first()
}
