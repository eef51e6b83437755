//! Problems of a type of user: a missing field, and members that no schema declares.

use std::sync::Arc;

use super::{jwt, problems};
use crate::config::ConfigProblem;
use crate::http::{Field, FieldSchema, Fields};
use crate::store::UserRecord;
use crate::testing::{Outbox, accounts_builder};
use crate::user::{Account, AccountFields, AuthUser, UserColumns};
use crate::{Auth, AuthBuilder, Backend, BearerTransport, LoginBy};

/// A user without a user name, and with a column whose members depend on `DECLARED`.
#[derive(Debug, Clone)]
struct Member<const DECLARED: bool> {
    number: i64,
    account: Account,
}

#[derive(Debug)]
struct MemberColumns<const DECLARED: bool>;

const BADGE: Field<String> = Field::new("badge").length(1..=20);

impl<const DECLARED: bool> MemberColumns<DECLARED> {
    fn schema() -> Vec<FieldSchema> {
        DECLARED.then_some(*BADGE.schema()).into_iter().collect()
    }
}

impl<const DECLARED: bool> UserColumns for MemberColumns<DECLARED> {
    type New = String;
    type Change = Option<String>;

    fn read_new(fields: &mut Fields) -> Option<String> {
        fields.required_text("badge", 1..=20)
    }
    fn read_change(fields: &mut Fields) -> Option<String> {
        fields.optional_text("badge", 1..=20)
    }
    fn read_admin_change(fields: &mut Fields) -> Option<String> {
        fields.optional_value("badge")
    }
    fn is_unchanged(change: &Option<String>) -> bool {
        change.is_none()
    }
    fn new_schema() -> Vec<FieldSchema> {
        Self::schema()
    }
    fn change_schema() -> Vec<FieldSchema> {
        Self::schema()
    }
    fn admin_schema() -> Vec<FieldSchema> {
        Self::schema()
    }
}

impl<const DECLARED: bool> AuthUser for Member<DECLARED> {
    type Id = i64;
    type Columns = MemberColumns<DECLARED>;

    const FIELDS: AccountFields = AccountFields::all().without_usernames();

    fn id(&self) -> &i64 {
        &self.number
    }
    fn account(&self) -> &Account {
        &self.account
    }
}

impl<const DECLARED: bool> UserRecord for Member<DECLARED> {
    fn from_parts(number: i64, account: Account, _: String) -> Self {
        Self { number, account }
    }
    fn account_mut(&mut self) -> &mut Account {
        &mut self.account
    }
    fn apply_columns(&mut self, _: Option<String>) {}
}

fn builder<U: UserRecord>(login_by: LoginBy) -> AuthBuilder<U> {
    Auth::builder(accounts_builder(Arc::new(Outbox::<U>::default())))
        .backend(Backend::new("jwt", BearerTransport::new(), jwt()))
        .login_by(login_by)
}

#[test]
fn login_by_a_missing_user_name_is_a_problem() {
    let found = problems(builder::<Member<true>>(LoginBy::Username));
    assert_eq!(found, [ConfigProblem::LoginByMissingUsername]);
    assert!(builder::<Member<true>>(LoginBy::Email).build().is_ok());
}

/// A rule about unique members, such as that of hidden registrations, sees declared members only.
#[test]
fn member_without_a_schema_is_a_problem() {
    let undeclared = |method| ConfigProblem::UndeclaredMember {
        method,
        field: "badge".to_owned(),
    };
    let methods = ["new_schema", "change_schema", "admin_schema"];
    let found = problems(builder::<Member<false>>(LoginBy::Email));
    assert_eq!(found, methods.map(undeclared));
}
