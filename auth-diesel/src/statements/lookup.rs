//! The statement of an authenticated request: whether its token was revoked, its session, and its user.

use std::marker::PhantomData;
use std::sync::Arc;

use auth_core::StoreError;
use auth_core::store::{AccessQuery, AccessRecord, StoredSession, UserQuery};
use time::OffsetDateTime;

use crate::engine::Engine;
use crate::error::{Failure, StepError};
use crate::sql::{Kind, Row, SqlValue, Statement, Template};
use crate::statements::sessions;
use crate::statements::users::Users;
use crate::table::{Plan, SqlKey as _, SqlUser, key_of_value, key_value};
use crate::types::DbTime;

/// The statements of the look-ups of one store, one for each shape of a query.
#[derive(Debug)]
pub(crate) struct Lookups<U> {
    /// In the order of [`Shape::index`].
    templates: Vec<Template>,
    /// Whether a statement finds the user of a session by the session's owner.
    joins_owners: bool,
    user: PhantomData<fn() -> U>,
}

/// What a statement asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    revocation: bool,
    session: bool,
    user: Join,
}

/// How a statement finds the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    Nothing,
    Key,
    Owner,
}

impl Shape {
    /// Every shape, in the order of their indexes.
    fn all() -> impl Iterator<Item = Self> {
        [Join::Nothing, Join::Key, Join::Owner]
            .into_iter()
            .flat_map(|user| {
                [(false, false), (false, true), (true, false), (true, true)].map(
                    |(revocation, session)| Self {
                        revocation,
                        session,
                        user,
                    },
                )
            })
    }

    fn index(self) -> usize {
        let user = match self.user {
            Join::Nothing => 0,
            Join::Key => 1,
            Join::Owner => 2,
        };
        user * 4 + usize::from(self.revocation) * 2 + usize::from(self.session)
    }

    fn asks_nothing(self) -> bool {
        !self.revocation && !self.session && self.user == Join::Nothing
    }
}

impl<U: SqlUser> Lookups<U> {
    /// Composes the statements of a table.
    pub(crate) fn new<C: Engine>(plan: &Plan<U>) -> Self {
        let key_of_owner = plan.kinds.first().and_then(|kind| C::key_of_owner(*kind));
        let template = |shape| Template::of(&compose::<C, U>(plan, key_of_owner, shape));
        Self {
            templates: Shape::all().map(template).collect(),
            joins_owners: key_of_owner.is_some(),
            user: PhantomData,
        }
    }

    /// Returns the question of a query.
    pub(crate) fn question(&self, query: AccessQuery<'_, U::Id>) -> Question {
        let AccessQuery {
            revocation,
            session,
            user,
            now,
        } = query;
        let mut realm = None;
        let (join, key) = match user {
            UserQuery::Key(key) if key.is_storable() => (Join::Key, Some(key_value::<U>(key))),
            // No row can have this key.
            UserQuery::Key(_) => (Join::Nothing, None),
            UserQuery::OwnerInRealm(of) => {
                realm = Some(of.to_owned());
                let joins = self.joins_owners && session.is_some();
                (if joins { Join::Owner } else { Join::Nothing }, None)
            }
        };
        let shape = Shape {
            revocation: revocation.is_some(),
            session: session.is_some(),
            user: join,
        };
        let prefix = (join == Join::Owner).then_some(realm.as_deref()).flatten();
        // In the order of `compose`.
        let values = [
            revocation.map(|key| SqlValue::from(key.as_str())),
            revocation.map(|_| DbTime::floor(now).into()),
            prefix.map(|realm| format!("{realm}:").into()),
            session.map(sessions::key),
            key,
        ];
        let statement = self.templates.get(shape.index());
        let statement = statement.map(|template| template.with(values.into_iter().flatten()));
        Question {
            statement: statement.filter(|_| !shape.asks_nothing()),
            shape,
            realm,
        }
    }

    /// Returns the question of a user alone.
    pub(crate) fn question_of_user(&self, key: &U::Id) -> Question {
        self.question(AccessQuery {
            revocation: None,
            session: None,
            user: UserQuery::Key(key),
            now: OffsetDateTime::UNIX_EPOCH,
        })
    }
}

