//! Workers in groups: who they are, when they are there, what they do when they are asked.

use std::sync::Arc;
use std::time::Duration;

use pointsman::{ActivityId, Limits, WorkerId, WorkerSpec, WorkspaceSpec};
use pointsman_config::{Context, Diagnostic, Key, Names, Node, NodeValue, Quoting, declare, read_worker};

use super::handling::given;
use crate::distribution::{Distribution, Unit};
use crate::reading::{Fields, Reader};

/// Workers that are alike.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// What it is called; none for the workers that no group names.
    pub(crate) name: Option<String>,
    pub(crate) workers: Vec<WorkerId>,
    /// The activity of a worker who is there.
    pub(crate) working: ActivityId,
    /// That of one who is not.
    pub(crate) away: ActivityId,
    /// That of one who has a break.
    pub(crate) on_break: ActivityId,
    /// When they are there; always when there is none.
    pub(crate) shifts: Vec<Shift>,
    /// How late they come.
    pub(crate) late: Option<Distribution>,
    /// How likely one stays away from a shift.
    pub(crate) absence: f64,
    pub(crate) at_end: AtEnd,
    /// What handling times are multiplied by, drawn once for each worker.
    pub(crate) pace: Option<Distribution>,
    /// What handling times are multiplied by for the first, second, ... task in hand; the last for all further ones.
    pub(crate) slow_down: Vec<f64>,
    /// After which time they answer.
    pub(crate) answer_after: Option<Distribution>,
    /// How likely they refuse.
    pub(crate) reject: f64,
    /// How likely they do not answer.
    pub(crate) ignore: f64,
    /// The activity in which one is who did not answer; that of the workspace when it is not said.
    pub(crate) on_miss: Option<ActivityId>,
    /// After which time they are back from it.
    pub(crate) back_after: Option<Distribution>,
    /// What an hour of one who is there costs; that of `measure` when it is not said.
    pub(crate) cost_per_hour: Option<f64>,
}

impl Group {
    /// Whether its workers ever accept what they are asked.
    pub(crate) fn accepts(&self) -> bool {
        self.reject + self.ignore < 1.0
    }

    /// Which part of the run its workers are there, on average.
    pub(crate) fn share_of(&self, horizon: Duration) -> f64 {
        if self.shifts.is_empty() || horizon.is_zero() {
            return 1.0;
        }
        let late = self.late.as_ref().map_or(0.0, Distribution::mean_or_estimate);
        let spans = self.shifts.iter().map(|shift| shift.within(horizon, late));
        (spans.sum::<f64>() / horizon.as_secs_f64()).min(1.0) * (1.0 - self.absence)
    }

    /// Whether its workers are there from the first moment of the run to the last: the shift is as long as it.
    pub(crate) fn is_always_there(&self, horizon: Option<Duration>) -> bool {
        let is_on_time = self.late.as_ref().is_none_or(|late| *late == Distribution::Constant(0.0));
        let covers = |shift: &Shift, end: Duration| {
            shift.from.is_zero() && shift.to >= end && shift.breaks.iter().all(|pause| pause.at >= end)
        };
        let is_covered = || horizon.is_some_and(|end| self.shifts.iter().any(|shift| covers(shift, end)));
        self.shifts.is_empty() || (is_on_time && self.absence == 0.0 && is_covered())
    }
}

/// A stretch of time in which workers are there, from the start of the run.
#[derive(Clone, Debug)]
pub(crate) struct Shift {
    pub(crate) from: Duration,
    pub(crate) to: Duration,
    pub(crate) breaks: Vec<Break>,
    /// After which time the same comes again.
    pub(crate) every: Option<Duration>,
}

impl Shift {
    /// How much of it lies before the end of the run, in seconds, for somebody who is so late each time.
    fn within(&self, end: Duration, late: f64) -> f64 {
        let left = end.saturating_sub(self.from).as_secs_f64();
        let Some(every) = self.every.filter(|every| !every.is_zero()) else { return self.present(left, late) };
        let whole = (left / every.as_secs_f64()).floor();
        whole * self.present(f64::INFINITY, late) + self.present(left - whole * every.as_secs_f64(), late)
    }

    /// The same of one time that it comes, up to so many seconds after its begin.
    fn present(&self, until: f64, late: f64) -> f64 {
        let until = until.min(self.to.saturating_sub(self.from).as_secs_f64());
        let gone = |pause: &Break| {
            let at = pause.at.saturating_sub(self.from).as_secs_f64();
            (until - at).clamp(0.0, pause.length.as_secs_f64())
        };
        (until - late - self.breaks.iter().map(gone).sum::<f64>()).max(0.0)
    }
}

