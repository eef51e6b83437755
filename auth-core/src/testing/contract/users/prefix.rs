//! Lists of the users whose addresses begin with a prefix.

use super::{IdOf, StoreUnderTest, UserOf, email, failed};
use crate::store::{Page, PageRequest, PageStart, Precondition, UserChange, UserDatabase};
use crate::testing::contract::case_run::{Stop, Tried, ensure_eq};
use crate::testing::contract::fixture::UserFixture;
use crate::user::{AuthUser, EmailPrefix};

/// Local parts that begin alike, or that a pattern, a collation or a wrong end of a range takes for ones that
/// do.
const LOCAL_PARTS: &[&str] = &[
    "ada",
    "ada.b",
    "ada.c",
    "ada.d",
    "ada.e",
    "adam",
    "adb",
    "ac",
    "bada",
    "a%c",
    "a_c",
    "axc",
    "a*c",
    "a'c",
    "e1",
    "é1",
    "ê1",
    "strasse",
    "straße",
    "z\u{d7ff}1",
    "z\u{e000}1",
    "𐐨a",
    "𐑀a",
    "\u{10ffff}a",
];

/// Prefixes, each with a different number of users.
const PREFIXES: &[&str] = &[
    "a",
    "ada",
    "ada.",
    "ada@",
    "ada@example.com",
    "ada@example.common",
    "ad",
    "a%",
    "a_",
    "a*",
    "a'",
    "%",
    "_",
    "e",
    "é",
    "stras",
    "straß",
    "z\u{d7ff}",
    "z",
    "𐐨",
    "\u{10ffff}",
    "unknown",
];

pub(super) async fn exact<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let mut users = Vec::new();
    for local in LOCAL_PARTS {
        let new = store.plain(&format!("{local}@example.com"))?;
        let address = new.email.clone();
        users.push((store.inserted(new).await?.id().clone(), address));
    }
    users.sort_unstable();
    for text in PREFIXES {
        let prefix = prefix(text)?;
        let matching = users.iter().filter(|(_, email)| prefix.matches(email));
        let matching: Vec<_> = matching.map(|(id, _)| id.clone()).collect();
        is_list(&store, &prefix, &matching).await?;
    }
    changes_are_seen(&store, &users.swap_remove(0).0).await
}

/// A list of a prefix follows a change of an address and a deletion.
async fn changes_are_seen<F: UserFixture>(store: &StoreUnderTest<F>, id: &IdOf<F>) -> Tried {
    let moved = prefix("moved")?;
    let change = UserChange {
        email: Some(email("moved@example.com")?),
        ..UserChange::default()
    };
    store.updated(id, change).await?;
    is_list(store, &moved, std::slice::from_ref(id)).await?;
    store.delete(id, Precondition::anything()).await?;
    is_list(store, &moved, &[]).await
}

/// The list of the prefix has these keys, by offset and by key.
async fn is_list<F: UserFixture>(
    store: &StoreUnderTest<F>,
    prefix: &EmailPrefix,
    ids: &[IdOf<F>],
) -> Tried {
    let from = |start: usize| ids.get(start..).unwrap_or_default();
    for limit in [2, 100] {
        for offset in [0, 1, ids.len()] {
            let start = PageStart::Offset(offset as u64);
            is_page(store, prefix, limit, start, (from(offset), ids)).await?;
        }
        let start = PageStart::After(None);
        is_page(store, prefix, limit, start, (from(0), ids)).await?;
        for (place, id) in ids.iter().enumerate() {
            let start = PageStart::After(Some(id.clone()));
            is_page(store, prefix, limit, start, (from(place + 1), ids)).await?;
        }
    }
    Ok(())
}

/// The page has the first of the rest of these keys, and the total of all of them.
async fn is_page<F: UserFixture>(
    store: &StoreUnderTest<F>,
    prefix: &EmailPrefix,
    limit: u32,
    start: PageStart<IdOf<F>>,
    (rest, all): (&[IdOf<F>], &[IdOf<F>]),
) -> Tried {
    let what = format!("at most {limit} users of the prefix {prefix} from {start:?}");
    let page = list(store, prefix, limit, start).await?;
    let listed: Vec<_> = page.items.iter().map(AuthUser::id).collect();
    let expected: Vec<_> = rest.iter().take(limit as usize).collect();
    ensure_eq(&what, &listed, &expected)?;
    let total = all.len() as u64;
    ensure_eq(&format!("the total with {what}"), &page.total, &total)
}

async fn list<F: UserFixture>(
    store: &StoreUnderTest<F>,
    prefix: &EmailPrefix,
    limit: u32,
    start: PageStart<IdOf<F>>,
) -> Tried<Page<UserOf<F>>> {
    let request = PageRequest {
        limit,
        start,
        email: Some(prefix.clone()),
    };
    let page = store.store().list(request).await;
    page.map_err(|error| failed("list", &error))
}

fn prefix(text: &str) -> Tried<EmailPrefix> {
    EmailPrefix::parse(text).map_err(|error| Stop::Broken(format!("{text}: {error}")))
}
