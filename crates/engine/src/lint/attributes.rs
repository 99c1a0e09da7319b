//! Lints of comparisons against the attributes that are known: of the workspace's workers, of observed tasks. Types
//! that never fit, keys and values that nobody has, orders that are ignored.

use std::collections::BTreeSet;
use std::ops::Range;

use pointsman_expr::{Name, NodeKind, Op, Operand, Path, Ref, Segment, Term, Value};

use super::code::Code;
use super::documents::{Documents, Values, last_key};
use super::expressions::{Written, written};
use super::finding::Finding;
use super::kinds::{Kinds, ListSide, list_side, outcome};
use super::knowledge::beside_null;
use super::names::nearest;
use super::setup::{Setup, Worker};
use super::supply::members;
use super::{Sink, in_short};

pub(super) fn lint(setup: &Setup<'_>, out: &mut Sink) {
    let mut check = Check {
        tasks: Documents::new(setup.tasks.iter().map(|task| &task.attributes)),
        workers: Documents::new(setup.workers.iter().map(|worker| &worker.attributes)),
        unknown: BTreeSet::new(),
        lists: BTreeSet::new(),
        numbers: BTreeSet::new(),
        out,
    };
    written(setup).iter().for_each(|written| check.tests(written));
    let Check { lists, numbers, .. } = check;
    out.extend(in_short(odd_values(setup, &lists, Kinds::LIST)));
    out.extend(in_short(odd_values(setup, &numbers, Kinds::NUMBER)));
    orders(setup, out);
}

/// One walk through all comparisons.
struct Check<'a, 'o> {
    tasks: Documents<'a>,
    workers: Documents<'a>,
    /// Paths that were told already.
    unknown: BTreeSet<Path>,
    /// Worker attributes that are compared as lists, and as numbers.
    lists: BTreeSet<Path>,
    numbers: BTreeSet<Path>,
    out: &'o mut Sink,
}

/// A comparison with its expression.
struct Test<'w> {
    written: &'w Written<'w>,
    op: Op,
    left: &'w Term,
    right: &'w Term,
    span: Range<usize>,
}

/// An attribute of which values may be known.
#[derive(Clone, Copy)]
enum Attribute<'a> {
    Task(&'a Path),
    Worker(&'a Path),
}

impl<'a> Attribute<'a> {
    fn of(term: &'a Term) -> Option<Self> {
        match &term.operand {
            Operand::Name(Name::Task(path)) => Some(Self::Task(path)),
            Operand::Name(Name::Worker(path) | Name::WorkerAttributeOrField(path, _)) => Some(Self::Worker(path)),
            Operand::Name(_) | Operand::Literal(_) => None,
        }
    }

    fn path(self) -> &'a Path {
        match self {
            Self::Task(path) | Self::Worker(path) => path,
        }
    }

    fn whose(self) -> &'static str {
        match self {
            Self::Task(_) => "task",
            Self::Worker(_) => "worker",
        }
    }
}

impl Check<'_, '_> {
    fn tests(&mut self, written: &Written<'_>) {
        for node in written.expression.tree().nodes() {
            let NodeKind::Test { op, left, right } = &node.kind else { continue };
            let test = Test { written, op: *op, left, right, span: node.span.clone() };
            let sides = [(left, right), (right, left)];
            let is_unknown = sides.map(|(own, _)| self.unknown_attribute(&test, own)).contains(&true);
            if !is_unknown && beside_null(left, right).is_none() {
                self.type_mismatch(&test);
                sides.iter().for_each(|(own, other)| self.unknown_values(&test, own, other));
            }
            self.note_wanted(&test);
        }
    }

    fn values(&mut self, attribute: Attribute<'_>) -> &Values {
        match attribute {
            Attribute::Task(path) => self.tasks.at(path),
            Attribute::Worker(path) => self.workers.at(path),
        }
    }

