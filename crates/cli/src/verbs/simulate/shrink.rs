//! `pointsman shrink`: the smallest scenario that fails as this one does.

use std::path::Path;

use pointsman_sim::Scenario;
use pointsman_sim::shrink::{Ended, Shrunk, Size, Unshrunk, Wanted, shrink as shrunk};

use super::progress::Bar;
use super::{jobs, stoppable, write};
use crate::args::{Format, ShrinkArgs};
use crate::document::usable;
use crate::input;
use crate::output::{Exit, Failure, print, print_json, remark};

/// What the result is called as long as it has no name.
const NAMELESS: &str = "FILE";

pub(crate) fn shrink(args: &ShrinkArgs) -> Result<Exit, Failure> {
    let file = input::read(&args.scenario)?;
    let scenario: Scenario = usable(Scenario::parse(&file, &input::files))?;
    let wanted = Wanted {
        seed: args.seed,
        replications: args.replications,
        tries: args.tries,
        jobs: jobs(args.jobs),
        called: args.out.clone().unwrap_or_else(|| NAMELESS.to_owned()),
    };
    let bar = Bar::of_tries(args.tries);
    let found = shrunk(&scenario, &input::files, &wanted, stoppable(), &|tries, lines| bar.tried(tries, lines));
    drop(bar);
    let found = found.map_err(|unshrunk| match unshrunk {
        Unshrunk::Unreadable(diagnostics) => Failure::Diagnostics(diagnostics),
        Unshrunk::Holds => Failure::Input(holds(&args.scenario)),
        Unshrunk::Stopped => Failure::Input("stopped before anything failed".to_owned()),
    })?;
    if let Some(out) = &args.out {
        write(Path::new(out), &found.scenario)?;
    }
    tell(args, &found)?;
    Ok(Exit::Done)
}

fn holds(name: &str) -> String {
    format!(
        "nothing fails in `{name}`: every expectation holds and no step is refused; where it fails with another seed or \
         seldom, add `--seed N` or `--replications N`"
    )
}

fn tell(args: &ShrinkArgs, found: &Shrunk) -> Result<(), Failure> {
    match (args.format, &args.out) {
        (Format::Json, _) => print_json(found),
        (Format::Text, Some(out)) => print(&format!("{}  run it               pointsman run {out}\n", summary(found))),
        (Format::Text, None) => {
            remark(&summary(found));
            print(&found.scenario)
        }
    }
}

fn summary(found: &Shrunk) -> String {
    let Shrunk { failure, before, after, tries, ended, .. } = found;
    let why = match ended {
        Ended::Smallest => "nothing smaller fails like this",
        Ended::Tries => "ended there: `--tries` allows no more",
        Ended::Stopped => "stopped",
    };
    let change = |size: fn(&Size) -> u64| format!("{} -> {}", size(before), size(after));
    let rows = [
        ("fails", format!("at {}, {}", failure.at, failure.what)),
        ("lines", change(|size| size.lines as u64)),
        ("tasks", change(|size| size.tasks as u64)),
        ("workers", change(|size| size.workers as u64)),
        ("events", change(|size| size.events)),
        ("tries", format!("{tries}, {why}")),
    ];
    rows.iter().map(|(name, value)| format!("  {name:<21}{value}\n")).collect()
}
