//! Workers who are not alike, and workers who do not answer.

use std::collections::BTreeMap;

use pointsman_sim::estimate::Confidence;
use pointsman_sim::theory::Rings;

use crate::support::{class, experiment, group, holds, one_queue, ran, run, scenario};

/// Two workers, of whom one takes tasks of both classes and the other those of the first only; a minute each.
const N_DESIGN: &str = r#"
workspace:
  activities: [{name: Offline, available: false}, {name: Available, available: true}]
  multi_task_enabled: true
  task_queues: [{name: first, target_workers: "1==1"}, {name: second, target_workers: "takes == 'both'"}]
  workflows:
    - name: w
      configuration:
        task_routing:
          filters: [{expression: "class == 'b'", targets: [{queue: second}]}]
          default_filter: {queue: first}
staff:
  - {group: flexible, count: 1, attributes: {takes: both}}
  - {group: dedicated, count: 1, attributes: {takes: a}}
arrivals:
  - {class: a, poisson: 6/10m, attributes: {class: a}}
  - {class: b, poisson: 4/10m, attributes: {class: b}}
handling: [{time: {exponential: {mean: 1m}}}]
measure: {warm_up: 2h, horizon: 102h}
"#;

/// First come, first served over both queues; of two free workers the one whose last reservation is longer ago.
#[test]
fn case_10_one_worker_for_both_classes_and_one_for_one() {
    let exact = NDesign::new(0.6, 0.4).solve();
    let exact = [
        class("a", "wait_mean", exact.waits[0] * 60.0),
        class("b", "wait_mean", exact.waits[1] * 60.0),
        class("a", "delayed", exact.delayed[0]),
        class("b", "delayed", exact.delayed[1]),
        group("flexible", "occupancy", exact.busy[0]),
        group("dedicated", "occupancy", exact.busy[1]),
    ];
    let results = holds(N_DESIGN, 10, 60, &exact);
    assert!(results.theory.is_empty(), "{:?}", results.theory);
}

/// What the two workers do and who waits, in the order of age: `true` is a task of class `b`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    busy: [bool; 2],
    /// Who was asked last.
    last: usize,
    waiting: Vec<bool>,
}

const FLEXIBLE: usize = 0;
const DEDICATED: usize = 1;

/// A chain of states that is solved as it stands: nothing of the engine or of the theory module is in it.
struct NDesign {
    rates: [f64; 2],
    states: Vec<State>,
    /// For each state: where it goes, and at which rate.
    moves: Vec<Vec<(usize, f64)>>,
}

struct Solved {
    waits: [f64; 2],
    delayed: [f64; 2],
    busy: [f64; 2],
}

/// Longer queues are as good as impossible.
const LONGEST: usize = 14;

impl NDesign {
    fn new(a: f64, b: f64) -> Self {
        let mut design = Self { rates: [a, b], states: Vec::new(), moves: Vec::new() };
        let mut places = BTreeMap::new();
        design.place(&mut places, State { busy: [false; 2], last: FLEXIBLE, waiting: Vec::new() });
        while design.moves.len() < design.states.len() {
            let from = design.states[design.moves.len()].clone();
            let moves = design.moves_of(&from);
            let moves = moves.into_iter().map(|(to, rate)| (design.place(&mut places, to), rate)).collect();
            design.moves.push(moves);
        }
        design
    }

    fn place(&mut self, places: &mut BTreeMap<State, usize>, state: State) -> usize {
        *places.entry(state).or_insert_with_key(|state| {
            self.states.push(state.clone());
            self.states.len() - 1
        })
    }

    /// All handling rates are 1.
    fn moves_of(&self, from: &State) -> Vec<(State, f64)> {
        let mut moves = Vec::new();
        for (class, rate) in self.rates.iter().enumerate() {
            moves.extend(arrived(from, class == 1).map(|to| (to, *rate)));
        }
        for worker in [FLEXIBLE, DEDICATED] {
            if from.busy[worker] {
                moves.push((freed(from, worker), 1.0));
            }
        }
        moves
    }

    /// By sweeps, until nothing moves any more.
    fn solve(&self) -> Solved {
        let count = self.states.len();
        let mut into: Vec<Vec<(usize, f64)>> = vec![Vec::new(); count];
        let out: Vec<f64> = self.moves.iter().map(|moves| moves.iter().map(|(_, rate)| rate).sum()).collect();
        for (from, moves) in self.moves.iter().enumerate() {
            moves.iter().for_each(|(to, rate)| into[*to].push((from, *rate)));
        }
        let mut share = vec![1.0 / count as f64; count];
        loop {
            let mut moved: f64 = 0.0;
            for place in 0..count {
                let flow: f64 = into[place].iter().map(|(from, rate)| share[*from] * rate).sum();
                let new = flow / out[place];
                moved += (new - share[place]).abs();
                share[place] = new;
            }
            let total: f64 = share.iter().sum();
            share.iter_mut().for_each(|share| *share /= total);
            if moved < 1e-12 {
                return self.figures(&share);
            }
        }
    }

