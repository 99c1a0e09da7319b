//! What the reply to an assignment callback asks for (surface section 5.1).

use pointsman::ActivityId;
use serde_json::Value;

use super::client::Answered;

/// What is to become of the reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Instruction {
    /// Nothing: somebody will answer later.
    None,
    /// The worker takes the task.
    Accept,
    /// The worker refuses, and may go to another activity.
    Reject(Option<ActivityId>),
}

/// Why a reply is no answer, so that the fallback is asked; with the service's code.
pub(super) fn read(reply: &Answered) -> Result<(Instruction, Option<String>), String> {
    if reply.status != 200 && reply.status != 204 {
        return Err(format!("status {} instead of 200", reply.status));
    }
    if reply.body.trim().is_empty() {
        return Ok((Instruction::None, None));
    }
    if !reply.content_type.starts_with("application/json") {
        return Err(format!(
            "40000: the reply has the content type `{}`, expected application/json",
            reply.content_type
        ));
    }
    let value: Value =
        serde_json::from_str(&reply.body).map_err(|error| format!("40001: the reply is no JSON: {error}"))?;
    let Value::Object(members) = &value else { return Err("40001: the reply is no JSON object".to_owned()) };
    Ok(match members.get("instruction").and_then(Value::as_str) {
        Some(instruction) => instructed(instruction, &value),
        None if members.is_empty() => (Instruction::None, None),
        None => (Instruction::None, Some("40005: the reply has no instruction".to_owned())),
    })
}

fn instructed(instruction: &str, reply: &Value) -> (Instruction, Option<String>) {
    let says_accept =
        reply["accept"].as_bool().or_else(|| reply["accept"].as_str().map(|text| text.eq_ignore_ascii_case("true")));
    match instruction {
        "accept" | "conference" | "dequeue" => (Instruction::Accept, None),
        "call" | "redirect" if says_accept == Some(true) => (Instruction::Accept, None),
        "call" | "redirect" => {
            (Instruction::None, Some("without telephony this accepts only with \"accept\": true".to_owned()))
        }
        "reject" => reject(&reply["activity_sid"]),
        other => (Instruction::None, Some(format!("55555: the instruction `{other}` is not known"))),
    }
}

fn reject(activity: &Value) -> (Instruction, Option<String>) {
    match activity.as_str().map(str::parse) {
        None => (Instruction::Reject(None), None),
        Some(Ok(activity)) => (Instruction::Reject(Some(activity)), None),
        Some(Err(_)) => (Instruction::None, Some("40100: a reject needs a valid activity_sid".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, content_type: &str, body: &str) -> Result<(Instruction, Option<String>), String> {
        read(&Answered { status, content_type: content_type.to_owned(), body: body.to_owned() })
    }

    fn json(body: &str) -> Instruction {
        reply(200, "application/json; charset=utf-8", body).unwrap().0
    }

    #[test]
    fn replies_are_read_as_the_service_reads_them() {
        assert_eq!(json("{\"instruction\": \"accept\"}"), Instruction::Accept);
        assert_eq!(json("{\"instruction\": \"dequeue\", \"to\": \"+1\"}"), Instruction::Accept);
        assert_eq!(json("{\"instruction\": \"call\"}"), Instruction::None);
        assert_eq!(json("{\"instruction\": \"call\", \"accept\": true}"), Instruction::Accept);
        assert_eq!(json("{\"instruction\": \"reject\"}"), Instruction::Reject(None));
        assert_eq!(json("{}"), Instruction::None);
        assert_eq!(reply(200, "", " ").unwrap().0, Instruction::None);
        assert_eq!(reply(204, "", "").unwrap().0, Instruction::None);
    }

    #[test]
    fn what_is_no_answer_is_told_with_its_code() {
        assert!(reply(500, "application/json", "{}").is_err());
        assert!(reply(200, "text/html", "<html>").unwrap_err().starts_with("40000"));
        assert!(reply(200, "application/json", "{").unwrap_err().starts_with("40001"));
        let remark = |body: &str| reply(200, "application/json", body).unwrap().1.unwrap();
        assert!(remark("{\"a\": 1}").starts_with("40005"));
        assert!(remark("{\"instruction\": \"dance\"}").starts_with("55555"));
        assert!(remark("{\"instruction\": \"reject\", \"activity_sid\": \"x\"}").starts_with("40100"));
    }
}
