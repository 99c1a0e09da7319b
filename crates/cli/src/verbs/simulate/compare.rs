//! `pointsman compare`: two scenarios, or a scenario and its variants, on the same chance.

use pointsman_sim::Scenario;
use pointsman_sim::experiment::{Comparison, Experiment, compare as compared, side_by_side};

use super::progress::Bar;
use super::{jobs, refused, stoppable, table};
use crate::args::{CompareArgs, Format};
use crate::input;
use crate::output::{Exit, Failure, print, print_json};

pub(crate) fn compare(args: &CompareArgs) -> Result<Exit, Failure> {
    let base = read(&args.base)?;
    let others = match &args.other {
        Some(other) => vec![read(other)?],
        None => variants(&base)?,
    };
    if others.is_empty() {
        let help =
            "name a second one, or write `experiment: {variants: [{name: more, set: {staff.agents.count: 22}}]}`";
        return Err(Failure::Input(format!("`{}` has no variants to compare with: {help}", args.base)));
    }
    let seed = Some(args.seed.unwrap_or(base.seed));
    let stop = stoppable();
    let first = Experiment::new(&base, seed, stop).map_err(refused)?;
    let count = args.replications.or(first.replications()).unwrap_or(20);
    let bar = Bar::new(Some(&first), count * (others.len() as u64 + 1));
    let mut experiments = vec![first];
    for other in &others {
        experiments.push(Experiment::new(other, seed, stop).map_err(refused)?);
    }
    let rows = side_by_side(&experiments, count, jobs(args.jobs), stop, &bar).map_err(refused)?;
    drop(bar);
    let base = (&experiments[0], &rows[0]);
    let others = experiments.iter().zip(&rows).skip(1);
    told(args, &others.map(|other| compared(base, other, base.0.confidence())).collect::<Vec<_>>())?;
    Ok(if base.1.partial { Exit::Stopped } else { Exit::Done })
}

fn told(args: &CompareArgs, comparisons: &[Comparison]) -> Result<(), Failure> {
    match args.format {
        Format::Json => print_json(&comparisons)?,
        Format::Text => {
            let texts: Vec<String> = comparisons.iter().map(|one| table::comparison(one, args.all)).collect();
            print(&texts.join("\n"))?;
        }
    }
    Ok(())
}

pub(super) fn read(name: &str) -> Result<Scenario, Failure> {
    let file = input::read(name)?;
    let (scenario, diagnostics) = Scenario::parse(&file, &input::files);
    let scenario = scenario.ok_or(Failure::Diagnostics(diagnostics))?;
    if scenario.is_random() {
        return Ok(scenario);
    }
    let help = "it has no `arrivals`; to compare configurations on a script use `pointsman diff`";
    Err(Failure::Input(format!("chance plays no part in `{name}`: {help}")))
}

fn variants(base: &Scenario) -> Result<Vec<Scenario>, Failure> {
    let variant = |place| {
        let (scenario, told) = base.variant(place, &input::files);
        scenario.ok_or(Failure::Diagnostics(told))
    };
    (0..base.variants().count()).map(variant).collect()
}
