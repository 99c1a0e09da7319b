//! Any text as a snapshot: it is refused in words, or it is an engine that keeps its invariants and says the same of
//! itself again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pointsman::{Engine, Snapshot, Timestamp};

/// How many timers are waited for.
const TIMERS: usize = 8;

fuzz_target!(|bytes: &[u8]| {
    let Ok(snapshot) = serde_json::from_slice::<Snapshot>(bytes) else { return };
    let Ok(mut engine) = Engine::restore(snapshot) else { return };
    check(&engine);
    for _ in 0..TIMERS {
        // The end of time is not a time to wait for.
        let Some(due) = engine.poll_timeout().filter(|due| *due < Timestamp::from_millis(i64::MAX)) else { break };
        engine.handle_timeout(due);
        check(&engine);
    }
    while engine.poll_event().is_some() {}
    check(&engine);
});

fn check(engine: &Engine) {
    engine.check();
    let again = Engine::restore(engine.snapshot());
    assert_eq!(again.map(|again| (again.digest(), again.snapshot())), Ok((engine.digest(), engine.snapshot())));
}
