//! Forms, queries and headers as values.

use form_urlencoded::parse;
use percent_encoding::percent_decode_str;

use crate::rest::{Call, Params, Refusal};

/// The most parameters of a call: the largest update has fewer than a hundred.
const MOST: usize = 1_000;

/// The pairs of a query or a form.
pub(crate) fn params(text: &str) -> Result<Params, Refusal> {
    if text.split('&').nth(MOST).is_some() {
        return Err(Refusal::invalid(format!("There are more than {MOST} parameters")));
    }
    if percent_decode_str(text).decode_utf8().is_err() {
        return Err(Refusal::invalid("The escapes are not UTF-8"));
    }
    Ok(Params::new(parse(text.as_bytes()).into_owned().collect()))
}

/// A path with its escapes read; a plus is a plus. What is no text names nothing.
pub(super) fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// A version as If-Match gives it: bare or in quotes. A star fits every version; what is none fits nothing.
pub(crate) fn version(text: &str) -> Option<u64> {
    match text.trim() {
        "*" => None,
        text => Some(text.trim_matches('"').parse().unwrap_or(u64::MAX)),
    }
}

/// Puts the body into the call: a form, or JSON for the one operation that has it.
pub(super) fn read(call: &mut Call, content_type: &str, body: &[u8]) -> Result<(), Refusal> {
    if call.path.ends_with("/TaskQueues/RealTimeStatistics") {
        let json = serde_json::from_slice(body);
        call.json = Some(json.map_err(|error| Refusal::invalid(format!("The body is not valid JSON: {error}")))?);
        return Ok(());
    }
    if ["application/json", "multipart/"].iter().any(|other| content_type.starts_with(other)) {
        let expected = "application/x-www-form-urlencoded";
        let problem = format!("The body's Content-Type is {content_type}; expected a form, {expected}");
        return Err(Refusal::invalid(problem));
    }
    let text = std::str::from_utf8(body).map_err(|_| Refusal::invalid("The body is not UTF-8"))?;
    let mut pairs = call.params.pairs().to_vec();
    pairs.extend_from_slice(params(text)?.pairs());
    call.params = Params::new(pairs);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_bare_quoted_or_as_a_star() {
        assert_eq!(version("1"), Some(1));
        assert_eq!(version("\"12\""), Some(12));
        assert_eq!(version("*"), None);
        assert_eq!(version("W/\"1\""), Some(u64::MAX), "a weak tag fits nothing");
    }

    #[test]
    fn paths_are_decoded_once() {
        let path = decoded("/Workspaces/WS1/TaskChannels/a%20b+c=d&e%2525");
        assert_eq!(path, "/Workspaces/WS1/TaskChannels/a b+c=d&e%25");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(params("FriendlyName=caf%E9").unwrap_err().code, 20001);
        assert_eq!(params("FriendlyName=caf%C3%A9&x").unwrap().pairs()[0].1, "café");
        assert!(params(&"a&".repeat(MOST + 1)).is_err());
    }
}
