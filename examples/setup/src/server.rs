//! A server for the example programs: HTTP/1.1 with a time limit for request heads, a limit on
//! connections, and a graceful shutdown.
//!
//! `axum::serve` and `poem::Server` wait for the head of a request without a limit. A client that opens
//! connections and sends nothing then takes every file descriptor of the program, if no proxy in front of
//! it has such limits.

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// The limits of a server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The time for the head of a request, also of the next one on an idle connection.
    pub head: Duration,
    /// The number of connections at a time; further ones wait in the queue of the operating system.
    pub connections: usize,
    /// The time for pending replies after a stop signal.
    pub grace: Duration,
}

impl Default for Limits {
    /// Ten seconds for a head, 1,000 connections, and ten seconds for pending replies.
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            connections: 1_000,
            grace: Duration::from_secs(10),
        }
    }
}

/// Serves HTTP/1.1 until `stop` resolves, and then finishes pending replies. Returns whether all of them were
/// finished in time.
///
/// `respond` gets the address of the peer with each request.
pub async fn serve<R, F, B, E>(
    listener: TcpListener,
    limits: Limits,
    stop: impl Future<Output = ()> + Send,
    respond: R,
) -> bool
where
    R: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Response<B>, E>> + Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
    E: Into<Box<dyn Error + Send + Sync>> + 'static,
{
    let permits = Arc::new(Semaphore::new(limits.connections));
    let (stopping, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        tokio::select! {
            () = &mut stop => break,
            // Removes ended connections from the set.
            Some(_) = connections.join_next() => {}
            (permit, accepted) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let (respond, stopped) = (respond.clone(), stopped.clone());
                    connections.spawn(async move {
                        connection(stream, limits, stopped, move |request| respond(peer, request)).await;
                        drop(permit);
                    });
                }
                // Too many open files, for example: other connections end meanwhile.
                Err(_) => sleep(Duration::from_millis(100)).await,
            },
        }
    }
    drop(listener);
    drop(stopping);
    let rest = async { while connections.join_next().await.is_some() {} };
    timeout(limits.grace, rest).await.is_ok()
}

/// Serves one connection. Its errors are those of the client, which gets no reply.
async fn connection<F, B, E>(
    stream: TcpStream,
    limits: Limits,
    mut stopped: watch::Receiver<()>,
    respond: impl Fn(Request<Incoming>) -> F,
) where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(TokioIo::new(stream), service_fn(respond));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        // The sender was dropped.
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

    /// Starts a server for two connections at a time, and returns its address and what stops it.
    async fn start<F: Future<Output = ()> + Send + 'static>(
        grace: Duration,
        handle: impl Fn() -> F + Clone + Send + 'static,
    ) -> (
        SocketAddr,
        oneshot::Sender<()>,
        tokio::task::JoinHandle<bool>,
    ) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let limits = Limits {
            head: Duration::from_millis(200),
            connections: 2,
            grace,
        };
        let server = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            serve(listener, limits, stopped, move |_, _| {
                let handled = handle();
                async move {
                    handled.await;
                    Ok::<_, Infallible>(Response::new("hello".to_owned()))
                }
            })
            .await
        });
        (address, stop, server)
    }

    async fn reply(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    /// Sixteen clients that send half of a request hold two connections at a time, each until its time is
    /// over, and a client behind them gets its reply.
    #[tokio::test]
    async fn half_open_connections_do_not_stop_the_server() {
        let (address, stop, server) =
            start(Duration::from_secs(10), || std::future::ready(())).await;
        let mut half_open = Vec::new();
        for _ in 0..16 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(&REQUEST[..20]).await.unwrap();
            half_open.push(stream);
        }
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        assert!(reply(stream).await.ends_with("hello"));
        for stream in half_open {
            assert!(!reply(stream).await.contains("hello"));
        }
        stop.send(()).unwrap();
        assert!(server.await.unwrap());
    }

    /// A pending reply is finished after a stop signal, within the time of grace.
    #[tokio::test]
    async fn pending_reply_is_finished_after_the_stop_signal() {
        for (grace, is_finished) in [(Duration::from_secs(10), true), (Duration::ZERO, false)] {
            let progress = watch::Sender::new(0);
            let (handler, mut steps) = (progress.clone(), progress.subscribe());
            let (address, stop, server) = start(grace, move || {
                handler.send_replace(1);
                let mut steps = handler.subscribe();
                async move { drop(steps.wait_for(|step| *step == 2).await.unwrap()) }
            })
            .await;
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(REQUEST).await.unwrap();
            drop(steps.wait_for(|step| *step == 1).await.unwrap());
            stop.send(()).unwrap();
            if is_finished {
                // The server has stopped to accept connections, and waits.
                while TcpStream::connect(address).await.is_ok() {
                    tokio::task::yield_now().await;
                }
                progress.send_replace(2);
                assert!(reply(stream).await.ends_with("hello"));
            }
            assert_eq!(server.await.unwrap(), is_finished);
        }
    }
}
