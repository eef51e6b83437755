//! The statements about users, on one connection.

mod list;

use std::marker::PhantomData;

use auth_core::store::{
    DeleteOutcome, LoginIdentifier, NewUser, Owner, Page, PageRequest, Precondition, UniqueField,
    UpdateOutcome, UserChange,
};
use auth_core::{AuthUser, SessionId};

use crate::engine::Engine;
use crate::error::{Failure, StepError};
use crate::sql::{Kind, SqlValue, Statement};
use crate::statements::{credentials, sessions};
use crate::table::{Plan, SqlKey as _, SqlUser, key_of, key_value};

/// The users of a mapped table on one connection, within its current transaction, if any.
pub(crate) struct Users<'c, C, U> {
    connection: &'c mut C,
    plan: &'c Plan<U>,
    user: PhantomData<fn() -> U>,
}

impl<'c, C: Engine, U: SqlUser> Users<'c, C, U> {
    pub(crate) fn new(connection: &'c mut C, plan: &'c Plan<U>) -> Self {
        Self {
            connection,
            plan,
            user: PhantomData,
        }
    }

    pub(crate) async fn get(&mut self, key: &U::Id) -> Result<Option<U>, StepError> {
        if !key.is_storable() {
            return Ok(None);
        }
        let select = self.select().text(&self.plan.key).text(" = ");
        self.first(select.bind(key_value::<U>(key))).await
    }

    pub(crate) async fn find(&mut self, login: &LoginIdentifier) -> Result<Option<U>, StepError> {
        let (column, text) = match login {
            LoginIdentifier::Email(email) => (Some(&self.plan.email), email.as_str()),
            LoginIdentifier::Username(name) => (self.plan.username.as_ref(), name.as_str()),
        };
        // A table without a column for names has no user with a name.
        let Some(column) = column else {
            return Ok(None);
        };
        let select = self.select().text(column).text(" = ").bind(text);
        let found = self.first(select).await?;
        // With a collation that treats `é` as `e` it may be another user.
        Ok(found.filter(|user| LoginIdentifier::of(user).any(|own| own == *login)))
    }

