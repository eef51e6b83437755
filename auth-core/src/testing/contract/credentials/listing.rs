//! Lists of an owner's credentials.

use super::{CODE, INSTANT, KEY, StoreUnderTest, credential, next, owner, start};
use crate::store::{CredentialKind, CredentialStore, Owner, StoredCredential};
use crate::testing::contract::case_run::{Tried, ensure_eq};

/// In no order, and with letters that some collations sort in another way than their bytes.
const NAMES: [&str; 12] = [
    "-", "Z", "b", "10", "A", "a1", "aa", "B", "_", "9", "a", "~",
];

pub(super) async fn order_and_limit<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let (ada, grace) = (owner("ada")?, owner("grace")?);
    store.inserted(&credential(&grace, &KEY, "hers")?).await?;
    let mut rows = Vec::new();
    // Some are of one time, and some of those of one kind.
    for (number, name) in (0..).zip(NAMES) {
        let kind = if number % 3 == 0 { &KEY } else { &CODE };
        let row = StoredCredential {
            created_at: start() - INSTANT * (number % 2),
            ..credential(&ada, kind, name)?
        };
        store.inserted(&row).await?;
        rows.push(row);
    }
    for limit in [0, 1, 3, 4, 11, 12, 13, u32::MAX] {
        lists(&store, &ada, &rows, limit).await?;
    }
    // A use moves nothing.
    for row in &mut rows {
        *row = StoredCredential {
            last_used_at: Some(start()),
            ..next(row, "used")?
        };
        store.swaps("a swap", row, true).await?;
    }
    lists(&store, &ada, &rows, 5).await
}

async fn lists<S: CredentialStore>(
    store: &StoreUnderTest<S>,
    owner: &Owner,
    rows: &[StoredCredential],
    limit: u32,
) -> Tried {
    let unknown = CredentialKind::from_static("test-unknown");
    for kind in [None, Some(&KEY), Some(&CODE), Some(&unknown)] {
        let of_kind = |row: &&StoredCredential| kind.is_none_or(|kind| row.kind == *kind);
        let mut expected: Vec<_> = rows.iter().filter(of_kind).collect();
        expected.sort_by_key(|row| (row.created_at, &row.kind, &row.id));
        expected.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let listed = store.list(owner, kind, limit).await?;
        let ids = listed.iter().map(|row| &row.id);
        ensure_eq(
            &format!("a list of at most {limit}"),
            &ids.collect::<Vec<_>>(),
            &expected.iter().map(|row| &row.id).collect(),
        )?;
        let same = listed.iter().zip(expected).all(|(one, other)| one == other);
        let what = "whether a list shows credentials as they are";
        ensure_eq(what, &same, &true)?;
    }
    Ok(())
}
