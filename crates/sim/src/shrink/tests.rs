//! Scenarios that fail for one planted reason.

use pointsman_config::NoFiles;

use super::*;

/// Two classes, three groups; only a worker of the second group refuses, and only a task of the second class comes to it.
const RANDOM: &str = "\
name: planted
workspace:
  multi_task_enabled: true
  activities: [{name: Offline, available: false}, {name: Available, available: true}, {name: Break, available: false}]
  task_queues:
    - {name: first, target_workers: skill == \"first\"}
    - {name: second, target_workers: skill == \"second\"}
  workflows:
    - name: calls
      task_reservation_timeout: 30
      configuration:
        task_routing:
          filters: [{expression: kind == \"second\", targets: [{queue: second, timeout: 600}, {queue: first}]}]
          default_filter: {queue: first}
staff:
  - {group: a, count: 5, attributes: {skill: first}}
  - {group: b, count: 4, attributes: {skill: second}, answers: {reject: 0.2, after: {uniform: {from: 1, to: 5}}}}
  - {group: c, count: 3, attributes: {skill: first}, shifts: [{from: 0, to: 2h, breaks: [{at: 1h, for: 10m}]}], on_break: Break}
arrivals:
  - {class: calls, poisson: 1/1m, patience: {exponential: {mean: 3m}}, attributes: {kind: first}}
  - {class: mails, profile: {interval: 1h, counts: [20, 30]}, drawn: {kind: {choice: {first: 1, second: 3}}}}
handling:
  - {class: calls, group: a, time: {lognormal: {mean: 4m, cv: 0.8}}}
  - {time: {exponential: {mean: 3m}}, wrap_up: 20s}
measure: {horizon: 2h, interval: 30m}
experiment: {replications: 3}
steps:
  - {at: 10m, do: set_worker_activity, worker: a-1, activity: Break}
  - {at: 2h, expect: {never: [{type: reservation.rejected}, {type: task.deleted}]}}
";

fn scenario(text: &str) -> Scenario {
    read(text, "x.yaml", &NoFiles).unwrap_or_else(|told| panic!("{told:?}"))
}

fn wanted() -> Wanted {
    Wanted { seed: None, replications: None, tries: 2_000, jobs: 1, called: "small.yaml".to_owned(), folder: None }
}

fn shrunk(text: &str) -> Result<Shrunk, Unshrunk> {
    shrink(&scenario(text), &NoFiles, &wanted(), &AtomicBool::new(false), &|_, _| ())
}

/// Runs what was found as anybody would, and shrinks it once more: it fails alone, and nothing changes.
fn fails_alone_and_stays(small: &Shrunk) {
    let found = scenario(&small.scenario);
    let alone = trial(&found, 1, &AtomicBool::new(false)).unwrap();
    assert!(alone.failed.contains(&small.failure), "{:?} is not in {:?}", small.failure, alone.failed);
    let again = shrunk(&small.scenario).unwrap();
    assert_eq!(again.scenario, small.scenario);
    assert_eq!((again.before, again.after), (small.after, small.after));
}

#[test]
fn what_has_nothing_to_do_with_the_failure_goes() {
    let small = shrunk(RANDOM).unwrap();
    assert_eq!((small.ended, small.failure.what.as_str()), (Ended::Smallest, "never"));
    let model = scenario(&small.scenario).model;
    let groups: Vec<_> = model.groups.iter().filter_map(|group| group.name.as_deref()).collect();
    assert_eq!((model.classes.len(), &groups[..], small.after.workers, small.after.tasks), (1, &["b"][..], 1, 1));
    assert!(small.after.lines <= 13 && small.before.lines > 40, "{}", small.scenario);
    fails_alone_and_stays(&small);
}

#[test]
fn another_seed_may_fail_in_one_replication() {
    let rare = RANDOM.replace("reject: 0.2", "reject: 0.008").replace("replications: 3", "replications: 12");
    let small = shrunk(&rare).unwrap();
    assert!(!small.scenario.contains("replications"), "{}", small.scenario);
    fails_alone_and_stays(&small);
}

const SCRIPTED: &str = "\
name: planted
workspace:
  workers:
    - {name: alice, activity: Available, attributes: {languages: [en, es]}}
    - {name: bob, activity: Available, attributes: {languages: [en]}}
  task_queues: [{name: spanish, target_workers: languages HAS \"es\"}, {name: all, target_workers: 1==1}]
  workflows:
    - name: only
      configuration:
        task_routing:
          filters: [{expression: language == \"es\", targets: [{queue: spanish, timeout: 60}, {queue: all}]}]
          default_filter: {queue: all}
steps:
  - {at: 0, do: create_task, task: first, attributes: {language: es}}
  - {at: 5, do: create_task, task: second, attributes: {language: en}}
  - {at: 10, expect: {task: first, status: reserved, reserved: [alice]}}
  - {at: 12, do: accept_reservation, task: first, worker: alice}
  - {at: 70, do: complete_task, task: second}
  - {at: 80, do: complete_task, task: first, reason: done}
";

#[test]
fn a_refused_step_is_the_failure_of_a_script() {
    let small = shrunk(SCRIPTED).unwrap();
    assert_eq!((small.failure.what.as_str(), small.ended), ("complete_task second", Ended::Smallest));
    let steps: Vec<&str> = small.scenario.lines().filter(|line| line.contains("do: ")).collect();
    let expected = ["  - {at: 0, do: create_task, task: second}", "  - {at: 0, do: complete_task, task: second}"];
    assert_eq!(steps, expected, "{}", small.scenario);
    assert!(small.failure.actual.starts_with("refused: task-not-taken"), "{}", small.failure.actual);
    fails_alone_and_stays(&small);
}

#[test]
fn what_holds_is_not_shrunk_and_tries_are_bounded() {
    let holds = RANDOM.replace("reject: 0.2", "reject: 0");
    assert!(matches!(shrunk(&holds), Err(Unshrunk::Holds)));
    let few = Wanted { tries: 5, ..wanted() };
    let shrink = |stop: bool| shrink(&scenario(RANDOM), &NoFiles, &few, &AtomicBool::new(stop), &|_, _| ());
    let small = shrink(false).unwrap();
    assert_eq!((small.ended, small.tries), (Ended::Tries, 5));
    assert!(matches!(shrink(true), Err(Unshrunk::Stopped)));
}

#[test]
fn threads_change_nothing_and_files_are_put_inline() {
    let (workspace, rest) = RANDOM.split_once("workspace:\n").unwrap();
    let (inner, rest) = rest.split_once("staff:\n").unwrap();
    let text = format!("{workspace}workspace: parts/w.yaml\nstaff:\n{rest}");
    let inner = inner.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let files = move |path: &str| if path == "parts/w.yaml" { Ok(inner.clone()) } else { Err(format!("no `{path}`")) };
    let scenario = read(&text, "x.yaml", &files).unwrap();
    let two = Wanted { jobs: 2, ..wanted() };
    let small = shrink(&scenario, &files, &two, &AtomicBool::new(false), &|_, _| ()).unwrap();
    assert_eq!(small, shrunk(RANDOM).unwrap());
}

/// What comes from steps only has an empty list, and stays as small as it is.
#[test]
fn an_empty_list_is_nothing_to_thin() {
    let text = "\
workspace: {template: fifo}
staff: [{group: a, count: 1}]
arrivals: [{class: c, at: []}]
handling: [{time: 1m}]
measure: {horizon: 1h}
steps:
  - {at: 10s, do: create_task, task: x, workflow: Default Fifo Workflow}
  - {at: 30s, expect: {task: x, status: completed}}
";
    assert!(shrunk(text).unwrap().scenario.contains("status: completed"));
}

/// One worker who cannot keep up with what comes all week.
fn overload(expected: &str) -> String {
    format!(
        "\
seed: 3
workspace:
  task_queues: [{{name: all}}]
  workflows: [{{name: calls, configuration: {{task_routing: {{default_filter: {{queue: all}}}}}}}}]
staff:
  - {{group: agents, count: 1}}
arrivals:
  - {{class: calls, poisson: 25/1h}}
handling:
  - {{time: {{exponential: {{mean: 3m}}}}, wrap_up: 20s}}
measure: {{horizon: 100h}}
steps:
  - {{at: 100h, expect: {{results: [{expected}]}}}}
"
    )
}

#[test]
fn too_much_work_becomes_a_few_tasks_at_the_start() {
    for (expected, tasks) in [("{waiting_max: {'<=': 2}}", 4), ("{wait_mean: {'<=': 60}}", 2)] {
        let small = shrunk(&overload(expected)).unwrap();
        assert_eq!((small.ended, small.after.tasks), (Ended::Smallest, tasks), "{}", small.scenario);
        let lines = small.after.lines;
        assert!(
            lines <= small.before.lines && lines <= 12 && small.tries < 500,
            "{} tries\n{}",
            small.tries,
            small.scenario
        );
        let at = format!("at: [{}]", vec!["0s"; tasks].join(", "));
        assert!(small.scenario.contains(&at), "{}", small.scenario);
        fails_alone_and_stays(&small);
    }
}

/// Ten minutes are what four tasks of three take, not what more tasks of less take.
#[test]
fn a_long_wait_is_behind_few_tasks() {
    let text = overload("")
        .replace("{at: 100h, expect: {results: []}}", "{at: 0, always: {statistics: {wait: {of: max}, '<=': 10m}}}");
    let small = shrunk(&text).unwrap();
    assert_eq!((small.ended, small.after.tasks), (Ended::Smallest, 5), "{}", small.scenario);
    assert!(small.after.lines <= 12 && small.tries < 500, "{}", small.scenario);
    fails_alone_and_stays(&small);
}

/// Where it takes many tasks, chance says when they come in fewer words than a list.
#[test]
fn no_result_is_longer_than_what_it_was_made_of() {
    let small = shrunk(&overload("{offered: {'<=': 200}}")).unwrap();
    assert!(small.after.lines <= small.before.lines && small.after.values <= 13, "{small:?}");
    assert!(small.after.tasks > 200 && small.scenario.contains("poisson"), "{}", small.scenario);
    let two = Wanted { jobs: 2, ..wanted() };
    let again = shrink(&scenario(&small.scenario), &NoFiles, &two, &AtomicBool::new(false), &|_, _| ()).unwrap();
    assert_eq!(again.scenario, small.scenario);
}

#[test]
fn a_long_list_of_instants_gets_short() {
    let list = (0..400).map(|nth| format!("{}s", nth * 30)).collect::<Vec<_>>().join(", ");
    let text = overload("{waiting_max: {'<=': 2}}").replace("poisson: 25/1h", &format!("at: [{list}]"));
    let small = shrunk(&text).unwrap();
    assert_eq!((small.ended, small.after.tasks), (Ended::Smallest, 4), "{}", small.scenario);
    assert!(small.scenario.contains("at: [0s, 0s, 0s, 0s]") && small.tries < 500, "{}", small.scenario);
    fails_alone_and_stays(&small);
}

#[test]
fn a_recorded_table_is_named_from_where_the_result_stands() {
    let (before, rest) = RANDOM.split_once("poisson: 1/1m").unwrap();
    let text = format!("{before}trace: {{file: calls.csv, at: at}}{rest}");
    let files = |path: &str| {
        let is_table = path == "calls.csv" || path == "/far/calls.csv";
        if is_table { Ok("at\n60\n120\n".to_owned()) } else { Err(format!("no `{path}`")) }
    };
    let scenario = read(&text, "x.yaml", &files).unwrap();
    let moved = Wanted { folder: Some("/far".to_owned()), tries: 0, ..wanted() };
    let small = shrink(&scenario, &files, &moved, &AtomicBool::new(false), &|_, _| ()).unwrap();
    assert!(small.scenario.contains("file: /far/calls.csv"), "{}", small.scenario);
}

/// One replication alone is never sure; that is no reason to have one.
#[test]
fn what_replications_judge_together_keeps_them() {
    let (before, _) = RANDOM.split_once("steps:").unwrap();
    let level = "{service_level: {within: 1s}, '>=': 0.999, confidence: 0.9}";
    let small = shrunk(&format!("{before}steps:\n  - {{at: 2h, expect: {{statistics: {level}}}}}\n")).unwrap();
    let is_joint = small.failure.actual.ends_with("over 3 replications");
    assert!(is_joint && small.scenario.contains("replications: 3"), "{}", small.scenario);
    assert!(small.after.lines < 20, "{}", small.scenario);
    fails_alone_and_stays(&small);
}

#[test]
fn what_must_always_hold_fails_at_its_first_time() {
    let (before, _) = RANDOM.split_once("steps:").unwrap();
    let small =
        shrunk(&format!("{before}steps:\n  - {{at: 0, always: {{never: [{{type: reservation.rejected}}]}}}}\n"))
            .unwrap();
    assert_eq!((small.after.tasks, small.after.workers), (1, 1), "{}", small.scenario);
    fails_alone_and_stays(&small);
}
