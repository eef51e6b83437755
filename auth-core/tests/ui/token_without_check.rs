// A token is issued to somebody whose password was checked, and nobody else says that it was.
use auth_core::User;
use auth_core::accounts::PasswordChecked;

fn logged_in(user: User) -> PasswordChecked<User> {
    PasswordChecked { user }
}

fn main() {
    let _ = logged_in;
}
