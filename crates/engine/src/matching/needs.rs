//! What steps need of workers: a step's expression with the values it reads of a task. Each class of workers is asked
//! once; what depends on the single worker is left to be asked pair by pair.

use std::sync::Arc;

use indexmap::IndexMap;
use pointsman_expr::{Expression, Name, Root, Source, Value};
use rustc_hash::FxBuildHasher;

use super::Judge;
use super::names::{FEW, Names, widest};
use crate::state::tasks::Task;
use crate::state::workers::Worker;
use crate::time::Timestamp;

/// What the workers of a class answer to a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Every one fulfils it.
    Yes,
    /// None does.
    No,
    /// Each answers for itself, to each task.
    Single,
}

/// Everything tasks that wait need of workers.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    /// By text: steps of whatever workflow that ask the same ask it once.
    questions: IndexMap<Arc<str>, Question, FxBuildHasher>,
    needs: IndexMap<(usize, Box<[Value]>), Need, FxBuildHasher>,
    /// How many answers there is room for.
    room: usize,
}

/// Answers are remembered up to this many; then all are asked for again.
const REMEMBERED: usize = if cfg!(debug_assertions) { 50 } else { 1 << 24 };

#[derive(Clone, Debug)]
struct Question {
    expression: Expression,
    /// What it reads of a task.
    reads: Box<[Name]>,
    reads_clock: bool,
    /// Needs there are of it.
    needs: usize,
}

#[derive(Clone, Debug, Default)]
struct Need {
    /// By class of workers.
    answers: Vec<Option<Answer>>,
    /// When they were given, where they depend on the time of day.
    minute: Option<Timestamp>,
}

impl Needs {
    /// What the task's step needs; nothing when the step has no expression.
    pub(super) fn of(&mut self, judge: Judge<'_>, names: &Names, task: &Task) -> Option<usize> {
        let expression = task.target()?.expression.as_ref()?;
        let question = self.question(expression);
        let scope = judge.scope().task(task);
        let reads = self.questions[question].reads.iter().filter(|name| names.tells_apart(name));
        let values = reads.map(|name| scope.value(name).to_value()).collect();
        let before = self.needs.len();
        let entry = self.needs.entry((question, values));
        let at = entry.index();
        entry.or_default();
        self.questions[question].needs += self.needs.len() - before;
        Some(at)
    }

    fn question(&mut self, expression: &Expression) -> usize {
        if let Some(known) = self.questions.get_index_of(expression.text()) {
            return known;
        }
        let of_task = |name: &&Name| matches!(name, Name::Task(_) | Name::Nodes { root: Root::Task, .. });
        let reads = expression.names().filter(of_task).cloned().collect();
        let reads_clock = expression.reads_clock();
        let question = Question { expression: expression.clone(), reads, reads_clock, needs: 0 };
        self.questions.insert_full(expression.text().into(), question).0
    }

    /// What the worker's class answers to a task's need.
    pub(super) fn answer(
        &mut self,
        names: &Names,
        (need, task): (Option<usize>, &Task),
        (class, worker): (usize, &Worker),
        judge: Judge<'_>,
    ) -> Answer {
        let Some(at) = need else { return Answer::Yes };
        self.make_room(at, class);
        let Some(((question, _), need)) = self.needs.get_index_mut(at) else { return Answer::Single };
        let question = &self.questions[*question];
        let minute = question.reads_clock.then(|| judge.now.next_minute());
        if need.minute != minute {
            need.minute = minute;
            need.answers.fill(None);
        }
        *need.answers[class].get_or_insert_with(|| {
            let scope = judge.scope().task(task).worker(worker);
            match question.expression.decide(&scope, |name| names.tells_apart(name)) {
                Some(true) => Answer::Yes,
                Some(false) => Answer::No,
                None => Answer::Single,
            }
        })
    }

    /// Makes room for the answer of a class to a need; for that, all answers may be forgotten.
    fn make_room(&mut self, need: usize, class: usize) {
        let missing = (class + 1).saturating_sub(self.needs[need].answers.len());
        if missing > 0 && self.room + missing > REMEMBERED {
            self.needs.values_mut().for_each(|need| need.answers = Vec::new());
            self.room = 0;
        }
        let answers = &mut self.needs[need].answers;
        let room = answers.len().max(class + 1);
        self.room += room - answers.len();
        answers.resize(room, None);
    }

    /// How many needs are kept; those of tasks that wait no more among them.
    pub(super) fn len(&self) -> usize {
        self.needs.len()
    }

    /// Of the first question with too many needs, the name that tells most of them apart.
    pub(super) fn too_wide(&self, names: &Names) -> Option<Name> {
        let (at, question) = self.questions.values().enumerate().find(|(_, question)| question.needs > FEW * FEW)?;
        let rows: Vec<&[Value]> = self.needs.keys().filter(|(of, _)| *of == at).map(|(_, values)| &**values).collect();
        widest(question.reads.iter().filter(|name| names.tells_apart(name)), &rows).map(|(_, name)| name.clone())
    }
}
