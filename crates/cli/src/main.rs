//! The binary `pointsman`: reads arguments, calls a verb, turns its result into an exit code. It decides nothing else.
//!
//! Exit codes: 0 done, 1 done but an expectation failed or an error was found, 2 wrong usage or unusable input.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod args;
mod document;
mod input;
mod output;
mod story;
mod verbs;
mod world;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Verb};
use crate::output::{Exit, Failure};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let result = match cli.verb {
        Verb::Run(args) => verbs::run::run(&args),
        Verb::Compare(args) => verbs::simulate::compare::compare(&args),
        Verb::Staff(args) => verbs::simulate::staff::staff(&args),
        Verb::Merge(args) => verbs::simulate::merge::merge(&args),
        Verb::Shrink(args) => verbs::simulate::shrink::shrink(&args),
        Verb::Fit(args) => verbs::fit::fit(&args),
        Verb::Check(args) => verbs::check::check(&args),
        Verb::Eval(args) => verbs::eval::eval(&args),
        Verb::Explain(args) => verbs::explain::explain(&args),
        Verb::Plan(args) => verbs::plan::plan(&args),
        Verb::Graph(args) => verbs::graph::graph(&args),
        Verb::Diff(args) => verbs::diff::diff(&args),
        Verb::Replay(args) => verbs::replay::replay(&args),
        #[cfg(feature = "serve")]
        Verb::Serve(args) => verbs::serve::serve(&args),
        Verb::Schema(args) => verbs::schema::schema(&args),
        Verb::Completions(args) => verbs::completions::completions(&args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            output::complain(&failure);
            if matches!(failure, Failure::Stopped(_)) { Exit::Stopped.into() } else { ExitCode::from(2) }
        }
    }
}

/// Help and version are answers, everything else is wrong usage.
fn usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell when this cannot be written.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(2) } else { Exit::Done.into() }
}
