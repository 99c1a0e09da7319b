//! What single steps have in them.

use std::time::Duration;

use pointsman::{
    CreateTask, FilterSpec, KnownWorkerSpec, TargetSpec, TaskOrder, TaskQueueSpec, UpdateWorkflow,
    WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};
use serde_json::json;

use super::{check, check_workspace, filters, kept, minutes, office, task, to_all, worker};

fn first(step: TargetSpec) -> WorkflowConfiguration {
    filters([FilterSpec::new("a == 1").target(step).target(to_all())])
}

#[test]
fn skip_if_sees_activities_only() {
    let step = |skip_if: &str| first(to_all().skip_if(skip_if));
    check(
        &step("workers.available == 0"),
        &["~skip-if-ignores-capacity at filters[0].targets[0].skip_if `workers.available`"],
    );
    check(&step("1==1"), &[]);
    check(&step("workers.WA1 == 0"), &[]);
}

#[test]
fn skip_if_names_activities_that_exist() {
    let step = |skip_if: &str| TargetSpec::to("all").skip_if(skip_if).timeout(minutes(5));
    let known = pointsman::ActivitySpec::new("Lunch", false).sid("WA5");
    let of = |skip_if: &str| {
        let configuration = filters([FilterSpec::new("1==1").target(step(skip_if)).target(to_all())]);
        WorkspaceSpec::new("Office")
            .activity(pointsman::ActivitySpec::new("Offline", false))
            .activity(known.clone())
            .task_queue(TaskQueueSpec::new("all", "1==1"))
            .workflow(WorkflowSpec::new("in", configuration))
    };
    check_workspace(&of("workers.WA5 == 0"), &[], &[]);
    let at = "skip-if-unknown-activity at workflow `in` configuration.filters[0].targets[0].skip_if";
    let findings = check_workspace(&of("workers.lunch == 0"), &[], &[&format!("{at} `workers.lunch`")]);
    assert_eq!(findings[0].help, "an activity is named by its sid here: write `workers.WA5`");
}

#[test]
fn channels_of_expressions_exist() {
    let step = |channel: &str| office(to_all().expression(format!("worker.channel.{channel}.configured_capacity > 1")));
    check_workspace(&step("chat"), &[], &[]);
    let at = "unknown-channel at workflow `in` configuration.default_filter.expression";
    let findings = check_workspace(&step("chats"), &[], &[&format!("{at} `worker.channel.chats.configured_capacity`")]);
    assert_eq!(findings[0].help, "did you mean `chat`?");
}

#[test]
fn assigned_tasks_are_those_accepted() {
    let ladder = |figure: &str| {
        let step = |most| to_all().expression(format!("worker.channel.chat.{figure} <= {most}")).skip_if("1==1");
        filters([FilterSpec::new("a == 1").target(step(0)).target(step(1)).target(to_all())])
    };
    check(
        &ladder("assigned_tasks"),
        &["~assigned-tasks-only at filters[0].targets[0].expression `worker.channel.chat.assigned_tasks`"],
    );
    check(&ladder("available_capacity_percentage"), &[]);
}

#[test]
fn a_known_worker_is_waited_for() {
    let known = || to_all().known_worker(KnownWorkerSpec::Sid("task.agent".to_owned()));
    let one = |step: TargetSpec| filters([FilterSpec::new("a == 1").target(step)]);
    check(&one(known()), &["~known-worker-holds at filters[0].targets[0].known_worker_sid"]);
    check(&first(known().skip_if("1==1")), &[]);
    check(&first(known().timeout(minutes(1))), &["~unguarded-attribute at filters[0].targets[0].known_worker_sid"]);
    let guarded = FilterSpec::new("agent != null").target(known().timeout(minutes(1))).target(to_all());
    check(&filters([guarded]), &[]);
    let named = to_all().known_worker(KnownWorkerSpec::FriendlyName("task.agent".to_owned()));
    check(&one(named), &["~known-worker-holds at filters[0].targets[0].known_worker_friendly_name"]);
}

#[test]
fn a_task_that_is_seen_to_name_nobody_is_a_warning() {
    let step = to_all().known_worker(KnownWorkerSpec::FriendlyName("task.agent".to_owned()));
    let office = office(step).worker(worker("Ann", json!({})));
    let at = "known-worker-holds at workflow `in` configuration.default_filter.known_worker_friendly_name";
    check_workspace(&office, &[task(json!({"agent": "ann"}))], &[&format!("~{at}")]);
    check_workspace(&office, &[task(json!({"agent": "zoe"}))], &[at]);
    check_workspace(&office, &[task(json!({}))], &[at]);
}

