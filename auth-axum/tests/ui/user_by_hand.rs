// Only a passed guard makes a proof that the user is verified.
use auth_core::guard::{Admitted, Verified};
use auth_core::{Authenticated, User};
use auth_axum::CurrentUser;

fn let_in(user: Authenticated<User>) -> CurrentUser<User, Verified> {
    CurrentUser(Admitted::new(user))
}

fn main() {
    let _ = let_in;
}