/// A stretch of time without new tasks.
#[derive(Clone, Debug)]
pub(crate) struct Break {
    pub(crate) at: Duration,
    pub(crate) length: Duration,
}

/// What happens at a shift's end with the work in hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AtEnd {
    /// It is finished.
    #[default]
    Finish,
    /// It goes back to its queue as a new task, as old as it was, for the rest of the work.
    HandBack,
}

pub(super) const KEYS: &[&str] = &[
    "group",
    "count",
    "workers",
    "attributes",
    "channels",
    "idle_for",
    "working",
    "away",
    "on_break",
    "shifts",
    "late",
    "absence",
    "at_end",
    "pace",
    "slow_down",
    "answers",
    "cost_per_hour",
];

/// What a worker of a workspace file has, too.
const OF_WORKER: [&str; 3] = ["attributes", "channels", "idle_for"];
pub(crate) const AT_END: [&str; 2] = ["finish", "hand_back"];

/// As many as a scenario may bring.
const MOST: u32 = 1_000_000;

/// Declares and reads the workers of the groups that have a count; they are called `agents-1`, `agents-2`, ...
pub(super) fn hire(staff: Option<&Node>, names: &mut Names, limits: &Limits) -> (Vec<WorkerSpec>, Vec<Diagnostic>) {
    let (mut hired, mut told) = (Vec::new(), Vec::new());
    for group in staff.map(Node::elements).unwrap_or_default() {
        // What is wrong with the group is told when it is read.
        let Some(workers) = workers_of(group) else { continue };
        // One complaint is enough for all of them.
        told.extend(
            workers
                .iter()
                .map(|node| declare::<WorkerId>(node, names))
                .find(|told| !told.is_empty())
                .unwrap_or_default(),
        );
        for node in &workers {
            let (spec, complaints) = read_worker(node, &Context::new(names, limits));
            told.extend(complaints);
            let Some(spec) = spec else { break };
            hired.push(spec);
        }
    }
    (hired, told)
}

fn workers_of(group: &Node) -> Option<Vec<Node>> {
    let name = group.get("group")?.as_str()?;
    let NodeValue::Number(count) = &group.get("count")?.value else { return None };
    let count = count.as_u64().filter(|count| *count <= u64::from(MOST))?;
    Some((1..=count).map(|number| worker(group, &format!("{name}-{number}"))).collect())
}

/// The entry of one worker, as it would stand in a workspace.
fn worker(group: &Node, name: &str) -> Node {
    let key = |text: &str| Key { text: Arc::from(text), span: group.span.clone() };
    let name = Node { value: NodeValue::String(Arc::from(name), Quoting::Verbatim), ..group.clone() };
    let given = OF_WORKER.iter().filter_map(|text| Some((key(text), group.get(text)?.clone())));
    let entries = std::iter::once((key("name"), name)).chain(given).collect();
    Node { value: NodeValue::Mapping(entries), ..group.clone() }
}

/// Reads the groups. The first is for the workers that no group names, and for those that steps create.
pub(super) fn read(
    reader: &mut Reader<'_>,
    staff: Option<&Node>,
    spec: &WorkspaceSpec,
    created: Vec<WorkerId>,
) -> Vec<Group> {
    let nodes = staff.map_or(&[][..], |node| reader.list(node, "groups of workers"));
    let usual = Usual::of(spec);
    let named: Vec<Group> = nodes.iter().filter_map(|node| Group::read(reader, node, usual)).collect();
    let mut groups = vec![usual.group()];
    let mut taken = std::collections::BTreeSet::new();
    for (group, node) in named.iter().zip(nodes) {
        let twice = group.workers.iter().find(|worker| !taken.insert(**worker));
        if let Some(name) = twice.and_then(|worker| reader.context.names.name(*worker)) {
            let message = format!("the worker `{name}` is in two groups");
            reader.report(Diagnostic::error("two-groups", node, message));
        }
    }
    let known: Vec<WorkerId> = spec.workers.iter().map(|it| it.worker).collect();
    let created = created.into_iter().filter(|worker| !known.contains(worker));
    groups[0].workers = known.iter().copied().filter(|worker| !taken.contains(worker)).chain(created).collect();
    groups.extend(named);
    groups
}

/// Where workers are when nothing else is said.
#[derive(Clone, Copy)]
struct Usual {
    working: ActivityId,
    away: ActivityId,
}

impl Usual {
    /// The first activity in which one can be asked, and the one in which workers begin.
    fn of(spec: &WorkspaceSpec) -> Self {
        let first = spec.activities.iter().find(|activity| activity.available);
        let working = first.map_or_else(|| ActivityId::named("Available"), |activity| activity.activity);
        Self { working, away: spec.default_activity.unwrap_or_else(|| ActivityId::named("Offline")) }
    }

