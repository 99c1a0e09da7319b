//! Sums over the states of a chain, from the one where all workers become busy upwards: terms without sign, kept on a
//! scale so that neither long queues nor rates far apart overflow.

use super::Unsolvable;
use crate::portable::{exp, ln};

/// More terms than this are not summed: a second of work.
const MOST_TERMS: u64 = 50_000_000;

/// When a sum grows past this, it moves to a larger scale.
const LARGE: f64 = 1e200;

/// Terms below this share of their sum no longer change it.
const NEGLIGIBLE: f64 = 1e-18;

/// N sums over the same weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums<const N: usize> {
    /// The sums, on their scale.
    pub(super) sums: [f64; N],
    /// How often the scale grew. A count: a logarithm that is added to many times drifts.
    rescaled: u32,
    /// The weight of the term next to be added.
    weight: f64,
    terms: u64,
}

impl<const N: usize> Sums<N> {
    /// Sums over the weights 1, r(1), r(1) r(2), ...: `ratio(n)` is the weight of term n by that of the one before,
    /// `values(n)` what is summed. It ends before term `end`, or where terms have become negligible for good; ratios
    /// must fall from some term on, values grow less than geometrically.
    pub(super) fn new(
        end: Option<u64>,
        mut ratio: impl FnMut(u64) -> f64,
        mut values: impl FnMut(u64) -> [f64; N],
    ) -> Result<Self, Unsolvable> {
        let mut sums = Self { sums: [0.0; N], rescaled: 0, weight: 1.0, terms: 0 };
        while end.is_none_or(|end| sums.terms < end) {
            let values = values(sums.terms);
            sums.add(values);
            let ratio = ratio(sums.terms);
            if ratio < 1.0 && sums.rest_is_negligible(values, ratio) {
                break;
            }
            if sums.terms == MOST_TERMS {
                return Err(Unsolvable::TooLong { terms: MOST_TERMS });
            }
            sums.weight *= ratio;
            sums.rescale();
        }
        Ok(sums)
    }

    fn add(&mut self, values: [f64; N]) {
        for (sum, value) in self.sums.iter_mut().zip(values) {
            *sum += self.weight * value;
        }
        self.terms += 1;
    }

    /// Whether all terms to come, which fall at least as fast as a geometric series, leave the sums as they are.
    fn rest_is_negligible(&self, values: [f64; N], ratio: f64) -> bool {
        let rest = self.weight * ratio / (1.0 - ratio);
        self.sums.iter().zip(values).all(|(sum, value)| rest * value <= NEGLIGIBLE * sum)
    }

    fn rescale(&mut self) {
        if self.weight > LARGE {
            self.weight /= LARGE;
            self.sums = self.sums.map(|sum| sum / LARGE);
            self.rescaled += 1;
        }
    }

    /// The logarithm of the scale.
    pub(super) fn ln_scale(&self) -> f64 {
        f64::from(self.rescaled) * ln(LARGE)
    }

    /// A number that is not on the scale, on the scale.
    pub(super) fn scaled(&self, number: f64) -> f64 {
        number * exp(-self.ln_scale())
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    #[test]
    fn a_geometric_series_is_its_closed_form() {
        for ratio in [1e-9, 0.5, 0.999, 0.999_99] {
            let sums = Sums::new(None, |_| ratio, |n| [1.0, n as f64]).unwrap();
            assert_close(sums.sums[0], 1.0 / (1.0 - ratio), 1e-11);
            assert_close(sums.sums[1], ratio / (1.0 - ratio) / (1.0 - ratio), 1e-11);
        }
    }

    #[test]
    fn growing_terms_stay_on_a_scale() {
        let sums = Sums::new(Some(10_000), |_| 3.0, |_| [1.0]).unwrap();
        let log = ln(sums.sums[0]) + sums.ln_scale();
        assert_close(log, 10_000.0 * ln(3.0) - ln(2.0), 1e-12);
        assert!(sums.scaled(1.0) == 0.0);
    }

    #[test]
    fn endless_sums_are_given_up() {
        assert_eq!(Sums::new(None, |_| 1.0, |_| [1.0]).unwrap_err(), Unsolvable::TooLong { terms: MOST_TERMS });
    }
}
