//! A user type of an application's own: numbers for keys, a column more, and neither user names nor
//! roles nor superusers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::store::{
    BlockingUserDatabase, InsertOutcome, LoginIdentifier, NewUser, Precondition, UniqueField,
    UpdateOutcome, UserChange, UserDatabase, UserIter, UserRecord, UserRows, UserRowsMut,
};
use auth_core::testing::contract::{self, Fresh, Guarantee, UserFixture};
use auth_core::testing::{ManualClock, email};
use auth_core::{Account, AccountFields, AuthUser, BoxError, Clock, Fields, Roles, UserColumns};

#[derive(Clone)]
struct Customer {
    number: i64,
    account: Account,
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

    const FIELDS: AccountFields = AccountFields::all()
        .without_usernames()
        .without_roles()
        .without_superusers()
        .without_created_at();

    fn id(&self) -> &i64 {
        &self.number
    }
    fn account(&self) -> &Account {
        &self.account
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

#[derive(Clone)]
struct Table {
    rows: Arc<Mutex<Rows>>,
}

#[derive(Clone)]
struct Rows {
    last: i64,
    customers: BTreeMap<i64, Customer>,
    fault: Fault,
}

impl Table {
    fn new(fault: Fault) -> Self {
        let rows = Rows {
            last: 0,
            customers: BTreeMap::new(),
            fault,
        };
        Self {
            rows: Arc::new(Mutex::new(rows)),
        }
    }
}

impl BlockingUserDatabase for Table {
    type User = Customer;

    fn read(&self) -> Result<impl UserRows<Customer>, BoxError> {
        Ok(self.rows.lock().unwrap().clone())
    }
    fn write<T>(
        &self,
        job: impl FnOnce(&mut dyn UserRowsMut<Customer>) -> Result<T, BoxError>,
    ) -> Result<T, BoxError> {
        job(&mut *self.rows.lock().unwrap())
    }
}

impl UserRecord for Customer {
    fn from_parts(number: i64, account: Account, columns: NewCustomer) -> Self {
        Self {
            number,
            account,
            city: columns.city,
        }
    }
    fn account_mut(&mut self) -> &mut Account {
        &mut self.account
    }
    fn apply_columns(&mut self, change: CustomerChange) {
        if let Some(city) = change.city {
            self.city = city;
        }
    }
}

impl UserRows<Customer> for Rows {
    fn get(&self, id: &i64) -> Result<Option<Customer>, BoxError> {
        Ok(self.customers.get(id).cloned())
    }
    fn owner(&self, login: &LoginIdentifier) -> Result<Option<i64>, BoxError> {
        let is = |row: &&Customer| LoginIdentifier::of(*row).any(|one| one == *login);
        Ok(self.customers.values().find(is).map(|row| row.number))
    }
    fn after(&self, id: Option<&i64>) -> Result<UserIter<'_, Customer>, BoxError> {
        let mut rows: Vec<_> = self.customers.values().cloned().collect();
        rows.retain(|row| id.is_none_or(|id| row.number > *id));
        if self.fault == Fault::SortsNumbersAsText {
            rows.sort_by_key(|row| row.number.to_string());
        }
        Ok(Box::new(rows.into_iter().map(Ok)))
    }
    fn count(&self) -> Result<u64, BoxError> {
        Ok(self.customers.len() as u64)
    }
}

impl UserRowsMut<Customer> for Rows {
    /// The store makes the keys, and none twice.
    fn create(&mut self, new: NewUser<Customer>) -> Result<Customer, BoxError> {
        self.last = match self.fault {
            Fault::GivesTheNextFreeNumber => self.customers.keys().last().map_or(1, |n| n + 1),
            _ => self.last + 1,
        };
        let mut row = Customer::from_new(self.last, new);
        if self.fault == Fault::LosesTheCityOnInsert {
            row.city = String::new();
        }
        Ok(row)
    }
    fn taken_own_column(&self, user: &Customer) -> Result<Option<&'static str>, BoxError> {
        let mut others = self
            .customers
            .values()
            .filter(|row| row.number != user.number);
        let is_taken = !user.city.is_empty() && others.any(|row| row.city == user.city);
        Ok(is_taken.then_some("city"))
    }
    fn replace(
        &mut self,
        before: Option<&Customer>,
        after: Option<&Customer>,
    ) -> Result<(), BoxError> {
        if let Some(row) = before {
            self.customers.remove(&row.number);
        }
        if let Some(row) = after {
            let mut row = row.clone();
            match (before, self.fault) {
                (Some(before), Fault::ForgetsTheCityOnUpdate) => row.city.clone_from(&before.city),
                (Some(before), Fault::LosesTheCityOnUpdate) if before.city == row.city => {
                    row.city = String::new();
                }
                _ => {}
            }
            self.customers.insert(row.number, row);
        }
        Ok(())
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
        Fresh::new(Table::new(self.0))
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
async fn keys_and_columns_of_any_type_are_tested() {
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

/// A unique column of the application's own is checked at insertion and change alike.
#[tokio::test]
async fn own_columns_may_be_unique() {
    let store = Table::new(Fault::Nothing);
    let customer = |number: u32| NewUser::<Customer> {
        email: email(&format!("customer-{number}@example.com")),
        username: None,
        password_hash: None,
        is_active: true,
        is_verified: true,
        is_superuser: false,
        roles: Roles::none(),
        created_at: ManualClock::new().now(),
        columns: city("Utrecht", number),
    };
    store.insert(customer(1)).await.unwrap();
    let mut same_city = customer(2);
    same_city.columns = city("Utrecht", 1);
    let outcome = store.insert(same_city).await.unwrap();
    assert!(matches!(
        outcome,
        InsertOutcome::Taken(UniqueField::Column("city"))
    ));

    let InsertOutcome::Inserted(other) = store.insert(customer(3)).await.unwrap() else {
        panic!("the address was free")
    };
    let moves = |number: u32| UserChange::<Customer> {
        columns: CustomerChange {
            city: Some(city("Utrecht", number).city),
        },
        ..UserChange::default()
    };
    let update = |number: u32| store.update(&other.number, moves(number), Precondition::anything());
    let taken = update(1).await.unwrap();
    assert!(matches!(
        taken,
        UpdateOutcome::Taken(UniqueField::Column("city"))
    ));
    let own = update(3).await.unwrap();
    assert!(matches!(own, UpdateOutcome::Updated(_)));
}
