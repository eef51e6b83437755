// A request for a token takes the proof, and not the user.
use auth_core::User;
use auth_core::strategy::IssueRequest;
use time::OffsetDateTime;

fn ask(user: &User, now: OffsetDateTime) {
    let _ = IssueRequest::new(user, now);
}

fn main() {
    let _ = ask;
}
