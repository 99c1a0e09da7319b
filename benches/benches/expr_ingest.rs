//! From the text of a task's attributes to a document and a row, beside a scan that only finds where values end, and
//! beside reading into `serde_json::Value`. What every task needs besides, its place among the others by its name, is a
//! line of its own.
#![allow(missing_docs, reason = "the benchmark macros write undocumented items")]
#![allow(clippy::expect_used, reason = "a bench may fail loudly")]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pointsman_benches::allocations;
use pointsman_benches::shapes::{SHAPES, hit, worker};
use pointsman_expr::{Attributes, Documents, Kind, Limits, Row, Slots, parse};
use serde::de::IgnoredAny;

const TASKS: u64 = 100_000;

fn read(text: &str) -> Attributes {
    serde_json::from_str(text).expect("an object")
}

fn ingest(criterion: &mut Criterion) {
    let text = hit().to_string();
    assert_eq!(text.len(), 393);
    let mut slots = Slots::new();
    let expressions =
        SHAPES.each_ref().map(|shape| parse(shape.text, Kind::Target, &Limits::default()).expect(shape.text));
    let bound = expressions.each_ref().map(|parsed| slots.bind(&parsed.expression));
    let worker_row = slots.row_of_worker(&read(&worker().to_string()));
    let attributes = read(&text);
    let mut row: Row = slots.row_of_task(&attributes);
    let nothing = Attributes::default();
    let others = Documents { task: &nothing, worker: &nothing };
    assert!(bound.iter().all(|bound| bound.matches(&row, &worker_row, &others)));
    eprintln!("allocations of reading: {}", allocations(|| read(&text)));
    eprintln!("allocations of a row in memory that is there: {}", allocations(|| slots.refill(&mut row, &attributes)));
    let names: BTreeMap<String, u64> = (0..TASKS).map(|number| (name(number), number)).collect();
    let mut each = (0..TASKS).map(|number| name(number * 7_919 % TASKS)).collect::<Vec<_>>().into_iter().cycle();

    let mut group = criterion.benchmark_group("ingest_text");
    group.bench_function("skip-scan", |b| {
        b.iter(|| serde_json::from_str::<IgnoredAny>(black_box(&text)).expect("an object"));
    });
    group.bench_function("serde_json::Value", |b| {
        b.iter(|| serde_json::from_str::<serde_json::Value>(black_box(&text)).expect("an object"));
    });
    group.bench_function("attributes", |b| b.iter(|| read(black_box(&text))));
    group.bench_function("attributes and row", |b| {
        b.iter(|| {
            slots.refill(&mut row, &read(black_box(&text)));
            bound[0].matches(&row, &worker_row, &others)
        });
    });
    group.bench_function("id look-up", |b| b.iter(|| names.get(&each.next().expect("it goes round"))));
    group.finish();
}

/// A name of 34 characters.
fn name(number: u64) -> String {
    format!("WT{:032x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

criterion_group!(benches, ingest);
criterion_main!(benches);
