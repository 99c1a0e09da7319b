//! Forms of the console come from its own pages only.

use axum::http::HeaderMap;

/// Whether a form was sent by a page of this server. A browser says where a form comes from; what says nothing is no
/// browser, and has to know the credentials itself.
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let host = text("host").unwrap_or_default();
    text("origin").is_none_or(|origin| origin.split_once("://").is_some_and(|(_, origin)| origin == host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (axum::http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn other_pages_send_no_forms() {
        assert!(is_same_origin(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!is_same_origin(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(!is_same_origin(&headers(&[("sec-fetch-site", "same-site"), ("host", "a"), ("origin", "http://a")])));
        assert!(is_same_origin(&headers(&[("host", "127.0.0.1:8077"), ("origin", "http://127.0.0.1:8077")])));
        assert!(!is_same_origin(&headers(&[("host", "127.0.0.1:8077"), ("origin", "http://evil.example")])));
        assert!(!is_same_origin(&headers(&[("host", "127.0.0.1:8077"), ("origin", "null")])));
        assert!(is_same_origin(&headers(&[("host", "127.0.0.1:8077")])));
    }
}
