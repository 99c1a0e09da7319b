//! Owns the engines: the six conditions in the language of each, and one evaluation of each. Whatever an engine allows to
//! be prepared is prepared: parsing, compiling, conversion of the data.

use std::hint::black_box;
use std::sync::Arc;

use cel::{Context, Env};
use datalogic_rs::{Engine, Logic};
use pointsman_expr::{Attributes, Documents, Expression, Kind, Limits, Slots, parse};
use rhai::{AST, Scope};
use serde_json::Value as Json;
use zen_expression::{Isolate, Variable};

use crate::shapes::{self, Shape};

/// One engine with one condition.
pub struct Candidate {
    pub name: &'static str,
    /// Evaluates so many times; how often the condition held of the task it is true of.
    pub run: Box<dyn FnMut(u32) -> u32>,
    /// Evaluates once with the task it is false of.
    pub miss: Box<dyn FnMut() -> bool>,
}

impl Candidate {
    /// Insists on the results.
    pub fn check(&mut self) {
        assert_eq!((self.run)(3), 3, "{} does not hold of the first task", self.name);
        assert!(!(self.miss)(), "{} holds of the second task", self.name);
    }

    fn new(name: &'static str, mut hit: impl FnMut() -> bool + 'static, miss: impl FnMut() -> bool + 'static) -> Self {
        let run = move |times| (0..times).map(|_| u32::from(black_box(hit()))).sum();
        Self { name, run: Box::new(run), miss: Box::new(miss) }
    }
}

/// One condition in the languages of the peers.
pub struct Texts {
    json_logic: &'static str,
    zen: &'static str,
    cel: &'static str,
    rhai: &'static str,
}

/// The conditions, in the order of the shapes.
pub fn texts() -> [Texts; 6] {
    [
        Texts {
            json_logic: r#"{"===": [{"var": "task.type"}, "support"]}"#,
            zen: "task.type == 'support'",
            cel: "task.type == 'support'",
            rhai: r#"task["type"] == "support""#,
        },
        Texts {
            json_logic: r#"{"and": [{"===": [{"var": "task.type"}, "support"]},
                {"or": [{">": [{"var": "task.priority"}, 3]}, {"===": [{"var": "task.vip"}, true]}]}]}"#,
            zen: "task.type == 'support' and (task.priority > 3 or task.vip == true)",
            cel: "task.type == 'support' && (task.priority > 3 || task.vip == true)",
            rhai: r#"task["type"] == "support" && (task.priority > 3 || task.vip == true)"#,
        },
        Texts {
            json_logic: r#"{"in": ["refund", {"var": "task.skills"}]}"#,
            zen: "'refund' in task.skills",
            cel: "'refund' in task.skills",
            rhai: r#""refund" in task.skills"#,
        },
        Texts {
            json_logic: r#"{"===": [{"var": "task.customer.address.region"}, "north"]}"#,
            zen: "task.customer.address.region == 'north'",
            cel: "task.customer.address.region == 'north'",
            rhai: r#"task.customer.address.region == "north""#,
        },
        Texts {
            json_logic: r#"{"or": [
                {"or": [{"===": [{"var": "task.type"}, "sales"]}, {"<": [{"var": "task.priority"}, 1]},
                        {">": [{"var": "task.retries"}, 5]}, {"===": [{"var": "task.channel"}, "chat"]}]},
                {"or": [{"===": [{"var": "task.language"}, "fr"]}, {"===": [{"var": "task.queue"}, "none"]},
                        {"===": [{"var": "task.vip"}, "yes"]}, {"===": [{"var": "task.source"}, "import"]}]},
                {"or": [{"===": [{"var": "task.tier"}, "basic"]}, {">=": [{"var": "task.score"}, 1.0]},
                        {"===": [{"var": "task.country"}, "NO"]}, {"===": [{"var": "task.open"}, false]}]}]}"#,
            zen: "(task.type == 'sales' or task.priority < 1 or task.retries > 5 or task.channel == 'chat') or \
                  (task.language == 'fr' or task.queue == 'none' or task.vip == 'yes' or task.source == 'import') or \
                  (task.tier == 'basic' or task.score >= 1.0 or task.country == 'NO' or task.open == false)",
            cel: "(task.type == 'sales' || task.priority < 1 || task.retries > 5 || task.channel == 'chat') || \
                  (task.language == 'fr' || task.queue == 'none' || task.vip == 'yes' || task.source == 'import') || \
                  (task.tier == 'basic' || task.score >= 1.0 || task.country == 'NO' || task.open == false)",
            rhai: r#"(task["type"] == "sales" || task.priority < 1 || task.retries > 5 || task.channel == "chat")
                || (task.language == "fr" || task.queue == "none" || task.vip == "yes" || task.source == "import")
                || (task.tier == "basic" || task.score >= 1.0 || task.country == "NO" || task.open == false)"#,
        },
        Texts {
            json_logic: r#"{"in": [{"var": "task.required_skill"}, {"var": "worker.skills"}]}"#,
            zen: "task.required_skill in worker.skills",
            cel: "task.required_skill in worker.skills",
            rhai: "task.required_skill in worker.skills",
        },
    ]
}

/// Every engine with the data in its own form.
pub fn prepared(shape: &Shape, texts: &Texts) -> Vec<Candidate> {
    let (hit, miss) = (shapes::hit(), shapes::miss());
    vec![
        Candidate::new("pointsman", bound(shape, &hit), bound(shape, &miss)),
        Candidate::new("datalogic-rs", datalogic(texts, &hit), datalogic(texts, &miss)),
        Candidate::new("zen-expression", zen(texts, &hit), zen(texts, &miss)),
        Candidate::new("cel", cel(texts, &hit), cel(texts, &miss)),
        Candidate::new("rhai", rhai(texts, &hit), rhai(texts, &miss)),
        Candidate::new("closure", closure(shape, &hit), closure(shape, &miss)),
    ]
}

