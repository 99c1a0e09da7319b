//! Workspace files: what is read, the defaults, and what is told where.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use pointsman::{
    ActivityId, ActivitySpec, Engine, TaskChannelId, TaskOrder, TaskQueueId, Template, TimeoutBasis, WorkerChannelSpec,
    WorkerId, WorkflowId,
};
use pointsman_config::{Context, Diagnostic, Names, NoFiles, Workspace, declare, read_worker, read_workspace};

mod support;
use support::{check_places, told, yaml};

const FILES: [(&str, &str); 3] = [
    ("incoming.json", r#"{"task_routing": {"default_filter": {"queue": "WQ000000000000000000000000000000ab"}}}"#),
    ("broken.json", "{\"task_routing\": {\"default_filter\": {\n\"queue\": \"spanis\"}}}"),
    ("workspace.yaml", "workers: [{name: alice}]"),
];

fn files(path: &str) -> Result<String, String> {
    let found = FILES.iter().find(|(name, _)| *name == path);
    found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "no such file".to_owned())
}

fn read(text: &str) -> (Option<Workspace>, Vec<Diagnostic>) {
    let (workspace, diagnostics) = read_workspace(&yaml(text), &files);
    check_places(&diagnostics);
    (workspace, diagnostics)
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let (workspace, diagnostics) = read(text);
    assert_eq!(told(&diagnostics), expected, "{text}\n{diagnostics:#?}");
    assert_eq!(workspace.is_none(), expected.iter().any(|line| line.contains(" error ")), "{text}");
}

#[track_caller]
fn good(text: &str) -> Workspace {
    let (workspace, diagnostics) = read(text);
    let workspace = workspace.unwrap_or_else(|| panic!("{text}\n{diagnostics:#?}"));
    if let Err(rejection) = Engine::new(workspace.spec.clone(), 1) {
        panic!("{text}\nthe engine refuses: {}", workspace.diagnose(&rejection));
    }
    workspace
}

const EVERYTHING: &str = r#"
name: Support
multi_task_enabled: false
prioritize_queue_order: LIFO
timeout_basis: step_entry
default_activity: away
timeout_activity: Gone
template: fifo
activities:
  - {name: away, friendly_name: Gone, available: false, sid: WA000000000000000000000000000000aa}
  - {name: idle, available: true}
task_channels: [{name: voice, unique_name: calls, friendly_name: Phone, channel_optimized_routing: true}]
workers:
  - name: alice
    friendly_name: Alice
    sid: agent-1
    activity: idle
    attributes: {languages: [en, no], level: 3}
    channels: {calls: {capacity: 2}, default: {available: false}}
    idle_for: 10m
  - {name: bob, idle_for: 1.5}
task_queues:
  - name: spanish
    friendly_name: Customer Care - Spanish
    sid: WQ000000000000000000000000000000ab
    target_workers: 'languages HAS "es"'
    max_reserved_workers: 3
    task_order: LIFO
    reservation_activity: away
    assignment_activity: idle
  - {name: nobody, target_workers: ""}
workflows:
  - {name: incoming, sid: flow-1, task_reservation_timeout: 20m, configuration: incoming.json}
  - name: inline
    configuration: {task_routing: {default_filter: {queue: Customer Care - Spanish}}}
limits: {task_timeout: 1h, capacity: 5}
"#;

