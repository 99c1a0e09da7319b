//! Two scenarios on the same chance: replication by replication the same tasks come, so that what differs is due to what
//! was changed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use pointsman_config::Diagnostic;
use serde::Serialize;

use super::{Experiment, Progress, Row, Rows, Runs};
use crate::estimate::{Confidence, paired};
use crate::results::{Estimate, Scope, Unit};

/// What a change changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The scenario that is compared with.
    pub base: String,
    /// The other one.
    pub other: String,
    /// How many pairs of runs there were.
    pub replications: u64,
    /// Whether some are missing, because a run was stopped.
    pub partial: bool,
    /// Which share of such intervals covers the truth.
    pub confidence: f64,
    /// Every figure that both have.
    pub figures: Vec<Compared>,
}

/// A figure of both.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Compared {
    /// Its full name: `class.voice.wait_mean`.
    pub figure: String,
    /// What it is about.
    pub scope: Scope,
    /// What it is counted in.
    pub unit: Unit,
    /// Its mean in the base.
    pub base: Option<f64>,
    /// Its mean in the other.
    pub other: Option<f64>,
    /// The mean of the differences, other less base, with its interval.
    pub difference: Estimate,
    /// Whether the interval of the difference leaves out zero.
    pub differs: bool,
}

/// How many replications of one side run before those of the next.
const ROUND: u64 = 10;

/// Runs experiments side by side, a few replications of each at a time, so that there are pairs whenever somebody stops it.
///
/// # Errors
/// When the engine refuses a workspace.
pub fn side_by_side(
    experiments: &[Experiment<'_>],
    replications: u64,
    jobs: usize,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Vec<Rows>, Diagnostic> {
    let mut sides = vec![Rows::default(); experiments.len()];
    for from in (0..replications).step_by(ROUND as usize) {
        let round = from..replications.min(from + ROUND);
        for (experiment, rows) in experiments.iter().zip(&mut sides) {
            if !stop.load(Ordering::Relaxed) {
                rows.extend(experiment.run(&Runs { replications: round.clone(), jobs }, stop, progress)?.rows);
            }
        }
    }
    sides.iter_mut().for_each(|rows| rows.partial |= stop.load(Ordering::Relaxed));
    Ok(sides)
}

/// Compares the rows of two experiments, pair by pair.
pub fn compare(base: (&Experiment<'_>, &Rows), other: (&Experiment<'_>, &Rows), confidence: Confidence) -> Comparison {
    let names: Vec<String> = other.0.columns().iter().map(super::Column::name).collect();
    let partners: BTreeMap<u64, &Row> = other.1.rows.iter().map(|row| (row.replication, row)).collect();
    let pairs: Vec<(&Row, &Row)> =
        base.1.rows.iter().filter_map(|row| Some((row, *partners.get(&row.replication)?))).collect();
    let figures = base.0.columns().iter().enumerate().filter_map(|(place, column)| {
        let name = column.name();
        let partner = names.iter().position(|other| *other == name)?;
        let value = |values: &[Option<f64>], place: usize| values.get(place).copied().flatten();
        let both = pairs.iter().filter_map(|(one, two)| value(&one.values, place).zip(value(&two.values, partner)));
        let (before, after): (Vec<f64>, Vec<f64>) = both.unzip();
        let interval = paired(&before, &after, confidence);
        let half_width = interval.and_then(|interval| interval.half_width);
        let mean = |values: &[f64]| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        let difference = Estimate { value: interval.map(|interval| interval.mean), half_width, unit: column.unit };
        Some(Compared {
            figure: name,
            scope: column.scope.clone(),
            unit: column.unit,
            base: mean(&before),
            other: mean(&after),
            differs: half_width.is_some() && interval.is_some_and(|interval| !interval.covers(0.0)),
            difference,
        })
    });
    Comparison {
        base: base.0.scenario.name.clone(),
        other: other.0.scenario.name.clone(),
        replications: pairs.len() as u64,
        partial: base.1.partial || other.1.partial,
        confidence: confidence.get(),
        figures: figures.collect(),
    }
}
