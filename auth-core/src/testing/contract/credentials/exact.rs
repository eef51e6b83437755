//! Kinds, ids and owners that engines like to confuse, to execute or to cut.

use super::{KEY, StoreUnderTest, credential, id, owner};
use crate::store::{
    CredentialId, CredentialInsert, CredentialKind, CredentialStore, Owner, StoredCredential,
};
use crate::testing::contract::case_run::{Tried, ensure, ensure_eq};
use crate::testing::contract::names::NAMES;

pub(super) async fn keys_and_owners<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let ada = owner("ada")?;
    let mut rows = Vec::new();
    for kind in kinds() {
        rows.push(StoredCredential {
            kind,
            ..credential(&ada, &KEY, "one")?
        });
    }
    for id in ids()? {
        rows.push(StoredCredential {
            id,
            ..credential(&ada, &KEY, "one")?
        });
    }
    for row in &rows {
        let outcome = store.insert(row).await?;
        ensure(outcome == CredentialInsert::Inserted, || {
            let (kind, id) = (&row.kind, &row.id);
            format!("another credential is taken for {kind:?} {id:?}")
        })?;
    }
    for row in &rows {
        let when = format!("of the kind {:?} and the id {:?}", row.kind, row.id);
        store.holds(&when, row).await?;
    }
    for row in &rows {
        let deleted = store.delete(row).await?;
        let what = format!("a deletion of {:?} {:?}", row.kind, row.id);
        ensure_eq(&what, &deleted, &true)?;
    }
    owners(&store).await
}

fn kinds() -> impl Iterator<Item = CredentialKind> {
    let longest = |last: &str| "z".repeat(CredentialKind::MAX_BYTES - 1) + last;
    let names = ["a", "aa", "a-", "a_", "-", "_", "0", "00", "1"].map(str::to_owned);
    let long = [longest(""), longest("y"), longest("z"), longest("_")];
    let all = names.into_iter().chain(long);
    all.filter_map(CredentialKind::from_stored)
}

fn ids() -> Tried<Vec<CredentialId>> {
    let mut ids: Vec<_> = NAMES
        .iter()
        .filter_map(|name| CredentialId::new(*name))
        .collect();
    let last = CredentialId::MAX_BYTES - 1;
    for end in ["", "x", "y", "X", "!"] {
        ids.push(id(&format!("{}{end}", "x".repeat(last)))?);
    }
    let longest = ids.iter().map(|id| id.as_str().len()).max();
    let most = Some(CredentialId::MAX_BYTES);
    ensure_eq("the longest id", &longest, &most)?;
    Ok(ids)
}

async fn owners<S: CredentialStore>(store: &StoreUnderTest<S>) -> Tried {
    let mut owners = Vec::new();
    for name in NAMES {
        owners.push(owner(name)?);
    }
    owners.extend(Owner::new("Test", "a"));
    owners.extend(Owner::new("tes", "a"));
    let room = Owner::MAX_BYTES - "test:".len();
    for last in ["x", "y", "X", " "] {
        owners.push(owner(&format!("{}{last}", "x".repeat(room - 1)))?);
        owners.push(owner(&format!("{}{last}", "x".repeat(room - 2)))?);
    }
    owners.push(owner(&"é".repeat(room / 2))?);

    let mut rows = Vec::new();
    for (number, owner) in owners.iter().enumerate() {
        let row = credential(owner, &KEY, &format!("of{number}"))?;
        store.inserted(&row).await?;
        rows.push(row);
    }
    for row in &rows {
        let listed = store.list(&row.owner, None, 100).await?;
        let what = format!("the credentials of {:?}", row.owner.as_str());
        ensure_eq(&what, &listed, &vec![row.clone()])?;
    }
    for (number, row) in rows.iter().enumerate() {
        let what = format!("a removal of the credentials of {:?}", row.owner.as_str());
        let kind = (number % 2 == 0).then_some(&KEY);
        let removed = store.remove_of(&row.owner, kind).await?;
        ensure_eq(&what, &removed, &1)?;
    }
    Ok(())
}
