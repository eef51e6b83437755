//! The user contract on top of the statements.

use async_trait::async_trait;
use auth_core::store::{
    DeleteOutcome, Expect, InsertOutcome, LoginIdentifier, NewUser, Page, PageRequest,
    UpdateOutcome, UserChange, UserDatabase,
};
use auth_core::{StoreError, User};
use uuid::Uuid;

use super::{DieselStore, StepError, finish, taken_field};
use crate::engine::{Engine, SqlBackend};
use crate::error::Failure;
use crate::row::{ChangeRow, UserRow};

#[async_trait]
impl<C: SqlBackend> UserDatabase for DieselStore<C> {
    type User = User;

    async fn get(&self, id: &Uuid) -> Result<Option<User>, StoreError> {
        let id = *id;
        let row = self
            .read(move |mut connection| async move { Ok(connection.user(id).await?) })
            .await?;
        row.map(UserRow::into_user).transpose()
    }

    async fn find(&self, login: &LoginIdentifier) -> Result<Option<User>, StoreError> {
        let login = login.clone();
        let row = self
            .read(move |mut connection| async move { Ok(connection.find_user(&login).await?) })
            .await?;
        row.map(UserRow::into_user).transpose()
    }

    async fn insert(&self, new: NewUser<User>) -> Result<InsertOutcome<User>, StoreError> {
        let row = UserRow::new(new);
        self.write(move |mut connection| async move {
            let inserted = connection.insert_user(row.clone()).await;
            match inserted.map_err(StepError::from) {
                Ok(_) => Ok(InsertOutcome::Inserted(row.into_user()?)),
                Err(error) => match taken_field::<C>(&error) {
                    Some(field) => Ok(InsertOutcome::Taken(field)),
                    None => Err(error),
                },
            }
        })
        .await
    }

    async fn update(
        &self,
        id: &Uuid,
        change: UserChange<User>,
        expect: Expect,
    ) -> Result<UpdateOutcome<User>, StoreError> {
        let id = *id;
        let change = ChangeRow::from(change);
        self.write(move |mut connection| async move {
            connection.begin_write().await?;
            let outcome = update::<C>(&mut connection, id, change, expect).await;
            match finish(&mut *connection, outcome).await {
                Err(error) => match taken_field::<C>(&error) {
                    Some(field) => Ok(UpdateOutcome::Taken(field)),
                    None => Err(error),
                },
                applied => applied,
            }
        })
        .await
    }

    async fn delete(&self, id: &Uuid, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        let id = *id;
        self.write(move |mut connection| async move {
            connection.begin_write().await?;
            let outcome = delete::<C>(&mut connection, id, expect).await;
            finish(&mut *connection, outcome).await
        })
        .await
    }

    async fn list(&self, page: PageRequest<Uuid>) -> Result<Page<User>, StoreError> {
        self.read(move |mut connection| async move {
            connection.begin_read().await?;
            let outcome = list::<C>(&mut connection, page).await;
            finish(&mut *connection, outcome).await
        })
        .await
    }
}

/// Why a conditional write hit no row.
enum Missed {
    Missing,
    Stale,
    LastSuperuser,
}

async fn update<C: Engine>(
    connection: &mut C,
    id: Uuid,
    change: ChangeRow,
    expect: Expect,
) -> Result<UpdateOutcome<User>, StepError> {
    if let Some(row) = connection.update_user(id, change, expect).await? {
        return Ok(UpdateOutcome::Updated(row.into_user()?));
    }
    Ok(match why_missed(connection, id, expect).await? {
        Missed::Missing => UpdateOutcome::Missing,
        Missed::Stale => UpdateOutcome::Stale,
        Missed::LastSuperuser => UpdateOutcome::LastSuperuser,
    })
}

async fn delete<C: Engine>(
    connection: &mut C,
    id: Uuid,
    expect: Expect,
) -> Result<DeleteOutcome, StepError> {
    if connection.delete_user(id, expect).await? > 0 {
        return Ok(DeleteOutcome::Deleted);
    }
    Ok(match why_missed(connection, id, expect).await? {
        Missed::Missing => DeleteOutcome::Missing,
        Missed::Stale => DeleteOutcome::Stale,
        Missed::LastSuperuser => DeleteOutcome::LastSuperuser,
    })
}

/// Asked in the transaction of the write that missed, so that the answer is about the same moment.
async fn why_missed<C: Engine>(
    connection: &mut C,
    id: Uuid,
    expect: Expect,
) -> Result<Missed, StepError> {
    Ok(match connection.user(id).await? {
        None => Missed::Missing,
        Some(row) if expect.epoch.is_some_and(|epoch| epoch != row.epoch()) => Missed::Stale,
        Some(_) => Missed::LastSuperuser,
    })
}

async fn list<C: Engine>(
    connection: &mut C,
    page: PageRequest<Uuid>,
) -> Result<Page<User>, StepError> {
    let total = connection.user_count().await?;
    let rows = connection.user_page(page).await?;
    let items = rows.into_iter().map(UserRow::into_user);
    Ok(Page {
        items: items.collect::<Result<_, _>>()?,
        total: u64::try_from(total).map_err(|_| StoreError::from(Failure::NegativeCount))?,
    })
}
