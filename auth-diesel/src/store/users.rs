//! The user contract on top of the statements.

use async_trait::async_trait;
use auth_core::store::{
    AccessLookup, ChangeNumber, DeleteOutcome, InsertOutcome, LoginIdentifier, NewUser, Owner,
    Page, PageRequest, Precondition, UpdateOutcome, UserChange, UserDatabase,
};
use auth_core::{ConfigProblem, ConfigReport, StoreError};

use super::changes::Written;
use super::{DieselStore, finish};
use crate::engine::{Engine, SqlBackend};
use crate::error::StepError;
use crate::statements::users::{Users, kept_session, needs_transaction, taken_field};
use crate::table::{Plan, SqlUser};

#[async_trait]
impl<C: SqlBackend, U: SqlUser> UserDatabase for DieselStore<C, U> {
    type User = U;

    async fn get(&self, id: &U::Id) -> Result<Option<U>, StoreError> {
        let id = id.clone();
        self.read(move |mut connection, plan| {
            let id = id.clone();
            async move {
                let user = Users::new(&mut *connection, &plan).get(&id).await;
                (connection, user)
            }
        })
        .await
    }

    async fn find(&self, login: &LoginIdentifier) -> Result<Option<U>, StoreError> {
        let login = login.clone();
        self.read(move |mut connection, plan| {
            let login = login.clone();
            async move {
                let user = Users::new(&mut *connection, &plan).find(&login).await;
                (connection, user)
            }
        })
        .await
    }

    async fn insert(&self, new: NewUser<U>) -> Result<InsertOutcome<U>, StoreError> {
        self.write(Written::NoAnswer, move |mut connection, plan| {
            let new = new.clone();
            async move {
                let outcome = if C::DIALECT.returning {
                    Users::new(&mut *connection, &plan).insert(new).await
                } else {
                    insert_in_steps::<C, U>(&mut connection, &plan, new).await
                };
                (connection, or_taken::<C, U>(&plan, outcome))
            }
        })
        .await
    }

    async fn update(
        &self,
        id: &U::Id,
        change: UserChange<U>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<U>, StoreError> {
        let id = id.clone();
        let kept = change.keep_session.as_ref().map(ChangeNumber::of_session);
        let written = Written::Keys([Some(ChangeNumber::of_user(&id.to_string())), kept]);
        self.write(written, move |mut connection, plan| {
            let (id, change, expect) = (id.clone(), change.clone(), expect.clone());
            async move {
                let outcome = update::<C, U>(&mut connection, &plan, &id, change, expect).await;
                let outcome = outcome.or_else(|error| match taken_field::<C, U>(&plan, &error) {
                    Some(field) => Ok(UpdateOutcome::Taken(field)),
                    None => Err(error),
                });
                (connection, outcome)
            }
        })
        .await
    }

    async fn delete(
        &self,
        id: &U::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        let (id, owner) = (id.clone(), owner.cloned());
        let written = Written::key(ChangeNumber::of_user(&id.to_string()));
        self.write(written, move |mut connection, plan| {
            let (id, owner, expect) = (id.clone(), owner.clone(), expect.clone());
            async move {
                let connected = &mut *connection;
                let outcome = delete::<C, U>(connected, &plan, &id, expect, owner.as_ref()).await;
                (connection, outcome)
            }
        })
        .await
    }

    async fn list(&self, page: PageRequest<U::Id>) -> Result<Page<U>, StoreError> {
        self.read(move |mut connection, plan| {
            let page = page.clone();
            async move {
                let page = Users::new(&mut *connection, &plan).list(page).await;
                (connection, page)
            }
        })
        .await
    }

    fn access_lookup(&self) -> Option<&dyn AccessLookup<User = U>> {
        Some(self)
    }

    /// Adds a problem for each field that [`AuthUser::FIELDS`](auth_core::AuthUser::FIELDS) has and the table
    /// does not.
    fn validate(&self, report: &mut ConfigReport) {
        for field in self.plan.missing_fields() {
            let leave_out = match field {
                "username" => "without_usernames",
                "pending_email" => "without_pending_emails",
                "is_superuser" => "without_superusers",
                "roles" => "without_roles",
                _ => "without_created_at",
            };
            report.problem(ConfigProblem::Other(format!(
                "table `{}` has no column for the field `{field}` of its users: map one with \
                 `UserTable::{field}`, or leave the field out of `AuthUser::FIELDS` with `{leave_out}`",
                self.plan.name
            )));
        }
    }
}

async fn insert_in_steps<C: Engine, U: SqlUser>(
    connection: &mut C,
    plan: &Plan<U>,
    new: NewUser<U>,
) -> Result<U, StepError> {
    connection.begin_write().await?;
    let outcome = Users::new(connection, plan).insert(new).await;
    finish(connection, outcome).await
}

async fn update<C: Engine, U: SqlUser>(
    connection: &mut C,
    plan: &Plan<U>,
    id: &U::Id,
    change: UserChange<U>,
    expect: Precondition,
) -> Result<UpdateOutcome<U>, StepError> {
    if !needs_transaction::<C>(&expect) && kept_session(&change).is_none() {
        return Users::new(connection, plan)
            .update(id, change, expect)
            .await;
    }
    connection.begin_write().await?;
    let outcome = Users::new(connection, plan)
        .update(id, change, expect)
        .await;
    finish(connection, outcome).await
}

async fn delete<C: Engine, U: SqlUser>(
    connection: &mut C,
    plan: &Plan<U>,
    id: &U::Id,
    expect: Precondition,
    owner: Option<&Owner>,
) -> Result<DeleteOutcome, StepError> {
    if !needs_transaction::<C>(&expect) && owner.is_none() {
        return Users::new(connection, plan).delete(id, expect, None).await;
    }
    connection.begin_write().await?;
    let outcome = Users::new(connection, plan).delete(id, expect, owner).await;
    finish(connection, outcome).await
}

/// Returns the outcome of a rejected row.
pub(super) fn or_taken<C: Engine, U: SqlUser>(
    plan: &Plan<U>,
    outcome: Result<U, StepError>,
) -> Result<InsertOutcome<U>, StepError> {
    match outcome {
        Ok(user) => Ok(InsertOutcome::Inserted(user)),
        Err(error) => match taken_field::<C, U>(plan, &error) {
            Some(field) => Ok(InsertOutcome::Taken(field)),
            None => Err(error),
        },
    }
}
