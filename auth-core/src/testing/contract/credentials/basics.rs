//! Written credentials are read unchanged; missing credentials are absent.

use time::Duration;

use super::{CODE, INSTANT, KEY, StoreUnderTest, credential, data, id, next, owner, start};
use crate::store::{
    CredentialData, CredentialId, CredentialKind, CredentialStore, Owner, StoredCredential,
};
use crate::testing::contract::case_run::{Tried, ensure_eq};
use crate::testing::contract::names::NAMES;

pub(super) async fn round_trip<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let mut rows = vec![longest("x", 0)?, longest("😀", 1)?];
    let all_bytes: Vec<u8> = (0..=255).collect();
    for (number, bytes) in [b"", &b" "[..], b"\0", b"a\0 ", &all_bytes]
        .iter()
        .enumerate()
    {
        rows.push(StoredCredential {
            data: data(bytes)?,
            ..credential(&owner("ada")?, &CODE, &format!("data{number}"))?
        });
    }
    for (number, name) in NAMES.iter().enumerate() {
        rows.push(StoredCredential {
            label: Some(name.replace(char::is_control, "")),
            last_used_at: Some(start() + INSTANT),
            ..credential(&owner(name)?, &KEY, &format!("name{number}"))?
        });
    }
    for row in &rows {
        store.inserted(row).await?;
    }
    for row in &rows {
        store.holds("after its insertion", row).await?;
    }
    for row in &mut rows {
        let used = changed(row)?;
        store.swaps("a swap", &used, true).await?;
        *row = used;
    }
    for row in &rows {
        store.holds("after a swap", row).await?;
    }
    Ok(())
}

/// Everything as long, as large and as fine as it may be.
fn longest(letter: &str, last: u8) -> Tried<StoredCredential> {
    let room = (Owner::MAX_BYTES - "test:".len()) / letter.len();
    let kind = CredentialKind::from_stored("k".repeat(CredentialKind::MAX_BYTES));
    let mut bytes = vec![0xff; CredentialData::MAX_BYTES - 1];
    bytes.push(last);
    Ok(StoredCredential {
        kind: kind.unwrap_or_else(|| KEY.clone()),
        id: id(&format!(
            "{last}{}",
            "~".repeat(CredentialId::MAX_BYTES - 1)
        ))?,
        owner: owner(&letter.repeat(room))?,
        data: data(&bytes)?,
        label: Some(letter.repeat(StoredCredential::MAX_LABEL_CHARS)),
        created_at: start() + Duration::microseconds(123_457),
        last_used_at: Some(start() + Duration::days(400) - INSTANT),
        version: i64::MAX - 1,
    })
}

/// The next version, with everything changed that may change.
fn changed(row: &StoredCredential) -> Tried<StoredCredential> {
    let label = row.label.is_none().then(|| "another".to_owned());
    let used_at = start() - Duration::days(9) + INSTANT;
    Ok(StoredCredential {
        label,
        last_used_at: row.last_used_at.is_none().then_some(used_at),
        ..next(row, "other data")?
    })
}

pub(super) async fn absence<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    nothing_exists(&store).await?;
    // Nor beside one that exists.
    let grace = credential(&owner("grace")?, &KEY, "hers")?;
    store.inserted(&grace).await?;
    nothing_exists(&store).await?;
    store.holds("after calls for another", &grace).await
}

async fn nothing_exists<S: CredentialStore>(store: &StoreUnderTest<S>) -> Tried {
    let ada = owner("ada")?;
    let absent = credential(&ada, &KEY, "absent")?;
    store.holds_none("before any insertion", &absent).await?;
    // Neither the first version nor a later one.
    for row in [absent.clone(), next(&absent, "later")?] {
        store.swaps("a swap of nothing", &row, false).await?;
    }
    store.holds_none("after a swap of nothing", &absent).await?;
    let deleted = store.delete(&absent).await?;
    ensure_eq("a deletion of nothing", &deleted, &false)?;
    for kind in [None, Some(&KEY), Some(&CODE)] {
        let listed = store.list(&ada, kind, 10).await?;
        ensure_eq("the list of an owner without credentials", &listed, &vec![])?;
        let removed = store.remove_of(&ada, kind).await?;
        ensure_eq("a removal of an owner without credentials", &removed, &0)?;
    }
    let page = store.page(&CODE, None, 10).await?;
    ensure_eq("a page of a kind without credentials", &page, &vec![])
}
