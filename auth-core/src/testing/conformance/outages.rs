//! Stores that cannot answer: 503 everywhere, never "not logged in", and nothing is lost.

use super::expected::Expected;
use super::routes::{Cast, Needs};
use super::stage::columns;
use super::{Trial, group};
use crate::event::EventKind;

group!("outages": everything_is_down, users_are_down, expiring_store_is_down);

fn unavailable() -> Expected {
    Expected::problem(503, "SERVICE_UNAVAILABLE")
}

/// B-25: every route answers with the same bytes, and afterwards everything is as it was.
async fn everything_is_down(trial: &Trial<'_>) {
    let stage = trial.stage().await;
    let cast = Cast::on(&stage).await;
    stage.user_faults.fail(true);
    stage.expiring_faults.fail(true);
    for row in cast.rows() {
        stage
            .expect(row.request(&cast.admin_token), unavailable())
            .await;
    }
    stage.settled().await;
    stage.user_faults.fail(false);
    stage.expiring_faults.fail(false);
    for user in [&cast.user, &cast.admin] {
        stage.same("the row", stage.row_text(user).await, columns(user));
    }
    stage.check(
        stage.accepts(&cast.admin_token).await,
        "the token is good again",
    );
    for row in cast.rows().iter().filter(|row| row.needs == Needs::Nothing) {
        let reply = stage.send(&row.request("")).await;
        // The proof comes first; the reset that follows it is still good.
        stage.check(
            reply.status < 300,
            &format!("{} works again: {reply}", row.target),
        );
        if row.target.ends_with("reset-password") {
            break;
        }
    }
}

/// Requests for mails are answered before the users are asked, so they are alike whether there is
/// such a user or not, and whether the users can be asked or not.
async fn users_are_down(trial: &Trial<'_>) {
    let stage = trial.stage().await;
    let cast = Cast::on(&stage).await;
    stage.user_faults.fail(true);
    for row in cast.rows() {
        let asks =
            row.target.ends_with("forgot-password") || row.target.ends_with("request-verify-token");
        let expected = if asks {
            Expected::empty(202)
        } else {
            unavailable()
        };
        stage.expect(row.request(&cast.admin_token), expected).await;
    }
    stage.settled().await;
    stage.check(
        stage.raised(EventKind::ServiceUnavailable),
        "what failed after the reply is raised",
    );
}

/// A token whose revocation cannot be looked up is neither good nor bad; a logout that cannot be
/// recorded is no success.
async fn expiring_store_is_down(trial: &Trial<'_>) {
    let stage = trial.stage().await;
    let cast = Cast::on(&stage).await;
    stage.expiring_faults.fail(true);
    for row in cast.rows() {
        if row.target.ends_with("/login") || row.target.ends_with("/register") {
            let reply = stage.send(&row.request("")).await;
            stage.check(reply.status < 300, "it needs no such store");
        } else {
            stage
                .expect(row.request(&cast.admin_token), unavailable())
                .await;
        }
    }
    stage.expiring_faults.fail(false);
    stage.check(
        stage.accepts(&cast.admin_token).await,
        "it was not logged out",
    );
}
