//! Owns the compiled form: a flat list of tests, each with the test to run next when it holds and when it does not.
//! Never looks at text or spans.

use std::borrow::Borrow;

use crate::{Name, NodeId, NodeKind, Op, Operand, Ref, Source, Tree, Value};

/// A compiled condition. INVARIANT: jumps lead forward only, so that every run ends.
#[derive(Debug)]
pub(crate) struct Program {
    tests: Box<[Test]>,
}

#[derive(Debug)]
struct Test {
    check: Check,
    /// Whether it stands below an odd number of NOTs, so that the whole gains by its failing.
    negated: bool,
    on_true: u32,
    on_false: u32,
}

/// The end of a run with this result. Texts are far too short for so many tests.
const HOLDS: u32 = u32::MAX;
const FAILS: u32 = u32::MAX - 1;

impl Program {
    /// Compiles from the last test to the first, so that the target of every jump is known when it is written.
    pub(crate) fn compile(tree: &Tree) -> Self {
        let mut tests: Vec<Test> = Vec::new();
        let (on_true, on_false) = (Exit::At(HOLDS), Exit::At(FAILS));
        let mut open = vec![Pending { node: tree.root(), negated: false, on_true, on_false }];
        while let Some(Pending { node, negated, on_true, on_false }) = open.pop() {
            let (on_true, on_false) = (on_true.resolve(tests.len()), on_false.resolve(tests.len()));
            let whole = Pending { node, negated, on_true: Exit::At(on_true), on_false: Exit::At(on_false) };
            match &tree[node].kind {
                NodeKind::And(parts) => open.extend(chain(parts, Pending { on_true: Exit::Following, ..whole }, whole)),
                NodeKind::Or(parts) => open.extend(chain(parts, Pending { on_false: Exit::Following, ..whole }, whole)),
                NodeKind::Not(inner) => open.push(Pending {
                    node: *inner,
                    negated: !negated,
                    on_true: whole.on_false,
                    on_false: whole.on_true,
                }),
                NodeKind::Test { op, left, right } => {
                    tests.push(Test {
                        check: Check::new(*op, left.operand.clone(), right.operand.clone()),
                        negated,
                        on_true,
                        on_false,
                    });
                }
            }
        }
        Self { tests: forwards(tests) }
    }

    #[inline]
    pub(crate) fn run(&self, source: &impl Source) -> bool {
        self.walk(|test| test.check.holds(source))
    }

    /// The result that no value of an unknown name can change. Each test stands in the text once, so it is enough to
    /// look at the two ends: all undecided tests in favour of the whole, and all of them against it.
    pub(crate) fn decide(&self, source: &impl Source, known: impl Fn(&Name) -> bool) -> Option<bool> {
        let run = |favourable: bool| {
            self.walk(|test| {
                if test.check.names().all(&known) { test.check.holds(source) } else { favourable != test.negated }
            })
        };
        let at_worst = run(false);
        (at_worst == run(true)).then_some(at_worst)
    }

    #[inline]
    fn walk(&self, holds: impl Fn(&Test) -> bool) -> bool {
        let mut at = 0;
        loop {
            let test = &self.tests[at as usize];
            at = if holds(test) { test.on_true } else { test.on_false };
            match at {
                HOLDS => return true,
                FAILS => return false,
                _ => {}
            }
        }
    }
}

/// A part of the tree that is still to be compiled.
#[derive(Clone, Copy)]
struct Pending {
    node: NodeId,
    negated: bool,
    on_true: Exit,
    on_false: Exit,
}

/// Where to go after a part of the tree.
#[derive(Clone, Copy)]
enum Exit {
    /// To a known place.
    At(u32),
    /// To the part that follows it in the text, which is the one compiled just before.
    Following,
}

impl Exit {
    fn resolve(self, compiled: usize) -> u32 {
        match self {
            Self::At(place) => place,
            Self::Following => compiled as u32 - 1,
        }
    }
}

/// The parts of an AND or OR, the last one on top; only the last leaves by the exits of the whole.
fn chain(parts: &[NodeId], inner: Pending, last: Pending) -> Vec<Pending> {
    let mut chain: Vec<_> = parts.iter().map(|&node| Pending { node, ..inner }).collect();
    if let Some(end) = chain.last_mut() {
        *end = Pending { node: end.node, ..last };
    }
    chain
}

/// Turns the list round, so that the run starts at 0 and jumps forward.
fn forwards(mut tests: Vec<Test>) -> Box<[Test]> {
    let last = tests.len() as u32 - 1;
    let turn = |place: u32| if place == HOLDS || place == FAILS { place } else { last - place };
    for test in &mut tests {
        (test.on_true, test.on_false) = (turn(test.on_true), turn(test.on_false));
    }
    tests.reverse();
    tests.into()
}

/// One comparison, with `null` tests recognised (Q65); of operands it owns, or of those it is shown.
#[derive(Debug)]
pub(crate) enum Check<O = Operand> {
    /// `x == null`: the value is missing.
    Missing(O),
    /// `x != null`: there is a value, of whatever type.
    Present(O),
    /// `$.x == null`: the query selects nothing.
    SelectsNothing(O),
    /// `$.x != null`: the query selects something.
    SelectsSomething(O),
    /// Any other comparison.
    Compare(Op, O, O),
}

impl<O: Borrow<Operand>> Check<O> {
    pub(crate) fn new(op: Op, left: O, right: O) -> Self {
        let judged = match (op, left.borrow().is_null_literal(), right.borrow().is_null_literal()) {
            (Op::Equal | Op::NotEqual, _, true) => left,
            (Op::Equal | Op::NotEqual, true, false) => right,
            _ => return Self::Compare(op, left, right),
        };
        match (op == Op::Equal, judged.borrow()) {
            (true, Operand::Name(Name::Nodes { .. })) => Self::SelectsNothing(judged),
            (false, Operand::Name(Name::Nodes { .. })) => Self::SelectsSomething(judged),
            (true, _) => Self::Missing(judged),
            (false, _) => Self::Present(judged),
        }
    }

    /// The names whose values it looks at.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Name> {
        let (first, second) = match self {
            Self::Compare(_, left, right) => (left, Some(right)),
            Self::Missing(one) | Self::Present(one) | Self::SelectsNothing(one) | Self::SelectsSomething(one) => {
                (one, None)
            }
        };
        let operands = std::iter::once(first).chain(second);
        operands.filter_map(|operand| match operand.borrow() {
            Operand::Name(name) => Some(name),
            Operand::Literal(_) => None,
        })
    }

    #[inline]
    pub(crate) fn holds(&self, source: &impl Source) -> bool {
        match self {
            Self::Compare(op, left, right) => op.holds(left.borrow().read(source), right.borrow().read(source)),
            Self::Missing(operand) => operand.borrow().read(source) == Ref::Null,
            Self::Present(operand) => operand.borrow().read(source) != Ref::Null,
            Self::SelectsNothing(nodes) => !selects(nodes.borrow().read(source)),
            Self::SelectsSomething(nodes) => selects(nodes.borrow().read(source)),
        }
    }
}

fn selects(nodes: Ref<'_>) -> bool {
    matches!(nodes, Ref::Array(nodes) if !nodes.is_empty())
}

impl Operand {
    /// The value of the operand, now.
    #[inline]
    pub fn read<'a>(&'a self, source: &'a impl Source) -> Ref<'a> {
        match self {
            Self::Literal(value) => Value::as_ref(value),
            Self::Name(name) => source.value(name),
        }
    }
}
