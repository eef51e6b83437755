//! Texts that engines like to confuse, to execute or to cut.

use super::{StoreUnderTest, UserOf, email, hash, roles, username};
use crate::store::{NewUser, Precondition, UserChange};
use crate::testing::contract::case_run::{Tried, broken, ensure, ensure_eq};
use crate::testing::contract::fixture::UserFixture;
use crate::user::AuthUser;
use crate::user::EmailAddress;
use crate::user::Username;
use crate::user::{Role, Roles};

/// Local parts and names that differ, although some collation, folding, pattern or trimming takes
/// two of them for the same. Case and compatibility forms are folded before they come to a store.
const NEIGHBOURS: &[&str] = &[
    "straße", "strasse", "e", "é", "ê", "i", "ı", "i\u{307}", "σ", "ς", "ae", "æ", "o", "ø", "l",
    "ł", "n", "ñ", "a", "а", "α", "か", "が", "カ", "ガ", "は", "ば", "ぱ", "😀", "😁", "𐐨", "𐑀",
    "a.b", "ab", "a_b", "axb", "a%", "a%b", "a+b", "a-b", "a--b", "a'b", "a''b", "'", "''", "*",
    "?", "0", "00", "1", "1.0", "1e0", "null", "true", "ӏ", "·", "a·b", "ͅι", "ι",
];

/// Texts that mean something to an engine, a pattern or a template.
const HOSTILE: &[&str] = &[
    "'--",
    "';drop/**/table/**/auth_users;--",
    "x'||(select/**/1)||'",
    "%_$1?1:a{}",
    "\\'\\\"\\\\",
    "\"`[]",
    "${jndi:ldap}",
    "{{7*7}}",
    "$2",
    "\\u0000\\x00",
];

pub(super) async fn exact<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let names = UserOf::<F>::FIELDS.usernames;
    let mut users = Vec::new();
    for text in NEIGHBOURS {
        let mut new = store.plain(&format!("{text}@example.com"))?;
        if names {
            new.username = Some(username(text)?);
        }
        users.push((
            new.email.clone(),
            new.username.clone(),
            store.inserted(new).await?,
        ));
    }
    for (address, name, user) in users {
        finds(&store, &address, &user).await?;
        if let Some(name) = name {
            let found = store.find(name.clone()).await?;
            let is = found.is_some_and(|found| found.id() == user.id());
            ensure(is, || format!("find by user name missed {name}"))?;
        }
    }
    // Beside a known user: texts that differ slightly, which belong to no user.
    store.inserted(store.plain("known@example.com")?).await?;
    for unknown in [
        "somebod@example.com",
        "somebodyy@example.com",
        "some%@example.com",
        "somebod_@example.com",
        "sömebody@example.com",
        "known@example.co",
        "known@example.comm",
    ] {
        ensure(store.find(email(unknown)?).await?.is_none(), || {
            format!("find by address found a user for {unknown}")
        })?;
    }
    Ok(())
}

async fn finds<F: UserFixture>(
    store: &StoreUnderTest<F>,
    address: &EmailAddress,
    user: &super::UserOf<F>,
) -> Tried {
    match store.find(address.clone()).await? {
        Some(found) if found.id() == user.id() => Ok(()),
        Some(found) => {
            let other = found.email();
            broken(format!("find by address found {other} for {address}"))
        }
        None => broken(format!("find by address missed {address}")),
    }
}

pub(super) async fn hostile<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let fields = UserOf::<F>::FIELDS;
    for (number, text) in HOSTILE.iter().enumerate() {
        let mut new = NewUser {
            password_hash: Some(hash(text)),
            ..store.plain(&format!("o'hara{number}@example.com"))?
        };
        if fields.usernames {
            new.username = Some(username(text)?);
        }
        if fields.roles {
            new.roles = roles([*text, "a, b", "c d", "[\"e\"]"])?;
        }
        let (name, given) = (new.username.clone(), new.roles.clone());
        let user = store.inserted(new).await?;
        if let Some(name) = name {
            let found = store.find(name).await?;
            ensure(found.is_some_and(|found| found.id() == user.id()), || {
                format!("find by user name missed {text}")
            })?;
        }
        let change = UserChange {
            password_hash: Some(hash(&format!("{text}{text}"))),
            ..UserChange::default()
        };
        store
            .update(user.id(), change, Precondition::anything())
            .await?;
        let stored = store.there(user.id()).await?;
        let stored_hash = stored
            .password_hash()
            .map(|hash| hash.as_stored_str().to_owned());
        ensure_eq("the hash", &stored_hash, &Some(format!("{text}{text}")))?;
        ensure(*stored.roles() == given, || {
            format!("the roles are {:?} and should be {given:?}", stored.roles())
        })?;
        let address = stored.email().clone();
        finds(&store, &address, &user).await?;
    }
    let listed = store.listed().await?;
    ensure_eq("users in the end", &listed, &(HOSTILE.len() as u64))
}

pub(super) async fn longest<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let fields = UserOf::<F>::FIELDS;
    // Four bytes a character, so that a limit in bytes shows as well.
    let long = |length: usize, last: &str| format!("{}{last}", "𐐨".repeat(length - 1));
    for last in ["a", "b"] {
        let address = widest_address(last);
        let mut new = NewUser {
            password_hash: Some(hash(&"h".repeat(128))),
            ..store.plain(&address)?
        };
        if fields.usernames {
            new.username = Some(username(&long(Username::MAX_CODE_POINTS, last))?);
        }
        if fields.roles {
            let name = |number| format!("{}{number:02}", "𐐨".repeat(Role::MAX_CODE_POINTS - 2));
            let names: Vec<_> = (0..Roles::MAX).map(name).collect();
            new.roles = roles(names.iter().map(String::as_str))?;
        }
        let (name, given) = (new.username.clone(), new.roles.clone());
        let user = store.inserted(new).await?;
        let stored = store.there(user.id()).await?;
        let address = email(&address)?;
        ensure(*stored.email() == address, || {
            "the longest address was cut".to_owned()
        })?;
        ensure(stored.username() == name.as_ref(), || {
            "the longest user name was cut".to_owned()
        })?;
        ensure(*stored.roles() == given, || {
            "the longest roles were cut".to_owned()
        })?;
        let length = stored
            .password_hash()
            .map(|hash| hash.as_stored_str().len());
        ensure_eq("the length of the longest hash", &length, &Some(128))?;
        finds(&store, &address, &user).await?;
        let address = longest_address(last);
        let user = store.inserted(store.plain(&address)?).await?;
        finds(&store, &email(&address)?, &user).await?;
    }
    Ok(())
}

/// Returns an address with the most bytes: 64 octets, and a host whose ASCII form has 253.
fn widest_address(last: &str) -> String {
    let (local, label) = ("𐐨".repeat(16), "𐐨".repeat(56));
    format!("{local}@{label}.{label}.{label}.{}{last}", "𐐨".repeat(52))
}

/// Returns an address with the most code points.
fn longest_address(last: &str) -> String {
    let (local, label) = ("x".repeat(64), "x".repeat(63));
    format!("{local}@{label}.{label}.{label}.{}{last}", "x".repeat(60))
}
