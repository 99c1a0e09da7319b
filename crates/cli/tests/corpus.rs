//! Agreement with a corpus of real expressions and workflows, in the folder that `POINTSMAN_CORPUS` names.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail that way")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{pointsman, with_input};

#[allow(clippy::disallowed_methods, reason = "the one place where this test asks where the corpus is")]
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var("POINTSMAN_CORPUS").ok().map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: POINTSMAN_CORPUS names no folder");
    }
    folder
}

fn lines(file: &Path) -> Vec<Value> {
    fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The answers to questions, in order.
fn batch(questions: &[Value]) -> Vec<Value> {
    let input: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let answer = with_input(&["eval", "--batch", "-"], input.as_bytes()).code(0);
    let answers: Vec<Value> = answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

#[test]
fn evaluations_of_high_certainty_agree() {
    let Some(corpus) = corpus() else { return };
    let questions = lines(&corpus.join("evaluations.jsonl"));
    let mut judged = 0;
    let mut wrong = Vec::new();
    for (question, answer) in questions.iter().zip(batch(&questions)) {
        assert_eq!(question["id"], answer["id"]);
        if question["certainty"] != "high" {
            continue;
        }
        judged += 1;
        if answer["result"] != question["expect"] {
            wrong.push(format!("{question}\n  {answer}"));
        }
    }
    assert!(judged > 0, "the corpus has no evaluation of high certainty");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn expressions_parse_as_stated() {
    let Some(corpus) = corpus() else { return };
    let questions = lines(&corpus.join("expressions.jsonl"));
    let expected = |question: &Value| match question["parse"].as_str() {
        Some("ok") => Some(json!(true)),
        Some("error") => Some(json!(false)),
        _ => None,
    };
    let pairs = questions.iter().zip(batch(&questions));
    let wrong = pairs.filter(|(question, answer)| expected(question).is_some_and(|expected| expected != answer["ok"]));
    let wrong: Vec<String> = wrong.map(|(question, answer)| format!("{question}\n  {answer}")).collect();
    assert!(!questions.is_empty() && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn workflows_are_valid_as_stated() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("workflows");
    let index: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for entry in &index {
        let file = folder.join(entry["file"].as_str().unwrap());
        let answer = pointsman(&["check", file.to_str().unwrap(), "--format", "json"]);
        let checked: Value = serde_json::from_str(&answer.out).unwrap();
        let valid = checked["files"][0]["valid"].as_bool().unwrap();
        assert_eq!(answer.code, i32::from(!valid), "{}", answer.err);
        if valid != (entry["expect"] == "valid") {
            wrong.push(format!("{entry}\n  {checked}"));
        }
    }
    assert!(!index.is_empty() && wrong.is_empty(), "{}", wrong.join("\n"));
}
