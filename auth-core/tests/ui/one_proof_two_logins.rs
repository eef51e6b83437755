// One check is good for one login.
use auth_core::login::AuthProof;
use auth_core::{Auth, Context, User};

async fn twice(auth: &Auth<User>, proof: AuthProof<User>, context: &Context) {
    let _ = auth.log_in("api", proof, context).await;
    let _ = auth.log_in("web", proof, context).await;
}

fn main() {
    let _ = twice;
}
