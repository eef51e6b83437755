//! The cases of `UserDatabase`, and the store that they use.

mod basics;
mod cancel;
mod change;
mod columns;
mod deletion;
mod epoch;
mod list;
mod outage;
mod pending;
mod prefix;
mod superusers;
mod text;
mod unique;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use time::{Duration, OffsetDateTime};

use super::case_run::{Stop, Tried, broken, ensure, failed, judge};
use super::fixture::{Fresh, UserFixture};
use super::{Guarantee, Verdict};
use crate::password::PasswordHash;
use crate::store::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, NewUser, Page, PageRequest, PageStart,
    Precondition, UpdateOutcome, UserChange, UserDatabase,
};
use crate::user::AuthUser;
use crate::user::EmailAddress;
use crate::user::Roles;
use crate::user::Username;

use columns::Columns;

/// The user, its key, a new one and a change, of the store of a fixture.
type UserOf<F> = <<F as UserFixture>::Store as UserDatabase>::User;
type IdOf<F> = <UserOf<F> as AuthUser>::Id;
type New<F> = NewUser<UserOf<F>>;
type Change<F> = UserChange<UserOf<F>>;

/// Tries one guarantee on a fresh store.
pub(super) async fn try_one<F: UserFixture>(fixture: Arc<F>, guarantee: Guarantee) -> Verdict {
    judge(async move { run(StoreUnderTest::new(fixture).await, guarantee).await }).await
}

async fn run<F: UserFixture>(store: StoreUnderTest<F>, guarantee: Guarantee) -> Tried {
    match guarantee {
        Guarantee::InsertedIsFound => basics::inserted_is_found(store).await,
        Guarantee::AbsenceIsNoError => basics::absence_is_no_error(store).await,
        Guarantee::OwnWritesAreRead => basics::own_writes_are_read(store).await,
        Guarantee::PendingEmail => pending::pending(store).await,
        Guarantee::TakenOnInsert => unique::taken_on_insert(store).await,
        Guarantee::TakenOnUpdate => unique::taken_on_update(store).await,
        Guarantee::UniqueEmail => unique::one_email(store).await,
        Guarantee::UniqueUsername => unique::one_username(store).await,
        Guarantee::ExactText => text::exact(store).await,
        Guarantee::HostileText => text::hostile(store).await,
        Guarantee::LongestText => text::longest(store).await,
        Guarantee::OnlyNamedColumns => change::only_named_columns(store).await,
        Guarantee::EmptyChange => change::empty(store).await,
        Guarantee::WholeChanges => change::whole(store).await,
        Guarantee::ExpectedEpoch => epoch::expected(store).await,
        Guarantee::OneWinnerPerEpoch => epoch::one_winner(store).await,
        Guarantee::EpochBump => epoch::bump_once(store).await,
        Guarantee::LastSuperuser => superusers::last(store).await,
        Guarantee::OnlyDemotion => superusers::only_demotion(store).await,
        Guarantee::LastSuperuserRace => superusers::race_for_last(store).await,
        Guarantee::Deletion => deletion::outcomes(store).await,
        Guarantee::KeysAreNotReused => deletion::keys_are_not_reused(store).await,
        Guarantee::ListOrder => list::order(store).await,
        Guarantee::StablePages => list::stable_pages(store).await,
        Guarantee::EmailPrefixes => prefix::exact(store).await,
        Guarantee::Cancellation => cancel::dropped_calls(store).await,
        Guarantee::Outage => outage::nothing_is_absent(store).await,
        other => broken(format!("{other} is not a guarantee of a user store")),
    }
}

/// A fresh store, with new users and calls that end the case if they fail.
struct StoreUnderTest<F: UserFixture> {
    fixture: Arc<F>,
    fresh: Fresh<F::Store>,
    numbers: Arc<AtomicU32>,
}

impl<F: UserFixture> StoreUnderTest<F> {
    async fn new(fixture: Arc<F>) -> Self {
        let fresh = fixture.fresh().await;
        let numbers = Arc::new(AtomicU32::new(0));
        Self {
            fixture,
            fresh,
            numbers,
        }
    }

    fn store(&self) -> &F::Store {
        self.fresh.store()
    }

