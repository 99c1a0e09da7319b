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
            let seed_note = format!("seed {seed}: run again with `seed: {seed}, cases: 1`");
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
