//! Rings that may be missed: a task is offered to one worker after another until somebody answers.

use super::{Unsolvable, positive, probability};
use crate::portable::{exp_m1, pow};

/// Rings until an answer, each answered with the same chance and independently: a geometric number, or the first
/// `limit` terms of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rings {
    answered: f64,
    limit: Option<u32>,
}

impl Rings {
    /// `answered` is the chance that a ring is answered; after `limit` rings the task is given up.
    ///
    /// # Errors
    /// When the chance is not above 0 and at most 1.
    pub fn new(answered: f64, limit: Option<u32>) -> Result<Self, Unsolvable> {
        positive("the chance of an answer", probability("the chance of an answer", answered)?)?;
        Ok(Self { answered, limit })
    }

    /// When answers take an exponential time and a ring ends after `timeout`: chance 1 - exp(-rate timeout).
    ///
    /// # Errors
    /// When a figure is not above zero.
    pub fn timed(answer_rate: f64, timeout: f64, limit: Option<u32>) -> Result<Self, Unsolvable> {
        let rate = positive("the answer rate", answer_rate)? * positive("the timeout", timeout)?;
        Self::new(-exp_m1(-rate), limit)
    }

    /// How many rings a task takes, on average: (1 - q^limit) / p, or 1 / p without a limit.
    pub fn mean(&self) -> f64 {
        (1.0 - self.unanswered()) / self.answered
    }

    /// How many of them are missed, on average.
    pub fn mean_missed(&self) -> f64 {
        self.mean() * (1.0 - self.answered)
    }

    /// The share of tasks that nobody answers within the limit: q^limit.
    pub fn unanswered(&self) -> f64 {
        self.limit.map_or(0.0, |limit| pow(1.0 - self.answered, f64::from(limit)))
    }

    /// The share of tasks that are answered at the ring of this number, counted from 1: p q^(number - 1).
    pub fn answered_at(&self, number: u32) -> f64 {
        let rings = number >= 1 && self.limit.is_none_or(|limit| number <= limit);
        if rings { self.answered * pow(1.0 - self.answered, f64::from(number - 1)) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;
    use crate::portable::exp;

    #[test]
    fn a_fair_coin_takes_two_throws() {
        let rings = Rings::new(0.5, None).unwrap();
        assert_eq!((rings.mean(), rings.mean_missed(), rings.unanswered()), (2.0, 1.0, 0.0));
        assert_eq!([0, 1, 2, 3].map(|number| rings.answered_at(number)), [0.0, 0.5, 0.25, 0.125]);
    }

    #[test]
    fn a_limit_cuts_the_law_off() {
        let rings = Rings::new(0.3, Some(4)).unwrap();
        let ends = |number: u32| rings.answered_at(number) + if number == 4 { rings.unanswered() } else { 0.0 };
        assert_close((1..=9).map(ends).sum(), 1.0, 1e-14);
        assert_close((1..=4).map(|number| f64::from(number) * ends(number)).sum(), rings.mean(), 1e-14);
        let missed = |number: u32| f64::from(number - 1) * rings.answered_at(number);
        assert_close((1..=4).map(missed).sum::<f64>() + 4.0 * rings.unanswered(), rings.mean_missed(), 1e-14);
        assert_eq!(rings.answered_at(5), 0.0);
    }

    #[test]
    fn timed_rings_are_answered_by_the_exponential_law() {
        let rings = Rings::timed(0.1, 10.0, None).unwrap();
        assert_close(rings.answered_at(1), 1.0 - exp(-1.0), 1e-14);
        assert_eq!(Rings::new(1.0, Some(3)).unwrap().mean(), 1.0);
        assert!(Rings::new(0.0, None).is_err());
        assert!(Rings::new(1.2, None).is_err());
    }
}
