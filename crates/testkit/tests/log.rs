//! A log of inputs in JSON Lines is enough: read back and replayed it gives the same answers, events and digests.

mod support;

use pointsman::{Command, Digest, Engine, Event, Rejection, Timestamp, WorkspaceSpec};
use support::{Script, drained, same, staged, stories};

#[test]
fn a_log_gives_the_same_digests() {
    support::runs(1_000).check(stories(60), |(spec, ops)| {
        let (engine, script) = staged(&spec, &ops)?;
        let log = write(&spec, &script)?;
        let (read_spec, read_script) = read(&log)?;
        same("workspaces", &spec, &read_spec)?;
        same("inputs", &script, &read_script)?;
        let (replayed, _) = staged(&read_spec, &[])?;
        same("transcripts", &play(engine, &script), &play(replayed, &read_script))
    });
}

/// The workspace, then a line per input.
fn write(spec: &WorkspaceSpec, script: &Script) -> Result<String, String> {
    let mut lines = vec![serde_json::to_string(spec)];
    lines.extend(script.iter().map(serde_json::to_string));
    let lines: Result<Vec<String>, _> = lines.into_iter().collect();
    lines.map(|lines| lines.join("\n")).map_err(|error| error.to_string())
}

fn read(log: &str) -> Result<(WorkspaceSpec, Script), String> {
    let wrong = |line: &str, error: serde_json::Error| format!("{error}: {line}");
    let mut lines = log.lines();
    let head = lines.next().unwrap_or_default();
    let spec = serde_json::from_str(head).map_err(|error| wrong(head, error))?;
    let script = lines.map(|line| serde_json::from_str(line).map_err(|error| wrong(line, error)));
    Ok((spec, script.collect::<Result<_, _>>()?))
}

type Step = (Result<(), Rejection>, Vec<Event>, Digest);

fn play(mut engine: Engine, script: &Script) -> Vec<Step> {
    let step = |(now, command): &(Timestamp, Option<Command>)| {
        let answer = match command.clone() {
            Some(command) => engine.handle(*now, command),
            None => {
                engine.handle_timeout(*now);
                Ok(())
            }
        };
        (answer, drained(&mut engine), engine.digest())
    };
    script.iter().map(step).collect()
}
