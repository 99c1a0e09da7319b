//! One call: signed, on time, and only to addresses that may be called.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Response, Url};

use super::signature::signature;
use crate::http::Secret;
use crate::payload::Fields;
use crate::web::web_url;

/// The longest reply that is read.
const MAX_REPLY: usize = 64 * 1024;

/// Makes the calls.
pub(crate) struct Client {
    http: reqwest::Client,
    token: Secret,
    any_address: bool,
}

/// A reply as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: String,
}

impl Client {
    /// A client that signs with this token.
    ///
    /// # Errors
    /// When the system has no trusted certificates.
    pub(crate) fn new(token: Secret, any_address: bool) -> Result<Self, reqwest::Error> {
        // Another provider may be there already; one is enough.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().user_agent("TwilioProxy/1.1");
        if !any_address {
            http = http.dns_resolver(Arc::new(Guarded));
        }
        Ok(Self { http: http.build()?, token, any_address })
    }

    /// Posts a form.
    pub(super) async fn post(&self, url: &str, fields: &Fields, time: Duration) -> Result<Answered, String> {
        let parsed = web_url(url).ok_or_else(|| format!("`{url}` is no URL with the scheme http or https"))?;
        self.check(&parsed)?;
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .http
            .post(parsed)
            .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
            .header("X-Twilio-Signature", signature(&self.token, url, fields))
            .timeout(time)
            .body(form);
        let response = request.send().await.map_err(|error| told(&error))?;
        read(response).await
    }

    /// An address that stands in the URL itself may be called.
    fn check(&self, url: &Url) -> Result<(), String> {
        let literal = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
        match literal.filter(|address| !self.any_address && is_forbidden(*address)) {
            Some(address) => Err(forbidden(address)),
            None => Ok(()),
        }
    }
}

async fn read(mut response: Response) -> Result<Answered, String> {
    let status = response.status().as_u16();
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| told(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_REPLY {
            return Err(format!("the reply is longer than {MAX_REPLY} bytes"));
        }
    }
    Ok(Answered { status, content_type, body: String::from_utf8_lossy(&bytes).into_owned() })
}

/// What went wrong, down to its cause; without the URL, which may hold a password.
fn told(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Addresses of the machine's own network segment, behind which clouds keep credentials.
fn is_forbidden(address: IpAddr) -> bool {
    const METADATA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_link_local() || v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast() || v4 == METADATA
        }
        IpAddr::V6(v6) => {
            let [first, second, .., last] = v6.segments();
            let metadata = first == 0xfd00 && second == 0x0ec2 && last == 0x0254;
            v6.is_unicast_link_local() || v6.is_unspecified() || v6.is_multicast() || metadata
        }
    }
}

fn forbidden(address: IpAddr) -> String {
    format!("callbacks do not go to {address}: start the server with --any-callback-address to allow it")
}

/// Looks names up and keeps addresses that may be called.
struct Guarded;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> = found.iter().copied().filter(|it| !is_forbidden(it.ip())).collect();
            match found.first().filter(|_| allowed.is_empty()) {
                Some(first) => Err(io::Error::other(forbidden(first.ip())).into()),
                None => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_and_link_local_addresses_are_not_called() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        for text in [
            "169.254.169.254",
            "fe80::1",
            "::ffff:169.254.169.254",
            "0.0.0.0",
            "fd00:ec2::254",
            "100.100.100.200",
            "::",
        ] {
            assert!(is_forbidden(address(text)), "{text}");
        }
        for text in ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "203.0.113.9", "2001:db8::1"] {
            assert!(!is_forbidden(address(text)), "{text}");
        }
    }

    #[tokio::test]
    async fn what_stands_in_the_url_is_checked_as_well() {
        let client = Client::new(Secret::new(String::new()), false).unwrap();
        for (url, told) in [
            ("http://169.254.169.254/latest", "169.254.169.254"),
            ("http://[fe80::1]/", "fe80::1"),
            ("file:///etc/passwd", "scheme"),
            ("nonsense", "no URL"),
        ] {
            let error = client.post(url, &Vec::new(), Duration::from_secs(1)).await.unwrap_err();
            assert!(error.contains(told), "{url}: {error}");
        }
    }
}
