//! The look-up of an authenticated request on top of its statement.

use async_trait::async_trait;
use auth_core::store::{AccessChanges, AccessLookup, AccessQuery, AccessRecord, StoreId};
use auth_core::{AuthUser, StoreError};

use super::DieselStore;
use crate::engine::{LookupConnections as _, ServerSession, SqlBackend};
use crate::statements::lookup::{Answer, Question, with_user};
use crate::table::SqlUser;

#[async_trait]
impl<C: SqlBackend, U: SqlUser> AccessLookup for DieselStore<C, U> {
    type User = U;

    fn store_id(&self) -> StoreId {
        self.id
    }

    fn changes(&self) -> Option<&AccessChanges> {
        Some(&self.changes)
    }

    fn note_other_writes(&self) -> bool {
        self.lookup_connections.note_other_writes(&self.changes)
    }

    async fn look_up(
        &self,
        query: AccessQuery<'_, <U as AuthUser>::Id>,
    ) -> Result<AccessRecord<U>, StoreError> {
        let question = self.lookups.question(query);
        if question.statement.is_none() {
            return Ok(AccessRecord::missing());
        }
        if let Some(record) = self.look_up_beside_pool(&question).await? {
            return Ok(record);
        }
        self.read(move |mut connection, plan| {
            let question = question.clone();
            async move {
                let record = question.ask(&mut *connection, &plan).await;
                (connection, record)
            }
        })
        .await
    }
}

impl<C: SqlBackend, U: SqlUser> DieselStore<C, U> {
    /// Answers a question on the connections for look-ups; `None` if it must be asked over the pool.
    async fn look_up_beside_pool(
        &self,
        question: &Question,
    ) -> Result<Option<AccessRecord<U>>, StoreError> {
        let Some(answer) = self.answer_beside_pool(question).await? else {
            return Ok(None);
        };
        let (session, key) = match answer {
            Answer::Complete(record) => return Ok(Some(record)),
            Answer::UserOf(session, key) => (session, key),
        };
        let question = self.lookups.question_of_user(&key);
        if question.statement.is_none() {
            return Ok(Some(with_user(session, None)));
        }
        Ok(match self.answer_beside_pool(&question).await? {
            Some(Answer::Complete(record)) => Some(AccessRecord {
                session: Some(session),
                ..record
            }),
            _ => None,
        })
    }

    async fn answer_beside_pool(
        &self,
        question: &Question,
    ) -> Result<Option<Answer<U>>, StoreError> {
        let (ServerSession::Own, Some(statement)) = (self.session, &question.statement) else {
            return Ok(None);
        };
        let fetched = self
            .lookup_connections
            .fetch(statement, self.statement_timeout);
        match fetched.await? {
            Some(rows) => question.answer(rows, &self.plan).map(Some),
            None => Ok(None),
        }
    }
}
