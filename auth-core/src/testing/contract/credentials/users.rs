//! Credentials beside their users: they go in the step that removes the user.

use super::{CODE, KEY, StoreUnderTest, credential, start};
use crate::password::PasswordHash;
use crate::store::{
    CredentialStore, DeleteOutcome, InsertOutcome, NewUser, Owner, Precondition, StoredCredential,
    UserDatabase,
};
use crate::testing::contract::case_run::{
    Stop, Tried, broken, drop_after, ensure, ensure_eq, failed, poll_counts, race,
};
use crate::testing::contract::fixture::UserFixture;
use crate::user::{AuthUser, EmailAddress, Roles};

type UserOf<F> = <<F as UserFixture>::Store as UserDatabase>::User;
type Joint<F> = StoreUnderTest<<F as UserFixture>::Store>;

pub(super) async fn go_with_their_user<F>(fixture: &F, store: Joint<F>) -> Tried
where
    F: UserFixture<Store: CredentialStore>,
{
    let ada = Enrolled::new::<F>(fixture, &store, 0).await?;
    let grace = Enrolled::new::<F>(fixture, &store, 1).await?;
    let stale = Precondition::epoch(ada.user.epoch().next());
    let anything = Precondition::anything;

    let outcome = ada.delete::<F>(&store, stale, true).await?;
    let what = "a deletion that expects another epoch";
    ensure_eq(what, &outcome, &DeleteOutcome::Stale)?;
    ada.keeps::<F>(&store, "after a stale deletion").await?;

    let outcome = ada.delete::<F>(&store, anything(), true).await?;
    ensure_eq("a deletion", &outcome, &DeleteOutcome::Deleted)?;
    ada.lost::<F>(&store, "after the deletion of its user")
        .await?;
    let when = "after the deletion of another user";
    grace.keeps::<F>(&store, when).await?;

    for row in &ada.rows {
        store.inserted(row).await?;
    }
    let outcome = ada.delete::<F>(&store, anything(), true).await?;
    let what = "a deletion of a user who does not exist";
    ensure_eq(what, &outcome, &DeleteOutcome::Missing)?;
    let when = "after the deletion of a user who does not exist";
    ada.keeps::<F>(&store, when).await?;

    let outcome = grace.delete::<F>(&store, anything(), false).await?;
    ensure_eq("a deletion", &outcome, &DeleteOutcome::Deleted)?;
    let when = "after a deletion that names no owner";
    grace.keeps::<F>(&store, when).await?;

    for round in 0..24 {
        beside_reads::<F>(fixture, &store, 2 + round).await?;
    }
    for (number, polls) in poll_counts() {
        dropped::<F>(fixture, &store, 100 + number, polls).await?;
    }
    Ok(())
}

/// A user with two credentials.
struct Enrolled<U> {
    user: U,
    owner: Owner,
    rows: [StoredCredential; 2],
}

impl<U: AuthUser> Enrolled<U> {
    async fn new<F>(fixture: &F, store: &Joint<F>, number: u32) -> Tried<Self>
    where
        F: UserFixture<Store: CredentialStore + UserDatabase<User = U>>,
    {
        let email = EmailAddress::parse(&format!("user{number}@example.com"));
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
        let outcome = store.store().insert(new).await;
        let user = match outcome.map_err(|error| failed("insert", &error))? {
            InsertOutcome::Inserted(user) => user,
            InsertOutcome::Taken(field) => return broken(format!("{field} is taken")),
        };
        let owner = Owner::new("users", &user.id().to_string());
        let owner =
            owner.ok_or_else(|| Stop::Broken("the key of a user is too long".to_owned()))?;
        let name = format!("of{number}");
        let rows = [
            credential(&owner, &CODE, &name)?,
            credential(&owner, &KEY, &name)?,
        ];
        for row in &rows {
            store.inserted(row).await?;
        }
        Ok(Self { user, owner, rows })
    }

    async fn delete<F>(
        &self,
        store: &Joint<F>,
        expect: Precondition,
        with_owner: bool,
    ) -> Tried<DeleteOutcome>
    where
        F: UserFixture<Store: CredentialStore + UserDatabase<User = U>>,
    {
        let owner = with_owner.then_some(&self.owner);
        let outcome = store.store().delete(self.user.id(), expect, owner).await;
        outcome.map_err(|error| failed("delete", &error))
    }

    async fn exists<F>(&self, store: &Joint<F>) -> Tried<bool>
    where
        F: UserFixture<Store: CredentialStore + UserDatabase<User = U>>,
    {
        let found = store.store().get(self.user.id()).await;
        Ok(found.map_err(|error| failed("get", &error))?.is_some())
    }

    async fn keeps<F>(&self, store: &Joint<F>, when: &str) -> Tried
    where
        F: UserFixture<Store: CredentialStore + UserDatabase<User = U>>,
    {
        for row in &self.rows {
            store.holds(when, row).await?;
        }
        Ok(())
    }

    async fn lost<F>(&self, store: &Joint<F>, when: &str) -> Tried
    where
        F: UserFixture<Store: CredentialStore + UserDatabase<User = U>>,
    {
        for row in &self.rows {
            store.holds_none(when, row).await?;
        }
        Ok(())
    }
}

/// No read sees credentials of a user who has gone.
async fn beside_reads<F>(fixture: &F, store: &Joint<F>, number: u32) -> Tried
where
    F: UserFixture<Store: CredentialStore>,
{
    let enrolled = Enrolled::<UserOf<F>>::new::<F>(fixture, store, number).await?;
    let enrolled = std::sync::Arc::new(enrolled);
    race(4, |racer| {
        let (store, enrolled) = (store.clone(), std::sync::Arc::clone(&enrolled));
        async move {
            if racer == 0 {
                let anything = Precondition::anything;
                let outcome = enrolled.delete::<F>(&store, anything(), true).await?;
                return ensure_eq("a deletion", &outcome, &DeleteOutcome::Deleted);
            }
            if !enrolled.exists::<F>(&store).await? {
                let when = "while its user is deleted";
                enrolled.lost::<F>(&store, when).await?;
            }
            Ok(())
        }
    })
    .await?;
    enrolled
        .lost::<F>(store, "after the deletion of its user")
        .await
}

/// A deletion that is dropped has removed the user and the credentials, or neither.
async fn dropped<F>(fixture: &F, store: &Joint<F>, number: u32, polls: u32) -> Tried
where
    F: UserFixture<Store: CredentialStore>,
{
    let enrolled = Enrolled::<UserOf<F>>::new::<F>(fixture, store, number).await?;
    let (id, owner) = (enrolled.user.id(), Some(&enrolled.owner));
    let anything = Precondition::anything;
    drop_after(polls, store.store().delete(id, anything(), owner)).await;
    let left = store.list(&enrolled.owner, None, 10).await?.len();
    let exists = enrolled.exists::<F>(store).await?;
    ensure(left == 2 || (left == 0 && !exists), || {
        format!("a dropped deletion left {left} of 2 credentials; user exists: {exists}")
    })?;
    if !exists {
        let when = "after a dropped deletion of its user";
        enrolled.lost::<F>(store, when).await?;
    }
    Ok(())
}
