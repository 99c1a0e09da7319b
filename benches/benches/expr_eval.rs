//! Evaluating one expression: bound to rows, over documents, and a closure over `serde_json::Value`. Before anything
//! is measured, all three must agree on two tasks, and the first two must not allocate.
#![allow(missing_docs, reason = "the benchmark macros write undocumented items")]
#![allow(clippy::expect_used, reason = "a bench may fail loudly")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pointsman_benches::allocations;
use pointsman_benches::shapes::{SHAPES, Shape, hit, miss, worker};
use pointsman_expr::{Attributes, Documents, Expression, Kind, Limits, Slots, parse};
use serde_json::Value as Json;

fn attributes(json: &Json) -> Attributes {
    Attributes::try_from(pointsman_expr::Value::from(json.clone())).expect("an object")
}

fn compiled(shape: &Shape) -> Expression {
    parse(shape.text, Kind::Target, &Limits::default()).expect("a sound text").expression
}

fn agree() {
    let (worker_json, worker) = (worker(), attributes(&worker()));
    for (task_json, expected) in [(hit(), true), (miss(), false)] {
        let task = attributes(&task_json);
        for shape in &SHAPES {
            let (expression, mut slots) = (compiled(shape), Slots::new());
            let bound = slots.bind(&expression);
            let (worker_row, task_row) = (slots.row_of_worker(&worker), slots.row_of_task(&task));
            let source = Documents { task: &task, worker: &worker };
            assert_eq!(expression.matches(&source), expected, "{}", shape.text);
            assert_eq!(bound.matches(&task_row, &worker_row, &source), expected, "{}", shape.text);
            assert_eq!((shape.closure)(&task_json, &worker_json), expected, "{}", shape.text);
            let made = allocations(|| bound.matches(&task_row, &worker_row, &source) || expression.matches(&source));
            assert_eq!(made, 0, "`{}` allocates", shape.text);
        }
    }
}

fn evaluation(criterion: &mut Criterion) {
    agree();
    let (task_json, worker_json) = (hit(), worker());
    let (task, worker) = (attributes(&task_json), attributes(&worker_json));
    let source = Documents { task: &task, worker: &worker };
    let mut slots = Slots::new();
    let expressions = SHAPES.each_ref().map(compiled);
    let bound = expressions.each_ref().map(|expression| slots.bind(expression));
    let (worker_row, task_row) = (slots.row_of_worker(&worker), slots.row_of_task(&task));
    for ((shape, expression), bound) in SHAPES.iter().zip(&expressions).zip(&bound) {
        let mut group = criterion.benchmark_group(shape.name);
        group.bench_function("bound", |b| {
            b.iter(|| black_box(bound).matches(black_box(&task_row), black_box(&worker_row), &source));
        });
        group.bench_function("documents", |b| b.iter(|| black_box(expression).matches(black_box(&source))));
        group.bench_function("closure", |b| b.iter(|| (shape.closure)(black_box(&task_json), black_box(&worker_json))));
        group.finish();
    }
    let mut group = criterion.benchmark_group("row");
    group.bench_function("of_task", |b| b.iter(|| slots.row_of_task(black_box(&task))));
    let mut row = slots.row_of_task(&task);
    group.bench_function("refill", |b| b.iter(|| slots.refill(&mut row, black_box(&task))));
    group.finish();
    parsing(criterion);
}

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for shape in [&SHAPES[0], &SHAPES[1], &SHAPES[4]] {
        group.bench_function(shape.name, |b| b.iter(|| compiled(black_box(shape))));
    }
    group.finish();
}

criterion_group!(benches, evaluation);
criterion_main!(benches);