#[test]
fn every_key_is_read() {
    let Workspace { spec, names, .. } = good(EVERYTHING);
    assert_eq!(spec.friendly_name, "Support");
    assert!(!spec.multi_task_enabled);
    assert_eq!((spec.prioritize_queue_order, spec.template), (TaskOrder::Lifo, Template::Fifo));
    assert_eq!(spec.timeout_basis, TimeoutBasis::StepEntry);
    let away = ActivityId::new(0xaa);
    assert_eq!((spec.default_activity, spec.timeout_activity), (Some(away), Some(away)));
    let sid = "WA000000000000000000000000000000aa";
    let expected = ActivitySpec::new("away", false).activity(away).sid(sid).friendly_name("Gone");
    assert_eq!(spec.activities, [expected, ActivitySpec::new("idle", true)]);
    let channel = &spec.task_channels[0];
    assert_eq!(channel.task_channel, TaskChannelId::named("voice"));
    assert_eq!((&*channel.unique_name, &*channel.friendly_name), ("calls", "Phone"));
    assert!(channel.channel_optimized_routing);

    let [alice, bob] = &spec.workers[..] else { panic!("two workers") };
    assert_eq!((alice.worker, &*alice.friendly_name), (WorkerId::named("alice"), "Alice"));
    assert_eq!((alice.sid.as_deref(), alice.activity), (Some("agent-1"), Some(ActivityId::named("idle"))));
    assert_eq!(alice.attributes.to_string(), r#"{"languages":["en","no"],"level":3}"#);
    let channels = [
        (TaskChannelId::named("voice"), WorkerChannelSpec::new(2)),
        (TaskChannelId::named("default"), WorkerChannelSpec::new(1).available(false)),
    ];
    assert_eq!(alice.channels, channels.into());
    assert_eq!(alice.idle_for, Some(Duration::from_secs(600)));
    assert_eq!((bob.idle_for, bob.activity), (Some(Duration::from_millis(1_500)), None));

    let queue = &spec.task_queues[0];
    assert_eq!(queue.task_queue, TaskQueueId::new(0xab));
    assert_eq!((&*queue.target_workers, queue.max_reserved_workers), ("languages HAS \"es\"", 3));
    assert_eq!((queue.task_order, queue.reservation_activity), (TaskOrder::Lifo, Some(away)));
    assert_eq!(queue.assignment_activity, Some(ActivityId::named("idle")));
    assert_eq!(spec.task_queues[1].target_workers, "");
    assert_eq!(spec.workflows[0].workflow, WorkflowId::named("incoming"));
    assert_eq!(spec.workflows[0].task_reservation_timeout, Duration::from_secs(1_200));
    for workflow in &spec.workflows {
        let default = workflow.configuration.default_filter.as_ref().unwrap();
        assert_eq!(default.queue, Some(TaskQueueId::new(0xab)));
    }
    assert_eq!((spec.limits.task_timeout, spec.limits.capacity), (Duration::from_secs(3_600), 5));
    assert_eq!(names.name(WorkerId::named("alice")), Some("alice"));
    assert_eq!(names.id::<WorkflowId>("flow-1"), Some(WorkflowId::named("incoming")));
    assert_eq!(names.id::<TaskQueueId>("Sample Queue"), Some(TaskQueueId::named("Sample Queue")));
}

#[test]
fn an_empty_workspace_has_taskrouters_defaults() {
    let Workspace { spec, names, .. } = good("{}");
    assert!(spec.multi_task_enabled && spec.activities.is_empty() && spec.task_channels.is_empty());
    let engine = Engine::new(spec, 1).unwrap();
    assert_eq!(engine.workers().count(), 0);
    for activity in ["Offline", "Available", "Unavailable"] {
        assert_eq!(names.id(activity), Some(ActivityId::named(activity)));
    }
    for channel in ["voice", "sms", "chat", "video", "default"] {
        assert_eq!(names.id(channel), Some(TaskChannelId::named(channel)));
    }
    assert!(good("task_queues: []").spec.task_queues.is_empty());
}

#[test]
fn names_of_defaults_are_those_of_the_engine() {
    good("workers: [{name: a, activity: Available, channels: {video: {capacity: 2}, default: {capacity: 0}}}]");
    good(
        "template: FIFO\nworkflows: [{name: w, configuration: {task_routing: {default_filter: {queue: Sample Queue}}}}]",
    );
    good("task_channels: [{name: mail}]\nworkers: [{name: a, channels: {default: {capacity: 2}}}]");
}

#[test]
fn a_text_names_the_file_of_the_workspace() {
    assert_eq!(good("workspace.yaml").spec.workers.len(), 1);
    check("elsewhere.yaml", &["1:1 error unreadable-file"]);
    let (_, diagnostics) = read_workspace(&yaml("workspace.yaml"), &NoFiles);
    assert_eq!(told(&diagnostics), ["1:1 error unreadable-file"]);
}

#[test]
fn errors_in_another_file_carry_its_name() {
    let text = "task_queues: [{name: spanish}]\nworkflows: [{name: w, configuration: broken.json}]";
    let (_, diagnostics) = read(text);
    assert_eq!(
        diagnostics[0].to_string(),
        "broken.json:2:10: error[unknown-task-queue]: there is no task queue `spanis`\n  help: did you mean `spanish`?"
    );
}

#[test]
fn the_document_is_strict() {
    check("[]", &["1:1 error wrong-type"]);
    check("worker: []", &["1:1 error unknown-key"]);
    check("workers: {}", &["1:10 error wrong-type"]);
    check("workers: [alice]", &["1:11 error wrong-type"]);
    check("workers: [{}]", &["1:11 error missing-key"]);
    check("workers: [{name: 5}]", &["1:18 error wrong-type"]);
    check("workers: [{name: ''}]", &["1:18 error friendly-name-length"]);
    check("multi_task_enabled: no", &["1:21 error wrong-type"]);
    check("prioritize_queue_order: fifo", &["1:25 error unknown-value"]);
    check("timeout_basis: age", &["1:16 error unknown-value"]);
    check("template: lifo", &["1:11 error unknown-value"]);
    check("limits: {capcity: 1}", &["1:10 error unknown-key"]);
    check("limits: {capacity: -1}", &["1:20 error invalid-value"]);
}

#[test]
fn all_errors_are_told_not_the_first() {
    check(
        "
default_activity: Away
activities: [{name: Offline}, {name: idle, available: yes}]
workers:
  - {name: alice, activity: idel, channels: {chat: {capacity: 2, capacty: 3}, fax: {}}, idle_for: soon}
  - {name: ALICE, attributes: [1]}
  - {name: alice}
task_queues:
  - {name: q, target_workers: 'a b', max_reserved_workers: 51, task_order: lifo, reservation_activity: x}
workflows:
  - {name: w, task_reservation_timeout: 0, configuration: 5}
  - {name: v}
",
        &[
            "2:19 error unknown-activity",
            "3:14 error missing-key",
            "3:55 error wrong-type",
            "5:29 error unknown-activity",
            "5:66 error unknown-key",
            "5:79 error unknown-task-channel",
            "5:99 error wrong-type",
            "6:12 error worker-name-taken",
            "6:31 error wrong-type",
            "7:12 error duplicate-name",
            "9:34 error invalid-expression",
            "9:60 error number-out-of-range",
            "9:76 error unknown-value",
            "9:104 error unknown-activity",
            "11:41 error span-out-of-range",
            "11:59 error wrong-type",
            "12:5 error missing-key",
        ],
    );
}

#[test]
fn names_and_sids_belong_to_one() {
    check("workers: [{name: a}, {name: A}]", &["1:29 error worker-name-taken"]);
    check("task_queues: [{name: a, sid: x}, {name: b, sid: x}]", &["1:41 error duplicate-name"]);
    check("task_channels: [{name: a-b}]", &["1:24 error invalid-unique-name"]);
    check("task_channels: [{name: a-b, unique_name: ab}]", &[]);
    check(
        "activities: [{name: Idle, available: true}]",
        &["1:13 error no-such-workspace-activity", "1:13 error no-such-workspace-activity"],
    );
    check("workers: [{name: a, channels: {chat: {}, Chat: {}}}]", &["1:42 error unknown-task-channel"]);
}

#[test]
fn long_attributes_are_a_warning() {
    check(
        &format!("workers: [{{name: a, attributes: {{text: {}}}}}]", "x".repeat(4_096)),
        &["1:33 warning long-attributes"],
    );
}

#[test]
fn what_only_the_engine_refuses_is_told_with_names() {
    let text = "task_channels: [{name: a}, {name: b, unique_name: a}]";
    let workspace = read(text).0.unwrap();
    let rejection = Engine::new(workspace.spec.clone(), 1).unwrap_err();
    let diagnostic = workspace.diagnose(&rejection);
    assert_eq!(told(std::slice::from_ref(&diagnostic)), ["1:17 error unique-name-taken"]);
    assert!(!diagnostic.message.contains("TC"), "{diagnostic}");
}

#[test]
fn a_step_that_creates_a_worker_is_read_by_the_same_reader() {
    let mut names = good("{}").names;
    let limits = pointsman::Limits::default();
    let step = yaml("{at: 5, do: create_worker, worker: carol, attributes: {level: 2}, activity: Available}");
    assert!(declare::<WorkerId>(&step, &mut names).is_empty());
    let context = Context::new(&names, &limits).ignoring(&["at", "do"]);
    let (worker, diagnostics) = read_worker(&step, &context);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(worker.unwrap().worker, WorkerId::named("carol"));
    let (_, diagnostics) = read_worker(&step, &Context::new(&Names::new(), &limits));
    assert_eq!(told(&diagnostics), ["1:2 error unknown-key", "1:9 error unknown-key", "1:77 error unknown-activity"]);
}
