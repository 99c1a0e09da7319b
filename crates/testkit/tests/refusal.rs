//! A refused command leaves the engine as the passing of time alone would have left it (rule R21).

mod support;

use std::cell::Cell;

use support::{drained, same, staged, stories};

#[test]
fn a_refused_command_changes_nothing() {
    let refused = Cell::new(0);
    support::runs(2_000).check(stories(60), |(spec, ops)| {
        let (mut engine, script) = staged(&spec, &ops)?;
        for (now, command) in script {
            let Some(command) = command else {
                engine.handle_timeout(now);
                drained(&mut engine);
                continue;
            };
            let mut untouched = engine.clone();
            let answer = engine.handle(now, command);
            let events = drained(&mut engine);
            if let Err(reason) = answer {
                refused.set(refused.get() + 1);
                untouched.handle_timeout(now);
                let what = |of: &str| format!("{of} after `{reason}`");
                same(&what("events"), &drained(&mut untouched), &events)?;
                same(&what("digests"), &untouched.digest(), &engine.digest())?;
                same(&what("clocks"), &untouched.clock(), &engine.clock())?;
            }
        }
        Ok(())
    });
    assert!(refused.get() > 100, "only {} commands were refused", refused.get());
}
