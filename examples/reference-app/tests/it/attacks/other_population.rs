//! A customer who presents everything that it has to the program of the staff, which has the same secret.

use serde_json::json;

use crate::app::{App, Home, PASSWORD, in_each_framework, login_at, reset, verification};
use crate::client::{get, post, request};
use crate::cookies::Jar;
use crate::database::sqlite_script;
use crate::tokens::{OPAQUE, Tokens};

in_each_framework! { everything_is_refused_by_the_other_population }

const ADA: &str = "ada@example.com";
const NEW: &str = "an engine with a thousand columns";
const FLAGS: [&str; 5] = [
    OPAQUE,
    "--backend=jwt=bearer+jwt",
    "--backend=web=cookie+jwt",
    "--sessions",
    "--insecure-cookies",
];
const EVERYTHING: [&str; 9] = [
    "opaque access token",
    "opaque access token for a logout elsewhere",
    "JWT",
    "access cookie",
    "opaque refresh token",
    "refresh token of JWTs",
    "refresh cookie",
    "verification token",
    "reset token",
];

/// A7.2.1: the staff has a copy of the customers' database, so that even the keys, the hashes and the rows of
/// sessions are equal: only the realm differs. Each token is good at home afterwards.
fn everything_is_refused_by_the_other_population(home: &Home) {
    let other = Home::of(home.framework());
    let customers = home.start(&[&FLAGS[..], &["--realm=customers"]].concat());
    customers.register(ADA);
    let held = Held::by(&customers);
    let copy = other.database_url().strip_prefix("sqlite://").unwrap();
    sqlite_script(home.database_url(), &format!("VACUUM INTO '{copy}'"));

    let staff = other.start(&[&FLAGS[..], &["--realm=staff"]].concat());
    staff.log_in(ADA, PASSWORD);
    assert_eq!(held.accepted_by(&staff), [""; 0]);
    assert_eq!(held.accepted_by(&customers), EVERYTHING);
}

/// Everything that a user of one population has.
struct Held {
    opaque: Tokens,
    elsewhere: Tokens,
    jwt: Tokens,
    browser: Jar,
    verify: String,
    reset: String,
}

impl Held {
    fn by(app: &App) -> Self {
        let browser = Jar::default();
        browser
            .send(app, "/", login_at("/auth/web/login", ADA, PASSWORD))
            .expect(204);
        Self {
            opaque: Tokens::log_in(app.client, ADA),
            elsewhere: Tokens::log_in(app.client, ADA),
            jwt: Tokens::of(&app.client.send(&login_at("/auth/jwt/login", ADA, PASSWORD))),
            browser,
            verify: app.mail("verify", ADA, 1),
            reset: app.forgot(ADA),
        }
    }

    /// Presents everything, and returns the names of what was accepted.
    fn accepted_by(&self, app: &App) -> Vec<&'static str> {
        let me = || get("/users/me");
        let page = |request| self.browser.with_cookies("/", request);
        let refresh =
            |path, tokens: &Tokens| post(path, json!({ "refresh_token": tokens.refresh }));
        // A logout is always 204. Where it ends nothing, the token is good at home.
        let logout = self.elsewhere.logout();
        let is_at_home = self.elsewhere.is_accepted(app.client);
        app.client.send(&logout).expect(204);
        let requests = [
            me().bearer(&self.opaque.access),
            me().bearer(&self.jwt.access),
            page(me()),
            refresh("/auth/refresh", &self.opaque),
            refresh("/auth/jwt/refresh", &self.jwt),
            page(request("POST", "/auth/web/refresh")),
            verification(&self.verify),
            reset(&self.reset, NEW),
        ];
        let mut accepted: Vec<_> = requests
            .iter()
            .map(|request| app.client.send(request).status < 300)
            .collect();
        accepted.insert(1, is_at_home);
        let named = EVERYTHING.into_iter().zip(accepted);
        named
            .filter_map(|(name, is_accepted)| is_accepted.then_some(name))
            .collect()
    }
}
