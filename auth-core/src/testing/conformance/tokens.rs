//! Access tokens that must not be accepted.

use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::expected::Expected;
use super::fixture::Fixture;
use super::wire::WireRequest;
use super::{CaseRun, group};
use crate::clock::Clock;
use crate::secret::{Purpose, Secret};
use crate::store::{Precondition, UserChange};
use crate::testing::{PASSWORD, master_secret};
use crate::token::{self, Claims, JwtKey, KeyRing, TokenProfile};
use crate::user::User;

group!("tokens": forged, mangled, of_another_purpose, leeway_at_expiry, token_of_a_changed_user,
    several_headers);

struct Forgery {
    key: Secret,
    typ: &'static str,
    audience: &'static str,
    subject: String,
    epoch: Option<i64>,
    issued_at: OffsetDateTime,
}

impl Forgery {
    /// Returns the claims that the toolkit issues.
    fn genuine(case: &Fixture<'_>, user: &User) -> Self {
        Self {
            key: master_secret().derive(Purpose::ACCESS_TOKEN),
            typ: "at+jwt",
            audience: "auth:access",
            subject: user.id.to_string(),
            epoch: Some(user.account.epoch.as_i64()),
            issued_at: case.clock.now(),
        }
    }

    fn sign(self) -> String {
        let keys = KeyRing::new(JwtKey::hs256_auto_kid(self.key));
        let profile = TokenProfile::new(self.typ, self.audience);
        let jti = token::random_id().expect("randomness");
        let life = std::time::Duration::from_mins(15);
        let mut claims = Claims::new(self.subject, jti, self.issued_at, life);
        if let Some(epoch) = self.epoch {
            claims = claims.with_integer("epoch", epoch);
        }
        token::encode(&keys, &profile, &claims).expect("a signature")
    }
}

fn me(token: &str) -> WireRequest {
    WireRequest::get("/users/me").bearer(token)
}

async fn refused(case: &Fixture<'_>, token: &str) {
    let request = WireRequest::get("/users/me").bearer(token);
    case.expect(request, Expected::unauthenticated(true)).await;
    // A logout has one reply, whatever it finds.
    let logout = WireRequest::new("POST", "/auth/logout").bearer(token);
    case.expect(logout, Expected::empty(204)).await;
}

/// Signed, and wrong in one claim.
async fn forged(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let genuine = || Forgery::genuine(&case, &user);
    let good = genuine().sign();
    case.expect(me(&good), Expected::user(200, &user)).await;
    let other_key = Secret::generate().expect("randomness");
    let later = |by: Duration| Forgery {
        issued_at: case.clock.now() + by,
        ..genuine()
    };
    for forgery in [
        later(-Duration::hours(1)),
        later(Duration::minutes(5)),
        Forgery {
            key: other_key,
            ..genuine()
        },
        Forgery {
            key: master_secret().derive(Purpose::VERIFY_TOKEN),
            ..genuine()
        },
        Forgery {
            audience: "auth:other",
            ..genuine()
        },
        Forgery {
            typ: "verify+jwt",
            ..genuine()
        },
        Forgery {
            typ: "JWT",
            ..genuine()
        },
        Forgery {
            subject: "0197a2b0-0000-7000-8000-000000000000".into(),
            ..genuine()
        },
        Forgery {
            subject: "' OR 1=1 --".into(),
            ..genuine()
        },
        Forgery {
            epoch: None,
            ..genuine()
        },
        Forgery {
            epoch: Some(-1),
            ..genuine()
        },
        Forgery {
            epoch: Some(1),
            ..genuine()
        },
    ] {
        refused(&case, &forgery.sign()).await;
    }
}

/// A7.2.1: every token is verified here: cut, swapped, unsigned, and texts that are not tokens.
async fn mangled(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    case.user("eve@example.com").await;
    let (ada, eve) = (
        case.token("ada@example.com").await,
        case.token("eve@example.com").await,
    );
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (ada_parts, eve_parts) = (parts(&ada), parts(&eve));
    let ([header, payload, signature], [_, other, _]) = (&ada_parts[..], &eve_parts[..]) else {
        return case.check(false, "a token has three parts");
    };
    // {"alg":"none","typ":"at+jwt"}
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    let long = "x".repeat(3000);
    for token in [
        format!("{header}.{other}.{signature}"),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{signature}."),
        format!("{header}.{payload}.{signature}A"),
        format!("{header}.{payload}.{signature}="),
        format!("{unsigned}.{payload}."),
        format!("{unsigned}.{payload}.{signature}"),
        format!(".{payload}.{signature}"),
        format!("{header}..{signature}"),
        payload.clone(),
        "..".to_owned(),
        "null".to_owned(),
        long,
    ] {
        refused(&case, &token).await;
    }
    case.check(case.accepts(&ada).await, "the token itself");
}

