//! The server: the routes of accounts and of the application, and a graceful shutdown.

mod axum;
mod poem;

use std::future::Future;
use std::io::Write as _;
use std::time::Duration;

use setup::server::Limits;
use tokio::net::TcpListener;

use crate::args::{Args, Framework};
use crate::{Failure, accounts};

/// The limits of the server: a client that never finishes its request must not keep a connection, or the
/// program alive after a stop signal.
const LIMITS: Limits = Limits {
    head: Duration::from_secs(10),
    connections: 10_000,
    grace: Duration::from_secs(10),
};

/// How often expired entries and sessions are removed.
const PURGE_EVERY: Duration = Duration::from_mins(10);

/// Serves until Ctrl-C or SIGTERM.
pub(crate) async fn run(args: &Args) -> Result<(), Failure> {
    let auth = accounts::auth(args).await?;
    let listener = TcpListener::bind(args.listen).await?;
    // A caller that started the program on port 0 reads the port from this line.
    println!("listening on http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;

    let stop = stop_signal()?;
    let purging = tokio::spawn(auth.accounts().purge_every(PURGE_EVERY));
    let is_finished = match args.framework {
        Framework::Axum => axum::serve(listener, &auth, stop).await,
        Framework::Poem => poem::serve(listener, &auth, stop).await,
    };
    if !is_finished {
        tracing::warn!("some replies were not finished in time");
    }
    purging.abort();
    // All replies are sent; wait for the hooks that run after them.
    auth.accounts().wait_idle().await;
    Ok(())
}

/// Resolves at a stop signal. The handlers are installed when this returns.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves at a stop signal.
#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
