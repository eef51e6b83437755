//! The look-up of an authenticated request answers what the methods of its parts answer.

use std::fmt;
use std::str::FromStr;

use auth_core::store::{
    AccessLookup, AccessQuery, ExpiringKey, ExpiringStore, InsertOutcome, NewUser, SessionStore,
    StoredSession, UserDatabase, UserQuery,
};
use auth_core::{Account, Roles, SessionId};
use auth_diesel::{DeclaredTable, DieselStore, SqlBackend, SqlEngine, SqlKey, SqlUser};
use auth_diesel::{StoreOptions, diesel};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::homes::Home;
use crate::on_each_engine;
use crate::support::{begun, email, hash, now, session};

on_each_engine!(
    answer_equals_its_parts_with_uuids_as_keys,
    answer_equals_its_parts_with_texts_as_keys,
    answer_equals_its_parts_with_big_numbers_as_keys,
    answer_equals_its_parts_with_small_numbers_as_keys,
    answer_equals_its_parts_with_keys_that_are_spelled_differently,
    clones_have_one_identity_and_other_stores_another,
);

/// Declares a user type with this type of key.
macro_rules! customer {
    ($module:ident, $table:literal, $Id:ty) => {
        mod $module {
            use super::*;

            auth_diesel::user! {
                pub(super) struct Customer (table: $table, new: NewCustomer, change: CustomerChange) {
                    pub(super) id: $Id [],
                    pub(super) account: Account [],
                }
            }
        }
    };
}

customer!(by_uuid, "by_uuid", Uuid);
customer!(by_text, "by_text", String);
customer!(by_big, "by_big", i64);
customer!(by_small, "by_small", i32);
customer!(by_prefixed, "by_prefixed", Prefixed);

/// A key whose text is not that of its column: `cus_7`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Prefixed(i64);

impl fmt::Display for Prefixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cus_{}", self.0)
    }
}

impl FromStr for Prefixed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text
            .strip_prefix("cus_")
            .and_then(|number| number.parse().ok());
        number.map(Self).ok_or("not a key")
    }
}

impl auth_core::UserId for Prefixed {}

impl SqlKey for Prefixed {
    type SqlType = diesel::sql_types::BigInt;

    fn generate(_: OffsetDateTime) -> Option<Self> {
        None
    }
    fn to_column(&self) -> i64 {
        self.0
    }
    fn from_column(value: i64) -> Option<Self> {
        Some(Self(value))
    }
}

async fn answer_equals_its_parts_with_uuids_as_keys<H: Home>(home: H) {
    let stores = open::<H, by_uuid::Customer>(&home).await;
    answer_equals_its_parts(&stores, || by_uuid::NewCustomer {}, Uuid::from_u128(7)).await;
}

async fn answer_equals_its_parts_with_texts_as_keys<H: Home>(home: H) {
    let stores = open::<H, by_text::Customer>(&home).await;
    let missing = "no such user 🐘:é".to_owned();
    answer_equals_its_parts(&stores, || by_text::NewCustomer {}, missing).await;
}

async fn answer_equals_its_parts_with_big_numbers_as_keys<H: Home>(home: H) {
    let stores = open::<H, by_big::Customer>(&home).await;
    answer_equals_its_parts(&stores, || by_big::NewCustomer {}, i64::MAX).await;
}

async fn answer_equals_its_parts_with_small_numbers_as_keys<H: Home>(home: H) {
    let stores = open::<H, by_small::Customer>(&home).await;
    answer_equals_its_parts(&stores, || by_small::NewCustomer {}, i32::MIN).await;
}

async fn answer_equals_its_parts_with_keys_that_are_spelled_differently<H: Home>(home: H) {
    let stores = open::<H, by_prefixed::Customer>(&home).await;
    answer_equals_its_parts(&stores, || by_prefixed::NewCustomer {}, Prefixed(99)).await;
}

async fn clones_have_one_identity_and_other_stores_another<H: Home>(home: H) {
    let store = home.open().await;
    let id = AccessLookup::store_id(&store);
    assert_eq!(SessionStore::store_id(&store.clone()), Some(id));
    assert_eq!(ExpiringStore::store_id(&store.clone()), Some(id));
    assert_eq!(store.clone().access_lookup().unwrap().store_id(), id);
    let other = home.open().await;
    assert_ne!(AccessLookup::store_id(&other), id);
}

/// A store with connections for look-ups, and one that has them over the pool.
type Stores<C, U> = [DieselStore<C, U>; 2];

async fn open<H: Home, U: DeclaredTable>(home: &H) -> Stores<H::Connection, U> {
    let engine = SqlEngine::of_url(home.url()).unwrap();
    let options = StoreOptions::default().migration("0001_users", U::create_table_sql(engine));
    let open = |options| DieselStore::open_with(home.url(), options);
    let beside = open(options.clone().lookup_connections(2)).await.unwrap();
    let over = open(options.lookup_connections(0)).await.unwrap();
    [beside, over]
}