/// Those that can begin with a document of the caller's, evaluating one expression of it: ours with our attributes, the
/// others with a `serde_json::Value`.
pub fn from_document(shape: &Shape, texts: &Texts) -> Vec<Candidate> {
    let (hit, miss) = (shapes::hit(), shapes::miss());
    vec![
        Candidate::new("pointsman", documents(shape, &hit), documents(shape, &miss)),
        Candidate::new("pointsman, row and all", row_first(shape, &hit), row_first(shape, &miss)),
        Candidate::new("datalogic-rs", datalogic_value(texts, &hit), datalogic_value(texts, &miss)),
        Candidate::new("closure", closure(shape, &hit), closure(shape, &miss)),
    ]
}

type Evaluation = Box<dyn FnMut() -> bool>;

fn attributes(json: Json) -> Attributes {
    Attributes::try_from(pointsman_expr::Value::from(json)).expect("an object")
}

fn compiled(shape: &Shape) -> Expression {
    parse(shape.text, Kind::Target, &Limits::default()).expect("a sound text").expression
}

/// Slots of all conditions, as a routing engine has them.
fn slots() -> Slots {
    let mut slots = Slots::new();
    shapes::SHAPES.iter().for_each(|shape| drop(slots.bind(&compiled(shape))));
    slots
}

fn bound(shape: &Shape, task: &Json) -> Evaluation {
    let (task, worker, mut slots) = (attributes(task.clone()), attributes(shapes::worker()), slots());
    let bound = slots.bind(&compiled(shape));
    let (worker_row, task_row) = (slots.row_of_worker(&worker), slots.row_of_task(&task));
    Box::new(move || {
        let others = Documents { task: &task, worker: &worker };
        black_box(&bound).matches(black_box(&task_row), black_box(&worker_row), &others)
    })
}

fn documents(shape: &Shape, task: &Json) -> Evaluation {
    let (expression, task, worker) = (compiled(shape), attributes(task.clone()), attributes(shapes::worker()));
    Box::new(move || expression.matches(&Documents { task: black_box(&task), worker: black_box(&worker) }))
}

fn row_first(shape: &Shape, task: &Json) -> Evaluation {
    let (task, worker, mut slots) = (attributes(task.clone()), attributes(shapes::worker()), slots());
    let bound = slots.bind(&compiled(shape));
    let (worker_row, mut row) = (slots.row_of_worker(&worker), slots.row_of_task(&task));
    Box::new(move || {
        slots.refill(&mut row, black_box(&task));
        bound.matches(&row, black_box(&worker_row), &Documents { task: &task, worker: &worker })
    })
}

fn closure(shape: &Shape, task: &Json) -> Evaluation {
    let (closure, task, worker) = (shape.closure, task.clone(), shapes::worker());
    Box::new(move || closure(black_box(&task), black_box(&worker)))
}

fn both(task: &Json) -> Json {
    serde_json::json!({"task": task, "worker": shapes::worker()})
}

fn logic(texts: &Texts) -> (Engine, Logic) {
    let engine = Engine::new();
    let logic = engine.compile(texts.json_logic).expect("a sound rule");
    (engine, logic)
}

/// In its zero-copy form: data that lie in an arena, an arena for results that is reset.
fn datalogic(texts: &Texts, task: &Json) -> Evaluation {
    let (engine, logic) = logic(texts);
    let parsed = datalogic_rs::ParsedData::from_json(&both(task).to_string()).expect("sound data");
    let mut arena = bumpalo::Bump::with_capacity(1 << 16);
    Box::new(move || {
        let holds = engine.evaluate(&logic, black_box(&parsed), &arena).expect("it evaluates").as_bool() == Some(true);
        arena.reset();
        holds
    })
}

fn datalogic_value(texts: &Texts, task: &Json) -> Evaluation {
    let ((engine, logic), data) = (logic(texts), both(task));
    let mut arena = bumpalo::Bump::with_capacity(1 << 16);
    Box::new(move || {
        let holds = engine.evaluate(&logic, black_box(&data), &arena).expect("it evaluates").as_bool() == Some(true);
        arena.reset();
        holds
    })
}

fn zen(texts: &Texts, task: &Json) -> Evaluation {
    let mut isolate = Isolate::with_environment(Variable::from(both(task)));
    let bytecode = isolate.compile_standard(texts.zen).expect("a sound text").bytecode().clone();
    Box::new(move || matches!(isolate.run_compiled(black_box(&bytecode)), Ok(Variable::Bool(true))))
}

fn cel(texts: &Texts, task: &Json) -> Evaluation {
    let env = Arc::new(Env::stdlib());
    let program = env.compile(texts.cel).expect("a sound text");
    let mut context = Context::with_env(env);
    context.add_variable("task", cel::to_value(task).expect("a value")).expect("a variable");
    context.add_variable("worker", cel::to_value(shapes::worker()).expect("a value")).expect("a variable");
    Box::new(move || matches!(program.execute(black_box(&context)), Ok(cel::Value::Bool(true))))
}

fn rhai(texts: &Texts, task: &Json) -> Evaluation {
    let engine = rhai::Engine::new();
    let ast: AST = engine.compile_expression(texts.rhai).expect("a sound text");
    let mut scope = Scope::new();
    scope.push_constant("task", rhai::serde::to_dynamic(task).expect("a value"));
    scope.push_constant("worker", rhai::serde::to_dynamic(shapes::worker()).expect("a value"));
    Box::new(move || engine.eval_ast_with_scope::<bool>(&mut scope, black_box(&ast)).expect("it evaluates"))
}
