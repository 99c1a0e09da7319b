//! Ids as people know them, for stories and scenario files. It knows names, not what becomes of them.

use std::collections::BTreeMap;
use std::fmt::Display;

use pointsman::{
    ActivityId, ActivitySpec, Command, ReservationId, TaskChannelId, TaskChannelSpec, TaskId, TaskQueueId,
    TaskQueueSpec, WorkerId, WorkerSpec, WorkflowId, WorkflowSpec, WorkspaceSpec,
};

use crate::op::{NAMESPACE, task_name};

/// What a workspace holds when it declares none of its own (semantics section 8).
pub(crate) const ACTIVITIES: [&str; 3] = ["Offline", "Available", "Unavailable"];
pub(crate) const CHANNELS: [&str; 5] = ["default", "voice", "sms", "chat", "video"];
pub(crate) const TEMPLATE: [&str; 2] = ["Sample Queue", "Default Fifo Workflow"];
/// Tasks called `t0`, `t1`, ... and reservations `r1`, `r2`, ... are recognised up to here.
const COUNTED: usize = 200;

/// The names of a workspace and of what commands create in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Names that give the very id.
    exact: BTreeMap<String, String>,
    /// What people call the rest.
    labels: BTreeMap<String, String>,
}

impl Names {
    /// The names that a workspace and these commands use.
    pub(crate) fn of<'a>(spec: &WorkspaceSpec, commands: impl Iterator<Item = &'a Command>) -> Self {
        let mut names = Self::default();
        crate::strategy::words().chain(ACTIVITIES).chain(CHANNELS).chain(TEMPLATE).for_each(|word| names.word(word));
        (0..COUNTED).for_each(|number| names.task(&task_name(number)));
        for number in 1..COUNTED as u64 {
            names.labels.insert(ReservationId::minted(NAMESPACE, number).to_string(), format!("r{number}"));
        }
        spec.activities.iter().for_each(|spec| names.activity(spec));
        spec.task_channels.iter().for_each(|spec| names.task_channel(spec));
        spec.task_queues.iter().for_each(|spec| names.task_queue(spec));
        spec.workflows.iter().for_each(|spec| names.workflow(spec));
        spec.workers.iter().for_each(|spec| names.worker(spec));
        commands.for_each(|command| names.created(command));
        names
    }

    /// Remembers the name of a task, whose id does not tell it.
    pub(crate) fn task(&mut self, name: &str) {
        self.exact.insert(TaskId::named(name).to_string(), name.to_owned());
    }

    /// The name whose id this is, so that the name stands for the id.
    pub(crate) fn exact(&self, id: &str) -> Option<&str> {
        self.exact.get(id).map(String::as_str)
    }

    /// The text with names in place of ids.
    pub(crate) fn in_words(&self, text: &str) -> String {
        let all = self.exact.iter().chain(&self.labels);
        all.filter(|(id, _)| text.contains(id.as_str()))
            .fold(text.to_owned(), |text, (id, name)| text.replace(id, name))
    }

    fn word(&mut self, word: &str) {
        self.put(ActivityId::named(word), ActivityId::named(word), word);
        self.put(TaskChannelId::named(word), TaskChannelId::named(word), word);
        self.put(TaskQueueId::named(word), TaskQueueId::named(word), word);
        self.put(WorkflowId::named(word), WorkflowId::named(word), word);
        self.put(WorkerId::named(word), WorkerId::named(word), word);
    }

    fn created(&mut self, command: &Command) {
        if let Command::CreateActivity(spec) = command {
            self.activity(spec);
        } else if let Command::CreateTaskChannel(spec) = command {
            self.task_channel(spec);
        } else if let Command::CreateTaskQueue(spec) = command {
            self.task_queue(spec);
        } else if let Command::CreateWorkflow(spec) = command {
            self.workflow(spec);
        } else if let Command::CreateWorker(spec) = command {
            self.worker(spec);
        }
    }

    fn activity(&mut self, spec: &ActivitySpec) {
        self.put(spec.activity, ActivityId::named(&spec.friendly_name), &spec.friendly_name);
    }

    fn task_channel(&mut self, spec: &TaskChannelSpec) {
        self.put(spec.task_channel, TaskChannelId::named(&spec.unique_name), &spec.unique_name);
    }

    fn task_queue(&mut self, spec: &TaskQueueSpec) {
        self.put(spec.task_queue, TaskQueueId::named(&spec.friendly_name), &spec.friendly_name);
    }

    fn workflow(&mut self, spec: &WorkflowSpec) {
        self.put(spec.workflow, WorkflowId::named(&spec.friendly_name), &spec.friendly_name);
    }

    fn worker(&mut self, spec: &WorkerSpec) {
        self.put(spec.worker, WorkerId::named(&spec.friendly_name), &spec.friendly_name);
    }

    fn put<T: Display + PartialEq + Copy>(&mut self, id: T, named: T, name: &str) {
        let table = if id == named { &mut self.exact } else { &mut self.labels };
        table.entry(id.to_string()).or_insert_with(|| name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_told_by_the_name_that_gives_it_or_by_what_people_call_it() {
        let other = WorkerId::new(5);
        let spec =
            WorkspaceSpec::new("Small").worker(WorkerSpec::new("ann")).worker(WorkerSpec::new("Robert").worker(other));
        let mut names = Names::of(&spec, [].into_iter());
        names.task("order-1");
        let text = format!("{} {} {other} {}", TaskId::named("order-1"), WorkerId::named("ann"), TaskId::new(1));
        assert_eq!(names.in_words(&text), format!("order-1 ann Robert {}", TaskId::new(1)));
        assert_eq!(names.exact(&WorkerId::named("ann").to_string()), Some("ann"));
        assert_eq!(names.exact(&other.to_string()), None, "a friendly name alone does not give the id");
    }
}
