//! `pointsman fit`: what a table of recorded tasks says, as a part of a scenario.

use pointsman_sim::fit::{Columns, Intervals, Unfit, fit as fitted};

use crate::args::{FitArgs, Format};
use crate::input;
use crate::output::{Exit, Failure, print, print_json};

pub(crate) fn fit(args: &FitArgs) -> Result<Exit, Failure> {
    if args.wait.is_some() && args.handling.is_none() && args.given_up.is_none() {
        let message = "nothing says which tasks were given up: write `--given-up COLUMN`, or `--handling COLUMN`";
        return Err(Failure::Input(message.to_owned()));
    }
    if args.interval.is_zero() || args.repeat.is_some_and(|repeat| repeat.is_zero()) {
        return Err(Failure::Input("`--interval` and `--repeat` are spans above zero".to_owned()));
    }
    let table = input::read(&args.table)?;
    let columns = Columns {
        at: args.at.clone(),
        class: args.class.clone(),
        handling: args.handling.clone(),
        wrap_up: args.wrap_up.clone(),
        wait: args.wait.clone(),
        given_up: args.given_up.clone(),
    };
    let intervals = Intervals { length: args.interval, repeat: args.repeat };
    let fit = fitted(&table, &columns, &intervals).map_err(|unfit| match unfit {
        Unfit::Unreadable(diagnostics) => Failure::Diagnostics(diagnostics),
        Unfit::NoColumn(..) | Unfit::TwoColumns(_) | Unfit::Empty | Unfit::TooManyIntervals(_) | Unfit::Uneven => {
            Failure::Input(format!("`{}`: {unfit}", args.table))
        }
    })?;
    match args.format {
        Format::Text => print(&fit.to_yaml())?,
        Format::Json => print_json(&fit)?,
    }
    Ok(Exit::Done)
}