    fn group(self) -> Group {
        Group {
            name: None,
            workers: Vec::new(),
            working: self.working,
            away: self.away,
            on_break: self.away,
            shifts: Vec::new(),
            late: None,
            absence: 0.0,
            at_end: AtEnd::Finish,
            pace: None,
            slow_down: Vec::new(),
            answer_after: None,
            reject: 0.0,
            ignore: 0.0,
            on_miss: None,
            back_after: None,
            cost_per_hour: None,
        }
    }
}

impl Group {
    /// What it is called in figures.
    pub(crate) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or("workers")
    }

    fn read(reader: &mut Reader<'_>, node: &Node, usual: Usual) -> Option<Self> {
        let mut fields = reader.mapping(node, "a group such as `{group: agents, count: 20}`")?;
        let name = fields.required(reader, "group").and_then(|node| reader.value::<String>(node));
        let workers = workers(reader, &mut fields, node, name.as_deref().unwrap_or_default());
        for key in OF_WORKER {
            fields.take(key);
        }
        let [working, away, on_break] =
            ["working", "away", "on_break"].map(|key| fields.take(key)).map(|node| node.map(|node| reader.value(node)));
        let shifts = fields.take("shifts").map_or(&[][..], |node| reader.list(node, "shifts"));
        let nodes = shifts;
        let shifts: Vec<Shift> = shifts.iter().filter_map(|node| Shift::read(reader, node)).collect();
        refuse_overlaps(reader, nodes, &shifts);
        let [late, pace] = [("late", Unit::Time), ("pace", Unit::Number)].map(|(key, unit)| {
            let node = fields.take(key)?;
            let drawn = Distribution::read(reader, node, unit)?;
            Some(Some(drawn).filter(|drawn| unit == Unit::Time || is_factor(reader, node, drawn)))
        });
        let absence = fields.take("absence").map(|node| reader.share(node));
        let at_end = fields.take("at_end").map(|node| reader.word(node, "what happens at a shift's end", &AT_END));
        let slow_down = fields.take("slow_down").map(|node| {
            let factors = reader.list(node, "factors");
            if factors.is_empty() && matches!(node.value, NodeValue::Sequence(_)) {
                reader.wrong(node, "factors such as `[1, 1.3]`");
            }
            factors.iter().map(|node| factor(reader, node)).collect::<Option<Vec<f64>>>()
        });
        let cost_per_hour = fields.take("cost_per_hour").map(|node| reader.amount(node));
        let mut group = Self { name: Some(name?), workers, shifts, ..usual.group() };
        if let Some(node) = fields.take("answers") {
            group.read_answers(reader, node);
        }
        fields.finish(reader, KEYS);
        group.working = given(working)?.unwrap_or(usual.working);
        group.away = given(away)?.unwrap_or(usual.away);
        group.on_break = given(on_break)?.unwrap_or(group.away);
        (group.late, group.pace) = (given(late)?, given(pace)?);
        group.absence = given(absence)?.unwrap_or(0.0);
        group.at_end = if given(at_end)? == Some("hand_back") { AtEnd::HandBack } else { AtEnd::Finish };
        group.slow_down = given(slow_down)?.unwrap_or_default();
        group.cost_per_hour = given(cost_per_hour)?;
        Some(group)
    }

    fn read_answers(&mut self, reader: &mut Reader<'_>, node: &Node) {
        let Some(mut fields) = reader.mapping(node, "what workers do when they are asked") else { return };
        let time = |reader: &mut Reader<'_>, node| Distribution::read(reader, node, Unit::Time);
        self.answer_after = fields.take("after").and_then(|node| time(reader, node));
        self.on_miss = fields.take("on_miss").and_then(|node| reader.value(node));
        self.back_after = fields.take("back_after").and_then(|node| time(reader, node));
        self.reject = fields.take("reject").and_then(|node| reader.share(node)).unwrap_or(0.0);
        self.ignore = fields.take("ignore").and_then(|node| reader.share(node)).unwrap_or(0.0);
        if self.reject + self.ignore > 1.0 {
            reader.report(Diagnostic::error("above-one", node, "`reject` and `ignore` come to more than 1 together"));
        }
        fields.finish(reader, &["after", "reject", "ignore", "on_miss", "back_after"]);
    }
}