#[test]
fn tasks_without_an_attribute_wait_for_nothing() {
    let step = || to_all().expression("worker.id IN task.preferred");
    let at = "unguarded-attribute at filters[0].targets[0].expression `task.preferred`";
    check(&first(step().timeout(minutes(1))), &[&format!("~{at}")]);
    check(&filters([FilterSpec::new("a == 1").target(step())]), &[&format!("~{at}")]);
    check(&first(step().skip_if("1==1")), &[]);
    check(&filters([FilterSpec::new("preferred != null").target(step())]), &[]);
    check(&first(to_all().expression("worker.id IN task.preferred OR worker.level > 3").timeout(minutes(1))), &[]);
    check(&first(to_all().expression("task.vip != true").timeout(minutes(1))), &[]);
}

#[test]
fn a_task_that_is_seen_without_the_attribute_is_a_warning() {
    let step = TargetSpec::to("all").expression("worker.level >= task.level");
    let at = "unguarded-attribute at workflow `in` configuration.default_filter.expression `task.level`";
    check_workspace(&office(step.clone()), &[task(json!({"level": 3}))], &[&format!("~{at}")]);
    check_workspace(&office(step), &[task(json!({"kind": "x"}))], &[at]);
}

#[test]
fn steps_are_longer_than_an_answer_takes() {
    let step = |seconds| TargetSpec::to("all").timeout(Duration::from_secs(seconds));
    let of = |first, second| {
        let configuration =
            filters([FilterSpec::new("1==1").target(step(first)).target(step(second)).target(to_all())]);
        let workflow = WorkflowSpec::new("in", configuration).task_reservation_timeout(Duration::from_secs(20));
        WorkspaceSpec::new("Office").task_queue(TaskQueueSpec::new("all", "1==1")).workflow(workflow)
    };
    check_workspace(&of(21, 60), &[], &[]);
    check_workspace(&of(21, 20), &[], &["~short-step at workflow `in` configuration.filters[0].targets[1].timeout"]);
}

#[test]
fn a_step_begins_before_tasks_expire() {
    let hours = |count: u64| to_all().timeout(minutes(60 * count));
    let ladder = |first, second| {
        filters([FilterSpec::new("a == 1").target(hours(first)).target(hours(second)).target(to_all())])
    };
    check(&ladder(12, 11), &[]);
    check(&ladder(12, 12), &["~after-task-timeout at filters[0].targets[2]"]);
}

#[test]
fn a_lifo_queue_looks_at_no_priority() {
    let office = |order| {
        let queue = TaskQueueSpec::new("all", "1==1").task_order(order);
        let configuration = WorkflowConfiguration::new().default_filter(to_all().priority(5));
        WorkspaceSpec::new("Office").task_queue(queue).workflow(WorkflowSpec::new("in", configuration))
    };
    check_workspace(&office(TaskOrder::Fifo), &[], &[]);
    let told = "lifo-ignores-priority at workflow `in` configuration.default_filter.priority";
    check_workspace(&office(TaskOrder::Lifo), &[], &[told]);
}

#[test]
fn priorities_are_replaced() {
    let ladder = |first: u32, second: u32| {
        let first = to_all().priority(first).timeout(minutes(1));
        filters([FilterSpec::new("a == 1").target(first).target(TargetSpec::new().priority(second))])
    };
    check(&ladder(1, 10), &[]);
    check(&ladder(5, 5), &[]);
    check(&ladder(5, 1), &["~priority-overwritten at filters[0].targets[1].priority"]);
    let created = |priority| [CreateTask::new("t").priority(priority).into()];
    let told = "priority-overwritten at workflow `in` configuration.default_filter.priority";
    check_workspace(&office(to_all().priority(5)), &created(50), &[told]);
    check_workspace(&office(to_all().priority(5)), &created(5), &[]);
    check_workspace(&office(to_all()), &created(50), &[]);
}

#[test]
fn an_update_keeps_tasks_unless_asked() {
    let update = UpdateWorkflow::new("in").configuration(filters([kept("1==1")]));
    let told = "~update-keeps-tasks at command 0 configuration";
    check_workspace(&office(to_all()), &[update.clone().into()], &[told]);
    check_workspace(&office(to_all()), &[update.re_evaluate_tasks(true).into()], &[]);
    check_workspace(&office(to_all()).worker(worker("ann", json!({}))), &[], &[]);
}
