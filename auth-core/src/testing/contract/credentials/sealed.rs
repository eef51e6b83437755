//! A capability as later ones are built: a secret of an owner, sealed in the store.

use time::{Duration, OffsetDateTime};

use super::{StoreUnderTest, data, owner, start};
use crate::secret::{
    MasterSecret, OpenSealedError, Opened, Sealer, Secret, constant_time_eq, same_secret,
};
use crate::store::{
    CredentialId, CredentialInsert, CredentialKind, CredentialStore, Owner, StoredCredential,
};
use crate::testing::contract::case_run::{RACERS, Stop, Tried, broken, ensure, ensure_eq, race};
use crate::testing::master_secret;

const PIN: CredentialKind = CredentialKind::from_static("test-pin");

/// A pin of each owner.
struct Pins<S> {
    store: StoreUnderTest<S>,
    sealer: Sealer,
}

impl<S: CredentialStore> Pins<S> {
    async fn enrol(&self, owner: &Owner, pin: &str) -> Tried<CredentialInsert> {
        let mut row = StoredCredential {
            kind: PIN,
            id: CredentialId::of_owner(owner),
            owner: owner.clone(),
            data: data(b"")?,
            label: None,
            created_at: start(),
            last_used_at: None,
            version: 0,
        };
        let sealed = self.sealer.seal(&row.seal_context(), pin.as_bytes());
        row.data = data(&sealed.map_err(stop)?)?;
        self.store.insert(&row).await
    }

    /// The row, and what it holds.
    async fn open(&self, owner: &Owner) -> Tried<(StoredCredential, Opened)> {
        let id = CredentialId::of_owner(owner);
        let page = self.store.list(owner, Some(&PIN), 1).await?;
        let Some(row) = page.into_iter().find(|row| row.id == id) else {
            return broken("a pin is not in the list of its owner");
        };
        let Some(row) = self.store.find(&row).await? else {
            return broken("a pin is not found by its id");
        };
        let opened = self.sealer.open(&row.seal_context(), row.data.as_bytes());
        Ok((row, opened.map_err(stop)?))
    }

    /// Whether this is the pin, and whether this call has sealed it anew.
    async fn check(&self, owner: &Owner, pin: &str, now: OffsetDateTime) -> Tried<(bool, bool)> {
        let (row, opened) = self.open(owner).await?;
        let is_right = constant_time_eq(opened.data.expose(), pin.as_bytes());
        if !is_right || !opened.needs_reseal {
            return Ok((is_right, false));
        }
        let sealed = self.sealer.seal(&row.seal_context(), opened.data.expose());
        let next = StoredCredential {
            data: data(&sealed.map_err(stop)?)?,
            last_used_at: Some(now),
            ..row.next_version()
        };
        // The other callers of a race have read the row before one of them writes.
        tokio::task::yield_now().await;
        Ok((is_right, self.store.swap(&next).await?))
    }
}

pub(super) async fn outlives_its_key<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let master = master_secret();
    let pins = Pins {
        store: store.clone(),
        sealer: Sealer::new(&master),
    };
    let (ada, grace) = (owner("ada")?, owner("grace")?);
    for (owner, pin) in [(&ada, "1815-12-10"), (&grace, "1906-12-09")] {
        let outcome = pins.enrol(owner, pin).await?;
        let what = "the first insertion of a pin";
        ensure_eq(what, &outcome, &CredentialInsert::Inserted)?;
        let again = pins.enrol(owner, "another").await?;
        let what = "a second insertion of a pin";
        ensure_eq(what, &again, &CredentialInsert::Taken)?;
        let right = pins.check(owner, pin, start()).await?;
        ensure_eq("a check of the right pin", &right, &(true, false))?;
        let wrong = pins.check(owner, "wrong", start()).await?;
        ensure_eq("a check of a wrong pin", &wrong, &(false, false))?;
    }
    stays_in_its_row(&pins, &ada, &grace).await?;
    let old = master.kid();
    changes_its_key(&pins, &master, &ada).await?;
    let (hers, opened) = pins.open(&grace).await?;
    let what = "whether a pin that was not used needs to be sealed anew";
    ensure_eq(what, &opened.needs_reseal, &true)?;

    master.retire(&old).map_err(stop)?;
    let right = pins.check(&ada, "1815-12-10", start()).await?;
    let what = "a check of a pin that was sealed anew, after its key was retired";
    ensure_eq(what, &right, &(true, false))?;
    let context = hers.seal_context();
    let refused = pins.sealer.open(&context, hers.data.as_bytes()).err();
    let what = "a pin that was not sealed anew, after its key was retired";
    ensure_eq(what, &refused, &Some(OpenSealedError::UnknownKey(old)))
}

/// Data that is copied over another row is refused there.
async fn stays_in_its_row<S: CredentialStore>(pins: &Pins<S>, ada: &Owner, grace: &Owner) -> Tried {
    let (hers, _) = pins.open(grace).await?;
    let (row, _) = pins.open(ada).await?;
    let stolen = pins.sealer.open(&row.seal_context(), hers.data.as_bytes());
    let refused = stolen.err();
    let what = "sealed data of another row";
    ensure_eq(what, &refused, &Some(OpenSealedError::Mismatch))
}

/// A new master becomes active, and 64 callers use the pin at the same time.
async fn changes_its_key<S: CredentialStore>(
    pins: &Pins<S>,
    master: &MasterSecret,
    owner: &Owner,
) -> Tried {
    let before = pins.open(owner).await?;
    let new = Secret::generate().map_err(stop)?;
    let new = master.add_next(new).map_err(stop)?;
    master.activate(&new).map_err(stop)?;
    let now = start() + Duration::DAY;
    let answers = race(RACERS, |_| {
        let (owner, sealer) = (owner.clone(), pins.sealer.clone());
        let store = pins.store.clone();
        async move {
            Pins { store, sealer }
                .check(&owner, "1815-12-10", now)
                .await
        }
    })
    .await?;
    let right = answers.iter().filter(|(is_right, _)| *is_right).count();
    let what = "how many of 64 checks found the pin to be right";
    ensure_eq(what, &right, &answers.len())?;
    let resealed = answers.iter().filter(|(_, resealed)| *resealed).count();
    let what = "how many of 64 checks sealed the pin anew";
    ensure_eq(what, &resealed, &1)?;

    let (row, opened) = pins.open(owner).await?;
    ensure(same_secret(&opened.data, &before.1.data), || {
        "the pin is another after it was sealed anew".to_owned()
    })?;
    let what = "whether a pin that was used needs to be sealed anew";
    ensure_eq(what, &opened.needs_reseal, &false)?;
    let expected = StoredCredential {
        data: row.data.clone(),
        last_used_at: Some(now),
        ..before.0.next_version()
    };
    pins.store
        .holds("after it was sealed anew", &expected)
        .await
}

fn stop(error: impl std::error::Error) -> Stop {
    Stop::Broken(error.to_string())
}
