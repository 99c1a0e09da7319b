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
    args.out.as_deref().map_or(Ok(()), has_place)?;
    let file = input::read(&args.scenario)?;
    let scenario: Scenario = usable(Scenario::parse(&file, &input::files))?;
    let wanted = Wanted {
        seed: args.seed,
        replications: args.replications,
        tries: args.tries,
        jobs: jobs(args.jobs),
        called: args.out.clone().unwrap_or_else(|| NAMELESS.to_owned()),
        folder: args.out.as_deref().and_then(|out| elsewhere(&args.scenario, out)),
    };
    let bar = Bar::of_tries(args.tries);
    let found = shrunk(&scenario, &input::files, &wanted, stoppable(), &|tries, lines| bar.tried(tries, lines));
    drop(bar);
    let found = found.map_err(|unshrunk| match unshrunk {
        Unshrunk::Unreadable(diagnostics) => Failure::Diagnostics(diagnostics),
        Unshrunk::Holds => Failure::Input(holds(&args.scenario)),
        Unshrunk::Stopped => Failure::Stopped("stopped before anything failed"),
    })?;
    if let Some(out) = &args.out {
        write(Path::new(out), &found.scenario)?;
    }
    tell(args, &found)?;
    Ok(Exit::Done)
}

/// Before long work it is better to know that there is a place for its result.
fn has_place(out: &str) -> Result<(), Failure> {
    let folder = Path::new(out).parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        Some(folder) => Err(Failure::Input(format!("cannot write `{out}`: there is no folder `{}`", folder.display()))),
        None => Ok(()),
    }
}

/// The folder of the scenario, when the result stands in another one.
fn elsewhere(scenario: &str, out: &str) -> Option<String> {
    let folder = |path: &str| {
        let folder = Path::new(path).parent()?;
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        folder.canonicalize().ok()
    };
    let (from, to) = (folder(&input::place(scenario))?, folder(out)?);
    (from != to).then(|| from.to_string_lossy().into_owned())
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
