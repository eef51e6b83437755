//! A store that cannot answer.

use super::{StoreUnderTest, next, owner, session_of, start};
use crate::error::StoreError;
use crate::store::{SessionPage, SessionStore};
use crate::testing::contract::case_run::{Tried, ensure, race, skipped};
use crate::user::Epoch;

pub(super) async fn nothing_is_absent<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let Some(outage) = store.fresh.outage() else {
        return skipped("the fixture makes no outage");
    };
    let (ada, start) = (owner("ada")?, start());
    let (there, absent) = (session_of(&owner("there")?)?, session_of(&ada)?);
    store.insert(&there).await?;
    outage.begin().await;
    // All at once: a store may wait for a while until it gives up. Should one carry a call out after
    // all, it does nothing to the session that is there.
    let answers = race(9, |number| {
        let (store, ada) = (store.clone(), ada.clone());
        let (there, absent) = (there.clone(), absent.clone());
        async move {
            let inner = store.store();
            Ok(match number {
                0 => (
                    "insert_session",
                    answered(&inner.insert_session(absent).await),
                ),
                1 => ("session", answered(&inner.session(&there.id).await)),
                2 => ("session", answered(&inner.session(&absent.id).await)),
                3 => {
                    let next = next(&absent, "next");
                    ("swap_session", answered(&inner.swap_session(&next).await))
                }
                4 => (
                    "delete_session",
                    answered(&inner.delete_session(&absent.id).await),
                ),
                5 => {
                    let page = SessionPage::first(10);
                    let list = inner.sessions_of(&there.owner, Epoch::FIRST, start, page);
                    ("sessions_of", answered(&list.await))
                }
                6 => (
                    "delete_sessions_before",
                    answered(&inner.delete_sessions_before(&ada, Epoch::FIRST, 10).await),
                ),
                7 => (
                    "delete_sessions_of",
                    answered(&inner.delete_sessions_of(&ada).await),
                ),
                _ => (
                    "purge_sessions",
                    answered(&inner.purge_sessions(start, 10).await),
                ),
            })
        }
    })
    .await;
    outage.end().await;
    for (method, answered) in answers? {
        ensure(!answered, || format!("{method} answered during the outage"))?;
    }
    store
        .holds("after the outage", &there.id, Some(&there))
        .await
}

fn answered<T>(answer: &Result<T, StoreError>) -> bool {
    answer.is_ok()
}
