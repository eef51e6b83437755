//! Lists: order, limits, and pages while users are inserted and deleted.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use super::{IdOf, StoreUnderTest};
use crate::store::{PageStart, Precondition};
use crate::testing::contract::case_run::{Tried, end_of_task, ensure, ensure_eq};
use crate::testing::contract::fixture::UserFixture;
use crate::user::AuthUser;

/// More than nine, so that keys which are numbers but are sorted as text show it.
const USERS: usize = 12;

pub(super) async fn order<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let mut ids = Vec::new();
    for number in 0..USERS {
        let new = store.plain(&format!("u{number}@example.com"))?;
        ids.push(store.inserted(new).await?.id().clone());
    }
    ids.sort_unstable();
    let from = |start: usize| ids.get(start..).unwrap_or_default();

    for limit in [1, 3, 12, 100] {
        for offset in [0, 1, 5, 11, 12, 13] {
            let start = PageStart::Offset(offset as u64);
            is_page(&store, limit, start, from(offset)).await?;
        }
        is_page(&store, limit, PageStart::Offset(u64::MAX), &[]).await?;
        is_page(&store, limit, PageStart::Offset(i64::MAX as u64), &[]).await?;
        is_page(&store, limit, PageStart::After(None), from(0)).await?;
        for (position, id) in ids.iter().enumerate() {
            let start = PageStart::After(Some(id.clone()));
            is_page(&store, limit, start, from(position + 1)).await?;
        }
    }
    Ok(())
}

/// The page has the first of these keys, and the total of all.
async fn is_page<F: UserFixture>(
    store: &StoreUnderTest<F>,
    limit: u32,
    start: PageStart<IdOf<F>>,
    rest: &[IdOf<F>],
) -> Tried {
    let what = format!("at most {limit} users from {start:?}");
    let page = store.list(limit, start).await?;
    let listed: Vec<_> = page.items.iter().map(AuthUser::id).collect();
    let expected: Vec<_> = rest.iter().take(limit as usize).collect();
    ensure_eq(&what, &listed, &expected)?;
    ensure_eq(
        &format!("the total with {what}"),
        &page.total,
        &(USERS as u64),
    )
}

pub(super) async fn stable_pages<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let mut residents = BTreeSet::new();
    let mut visitors = Vec::new();
    for number in 0..32 {
        let resident = store.plain(&format!("resident{number}@example.com"))?;
        residents.insert(store.inserted(resident).await?.id().clone());
        let visitor = store.plain(&format!("visitor{number}@example.com"))?;
        visitors.push(store.inserted(visitor).await?.id().clone());
    }
    // A page of one first: then each of many visitors is once where the next page begins.
    for (walk, limit) in [1, 2, 5].into_iter().enumerate() {
        let may_go = visitors.split_off(4 * (2 - walk));
        let mut others = JoinSet::new();
        others.spawn(come_and_go(store.clone(), walk));
        let walked = walk_through(store.clone(), limit, may_go).await?;
        while let Some(joined) = others.join_next().await {
            joined.map_err(end_of_task)??;
        }
        let seen: Vec<_> = walked
            .into_iter()
            .filter(|id| residents.contains(id))
            .collect();
        let expected: Vec<_> = residents.iter().cloned().collect();
        ensure_eq(
            "those who are there the whole time, page by page",
            &seen,
            &expected,
        )?;
    }
    Ok(())
}

/// All keys, page by page; after each page those of it who may go are gone, also the one whose key is
/// where the next page begins.
async fn walk_through<F: UserFixture>(
    store: StoreUnderTest<F>,
    limit: u32,
    may_go: Vec<IdOf<F>>,
) -> Tried<Vec<IdOf<F>>> {
    let mut seen = Vec::new();
    let mut after: Option<IdOf<F>> = None;
    loop {
        let page = store.list(limit, PageStart::After(after.clone())).await?;
        let Some(last) = page.items.last().map(|user| user.id().clone()) else {
            return Ok(seen);
        };
        for user in &page.items {
            let follows = seen.last().is_none_or(|before| before < user.id());
            ensure(follows, || {
                "a page by key went back or stood still".to_owned()
            })?;
            seen.push(user.id().clone());
            if may_go.contains(user.id()) {
                store.delete(user.id(), Precondition::anything()).await?;
            }
        }
        after = Some(last);
    }
}

async fn come_and_go<F: UserFixture>(store: StoreUnderTest<F>, walk: usize) -> Tried {
    for number in 0..16 {
        let new = store.plain(&format!("passing{walk}-{number}@example.com"))?;
        let user = store.inserted(new).await?;
        tokio::task::yield_now().await;
        store.delete(user.id(), Precondition::anything()).await?;
    }
    Ok(())
}