    /// Stores a row. If the engine cannot return the stored row, this needs a transaction around
    /// it.
    pub(crate) async fn insert(&mut self, new: NewUser<U>) -> Result<U, StepError> {
        let email = new.email.clone();
        let row = self.plan.new_row(new)?;
        let names: Vec<&str> = row.iter().map(|(column, _)| *column).collect();
        let table = &self.plan.table;
        let mut insert = Statement::new(format!(
            "INSERT INTO {table} ({}) VALUES (",
            names.join(", ")
        ));
        for (position, (_, value)) in row.into_iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            insert = insert.text(separator).bind(value);
        }
        let insert = insert.text(")");
        let stored = if C::DIALECT.returning {
            self.first(self.returning(insert)).await?
        } else {
            self.connection.run(insert).await?;
            self.find(&email.into()).await?
        };
        stored.ok_or_else(|| Failure::Other.into())
    }

    /// Writes a change if `expect` holds, and the new epoch into the session to keep. Needs
    /// a transaction around it if [`needs_transaction`] returns `true` or there is a [`kept_session`].
    pub(crate) async fn update(
        &mut self,
        key: &U::Id,
        change: UserChange<U>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<U>, StepError> {
        if !key.is_storable() {
            return Ok(UpdateOutcome::Missing);
        }
        if expect.keep_last_superuser && change.may_demote() && self.is_last_superuser(key).await? {
            return Ok(match self.get(key).await? {
                Some(user) if !expect.holds_for(user.account()) => UpdateOutcome::Stale,
                Some(_) => UpdateOutcome::LastSuperuser,
                None => UpdateOutcome::Missing,
            });
        }
        let (plan, bump) = (self.plan, i64::from(change.bump_epoch));
        let kept = kept_session(&change);
        let epoch = &plan.epoch;
        let mut update = Statement::new(format!("UPDATE {} SET {epoch} = {epoch} + ", plan.table));
        update = update.bind(bump);
        for (column, value) in plan.changes(change)? {
            update = update.text(", ").text(column).text(" = ").bind(value);
        }
        let update = self.only_if(update, key, &expect);
        let updated = if C::DIALECT.returning {
            self.first(self.returning(update)).await?
        } else if self.connection.run(update).await? > 0 {
            self.get(key).await?
        } else {
            None
        };
        if let (Some(user), Some(id)) = (&updated, kept) {
            // A missing session is not an error: it has ended, or is in another store.
            let keep = sessions::keep(&id, key, user.epoch());
            self.connection.run(keep).await?;
        }
        Ok(match updated {
            Some(user) => UpdateOutcome::Updated(user),
            // The row had another epoch or another pending address. Epochs only grow, and a pending address
            // that has come back since was not the expected one when the statement ran.
            None if self.get(key).await?.is_some() => UpdateOutcome::Stale,
            None => UpdateOutcome::Missing,
        })
    }

    /// Removes a row if `expect` holds, and the credentials of `owner` with it. Needs a transaction
    /// around it if there is an owner, or if [`needs_transaction`] returns `true`.
    pub(crate) async fn delete(
        &mut self,
        key: &U::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StepError> {
        if !key.is_storable() {
            return Ok(DeleteOutcome::Missing);
        }
        if expect.keep_last_superuser && self.is_last_superuser(key).await? {
            return Ok(match self.get(key).await? {
                Some(user) if !expect.holds_for(user.account()) => DeleteOutcome::Stale,
                Some(_) => DeleteOutcome::LastSuperuser,
                None => DeleteOutcome::Missing,
            });
        }
        let delete = Statement::new(format!("DELETE FROM {}", self.plan.table));
        let delete = self.only_if(delete, key, &expect);
        Ok(if self.connection.run(delete).await? > 0 {
            if let Some(owner) = owner {
                let delete = credentials::delete_of_owner(owner, None);
                self.connection.run(delete).await?;
            }
            DeleteOutcome::Deleted
        } else if self.get(key).await?.is_some() {
            DeleteOutcome::Stale
        } else {
            DeleteOutcome::Missing
        })
    }

    /// Returns a page and the total, read by one statement, so that both are consistent.
    pub(crate) async fn list(&mut self, page: PageRequest<U::Id>) -> Result<Page<U>, StepError> {
        let plan = self.plan;
        let mut kinds = vec![Kind::BigInt];
        kinds.extend(&plan.kinds);
        let list = list::statement::<C, U>(plan, page).returns(&kinds);

        let (mut total, mut items) = (None, Vec::new());
        for mut row in self.connection.fetch(list).await? {
            let user = row.split_off(1);
            if let Some(SqlValue::BigInt(count)) = row.first() {
                total = *count;
            }
            // An empty page is one row with the total and no user.
            if !user.first().is_none_or(SqlValue::is_null) {
                items.push(plan.user(user)?);
            }
        }
        let total = total.and_then(|total| u64::try_from(total).ok());
        Ok(Page {
            items,
            total: total.ok_or(Failure::NegativeCount)?,
        })
    }

    /// Returns whether this is the only active superuser. Locks the first two, so that a
    /// concurrent call waits for the end of this transaction: at least one superuser row stays
    /// locked until this transaction ends.
    async fn is_last_superuser(&mut self, key: &U::Id) -> Result<bool, StepError> {
        let plan = self.plan;
        let Some(is_superuser) = &plan.is_superuser else {
            return Ok(false);
        };
        let (id, active) = (&plan.key, &plan.is_active);
        let leaders = Statement::new(format!(
            "SELECT {id} FROM {} WHERE {is_superuser} AND {active} ORDER BY {id} LIMIT 2{}",
            plan.table,
            C::DIALECT.for_update(),
        ));
        let leaders = leaders.returns(plan.kinds.get(..1).unwrap_or_default());
        let mut rows = self.connection.fetch(leaders).await?.into_iter();
        let (first, second) = (rows.next(), rows.next());
        let first = first.and_then(key_of::<U>);
        Ok(second.is_none() && first.as_ref() == Some(key))
    }

    /// Returns a defect of the tables, if there is one: a missing column, an address that two rows
    /// could have, or what the engine finds ([`Engine::find_table_fault`]).
    pub(crate) async fn find_fault(
        &mut self,
    ) -> Result<Option<(&'static str, String)>, diesel::result::Error> {
        use diesel::result::Error::DatabaseError;

        let columns = self.plan.column_list();
        let nothing = format!("SELECT {columns} FROM {} WHERE 1 = 0", self.plan.table);
        let nothing = Statement::new(nothing).returns(&self.plan.kinds);
        let count = "SELECT COUNT(*) FROM auth_expiring WHERE 1 = 0";
        let count = Statement::new(count).returns(&[Kind::BigInt]);
        for (table, statement) in [
            (self.plan.name, nothing),
            ("auth_expiring", count),
            (sessions::TABLE, sessions::nothing()),
            (credentials::TABLE, credentials::nothing()),
        ] {
            match self.connection.fetch(statement).await {
                Ok(_) => {}
                Err(DatabaseError(_, info)) => return Ok(Some((table, info.message().to_owned()))),
                Err(error) => return Err(error),
            }
        }
        for column in &self.plan.unique {
            if self
                .connection
                .unique_indexes(self.plan.name, column)
                .await?
                == 0
            {
                let fault = format!(
                    "column `{column}` has no unique index of its own, without which two users \
                     could have the same"
                );
                return Ok(Some((self.plan.name, fault)));
            }
        }
        let (name, key, texts) = (self.plan.name, self.plan.made_key, &self.plan.texts);
        let fault = self.connection.find_table_fault(name, key, texts).await?;
        Ok(fault.map(|fault| (name, fault)))
    }

    fn select(&self) -> Statement {
        Statement::new(&self.plan.select).returns(&self.plan.kinds)
    }

    fn returning(&self, statement: Statement) -> Statement {
        let columns = format!(" RETURNING {}", self.plan.column_list());
        statement.text(&columns).returns(&self.plan.kinds)
    }

    fn only_if(&self, statement: Statement, key: &U::Id, expect: &Precondition) -> Statement {
        let statement = statement.text(&format!(" WHERE {} = ", self.plan.key));
        let statement = statement.bind(key_value::<U>(key));
        let statement = match expect.epoch {
            Some(epoch) => statement
                .text(&format!(" AND {} = ", self.plan.epoch))
                .bind(epoch.as_i64()),
            None => statement,
        };
        match (&expect.pending_email, &self.plan.pending_email) {
            (Some(pending), Some(column)) => statement
                .text(&format!(" AND {column} = "))
                .bind(pending.as_str()),
            // No user of such a table has a pending address.
            (Some(_), None) => statement.text(" AND 1 = 0"),
            (None, _) => statement,
        }
    }

    async fn first(&mut self, statement: Statement) -> Result<Option<U>, StepError> {
        let row = self.connection.fetch(statement).await?.into_iter().next();
        Ok(row.map(|row| self.plan.user(row)).transpose()?)
    }
}

/// Returns whether a deletion, or an update without a session to keep, takes more than one statement on this
/// engine.
pub(crate) fn needs_transaction<C: Engine>(expect: &Precondition) -> bool {
    expect.keep_last_superuser || !C::DIALECT.returning
}

/// Returns the session that a change moves to the new epoch, with one more statement. Without a new epoch
/// no session moves, and a session with an older epoch must stay ended.
pub(crate) fn kept_session<U: AuthUser>(change: &UserChange<U>) -> Option<SessionId> {
    change.keep_session.filter(|_| change.bump_epoch)
}

/// Returns the unique column of an error, if it concerns one of these.
pub(crate) fn taken_field<C: Engine, U: SqlUser>(
    plan: &Plan<U>,
    error: &StepError,
) -> Option<UniqueField> {
    use diesel::result::{DatabaseErrorKind, Error as DieselError};

    let StepError::Diesel(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) =
        error
    else {
        return None;
    };
    plan.unique_field(&C::refusing_index(&**info)?)
}
