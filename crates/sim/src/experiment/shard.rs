//! A part of an experiment's replications, run elsewhere, and the whole put together again: to the byte what one machine
//! would have said.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Experiment, Ran, Row, Rows};
use crate::report::Report;
use crate::results::{Column, Pooled};

/// The name of the format.
const SHARD: &str = "pointsman-shard";

/// What one part says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    format: String,
    version: u32,
    scenario: String,
    seed: u64,
    /// How many replications all parts have together.
    replications: u64,
    columns: Vec<Column>,
    rows: Vec<Row>,
    pooled: Pooled,
    report: Option<Report>,
}

/// Why parts do not make a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmergeable {
    /// It is something else.
    #[error("this is no shard of version 1")]
    NoShard,
    /// Another scenario, seed or number of replications.
    #[error("the parts come from different experiments: {0} differs")]
    Different(&'static str),
    /// A replication is there twice, or not at all.
    #[error("replication {0} is {1}")]
    Incomplete(u64, &'static str),
}

/// The replications of a part: the first of 8 parts is 1.
pub fn part(replications: u64, number: u64, of: u64) -> Range<u64> {
    let border = |number: u64| u64::try_from(u128::from(replications) * u128::from(number) / u128::from(of.max(1)));
    border(number - 1).unwrap_or(0)..border(number).unwrap_or(replications)
}

impl Shard {
    /// The part that ran.
    pub fn new(experiment: &Experiment<'_>, replications: u64, ran: Ran) -> Self {
        let Rows { rows, pooled, .. } = ran.rows;
        Self {
            format: SHARD.to_owned(),
            version: 1,
            scenario: experiment.scenario.fingerprint(),
            seed: experiment.seed,
            replications,
            columns: experiment.columns().to_vec(),
            rows,
            pooled,
            report: ran.report,
        }
    }

    /// Puts all parts together, in whatever order they are given.
    ///
    /// # Errors
    /// When they do not belong together, or one is missing.
    pub fn merge(experiment: &Experiment<'_>, mut parts: Vec<Self>) -> Result<Ran, Unmergeable> {
        parts.sort_by_key(|part| part.rows.first().map(|row| row.replication));
        let mut ran = Ran::default();
        let replications = parts.first().map_or(0, |part| part.replications);
        for part in parts {
            part.belongs(experiment, replications)?;
            ran.rows.extend(Rows { rows: part.rows, pooled: part.pooled, partial: false });
            ran.add(part.report);
        }
        let numbers = ran.rows.rows.iter().map(|row| row.replication);
        let wrong = (0..replications).zip(numbers.chain(std::iter::repeat(u64::MAX))).find(|(wanted, is)| wanted != is);
        match wrong {
            Some((wanted, is)) if is < wanted => Err(Unmergeable::Incomplete(is, "there twice")),
            Some((wanted, _)) => Err(Unmergeable::Incomplete(wanted, "missing")),
            None if ran.rows.rows.len() as u64 > replications => Err(Unmergeable::Incomplete(replications, "too much")),
            None => Ok(ran),
        }
    }

    fn belongs(&self, experiment: &Experiment<'_>, replications: u64) -> Result<(), Unmergeable> {
        if self.format != SHARD || self.version != 1 {
            return Err(Unmergeable::NoShard);
        }
        let same = [
            (self.scenario == experiment.scenario.fingerprint(), "the scenario"),
            (self.seed == experiment.seed, "the seed"),
            (self.replications == replications, "the number of replications"),
            (self.columns == experiment.columns(), "what is measured"),
        ];
        same.into_iter().find(|(same, _)| !same).map_or(Ok(()), |(_, what)| Err(Unmergeable::Different(what)))
    }

    /// The seed the parts ran with.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}
