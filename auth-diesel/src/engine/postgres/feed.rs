//! What other processes write, told by `NOTIFY`.

use std::sync::Weak;
use std::time::Duration;

use auth_core::store::AccessChanges;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::StreamExt as _;

use crate::engine::{Engine as _, Pool};
use crate::sql::{Kind, Statement};
use crate::store::note_announced;

/// The channel of the announcements.
const CHANNEL: &str = "auth_changes";

/// The time between two checks whether the connection is open and the store exists, and the time
/// before a new connection.
const PAUSE: Duration = Duration::from_secs(1);

/// The time that the server has for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Returns the statement that announces a text.
pub(super) fn announce(text: &str) -> Statement {
    Statement::new("SELECT pg_notify(")
        .bind(CHANNEL)
        .text(", ")
        .bind(text)
        .text(")::text")
        .returns(&[Kind::Text])
}

/// Notes what other processes announce, until the store is dropped. After a lost connection anything may
/// have been written.
pub(super) async fn listen(pool: Pool<AsyncPgConnection>, changes: AccessChanges, store: Weak<()>) {
    while store.strong_count() > 0 {
        let connected = tokio::time::timeout(PATIENCE, pool.dedicated_connection()).await;
        if let Ok(Ok(mut connection)) = connected {
            follow(&mut connection, &changes, &store).await;
            changes.note_all();
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Notes announcements until the connection is lost.
async fn follow(connection: &mut AsyncPgConnection, changes: &AccessChanges, store: &Weak<()>) {
    let listen = format!("LISTEN {CHANNEL}");
    let listening = tokio::time::timeout(PATIENCE, connection.batch_execute(&listen)).await;
    if !matches!(listening, Ok(Ok(()))) {
        return;
    }
    // What was written before is unknown.
    changes.note_all();
    while store.strong_count() > 0 {
        let next = async {
            let mut notifications = std::pin::pin!(connection.notifications_stream());
            notifications.next().await
        };
        match tokio::time::timeout(PAUSE, next).await {
            Ok(Some(Ok(notification))) => note_announced(changes, &notification.payload),
            Ok(Some(Err(_)) | None) => return,
            // The stream of a lost connection is silent.
            Err(_) => {
                let answers = tokio::time::timeout(PATIENCE, connection.answers()).await;
                if !answers.unwrap_or(false) {
                    return;
                }
            }
        }
    }
}