    fn documents(&self, attribute: Attribute<'_>) -> &Documents<'_> {
        match attribute {
            Attribute::Task(_) => &self.tasks,
            Attribute::Worker(_) => &self.workers,
        }
    }

    /// An attribute that nobody has, unless the comparison means those who lack it. Says whether it is one.
    fn unknown_attribute(&mut self, test: &Test<'_>, own: &Term) -> bool {
        let Some(attribute) = Attribute::of(own) else { return false };
        let built_in = matches!(own.operand, Operand::Name(Name::WorkerAttributeOrField(..)));
        if built_in || self.documents(attribute).count() == 0 || self.values(attribute).count > 0 {
            return false;
        }
        let near = last_key(attribute.path());
        let near =
            near.and_then(|key| nearest(key, self.documents(attribute).keys_beside(attribute.path()).into_iter()));
        let near = near.map(|near| beside(attribute.path(), near));
        let fails = beside_null(test.left, test.right).is_none() && fails_without(test, own);
        let told = match attribute {
            // A few tasks are no proof that there are no others.
            Attribute::Task(_) => near.is_some(),
            Attribute::Worker(_) => near.is_some() || fails,
        };
        if told && self.unknown.insert(attribute.path().clone()) {
            let finding = unknown(test, attribute, near.as_deref());
            self.out.push(finding.warning_if(near.is_some()).within(own.span.clone()));
        }
        true
    }

    /// A comparison that cannot come out differently for any value that is known.
    fn type_mismatch(&mut self, test: &Test<'_>) {
        let sides = [test.left, test.right].map(|term| self.side(term));
        let [Some(left), Some(right)] = sides else { return };
        if !left.is_known && !right.is_known {
            return;
        }
        let Some(result) = outcome(test.op, left.kinds, right.kinds).or_else(|| membership(test.op, &left, &right))
        else {
            return;
        };
        let finding = mismatch(test, &left, &right, result);
        self.out.push(finding.within(test.span.clone()));
    }

    /// What is known of an operand; none for what is built in.
    fn side(&mut self, term: &Term) -> Option<Side> {
        if let Operand::Literal(value) = &term.operand {
            return Some(Side {
                kinds: Kinds::of(value.as_ref()),
                members: members_of(value),
                is_known: false,
                whose: None,
            });
        }
        let attribute = Attribute::of(term)?;
        if matches!(term.operand, Operand::Name(Name::WorkerAttributeOrField(..))) {
            return None;
        }
        let values = self.values(attribute);
        let whose = Some(attribute.whose());
        Some(match values.count {
            0 => Side { kinds: Kinds::ANY, members: Kinds::ANY, is_known: false, whose },
            _ => Side { kinds: values.kinds, members: values.members, is_known: true, whose },
        })
    }

    /// A constant that no known value equals, near one that does exist.
    fn unknown_values(&mut self, test: &Test<'_>, own: &Term, other: &Term) {
        let (Some(attribute), Operand::Literal(constant)) = (Attribute::of(own), &other.operand) else { return };
        let by_value = matches!(test.op, Op::Equal | Op::NotEqual | Op::Has | Op::In | Op::NotIn);
        let whose = attribute.whose();
        let texts = match constant {
            Value::String(text) => vec![text],
            Value::Array(items) => items.iter().filter_map(text_of).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
        };
        for text in texts.into_iter().filter(|_| by_value) {
            let known = &self.values(attribute).texts;
            let near = if known.contains(&**text) { None } else { nearest(text, known.iter().map(String::as_str)) };
            let Some(near) = near else { continue };
            let message = format!("no {whose} has `{text}` as `{}`", attribute.path());
            let help = format!("did you mean `{near}`?");
            let finding = Finding::warning(Code::UnknownValue, &test.written.place, message, help);
            self.out.push(finding.within(other.span.clone()));
        }
    }

    /// Notes what kind of value an operator wants of a worker's attribute.
    fn note_wanted(&mut self, test: &Test<'_>) {
        let list = match list_side(test.op) {
            ListSide::Left => Some(test.left),
            ListSide::Right => Some(test.right),
            ListSide::Neither => None,
        };
        if let Some(Attribute::Worker(path)) = list.and_then(Attribute::of) {
            self.lists.insert(path.clone());
        }
        let ordered = matches!(test.op, Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual);
        for (own, other) in [(test.left, test.right), (test.right, test.left)] {
            let number = matches!(other.operand, Operand::Literal(Value::Number(_)));
            if let (true, true, Some(Attribute::Worker(path))) = (ordered, number, Attribute::of(own)) {
                self.numbers.insert(path.clone());
            }
        }
    }
}

/// What is known of one side of a comparison.
struct Side {
    kinds: Kinds,
    members: Kinds,
    is_known: bool,
    whose: Option<&'static str>,
}

fn text_of(value: &Value) -> Option<&std::sync::Arc<str>> {
    match value {
        Value::String(text) => Some(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn members_of(value: &Value) -> Kinds {
    match value {
        Value::Array(items) => items.iter().fold(Kinds::NONE, |kinds, item| kinds | Kinds::of(item.as_ref())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => Kinds::NONE,
    }
}

/// Lists whose elements are never of the other side's kind.
fn membership(op: Op, left: &Side, right: &Side) -> Option<bool> {
    let (list, member) = match list_side(op) {
        ListSide::Left => (left, right),
        ListSide::Right => (right, left),
        ListSide::Neither => return None,
    };
    let strangers = list.kinds == Kinds::LIST && !list.members.is_none() && !list.members.meets(member.kinds);
    strangers.then_some(op == Op::NotIn)
}

/// Whether the comparison is false when this side of it is missing.
fn fails_without(test: &Test<'_>, own: &Term) -> bool {
    let kinds = |term: &Term| match &term.operand {
        _ if std::ptr::eq(term, own) => Kinds::NULL,
        Operand::Literal(value) => Kinds::of(value.as_ref()),
        Operand::Name(_) => Kinds::ANY,
    };
    outcome(test.op, kinds(test.left), kinds(test.right)) == Some(false)
}

/// The path with another last key.
fn beside(path: &Path, key: &str) -> String {
    let mut segments: Vec<Segment> = path.segments().to_vec();
    segments.pop();
    segments.push(Segment::Key(key.into()));
    Path::new(segments).to_string()
}

fn unknown(test: &Test<'_>, attribute: Attribute<'_>, near: Option<&str>) -> Finding {
    let (path, whose) = (attribute.path(), attribute.whose());
    let message = match attribute {
        Attribute::Worker(_) => format!("no worker of this workspace has an attribute `{path}`"),
        Attribute::Task(_) => format!("no task that is known has an attribute `{path}`"),
    };
    let help = match near {
        Some(near) if near.contains('-') => {
            format!("there is `{near}`, which no expression can read: rename that attribute of the {whose}")
        }
        Some(near) => format!("did you mean `{near}`?"),
        None => "the comparison fails where it is missing".to_owned(),
    };
    Finding::warning(Code::UnknownAttribute, &test.written.place, message, help)
}

fn mismatch(test: &Test<'_>, left: &Side, right: &Side, result: bool) -> Finding {
    let Test { written, op, .. } = test;
    let (left_text, right_text) = (written.slice(&test.left.span), written.slice(&test.right.span));
    let known = [(left_text, left), (right_text, right)];
    let known: Vec<String> = known.iter().filter_map(|(text, side)| described(text, side)).collect();
    let how = if result { "always" } else { "never" };
    let message = format!("{}, so `{op}` {how} holds here", known.join(" and "));
    Finding::warning(Code::TypeMismatch, &written.place, message, instead(test, left, right))
}

fn described(text: &str, side: &Side) -> Option<String> {
    let whose = side.whose.filter(|_| side.is_known)?;
    Some(format!("`{text}` is {} for every {whose} that has it", side.kinds))
}

/// What to write instead.
fn instead(test: &Test<'_>, left: &Side, right: &Side) -> String {
    let (left_text, right_text) = (test.written.slice(&test.left.span), test.written.slice(&test.right.span));
    let list_wanted = match list_side(test.op) {
        ListSide::Left => !left.kinds.meets(Kinds::LIST),
        ListSide::Right => !right.kinds.meets(Kinds::LIST),
        ListSide::Neither if left.kinds == Kinds::LIST => {
            return format!("to look into the list write `{left_text} HAS {right_text}`");
        }
        ListSide::Neither if right.kinds == Kinds::LIST => {
            return format!("to look into the list write `{left_text} IN {right_text}`");
        }
        ListSide::Neither => false,
    };
    if list_wanted {
        return format!("write `{left_text} == {right_text}`, or make the attribute a list");
    }
    "values of different types are never equal and have no order: `3` is a number, `'3'` a string".to_owned()
}

/// Workers whose value is of another kind than others have and the expressions want.
fn odd_values(setup: &Setup<'_>, paths: &BTreeSet<Path>, wanted: Kinds) -> Vec<Finding> {
    let mut found = Vec::new();
    for path in paths {
        let kind = |worker: &Worker| Kinds::of(worker.attributes.get(path));
        if !setup.declared().any(|worker| kind(worker) == wanted) {
            continue;
        }
        let odd = setup.declared().filter(|worker| !kind(worker).meets(wanted | Kinds::NULL));
        found.extend(odd.map(|worker| {
            let message = format!("`{path}` is {} here, but expressions compare it as {wanted}", kind(worker));
            let help =
                format!("make it {wanted}, as others have it: such comparisons never hold for `{}`", worker.name());
            Finding::warning(Code::TypeMismatch, &at_attribute(worker, path), message, help)
        }));
    }
    found
}

fn at_attribute(worker: &Worker, path: &Path) -> super::Place {
    path.segments().iter().fold(worker.place.field("attributes"), |place, segment| match segment {
        Segment::Key(key) => place.attribute(key),
        Segment::Index(index) => place.index(*index),
    })
}

/// A value that is no integer has the whole list ignored; one that nobody has ranks nobody (semantics section 2.9).
fn orders(setup: &Setup<'_>, out: &mut Sink) {
    for step in setup.workflows.iter().flat_map(|workflow| workflow.steps()) {
        let Some(order_by) = &step.target.order_by else { continue };
        let Some(queue) = setup.catalog.queues.get(step.target.queue) else { continue };
        let members: Vec<&Worker> = members(setup, queue).filter(|worker| worker.is_declared()).collect();
        let place = step.place.field("order_by");
        for clause in order_by.clauses() {
            let Name::Worker(path) = &clause.name else { continue };
            let value = |worker: &Worker| worker.attributes.get(path).to_value();
            let odd = members.iter().find(|worker| !is_integer_or_missing(worker.attributes.get(path)));
            if let Some(worker) = odd {
                let message = format!(
                    "`{path}` of `{}` is `{}`, no integer: while that worker is among them, the whole order is ignored",
                    worker.name(),
                    value(worker)
                );
                let help = "rank by attributes that hold integers for every worker of the queue";
                out.push(Finding::warning(Code::OrderByNotInteger, &place, message, help).within(clause.span.clone()));
            } else if !members.is_empty() && members.iter().all(|worker| worker.attributes.get(path) == Ref::Null) {
                let documents = Documents::new(members.iter().map(|worker| &worker.attributes));
                let near = last_key(path).and_then(|key| nearest(key, documents.keys_beside(path).into_iter()));
                let message = format!("no worker of the queue has an attribute `{path}`: it ranks nobody");
                let help = match near {
                    Some(near) => format!("did you mean `worker.{}`?", beside(path, near)),
                    None => "rank by an attribute that workers have".to_owned(),
                };
                out.push(Finding::warning(Code::UnknownAttribute, &place, message, help).within(clause.span.clone()));
            }
        }
    }
}

fn is_integer_or_missing(value: Ref<'_>) -> bool {
    match value {
        Ref::Null => true,
        Ref::Number(number) => number.as_i64().is_some(),
        Ref::Bool(_) | Ref::Str(_) | Ref::Array(_) | Ref::Object(_) => false,
    }
}