/// Those of the workspace by name, or those that the count brings.
fn workers(reader: &mut Reader<'_>, fields: &mut Fields<'_>, node: &Node, group: &str) -> Vec<WorkerId> {
    match (fields.take("workers"), fields.take("count")) {
        (Some(list), None) => reader.list(list, "workers").iter().filter_map(|node| reader.value(node)).collect(),
        (None, Some(count)) => {
            let place = count;
            let count: u32 = reader.value(place).unwrap_or(0);
            if count > MOST {
                reader.wrong(place, &format!("at most {MOST} workers"));
            }
            (1..=count.min(MOST))
                .filter_map(|number| reader.context.names.declared(&format!("{group}-{number}")))
                .collect()
        }
        (Some(_), Some(_)) | (None, None) => {
            let error = Diagnostic::error("who", node, "a group has either a `count` or its `workers`");
            reader.report(error.help("write `count: 20`, or `workers: [alice, bob]`"));
            Vec::new()
        }
    }
}

/// What times may be multiplied by.
fn factor(reader: &mut Reader<'_>, node: &Node) -> Option<f64> {
    let factor = reader.amount(node)?;
    if factor == 0.0 {
        reader.wrong(node, "a factor above 0");
    }
    (factor > 0.0).then_some(factor)
}

fn is_factor(reader: &mut Reader<'_>, node: &Node, drawn: &Distribution) -> bool {
    let (least, most) = drawn.range();
    let fits = least >= 0.0 && most > 0.0;
    if !fits {
        reader.wrong(node, "a pace above 0: what handling times are multiplied by");
    }
    fits
}

/// How many times of a shift that comes again are held against the others.
const REPEATS: u32 = 400;

/// A worker cannot be in two shifts at once: the end of one would end the other.
fn refuse_overlaps(reader: &mut Reader<'_>, nodes: &[Node], shifts: &[Shift]) {
    if nodes.len() != shifts.len() {
        return;
    }
    for (place, later) in shifts.iter().enumerate() {
        if shifts[..place].iter().any(|earlier| earlier.meets(later)) {
            let message = "this shift overlaps another one of the group: a worker would be there twice";
            let help = "write one shift from the earlier begin to the later end, or two groups";
            reader.report(Diagnostic::error("shift-overlaps", &nodes[place], message).help(help));
        }
    }
}

impl Shift {
    /// Whether there is a time that lies in both.
    fn meets(&self, other: &Self) -> bool {
        self.times().any(|(from, to)| other.times().any(|(other_from, other_to)| from < other_to && other_from < to))
    }

    /// From when to when, the first few hundred times.
    fn times(&self) -> impl Iterator<Item = (Duration, Duration)> {
        let repeats = if self.every.is_some() { REPEATS } else { 1 };
        let after = |time: u32| self.every.unwrap_or_default().saturating_mul(time);
        (0..repeats).map(move |time| (self.from.saturating_add(after(time)), self.to.saturating_add(after(time))))
    }

    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.mapping(node, "a shift such as `{from: 9h, to: 17h}`")?;
        let [from, to] =
            ["from", "to"].map(|key| fields.required(reader, key)).map(|node| node.and_then(|node| reader.span(node)));
        let breaks = fields.take("breaks").map_or(&[][..], |node| reader.list(node, "breaks"));
        let breaks = breaks.iter().filter_map(|node| Break::read(reader, node)).collect();
        let every = fields.take("every").map(|node| reader.span(node));
        fields.finish(reader, &["from", "to", "breaks", "every"]);
        let shift = Self { from: from?, to: to?, breaks, every: given(every)? };
        shift.judge(reader, node);
        Some(shift)
    }

    fn judge(&self, reader: &mut Reader<'_>, node: &Node) {
        if self.from >= self.to {
            reader.report(Diagnostic::error("empty-shift", node, "this shift ends before it begins"));
        }
        let outside = |pause: &Break| pause.at < self.from || pause.at + pause.length > self.to;
        if self.breaks.iter().any(outside) {
            reader.report(Diagnostic::error("break-outside", node, "a break lies outside its shift"));
        }
        let meet = |(place, pause): (usize, &Break)| {
            self.breaks[..place]
                .iter()
                .any(|other| pause.at < other.at + other.length && other.at < pause.at + pause.length)
        };
        if self.breaks.iter().enumerate().any(meet) {
            let error = Diagnostic::error("break-overlaps", node, "two breaks of this shift overlap");
            reader.report(error.help("write one break from the earlier begin to the later end"));
        }
        if self.every.is_some_and(|every| every < self.to.saturating_sub(self.from)) {
            let message = "`every` is shorter than the shift: a worker would be there twice";
            reader.report(Diagnostic::error("shift-overlaps", node, message));
        }
    }
}

impl Break {
    fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.mapping(node, "a break such as `{at: 12h, for: 30m}`")?;
        let [at, length] =
            ["at", "for"].map(|key| fields.required(reader, key)).map(|node| node.and_then(|node| reader.span(node)));
        fields.finish(reader, &["at", "for"]);
        Some(Self { at: at?, length: length? })
    }
}
