//! Owns what can be said of expressions that are tried one after another, as the filters of a workflow are: which are
//! never reached, and because of which. Never says it of one alone.

use super::conditions::Goal;
use super::search::{Exhausted, Work};
use super::{Analysis, WORK_LIMIT};
use crate::Expression;

/// The work for a whole list, in work limits: well under a second.
const WORK_FOR_A_LIST: usize = 100 * WORK_LIMIT;

/// An expression that is never reached behind others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// Its place in the list.
    pub at: usize,
    /// The places of earlier ones without which it never holds, ascending; one where one suffices, and none that can be left
    /// out, unless telling them apart takes too much work. Empty when it never holds at all.
    pub by: Vec<usize>,
}

/// The expressions of a list that are shadowed by those before them, as by [`is_shadowed`](super::is_shadowed), but with
/// less work than if each was asked about alone. The rest of the list is passed over when all of it takes too much.
#[must_use]
pub fn shadows(expressions: &[&Expression]) -> Vec<Shadow> {
    let mut list = List { analysis: Analysis::of(expressions.iter().copied()), left: WORK_FOR_A_LIST };
    (0..expressions.len()).filter_map(|at| Some(Shadow { at, by: list.shadowed_by(at)? })).collect()
}

struct List {
    analysis: Analysis,
    left: usize,
}

impl List {
    fn shadowed_by(&mut self, at: usize) -> Option<Vec<usize>> {
        let share = self.left.min(WORK_LIMIT);
        let mut work = Work(share);
        let mut by: Vec<usize> = (0..at).collect();
        let is_shadowed = self.suffice(at, &by, &mut work).unwrap_or(false);
        if is_shadowed {
            // What suffices is known even if there is no work left to find less.
            let _ = self.reduce(at, &mut by, &mut work);
        }
        self.left -= share - work.0;
        is_shadowed.then_some(by)
    }

    /// Leaves out whatever can be.
    fn reduce(&mut self, at: usize, by: &mut Vec<usize>, work: &mut Work) -> Result<(), Exhausted> {
        if self.suffice(at, &[], work)? {
            by.clear();
            return Ok(());
        }
        for place in 0..at {
            if self.suffice(at, &[place], work)? {
                *by = vec![place];
                return Ok(());
            }
        }
        for place in 0..at {
            let others: Vec<usize> = by.iter().copied().filter(|other| *other != place).collect();
            if self.suffice(at, &others, work)? {
                *by = others;
            }
        }
        Ok(())
    }

    /// Whether the expression never holds without one of the others.
    fn suffice(&mut self, at: usize, others: &[usize], work: &mut Work) -> Result<bool, Exhausted> {
        let outcomes = [(at, true)].into_iter().chain(others.iter().map(|&other| (other, false)));
        let goals: Vec<Goal> = outcomes.map(|(at, holds)| self.analysis.goal(at, holds)).collect();
        Ok(!self.analysis.is_possible(&goals, work)?)
    }
}
