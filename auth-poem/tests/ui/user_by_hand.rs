// Only a passed guard makes a proof that somebody is logged in and verified.
use std::marker::PhantomData;

use auth_poem::VerifiedUser;
use auth_core::{Authenticated, User};

fn let_in(user: Authenticated<User>) -> VerifiedUser<User> {
    VerifiedUser::<User> {
        user,
        policy: PhantomData,
    }
}

fn main() {
    let _ = let_in;
}
