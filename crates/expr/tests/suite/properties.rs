//! Random texts never panic and always point into themselves; random expressions mean what a naive reading says.

use pointsman_expr::{Kind, Limits, Name, NodeId, NodeKind, Op, Operand, Ref, Source, Tree, parse};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::advice::judge;
use crate::support::{World, cases};

/// Judges a text in every kind; errors and warnings must point into it.
fn survives(text: &str) -> Result<(), TestCaseError> {
    for kind in Kind::ALL {
        let spans: Vec<_> = match judge(text, kind) {
            Ok(warnings) => warnings.into_iter().map(|w| w.span).collect(),
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                errors.into_iter().map(|e| e.span).collect()
            }
        };
        for span in spans {
            prop_assert!(text.get(span.clone()).is_some(), "{span:?} of `{text}`");
        }
    }
    Ok(())
}

/// Pieces of the language and of what people confuse with it.
const PIECES: &[&str] = &[
    "AND",
    "or",
    "NOT",
    "IN",
    "HAS",
    "CONTAINS",
    "true",
    "Null",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    "==",
    "=",
    "!=",
    "<",
    ">=",
    "<>",
    "&&",
    "||",
    "!",
    "===",
    "+",
    "-",
    "*",
    "a",
    "task",
    "worker",
    "workers",
    "taskrouter",
    "channel",
    "sid",
    "available",
    "currentTime",
    "a.b",
    "a[0]",
    "task.a",
    "worker.channel.x.assigned_tasks",
    "'x'",
    "\"y\"",
    "'",
    "\"",
    "1",
    "-2",
    "0800",
    "1.5",
    "1e5",
    "é",
    "\u{201c}",
    "\\",
    "$",
    "$.",
    "$.a[?@.b == 'c']",
    "$[",
    "LIKE",
    "IS",
    "BETWEEN",
    "ASC",
    "DESC",
    "skill-level",
    "f(",
    ";",
    "{",
    "\u{200b}",
    "\n",
    "@",
];

fn soup() -> impl Strategy<Value = String> {
    let piece = (proptest::sample::select(PIECES), prop_oneof![Just(""), Just(" ")]);
    proptest::collection::vec(piece, 0..25).prop_map(|pieces| pieces.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,60}") {
        survives(&text)?;
    }

    #[test]
    fn any_bytes_are_survived(text in any::<String>()) {
        survives(&text)?;
    }

    #[test]
    fn token_soup_is_survived(text in soup()) {
        survives(&text)?;
    }
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn compiled_and_naive_evaluation_agree(text in condition(), task in document(), worker in document()) {
        let expression = parse(&text, Kind::Target, &Limits::default()).expect(&text).expression;
        let world = World::new(task.clone(), worker.clone());
        let naive = Naive { tree: expression.tree(), task, worker, overturned: Vec::new() };
        prop_assert_eq!(expression.matches(&world), naive.holds(expression.tree().root()), "{}", text);
        let steps = expression.why(&world);
        prop_assert_eq!(steps.len(), expression.tree().nodes().len());
        for step in steps {
            prop_assert_eq!(&text[step.span], step.text);
        }
        let blamed: Vec<NodeId> = expression.blame(&world).into_iter().map(|blamed| blamed.node).collect();
        prop_assert_eq!(blamed.is_empty(), expression.matches(&world));
        let root = expression.tree().root();
        prop_assert!(Naive { overturned: blamed.clone(), ..naive.clone() }.holds(root), "{}", text);
        // Of an OR all parts are named, so one less may do; of comparisons joined by AND none is named in vain.
        if !text.contains(" OR ") && !text.contains("NOT (") && let Some((_, rest)) = blamed.split_first() {
            prop_assert!(!Naive { overturned: rest.to_vec(), ..naive }.holds(root), "{}", text);
        }
        for (index, node) in expression.tree().nodes().iter().enumerate() {
            prop_assert!(children(&node.kind).iter().all(|child| child.index() < index));
        }
    }
}

/// A source of which only some names may be asked.
struct Known<'a>(&'a World, [bool; 2]);

