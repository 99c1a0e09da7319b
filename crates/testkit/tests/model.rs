//! The engine does what the reference model does: same answers, same events, same views, after every command.

mod support;

use std::cell::Cell;

use pointsman_testkit::Driver;

#[test]
fn the_engine_equals_the_model() {
    let (operations, refused, events) = (Cell::new(0), Cell::new(0), Cell::new(0));
    support::runs(7_000).check(support::stories(80), |(spec, ops)| {
        let mut driver = Driver::new(&spec).map_err(|refused| refused.to_string())?;
        ops.iter().try_for_each(|op| driver.apply(op)).map_err(|mismatch| mismatch.to_string())?;
        operations.set(operations.get() + ops.len());
        refused.set(refused.get() + driver.refused());
        events.set(events.get() + driver.events().len());
        Ok(())
    });
    let (done, not_done, told) = (operations.get(), refused.get(), events.get());
    support::say(&format!("engine against model: {done} operations, {not_done} refused, {told} events"));
    assert!(events.get() > operations.get() / 2, "the runs do too little to prove anything");
    assert!(refused.get() < operations.get() / 2, "most commands are refused");
}
