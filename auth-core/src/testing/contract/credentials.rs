//! The cases of `CredentialStore`, and the store that they use.

mod basics;
mod cancel;
mod deletion;
mod exact;
mod insertion;
mod listing;
mod outage;
mod pages;
mod reads;
mod removal;
mod sealed;
mod swap;
mod users;

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::case_run::{Stop, Tried, broken, ensure, ensure_eq, failed, judge};
use super::fixture::{CredentialFixture, Fresh, UserFixture};
use super::{Guarantee, Verdict};
use crate::store::{
    CredentialData, CredentialId, CredentialInsert, CredentialKind, CredentialStore, Owner,
    StoredCredential,
};

/// The finest time that every engine must hold.
const INSTANT: Duration = Duration::MICROSECOND;

static KEY: CredentialKind = CredentialKind::from_static("test-key");
static CODE: CredentialKind = CredentialKind::from_static("test-code");

/// Tries one guarantee on a fresh store.
pub(super) async fn try_one<F: CredentialFixture>(
    fixture: Arc<F>,
    guarantee: Guarantee,
) -> Verdict {
    judge(async move {
        let fresh = fixture.fresh().await;
        run(StoreUnderTest { fresh }, guarantee).await
    })
    .await
}

/// Tries one guarantee on a fresh store that holds users as well.
pub(super) async fn try_joint<F>(fixture: Arc<F>, guarantee: Guarantee) -> Verdict
where
    F: UserFixture<Store: CredentialStore>,
{
    judge(async move {
        let fresh = fixture.fresh().await;
        match guarantee {
            Guarantee::CredentialsGoWithUser => {
                users::go_with_their_user(&*fixture, StoreUnderTest { fresh }).await
            }
            other => broken(format!("{other} does not belong to credentials of users")),
        }
    })
    .await
}

async fn run<S: CredentialStore>(store: StoreUnderTest<S>, guarantee: Guarantee) -> Tried {
    match guarantee {
        Guarantee::CredentialRoundTrip => basics::round_trip(store).await,
        Guarantee::CredentialAbsence => basics::absence(store).await,
        Guarantee::UniqueCredential => insertion::unique(store).await,
        Guarantee::CredentialSwap => swap::from_previous_version(store).await,
        Guarantee::OneCredentialSwapWins => swap::one_wins(store).await,
        Guarantee::SwapOfDeletedCredential => swap::of_deleted(store).await,
        Guarantee::OneCredentialDeletionWins => deletion::one_wins(store).await,
        Guarantee::CredentialListing => listing::order_and_limit(store).await,
        Guarantee::CredentialPages => pages::of_a_kind(store).await,
        Guarantee::ExactCredentials => exact::keys_and_owners(store).await,
        Guarantee::CredentialRemoval => removal::of_an_owner(store).await,
        Guarantee::CredentialWritesAreRead => reads::own_writes(store).await,
        Guarantee::SealedCredentials => sealed::outlives_its_key(store).await,
        Guarantee::Cancellation => cancel::dropped_calls(store).await,
        Guarantee::Outage => outage::nothing_is_absent(store).await,
        other => broken(format!("{other} does not belong to a store of credentials")),
    }
}

/// A fresh store, with calls that end the case if they fail.
struct StoreUnderTest<S> {
    fresh: Fresh<S>,
}

impl<S: CredentialStore> StoreUnderTest<S> {
    fn store(&self) -> &S {
        self.fresh.store()
    }

    async fn insert(&self, row: &StoredCredential) -> Tried<CredentialInsert> {
        let inserted = self.store().insert_credential(row.clone()).await;
        inserted.map_err(|error| failed("insert_credential", &error))
    }

    /// Inserts a credential that does not exist.
    async fn inserted(&self, row: &StoredCredential) -> Tried {
        let outcome = self.insert(row).await?;
        let what = format!("the first insertion of {} {}", row.kind, row.id);
        ensure_eq(&what, &outcome, &CredentialInsert::Inserted)
    }

    async fn find(&self, row: &StoredCredential) -> Tried<Option<StoredCredential>> {
        let found = self.store().credential(&row.kind, &row.id).await;
        found.map_err(|error| failed("credential", &error))
    }

    async fn list(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
        limit: u32,
    ) -> Tried<Vec<StoredCredential>> {
        let listed = self.store().credentials_of(owner, kind, limit).await;
        listed.map_err(|error| failed("credentials_of", &error))
    }

