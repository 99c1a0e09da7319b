//! What has to be known before the figures of runs are read.

use super::Experiment;
use crate::model::WarmUp;
use crate::results::Results;

impl Experiment<'_> {
    pub(super) fn warnings(&self, results: &Results) -> Vec<String> {
        [ended_early(results), self.nothing_measured(results), imprecise(results)].into_iter().flatten().collect()
    }

    fn nothing_measured(&self, results: &Results) -> Option<String> {
        let WarmUp::Tasks(count) = self.measure.warm_up else { return None };
        let nothing = results.run.value("offered").is_none_or(|offered| offered == 0.0);
        (nothing && count > 0)
            .then(|| format!("no task was measured: the warm-up is to be {count} tasks, and fewer came in every run"))
    }
}

fn ended_early(results: &Results) -> Option<String> {
    let Results { overran, replications, measured, .. } = results;
    (*overran > 0).then(|| {
        format!(
            "{overran} of {replications} runs were ended on the way, since more happened in them, or more tasks were open at \
             once, than `most_events` and `most_open` under `measure` allow: the figures are of {:.0} s on average",
            measured.to - measured.from
        )
    })
}

fn imprecise(results: &Results) -> Option<String> {
    let precise = results.precise.as_ref().filter(|precise| !precise.is_reached)?;
    let is = precise.half_width.map_or("not known yet".to_owned(), |half| format!("± {:.1} %", half * 100.0));
    let (figure, wanted, count) = (&precise.figure, precise.wanted * 100.0, results.replications);
    Some(format!("`{figure}` is not as precise as wanted after {count} runs: {is}, wanted ± {wanted:.1} %"))
}
