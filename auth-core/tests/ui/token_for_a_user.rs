// A strategy issues tokens for a login, and only the pipeline of a login asks it to.
use auth_core::User;
use auth_core::login::Methods;
use auth_core::strategy::IssueRequest;
use time::OffsetDateTime;

fn ask(user: &User, methods: &Methods, now: OffsetDateTime) {
    let _ = IssueRequest::new(user, "users", None, now, methods, now);
}

fn main() {
    let _ = ask;
}
