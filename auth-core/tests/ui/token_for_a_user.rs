// A strategy issues tokens for a login, and only the pipeline of a login asks it to.
use auth_core::User;
use auth_core::strategy::IssueRequest;
use time::OffsetDateTime;

fn ask(user: &User, now: OffsetDateTime) {
    let _ = IssueRequest::new(user, None, now);
}

fn main() {
    let _ = ask;
}