    /// A new user with a number of its own, and that number.
    fn numbered(&self, address: &str) -> Tried<(u32, New<F>)> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let new = NewUser {
            email: email(address)?,
            username: None,
            password_hash: Some(hash("$argon2id$one")),
            is_active: true,
            is_verified: false,
            is_superuser: false,
            roles: Roles::none(),
            created_at: now(),
            columns: self.fixture.columns(number),
        };
        Ok((number, new))
    }

    /// A new user: active, and nothing else.
    fn plain(&self, address: &str) -> Tried<New<F>> {
        Ok(self.numbered(address)?.1)
    }

    /// A new user with every optional field that its type has.
    fn full(&self, address: &str, name: &str) -> Tried<New<F>> {
        let fields = UserOf::<F>::FIELDS;
        let mut new = NewUser {
            is_verified: true,
            is_superuser: fields.superusers,
            ..self.plain(address)?
        };
        if fields.usernames {
            new.username = Some(username(name)?);
        }
        if fields.roles {
            new.roles = roles(["billing", "a \"quoted\" role", "ops,[x]"])?;
        }
        Ok(new)
    }

    fn admin(&self, address: &str) -> Tried<New<F>> {
        Ok(NewUser {
            is_superuser: true,
            ..self.plain(address)?
        })
    }

    async fn insert(&self, new: New<F>) -> Tried<InsertOutcome<UserOf<F>>> {
        let inserted = self.store().insert(new).await;
        inserted.map_err(|error| failed("insert", &error))
    }

    /// Inserts a user whose address and name are free.
    async fn inserted(&self, new: New<F>) -> Tried<UserOf<F>> {
        let address = new.email.clone();
        match self.insert(new).await? {
            InsertOutcome::Inserted(user) => Ok(user),
            InsertOutcome::Taken(field) => broken(format!(
                "the insertion of {address} answered that {field} is taken, which it is not"
            )),
        }
    }

    async fn get(&self, id: &IdOf<F>) -> Tried<Option<UserOf<F>>> {
        let found = self.store().get(id).await;
        found.map_err(|error| failed("get", &error))
    }

    /// Returns the user with this key, which must exist.
    async fn there(&self, id: &IdOf<F>) -> Tried<UserOf<F>> {
        match self.get(id).await? {
            Some(user) => Ok(user),
            None => broken(format!("get answered that there is no user {id}")),
        }
    }

    async fn find(&self, login: impl Into<LoginIdentifier>) -> Tried<Option<UserOf<F>>> {
        let found = self.store().find(&login.into()).await;
        found.map_err(|error| failed("find", &error))
    }

    async fn update(
        &self,
        id: &IdOf<F>,
        change: Change<F>,
        expect: Precondition,
    ) -> Tried<UpdateOutcome<UserOf<F>>> {
        let updated = self.store().update(id, change, expect).await;
        updated.map_err(|error| failed("update", &error))
    }

    /// Applies a change that must succeed.
    async fn updated(&self, id: &IdOf<F>, change: Change<F>) -> Tried<UserOf<F>> {
        let what = format!("{change:?}");
        match self.update(id, change, Precondition::anything()).await? {
            UpdateOutcome::Updated(user) => Ok(user),
            other => broken(format!("{what} answered {}", update_name(&other))),
        }
    }

    async fn delete(&self, id: &IdOf<F>, expect: Precondition) -> Tried<DeleteOutcome> {
        let deleted = self.store().delete(id, expect, None).await;
        deleted.map_err(|error| failed("delete", &error))
    }

    async fn list(&self, limit: u32, start: PageStart<IdOf<F>>) -> Tried<Page<UserOf<F>>> {
        let request = PageRequest {
            limit,
            start,
            email: None,
        };
        let page = self.store().list(request).await;
        page.map_err(|error| failed("list", &error))
    }

    /// Returns the number of listed users, up to a hundred.
    async fn listed(&self) -> Tried<u64> {
        let page = self
            .list(PageRequest::<()>::MAX_LIMIT, PageStart::Offset(0))
            .await?;
        Ok(page.items.len() as u64)
    }

    /// Asserts that the store still holds exactly this.
    async fn unchanged(&self, id: &IdOf<F>, before: &Columns, after: &str) -> Tried {
        let stored = Columns::of_user::<F>(&self.there(id).await?);
        ensure(stored == *before, || {
            format!("{after}, {}", before.difference(&stored))
        })
    }
}

impl<F: UserFixture> Clone for StoreUnderTest<F> {
    fn clone(&self) -> Self {
        Self {
            fixture: Arc::clone(&self.fixture),
            fresh: self.fresh.clone(),
            numbers: Arc::clone(&self.numbers),
        }
    }
}

/// A moment with a fraction of a second that every engine can hold.
fn now() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_800_000_000) + Duration::microseconds(123_456)
}

fn email(text: &str) -> Tried<EmailAddress> {
    EmailAddress::parse(text).map_err(|error| Stop::Broken(format!("{text}: {error}")))
}

fn username(text: &str) -> Tried<Username> {
    Username::parse(text).map_err(|error| Stop::Broken(format!("{text}: {error}")))
}

fn roles<'n>(names: impl IntoIterator<Item = &'n str>) -> Tried<Roles> {
    Roles::parse(names).map_err(|error| Stop::Broken(error.to_string()))
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash::from_stored(text.to_owned())
}

/// A change that takes the rights of a superuser.
fn demote<U: AuthUser>() -> UserChange<U> {
    UserChange {
        is_superuser: Some(false),
        ..UserChange::default()
    }
}

/// A change that deactivates.
fn deactivate<U: AuthUser>() -> UserChange<U> {
    UserChange {
        is_active: Some(false),
        ..UserChange::default()
    }
}

fn insert_name<U>(outcome: &InsertOutcome<U>) -> String {
    match outcome {
        InsertOutcome::Inserted(_) => "`Inserted`".to_owned(),
        InsertOutcome::Taken(field) => format!("`Taken` ({field})"),
    }
}

fn update_name<U>(outcome: &UpdateOutcome<U>) -> String {
    match outcome {
        UpdateOutcome::Updated(_) => "`Updated`".to_owned(),
        UpdateOutcome::Missing => "`Missing`".to_owned(),
        UpdateOutcome::Stale => "`Stale`".to_owned(),
        UpdateOutcome::Taken(field) => format!("`Taken` ({field})"),
        UpdateOutcome::LastSuperuser => "`LastSuperuser`".to_owned(),
    }
}
