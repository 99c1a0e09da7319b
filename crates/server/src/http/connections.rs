//! Sockets: accepted up to a number, given up when they are too slow, ended when the server ends.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// Connections at the same time, WebSockets among them; more wait.
const CONNECTIONS: usize = 1_024;
/// How long the head of a request may take to arrive, and a connection may be silent.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a client may take to read on.
const WRITE_TIME: Duration = Duration::from_secs(30);
/// The largest head of a request.
const MAX_HEAD: usize = 64 * 1024;
/// How long what is under way may take when the server ends.
const LAST_CALLS: Duration = Duration::from_secs(10);

/// A seat among the connections, kept as long as one of those that share it lives.
#[derive(Clone)]
pub(crate) struct Seat(#[allow(dead_code, reason = "it is held, not looked at")] Arc<OwnedSemaphorePermit>);

/// Serves until told to stop, then lets what is under way come to its end.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let ((end, ending), (alive, mut ended)) = (watch::channel(false), mpsc::channel::<()>(1));
    tokio::pin!(stop);
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place,
            () = &mut stop => break,
        };
        // Nobody closes the semaphore.
        let Ok(place) = place else { break };
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let (seat, router, ending, alive) =
                        (Seat(Arc::new(place)), router.clone(), ending.clone(), alive.clone());
                    tokio::spawn(async move {
                        connection(stream, seat, router, ending).await;
                        drop(alive);
                    });
                }
                // Too many open files, or a connection that is gone already: a moment later it may work.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            () = &mut stop => break,
        }
    }
    // There may be no connection left to hear it.
    let _ = end.send(true);
    drop(alive);
    let _ = tokio::time::timeout(LAST_CALLS, ended.recv()).await;
}

/// Serves one connection until it ends or is to end. What it is upgraded to keeps its seat.
async fn connection(stream: TcpStream, seat: Seat, router: Router, mut ending: watch::Receiver<bool>) {
    // Small answers should not wait for each other; a socket that cannot do it is only slower.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIME));
    let service = router.map_request(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(seat.clone());
        request.map(axum::body::Body::new)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(MAX_HEAD).half_close(true);
    let io = TokioIo::new(Box::pin(stream));
    let served = builder.serve_connection(io, TowerToHyperService::new(service)).with_upgrades();
    tokio::pin!(served);
    tokio::select! {
        // A client that goes away is no fault of ours.
        _ = &mut served => return,
        _ = ending.wait_for(|end| *end) => {}
    }
    served.as_mut().graceful_shutdown();
    let _ = served.await;
}
