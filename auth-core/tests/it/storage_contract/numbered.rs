//! A user type of an application's own: numbers for keys, a column more, and neither user names nor
//! roles nor superusers.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use auth_core::store::{
    DeleteOutcome, Expect, InsertOutcome, LoginIdentifier, NewUser, Page, PageRequest, PageStart,
    UniqueField, UpdateOutcome, UserChange, UserDatabase,
};
use auth_core::testing::contract::{self, Fresh, Guarantee, UserFixture, UserShape};
use auth_core::{AuthUser, EmailAddress, Epoch, Fields, PasswordHash, StoreError, UserColumns};

#[derive(Clone)]
struct Customer {
    number: i64,
    email: EmailAddress,
    hash: Option<PasswordHash>,
    is_active: bool,
    is_verified: bool,
    epoch: Epoch,
    city: String,
}

#[derive(Debug)]
struct CustomerColumns;

#[derive(Debug, Clone)]
struct NewCustomer {
    city: String,
}

#[derive(Debug, Clone, Default)]
struct CustomerChange {
    city: Option<String>,
}

impl UserColumns for CustomerColumns {
    type New = NewCustomer;
    type Change = CustomerChange;

    fn read_new(fields: &mut Fields) -> Option<NewCustomer> {
        let city = fields.required_text("city", 1..=80)?;
        Some(NewCustomer { city })
    }
    fn read_change(fields: &mut Fields) -> CustomerChange {
        let city = fields.optional_text("city", 1..=80);
        CustomerChange { city }
    }
    fn is_unchanged(change: &CustomerChange) -> bool {
        change.city.is_none()
    }
}

impl AuthUser for Customer {
    type Id = i64;
    type Columns = CustomerColumns;

    fn id(&self) -> &i64 {
        &self.number
    }
    fn email(&self) -> &EmailAddress {
        &self.email
    }
    fn password_hash(&self) -> Option<&PasswordHash> {
        self.hash.as_ref()
    }
    fn is_active(&self) -> bool {
        self.is_active
    }
    fn is_verified(&self) -> bool {
        self.is_verified
    }
    fn epoch(&self) -> Epoch {
        self.epoch
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Nothing,
    GivesTheNextFreeNumber,
    SortsNumbersAsText,
    LosesTheCityOnInsert,
    LosesTheCityOnUpdate,
    ForgetsTheCityOnUpdate,
}

struct Table {
    rows: Mutex<(i64, BTreeMap<i64, Customer>)>,
    fault: Fault,
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, (i64, BTreeMap<i64, Customer>)> {
        self.rows.lock().unwrap()
    }
}

#[async_trait]
impl UserDatabase for Table {
    type User = Customer;

    async fn get(&self, id: &i64) -> Result<Option<Customer>, StoreError> {
        Ok(self.lock().1.get(id).cloned())
    }

    async fn find(&self, login: &LoginIdentifier) -> Result<Option<Customer>, StoreError> {
        let LoginIdentifier::Email(email) = login else {
            return Ok(None);
        };
        let rows = self.lock();
        Ok(rows.1.values().find(|row| row.email == *email).cloned())
    }

    async fn insert(&self, new: NewUser<Customer>) -> Result<InsertOutcome<Customer>, StoreError> {
        let (last, rows) = &mut *self.lock();
        if rows.values().any(|row| row.email == new.email) {
            return Ok(InsertOutcome::Taken(UniqueField::Email));
        }
        *last = match self.fault {
            Fault::GivesTheNextFreeNumber => rows.keys().last().map_or(1, |last| last + 1),
            _ => *last + 1,
        };
        let city = match self.fault {
            Fault::LosesTheCityOnInsert => String::new(),
            _ => new.columns.city,
        };
        let row = Customer {
            number: *last,
            email: new.email,
            hash: new.password_hash,
            is_active: new.is_active,
            is_verified: new.is_verified,
            epoch: Epoch::FIRST,
            city,
        };
        rows.insert(*last, row.clone());
        Ok(InsertOutcome::Inserted(row))
    }

