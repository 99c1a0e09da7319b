//! `pointsman staff`: the smallest group with which a figure is good enough.

use pointsman_sim::estimate::Confidence;
use pointsman_sim::experiment::{Question, Target, Unanswered, staffing};

use super::compare::read;
use super::progress::Bar;
use super::{jobs, stoppable, table};
use crate::args::{Format, StaffArgs};
use crate::input;
use crate::output::{Exit, Failure, print, print_json};

pub(crate) fn staff(args: &StaffArgs) -> Result<Exit, Failure> {
    let scenario = read(&args.scenario)?;
    let target = match (args.at_least, args.at_most) {
        (Some(least), _) => Target::AtLeast(least),
        (None, most) => Target::AtMost(most.unwrap_or_default()),
    };
    let confidence = Confidence::try_from(args.confidence).map_err(|error| Failure::Input(error.to_string()))?;
    if args.from > args.to {
        return Err(Failure::Input(format!("`--from {}` is more than `--to {}`", args.from, args.to)));
    }
    let question = Question {
        group: args.group.clone(),
        figure: args.figure.clone(),
        target,
        counts: (args.from, args.to),
        replications: args.replications,
        jobs: jobs(args.jobs),
        confidence,
    };
    let bar = Bar::new(None, 0);
    let found = staffing(&scenario, &question, &input::files, stoppable(), &bar);
    drop(bar);
    let found = found.map_err(|unanswered| match unanswered {
        Unanswered::Wrong(diagnostics) => Failure::Diagnostics(diagnostics),
        Unanswered::NoFigure(help) => Failure::Input(format!("there is no figure `{}`: {help}", args.figure)),
        Unanswered::NoGroup(words) | Unanswered::NoTarget(words) => Failure::Input(words),
        Unanswered::Stopped => Failure::Stopped("stopped before there was an answer"),
    })?;
    match args.format {
        Format::Json => print_json(&found)?,
        Format::Text => print(&table::staffing(&found, &args.group, &asked(args, target)))?,
    }
    Ok(match found.count {
        Some(_) => Exit::Done,
        None if found.partial => Exit::Stopped,
        None => Exit::Found,
    })
}

fn asked(args: &StaffArgs, target: Target) -> String {
    let (word, value) = match target {
        Target::AtLeast(value) => ("at least", value),
        Target::AtMost(value) => ("at most", value),
    };
    format!("`{}` {word} {value}, with {:.0} % confidence", args.figure, args.confidence * 100.0)
}
