//! The cases of `AccessLookup`.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::case_run::{Stop, Tried, broken, ensure_eq, failed, judge, race, skipped};
use super::fixture::{Fresh, UserFixture};
use super::{Guarantee, Verdict};
use crate::login::Methods;
use crate::password::PasswordHash;
use crate::session::SessionId;
use crate::store::{
    AccessLookup, AccessQuery, AccessRecord, ExpiringKey, ExpiringStore, InsertOutcome, NewUser,
    Owner, Precondition, SessionStore, SessionTokens, StoredSession, UserChange, UserDatabase,
    UserQuery,
};
use crate::user::{AuthUser, EmailAddress, Epoch, Roles};

type UserOf<F> = <<F as UserFixture>::Store as UserDatabase>::User;

/// The realm of the owners of these cases.
const REALM: &str = "users";

/// Tries one guarantee on a fresh store.
pub(super) async fn try_one<F>(fixture: Arc<F>, guarantee: Guarantee) -> Verdict
where
    F: UserFixture<Store: SessionStore + ExpiringStore>,
{
    judge(async move {
        let fresh = fixture.fresh().await;
        let world = World::<F>::new(&fixture, fresh).await?;
        match guarantee {
            Guarantee::LookUpAnswers => answers(world).await,
            Guarantee::LookUpOwner => owners(world).await,
            Guarantee::LookUpReadsWrites => reads_writes(world).await,
            Guarantee::LookUpOutage => outage(world).await,
            other => broken(format!("{other} is not a guarantee of a look-up")),
        }
    })
    .await
}

/// A store with two users, a session of the first one, and a token of it.
struct World<F: UserFixture> {
    fresh: Fresh<F::Store>,
    ada: UserOf<F>,
    grace: UserOf<F>,
    session: StoredSession,
    token: ExpiringKey,
}

/// What a query asks of each store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    revocation: bool,
    session: bool,
    owner: bool,
}

/// What an answer has, in a form that can be compared.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    is_revoked: bool,
    session: Option<StoredSession>,
    user: Option<(String, String, Epoch, bool)>,
}

impl<F> World<F>
where
    F: UserFixture<Store: SessionStore + ExpiringStore>,
{
    async fn new(fixture: &F, fresh: Fresh<F::Store>) -> Tried<Self> {
        let ada = insert(fixture, &fresh, 0, "ada@example.com").await?;
        let grace = insert(fixture, &fresh, 1, "grace@example.com").await?;
        let session = session_of(&owner(REALM, &ada.id().to_string())?)?;
        let inserted = fresh.store().insert_session(session.clone()).await;
        inserted.map_err(|error| failed("insert_session", &error))?;
        Ok(Self {
            fresh,
            ada,
            grace,
            session,
            token: ExpiringKey::new("contract", "token"),
        })
    }

    fn lookup(&self) -> Tried<&dyn AccessLookup<User = UserOf<F>>> {
        let lookup = self.fresh.store().access_lookup();
        lookup.ok_or_else(|| Stop::Broken("the store has no look-up".to_owned()))
    }

    fn query<'a>(
        &'a self,
        asked: Asked,
        user: &'a UserOf<F>,
        session: &'a SessionId,
    ) -> AccessQuery<'a, <UserOf<F> as AuthUser>::Id> {
        AccessQuery {
            revocation: asked.revocation.then_some(&self.token),
            session: asked.session.then_some(session),
            user: if asked.owner {
                UserQuery::OwnerInRealm(REALM)
            } else {
                UserQuery::Key(user.id())
            },
            now: start(),
        }
    }

    async fn look_up(
        &self,
        query: AccessQuery<'_, <UserOf<F> as AuthUser>::Id>,
    ) -> Tried<AccessRecord<UserOf<F>>> {
        let found = self.lookup()?.look_up(query).await;
        found.map_err(|error| failed("look_up", &error))
    }

    async fn user(&self, asked: Asked) -> Tried<Option<(String, String, Epoch, bool)>> {
        let query = self.query(asked, &self.ada, &self.session.id);
        Ok(seen(&self.look_up(query).await?).user)
    }
}

impl Asked {
    const USER: Self = Self {
        revocation: false,
        session: false,
        owner: false,
    };
    const REVOKED_USER: Self = Self {
        revocation: true,
        ..Self::USER
    };
    const SESSION: Self = Self {
        session: true,
        ..Self::USER
    };
    const ALL_OF_A_TOKEN: Self = Self {
        revocation: true,
        ..Self::SESSION
    };
    const OWNER: Self = Self {
        owner: true,
        ..Self::SESSION
    };

    /// Every question that the toolkit asks.
    const ALL: [Self; 5] = [
        Self::USER,
        Self::REVOKED_USER,
        Self::SESSION,
        Self::ALL_OF_A_TOKEN,
        Self::OWNER,
    ];
}

