//! What `explain` and `plan` are about: a scenario, a log or a state, brought to the instant they are asked about, and
//! the names on the command line.

use std::time::Duration;

use pointsman::{Command, CreateTask, Engine, Rejection, TaskId, TaskQueueId, TaskQueueSpec, Timestamp, WorkflowId};
use pointsman::{WorkflowConfiguration, WorkflowSpec, WorkspaceSpec};
use pointsman_config::{EntityId, Names, Node, Workspace, read_workflow};
use pointsman_sim::{Recording, Situation};

use crate::document::{self, Document, usable};
use crate::output::Failure;

/// A file that a question can be asked about.
pub(crate) struct Story {
    file: String,
    source: Source,
    names: Names,
    /// A workflow document alone: nothing is known of its queues and of workers.
    pub(crate) is_bare: bool,
    /// A scenario whose tasks come by chance.
    is_of_chance: bool,
}

enum Source {
    /// Everything that was done.
    Log(Box<Recording>),
    /// The state alone.
    State(Box<Engine>),
}

impl Story {
    /// Reads a file; a workflow document may come with a workspace.
    pub(crate) fn read(file: &str, workspace: Option<&str>) -> Result<Self, Failure> {
        let told = |recording, names| Self {
            file: file.to_owned(),
            source: Source::Log(Box::new(recording)),
            names,
            is_bare: false,
            is_of_chance: false,
        };
        let document = document::read(file)?;
        if let (Some(_), Document::Workspace(_) | Document::Scenario(_) | Document::Recording(_) | Document::State(_)) =
            (workspace, &document)
        {
            let message = format!("`--workspace` is for a workflow document: `{file}` holds a workspace itself");
            return Err(Failure::Input(message));
        }
        Ok(match document {
            Document::Scenario(scenario) => Self {
                is_of_chance: scenario.is_random(),
                ..told(Recording::of_steps(&scenario), scenario.names().clone())
            },
            Document::Recording(recording) => {
                let names = recording.names();
                told(*recording, names)
            }
            Document::Workspace(workspace) => {
                let Workspace { spec, names, .. } = *workspace;
                told(Recording::new(file, 1, 1, spec), names)
            }
            Document::Workflow(node) => match workspace {
                Some(workspace) => in_workspace(&node, workspace).map(|(recording, names)| told(recording, names))?,
                None => {
                    let (recording, names) = alone(&node)?;
                    Self { is_bare: true, ..told(recording, names) }
                }
            },
            Document::State(engine) => {
                let Situation { engine, names, .. } = Situation::now(*engine);
                Self {
                    file: file.to_owned(),
                    source: Source::State(Box::new(engine)),
                    names,
                    is_bare: false,
                    is_of_chance: false,
                }
            }
        })
    }

    /// Refuses a scenario whose tasks come by chance: nobody has written down which are there.
    pub(crate) fn is_written(&self) -> Result<(), Failure> {
        if self.is_of_chance { Err(document::of_chance(&self.file)) } else { Ok(()) }
    }

    /// How things stand at an instant, with the histories of these tasks.
    pub(crate) fn situation(&self, at: Option<Duration>, asked: &[TaskId]) -> Result<Situation, Failure> {
        match &self.source {
            Source::Log(recording) => {
                let at = at.map_or(recording.end_at(), |at| recording.workspace().start + at);
                let situation = Situation::of(recording, self.names.clone(), at, asked.iter().copied());
                situation.map_err(|rejection| self.refused("the workspace", &rejection))
            }
            Source::State(engine) => {
                let mut engine = Engine::clone(engine);
                engine.handle_timeout(engine.clock() + at.unwrap_or_default());
                Ok(Situation { names: self.names.clone(), ..Situation::now(engine) })
            }
        }
    }

    /// A task that is created at that instant, of which nothing was known before. What was scripted later is left out.
    pub(crate) fn create_task(
        &mut self,
        at: Option<Duration>,
        attributes: pointsman::Value,
        workflow: Option<WorkflowId>,
    ) -> Result<TaskId, Failure> {
        let name = (0..).map(|n| if n == 0 { "task".to_owned() } else { format!("task{n}") });
        let free = name.into_iter().find_map(|name| self.names.declare::<TaskId>(&name, None, None).ok());
        let task = free.unwrap_or(TaskId::from("task"));
        let mut create = CreateTask::new(task).attributes(attributes);
        create.workflow = workflow;
        match &mut self.source {
            Source::Log(recording) => {
                let at = at.map_or(recording.end_at(), |at| recording.workspace().start + at);
                **recording = with(recording, at, create.into());
            }
            Source::State(engine) => {
                let now = engine.clock() + at.unwrap_or_default();
                engine.handle(now, create).map_err(|rejection| self.refused("the task", &rejection))?;
            }
        }
        Ok(task)
    }

