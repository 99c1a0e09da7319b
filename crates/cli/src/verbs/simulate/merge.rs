//! `pointsman merge`: the parts of an experiment that ran on several machines, put together.

use std::sync::atomic::AtomicBool;

use pointsman_sim::experiment::{Experiment, Shard};

use super::compare::read;
use super::{Finished, refused};
use crate::args::MergeArgs;
use crate::input;
use crate::output::{Exit, Failure};

pub(crate) fn merge(args: &MergeArgs) -> Result<Exit, Failure> {
    let scenario = read(&args.scenario)?;
    let parts = args.shards.iter().map(|name| part(name)).collect::<Result<Vec<_>, _>>()?;
    let seed = parts.first().map(Shard::seed);
    let experiment = Experiment::new(&scenario, seed, &AtomicBool::new(false)).map_err(refused)?;
    let ran = Shard::merge(&experiment, parts).map_err(|error| Failure::Input(error.to_string()))?;
    let ran = experiment.judged(ran);
    let finished = Finished::new(&scenario, &experiment, &ran)?;
    if let Some(folder) = &args.report {
        finished.report(folder)?;
    }
    finished.tell(args.format, false)
}

fn part(name: &str) -> Result<Shard, Failure> {
    let file = input::read(name)?;
    serde_json::from_str(&file.text)
        .map_err(|error| Failure::Input(format!("`{name}` is not what `run --shard` prints: {error}")))
}
