//! The configuration that an engine tells of is the one it has: an engine declared by it tells the same, and who is in
//! a queue is what the reference model finds.

mod support;

use pointsman::{
    Engine, FilterSpec, TargetSpec, TaskQueueId, TaskQueueSpec, WorkerId, WorkerSpec, WorkflowConfiguration,
    WorkflowSpec, WorkspaceSpec,
};
use pointsman_testkit::Driver;
use support::{same, stories};

#[test]
fn what_is_configured_can_be_declared_again() {
    support::runs(300).check(stories(40), |(spec, ops)| {
        let mut driver = Driver::new(&spec).map_err(|refused| refused.to_string())?;
        ops.iter().try_for_each(|op| driver.apply(op)).map_err(|mismatch| mismatch.to_string())?;
        let told = driver.engine().spec();
        let again = Engine::new(told.clone(), 0).map_err(|refused| refused.to_string())?;
        same("specs", &told, &again.spec())?;
        for queue in told.task_queues.iter().map(|queue| queue.task_queue) {
            let members = driver.engine().members(queue);
            same("members of engine and model", &members, &driver.model().members(queue))?;
            same("members of both engines", &members, &again.members(queue))?;
        }
        same("members of an unknown queue", &driver.engine().members(TaskQueueId::named("nowhere")), &Vec::new())
    });
}

#[test]
fn a_declared_workspace_is_told_as_declared() {
    let to = |queue: &str| FilterSpec::new("kind == 'a'").target(TargetSpec::to(queue).priority(3).skip_if("1==1"));
    let configuration = WorkflowConfiguration::new().filter(to("q")).default_filter(TargetSpec::to("q"));
    let spec = WorkspaceSpec::new("Small")
        .task_queue(TaskQueueSpec::new("q", "level > 2").max_reserved_workers(2))
        .workflow(WorkflowSpec::new("w", configuration))
        .worker(WorkerSpec::new("ann").activity("Available"));
    let told = Engine::new(spec.clone(), 0).map(|engine| (engine.spec(), engine.members("q".into())));
    let (told, members) = told.unwrap_or_else(|refused| panic!("{refused}"));
    assert_eq!((told.task_queues, told.workflows), (spec.task_queues, spec.workflows));
    assert_eq!((told.activities.len(), told.task_channels.len()), (3, 5), "the defaults are written out");
    assert_eq!((told.workers[0].activity, members), (Some("Available".into()), Vec::<WorkerId>::new()));
}
