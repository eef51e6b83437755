//! Whose session on the server a connection uses.

use diesel::QueryResult;

use super::Engine;

/// Whose session on the server a connection uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServerSession {
    /// The connection's own: prepared statements last as long as the connection.
    #[default]
    Own,
    /// One that a pooler lends for each transaction. Nothing lasts longer, so each operation is a transaction, in
    /// which its statements are prepared, run and closed.
    PerTransaction,
}

impl ServerSession {
    /// Begins an operation.
    pub(crate) async fn begin<C: Engine>(self, connection: &mut C) -> QueryResult<()> {
        match self {
            Self::Own => Ok(()),
            Self::PerTransaction => connection.begin().await,
        }
    }

    /// Ends an operation, and keeps or undoes what it wrote.
    pub(crate) async fn end<C: Engine>(self, connection: &mut C, keep: bool) -> QueryResult<()> {
        match (self, keep) {
            (Self::Own, _) => Ok(()),
            (Self::PerTransaction, true) => connection.commit().await,
            (Self::PerTransaction, false) => connection.rollback().await,
        }
    }
}
