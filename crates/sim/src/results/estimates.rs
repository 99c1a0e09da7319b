//! What the figures of many runs come to: means with their intervals, and quantiles of all waits together.

use serde::{Deserialize, Serialize};

use super::figures::{Column, QUANTILE, SERVICE_LEVEL, Scope, Unit, quantile};
use crate::estimate::{Confidence, Interval};
use crate::experiment::{Precise, Row};
use crate::recognition::Theory;
use crate::tally::Waits;

/// What is estimated from the runs of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Results {
    /// What the scenario is called.
    pub scenario: String,
    /// The seed the runs had.
    pub seed: u64,
    /// How many runs there were.
    pub replications: u64,
    /// Whether some of what was asked for is missing, because a run was stopped.
    pub partial: bool,
    /// In how many of them more happened than the scenario allows: they were ended on the way.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub overran: u64,
    /// How well the figure is known that decides how often it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precise: Option<Precise>,
    /// What has to be known before the figures are read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Which share of such intervals covers the truth.
    pub confidence: f64,
    /// From when to when it was measured.
    pub measured: Span,
    /// What `wait` is: from the task's creation until a worker accepts it. Where workers accept at once, that is the
    /// instant in which the reservation was created.
    pub wait: &'static str,
    /// Everything together.
    pub run: Estimates,
    /// By class of tasks.
    pub classes: Vec<Named>,
    /// By task queue; a wait counts from the entry into the queue.
    pub queues: Vec<Named>,
    /// By group of workers.
    pub groups: Vec<Named>,
    /// By the time at which tasks came.
    pub intervals: Vec<OfInterval>,
    /// Exact answers, where the scenario is of a kind that has some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub theory: Vec<Theory>,
    /// Why there are none, where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_theory: Option<String>,
}

impl Results {
    /// The figures of something; none of an interval, of which there are many.
    pub fn of(&self, scope: &Scope) -> Option<&Estimates> {
        self.scopes().find(|(other, _)| other == scope).map(|(_, figures)| figures)
    }

    /// The figures of everything but intervals: of the run, then by class, queue and group.
    pub fn scopes(&self) -> impl Iterator<Item = (Scope, &Estimates)> {
        let classes = self.classes.iter().map(|it| (Scope::Class(it.name.clone()), &it.figures));
        let queues = self.queues.iter().map(|it| (Scope::Queue(it.name.clone()), &it.figures));
        let groups = self.groups.iter().map(|it| (Scope::Group(it.name.clone()), &it.figures));
        std::iter::once((Scope::Run, &self.run)).chain(classes).chain(queues).chain(groups)
    }
}

/// A stretch of the run, in seconds since its start.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Span {
    /// From when.
    pub from: f64,
    /// To when: on average, where runs end when nothing is left to happen.
    pub to: f64,
}

/// Figures with a name.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Named {
    /// Of what.
    pub name: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: Estimates,
}

/// Figures of an interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OfInterval {
    /// From when to when.
    #[serde(flatten)]
    pub span: Span,
    /// The figures.
    #[serde(flatten)]
    pub figures: Estimates,
}

/// Figures by their names, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Estimates(
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, Estimate>"))]
    #[serde(with = "as_map")]
    pub Vec<(String, Estimate)>,
);

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Estimate {
    /// The mean over the runs; of a quantile, that of all waits together. Absent where no run has it.
    pub value: Option<f64>,
    /// Half the width of the interval around it. With one run only a mean wait, a service level and abandonment of many tasks have it, by batch means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_width: Option<f64>,
    /// What it is counted in.
    pub unit: Unit,
}

/// The waits of all runs together, one set for the run, each class and each queue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pooled(pub(crate) Vec<Waits>);

impl Pooled {
    pub(crate) fn merge(&mut self, other: &Self) {
        self.0.resize_with(self.0.len().max(other.0.len()), Waits::default);
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| own.merge(other));
    }
}

