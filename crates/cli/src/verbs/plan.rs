//! `pointsman plan`: what commands would do, and what would follow if nobody did anything.

use std::sync::Arc;

use pointsman_config::SourceFile;
use pointsman_sim::Line;
use pointsman_sim::forecast::{Forecast, ForecastCommand, ForecastReservation, ForecastWait};

use crate::args::{Format, PlanArgs};
use crate::input;
use crate::output::{Exit, Failure, bold, dim, green, print, print_json};
use crate::story::Story;

pub(crate) fn plan(args: &PlanArgs) -> Result<Exit, Failure> {
    let story = Story::read(&args.file, None)?;
    story.is_written()?;
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
    let Forecast { at, until, commands, digest, digest_after, .. } = forecast;
    let mut parts: Vec<String> = commands.iter().map(answer).collect();
    if !commands.is_empty() {
        let waits: String = forecast.waiting.iter().map(wait).collect();
        parts.push(section(&format!("now, {at}"), &asked(&forecast.reserved_now), &waits, &forecast.now));
    }
    let title = format!("next, up to {until}, if nobody does anything");
    parts.push(section(&title, &asked(&forecast.reserved_next), "", &forecast.next));
    let done = if digest == digest_after { "the same after: nothing was done" } else { digest_after };
    parts.push(dim(&format!("digest {digest}, {done}")) + "\n");
    parts.join("\n")
}

fn answer(command: &ForecastCommand) -> String {
    let answer = match (&command.refused, &command.reason) {
        (Some(code), Some(reason)) => format!("would be refused: {reason} ({code})"),
        (Some(_) | None, _) => "would be done".to_owned(),
    };
    format!("{}: {answer}\n", bold(&command.what))
}

fn asked(reserved: &[ForecastReservation]) -> String {
    let asked = |it: &ForecastReservation| {
        format!("{:>10}  {}\n", it.at, green(&format!("`{}` would be asked to take `{}`", it.worker, it.task)))
    };
    reserved.iter().map(asked).collect()
}

fn wait(wait: &ForecastWait) -> String {
    let queue = wait.queue.as_ref().map(|queue| format!(" in the queue `{queue}`")).unwrap_or_default();
    let code = dim(&format!("[{}]", wait.cause));
    format!("            `{}` would wait{queue} for {}  {code}\n", wait.task, wait.waits_for)
}

/// Who would be asked and what would wait, then everything that would happen.
fn section(title: &str, asked: &str, waits: &str, lines: &[Line]) -> String {
    let lines: String = lines.iter().map(|line| dim(&line.to_string()) + "\n").collect();
    let nothing = if lines.is_empty() { "            nothing happens\n" } else { "" };
    format!("{}\n{asked}{waits}{nothing}{lines}", bold(title))
}