    async fn page(
        &self,
        kind: &CredentialKind,
        after: Option<&CredentialId>,
        limit: u32,
    ) -> Tried<Vec<StoredCredential>> {
        let page = self.store().credentials_after(kind, after, limit).await;
        page.map_err(|error| failed("credentials_after", &error))
    }

    async fn swap(&self, next: &StoredCredential) -> Tried<bool> {
        let swapped = self.store().swap_credential(next).await;
        swapped.map_err(|error| failed("swap_credential", &error))
    }

    async fn delete(&self, row: &StoredCredential) -> Tried<bool> {
        let deleted = self.store();
        let deleted = deleted.delete_credential(&row.owner, &row.kind, &row.id);
        deleted
            .await
            .map_err(|error| failed("delete_credential", &error))
    }

    async fn remove_of(&self, owner: &Owner, kind: Option<&CredentialKind>) -> Tried<u64> {
        let removed = self.store().delete_credentials_of(owner, kind).await;
        removed.map_err(|error| failed("delete_credentials_of", &error))
    }

    /// Asserts that the store holds exactly this credential.
    async fn holds(&self, when: &str, expected: &StoredCredential) -> Tried {
        match self.find(expected).await? {
            Some(found) => ensure(found == *expected, || {
                let difference = difference(&found, expected);
                format!("{when} a credential differs: {difference}")
            }),
            None => broken(format!("{when} a credential does not exist")),
        }
    }

    /// Asserts that the store holds nothing with the kind and the id of this credential.
    async fn holds_none(&self, when: &str, row: &StoredCredential) -> Tried {
        let found = self.find(row).await?;
        ensure(found.is_none(), || {
            format!("{when} a credential exists and should not")
        })
    }

    /// Asserts what a swap returns.
    async fn swaps(&self, what: &str, next: &StoredCredential, expected: bool) -> Tried {
        ensure_eq(what, &self.swap(next).await?, &expected)
    }
}

impl<S> Clone for StoreUnderTest<S> {
    fn clone(&self) -> Self {
        Self {
            fresh: self.fresh.clone(),
        }
    }
}

/// Which columns are not the same, and how. Data is not shown.
fn difference(found: &StoredCredential, expected: &StoredCredential) -> String {
    let columns = |row: &StoredCredential| {
        let StoredCredential {
            kind,
            id,
            owner,
            data: _,
            label,
            created_at,
            last_used_at,
            version,
        } = row;
        [
            ("kind", format!("{kind:?}")),
            ("id", format!("{id:?}")),
            ("owner", format!("{owner:?}")),
            ("label", format!("{label:?}")),
            ("created_at", format!("{created_at:?}")),
            ("last_used_at", format!("{last_used_at:?}")),
            ("version", format!("{version:?}")),
        ]
    };
    let pairs = columns(found).into_iter().zip(columns(expected));
    let mut parts: Vec<_> = pairs
        .filter(|(found, expected)| found != expected)
        .map(|((name, found), (_, expected))| format!("{name} is {found} instead of {expected}"))
        .collect();
    if found.data != expected.data {
        parts.push("the data is different".to_owned());
    }
    parts.join(", ")
}

/// A whole second, so that only the cases about fractions fail on a store that rounds.
fn start() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_800_000_000)
}

fn owner(key: &str) -> Tried<Owner> {
    Owner::new("test", key).ok_or_else(|| Stop::Broken(format!("invalid owner: {key:?}")))
}

fn id(text: &str) -> Tried<CredentialId> {
    CredentialId::new(text).ok_or_else(|| Stop::Broken(format!("invalid id: {text:?}")))
}

fn data(bytes: &[u8]) -> Tried<CredentialData> {
    CredentialData::new(bytes).ok_or_else(|| Stop::Broken("data is too long".to_owned()))
}

/// A credential with nothing that a store is likely to lose, which is a case of its own.
fn credential(of: &Owner, kind: &CredentialKind, name: &str) -> Tried<StoredCredential> {
    Ok(StoredCredential {
        kind: kind.clone(),
        id: id(name)?,
        owner: of.clone(),
        data: data(b"digest")?,
        label: None,
        created_at: start(),
        last_used_at: None,
        version: 0,
    })
}

/// The next version of a credential, with data of its own.
fn next(row: &StoredCredential, mark: &str) -> Tried<StoredCredential> {
    Ok(StoredCredential {
        data: data(mark.as_bytes())?,
        ..row.next_version()
    })
}
