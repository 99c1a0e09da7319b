//! Repeatable random runs: case counts and seeds come from the caller, failures tell how to get them again.

use std::fmt::Debug;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// How many random cases a property is tried with, and which ones.
///
/// ```
/// let runs = pointsman_testkit::Runs { cases: 20, seed: 1 };
/// runs.check(0..10_u32, |number| if number < 10 { Ok(()) } else { Err("too large".to_owned()) });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Runs {
    /// The number of cases.
    pub cases: u32,
    /// The seed of the first case; the others count up from it.
    pub seed: u64,
}

impl Runs {
    /// Tries the property with every case.
    ///
    /// # Panics
    /// With the smallest failing input, its story and the seed, when a case fails.
    pub fn check<S: Strategy>(self, strategy: S, property: impl Fn(S::Value) -> Result<(), String>)
    where
        S::Value: Debug,
    {
        for seed in (self.seed..).take(self.cases as usize) {
            let outcome = runner(seed).run(&strategy, |input| property(input).map_err(TestCaseError::fail));
            let seed_note = format!("seed {seed}: run again with `Runs {{ cases: 1, seed: {seed} }}`");
            match outcome {
                Ok(()) => {}
                Err(TestError::Fail(reason, _)) => panic!("{reason}\n{seed_note}"),
                Err(TestError::Abort(reason)) => panic!("{reason}\n{seed_note}"),
            }
        }
    }
}

/// One case per runner, so that a seed stands for one case.
fn runner(seed: u64) -> TestRunner {
    let config = Config { cases: 1, failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_case() {
        let drawn = |runs: Runs| {
            let numbers = RefCell::new(Vec::new());
            runs.check(0..1_000_000_u32, |number| {
                numbers.borrow_mut().push(number);
                Ok(())
            });
            numbers.into_inner()
        };
        let three = drawn(Runs { cases: 3, seed: 5 });
        assert_eq!(three, drawn(Runs { cases: 3, seed: 5 }));
        assert_eq!(three[2..], drawn(Runs { cases: 1, seed: 7 }));
    }

    #[test]
    #[should_panic(expected = "10 is too many\nseed 0: run again with")]
    fn a_failure_is_shrunk_and_names_its_seed() {
        let property = |number: u32| if number < 10 { Ok(()) } else { Err(format!("{number} is too many")) };
        Runs { cases: 100, seed: 0 }.check(10..1_000_000_u32, property);
    }
}
