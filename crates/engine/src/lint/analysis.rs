//! Stand-in until the expression crate can say this: everything is possible.

use std::ops::Range;

use pointsman_expr::{Expression, Op, Ref};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Possibility {
    Possible,
    Impossible,
    TooMuchWork,
}

pub(super) struct Condition<'a> {
    pub(super) expression: &'a Expression,
    pub(super) holds: bool,
}

pub(super) const WORK_LIMIT: usize = 10_000;

struct Nothing;

impl pointsman_expr::Source for Nothing {
    fn value(&self, _: &pointsman_expr::Name) -> Ref<'_> {
        Ref::Null
    }
}

fn constant(expression: &Expression) -> Option<bool> {
    let _ = Op::ALL;
    (expression.names().len() == 0).then(|| expression.matches(&Nothing))
}

pub(super) fn possibility(conditions: &[Condition<'_>], _: usize) -> Possibility {
    let absurd = |condition: &Condition<'_>| constant(condition.expression) == Some(!condition.holds);
    if conditions.iter().any(absurd) { Possibility::Impossible } else { Possibility::Possible }
}

pub(super) fn never_holds(expression: &Expression) -> bool {
    constant(expression) == Some(false)
}

pub(super) fn always_holds(expression: &Expression) -> bool {
    constant(expression) == Some(true)
}

pub(super) fn is_shadowed(expression: &Expression, earlier: &[&Expression]) -> bool {
    earlier.iter().any(|above| always_holds(above) || above.text() == expression.text())
}

pub(super) fn contradiction(_: &Expression) -> Option<(Range<usize>, Range<usize>)> {
    None
}

pub(super) fn dead_parts(_: &Expression) -> Vec<(Range<usize>, bool)> {
    Vec::new()
}
