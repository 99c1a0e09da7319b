//! Owns the search for an outcome: it takes what follows for true, tries alternatives one after another, and counts its
//! work. Never looks into values.

use super::conditions::{Conditions, Goal, Way};
use super::knowledge::{Knowledge, Moment};

/// How much work may still be done.
#[derive(Debug)]
pub(super) struct Work(pub(super) usize);

/// There was too much work.
#[derive(Debug)]
pub(super) struct Exhausted;

/// Cuts and demands that are looked at in about the time that a small claim takes anyway.
const SIZE_OF_ONE_STEP: usize = 4;

impl Work {
    fn spend(&mut self, size: usize) -> Result<(), Exhausted> {
        self.0 = self.0.checked_sub(1 + size / SIZE_OF_ONE_STEP).ok_or(Exhausted)?;
        Ok(())
    }
}

/// Whether all of the goals may be reached at once; `false` is certain. Knowledge is in the end what it was before.
pub(super) fn is_possible(
    conditions: &Conditions,
    knowledge: &mut Knowledge,
    goals: &[Goal],
    work: &mut Work,
) -> Result<bool, Exhausted> {
    let start = knowledge.now();
    let mut search = Search { conditions, knowledge, open: Vec::new(), work };
    let possible = search.run(goals);
    search.knowledge.return_to(start);
    possible
}

struct Search<'a> {
    conditions: &'a Conditions,
    knowledge: &'a mut Knowledge,
    /// What is wanted and may be reached in more than one way.
    open: Vec<Choice<'a>>,
    work: &'a mut Work,
}

/// At least one of these conditions must have this outcome.
#[derive(Clone, Copy)]
struct Choice<'a> {
    conditions: &'a [usize],
    hold: bool,
}

impl Choice<'_> {
    fn alternatives(&self) -> impl Iterator<Item = Goal> {
        self.conditions.iter().map(|&condition| Goal { condition, holds: self.hold })
    }
}

/// How a choice stands.
enum Ways {
    /// One of its alternatives is known to come true.
    Reached,
    /// So many can, and this is the last of them.
    Left(usize, Option<Goal>),
}

/// A choice whose alternatives are tried one after another.
struct Branch<'a> {
    before: Moment,
    open: Vec<Choice<'a>>,
    alternatives: Vec<Goal>,
    tried: usize,
}

/// What there is to do after everything that follows was taken for true.
enum Outcome {
    /// What was assumed contradicts itself.
    Contradiction,
    /// Everything wanted is reached, as far as can be seen.
    Reached,
    /// The open choice in this place has the fewest alternatives.
    Choose(usize),
}

impl<'a> Search<'a> {
    fn run(&mut self, goals: &[Goal]) -> Result<bool, Exhausted> {
        let mut branches: Vec<Branch<'a>> = Vec::new();
        let mut consistent = self.assume(goals)?;
        loop {
            let outcome = if consistent { self.conclude()? } else { Outcome::Contradiction };
            match outcome {
                Outcome::Reached => return Ok(true),
                Outcome::Choose(_) if self.is_lucky()? => return Ok(true),
                Outcome::Choose(at) => branches.push(self.branch(at)?),
                Outcome::Contradiction => {}
            }
            while branches.last().is_some_and(|branch| branch.tried == branch.alternatives.len()) {
                branches.pop();
            }
            let Some(branch) = branches.last_mut() else { return Ok(false) };
            consistent = self.try_next(branch)?;
        }
    }

    /// Whether a guess reaches everything: that whatever may be missing is, and that any alternative will do then. Most of
    /// what is possible is found so, and a lint asks mostly for what is possible.
    fn is_lucky(&mut self) -> Result<bool, Exhausted> {
        let (before, open) = (self.knowledge.now(), self.open.clone());
        self.knowledge.guess_missing();
        let lucky = self.take_any();
        self.knowledge.return_to(before);
        self.open = open;
        lucky
    }

