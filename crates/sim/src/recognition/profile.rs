//! Arrivals that come and go over the day before so many workers that nobody ever waits: M_t/G/infinity.

use super::pool::{Flow, Pool};
use super::{Answer, Kind};
use crate::results::{Scope, Span};
use crate::theory::Profile;

/// So many deviations above the highest mean load, and so many workers more, are never busy at once.
const DEVIATIONS: f64 = 10.0;

/// What is exact of the stretch that was measured; none where somebody might wait, or handling times have no formula.
pub(super) fn of(pool: &Pool, span: Span) -> Option<Vec<Answer>> {
    let workers = pool.workers.filter(|workers| *workers == pool.places)?;
    let flows: Vec<(&Flow, Profile)> =
        pool.flows.iter().map(|flow| Some((flow, flow.profile(span.to)?))).collect::<Option<_>>()?;
    let most = flows.iter().map(|(flow, profile)| Some(profile.highest_rate() * flow.handling.mean()?));
    let most: f64 = most.sum::<Option<f64>>()?;
    let lasts = span.to - span.from;
    if f64::from(workers) < most + DEVIATIONS * (most.sqrt() + 1.0) || lasts <= 0.0 {
        return None;
    }
    // The work of a task up to an instant is what it has lasted by then, or all of it.
    let work = |until| flows.iter().map(|(flow, profile)| flow.work(profile, until)).sum::<Option<f64>>();
    let busy = (work(span.to)? - work(span.from)?) / lasts;
    let say =
        |figure: &str, exact| Answer { scope: Scope::Run, figure: figure.to_owned(), kind: Kind::Unlimited, exact };
    Some(vec![
        say("delayed", 0.0),
        say("busy_mean", busy),
        say("tasks_in_hand", busy / f64::from(workers)),
        say("occupancy", busy / f64::from(workers)),
    ])
}

impl Flow {
    fn profile(&self, until: f64) -> Option<Profile> {
        Profile::new(self.process.poisson_stretches(until)?).ok()
    }

    /// How much work its tasks have been up to an instant.
    fn work(&self, profile: &Profile, until: f64) -> Option<f64> {
        self.handling.mean_up_to(0.0)?;
        Some(profile.mean_busy(until, |lasted| self.handling.mean_up_to(lasted).unwrap_or(f64::NAN)))
    }
}
