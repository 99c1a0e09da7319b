//! Repeatable random runs: case counts and seeds come from the caller, failures tell how to get them again.

use std::fmt::{self, Debug};

use pointsman::WorkspaceSpec;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::{Driver, Op, script};

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
        if let Some((seed, reason, _)) = self.smallest(&strategy, property) {
            panic!("{reason}\n{}", again(seed));
        }
    }

    /// Does what each story tells, engine and model side by side, and tries the property after every operation.
    ///
    /// # Panics
    /// With the [`Failure`] that [`falsify`](Self::falsify) finds.
    pub fn stories(
        self,
        stories: impl Strategy<Value = (WorkspaceSpec, Vec<Op>)>,
        property: impl Fn(&Driver) -> Result<(), String>,
    ) {
        if let Some(failure) = self.falsify(stories, property) {
            panic!("{failure}");
        }
    }

    /// The smallest story in which engine and model differ, an invariant is broken, or the property fails or panics.
    pub fn falsify(
        self,
        stories: impl Strategy<Value = (WorkspaceSpec, Vec<Op>)>,
        property: impl Fn(&Driver) -> Result<(), String>,
    ) -> Option<Failure> {
        let told = |(spec, ops): (WorkspaceSpec, Vec<Op>)| {
            let mut driver = Driver::new(&spec).map_err(|refused| refused.to_string())?;
            ops.iter().try_for_each(|op| {
                driver.apply(op).map_err(|mismatch| mismatch.story())?;
                property(&driver)
            })
        };
        let (seed, reason, smallest) = self.smallest(&stories, told)?;
        let scenario = smallest.map(|(spec, ops)| (script(&spec, &ops), spec));
        let scenario = scenario.and_then(|(script, spec)| Some(crate::scenario(&spec, &script.ok()?)));
        Some(Failure { seed, reason, scenario: scenario.unwrap_or_default() })
    }

    /// The first failing case, made small: its seed, why it fails, and itself.
    fn smallest<S: Strategy>(
        self,
        strategy: &S,
        property: impl Fn(S::Value) -> Result<(), String>,
    ) -> Option<(u64, String, Option<S::Value>)>
    where
        S::Value: Debug,
    {
        let tried = |input| property(input).map_err(TestCaseError::fail);
        let outcomes = (self.seed..).take(self.cases as usize).map(|seed| (seed, runner(seed).run(strategy, tried)));
        outcomes.into_iter().find_map(|(seed, outcome)| match outcome {
            Ok(()) => None,
            Err(TestError::Fail(reason, input)) => Some((seed, reason.to_string(), Some(input))),
            Err(TestError::Abort(reason)) => Some((seed, reason.to_string(), None)),
        })
    }
}

/// A story that went wrong, as short as it could be made.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed of its case.
    pub seed: u64,
    /// What is wrong.
    pub reason: String,
    /// The story as a scenario file: write it to a file and give it to `pointsman run`.
    pub scenario: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n\nscenario:\n{}", self.reason, again(self.seed), self.scenario)
    }
}

impl std::error::Error for Failure {}

/// How to get a case once more.
fn again(seed: u64) -> String {
    format!("seed {seed}: run again with `Runs {{ cases: 1, seed: {seed} }}`")
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