    fn figures(&self, share: &[f64]) -> Solved {
        let sum = |value: &dyn Fn(&State) -> f64| -> f64 {
            self.states.iter().zip(share).map(|(state, share)| value(state) * share).sum()
        };
        let queue = |b: bool| sum(&|state| state.waiting.iter().filter(|task| **task == b).count() as f64);
        let is = |flag: bool| if flag { 1.0 } else { 0.0 };
        Solved {
            waits: [queue(false) / self.rates[0], queue(true) / self.rates[1]],
            delayed: [sum(&|state| is(state.busy == [true; 2])), sum(&|state| is(state.busy[FLEXIBLE]))],
            busy: [FLEXIBLE, DEDICATED].map(|worker| sum(&|state| is(state.busy[worker]))),
        }
    }
}

/// None where the queue is as long as it may be.
fn arrived(from: &State, b: bool) -> Option<State> {
    let may = |worker: usize| !from.busy[worker] && (worker == FLEXIBLE || !b);
    let (asked_first, asked_last) = (1 - from.last, from.last);
    let mut to = from.clone();
    if let Some(worker) = [asked_first, asked_last].into_iter().find(|worker| may(*worker)) {
        to.busy[worker] = true;
        to.last = worker;
        return Some(to);
    }
    to.waiting.push(b);
    (to.waiting.len() <= LONGEST).then_some(to)
}

/// The worker takes the oldest task it may take.
fn freed(from: &State, worker: usize) -> State {
    let mut to = from.clone();
    match to.waiting.iter().position(|b| worker == FLEXIBLE || !b) {
        Some(oldest) => {
            to.waiting.remove(oldest);
            to.last = worker;
        }
        None => to.busy[worker] = false,
    }
    to
}

/// Many workers, most of them free; who misses a task is away for a minute.
fn ringing(answers: &str) -> String {
    one_queue(&format!(
        "
staff: [{{group: agents, count: 40, answers: {answers}}}]
arrivals: [{{class: calls, poisson: 6/1m}}]
handling: [{{time: {{exponential: {{mean: 1m}}}}}}]
measure: {{warm_up: 1h, horizon: 31h, service_levels: [{{within: 10s}}, {{within: 25s}}]}}
"
    ))
    .replace("name: w, configuration", "name: w, task_reservation_timeout: 10, configuration")
    .replace("multi_task_enabled: true", "multi_task_enabled: true\n  timeout_activity: Offline")
}

/// Each ring is answered with the same chance: their number is geometric, and each one that is missed takes 10 s.
#[test]
fn case_11_who_does_not_answer_is_passed_over() {
    let rings = Rings::new(0.7, None).unwrap();
    let exact = [
        run("wait_mean", 10.0 * rings.mean_missed()),
        run("delayed", 1.0 - rings.answered_at(1)),
        run("service_level_10s", rings.answered_at(1) + rings.answered_at(2)),
        run("service_level_25s", rings.answered_at(1) + rings.answered_at(2) + rings.answered_at(3)),
    ];
    let results = holds(&ringing("{ignore: 0.3, back_after: 1m}"), 11, 20, &exact);
    let count = |figure| results.run.value(figure).unwrap();
    let asked = count("reservations_created") / count("reservations_accepted");
    assert!((asked - rings.mean()).abs() < 0.01 * rings.mean(), "{asked} rings, not {}", rings.mean());
    assert!(results.theory.is_empty(), "{:?}", results.theory);
}

/// Answers take an exponential time of 10 s, a ring 10 s at most.
#[test]
fn case_14_who_answers_late_is_passed_over() {
    let rings = Rings::timed(0.1, 10.0, None).unwrap();
    // An exponential time of mean 1 that is below 1.
    let answer = 10.0 * (1.0 - 1.0 / (std::f64::consts::E - 1.0));
    let exact = [run("wait_mean", 10.0 * rings.mean_missed() + answer)];
    let results = holds(&ringing("{after: {exponential: {mean: 10s}}, back_after: 1m}"), 14, 20, &exact);
    let count = |figure| results.run.value(figure).unwrap();
    let asked = count("reservations_created") / count("reservations_accepted");
    assert!((asked - rings.mean()).abs() < 0.01 * rings.mean(), "{asked} rings, not {}", rings.mean());
}

/// The only worker is asked again as soon as a ring is over, and answers each ring 2 s too late.
#[test]
fn an_answer_to_a_ring_that_is_over_answers_no_other() {
    let rest = "
staff: [{group: agents, count: 1, answers: {after: 12s}}]
arrivals: [{class: calls, at: [0]}]
handling: [{time: 1m}]
measure: {horizon: 1m}
";
    let text = one_queue(rest)
        .replace("name: w, configuration", "name: w, task_reservation_timeout: 10, configuration")
        .replace("multi_task_enabled: true", "multi_task_enabled: true\n  timeout_activity: Available");
    let scenario = scenario(&text);
    let experiment = experiment(&scenario, 1);
    let results = experiment.results(&ran(&experiment, 1, 1).rows, Confidence::default());
    let count = |figure| results.run.value(figure).unwrap();
    assert_eq!((count("handled"), count("reservations_timed_out")), (0.0, 6.0));
}
