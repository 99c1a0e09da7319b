//! Addresses on the web.

use reqwest::Url;

/// The URL of a web server; none when it is no URL, or one of something else.
pub(crate) fn web_url(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}