    fn take_any(&mut self) -> Result<bool, Exhausted> {
        while let Some(choice) = self.open.pop() {
            let goes_on = match self.ways(choice)? {
                Ways::Reached => true,
                Ways::Left(_, None) => false,
                Ways::Left(_, Some(alternative)) => self.assume(&[alternative])?,
            };
            if !goes_on {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn branch(&mut self, at: usize) -> Result<Branch<'a>, Exhausted> {
        let choice = self.open.swap_remove(at);
        self.work.spend(self.open.len())?;
        let mut alternatives = Vec::new();
        for alternative in choice.alternatives() {
            if self.can_be(alternative)? {
                alternatives.push(alternative);
            }
        }
        Ok(Branch { before: self.knowledge.now(), open: self.open.clone(), alternatives, tried: 0 })
    }

    /// Assumes the next alternative. Those before it led nowhere, so they are known to fail.
    fn try_next(&mut self, branch: &mut Branch<'a>) -> Result<bool, Exhausted> {
        self.knowledge.return_to(branch.before);
        self.open.clone_from(&branch.open);
        let (tried, rest) = branch.alternatives.split_at(branch.tried);
        branch.tried += 1;
        let failed = tried.iter().map(|goal| goal.turned());
        self.assume(&rest.first().copied().into_iter().chain(failed).collect::<Vec<_>>())
    }

    /// Takes goals for reached, the first one first. `false` when that contradicts what is known.
    fn assume(&mut self, goals: &[Goal]) -> Result<bool, Exhausted> {
        let mut goals: Vec<Goal> = goals.iter().rev().copied().collect();
        while let Some(goal) = goals.pop() {
            match self.conditions.way(goal) {
                (Way::Claim(claim), _) => {
                    self.work.spend(self.knowledge.size(claim))?;
                    if !self.knowledge.learn(claim) {
                        return Ok(false);
                    }
                }
                (Way::Every(parts), holds) => {
                    goals.extend(parts.iter().rev().map(|&condition| Goal { condition, holds }));
                }
                (Way::Some(conditions), hold) => self.open.push(Choice { conditions, hold }),
            }
        }
        Ok(true)
    }

    /// Takes for true what open choices leave no other way for, until nothing more follows.
    fn conclude(&mut self) -> Result<Outcome, Exhausted> {
        loop {
            let mut fewest: Option<(usize, usize)> = None;
            let (mut at, mut learnt) = (0, false);
            while let Some(&choice) = self.open.get(at) {
                match self.ways(choice)? {
                    Ways::Left(0, _) => return Ok(Outcome::Contradiction),
                    Ways::Left(count, _) if count > 1 => {
                        fewest = fewest.filter(|(least, _)| *least <= count).or(Some((count, at)));
                        at += 1;
                    }
                    Ways::Left(_, only) => {
                        self.open.swap_remove(at);
                        learnt = true;
                        if !self.assume(only.as_slice())? {
                            return Ok(Outcome::Contradiction);
                        }
                    }
                    Ways::Reached => {
                        self.open.swap_remove(at);
                    }
                }
            }
            if !learnt {
                return Ok(fewest.map_or(Outcome::Reached, |(_, at)| Outcome::Choose(at)));
            }
        }
    }

    fn ways(&mut self, choice: Choice<'a>) -> Result<Ways, Exhausted> {
        let (mut count, mut last) = (0, None);
        for alternative in choice.alternatives() {
            if !self.can_be(alternative)? {
                continue;
            }
            if !self.can_be(alternative.turned())? {
                return Ok(Ways::Reached);
            }
            (count, last) = (count + 1, Some(alternative));
        }
        Ok(Ways::Left(count, last))
    }

    /// Whether a goal may still be reached, as far as each comparison on its own tells. Recurses as deep as conditions lie
    /// in one another, which is bounded.
    fn can_be(&mut self, goal: Goal) -> Result<bool, Exhausted> {
        let (parts, holds, every) = match self.conditions.way(goal) {
            (Way::Claim(claim), _) => {
                self.work.spend(self.knowledge.size(claim))?;
                return Ok(self.knowledge.allows(claim));
            }
            (Way::Every(parts), holds) => (parts, holds, true),
            (Way::Some(parts), holds) => (parts, holds, false),
        };
        for &condition in parts {
            if self.can_be(Goal { condition, holds })? != every {
                return Ok(!every);
            }
        }
        Ok(every)
    }
}
