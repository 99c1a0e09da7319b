//! Whether everybody who comes can be served at all, judged before anything runs: is there a worker for every class, and
//! are there enough for those who wait without end. Who may take a task, an engine says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pointsman::{TaskChannelId, WorkerId, WorkspaceSpec};
use pointsman_config::{Diagnostic, Node};
use serde_json::Value;

use super::{Class, Model};
use crate::distribution::Distribution;
use crate::reading::Reader;
use crate::recognition::{Member, Routes};

/// The codes of warnings about a model that cannot be right: some tasks are never taken, or more comes than anybody can
/// do. Figures of its runs are doubtful.
pub const DOUBTFUL: [&str; 3] = ["no-worker-for-some", "unstable", "nobody-accepts"];

/// Says what cannot work, and on which channels each worker may be asked. A script may change who is there, so that nothing
/// is said of a scenario with one.
pub(super) fn judge(
    model: &Model,
    reader: &mut Reader<'_>,
    arrivals: &Node,
    spec: &WorkspaceSpec,
    is_scripted: bool,
) -> BTreeMap<WorkerId, BTreeSet<TaskChannelId>> {
    let Some(routes) = Routes::new(spec, model) else { return BTreeMap::new() };
    let classes: Vec<Reached<'_>> = model.classes.iter().map(|class| Reached::of(&routes, class)).collect();
    if !is_scripted {
        tell(model, reader, arrivals, spec, (&routes, &classes));
    }
    let mut asked_on = BTreeMap::<WorkerId, BTreeSet<TaskChannelId>>::new();
    for member in classes.iter().flat_map(|class| &class.kinds).flat_map(|kind| &kind.members) {
        asked_on.entry(member.worker).or_default().insert(member.channel);
    }
    asked_on
}

fn tell(
    model: &Model,
    reader: &mut Reader<'_>,
    arrivals: &Node,
    spec: &WorkspaceSpec,
    (routes, classes): (&Routes<'_>, &[Reached<'_>]),
) {
    for (node, class) in arrivals.elements().iter().zip(classes) {
        let wrong = unserved(model, routes, node, class).or_else(|| unanswered(model, node, class));
        reader.diagnostics.extend(wrong);
    }
    let filters = spec.workflows.iter().flat_map(|workflow| &workflow.configuration.filters);
    let mut targets = filters.flat_map(|filter| &filter.targets);
    // A step that is skipped while nobody is there is not seen.
    if targets.all(|target| target.skip_if.is_none()) {
        let timeouts = spec.workflows.iter().map(|workflow| workflow.task_reservation_timeout.as_secs_f64());
        let timeout = timeouts.fold(f64::INFINITY, f64::min);
        reader.diagnostics.extend(overloaded(model, classes, arrivals, timeout));
    }
}

/// A class, and who may take its tasks.
struct Reached<'a> {
    class: &'a Class,
    kinds: Vec<Kind>,
}

/// Tasks of a class that have the same attributes.
struct Kind {
    attributes: Value,
    /// Their share of the class, where that is known.
    share: Option<f64>,
    /// Who may take them at any time.
    members: Vec<Member>,
}

impl<'a> Reached<'a> {
    fn of(routes: &Routes<'_>, class: &'a Class) -> Self {
        let kinds = Routes::kinds(class).into_iter();
        let kinds = kinds.map(|(attributes, share)| {
            let members = routes.ever(class, &attributes);
            Kind { attributes, share, members }
        });
        Self { class, kinds: kinds.collect() }
    }
}

fn unserved(model: &Model, routes: &Routes<'_>, node: &Node, reached: &Reached<'_>) -> Option<Diagnostic> {
    let Reached { class, kinds } = reached;
    let is_served = |kind: &&Kind| kind.members.iter().any(|member| can_come(model, member));
    let (served, others): (Vec<&Kind>, Vec<&Kind>) = kinds.iter().partition(is_served);
    let example = &others.first()?.attributes;
    if !served.is_empty() {
        let name = &class.name;
        let message =
            format!("some tasks of the class `{name}` can never be taken: no worker may, or none is ever there");
        let help = format!("the first of them has the attributes `{example}`");
        return Some(Diagnostic::warning(DOUBTFUL[0], node, message).help(help));
    }
    let queue = routes.first(class).and_then(|arrived| arrived.task.step);
    let help = match queue {
        Some(step) => {
            format!("its tasks go to the queue `{}`: who is in it, and who is ever there?", step.task_queue_name)
        }
        None => "its workflow sends its tasks to no queue".to_owned(),
    };
    let message = format!("no worker can ever take a task of the class `{}`", class.name);
    Some(Diagnostic::error("no-worker", node, message).help(help))
}

fn unanswered(model: &Model, node: &Node, reached: &Reached<'_>) -> Option<Diagnostic> {
    let mut everybody = reached.kinds.iter().flat_map(|kind| &kind.members);
    if everybody.any(|member| can_accept(model, member)) {
        return None;
    }
    let name = &reached.class.name;
    let message = format!("nobody ever accepts a task of the class `{name}`: all are rejected or ignored");
    let help = "let `reject` and `ignore` under `answers` be less than 1 together";
    Some(Diagnostic::warning(DOUBTFUL[2], node, message).help(help))
}

