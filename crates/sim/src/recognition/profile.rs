//! Arrivals that come and go over the day before so many workers that nobody ever waits: M_t/G/infinity.

use super::answer::{DAY, TOO_LONG, ends_in_a_day};
use super::pool::{Flow, Pool};
use super::{Answer, Kind};
use crate::distribution::Distribution;
use crate::results::{Scope, Span};
use crate::theory::Profile;

/// So many deviations above the highest mean load, and so many workers more, are never busy at once.
const DEVIATIONS: f64 = 10.0;

/// What is exact of the stretch that was measured, or why nothing is.
pub(super) fn of(pool: &Pool, span: Span) -> Result<Vec<Answer>, String> {
    let flows: Vec<Known<'_>> = pool.flows.iter().map(|flow| Known::of(flow, span.to)).collect::<Result<_, _>>()?;
    let needed = needed(flows.iter().map(Known::highest_load).sum());
    let workers = pool.workers.filter(|workers| *workers == pool.places && f64::from(*workers) >= needed);
    let workers = workers.ok_or_else(|| few(pool, needed))?;
    let lasts = span.to - span.from;
    if lasts <= 0.0 {
        return Err("nothing was measured".to_owned());
    }
    // The work of a task up to an instant is what it has lasted by then, or all of it.
    let work = |until| flows.iter().map(|known| known.work(until)).sum::<f64>();
    let busy = (work(span.to) - work(span.from)) / lasts;
    let say =
        |figure: &str, exact| Answer { scope: Scope::Run, figure: figure.to_owned(), kind: Kind::Unlimited, exact };
    Ok(vec![
        say("delayed", 0.0),
        say("busy_mean", busy),
        say("tasks_in_hand", busy / f64::from(workers)),
        say("occupancy", busy / f64::from(workers)),
        say("utilisation", busy / f64::from(workers)),
    ])
}

/// With so many workers nobody waits.
fn needed(highest_load: f64) -> f64 {
    highest_load + DEVIATIONS * (highest_load.sqrt() + 1.0)
}

/// Why somebody may wait, or one worker may have several tasks in hand.
fn few(pool: &Pool, needed: f64) -> String {
    if pool.workers.is_none_or(|workers| workers == pool.places) {
        return format!("it needs {:.0} workers or more, and nobody else, for nobody ever to wait", needed.ceil());
    }
    "workers take several tasks at once".to_owned()
}

/// Tasks of a class of which all is known.
struct Known<'a> {
    handling: &'a Distribution,
    mean: f64,
    profile: Profile,
}

impl<'a> Known<'a> {
    fn of(flow: &'a Flow, until: f64) -> Result<Self, String> {
        let (name, handling) = (&flow.class, &flow.handling);
        let profile = flow.process.poisson_stretches(until).and_then(|stretches| Profile::new(stretches).ok());
        let profile = profile.ok_or_else(|| format!("tasks of `{name}` do not come as a Poisson process"))?;
        let mean = handling.mean().filter(|_| handling.mean_up_to(until).is_some());
        let mean = mean.ok_or_else(|| format!("no formula is known for how long tasks of `{name}` take"))?;
        if until > DAY && !ends_in_a_day(handling) {
            return Err(TOO_LONG.to_owned());
        }
        Ok(Self { handling, mean, profile })
    }

    fn highest_load(&self) -> f64 {
        self.profile.highest_rate() * self.mean
    }

    /// How much work its tasks have been up to an instant.
    fn work(&self, until: f64) -> f64 {
        self.profile.mean_busy(until, |lasted| self.handling.mean_up_to(lasted).unwrap_or(f64::NAN))
    }
}
