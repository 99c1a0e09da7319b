//! Whether a scenario is of a kind that has an exact answer, and what that is: every figure of [`theory`](crate::theory)
//! that has a simulated one to stand beside. In doubt it says why it says nothing; it computes no formula itself, and routes nothing:
//! who may take a task, an engine says.

mod answer;
mod load;
mod pool;
mod profile;
mod routes;

use serde::Serialize;

use self::pool::Pool;
use crate::model::Measure;
use crate::results::{Column, Estimate, Results, Scope};
use crate::scenario::Scenario;

pub(crate) use routes::{Member, Routes};

/// An exact answer beside the simulated one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Theory {
    /// What it is about.
    pub scope: Scope,
    /// The figure's name.
    pub figure: String,
    /// Which theory it is.
    pub kind: Kind,
    /// The exact value in the long run.
    pub exact: f64,
    /// The simulated one.
    pub simulated: Estimate,
    /// Whether the interval of the simulated one covers the exact one; absent where there is no interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered: Option<bool>,
}

impl Theory {
    /// The figure with what it is about.
    pub fn column(&self) -> Column {
        Column { scope: self.scope.clone(), figure: self.figure.clone(), unit: self.simulated.unit }
    }

    /// The exact value, to be told like the simulated one.
    pub fn exactly(&self) -> Estimate {
        Estimate { value: Some(self.exact), half_width: None, unit: self.simulated.unit }
    }

    /// Whether the interval covers it, in words; nothing where there is no interval.
    pub fn verdict(&self) -> &'static str {
        self.covered.map_or("", |covered| if covered { "in the interval" } else { "outside" })
    }
}

/// A theory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nobody waits: M/G/c/c.
    ErlangB,
    /// Everybody waits: M/M/c.
    ErlangC,
    /// Everybody waits for an exponential time at most: M/M/c+M.
    ErlangA,
    /// One worker, any handling time (Pollaczek and Khinchine): M/G/1.
    PollaczekKhinchine,
    /// Several priorities.
    Cobham,
    /// Arrivals at a rate that changes, and nobody waits: M_t/G/infinity.
    Unlimited,
}

impl Kind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ErlangB => "Erlang B",
            Self::ErlangC => "Erlang C",
            Self::ErlangA => "Erlang A",
            Self::PollaczekKhinchine => "Pollaczek-Khinchine",
            Self::Cobham => "Cobham",
            Self::Unlimited => "M_t/G/infinity",
        }
    }
}

/// Figures by which people speak of queues, where the scenario is of a kind that has an exact answer for them; why it is of
/// none otherwise.
pub(crate) fn theory(scenario: &Scenario, measure: &Measure, results: &Results) -> Result<Vec<Theory>, String> {
    let span = results.measured;
    let pool = pool::of(scenario)?;
    let unlimited = |why| profile::of(&pool, span).map_err(|other| both(&pool, why, &other));
    let answers = answer::of(&pool, measure, span).or_else(unlimited)?;
    Ok(answers.into_iter().filter_map(|answer| beside(answer, results)).collect())
}

/// Why no theory says anything: where the rate changes, what stands in the way of the one that knows of it as well.
fn both(pool: &Pool, why: String, other: &str) -> String {
    if pool.is_steady() { why } else { format!("{why}; {other}") }
}

/// The exact value of a figure.
struct Answer {
    scope: Scope,
    figure: String,
    kind: Kind,
    exact: f64,
}

fn beside(answer: Answer, results: &Results) -> Option<Theory> {
    let Answer { scope, figure, kind, exact } = answer;
    let simulated = *results.of(&scope)?.get(&figure)?;
    let covered = simulated.half_width.zip(simulated.value).map(|(half, value)| (value - exact).abs() <= half);
    Some(Theory { scope, figure, kind, exact, simulated, covered })
}
