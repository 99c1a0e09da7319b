//! An engine that is written down and restored after every step, with some of its events not yet taken, does what one
//! that lives through does.

mod support;

use pointsman::{Command, Engine, Event, Snapshot, Timestamp};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy;
use support::{drained, same, staged, stories};

#[test]
fn a_life_in_snapshots_is_the_same_life() {
    let input = (stories(60), vec(any::<usize>(), 1..20)).prop_map(|((spec, ops), taken)| (spec, ops, taken));
    support::runs(300).check(input, |(spec, ops, taken)| {
        let (mut engine, script) = staged(&spec, &ops)?;
        let mut reborn = again(&engine)?;
        let mut taken = taken.iter().cycle();
        for (now, command) in script {
            play(&mut engine, now, command.clone());
            play(&mut reborn, now, command);
            let events = drained(&mut engine);
            let first = taken.next().map_or(0, |number| number % (events.len() + 1));
            let mut told: Vec<Event> = (0..first).filter_map(|_| reborn.poll_event()).collect();
            reborn = again(&reborn)?;
            told.extend(drained(&mut reborn));
            same("events", &events, &told)?;
            same("digests", &engine.digest(), &reborn.digest())?;
            same("clocks", &engine.clock(), &reborn.clock())?;
            same("next timers", &engine.poll_timeout(), &reborn.poll_timeout())?;
        }
        Ok(())
    });
}

/// The engine as a text, and the engine of that text.
fn again(engine: &Engine) -> Result<Engine, String> {
    let text = serde_json::to_string(&engine.snapshot()).map_err(|error| error.to_string())?;
    let snapshot: Snapshot = serde_json::from_str(&text).map_err(|error| format!("{error}\n{text}"))?;
    let reborn = Engine::restore(snapshot).map_err(|error| format!("{error}\n{text}"))?;
    let second = serde_json::to_string(&reborn.snapshot()).map_err(|error| error.to_string())?;
    same("snapshots", &text, &second)?;
    same("digests", &engine.digest(), &reborn.digest())?;
    Ok(reborn)
}

/// Whether a command is refused shows in what follows.
fn play(engine: &mut Engine, now: Timestamp, command: Option<Command>) {
    match command {
        Some(command) => drop(engine.handle(now, command)),
        None => engine.handle_timeout(now),
    }
}
