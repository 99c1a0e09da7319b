//! A recording is a text that gives the run again: read back it is the same, replayed it is the same, and when one word
//! of it is changed, the replay says which.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use pointsman::{Engine, Event, TaskId, WorkspaceSpec};
use pointsman_config::Names;
use pointsman_sim::{Differing, Recording, annotated, replay};
use proptest::prelude::*;
use support::{Script, drained, same, staged, stories};

/// Records a script, and plays it as a driver would that lets time pass too often.
fn recorded(spec: &WorkspaceSpec, mut engine: Engine, script: &Script) -> (Recording, Vec<Event>) {
    let mut recording = Recording::new("story", 1, 7, spec.clone());
    let mut events = Vec::new();
    for (at, command) in script {
        match command {
            // What comes too late is refused by a clock that no command has moved.
            Some(_) if *at < engine.clock() => {}
            Some(command) => {
                recording.push(*at, command.clone());
                drop(engine.handle(*at, command.clone()));
            }
            None => engine.handle_timeout(*at),
        }
        events.extend(drained(&mut engine));
    }
    recording.end(engine.clock(), &engine.digest().to_string());
    (recording, events)
}

#[test]
fn a_recording_is_read_back_and_replayed() {
    support::runs(300).check(stories(60), |(spec, ops)| {
        let (engine, script) = staged(&spec, &ops)?;
        let mut names = Names::new();
        names.declare::<TaskId>("t0", None, None).map_err(|taken| taken.to_string())?;
        let (recording, events) = recorded(&spec, engine, &script);
        let recording = annotated(recording.named(&names)).map_err(|refused| refused.to_string())?;
        let text = recording.to_json_lines().map_err(|error| error.to_string())?;
        let read = Recording::read(&text).map_err(|error| error.to_string())?;
        same("recordings", &recording, &read)?;
        same("a name", &Some("t0"), &read.names().name(TaskId::named("t0")))?;
        let mut replayed = Vec::new();
        let found = replay(&read, |_, turn| replayed.extend_from_slice(turn.events));
        let found = found.map_err(|refused| refused.to_string())?;
        same("events", &events, &replayed)?;
        same("differences", &None, &found.difference)?;
        same("counts", &(read.entries().len(), events.len()), &(found.commands, found.events))
    });
}

/// One word of the text is another: which line, and which word of it.
fn changed(recording: &Recording, line: usize, word: usize) -> Option<(Recording, usize, Option<usize>)> {
    let text = recording.to_json_lines().unwrap();
    let mut lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let place = line % recording.entries().len();
    let entry = lines[place + 1].as_object_mut().unwrap();
    let events = entry.get_mut("events").unwrap().as_array_mut().unwrap();
    let number = word.checked_rem(events.len() + 1)?;
    if number < events.len() {
        events[number] = "task.created 00000000".into();
    } else if entry.remove("refused").is_none() {
        entry.insert("refused".to_owned(), "in-use".into());
    }
    let event = (number < entry["events"].as_array().unwrap().len()).then_some(number + 1);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    Some((Recording::read(&text).unwrap(), place, event))
}

#[test]
fn a_changed_word_is_found() {
    let input = (stories(40), any::<usize>(), any::<usize>());
    support::runs(300).check(input, |((spec, ops), line, word)| {
        let (engine, script) = staged(&spec, &ops)?;
        let (recording, _) = recorded(&spec, engine, &script);
        let recording = annotated(recording).map_err(|refused| refused.to_string())?;
        if recording.entries().is_empty() {
            return Ok(());
        }
        let Some((changed, command, event)) = changed(&recording, line, word) else { return Ok(()) };
        let found = replay(&changed, |_, _| {}).map_err(|refused| refused.to_string())?;
        let difference = found.difference.ok_or("the replay finds nothing")?;
        same("commands", &Some(command), &difference.command)?;
        let number = match difference.what {
            Differing::Event { number, .. } => Some(number),
            Differing::Answer { .. } => None,
            Differing::Digest { .. } => return Err("only the digest differs".to_owned()),
        };
        same("events", &event, &number)
    });
}

#[test]
fn a_missing_command_is_missed() {
    support::runs(300).check((stories(40), any::<usize>()), |((spec, ops), which)| {
        let (engine, script) = staged(&spec, &ops)?;
        let (recording, _) = recorded(&spec, engine, &script);
        let recording = annotated(recording).map_err(|refused| refused.to_string())?;
        let effective: Vec<usize> =
            (0..recording.entries().len()).filter(|place| recording.entries()[*place].refused.is_none()).collect();
        let Some(gone) = which.checked_rem(effective.len()).map(|place| effective[place]) else { return Ok(()) };
        let text = recording.to_json_lines().map_err(|error| error.to_string())?;
        let lines = text.lines().enumerate().filter(|(number, _)| *number != gone + 1);
        let text: String = lines.map(|(_, line)| format!("{line}\n")).collect();
        let shorter = Recording::read(&text).map_err(|error| error.to_string())?;
        let found = replay(&shorter, |_, _| {}).map_err(|refused| refused.to_string())?;
        let silent = recording.entries()[gone].events.as_ref().is_some_and(Vec::is_empty);
        match found.difference {
            Some(difference) => {
                let first = difference.command.unwrap_or(usize::MAX);
                if first >= gone { Ok(()) } else { Err(format!("{difference:?} lies before line {gone}")) }
            }
            // A command without an event may change nothing that ever shows.
            None if silent => Ok(()),
            None => Err("the replay finds nothing".to_owned()),
        }
    });
}