impl Known<'_> {
    fn knows(&self, name: &Name) -> bool {
        let Self(_, [task, worker]) = self;
        if matches!(name, Name::Task(_)) { *task } else { *worker }
    }
}

impl Source for Known<'_> {
    fn value(&self, name: &Name) -> Ref<'_> {
        assert!(self.knows(name), "{name} is unknown and was read");
        self.0.value(name)
    }
}

proptest! {
    #![proptest_config(cases(3000))]

    /// Kleene's logic once more by recursion; and no filling in of the other document changes what is decided.
    #[test]
    fn a_decision_needs_the_known_names_only(
        text in condition(), documents in [document(), document()], others in proptest::collection::vec(document(), 8),
        known in any::<[bool; 2]>(),
    ) {
        let expression = parse(&text, Kind::Target, &Limits::default()).expect(&text).expression;
        let [task, worker] = documents;
        let world = World::new(task.clone(), worker.clone());
        let source = Known(&world, known);
        let decided = expression.decide(&source, |name| source.knows(name));
        let naive = Naive { tree: expression.tree(), task: task.clone(), worker: worker.clone(), overturned: Vec::new() };
        prop_assert_eq!(decided, naive.decided(expression.tree().root(), known), "{}", text);
        for other in others {
            let fill = |document: &Json, known: bool| if known { document.clone() } else { other.clone() };
            let filled = World::new(fill(&task, known[0]), fill(&worker, known[1]));
            prop_assert!(decided.is_none_or(|decided| decided == expression.matches(&filled)), "{}", text);
        }
    }
}

fn children(kind: &NodeKind) -> Vec<NodeId> {
    match kind {
        NodeKind::And(parts) | NodeKind::Or(parts) => parts.clone(),
        NodeKind::Not(inner) => vec![*inner],
        NodeKind::Test { .. } => Vec::new(),
    }
}

/// A text of comparisons over few keys and few constants, so that they often meet.
pub(crate) fn condition() -> impl Strategy<Value = String> {
    let operand = proptest::sample::select(
        &[
            "task.a",
            "task.b",
            "task.l",
            "task.o.k",
            "task.l[0]",
            "worker.a",
            "worker.b",
            "worker.l",
            "worker.o",
            "1",
            "1.0",
            "2",
            "-0.5",
            "'x'",
            "'xy'",
            "''",
            "true",
            "false",
            "null",
            "['x', 1, null]",
            "[]",
            "[true, 'xy', 2]",
        ][..],
    );
    let op = proptest::sample::select(&["==", "=", "!=", "<", "<=", ">", ">=", "CONTAINS", "HAS", "IN", "NOT IN"][..]);
    let test = (operand.clone(), op, operand).prop_map(|(left, op, right)| format!("{left} {op} {right}"));
    test.prop_recursive(5, 24, 4, |inner| {
        let join = proptest::sample::select(&[" AND ", " OR "][..]);
        prop_oneof![
            (proptest::collection::vec(inner.clone(), 2..5), join).prop_map(|(parts, join)| parts.join(join)),
            inner.clone().prop_map(|part| format!("({part})")),
            inner.prop_map(|part| format!("NOT ({part})")),
        ]
    })
}

pub(crate) fn document() -> impl Strategy<Value = Json> {
    let scalar = proptest::sample::select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(1),
        json!(1.0),
        json!(2),
        json!(-0.5),
        json!("x"),
        json!("xy"),
        json!(""),
    ]);
    let list =
        proptest::collection::vec(prop_oneof![4 => scalar.clone(), 1 => Just(json!(["x"]))], 0..4).prop_map(Json::from);
    let any = prop_oneof![3 => scalar, 2 => list.clone(), 1 => Just(json!({"k": "x"}))];
    let entry = |key: &'static str| any.clone().prop_map(move |value| (key.to_owned(), value));
    let entries = (entry("a"), entry("b"), list.prop_map(|l| ("l".to_owned(), l)), entry("o"));
    (entries, 0_u8..16).prop_map(|((a, b, l, o), kept)| {
        [a, b, l, o].into_iter().enumerate().filter(|(i, _)| kept & (1 << i) != 0).map(|(_, entry)| entry).collect()
    })
}