/// Texts of owners with a key, in spellings of which a type may accept some.
fn owners<K: fmt::Display>(ada: &K, bob: &K, missing: &K) -> Vec<String> {
    let texts = [
        "users:",
        "users:cus_",
        "users:99999999999999999999999",
        "users:9999999999",
        "users:é🐘",
        "users",
        "userſ:1",
        "",
    ];
    let shown = ada.to_string();
    let spelled = [
        format!("users:{ada}"),
        format!("users:{bob}"),
        format!("staff:{ada}"),
        format!("users:{missing}"),
        format!("users:{}", shown.to_uppercase()),
        format!("users:+{ada}"),
        format!("users:000{ada}"),
        format!("users: {ada} "),
        format!("users:{ada}x"),
        format!("users:{}", shown.replace('-', "")),
    ];
    spelled
        .into_iter()
        .chain(texts.map(str::to_owned))
        .collect()
}

/// Stores a user with this address.
async fn stored_user<C: SqlBackend, U: SqlUser>(
    store: &DieselStore<C, U>,
    address: &str,
    columns: auth_core::user::NewColumns<U>,
) -> U::Id {
    let new = NewUser {
        email: email(address),
        username: None,
        password_hash: Some(hash("$argon2id$one")),
        is_active: true,
        is_verified: false,
        is_superuser: false,
        roles: Roles::none(),
        created_at: now(),
        columns,
    };
    match store.insert(new).await.unwrap() {
        InsertOutcome::Inserted(user) => user.id().clone(),
        InsertOutcome::Taken(field) => panic!("{field} is taken"),
    }
}

/// Asks every combination of a token, a session and a user.
async fn answer_equals_its_parts<C: SqlBackend, U: SqlUser>(
    stores: &Stores<C, U>,
    columns: impl Fn() -> auth_core::user::NewColumns<U>,
    missing: U::Id,
) {
    let [store, _] = stores;
    let ada = stored_user(store, "ada@example.com", columns()).await;
    let bob = stored_user(store, "bob@example.com", columns()).await;
    let mut sessions = vec![SessionId::generate().unwrap()];
    for of in owners(&ada, &bob, &missing) {
        sessions.push(begun(store, session(&of)).await.id);
    }
    let [used, expired, unused] =
        ["used", "expired", "unused"].map(|id| ExpiringKey::new("jti", id));
    let later = now() + Duration::HOUR;
    store.insert_once(&used, later, now()).await.unwrap();
    let before = now() - Duration::HOUR;
    store.insert_once(&expired, now(), before).await.unwrap();

    for revocation in [None, Some(&used), Some(&expired), Some(&unused)] {
        for session in [None].into_iter().chain(sessions.iter().map(Some)) {
            let keys = [&ada, &bob, &missing].map(UserQuery::Key);
            let realms = ["users", "staff", "user", ""].map(UserQuery::OwnerInRealm);
            for name in keys.into_iter().chain(realms) {
                let by = || match &name {
                    UserQuery::Key(key) => UserQuery::Key(*key),
                    UserQuery::OwnerInRealm(realm) => UserQuery::OwnerInRealm(realm),
                };
                let query = || AccessQuery {
                    revocation,
                    session,
                    user: by(),
                    now: now(),
                };
                assert_parts(stores, query).await;
            }
        }
    }
}

/// Compares the answers to a query with those of the methods of the three stores.
async fn assert_parts<'q, C: SqlBackend, U: SqlUser>(
    stores: &Stores<C, U>,
    query: impl Fn() -> AccessQuery<'q, U::Id>,
) {
    let ([store, _], asked) = (stores, query());
    let mut is_revoked = false;
    if let Some(key) = asked.revocation {
        is_revoked = store.count(key, asked.now).await.unwrap() > 0;
    }
    let mut session: Option<StoredSession> = None;
    if let Some(id) = asked.session {
        session = store.session(id).await.unwrap();
    }
    let key = match &asked.user {
        UserQuery::Key(key) => Some((*key).clone()),
        UserQuery::OwnerInRealm(realm) => session
            .as_ref()
            .and_then(|session| session.owner.key_in(realm)?.parse().ok()),
    };
    let user = match key {
        Some(key) => store.get(&key).await.unwrap(),
        None => None,
    };
    let is_refused = is_revoked || asked.session.is_some() && session.is_none();
    let shown = |user: &U| (user.id().clone(), user.account().email.clone());

    for store in stores {
        let record = store.look_up(query()).await.unwrap();
        assert_eq!(record.is_revoked, is_revoked, "{asked:?}");
        if is_refused {
            assert!(is_revoked || record.session.is_none(), "{asked:?}");
            continue;
        }
        assert_eq!(record.session.as_deref(), session.as_ref(), "{asked:?}");
        let answered = record.user.as_deref().map(shown);
        assert_eq!(answered, user.as_ref().map(shown), "{asked:?}, {session:?}");
    }
}
