//! Owns the words and signs that people bring from other languages, and what to write here instead (Q4, Q5).
//! Never parses.

use crate::Op;

/// What to say of a word in the place of an operator.
pub(crate) struct Habit {
    /// The operator that was probably meant.
    pub(crate) meant: Option<Op>,
    /// What to write.
    pub(crate) help: String,
}

/// What people mean by a word between two operands, of which `left` is the text of the first.
pub(crate) fn habit(word: &str, left: &str) -> Option<Habit> {
    let (meant, help) = match word.to_ascii_uppercase().as_str() {
        "LIKE" | "ILIKE" | "RLIKE" | "MATCHES" | "MATCH" | "REGEX" | "REGEXP" => {
            (None, format!("patterns are not supported; for a part of a string write `{left} CONTAINS '...'`"))
        }
        "STARTS" | "STARTS_WITH" | "STARTSWITH" | "ENDS" | "ENDS_WITH" | "ENDSWITH" | "BEGINS_WITH" => {
            (None, format!("for a part of a string, wherever it stands, write `{left} CONTAINS '...'`"))
        }
        "BETWEEN" => (None, format!("write both bounds: `{left} >= 1 AND {left} <= 5`")),
        "EXISTS" => (None, format!("write `{left} != null`")),
        "EQ" | "EQUAL" | "EQUALS" | "IS" => (Some(Op::Equal), format!("write `{left} == ...`")),
        "NE" | "NEQ" | "ISNT" => (Some(Op::NotEqual), format!("write `{left} != ...`")),
        "LT" => (Some(Op::Less), format!("write `{left} < ...`")),
        "LE" | "LTE" => (Some(Op::LessOrEqual), format!("write `{left} <= ...`")),
        "GT" => (Some(Op::Greater), format!("write `{left} > ...`")),
        "GE" | "GTE" => (Some(Op::GreaterOrEqual), format!("write `{left} >= ...`")),
        "CONTAIN" | "INCLUDE" | "INCLUDES" => (
            Some(Op::Contains),
            format!("write `{left} HAS ...` for a list, `{left} CONTAINS ...` for a part of a string"),
        ),
        "NIN" | "NOTIN" | "NOT_IN" => (Some(Op::NotIn), format!("write `{left} NOT IN ...`")),
        _ => return None,
    };
    Some(Habit { meant, help })
}