async fn answers<F>(world: World<F>) -> Tried
where
    F: UserFixture<Store: SessionStore + ExpiringStore>,
{
    let (store, now) = (world.fresh.store(), start());
    let sessions = SessionStore::store_id(store);
    let expected = Some(world.lookup()?.store_id());
    ensure_eq("the identity of the sessions", &sessions, &expected)?;
    let entries = ExpiringStore::store_id(store);
    ensure_eq("the identity of the entries", &entries, &expected)?;
    for asked in Asked::ALL {
        let query = world.query(asked, &world.ada, &world.session.id);
        let found = seen(&world.look_up(query).await?);
        let all = Seen {
            is_revoked: false,
            session: asked.session.then(|| world.session.clone()),
            user: Some(columns(&world.ada)),
        };
        ensure_eq(&format!("the answer to {asked:?}"), &found, &all)?;
    }

    let unknown = new_id()?;
    for asked in Asked::ALL.into_iter().filter(|asked| asked.session) {
        let query = world.query(asked, &world.ada, &unknown);
        let found = seen(&world.look_up(query).await?).session;
        ensure_eq("a session that does not exist", &found, &None)?;
    }

    let until = now + Duration::MINUTE;
    let recorded = store.insert_once(&world.token, until, now).await;
    recorded.map_err(|error| failed("insert_once", &error))?;
    for asked in Asked::ALL {
        let mut query = world.query(asked, &world.ada, &world.session.id);
        let is_revoked = seen(&world.look_up(query).await?).is_revoked;
        let what = format!("whether the token of {asked:?} is revoked");
        ensure_eq(&what, &is_revoked, &asked.revocation)?;
        query.now = until;
        let is_revoked = seen(&world.look_up(query).await?).is_revoked;
        ensure_eq("whether an expired entry revokes", &is_revoked, &false)?;
    }
    Ok(())
}

async fn owners<F>(world: World<F>) -> Tried
where
    F: UserFixture<Store: SessionStore + ExpiringStore>,
{
    let (ada, grace) = (world.ada.id().to_string(), world.grace.id().to_string());
    for (owner_realm, key, realm, expected) in [
        (REALM, ada.clone(), REALM, Some(&world.ada)),
        (REALM, grace.clone(), REALM, Some(&world.grace)),
        ("staff", ada.clone(), "staff", Some(&world.ada)),
        ("staff", ada.clone(), REALM, None),
        (REALM, ada.clone(), "user", None),
        (REALM, ada.clone(), "users:", None),
        (REALM, format!("{ada}x"), REALM, None),
        (REALM, format!("x{ada}"), REALM, None),
        (REALM, String::new(), REALM, None),
        (REALM, "'; --".to_owned(), REALM, None),
    ] {
        let session = session_of(&owner(owner_realm, &key)?)?;
        let inserted = world.fresh.store().insert_session(session.clone()).await;
        inserted.map_err(|error| failed("insert_session", &error))?;
        let asked = Asked::OWNER;
        let mut query = world.query(asked, &world.ada, &session.id);
        query.user = UserQuery::OwnerInRealm(realm);
        let found = seen(&world.look_up(query).await?).user;
        let what = format!("the user of the owner {owner_realm}:{key} in the realm {realm}");
        ensure_eq(&what, &found, &expected.map(columns))?;
    }
    Ok(())
}

async fn reads_writes<F>(world: World<F>) -> Tried
where
    F: UserFixture<Store: SessionStore + ExpiringStore>,
{
    const ROUNDS: u32 = 12;
    let world = Arc::new(world);
    // Each task writes rows of its own, and reads them in another task.
    race(8, |number| {
        let world = Arc::clone(&world);
        async move {
            for round in 0..ROUNDS {
                written(&world, number * ROUNDS + round).await?;
            }
            Ok(())
        }
    })
    .await?;

    let store = world.fresh.store();
    for round in 0..ROUNDS {
        let change = UserChange {
            is_verified: Some(round % 2 == 0),
            bump_epoch: true,
            ..UserChange::default()
        };
        let updated = store.update(world.ada.id(), change, Precondition::anything());
        updated.await.map_err(|error| failed("update", &error))?;
        let found = store.get(world.ada.id()).await;
        let found = found.map_err(|error| failed("get", &error))?;
        for asked in [Asked::USER, Asked::OWNER] {
            let user = world.user(asked).await?;
            ensure_eq(
                "the user after a change",
                &user,
                &found.as_ref().map(columns),
            )?;
        }
    }
    let deleted = store.delete(world.ada.id(), Precondition::anything(), None);
    deleted.await.map_err(|error| failed("delete", &error))?;
    for asked in [Asked::ALL_OF_A_TOKEN, Asked::OWNER] {
        ensure_eq("a deleted user", &world.user(asked).await?, &None)?;
    }
    Ok(())
}