/// Mailed tokens are accepted only for their purpose.
async fn of_another_purpose(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let access = case.token("ada@example.com").await;
    let verify = case.verify_token("ada@example.com").await;
    let reset = case.reset_token("ada@example.com").await;
    for token in [&verify, &reset] {
        refused(&case, token).await;
    }
    for token in [&access, &reset] {
        let request = WireRequest::post("/auth/verify", &json!({ "token": token }));
        case.expect(request, Expected::problem(400, "VERIFY_USER_BAD_TOKEN"))
            .await;
    }
    for token in [&access, &verify] {
        let body = json!({"token": token, "password": "quite another phrase"});
        let request = WireRequest::post("/auth/reset-password", &body);
        case.expect(request, Expected::problem(400, "RESET_PASSWORD_BAD_TOKEN"))
            .await;
    }
    case.check(
        case.logs_in("ada@example.com", PASSWORD).await,
        "the password is as it was",
    );
}

/// 15 minutes, and 30 seconds for clocks that differ.
async fn leeway_at_expiry(run: &CaseRun<'_>) {
    let case = run.case().await;
    case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    case.clock.advance(Duration::seconds(-29));
    case.check(case.accepts(&token).await, "29 seconds early");
    case.clock.advance(Duration::seconds(-31));
    case.check(!case.accepts(&token).await, "a minute early");
    case.clock.advance(Duration::seconds(60 + 900 + 29));
    case.check(case.accepts(&token).await, "29 seconds late");
    case.clock.advance(Duration::seconds(31));
    refused(&case, &token).await;
}

/// A7.4.2, B-24: from the next request on, a token is dead whose user is deactivated, deleted, or has
/// another epoch; a change that ends nothing ends nothing.
async fn token_of_a_changed_user(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let write = |change| {
        case.users
            .update(&user.id, change, Precondition::anything())
    };
    let proven = UserChange {
        is_verified: Some(true),
        ..UserChange::default()
    };
    case.check(write(proven).await.is_ok(), "a proof");
    case.check(case.accepts(&token).await, "after a proof");
    let off = UserChange {
        is_active: Some(false),
        ..UserChange::default()
    };
    case.check(write(off).await.is_ok(), "off");
    refused(&case, &token).await;
    let on = UserChange {
        is_active: Some(true),
        bump_epoch: true,
        ..UserChange::default()
    };
    case.check(write(on).await.is_ok(), "on again");
    refused(&case, &token).await;
    let token = case.token("ada@example.com").await;
    let gone = case
        .users
        .delete(&user.id, Precondition::anything(), None)
        .await;
    case.check(gone.is_ok(), "gone");
    refused(&case, &token).await;
}

/// A14.2.1, O-15: one header, one scheme; nothing in a query, a body or a cookie is looked at.
async fn several_headers(run: &CaseRun<'_>) {
    let case = run.case().await;
    let user = case.user("ada@example.com").await;
    let token = case.token("ada@example.com").await;
    let twice = me(&token).bearer(&token);
    case.expect(twice, Expected::unauthenticated(true)).await;
    let get = WireRequest::get("/users/me");
    let beside = me(&token).header("authorization", "Basic YTpi");
    case.expect(beside, Expected::unauthenticated(true)).await;
    let lower = get
        .clone()
        .header("authorization", format!("bearer {token}"));
    case.expect(lower, Expected::user(200, &user)).await;
    for value in [
        format!("Basic {token}"),
        format!("Token {token}"),
        token.clone(),
    ] {
        let request = get.clone().header("authorization", value);
        case.expect(request, Expected::unauthenticated(false)).await;
    }
    for request in [
        WireRequest::get(&format!("/users/me?access_token={token}")),
        get.clone()
            .header("cookie", format!("auth={token}; __Host-auth={token}")),
        get.clone().header("x-access-token", token.clone()),
        get.text(
            "application/json",
            json!({ "access_token": token }).to_string(),
        ),
    ] {
        case.expect(request, Expected::unauthenticated(false)).await;
    }
}
