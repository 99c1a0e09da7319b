//! Defects in who serves what, and in workers.

use pointsman::{
    ActivitySpec, CreateTask, RejectReservation, TargetSpec, TaskQueueSpec, Value, WorkerChannelSpec, WorkerSpec,
    WorkflowConfiguration, WorkflowSpec, WorkspaceSpec,
};

use super::Seeder;
use super::expressions::with_attribute;
use super::places::steps;

pub(super) fn seed(seeder: &mut Seeder<'_>) {
    queues(seeder);
    step_expressions(seeder);
    workers(seeder);
    offers(seeder);
}

fn queues(seeder: &mut Seeder<'_>) {
    for index in 0..seeder.good.task_queues.len() {
        let path = format!("task_queues[{index}].target_workers");
        seeder.add("an empty target_workers", "queue-without-workers", path.clone(), |workspace| {
            workspace.task_queues[index].target_workers.clear();
        });
        if !seeder.good.workers.is_empty() {
            seeder.add("a queue for somebody who is not there", "queue-without-workers", path, |workspace| {
                workspace.task_queues[index].target_workers = "friendly_name == 'Nobody of this name'".to_owned();
            });
        }
        let path = format!("task_queues[{index}].assignment_activity");
        if seeder.good.multi_task_enabled {
            seeder.add("an activity for a multitasking queue", "queue-activities-ignored", path, |workspace| {
                let offline = workspace.activities.first().map_or("Unavailable".into(), |activity| activity.activity);
                workspace.task_queues[index].assignment_activity = Some(offline);
            });
        } else {
            seeder.add("a worker who stays available", "offer-cycle", format!("task_queues[{index}]"), |workspace| {
                let queue = &mut workspace.task_queues[index];
                (queue.reservation_activity, queue.assignment_activity) = (None, None);
            });
        }
    }
}

fn step_expressions(seeder: &mut Seeder<'_>) {
    for step in steps(seeder.good) {
        let path = format!("{}.expression", step.path());
        if !seeder.good.workers.is_empty() {
            seeder.add("a step for somebody who is not there", "step-without-workers", path, |workspace| {
                step.of(workspace).expression = Some("worker.friendly_name == 'Nobody of this name'".to_owned());
            });
        }
        let (path, workers) = (format!("{}.order_by", step.path()), seeder.good.workers.len());
        seeder.add("a rank that is no integer", "order-by-not-integer", path.clone(), |workspace| {
            step.of(workspace).order_by = Some("worker.rank DESC".to_owned());
            rank(workspace, &Value::from("high"));
        });
        if workers > 0 {
            seeder.add("a misspelt rank", "unknown-attribute", path, |workspace| {
                step.of(workspace).order_by = Some("worker.ranking_levle DESC".to_owned());
                let workers = workspace.workers.iter_mut();
                workers.for_each(|worker| {
                    worker.attributes = with_attribute(&worker.attributes, "ranking_level", Value::from(3));
                });
            });
        }
    }
}

/// Gives every worker a rank.
fn rank(workspace: &mut WorkspaceSpec, rank: &Value) {
    for worker in &mut workspace.workers {
        worker.attributes = with_attribute(&worker.attributes, "rank", rank.clone());
    }
}

fn workers(seeder: &mut Seeder<'_>) {
    let everybody = seeder.good.task_queues.iter().any(|queue| queue.target_workers.replace(' ', "") == "1==1");
    let count = seeder.good.workers.len();
    if !everybody && !seeder.good.task_queues.is_empty() {
        seeder.add("a worker in no queue", "worker-without-queue", format!("workers[{count}]"), |workspace| {
            workspace.workers.push(WorkerSpec::new("Somebody new"));
        });
    }
    for index in 0..count {
        let attribute = |key: &str| format!("workers[{index}].attributes.{key}");
        for key in ["skill-level", "first name", "größe"] {
            seeder.add("a key that cannot be written", "unreadable-key", attribute(key), |workspace| {
                let attributes = &mut workspace.workers[index].attributes;
                *attributes = with_attribute(attributes, key, Value::from(3));
            });
        }
        for key in ["sid", "friendly_name", "channel"] {
            seeder.add("an attribute named like a field", "shadowed-attribute", attribute(key), |workspace| {
                let attributes = &mut workspace.workers[index].attributes;
                *attributes = with_attribute(attributes, key, Value::from("mine"));
            });
        }
        let shouted = seeder.good.workers[index].friendly_name.to_uppercase();
        let path = format!("workers[{count}].name");
        seeder.add("a name that differs in case only", "worker-name-taken", path, |workspace| {
            workspace.workers.push(WorkerSpec::new(&shouted));
        });
    }
}

fn offers(seeder: &mut Seeder<'_>) {
    let activities = |workspace: &mut WorkspaceSpec| {
        if workspace.activities.is_empty() {
            let specs = [("Offline", false), ("Available", true), ("Unavailable", false)];
            workspace.activities = specs.map(|(name, available)| ActivitySpec::new(name, available)).into();
        }
        workspace.activities.push(ActivitySpec::new("Missed a call", true));
    };
    let is_used = !steps(seeder.good).is_empty();
    if is_used {
        seeder.add("an available timeout activity", "offer-cycle", "timeout_activity".to_owned(), |workspace| {
            activities(workspace);
            workspace.timeout_activity = Some("Missed a call".into());
        });
    }
    if seeder.good.multi_task_enabled {
        seeder.add(
            "a worker for several channels",
            "timeout-takes-worker-away",
            "timeout_activity".to_owned(),
            |workspace| {
                let share = WorkerChannelSpec::new(3);
                let worker = WorkerSpec::new("Jack of all trades").channel("default", share);
                let second = workspace.task_channels.iter().find(|channel| channel.unique_name != "default");
                let second = second.map_or("voice".into(), |channel| channel.task_channel);
                let everything = "1==1".to_owned();
                workspace.workers.push(worker.channel(second, share));
                workspace.task_queues.push(TaskQueueSpec::new("For everyone", everything));
            },
        );
        seeder.add_with("the only worker declines", "offer-cycle", "steps[1]".to_owned(), |workspace| {
            activities(workspace);
            workspace.workers.push(WorkerSpec::new("Robinson").activity("Missed a call"));
            workspace.task_queues.push(TaskQueueSpec::new("Island", "friendly_name == 'Robinson'"));
            let configuration = WorkflowConfiguration::new().default_filter(TargetSpec::to("Island"));
            workspace.workflows.push(WorkflowSpec::new("To the island", configuration));
            let task = CreateTask::new("letter").workflow("To the island");
            vec![task.into(), RejectReservation::new(("letter", "Robinson")).into()]
        });
    }
}
