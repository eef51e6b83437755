//! [`SessionStore`] on redb: a row by id.

use std::cmp::Reverse;
use std::sync::Arc;

use async_trait::async_trait;
use auth_core::login::Methods;
use auth_core::session::SessionId;
use auth_core::store::{Owner, SessionPage, SessionTokens, StoredSession, blocking};
use auth_core::{BoxError, Epoch, SessionStore, StoreError};
use redb::{ReadableDatabase, ReadableTable, Table, TableDefinition};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::RedbStore;

/// The owner, the backend, the epoch, four points in time in nanoseconds since 1970, the client, the
/// version, the tokens, and the time and the methods of the login.
#[rustfmt::skip]
type Row<'r> = (
    &'r str, &'r str, i64, i128, i128, i128, i128, Option<&'r str>, i64, &'r str, i128, &'r str,
);
pub(crate) const SESSIONS: TableDefinition<'_, u128, Row<'static>> =
    TableDefinition::new("sessions");

#[async_trait]
impl SessionStore for RedbStore {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        self.change_sessions(move |rows| write(rows, &session))
            .await
    }

    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        let (database, id) = (Arc::clone(&self.database), *id);
        blocking(move || find(&database.begin_read()?.open_table(SESSIONS)?, &id)).await
    }

    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        let next = next.clone();
        self.change_sessions(move |rows| {
            let stored = find(rows, &next.id)?;
            let fits = stored.is_some_and(|row| row.version.checked_add(1) == Some(next.version));
            if fits {
                write(rows, &next)?;
            }
            Ok(fits)
        })
        .await
    }

    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        let id = id.as_uuid().as_u128();
        self.change_sessions(move |rows| Ok(rows.remove(id)?.is_some()))
            .await
    }

    /// Looks at every session, which is enough for some thousands; with more, keep a second table
    /// that is sorted by owner.
    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        let (database, owner) = (Arc::clone(&self.database), owner.clone());
        let limit = usize::try_from(page.limit).map_err(StoreError::new)?;
        blocking(move || {
            let mut found = Vec::new();
            for row in database.begin_read()?.open_table(SESSIONS)?.iter()? {
                let (id, row) = row?;
                let session = decode(id.value(), row.value())?;
                let (last_used_at, id) = (session.last_used_at, &session.id);
                let follows = page
                    .after
                    .is_none_or(|position| position.precedes(last_used_at, id));
                let is_valid = session.epoch == epoch && session.expires_at > now;
                if session.owner == owner && is_valid && follows {
                    found.push(session);
                }
            }
            found.sort_by_key(|session| (Reverse(session.last_used_at), session.id));
            found.truncate(limit);
            Ok(found)
        })
        .await
    }

    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let owner = owner.clone();
        self.remove_sessions(limit.into(), move |row| {
            row.0 == owner.as_str() && row.2 < epoch.as_i64()
        })
        .await
    }

    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        let owner = owner.clone();
        self.remove_sessions(u64::MAX, move |row| row.0 == owner.as_str())
            .await
    }

    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let now = now.unix_timestamp_nanos();
        self.remove_sessions(limit.into(), move |row| row.5 <= now)
            .await
    }
    fn validate(&self, _: &mut auth_core::ConfigReport) {}
}

impl RedbStore {
    /// Runs one atomic change, which is on disk when it returns.
    async fn change_sessions<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Table<'_, u128, Row<'static>>) -> Result<T, BoxError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let database = Arc::clone(&self.database);
        blocking(move || {
            let db = database.begin_write()?;
            let answer = job(&mut db.open_table(SESSIONS)?)?;
            db.commit()?;
            Ok(answer)
        })
        .await
    }

    async fn remove_sessions(
        &self,
        limit: u64,
        goes: impl Fn(&Row<'_>) -> bool + Send + 'static,
    ) -> Result<u64, StoreError> {
        self.change_sessions(move |rows| {
            let mut removed = 0;
            rows.retain(|_, row| {
                let is_removed = removed < limit && goes(&row);
                removed += u64::from(is_removed);
                !is_removed
            })?;
            Ok(removed)
        })
        .await
    }
}

fn find(
    rows: &impl ReadableTable<u128, Row<'static>>,
    id: &SessionId,
) -> Result<Option<StoredSession>, BoxError> {
    let id = id.as_uuid().as_u128();
    let row = rows.get(id)?;
    row.map(|row| decode(id, row.value())).transpose()
}

fn write(
    rows: &mut Table<'_, u128, Row<'static>>,
    session: &StoredSession,
) -> Result<(), BoxError> {
    // Without `..`: a field that is added later does not compile here.
    let StoredSession {
        id,
        owner,
        backend,
        epoch,
        created_at,
        last_used_at,
        expires_at,
        ends_at,
        client,
        version,
        tokens,
        auth_time,
        methods,
    } = session;
    let row = (
        owner.as_str(),
        backend.as_str(),
        epoch.as_i64(),
        created_at.unix_timestamp_nanos(),
        last_used_at.unix_timestamp_nanos(),
        expires_at.unix_timestamp_nanos(),
        ends_at.unix_timestamp_nanos(),
        client.as_deref(),
        *version,
        tokens.as_stored_str(),
        auth_time.unix_timestamp_nanos(),
        methods.as_stored_str(),
    );
    rows.insert(id.as_uuid().as_u128(), row)?;
    Ok(())
}

fn decode(id: u128, row: Row<'_>) -> Result<StoredSession, BoxError> {
    let (owner, backend, epoch, created, used, expires, ends, client, version, tokens, auth, by) =
        row;
    Ok(StoredSession {
        id: SessionId::from_uuid(Uuid::from_u128(id)),
        owner: Owner::from_stored(owner.to_owned()).ok_or("invalid owner")?,
        backend: backend.to_owned(),
        epoch: Epoch::from_i64(epoch),
        created_at: OffsetDateTime::from_unix_timestamp_nanos(created)?,
        last_used_at: OffsetDateTime::from_unix_timestamp_nanos(used)?,
        expires_at: OffsetDateTime::from_unix_timestamp_nanos(expires)?,
        ends_at: OffsetDateTime::from_unix_timestamp_nanos(ends)?,
        client: client.map(str::to_owned),
        version,
        tokens: SessionTokens::from_stored(tokens.to_owned()),
        auth_time: OffsetDateTime::from_unix_timestamp_nanos(auth)?,
        methods: Methods::from_stored(by).ok_or("invalid methods")?,
    })
}
