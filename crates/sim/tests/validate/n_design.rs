//! Two classes and two workers: one takes `a` alone, the other both. First come first served, and of two free workers
//! the one whose last reservation was created longest ago: solved as a chain of states, without a line of the router.

use super::case::{Case, Found};

/// The chain's answers; times in units of the mean handling time.
pub(crate) struct Exact {
    pub(crate) wait_a: f64,
    pub(crate) wait_b: f64,
    pub(crate) busy_single: f64,
    pub(crate) busy_double: f64,
}

/// The same in the router: `a` at 0.8 a minute, `b` at 0.5, a minute of handling.
pub(crate) fn scenario(seed: u64) -> Found {
    let group = |name: &str, skills: &str| format!("{{group: {name}, count: 1, attributes: {{skills: {skills}}}}}");
    let case = Case {
        queues: "[{name: a, target_workers: \"skills HAS 'a'\"}, {name: b, target_workers: \"skills HAS 'b'\"}]",
        filters: "filters: [{expression: kind == 'b', targets: [{queue: b}]}], default_filter: {queue: a}",
        staff: format!("[{}, {}]", group("single", "[a]"), group("double", "[a, b]")),
        ..Case::new(
            seed,
            "[{class: a, poisson: 0.8/1m, attributes: {kind: a}}, {class: b, poisson: 0.5/1m, attributes: {kind: b}}]",
            "",
        )
    };
    case.run()
}

/// How many tasks of one kind may wait in the chain: the share beyond is below all that is looked at.
const MOST: usize = 50;

const STATES: usize = 2 * (3 + MOST + MOST * MOST);

/// A state, and which worker was asked last: the one for `a` alone (0) or the one for both (1).
///
/// While both are busy, the tasks in the queue are, from its head: `passed` of class `b`, which the first worker has
/// already passed over, and `unseen` ones, of which nobody knows the class yet.
#[derive(Clone, Copy)]
enum State {
    Empty,
    OnlySingle,
    /// The second worker is busy; those who wait are all `b`.
    OnlyDouble { waiting: usize },
    Both { passed: usize, unseen: usize },
}

fn place(state: State, last: usize) -> usize {
    let at = match state {
        State::Empty => 0,
        State::OnlySingle => 1,
        State::OnlyDouble { waiting } => 2 + waiting.min(MOST - 1),
        State::Both { passed, unseen } => 2 + MOST + passed.min(MOST - 1) * MOST + unseen.min(MOST - 1),
    };
    2 * at + last
}

fn states() -> impl Iterator<Item = (State, usize)> {
    let only = (0..MOST).map(|waiting| State::OnlyDouble { waiting });
    let both = (0..MOST).flat_map(|passed| (0..MOST).map(move |unseen| State::Both { passed, unseen }));
    let all = [State::Empty, State::OnlySingle].into_iter().chain(only).chain(both);
    all.flat_map(|state| [(state, 0), (state, 1)])
}

/// Where a state goes, at which rate.
fn moves(state: State, last: usize, [a, b]: [f64; 2]) -> Vec<(f64, usize)> {
    use State::{Both, Empty, OnlyDouble, OnlySingle};
    let share = a / (a + b);
    match state {
        // The one who was not asked last takes an `a`.
        Empty if last == 1 => vec![(a, place(OnlySingle, 0)), (b, place(OnlyDouble { waiting: 0 }, 1))],
        Empty => vec![(a + b, place(OnlyDouble { waiting: 0 }, 1))],
        OnlySingle => vec![(a + b, place(Both { passed: 0, unseen: 0 }, 1)), (1.0, place(Empty, last))],
        OnlyDouble { waiting } => {
            let done = if waiting > 0 { place(OnlyDouble { waiting: waiting - 1 }, 1) } else { place(Empty, last) };
            let begins = place(Both { passed: waiting, unseen: 0 }, 0);
            vec![(a, begins), (b, place(OnlyDouble { waiting: waiting + 1 }, last)), (1.0, done)]
        }
        Both { passed, unseen } => {
            let mut moves = vec![(a + b, place(Both { passed, unseen: unseen + 1 }, last))];
            moves.push((1.0, match (passed, unseen) {
                (0, 0) => place(OnlySingle, last),
                (0, unseen) => place(Both { passed: 0, unseen: unseen - 1 }, 1),
                (passed, unseen) => place(Both { passed: passed - 1, unseen }, 1),
            }));
            // The first worker looks for an `a` and passes over every `b` on the way.
            let mut none_yet = 1.0;
            for skipped in 0..unseen {
                let next = Both { passed: passed + skipped, unseen: unseen - skipped - 1 };
                moves.push((none_yet * share, place(next, 0)));
                none_yet *= 1.0 - share;
            }
            moves.push((none_yet, place(OnlyDouble { waiting: passed + unseen }, last)));
            moves
        }
    }
}

/// The long-run shares by the power method, and the waits by Little.
pub(crate) fn solve(a: f64, b: f64) -> Exact {
    let pace = 1.0 / (a + b + 2.0);
    let chain: Vec<(usize, Vec<(f64, usize)>)> =
        states().map(|(state, last)| (place(state, last), moves(state, last, [a, b]))).collect();
    let mut shares = vec![0.0; STATES];
    shares[0] = 1.0;
    for _ in 0..3_000 {
        let mut next = vec![0.0; STATES];
        for (from, moves) in &chain {
            let share = shares[*from];
            if share < 1e-18 {
                continue;
            }
            let leaving: f64 = moves.iter().map(|(rate, _)| rate).sum();
            next[*from] += share * (1.0 - pace * leaving);
            moves.iter().for_each(|(rate, to)| next[*to] += share * pace * rate);
        }
        shares = next;
    }
    answers(&shares, [a, b])
}

fn answers(shares: &[f64], [a, b]: [f64; 2]) -> Exact {
    let of_a = a / (a + b);
    let (mut waiting_a, mut waiting_b, mut busy_single, mut busy_double) = (0.0, 0.0, 0.0, 0.0);
    for (state, last) in states() {
        let share = shares[place(state, last)];
        match state {
            State::Empty => {}
            State::OnlySingle => busy_single += share,
            State::OnlyDouble { waiting } => {
                busy_double += share;
                waiting_b += share * waiting as f64;
            }
            State::Both { passed, unseen } => {
                (busy_single, busy_double) = (busy_single + share, busy_double + share);
                waiting_a += share * unseen as f64 * of_a;
                waiting_b += share * (passed as f64 + unseen as f64 * (1.0 - of_a));
            }
        }
    }
    Exact { wait_a: waiting_a / a, wait_b: waiting_b / b, busy_single, busy_double }
}

/// With one class the two workers are M/M/2, whoever is asked first.
#[test]
fn the_chain_itself_is_erlang_c_where_it_must_be() {
    let exact = solve(1.2, 1e-9);
    let known = pointsman_sim::theory::ErlangC::new(1.2, 1.0, 2).unwrap();
    assert!((exact.wait_a - known.mean_wait()).abs() < 1e-6, "{} is not {}", exact.wait_a, known.mean_wait());
    assert!((exact.busy_single + exact.busy_double - 1.2).abs() < 1e-6);
}
