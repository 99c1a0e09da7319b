//! The six conditions in every engine, measured in turn: each round runs each engine once, so that what disturbs the
//! machine disturbs all. Prints the tables of `docs/performance.md`. Never part of the default build.

mod engines;
#[path = "../../src/shapes.rs"]
mod shapes;

use std::hint::black_box;
use std::time::Instant;

use engines::{Candidate, from_document, prepared};
use shapes::{SHAPES, Shape};

const ROUNDS: usize = 21;

/// How long one turn of one engine takes, about.
const TURN: f64 = 2e6;

fn main() {
    let shapes = SHAPES.iter().zip(engines::texts());
    let mut rows: Vec<_> =
        shapes.map(|(shape, texts)| (shape, prepared(shape, &texts), from_document(shape, &texts))).collect();
    for (_, prepared, from_document) in &mut rows {
        for candidate in prepared.iter_mut().chain(from_document) {
            candidate.check();
        }
    }
    let (prepared, from_document): (Vec<_>, Vec<_>) =
        rows.into_iter().map(|(shape, a, b)| ((shape, a), (shape, b))).unzip();
    table("data in the engine's own form, ns", prepared);
    table("from a document of the caller, one expression, ns", from_document);
}

fn table(title: &str, rows: Vec<(&Shape, Vec<Candidate>)>) {
    let names: Vec<_> = rows[0].1.iter().map(|candidate| candidate.name).collect();
    println!("\n{title}\n\n| | {} |\n|---|{}", names.join(" | "), "--:|".repeat(names.len()));
    let mut logarithms = vec![0.0; names.len()];
    for (shape, mut candidates) in rows {
        let medians = measure(&mut candidates);
        let shown: Vec<_> = medians.iter().map(|ns| format!("{ns:.1}")).collect();
        println!("| {} | {} |", shape.name, shown.join(" | "));
        logarithms.iter_mut().zip(&medians).for_each(|(sum, ns)| *sum += ns.ln());
    }
    let means: Vec<_> = logarithms.iter().map(|sum| (sum / 6.0).exp()).collect();
    let shown = |scale: f64| means.iter().map(|ns| format!("{:.2}", ns / scale)).collect::<Vec<_>>().join(" | ");
    println!("| geometric mean | {} |", shown(1.0));
    let reference = names.iter().position(|name| name.starts_with("datalogic")).expect("the reference is measured");
    println!("| times datalogic | {} |", shown(means[reference]));
}

/// The median of every candidate, in nanoseconds per evaluation.
fn measure(candidates: &mut [Candidate]) -> Vec<f64> {
    let mut turns: Vec<_> = candidates.iter_mut().map(|c| (TURN / time(c, 2_000)).max(1.0) as u32).collect();
    turns.iter_mut().for_each(|turn| *turn = (*turn).clamp(200, 1_000_000));
    let mut rounds = vec![Vec::new(); candidates.len()];
    for _ in 0..ROUNDS {
        for ((candidate, turn), round) in candidates.iter_mut().zip(&turns).zip(&mut rounds) {
            round.push(time(candidate, *turn));
        }
    }
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    rounds.into_iter().map(median).collect()
}

fn time(candidate: &mut Candidate, times: u32) -> f64 {
    let start = Instant::now();
    black_box((candidate.run)(times));
    start.elapsed().as_nanos() as f64 / f64::from(times)
}
