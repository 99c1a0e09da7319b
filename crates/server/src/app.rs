//! What every request handler has at hand.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::broadcast;

use crate::bridge::{Sessions, Told};
use crate::callbacks::RequestLog;
use crate::driver::{Driver, Lost};
use crate::http::Credentials;
use crate::rest::{Refusal, Site};
use crate::settings::Settings;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) driver: Driver,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) base_url: Option<Arc<str>>,
    /// Where it listens, for clients that do not say where they found it.
    pub(crate) address: SocketAddr,
    pub(crate) limiter: Arc<DefaultDirectRateLimiter>,
    pub(crate) requests: RequestLog,
    /// What the workers' sockets hear.
    pub(crate) told: broadcast::Sender<Arc<Told>>,
    pub(crate) sessions: Sessions,
}

impl App {
    pub(crate) fn new(
        settings: &Settings,
        driver: Driver,
        requests: RequestLog,
        told: broadcast::Sender<Arc<Told>>,
    ) -> Self {
        let credentials = settings.credentials();
        Self {
            driver,
            credentials: Arc::new(credentials),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            base_url: settings.base_url().map(Into::into),
            limiter: Arc::new(RateLimiter::direct(Quota::per_second(settings.requests_per_second))),
            requests,
            told,
            sessions: Sessions::default(),
        }
    }

    /// Where the client finds the server, as the client itself says it (surface section 2.4).
    pub(crate) fn site(&self, headers: &HeaderMap) -> Site {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let own = || {
            // Of several proxies the first one speaks with the client.
            let proxied = text("x-forwarded-proto").and_then(|schemes| schemes.split(',').next());
            let secure = proxied.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"));
            let scheme = if secure { "https" } else { "http" };
            format!("{scheme}://{}", text("host").map_or_else(|| self.address.to_string(), str::to_owned))
        };
        let base = self.base_url.as_deref().map_or_else(own, str::to_owned);
        Site { account: self.credentials.account.clone(), base }
    }

    /// Why an answer did not come.
    pub(crate) fn lost(lost: Lost) -> Refusal {
        match lost {
            Lost::Stopped => Refusal::unavailable(),
            Lost::NotDone => Refusal::internal("The call failed inside the server"),
        }
    }
}
