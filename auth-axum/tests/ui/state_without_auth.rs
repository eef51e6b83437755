// A handler that asks for the user needs a state from which the handle comes.
use auth_axum::CurrentUser;
use auth_core::User;
use axum::extract::FromRequestParts;

struct State;

fn can_be_asked_for<E: FromRequestParts<S>, S: Sync>() {}

fn main() {
    can_be_asked_for::<CurrentUser<User>, State>();
}
