//! The server: the routes of accounts, a few of the application's own, and an orderly end.

mod axum;
mod poem;

use std::future::Future;
use std::io::Write as _;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::args::{Args, Framework};
use crate::{Failure, accounts};

/// How long replies under way may take once the program is asked to end.
const GRACE: Duration = Duration::from_secs(10);

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
    match args.framework {
        Framework::Axum => axum::serve(listener, &auth, stop).await?,
        Framework::Poem => poem::serve(listener, &auth, stop).await?,
    }
    purging.abort();
    // Replies are out; what hooks still have to do after them is waited for.
    auth.accounts().wait_idle().await;
    Ok(())
}

/// Resolves when the program is asked to end. The handlers are in place when this returns.
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

/// Resolves when the program is asked to end.
#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
