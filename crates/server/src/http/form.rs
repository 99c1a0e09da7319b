//! Forms, queries and headers as values.

use form_urlencoded::parse;

use crate::rest::{Call, Params, Refusal};

/// The pairs of a query or a form.
pub(super) fn params(text: &str) -> Params {
    Params::new(parse(text.as_bytes()).into_owned().collect())
}

/// A path with its escapes read; a plus is a plus.
pub(super) fn decoded(path: &str) -> String {
    let kept = path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    parse(kept.as_bytes()).map(|(name, _)| name.into_owned()).collect()
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
    if content_type.starts_with("application/json") {
        let expected = "application/x-www-form-urlencoded";
        return Err(Refusal::invalid(format!("The body is JSON; expected a form, with Content-Type: {expected}")));
    }
    let text = std::str::from_utf8(body).map_err(|_| Refusal::invalid("The body is not UTF-8"))?;
    let mut pairs = call.params.pairs().to_vec();
    pairs.extend_from_slice(params(text).pairs());
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
        assert_eq!(
            decoded("/Workspaces/WS1/TaskChannels/a%20b+c=d&e%2525"),
            "/Workspaces/WS1/TaskChannels/a b+c=d&e%25"
        );
    }
}