/// Composes the statement of a shape. Its values are those of a query.
fn compose<C: Engine, U: SqlUser>(
    plan: &Plan<U>,
    key_of_owner: Option<&str>,
    shape: Shape,
) -> Statement {
    let quote = |name: &str| C::DIALECT.quoted(name);
    let null = || SqlValue::null(Kind::Text);
    let (mut statement, mut kinds) = (Statement::new("SELECT "), Vec::new());
    let mut separator = "";
    if shape.revocation {
        let (count, key) = (quote("count"), quote("key"));
        let count = format!("(SELECT e.{count} FROM auth_expiring e WHERE e.{key} = ");
        statement = statement.text(&count).bind(null());
        statement = statement
            .text(" AND e.expires_at > ")
            .bind(null())
            .text(")");
        kinds.push(Kind::BigInt);
        separator = ", ";
    }
    if shape.session {
        let columns = sessions::COLUMNS.split(", ");
        for column in columns {
            statement = statement.text(separator).text("s.").text(column);
            separator = ", ";
        }
        kinds.extend(sessions::KINDS);
    }
    if shape.user != Join::Nothing {
        for column in &plan.columns {
            statement = statement.text(separator).text("u.").text(column);
            separator = ", ";
        }
        kinds.extend(&plan.kinds);
    }
    // One row, also if there is neither a session nor a user.
    statement = if shape.user == Join::Owner {
        statement
            .text(" FROM (SELECT ")
            .bind(null())
            .text(" AS realm) AS q")
    } else {
        statement.text(" FROM (SELECT 1 AS one) AS q")
    };
    if shape.session {
        let join = format!(" LEFT JOIN {} s ON s.id = ", sessions::TABLE);
        statement = statement.text(&join).bind(null());
    }
    let join = format!(" LEFT JOIN {} u ON u.{} = ", plan.table, plan.key);
    match (shape.user, key_of_owner) {
        (Join::Key, _) => statement = statement.text(&join).bind(null()),
        (Join::Owner, Some(key)) => statement = statement.text(&join).text(key),
        _ => {}
    }
    statement.returns(&kinds)
}

/// What a look-up asks the database.
#[derive(Clone)]
pub(crate) struct Question {
    /// `None` if the answer is known without the database.
    pub(crate) statement: Option<Statement>,
    shape: Shape,
    /// The realm of the owner that names the user.
    realm: Option<String>,
}

/// What the rows of a [`Question`] answer.
pub(crate) enum Answer<U: SqlUser> {
    /// Everything.
    Complete(AccessRecord<U>),
    /// The session, and the key of its user, who was not found by the text of the owner.
    UserOf(Arc<StoredSession>, U::Id),
}

impl Question {
    /// Asks a database.
    pub(crate) async fn ask<C: Engine, U: SqlUser>(
        self,
        connection: &mut C,
        plan: &Plan<U>,
    ) -> Result<AccessRecord<U>, StepError> {
        let rows = match self.statement.clone() {
            Some(statement) => connection.fetch(statement).await?,
            None => Vec::new(),
        };
        match self.answer(rows, plan)? {
            Answer::Complete(record) => Ok(record),
            Answer::UserOf(session, key) => {
                let user = Users::new(connection, plan).get(&key).await?;
                Ok(with_user(session, user))
            }
        }
    }

    /// Reads the answer from the rows of the statement.
    ///
    /// # Errors
    ///
    /// If a column has a value that the toolkit never wrote.
    pub(crate) fn answer<U: SqlUser>(
        &self,
        rows: Vec<Row>,
        plan: &Plan<U>,
    ) -> Result<Answer<U>, StoreError> {
        let mut values = rows.into_iter().next().unwrap_or_default().into_iter();
        if self.shape.revocation
            && let Some(SqlValue::BigInt(Some(count))) = values.next()
            && u64::try_from(count).map_err(|_| Failure::NegativeCount)? > 0
        {
            return Ok(Answer::Complete(AccessRecord::revoked()));
        }
        let mut session = None;
        if self.shape.session {
            if values.as_slice().first().is_none_or(SqlValue::is_null) {
                return Ok(Answer::Complete(AccessRecord::missing()));
            }
            session = Some(Arc::new(sessions::read_from(&mut values)?));
        }
        let key = values.as_slice().first().filter(|key| !key.is_null());
        let user = match (&self.realm, &session) {
            (None, _) => key.is_some(),
            (Some(_), None) => false,
            (Some(realm), Some(session)) => {
                let owner = session.owner.key_in(realm);
                match owner.and_then(|key| key.parse::<U::Id>().ok()) {
                    Some(owner)
                        if key.cloned().and_then(key_of_value::<U>).as_ref() == Some(&owner) =>
                    {
                        true
                    }
                    // Another spelling of the key, or no such user.
                    Some(owner) => return Ok(Answer::UserOf(Arc::clone(session), owner)),
                    None => false,
                }
            }
        };
        let user = user.then(|| plan.user_from(&mut values)).transpose()?;
        Ok(Answer::Complete(AccessRecord {
            is_revoked: false,
            session,
            user: user.map(Arc::new),
        }))
    }
}

/// Returns the answer with the user of a session.
pub(crate) fn with_user<U>(session: Arc<StoredSession>, user: Option<U>) -> AccessRecord<U> {
    AccessRecord {
        is_revoked: false,
        session: Some(session),
        user: user.map(Arc::new),
    }
}

#[cfg(test)]
mod tests;
