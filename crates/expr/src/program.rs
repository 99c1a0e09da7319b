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
        let mut open = vec![Pending { node: tree.root(), on_true: Exit::At(HOLDS), on_false: Exit::At(FAILS) }];
        while let Some(Pending { node, on_true, on_false }) = open.pop() {
            let (on_true, on_false) = (on_true.resolve(tests.len()), on_false.resolve(tests.len()));
            match &tree[node].kind {
                NodeKind::And(parts) => {
                    open.extend(chain(parts, Exit::Following, Exit::At(on_false), on_true, on_false));
                }
                NodeKind::Or(parts) => open.extend(chain(parts, Exit::At(on_true), Exit::Following, on_true, on_false)),
                NodeKind::Not(inner) => {
                    open.push(Pending { node: *inner, on_true: Exit::At(on_false), on_false: Exit::At(on_true) });
                }
                NodeKind::Test { op, left, right } => {
                    tests.push(Test {
                        check: Check::new(*op, left.operand.clone(), right.operand.clone()),
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
        let mut at = 0;
        loop {
            let test = &self.tests[at as usize];
            at = if test.check.holds(source) { test.on_true } else { test.on_false };
            match at {
                HOLDS => return true,
                FAILS => return false,
                _ => {}
            }
        }
    }
}

/// A part of the tree that is still to be compiled.
struct Pending {
    node: NodeId,
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
fn chain(parts: &[NodeId], on_true: Exit, on_false: Exit, last_true: u32, last_false: u32) -> Vec<Pending> {
    let mut chain: Vec<_> = parts.iter().map(|&node| Pending { node, on_true, on_false }).collect();
    if let Some(last) = chain.last_mut() {
        (last.on_true, last.on_false) = (Exit::At(last_true), Exit::At(last_false));
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
