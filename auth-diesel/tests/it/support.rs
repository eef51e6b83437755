//! Users, times, and numbers from a database.

use auth_core::login::AuthMethod;
use auth_core::store::{
    InsertOutcome, NewUser, Owner, SessionStore, SessionTokens, StoredSession, UserDatabase,
};
use auth_core::{Account, EmailAddress, Epoch, NoColumns, PasswordHash, Roles, SessionId, User};
use auth_diesel::SqlBackend;
use auth_diesel::diesel::query_builder::SqlQuery;
use auth_diesel::diesel::{QueryableByName, sql_query, sql_types::BigInt};
use auth_diesel::diesel_async::RunQueryDsl;
use auth_diesel::diesel_async::methods::LoadQuery;
use time::{Duration, OffsetDateTime};

/// Returns a time with a fraction of a second that every engine can store.
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap() + Duration::microseconds(123_456)
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn hash(text: &str) -> PasswordHash {
    PasswordHash::from_stored(text.to_owned())
}

pub(crate) fn new_user(address: &str) -> NewUser<User> {
    NewUser {
        email: email(address),
        username: None,
        password_hash: Some(hash("$argon2id$one")),
        is_active: true,
        is_verified: false,
        is_superuser: false,
        roles: Roles::none(),
        created_at: now(),
        columns: NoColumns,
    }
}

pub(crate) fn admin(address: &str) -> NewUser<User> {
    NewUser {
        is_superuser: true,
        ..new_user(address)
    }
}

pub(crate) async fn inserted<D: UserDatabase<User = User>>(store: &D, new: NewUser<User>) -> User {
    match store.insert(new).await.unwrap() {
        InsertOutcome::Inserted(user) => user,
        InsertOutcome::Taken(field) => panic!("{field} is taken"),
    }
}

pub(crate) fn owner(text: &str) -> Owner {
    Owner::from_stored(text.to_owned()).unwrap()
}

/// Returns a session that begins now and expires after an hour.
pub(crate) fn session(of: &str) -> StoredSession {
    StoredSession {
        id: SessionId::generate().unwrap(),
        owner: owner(of),
        backend: "api".to_owned(),
        epoch: Epoch::FIRST,
        created_at: now(),
        last_used_at: now(),
        expires_at: now() + Duration::HOUR,
        ends_at: now() + Duration::DAY,
        client: None,
        version: 0,
        tokens: SessionTokens::from_stored("digests".to_owned()),
        auth_time: now(),
        methods: AuthMethod::PASSWORD.into(),
    }
}

/// Returns the next version of the session `before`.
pub(crate) fn after(before: &StoredSession, tokens: &str) -> StoredSession {
    StoredSession {
        last_used_at: before.last_used_at + Duration::MINUTE,
        expires_at: before.expires_at + Duration::MINUTE,
        version: before.version + 1,
        tokens: SessionTokens::from_stored(tokens.to_owned()),
        ..before.clone()
    }
}

pub(crate) async fn begun<S: SessionStore>(store: &S, session: StoredSession) -> StoredSession {
    store.insert_session(session.clone()).await.unwrap();
    session
}

/// Returns the stored session.
pub(crate) async fn stored<S: SessionStore>(store: &S, session: &StoredSession) -> StoredSession {
    store.session(&session.id).await.unwrap().unwrap()
}

/// Returns all columns of a user as text, to compare two users byte by byte.
pub(crate) fn columns(user: &User) -> [(&'static str, String); 11] {
    let User { id, account } = user;
    let Account {
        email,
        pending_email,
        username,
        password_hash,
        is_active,
        is_verified,
        is_superuser,
        roles,
        epoch,
        created_at,
    } = account;
    [
        ("id", id.to_string()),
        ("email", email.to_string()),
        ("pending_email", format!("{pending_email:?}")),
        ("username", format!("{username:?}")),
        (
            "password_hash",
            format!(
                "{:?}",
                password_hash.as_ref().map(PasswordHash::as_stored_str)
            ),
        ),
        ("is_active", is_active.to_string()),
        ("is_verified", is_verified.to_string()),
        ("is_superuser", is_superuser.to_string()),
        ("roles", format!("{roles:?}")),
        ("epoch", epoch.as_i64().to_string()),
        ("created_at", format!("{created_at:?}")),
    ]
}

/// A row with one number, whose column has this name.
#[derive(QueryableByName)]
pub(crate) struct Number {
    #[diesel(sql_type = BigInt)]
    pub(crate) number: i64,
}

/// Returns the numbers that a statement selects as `number`.
pub(crate) async fn numbers<C>(connection: &mut C, select: &str) -> Vec<i64>
where
    C: SqlBackend,
    SqlQuery: for<'q> LoadQuery<'q, C, Number>,
{
    let rows: Vec<Number> = sql_query(select).load(connection).await.unwrap();
    rows.into_iter().map(|row| row.number).collect()
}
