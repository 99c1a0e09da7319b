//! Where the warm-up of a run ends: the marginal standard error rule (MSER).

use serde::{Deserialize, Serialize};

use super::interval::Running;

/// How many observations make a batch of MSER-5.
const BATCH: usize = 5;

/// How many cuts at the very end are not judged.
const ARTEFACTS: usize = 5;

/// A cut between warm-up and what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// How many observations at the beginning do not count.
    pub observations: usize,
    /// Whether no cut in the second half would be better. If one is, the run is too short to tell where it settles.
    pub settled: bool,
}

/// The cut of a run by the rule MSER-5: over the means of five observations each (White, Cobb and Spratt 2000). An
/// incomplete batch at the end does not count; of a run without a batch nothing is cut.
pub fn mser_5(observations: &[f64]) -> Cut {
    let mean = |batch: &[f64]| batch.iter().sum::<f64>() / BATCH as f64;
    let means: Vec<f64> = observations.chunks_exact(BATCH).map(mean).collect();
    let cut = mser(&means);
    Cut { observations: cut.observations * BATCH, ..cut }
}

/// The cut after which the mean of the rest is told best: the d in the first half that makes the sum of squared
/// deviations of the n - d observations after it, by (n - d)^2, the least; of several the earliest.
pub fn mser(observations: &[f64]) -> Cut {
    let errors = marginal_errors(observations);
    let half = observations.len() / 2;
    // The last few are alike by chance now and then (Hoad, Robinson and Davies 2010).
    let judged = observations.len().saturating_sub(ARTEFACTS).max(half);
    let least = |errors: &[f64]| errors.iter().copied().fold(f64::INFINITY, f64::min);
    let (best, later) = (least(&errors[..half]), least(&errors[half..judged]));
    let first = errors[..half].iter().position(|error| *error == best);
    Cut { observations: first.unwrap_or(0), settled: best <= later }
}

/// For each cut d, the sum of squared deviations after it by (n - d)^2.
fn marginal_errors(observations: &[f64]) -> Vec<f64> {
    let mut running = Running::default();
    let error = |value: &f64| {
        running.add(*value);
        running.squares() / (running.count() as f64 * running.count() as f64)
    };
    let mut errors: Vec<f64> = observations.iter().rev().map(error).collect();
    errors.reverse();
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noise(count: usize) -> Vec<f64> {
        let mut state = 7_u64;
        let mut next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..count).map(&mut next).collect()
    }

    #[test]
    fn a_slow_start_is_cut_off() {
        let start = |n: usize| if n < 300 { 40.0 * (1.0 - n as f64 / 300.0) } else { 0.0 };
        let values: Vec<f64> = noise(3_000).iter().enumerate().map(|(n, noise)| noise + start(n)).collect();
        let cut = mser_5(&values);
        assert!(cut.settled && (280..=320).contains(&cut.observations), "{cut:?}");
    }

    #[test]
    fn a_steady_run_keeps_nearly_all() {
        let cut = mser_5(&noise(3_000));
        assert!(cut.settled && cut.observations < 300, "{cut:?}");
        assert_eq!(mser_5(&[4.0; 50]), Cut { observations: 0, settled: true });
    }

    #[test]
    fn a_run_that_never_settles_says_so() {
        let values: Vec<f64> = (0..1_000).map(f64::from).collect();
        let cut = mser_5(&values);
        assert_eq!(cut, Cut { observations: 495, settled: false });
    }

    #[test]
    fn very_short_runs_are_cut_nowhere() {
        for count in 0..10 {
            let values: Vec<f64> = (0..count).map(f64::from).collect();
            assert_eq!(mser_5(&values).observations, 0, "{count}");
        }
    }

    proptest! {
        #![proptest_config(crate::estimate::cases(256))]

        #[test]
        fn it_is_the_least_by_the_formula(values in prop::collection::vec(0.0..100.0_f64, 2..40)) {
            let error = |cut: usize| {
                let rest = &values[cut..];
                let count = rest.len() as f64;
                let mean = rest.iter().sum::<f64>() / count;
                rest.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count * count)
            };
            let chosen = mser(&values).observations;
            prop_assert!(chosen < (values.len() / 2).max(1));
            for cut in 0..values.len() / 2 {
                prop_assert!(error(chosen) <= error(cut) * (1.0 + 1e-9), "{chosen} {cut}");
            }
        }
    }
}
