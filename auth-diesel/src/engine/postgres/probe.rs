//! The search for a pooler that lends a session of the server for each transaction.
//!
//! Such a pooler answers like a server, and says nothing about itself to users of a database. But in
//! its transactions two connections may have one session, and a prepared statement is lost when
//! its connection gets another session.

use std::time::Duration;

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, SimpleQueryMessage, Statement};

use super::connect;
use super::settings::Settings;
use crate::error::OpenError;

/// The number of attempts: another client of the pooler may take a session between two steps.
const ROUNDS: u32 = 3;

const SESSION: &str = "SELECT pg_backend_pid()";

/// Returns an error if prepared statements are lost.
///
/// A server that does not answer, or has no place for a second connection, passes.
pub(super) async fn refuse_lost_statements(
    settings: &Settings,
    limit: Duration,
) -> Result<(), OpenError> {
    let lost = tokio::time::timeout(limit, loses_statements(settings, limit / 4));
    match lost.await {
        Ok(Ok(true)) => Err(OpenError::TransactionPooling),
        _ => Ok(()),
    }
}

/// Prepares a statement, lets a second connection take the session that has it, and runs it again.
async fn loses_statements(settings: &Settings, limit: Duration) -> Result<bool, Error> {
    let client = connect::client(settings).await?;
    let second = connect::client(settings).await?;
    let prepared = match client.prepare(SESSION).await {
        Err(error) => return is_lost(error),
        Ok(prepared) => prepared,
    };
    let session = match run(&client, &prepared).await {
        Err(error) => return is_lost(error),
        Ok(session) => session,
    };
    for _ in 0..ROUNDS {
        second.batch_execute("BEGIN").await?;
        let is_shared = session_of(&second).await? == Some(session);
        let again = tokio::time::timeout(limit, run(&client, &prepared)).await;
        let verdict = match again {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(is_lost(error)),
            // The pooler has no second session. The statement is lost when it replaces the only one.
            Err(_) => is_shared.then_some(Ok(true)),
        };
        if is_shared && matches!(verdict, Some(Ok(true))) {
            // Other clients of the pooler use the same names for their statements.
            second.batch_execute("DEALLOCATE ALL").await?;
        }
        second.batch_execute("ROLLBACK").await?;
        match verdict {
            Some(verdict) => return verdict,
            // The pooler prepares statements again where it is necessary.
            None if is_shared => return Ok(false),
            None => {}
        }
    }
    Ok(false)
}

async fn run(client: &Client, statement: &Statement) -> Result<i32, Error> {
    client.query_one(statement, &[]).await?.try_get(0)
}

/// Returns the session of the transaction that this connection is in.
async fn session_of(client: &Client) -> Result<Option<i32>, Error> {
    let messages = client.simple_query(SESSION).await?;
    Ok(messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    }))
}

/// Returns whether the error is that of a statement that another session has.
fn is_lost(error: Error) -> Result<bool, Error> {
    match error.code() {
        Some(code)
            if [
                &SqlState::UNDEFINED_PSTATEMENT,
                &SqlState::DUPLICATE_PSTATEMENT,
            ]
            .contains(&code) =>
        {
            Ok(true)
        }
        _ => Err(error),
    }
}
