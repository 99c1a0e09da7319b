//! Many expressions and one row, and one expression and many rows: the first filter of a workflow that takes a task, the
//! queues of a worker, the workers of a queue. Each is measured beside evaluating every expression, with which it must
//! agree before.
#![allow(missing_docs, reason = "the benchmark macros write undocumented items")]
#![allow(clippy::expect_used, reason = "a bench may fail loudly")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use pointsman_expr::{Attributes, Bound, Documents, Found, Index, Kind, Limits, Row, Slots, parse};
use serde_json::{Value as Json, json};

fn attributes(json: Json) -> Attributes {
    Attributes::try_from(pointsman_expr::Value::from(json)).expect("an object")
}

fn bind(slots: &mut Slots, text: &str, kind: Kind) -> Bound {
    slots.bind(&parse(text, kind, &Limits::default()).expect("a sound text").expression)
}

/// Numbers that look random and are the same every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// A queue as contact centres have them: 500 skills, 30 languages, 20 regions, 50 departments.
fn queue(draw: &mut Draw) -> String {
    let (skill, other, level) = (draw.below(500), draw.below(500), draw.below(10));
    let (language, region, department) = (draw.below(30), draw.below(20), draw.below(50));
    match draw.below(100) {
        0..40 => format!("skills HAS 's{skill}' AND level >= {level}"),
        40..60 => format!("skills HAS 's{skill}' AND languages HAS 'l{language}'"),
        60..75 => format!("department == 'd{department}' AND region IN ['r{region}', 'r{}']", draw.below(20)),
        75..85 => format!("(skills HAS 's{skill}' OR skills HAS 's{other}') AND level >= {level} AND tier != 'basic'"),
        85..95 => format!("languages HAS 'l{language}' AND region == 'r{region}' AND vip == true"),
        _ => "level >= 9 AND tier != 'gold'".to_owned(),
    }
}

fn worker(draw: &mut Draw) -> Attributes {
    let many = |draw: &mut Draw, letter: &str, limit, count| -> Vec<_> {
        (0..count).map(|_| format!("{letter}{}", draw.below(limit))).collect()
    };
    let (skills, languages) = (many(draw, "s", 500, 5), many(draw, "l", 30, 2));
    let tier = ["basic", "silver", "gold"][draw.below(3) as usize];
    attributes(json!({
        "skills": skills, "languages": languages, "level": draw.below(11), "vip": draw.below(2) == 0, "tier": tier,
        "department": format!("d{}", draw.below(50)), "region": format!("r{}", draw.below(20)),
    }))
}

/// A worker's attributes change: which queues is it in?
fn membership(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("membership");
    let nothing = Attributes::default();
    let others = Documents { task: &nothing, worker: &nothing };
    for count in [10, 100, 1_000, 10_000] {
        let (mut draw, mut slots, mut index, mut found) = (Draw(1), Slots::new(), Index::new(), Found::default());
        let queues: Vec<_> = (0..count).map(|_| bind(&mut slots, &queue(&mut draw), Kind::Queue)).collect();
        (0..).zip(&queues).for_each(|(number, bound)| index.insert(number, bound));
        let workers: Vec<_> = (0..64).map(|_| worker(&mut draw)).collect();
        let rows: Vec<_> = workers.iter().map(|worker| slots.row_of_worker(worker)).collect();
        let task = slots.row_of_task(&nothing);
        let (mut held, mut each) = (0, (0..rows.len()).cycle());
        for row in &rows {
            let one_by_one = (0..).zip(&queues).filter(|(_, bound)| bound.matches(&task, row, &others));
            let one_by_one: Vec<u32> = one_by_one.map(|(number, _)| number).collect();
            held += one_by_one.len();
            assert!(index.matching(&task, row, &others, &mut found).eq(one_by_one));
        }
        eprintln!("membership of {count}: {:.1} queues a worker", held as f64 / rows.len() as f64);
        group.bench_function(BenchmarkId::new("index", count), |b| {
            b.iter(|| {
                let row = &rows[each.next().expect("it goes round")];
                index.matching(&task, black_box(row), &others, &mut found).count()
            });
        });
        let mut row = slots.row_of_worker(&nothing);
        group.bench_function(BenchmarkId::new("row and index", count), |b| {
            b.iter(|| {
                row = slots.row_of_worker(black_box(&workers[each.next().expect("it goes round")]));
                index.matching(&task, &row, &others, &mut found).count()
            });
        });
        group.bench_function(BenchmarkId::new("one by one", count), |b| {
            b.iter(|| {
                let row = &rows[each.next().expect("it goes round")];
                queues.iter().filter(|bound| bound.matches(&task, black_box(row), &others)).count()
            });
        });
    }
    group.finish();
}

