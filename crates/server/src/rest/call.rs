//! What a client asks: method, path, parameters. Parameters are read here, each kind in one place.

use std::str::FromStr;
use std::time::Duration;

use pointsman::{Timestamp, Value};

use super::refusal::Refusal;
use super::times::parse_time;
use crate::web::web_url;

/// The longest attributes, in characters (surface section 2.6).
const MAX_ATTRIBUTES: usize = 4_096;

/// What one does to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Look at it.
    Get,
    /// Create or change it.
    Post,
    /// Remove it.
    Delete,
}

/// A call as it came over the wire.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is done.
    pub method: Method,
    /// The path behind `/v1`, with its slash, decoded: `/Workspaces/WS...`.
    pub path: String,
    /// The query of a GET, the form of a POST.
    pub params: Params,
    /// The version the call is meant for.
    pub if_match: Option<u64>,
    /// The body as JSON, for the one operation that has it.
    pub json: Option<serde_json::Value>,
    /// How a list is cut.
    pub cut: Cut,
}

/// How a list is cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cut {
    /// Into pages with links.
    #[default]
    Pages,
    /// Behind the item with this SID, or from the beginning: for the worker SDK.
    Behind(Option<String>),
}

impl Call {
    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.trim_start_matches('/').split('/')
    }
}

/// Parameters in the order they came; a name may stand several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Of pairs.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// All of them.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The text of a parameter; the last one counts.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The text of a parameter that says something.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|text| !text.is_empty())
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| Refusal::invalid(format!("Missing required parameter {name} in the post body")))
    }

    /// Every value of a list: its name repeated, or its values joined by commas.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(key, _)| key == name).flat_map(|(_, value)| value.split(','));
        values.map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    /// `true`, `1` and `yes` in any case are true, everything else is false (surface section 2.1).
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.filled(name).map(|text| ["true", "1", "yes"].iter().any(|yes| text.eq_ignore_ascii_case(yes)))
    }

    /// A whole number.
    pub(crate) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let parse = |text: &str| text.trim().parse().map_err(|_| wrong(name, "a whole number in range", text));
        self.filled(name).map(parse).transpose()
    }

    /// A whole number of seconds.
    pub(crate) fn seconds(&self, name: &str) -> Result<Option<Duration>, Refusal> {
        Ok(self.number::<u32>(name)?.map(|seconds| Duration::from_secs(seconds.into())))
    }

    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let parse =
            |text: &str| parse_time(text).ok_or_else(|| wrong(name, "a time such as 2024-05-06T09:00:00Z", text));
        self.filled(name).map(parse).transpose()
    }

    /// A SID.
    pub(crate) fn sid<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let parse = |text: &str| text.parse().map_err(|_| wrong(name, "a SID", text));
        self.filled(name).map(parse).transpose()
    }

    /// One of some words, without regard to case.
    pub(crate) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Refusal> {
        let find = |text: &str| words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
        let names = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        self.filled(name)
            .map(|text| find(text).ok_or_else(|| wrong(name, &format!("one of {}", names()), text)))
            .transpose()
    }

    /// Where callbacks go; empty for nowhere.
    pub(crate) fn url(&self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        if text.is_empty() || web_url(text).is_some() {
            return Ok(Some(text.to_owned()));
        }
        Err(wrong(name, "a URL with http or https", text))
    }

    /// A JSON object of attributes.
    pub(crate) fn attributes(&self, name: &str) -> Result<Option<Value>, Refusal> {
        self.filled(name).map(|text| attributes(name, text)).transpose()
    }
}

fn wrong(name: &str, expected: &str, found: &str) -> Refusal {
    Refusal::invalid(format!("Parameter {name} is `{found}`, expected {expected}"))
}

/// Attributes from their text: a JSON object of at most 4,096 characters.
pub(crate) fn attributes(name: &str, text: &str) -> Result<Value, Refusal> {
    let length = text.chars().count();
    if length > MAX_ATTRIBUTES {
        return Err(Refusal::invalid(format!("{name} has {length} characters, at most {MAX_ATTRIBUTES} are allowed")));
    }
    let value: Value =
        serde_json::from_str(text).map_err(|error| Refusal::invalid(format!("{name} is not valid JSON: {error}")))?;
    if let Value::Object(_) = value {
        Ok(value)
    } else {
        Err(Refusal::invalid(format!("{name} must be a JSON object")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        Params::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn lists_are_repeated_or_joined() {
        let params = params(&[("S", "pending"), ("S", "reserved, assigned"), ("T", "x")]);
        assert_eq!(params.list("S"), ["pending", "reserved", "assigned"]);
        assert!(params.list("U").is_empty());
    }

    #[test]
    fn flags_are_read_as_old_clients_write_them() {
        let params = params(&[("A", "True"), ("B", "1"), ("C", "no"), ("D", "")]);
        assert_eq!(["A", "B", "C", "D"].map(|name| params.flag(name)), [Some(true), Some(true), Some(false), None]);
    }

    #[test]
    fn attributes_are_objects() {
        assert!(attributes("Attributes", "{\"a\": 1}").is_ok());
        for text in ["[1]", "1", "{", "{\"a\":1,}"] {
            assert_eq!(attributes("Attributes", text).unwrap_err().code, 20001, "{text}");
        }
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_ATTRIBUTES));
        assert!(attributes("Attributes", &long).unwrap_err().message.contains("4096"));
    }
}