impl Estimates {
    /// A figure by its name.
    pub fn get(&self, figure: &str) -> Option<&Estimate> {
        self.0.iter().find(|(name, _)| name == figure).map(|(_, estimate)| estimate)
    }

    /// The service levels: each figure's name, and the name of the level.
    pub fn service_levels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(figure, _)| Some((figure.as_str(), figure.strip_prefix(SERVICE_LEVEL)?)))
    }

    /// The quantiles of waits: each figure's name, and the per cent of waits that it is about.
    pub fn quantiles(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(figure, _)| Some((figure.as_str(), figure.strip_prefix(QUANTILE)?)))
    }

    /// Its value.
    pub fn value(&self, figure: &str) -> Option<f64> {
        self.get(figure)?.value
    }
}

/// How the columns of all rows are put together.
pub(crate) struct Reduction<'a> {
    pub(crate) rows: &'a [Row],
    pub(crate) confidence: Confidence,
}

impl Reduction<'_> {
    /// The figures of each scope in the order of the columns.
    pub(crate) fn scopes(&self, columns: &[Column], pooled: &Pooled, quantiles: &[f64]) -> Vec<(Scope, Estimates)> {
        let mut scopes: Vec<(Scope, Estimates)> = Vec::new();
        for (place, column) in columns.iter().enumerate() {
            let known = scopes.iter().position(|(scope, _)| *scope == column.scope);
            let at = known.unwrap_or_else(|| {
                scopes.push((column.scope.clone(), Estimates::default()));
                scopes.len() - 1
            });
            let mut estimate = self.estimate(|row| row.values.get(place).copied().flatten(), column.unit);
            if let [row] = self.rows {
                estimate.half_width = row.half_widths.get(&place).copied();
            }
            scopes[at].1.0.push((column.figure.clone(), estimate));
        }
        // The waits of all runs together say more than the mean of their quantiles.
        for ((_, estimates), waits) in scopes.iter_mut().zip(&pooled.0) {
            for of in quantiles {
                let name = quantile(*of);
                let Some((_, estimate)) = estimates.0.iter_mut().find(|(figure, _)| *figure == name) else { continue };
                #[allow(clippy::cast_precision_loss, reason = "waits stay far below 2^53 milliseconds")]
                let together = waits.at(*of).map(|millis| millis as f64 / 1_000.0);
                estimate.value = together;
            }
        }
        scopes
    }

    /// The figures of each interval.
    pub(crate) fn intervals(&self, columns: &[Column], width: f64) -> Vec<OfInterval> {
        let count = self.rows.iter().map(|row| row.intervals.len()).max().unwrap_or(0);
        let interval = |at: usize| {
            let value = |row: &Row, place: usize| row.intervals.get(at)?.get(place).copied().flatten();
            let estimate = |(place, column): (usize, &Column)| {
                (column.figure.clone(), self.estimate(|row| value(row, place), column.unit))
            };
            #[allow(clippy::cast_precision_loss, reason = "intervals are few")]
            let from = at as f64 * width;
            let figures = Estimates(columns.iter().enumerate().map(estimate).collect());
            OfInterval { span: Span { from, to: from + width }, figures }
        };
        (0..count).map(interval).collect()
    }

    fn estimate(&self, value: impl Fn(&Row) -> Option<f64>, unit: Unit) -> Estimate {
        let values: Vec<f64> = self.rows.iter().filter_map(value).collect();
        let interval = Interval::student(&values, self.confidence);
        let half_width = interval.and_then(|interval| interval.half_width);
        Estimate { value: interval.map(|interval| interval.mean), half_width, unit }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks this way")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A map in the order of the list.
mod as_map {
    use serde::ser::{SerializeMap, Serializer};

    use super::Estimate;

    pub(super) fn serialize<S: Serializer>(figures: &[(String, Estimate)], serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(figures.len()))?;
        figures.iter().try_for_each(|(name, estimate)| map.serialize_entry(name, estimate))?;
        map.end()
    }
}
