//! A store that cannot answer.

use super::{KEY, StoreUnderTest, credential, next, owner};
use crate::error::StoreError;
use crate::store::CredentialStore;
use crate::testing::contract::case_run::{Tried, ensure, race, skipped};

pub(super) async fn nothing_is_absent<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let Some(outage) = store.fresh.outage() else {
        return skipped("the fixture makes no outage");
    };
    let existing = credential(&owner("grace")?, &KEY, "existing")?;
    let absent = credential(&owner("ada")?, &KEY, "absent")?;
    let swapped = next(&absent, "next")?;
    store.inserted(&existing).await?;
    outage.begin().await;
    // All at once: a store may wait for a while until it gives up. If one carries a call out after
    // all, the call does nothing to the credential that exists.
    let answers = race(8, |number| {
        let store = store.clone();
        let (existing, absent, next) = (existing.clone(), absent.clone(), swapped.clone());
        async move {
            let calls = store.store();
            let (kind, id) = (&absent.kind, &absent.id);
            Ok(match number {
                0 => (
                    "insert_credential",
                    answered(&calls.insert_credential(absent).await),
                ),
                1 => {
                    let found = calls.credential(&existing.kind, &existing.id).await;
                    ("credential", answered(&found))
                }
                2 => ("credential", answered(&calls.credential(kind, id).await)),
                3 => (
                    "credentials_of",
                    answered(&calls.credentials_of(&existing.owner, None, 10).await),
                ),
                4 => (
                    "credentials_after",
                    answered(&calls.credentials_after(kind, None, 10).await),
                ),
                5 => (
                    "swap_credential",
                    answered(&calls.swap_credential(&next).await),
                ),
                6 => (
                    "delete_credential",
                    answered(&calls.delete_credential(&absent.owner, kind, id).await),
                ),
                _ => (
                    "delete_credentials_of",
                    answered(&calls.delete_credentials_of(&absent.owner, None).await),
                ),
            })
        }
    })
    .await;
    outage.end().await;
    for (method, answered) in answers? {
        ensure(!answered, || format!("{method} answered during the outage"))?;
    }
    store.holds("after the outage", &existing).await
}

fn answered<T>(answer: &Result<T, StoreError>) -> bool {
    answer.is_ok()
}