    async fn update(
        &self,
        id: &i64,
        change: UserChange<Customer>,
        expect: Expect,
    ) -> Result<UpdateOutcome<Customer>, StoreError> {
        let (_, rows) = &mut *self.lock();
        let taken = |email: &EmailAddress| {
            let mut others = rows.values().filter(|other| other.number != *id);
            others.any(|other| other.email == *email)
        };
        let Some(row) = rows.get(id) else {
            return Ok(UpdateOutcome::Missing);
        };
        if expect.epoch.is_some_and(|epoch| epoch != row.epoch) {
            return Ok(UpdateOutcome::Stale);
        }
        if change.email.as_ref().is_some_and(taken) {
            return Ok(UpdateOutcome::Taken(UniqueField::Email));
        }
        let row = Customer {
            number: row.number,
            email: change.email.unwrap_or_else(|| row.email.clone()),
            hash: change.password_hash.or_else(|| row.hash.clone()),
            is_active: change.is_active.unwrap_or(row.is_active),
            is_verified: change.is_verified.unwrap_or(row.is_verified),
            epoch: if change.bump_epoch {
                row.epoch.next()
            } else {
                row.epoch
            },
            city: match (self.fault, change.columns.city) {
                (Fault::LosesTheCityOnUpdate, None) => String::new(),
                (Fault::ForgetsTheCityOnUpdate, _) | (_, None) => row.city.clone(),
                (_, Some(city)) => city,
            },
        };
        rows.insert(row.number, row.clone());
        Ok(UpdateOutcome::Updated(row))
    }

    async fn delete(&self, id: &i64, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        let (_, rows) = &mut *self.lock();
        let Some(row) = rows.get(id) else {
            return Ok(DeleteOutcome::Missing);
        };
        if expect.epoch.is_some_and(|epoch| epoch != row.epoch) {
            return Ok(DeleteOutcome::Stale);
        }
        rows.remove(id);
        Ok(DeleteOutcome::Deleted)
    }

    async fn list(&self, page: PageRequest<i64>) -> Result<Page<Customer>, StoreError> {
        let (_, rows) = &*self.lock();
        let mut items: Vec<_> = rows.values().cloned().collect();
        if self.fault == Fault::SortsNumbersAsText {
            items.sort_by_key(|row| row.number.to_string());
        }
        let start = match page.start {
            PageStart::Offset(offset) => usize::try_from(offset).unwrap_or(usize::MAX),
            PageStart::After(None) => 0,
            PageStart::After(Some(id)) => {
                items.retain(|row| row.number > id);
                0
            }
        };
        let items = items.into_iter().skip(start).take(page.limit as usize);
        Ok(Page {
            items: items.collect(),
            total: rows.len() as u64,
        })
    }
}

struct Fixture(Fault);

fn city(name: &str, number: u32) -> NewCustomer {
    NewCustomer {
        city: format!("{name} {number}"),
    }
}

#[async_trait]
impl UserFixture for Fixture {
    type Store = Table;

    async fn fresh(&self) -> Fresh<Table> {
        let (rows, fault) = (Mutex::default(), self.0);
        Fresh::new(Table { rows, fault })
    }
    fn columns(&self, number: u32) -> NewCustomer {
        city("Utrecht", number)
    }
    fn change(&self, number: u32) -> Option<(CustomerChange, NewCustomer)> {
        let after = city("Delft", number);
        let city = Some(after.city.clone());
        Some((CustomerChange { city }, after))
    }
    fn has_columns(&self, user: &Customer, columns: &NewCustomer) -> bool {
        user.city == columns.city
    }
    fn shape(&self) -> UserShape {
        UserShape::full()
            .without_usernames()
            .without_roles()
            .without_superusers()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn users_of_any_type_keep_the_contract() {
    let report = contract::user_database(Fixture(Fault::Nothing)).await;
    report.assert_kept();
    let skipped = [
        Guarantee::UniqueUsername,
        Guarantee::LastSuperuser,
        Guarantee::LastSuperuserRace,
        Guarantee::Outage,
    ];
    assert_eq!(report.skipped(), skipped);
}

#[tokio::test]
async fn keys_and_columns_of_any_type_are_tried() {
    for (fault, expected) in [
        (
            Fault::GivesTheNextFreeNumber,
            vec![Guarantee::KeysAreNotReused],
        ),
        (
            Fault::SortsNumbersAsText,
            vec![Guarantee::ListOrder, Guarantee::StablePages],
        ),
        (
            Fault::LosesTheCityOnInsert,
            vec![Guarantee::InsertedIsFound, Guarantee::Cancellation],
        ),
        (
            Fault::LosesTheCityOnUpdate,
            vec![Guarantee::OnlyNamedColumns],
        ),
        (
            Fault::ForgetsTheCityOnUpdate,
            vec![Guarantee::OnlyNamedColumns],
        ),
    ] {
        let report = contract::user_database(Fixture(fault)).await;
        assert_eq!(report.broken(), expected, "{fault:?}\n{report}");
    }
}
