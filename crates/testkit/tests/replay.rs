//! The same commands give the same events and the same digests, from the start and from a clone in the middle.

mod support;

use pointsman::{Command, Digest, Engine, Event, Timestamp};
use support::{drained, same, staged, stories};

#[test]
fn a_replay_is_the_same() {
    support::runs(2_000).check(stories(60), |(spec, ops)| {
        let (first, script) = staged(&spec, &ops)?;
        let (second, _) = staged(&spec, &ops)?;
        let (middle, told) = play(first, &script[..script.len() / 2]);
        let (_, rest) = play(middle.clone(), &script[script.len() / 2..]);
        let (_, rest_of_clone) = play(middle, &script[script.len() / 2..]);
        let (_, whole) = play(second, &script);
        same("a clone's transcripts", &rest, &rest_of_clone)?;
        same("the transcripts", &[told, rest].concat(), &whole)
    });
}

/// What each command of a script led to.
type Transcript = Vec<(Digest, Vec<Event>)>;

fn play(mut engine: Engine, script: &[(Timestamp, Option<Command>)]) -> (Engine, Transcript) {
    let mut transcript = Vec::new();
    for (now, command) in script {
        match command.clone() {
            // A refusal is the same in both runs or shows in what follows.
            Some(command) => drop(engine.handle(*now, command)),
            None => engine.handle_timeout(*now),
        }
        transcript.push((engine.digest(), drained(&mut engine)));
    }
    (engine, transcript)
}