/// Writes a session and a revocation, ends the session, and looks up after each step.
async fn written<F>(world: &Arc<World<F>>, number: u32) -> Tried
where
    F: UserFixture<Store: SessionStore + ExpiringStore>,
{
    let store = world.fresh.store();
    let token = ExpiringKey::new("contract", &format!("token {number}"));
    let session = session_of(&owner(REALM, &world.grace.id().to_string())?)?;
    let query = || AccessQuery {
        revocation: Some(&token),
        session: Some(&session.id),
        user: UserQuery::Key(world.grace.id()),
        now: start(),
    };
    let inserted = store.insert_session(session.clone()).await;
    inserted.map_err(|error| failed("insert_session", &error))?;
    let found = seen(&world.look_up(query()).await?);
    ensure_eq("a new session", &found.session.as_ref(), &Some(&session))?;
    ensure_eq("whether a new token is revoked", &found.is_revoked, &false)?;

    let until = start() + Duration::HOUR;
    let recorded = store.insert_once(&token, until, start()).await;
    recorded.map_err(|error| failed("insert_once", &error))?;
    let is_revoked = seen(&world.look_up(query()).await?).is_revoked;
    ensure_eq(
        "whether a token is revoked after it was",
        &is_revoked,
        &true,
    )?;

    let ended = store.delete_session(&session.id).await;
    ended.map_err(|error| failed("delete_session", &error))?;
    let unrevoked = AccessQuery {
        revocation: None,
        ..query()
    };
    let found = seen(&world.look_up(unrevoked).await?).session;
    ensure_eq("a session that was ended", &found, &None)
}

async fn outage<F>(world: World<F>) -> Tried
where
    F: UserFixture<Store: SessionStore + ExpiringStore>,
{
    let Some(outage) = world.fresh.outage() else {
        return skipped("the fixture makes no outage");
    };
    outage.begin().await;
    let mut answered = Vec::new();
    for asked in Asked::ALL {
        let query = world.query(asked, &world.ada, &world.session.id);
        if world.lookup()?.look_up(query).await.is_ok() {
            answered.push(asked);
        }
    }
    outage.end().await;
    ensure_eq(
        "queries that were answered in an outage",
        &answered,
        &Vec::new(),
    )?;
    let found = world.user(Asked::ALL_OF_A_TOKEN).await?;
    ensure_eq(
        "the user after an outage",
        &found,
        &Some(columns(&world.ada)),
    )
}

fn seen<U: AuthUser>(record: &AccessRecord<U>) -> Seen {
    Seen {
        is_revoked: record.is_revoked,
        session: record.session.as_deref().cloned(),
        user: record.user.as_deref().map(columns),
    }
}

fn columns<U: AuthUser>(user: &U) -> (String, String, Epoch, bool) {
    let (id, email) = (user.id().to_string(), user.email().to_string());
    (id, email, user.epoch(), user.is_verified())
}

async fn insert<F: UserFixture>(
    fixture: &F,
    fresh: &Fresh<F::Store>,
    number: u32,
    address: &str,
) -> Tried<UserOf<F>> {
    let email = EmailAddress::parse(address);
    let new = NewUser {
        email: email.map_err(|error| Stop::Broken(error.to_string()))?,
        username: None,
        password_hash: Some(PasswordHash::from_stored("$argon2id$one".to_owned())),
        is_active: true,
        is_verified: false,
        is_superuser: false,
        roles: Roles::none(),
        created_at: start(),
        columns: fixture.columns(number),
    };
    let outcome = fresh.store().insert(new).await;
    match outcome.map_err(|error| failed("insert", &error))? {
        InsertOutcome::Inserted(user) => Ok(user),
        InsertOutcome::Taken(field) => broken(format!("{field} is taken in a new store")),
    }
}

fn session_of(owner: &Owner) -> Tried<StoredSession> {
    let start = start();
    Ok(StoredSession {
        id: new_id()?,
        owner: owner.clone(),
        backend: "web".to_owned(),
        epoch: Epoch::FIRST,
        created_at: start,
        last_used_at: start,
        expires_at: start + Duration::HOUR,
        ends_at: start + Duration::DAY,
        client: Some("a browser".to_owned()),
        version: 0,
        tokens: SessionTokens::from_stored("{\"a\":1}".to_owned()),
        auth_time: start,
        methods: Methods::none(),
    })
}

fn owner(realm: &str, key: &str) -> Tried<Owner> {
    Owner::new(realm, key).ok_or_else(|| Stop::Broken(format!("no owner: {key:?}")))
}

fn new_id() -> Tried<SessionId> {
    SessionId::generate().map_err(|error| Stop::Broken(error.to_string()))
}

fn start() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_800_000_000)
}
