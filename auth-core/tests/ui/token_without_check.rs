// A login starts from a proof, and only code that checked something makes one.
use auth_core::User;
use auth_core::login::AuthProof;

fn logged_in(user: User) -> AuthProof<User> {
    AuthProof { user }
}

fn main() {
    let _ = logged_in;
}