    /// What a name on the command line stands for.
    pub(crate) fn id<T: EntityId>(&self, name: &str) -> Result<T, Failure> {
        if let Some(id) = self.names.id(name).or_else(|| name.parse().ok()) {
            return Ok(id);
        }
        let known: Vec<&str> = self.names.all(T::KIND).collect();
        let help = match self.names.suggest(T::KIND, name) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("no {} has a name here, give its SID", T::KIND),
            None => format!("there are {}", some_of(&known)),
        };
        Err(Failure::Input(format!("there is no {} `{name}` in `{}`: {help}", T::KIND, self.file)))
    }

    /// Why a task with this name cannot be told of.
    pub(crate) fn no_task(&self, name: &str, task: TaskId, situation: &Situation) -> Failure {
        let now = situation.engine.clock();
        let refused = situation.histories.as_ref().and_then(|histories| histories.refused.get(&task));
        if let Some((at, rejection)) = refused {
            let at = pointsman::format_duration(*at);
            return self.refused(&format!("the task `{name}` was not created at {at}: it"), rejection);
        }
        let later = self.creation(task).filter(|at| *at > now);
        let message = match (later, &self.source) {
            (Some(at), Source::Log(recording)) => {
                let since = |at: Timestamp| pointsman::format_duration(at.since(recording.workspace().start));
                format!(
                    "`{name}` is created at {}, and this is the state at {}: give a later `--at`",
                    since(at),
                    since(now)
                )
            }
            (Some(_) | None, Source::Log(_) | Source::State(_)) => {
                format!("there is no task `{name}` in `{}`", self.file)
            }
        };
        Failure::Input(message)
    }

    fn creation(&self, task: TaskId) -> Option<Timestamp> {
        let Source::Log(recording) = &self.source else { return None };
        let mut entries = recording.entries().iter();
        let creates = |command: &Command| matches!(command, Command::CreateTask(create) if create.task == task);
        entries.find(|entry| creates(&entry.command)).map(|entry| entry.at)
    }

    fn refused(&self, what: &str, rejection: &Rejection) -> Failure {
        let reason = self.names.in_words(&rejection.to_string());
        Failure::Input(format!("{what} is refused in `{}`: {reason} ({})", self.file, rejection.code()))
    }
}

/// The log up to an instant, and one command more.
fn with(recording: &Recording, at: Timestamp, command: Command) -> Recording {
    let spec = recording.workspace().clone();
    let mut shorter = Recording::new(recording.scenario(), recording.seed(), recording.namespace(), spec);
    for entry in recording.entries().iter().take_while(|entry| entry.at <= at) {
        shorter.push(entry.at, entry.command.clone());
    }
    shorter.push(at, command);
    shorter.end(at, "");
    shorter
}

/// A workflow document in a workspace, under the name `workflow`.
fn in_workspace(node: &Node, workspace: &str) -> Result<(Recording, Names), Failure> {
    let Document::Workspace(workspace) = document::read(workspace)? else {
        return Err(Failure::Input(format!("`{workspace}` is not a workspace file, as `--workspace` expects")));
    };
    let Workspace { mut spec, mut names, .. } = *workspace;
    let configuration = usable(read_workflow(node, Some(&names)))?;
    spec.workflows = vec![the_workflow(&mut names, configuration)];
    Ok((Recording::new("workflow", 1, 1, spec), names))
}

/// A workflow document by itself: its queues by the names it has for them.
fn alone(node: &Node) -> Result<(Recording, Names), Failure> {
    let mut names = Names::new();
    let mut spec = WorkspaceSpec::new("workflow");
    for queue in queues(node) {
        if let Ok(id) = names.declare::<TaskQueueId>(queue, None, None) {
            let mut everyone = TaskQueueSpec::new(queue, "1==1");
            everyone.task_queue = id;
            spec = spec.task_queue(everyone);
        }
    }
    let configuration = usable(read_workflow(node, Some(&names)))?;
    let spec = spec.workflow(the_workflow(&mut names, configuration));
    Ok((Recording::new("workflow", 1, 1, spec), names))
}

/// The only workflow there is.
fn the_workflow(names: &mut Names, configuration: WorkflowConfiguration) -> WorkflowSpec {
    const NAME: &str = "workflow";
    let mut spec = WorkflowSpec::new(NAME, configuration);
    // A workspace that has one of this name has it no longer.
    spec.workflow = names.declare(NAME, None, None).unwrap_or_else(|_| WorkflowId::from(NAME));
    spec
}

/// Every text under a key `queue`.
fn queues(node: &Node) -> Vec<&str> {
    let own = node.entries().iter().filter(|(key, _)| &*key.text == "queue").filter_map(|(_, value)| value.as_str());
    let below = node.entries().iter().map(|(_, value)| value).chain(node.elements());
    own.chain(below.flat_map(queues)).collect()
}

fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let told: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(SHOWN);
    if rest > 0 { format!("{} and {rest} more", told.join(", ")) } else { told.join(", ") }
}
