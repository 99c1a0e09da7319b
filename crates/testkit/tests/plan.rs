//! A plan says what then happens, as the reference model has it happen; making one changes nothing.

mod support;

use std::cell::Cell;
use std::time::Duration;

use pointsman_testkit::Driver;
use support::same;

#[test]
fn a_plan_is_what_happens_when_nobody_interferes() {
    let (plans, now, next) = (Cell::new(0), Cell::new(0), Cell::new(0));
    support::runs(400).check(support::stories(40), |(spec, ops)| {
        let mut driver = Driver::new(&spec).map_err(|refused| refused.to_string())?;
        for op in &ops {
            let (at, command) = driver.resolve(op);
            let until = driver.engine().clock().max(at) + Duration::from_secs(300);
            let before = driver.engine().digest();
            let plan = driver.engine().plan(at, command.clone(), until);
            same("the digests before and after", &before, &driver.engine().digest())?;
            let mut model = driver.model().clone();
            let answer = match &command {
                Some(command) => model.handle(at, command),
                None => {
                    model.handle_timeout(at);
                    Ok(())
                }
            };
            same("the answers", &plan.answer.is_ok(), &answer.is_ok())?;
            same("what happens at once", &plan.now, &model.take_events())?;
            model.handle_timeout(until);
            same("what happens next", &plan.next, &model.take_events())?;
            plans.set(plans.get() + 1);
            now.set(now.get() + plan.reserved_now().count());
            next.set(next.get() + plan.reserved_next().count());
            driver.apply(op).map_err(|mismatch| mismatch.story())?;
        }
        Ok(())
    });
    support::say(&format!("plans: {}, {} reservations at once, {} later", plans.get(), now.get(), next.get()));
    assert!(now.get() > 500 && next.get() > 500, "{} at once, {} later", now.get(), next.get());
}
