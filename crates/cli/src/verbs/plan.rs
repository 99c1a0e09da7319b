//! `pointsman plan`: what commands would do, and what would follow if nobody did anything.

use std::sync::Arc;

use pointsman_config::SourceFile;
use pointsman_sim::{Forecast, ForecastReservation, Line};

use crate::args::{Format, PlanArgs};
use crate::input;
use crate::output::{Exit, Failure, bold, dim, print, print_json};
use crate::story::Story;

pub(crate) fn plan(args: &PlanArgs) -> Result<Exit, Failure> {
    let story = Story::read(&args.file, None)?;
    let mut situation = story.situation(args.at, &[])?;
    let proposals = args.commands.iter().enumerate().map(|(place, text)| {
        let name = if args.commands.len() == 1 { "--do".to_owned() } else { format!("--do number {}", place + 1) };
        let file = Arc::new(SourceFile::new(name, text.as_str()));
        situation.propose(&file, &input::files).map_err(Failure::Diagnostics)
    });
    let proposals: Vec<_> = proposals.collect::<Result<_, _>>()?;
    let forecast = situation.forecast(&proposals, args.ahead);
    match args.format {
        Format::Json => print_json(&forecast)?,
        Format::Text => print(&text(&forecast))?,
    }
    let as_expected = forecast.commands.iter().all(|command| command.expected);
    Ok(if as_expected { Exit::Done } else { Exit::Found })
}

fn text(forecast: &Forecast) -> String {
    let Forecast { at, until, commands, digest, .. } = forecast;
    let mut text = String::new();
    for command in commands {
        let answer = match (&command.refused, &command.reason) {
            (Some(code), Some(reason)) => format!("would be refused: {reason} ({code})"),
            (Some(_) | None, _) => "would be done".to_owned(),
        };
        text += &format!("{}: {answer}\n", bold(&command.what));
    }
    let now = if commands.is_empty() {
        String::new()
    } else {
        section(&format!("now, {at}"), &forecast.reserved_now, &forecast.now)
    };
    text += &now;
    text += &section(&format!("next, up to {until}, if nobody does anything"), &forecast.reserved_next, &forecast.next);
    text + &dim(&format!("digest {digest}, before and after: nothing was done\n"))
}

/// Who would be asked, then everything that would happen.
fn section(title: &str, reserved: &[ForecastReservation], lines: &[Line]) -> String {
    let mut text = format!("\n{}\n", bold(title));
    if lines.is_empty() {
        text += "  nothing\n";
    }
    for ForecastReservation { at, task, worker } in reserved {
        text += &format!("  {at}: `{worker}` would be asked to take `{task}`\n");
    }
    for line in lines {
        text += &format!("{}\n", dim(&line.to_string()));
    }
    text
}
