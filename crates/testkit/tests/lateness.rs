//! When a driver calls does not matter, only when commands happen: any further `handle_timeout` changes nothing, and
//! nothing happens before the instant the engine asked to be called at.

mod support;

use std::time::Duration;

use pointsman::{Engine, Event, Timestamp};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy;
use support::{Script, drained, same, staged, stories};

#[test]
fn spurious_calls_change_nothing() {
    let input = (stories(60), vec(any::<u64>(), 1..40)).prop_map(|((spec, ops), spans)| (spec, ops, spans));
    support::runs(2_000).check(input, |(spec, ops, spans)| {
        let (engine, script) = staged(&spec, &ops)?;
        let lazy = run(engine.clone(), &script, |_, _, _| Ok(()));
        let mut spans = spans.iter().cycle();
        let busy = run(engine, &script, |engine, now, events| {
            let ahead = now.since(engine.clock()).as_millis() as u64;
            for span in spans.by_ref().take(3) {
                let extra = engine.clock() + Duration::from_millis(span % (ahead + 1));
                engine.handle_timeout(extra.min(now.max(engine.clock())));
                engine.handle_timeout(engine.clock().before(Duration::from_millis(span % 5_000)));
                events.extend(drained(engine));
            }
            Ok(())
        });
        compare(lazy?, busy?)
    });
}

#[test]
fn a_punctual_driver_sees_what_a_late_one_sees() {
    support::runs(2_000).check(stories(60), |(spec, ops)| {
        let (engine, script) = staged(&spec, &ops)?;
        let late = run(engine.clone(), &script, |_, _, _| Ok(()));
        let punctual = run(engine, &script, |engine, now, events| {
            while let Some(due) = engine.poll_timeout().filter(|due| *due <= now) {
                engine.handle_timeout(due.before(Duration::from_millis(1)).max(engine.clock()));
                same("nothing is due yet; events", &drained(engine), &Vec::new())?;
                engine.handle_timeout(due);
                events.extend(drained(engine));
            }
            engine.handle_timeout(now.before(Duration::from_millis(1)).max(engine.clock()));
            same("nothing is due before the command; events", &drained(engine), &Vec::new())
        });
        compare(late?, punctual?)
    });
}

/// Runs a script with something done before each command; a late driver does not even notice that time passes.
fn run(
    mut engine: Engine,
    script: &Script,
    mut before: impl FnMut(&mut Engine, Timestamp, &mut Vec<Event>) -> Result<(), String>,
) -> Result<(Engine, Vec<Event>), String> {
    let mut events = Vec::new();
    for (now, command) in script {
        let Some(command) = command.clone() else {
            continue;
        };
        if *now >= engine.clock() {
            before(&mut engine, *now, &mut events)?;
        }
        // A refusal is the same in both runs or shows in what follows.
        drop(engine.handle(*now, command));
        events.extend(drained(&mut engine));
    }
    Ok((engine, events))
}

fn compare((one, events): (Engine, Vec<Event>), (other, others): (Engine, Vec<Event>)) -> Result<(), String> {
    same("events", &events, &others)?;
    same("clocks", &one.clock(), &other.clock())?;
    same("digests", &one.digest(), &other.digest())
}
