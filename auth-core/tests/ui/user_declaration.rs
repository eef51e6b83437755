//! Mistakes in a declaration of a user are answered with what is expected.

use auth_core::Account;

auth_core::user! {
    struct WithoutKey (new: NewWithoutKey, change: ChangeWithoutKey) {
        account: Account,
        name: String [register],
    }
}

auth_core::user! {
    struct WithoutNames {
        id: i64,
        account: Account,
    }
}

auth_core::user! {
    struct UnknownOption (new: NewUnknownOption, change: ChangeUnknownOption) {
        id: i64,
        account: Account,
        name: String [registration],
    }
}

auth_core::user! {
    struct UnknownAccount (new: NewUnknownAccount, change: ChangeUnknownAccount) {
        id: i64,
        account: Account [without_names],
    }
}

auth_core::user! {
    struct LengthOfANumber (new: NewLengthOfANumber, change: ChangeLengthOfANumber) {
        id: i64,
        account: Account,
        age: i32 [length = 1..=3],
    }
}

auth_core::user! {
    struct Reserved (new: NewReserved, change: ChangeReserved) {
        id: i64,
        account: Account,
        roles: String [register],
    }
}

fn main() {}