/// The rules of semantics 1.5, Q9-Q12, Q65 and R7 once more, over plain JSON and by recursion.
#[derive(Clone)]
struct Naive<'a> {
    tree: &'a Tree,
    task: Json,
    worker: Json,
    /// Comparisons that come out the other way.
    overturned: Vec<NodeId>,
}

impl Naive<'_> {
    fn holds(&self, node: NodeId) -> bool {
        match &self.tree[node].kind {
            NodeKind::And(parts) => parts.iter().all(|part| self.holds(*part)),
            NodeKind::Or(parts) => parts.iter().any(|part| self.holds(*part)),
            NodeKind::Not(inner) => !self.holds(*inner),
            NodeKind::Test { op, left, right } => {
                let with_null =
                    [left, right].iter().any(|t| t.operand == Operand::Literal(pointsman_expr::Value::Null));
                let holds = judge_values(*op, &self.read(&left.operand), &self.read(&right.operand), with_null);
                holds != self.overturned.contains(&node)
            }
        }
    }

    /// The result where the known documents, of the task and of the worker, decide it.
    fn decided(&self, node: NodeId, known: [bool; 2]) -> Option<bool> {
        let joined = |parts: &[NodeId], decisive: bool| {
            let parts: Vec<_> = parts.iter().map(|part| self.decided(*part, known)).collect();
            if parts.contains(&Some(decisive)) {
                return Some(decisive);
            }
            (!parts.contains(&None)).then_some(!decisive)
        };
        match &self.tree[node].kind {
            NodeKind::And(parts) => joined(parts, false),
            NodeKind::Or(parts) => joined(parts, true),
            NodeKind::Not(inner) => self.decided(*inner, known).map(|holds| !holds),
            NodeKind::Test { left, right, .. } => {
                let is_known = |operand: &Operand| match operand {
                    Operand::Literal(_) => true,
                    Operand::Name(Name::Task(_)) => known[0],
                    Operand::Name(_) => known[1],
                };
                (is_known(&left.operand) && is_known(&right.operand)).then(|| self.holds(node))
            }
        }
    }

    fn read(&self, operand: &Operand) -> Json {
        let name = match operand {
            Operand::Literal(value) => return Json::from(value),
            Operand::Name(name) => name.to_string(),
        };
        let (document, path) = match name.split_once('.') {
            Some(("task", path)) => (&self.task, path),
            Some((_, path)) => (&self.worker, path),
            None => panic!("{name} has no prefix"),
        };
        let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
        document.pointer(&pointer).cloned().unwrap_or_default()
    }
}

fn judge_values(op: Op, left: &Json, right: &Json, with_null: bool) -> bool {
    let structured = |v: &Json| v.is_array() || v.is_object();
    let scalars = !structured(left) && !structured(right);
    match op {
        Op::Equal => scalars && same(left, right),
        Op::NotEqual if with_null => left.is_null() != right.is_null(),
        Op::NotEqual => scalars && !same(left, right),
        Op::Less => less(left, right),
        Op::Greater => less(right, left),
        Op::LessOrEqual => less(left, right) || (ordered(left, right) && same(left, right)),
        Op::GreaterOrEqual => less(right, left) || (ordered(left, right) && same(left, right)),
        Op::Contains => matches!((left, right), (Json::String(a), Json::String(b)) if a.find(b.as_str()).is_some()),
        Op::Has => left.is_array() && !structured(right) && member(left, right),
        Op::In => right.is_array() && !structured(left) && member(right, left),
        Op::NotIn => right.is_array() && !structured(left) && !member(right, left),
    }
}

fn same(a: &Json, b: &Json) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn ordered(a: &Json, b: &Json) -> bool {
    (a.is_number() && b.is_number()) || (a.is_string() && b.is_string())
}

fn less(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::String(a), Json::String(b)) => a.chars().lt(b.chars()),
        _ => ordered(a, b) && a.as_f64() < b.as_f64(),
    }
}

fn member(list: &Json, item: &Json) -> bool {
    let items = list.as_array().expect("a list");
    items.iter().any(|element| !element.is_array() && !element.is_object() && same(element, item))
}