/// Whether the worker can be asked some time.
fn can_come(model: &Model, member: &Member) -> bool {
    let group = &model.groups[member.group];
    let comes = if group.shifts.is_empty() { member.is_there } else { group.absence < 1.0 };
    member.capacity > 0 && comes
}

fn can_accept(model: &Model, member: &Member) -> bool {
    can_come(model, member) && model.groups[member.group].accepts()
}

/// Tasks of a class that are alike and wait without end.
struct Patient<'a> {
    class: &'a Class,
    members: Vec<Member>,
    /// In erlangs, over the whole run.
    load: f64,
}

/// Tasks that wait without end and bring more than all workers who may take them can do. Of several such sets of
/// classes the first is told.
fn overloaded(model: &Model, classes: &[Reached<'_>], arrivals: &Node, timeout: f64) -> Option<Diagnostic> {
    let horizon = model.measure.horizon?;
    let patient: Vec<Patient<'_>> =
        (0..).zip(classes).flat_map(|(place, class)| Patient::of(model, (place, class), horizon, timeout)).collect();
    let everybody: Vec<Member> = patient.iter().flat_map(|patient| patient.members.iter().copied()).collect();
    let mut sets = patient.iter().map(|patient| &patient.members).chain([&everybody]);
    let share = |member: &Member| model.groups[member.group].share_of(horizon);
    sets.find_map(|set| overload(&patient, set, share)).map(|(names, load, places)| {
        let places = format!("{places:.1}").trim_end_matches(".0").to_owned();
        let message = format!(
            "the classes that wait without end bring {load:.1} erlangs ({names}), and their workers can do {places}: \
             the queue grows as long as the run lasts"
        );
        let help = "hire more workers, or give the tasks a `patience`; figures of waits depend on the horizon as it is";
        Diagnostic::warning(DOUBTFUL[1], arrivals, message).help(help)
    })
}

/// Who can be taken by these workers only, what that comes to, and what the workers can do, where that is less.
fn overload(patient: &[Patient<'_>], members: &[Member], share: impl Fn(&Member) -> f64) -> Option<(String, f64, f64)> {
    let place = |member: &Member| (member.worker, member.channel);
    let can_do = |member: &Member| f64::from(member.capacity) * share(member);
    let places: BTreeMap<_, f64> = members.iter().map(|member| (place(member), can_do(member))).collect();
    let may = |patient: &&Patient<'_>| patient.members.iter().all(|member| places.contains_key(&place(member)));
    let inside = patient.iter().filter(may);
    let mut names: Vec<String> = inside.clone().map(|patient| format!("`{}`", patient.class.name)).collect();
    names.dedup();
    let load: f64 = inside.map(|patient| patient.load).sum();
    let places = places.values().fold(0.0, |sum, places| sum + places);
    (load >= places && load > 0.0).then(|| (names.join(", "), load, places))
}

impl<'a> Patient<'a> {
    /// None of a class whose tasks give up, or of which too little is known. However long the wait, those stay who do not
    /// balk.
    fn of(model: &Model, (place, reached): (usize, &Reached<'a>), horizon: Duration, timeout: f64) -> Vec<Self> {
        let class = reached.class;
        if class.patience.is_some() {
            return Vec::new();
        }
        let stay = 1.0 - class.balking.as_ref().map_or(0.0, |balking| balking.probability);
        let rate = class.process.expected(Duration::ZERO, horizon) / horizon.as_secs_f64() * stay;
        let patient = |kind: &Kind| {
            let members = kind.members.iter().copied().filter(|member| can_accept(model, member));
            let members: Vec<Member> = members.collect();
            let times = members.iter().map(|member| model.held(place, member, timeout));
            let time = times.collect::<Option<Vec<f64>>>()?.into_iter().fold(f64::INFINITY, f64::min);
            let load = rate * kind.share? * time;
            load.is_finite().then_some(Self { class, members, load })
        };
        reached.kinds.iter().filter_map(patient).collect()
    }
}

impl Model {
    /// How long a task of the class holds a place of a worker who has all others taken, on average, in seconds: while it is
    /// asked, perhaps in vain, until the work is done, and after it. None where it depends on the time of day.
    fn held(&self, class: usize, member: &Member, timeout: f64) -> Option<f64> {
        let work = self.steady_work(class, member.group)?;
        let group = &self.groups[member.group];
        let mean = |times: &Option<Distribution>, none| times.as_ref().map_or(none, Distribution::mean_or_estimate);
        let others = usize::try_from(member.capacity).unwrap_or(usize::MAX).saturating_sub(1);
        let slow_down = group.slow_down.get(others).or(group.slow_down.last()).copied().unwrap_or(1.0);
        let time = work.time.mean_or_estimate() * mean(&group.pace, 1.0) * slow_down;
        let answer = mean(&group.answer_after, 0.0);
        // Who has missed one is asked for nothing else until it is back.
        let missed = timeout + mean(&group.back_after, 0.0) * f64::from(member.capacity);
        let in_vain = (group.reject * answer + group.ignore * missed) / (1.0 - group.reject - group.ignore);
        Some(answer + in_vain + time + mean(&work.wrap_up, 0.0))
    }
}
