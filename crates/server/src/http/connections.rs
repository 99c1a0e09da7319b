//! Sockets: accepted up to a number, given up when they are too slow, ended when the server ends.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// Connections at the same time; more wait.
const CONNECTIONS: usize = 1_024;
/// How long the head of a request may take to arrive.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// The largest head of a request.
const MAX_HEAD: usize = 64 * 1024;
/// How long what is under way may take when the server ends.
const LAST_CALLS: Duration = Duration::from_secs(10);

/// Serves until told to stop, then lets what is under way come to its end.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let (graceful, places) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    tokio::pin!(stop);
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place,
            () = &mut stop => break,
        };
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let connection = connection(stream, router.clone(), &graceful);
                    tokio::spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                // Too many open files, or a connection that is gone already: a moment later it may work.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            () = &mut stop => break,
        }
    }
    let _ = tokio::time::timeout(LAST_CALLS, graceful.shutdown()).await;
}

fn connection(stream: TcpStream, router: Router, graceful: &GracefulShutdown) -> impl Future<Output = ()> + use<> {
    // Small answers should not wait for each other; a socket that cannot do it is only slower.
    let _ = stream.set_nodelay(true);
    let service = router.map_request(|request: Request<hyper::body::Incoming>| request.map(axum::body::Body::new));
    let mut builder = Builder::new(hyper_util::rt::TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(MAX_HEAD).keep_alive(true);
    let served =
        builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service)).into_owned();
    let served = graceful.watch(served);
    async move {
        // A client that goes away is no fault of ours.
        let _ = served.await;
    }
}
