//! The figures as tables for notebooks: one file a thing, one row an observation.

use std::path::Path;

use pointsman_sim::Outcome;
use pointsman_sim::experiment::{Experiment, Ran};
use pointsman_sim::results::Results;
use pointsman_sim::{figures_csv, intervals_csv, replications_csv, reservations_csv, workers_csv};

use super::super::run::write;
use crate::output::Failure;

pub(super) fn write_all(
    folder: &Path,
    experiment: &Experiment<'_>,
    ran: &Ran,
    results: &Results,
    story: &Outcome,
) -> Result<(), Failure> {
    let tables = [
        ("figures.csv", figures_csv(results)),
        ("replications.csv", replications_csv(experiment.columns(), &ran.rows)),
        ("intervals.csv", intervals_csv(results)),
        ("workers.csv", workers_csv(story)),
        ("reservations.csv", reservations_csv(story)),
    ];
    tables.into_iter().try_for_each(|(name, table)| {
        let table = table.map_err(|error| Failure::Input(format!("cannot write a table: {error}")))?;
        write(&folder.join(name), &table)
    })
}