/// A task arrives: which filter is the first to take it? It is the last one here.
fn workflow(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("workflow");
    let nothing = Attributes::default();
    let others = Documents { task: &nothing, worker: &nothing };
    for count in [1_u64, 8, 64, 512] {
        let (mut slots, mut index, mut found) = (Slots::new(), Index::new(), Found::default());
        let filter = |number| format!("type == 'support' AND topic == 't{number}' AND priority >= {}", number % 5);
        let filters: Vec<_> = (0..count).map(|number| bind(&mut slots, &filter(number), Kind::Filter)).collect();
        (0..).zip(&filters).for_each(|(number, bound)| index.insert(number, bound));
        let worker = slots.row_of_worker(&nothing);
        let last = format!("t{}", count - 1);
        let task = attributes(json!({"type": "support", "topic": last, "priority": 5, "language": "en"}));
        let mut row = slots.row_of_task(&task);
        let one_by_one = |row: &Row| filters.iter().position(|bound| bound.matches(row, &worker, &others));
        assert_eq!(one_by_one(&row), Some(count as usize - 1));
        assert_eq!(index.matching(&row, &worker, &others, &mut found).next(), Some(count as u32 - 1));
        let stranger = slots.row_of_task(&attributes(json!({"type": "support", "topic": "none", "priority": 5})));
        assert_eq!(
            (one_by_one(&stranger), index.matching(&stranger, &worker, &others, &mut found).next()),
            (None, None)
        );
        group.bench_function(BenchmarkId::new("index", count), |b| {
            b.iter(|| index.matching(black_box(&row), &worker, &others, &mut found).next());
        });
        group.bench_function(BenchmarkId::new("one by one", count), |b| b.iter(|| one_by_one(black_box(&row))));
        group.bench_function(BenchmarkId::new("row and index", count), |b| {
            b.iter(|| {
                slots.refill(&mut row, black_box(&task));
                index.matching(&row, &worker, &others, &mut found).next()
            });
        });
    }
    group.finish();
}

/// A queue gets another expression: which workers are in it?
fn requalify(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("requalify");
    group.sample_size(20);
    let nothing = Attributes::default();
    let others = Documents { task: &nothing, worker: &nothing };
    for count in [1_000, 10_000, 100_000] {
        let (mut draw, mut slots) = (Draw(2), Slots::new());
        let text = "(skills HAS 's7' OR skills HAS 's8') AND languages HAS 'l3' AND level >= 3 AND tier != 'basic'";
        let bound = bind(&mut slots, text, Kind::Queue);
        (0..1_000).for_each(|_| drop(bind(&mut slots, &queue(&mut draw), Kind::Queue)));
        let rows: Vec<_> = (0..count).map(|_| slots.row_of_worker(&worker(&mut draw))).collect();
        let task = slots.row_of_task(&nothing);
        let members = || rows.iter().filter(|row| bound.matches(&task, row, &others)).count();
        let documents = || {
            let of = |row| Documents { task: &nothing, worker: Row::attributes(row) };
            rows.iter().filter(|row| bound.expression().matches(&of(row))).count()
        };
        assert_eq!(members(), documents());
        group.bench_function(BenchmarkId::new("rows", count), |b| b.iter(members));
        group.bench_function(BenchmarkId::new("documents", count), |b| b.iter(documents));
    }
    group.finish();
}

criterion_group!(benches, workflow, membership, requalify);
criterion_main!(benches);
