//! Owns what can be said of expressions without values: whether one can ever hold, or only where others do. Never
//! evaluates.
//!
//! # What is claimed
//!
//! [`Possibility::Impossible`] is certain: no source of values that keeps to what is said below makes the conditions come
//! out as asked. The other answers are not certain, so that a lint can be silent but not wrong.
//!
//! ```
//! use pointsman_expr::{Kind, Limits, analysis, parse};
//!
//! let filter = |text: &str| parse(text, Kind::Filter, &Limits::default()).unwrap().expression;
//! assert!(analysis::never_holds(&filter("type == 'chat' AND type == 'voice'")));
//! assert!(analysis::always_holds(&filter("taskrouter.currentHour < 24")));
//! let (gold, silver) = (filter("tier == 'gold'"), filter("tier == 'silver' OR tier == 'bronze'"));
//! assert!(analysis::is_shadowed(&filter("tier IN ['gold', 'silver']"), &[&gold, &silver]));
//! ```
//!
//! # How
//!
//! Each reference has a set of values: whether it can be NULL (which a missing key is, too: R7), `true`, `false`, an object;
//! numbers and texts as stretches of a line; parts that texts contain or do not; members that lists have or do not. A
//! comparison with a constant narrows the set of its reference, whether it holds or not: `NOT (x < 3)` leaves everything
//! but numbers below 3. Two references compared stand in one of a few relations. Of `OR`, and of an `AND` that fails, one
//! side after another is tried. When a set becomes empty, what was assumed is impossible.
//!
//! What the expression's place says of a name is used (semantics 1.7, 1.9): fields of a worker are texts, counts are whole
//! and not negative, percentages reach from 0 to 100, hours from 0 to 23, days from `Mon` to `Sun`. A figure of a channel and
//! the count of an activity may be NULL. An attribute may have any value; one inside another makes that one an object or a
//! list. For sources that know less, as [`Documents`](crate::Documents) does, nothing is claimed of these names.
//!
//! # What is left out
//!
//! * What two references say of each other beyond their relation: `a == b AND a == 1 AND b == 2` counts as possible.
//! * Which texts are parts of a constant (`'voice' CONTAINS x`), and which parts a text between two others can have.
//! * Elements of a list by number: `x[0] == 'a'` says of `x` only that it is a list.
//! * What a query (`$...`) finds in the document that other names read.
//! * Whether there is a text or a fraction between two constants: between any two there is.
//! * Everything beyond the work limit.

mod claim;
mod conditions;
mod inside;
mod knowledge;
mod line;
mod names;
mod search;
mod shadows;
mod values;

pub use inside::{contradiction, dead_parts};
pub use shadows::{Shadow, shadows};

use self::conditions::{Conditions, Goal};
use self::knowledge::Knowledge;
use self::search::{Exhausted, Work};
use crate::Expression;

/// The work limit for lints: beyond every expression that a person wrote, and a few milliseconds.
pub const WORK_LIMIT: usize = 50_000;

/// What must be true of one of the expressions asked about.
#[derive(Clone, Copy, Debug)]
pub struct Condition<'a> {
    /// The expression.
    pub expression: &'a Expression,
    /// Whether it holds.
    pub holds: bool,
}

/// Whether some source of values makes conditions come out as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possibility {
    /// None is known to be impossible.
    Possible,
    /// There is none, for certain.
    Impossible,
    /// The work limit was reached before there was an answer.
    TooMuchWork,
}

/// Whether some source of values makes all of the conditions come out so. The work is counted in comparisons looked at.
#[must_use]
pub fn possibility(conditions: &[Condition<'_>], work_limit: usize) -> Possibility {
    let outcomes: Vec<_> = conditions.iter().enumerate().map(|(at, condition)| (at, condition.holds)).collect();
    Analysis::of(conditions.iter().map(|condition| condition.expression)).possibility(&outcomes, work_limit)
}

/// Whether no source makes the expression hold.
#[must_use]
pub fn never_holds(expression: &Expression) -> bool {
    possibility(&[Condition { expression, holds: true }], WORK_LIMIT) == Possibility::Impossible
}

/// Whether every source makes the expression hold.
#[must_use]
pub fn always_holds(expression: &Expression) -> bool {
    possibility(&[Condition { expression, holds: false }], WORK_LIMIT) == Possibility::Impossible
}

/// Whether no source makes the expression hold without one of the earlier ones, so that it is never reached behind them.
/// So it is when the expression never holds at all, or the earlier ones leave nothing.
#[must_use]
pub fn is_shadowed(expression: &Expression, earlier: &[&Expression]) -> bool {
    let earlier = earlier.iter().map(|&expression| Condition { expression, holds: false });
    let conditions: Vec<_> = [Condition { expression, holds: true }].into_iter().chain(earlier).collect();
    possibility(&conditions, WORK_LIMIT) == Possibility::Impossible
}

/// Expressions taken apart once, of which many questions can be asked.
#[derive(Debug)]
pub struct Analysis {
    conditions: Conditions,
    knowledge: Knowledge,
}

impl Analysis {
    /// Takes these expressions apart.
    #[must_use]
    pub fn of<'a>(expressions: impl IntoIterator<Item = &'a Expression>) -> Self {
        let (conditions, subjects) = Conditions::of(expressions);
        Self { conditions, knowledge: Knowledge::of(&subjects) }
    }

    /// Whether some source of values makes the expressions in these places of the list come out so, as in
    /// [`possibility`].
    ///
    /// # Panics
    /// When there is no expression in a place.
    #[must_use]
    pub fn possibility(&mut self, outcomes: &[(usize, bool)], work_limit: usize) -> Possibility {
        let goals: Vec<_> = outcomes.iter().map(|&(at, holds)| self.goal(at, holds)).collect();
        match self.is_possible(&goals, &mut Work(work_limit)) {
            Ok(true) => Possibility::Possible,
            Ok(false) => Possibility::Impossible,
            Err(Exhausted) => Possibility::TooMuchWork,
        }
    }

    fn goal(&self, expression: usize, holds: bool) -> Goal {
        Goal { condition: self.conditions.whole(expression), holds }
    }

    /// The same of any conditions inside the expressions, for as much work as is left.
    fn is_possible(&mut self, goals: &[Goal], work: &mut Work) -> Result<bool, Exhausted> {
        if self.conditions.is_too_deep {
            return Err(Exhausted);
        }
        search::is_possible(&self.conditions, &mut self.knowledge, goals, work)
    }
}
