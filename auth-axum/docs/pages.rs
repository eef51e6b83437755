//! A site with sign-up, login, a page that needs a login, and logout.

use std::net::SocketAddr;
use std::time::Duration;

use auth_axum::{Auth, CsrfToken, Flash, PageUser, csrf_protection, routes};
use auth_core::config::ConfigError;
use auth_core::secret::MasterSecret;
use auth_core::{
    Accounts, Backend, CookieTransport, FormRoute, Forms, OpaqueStrategy, Sessions, User,
};
use auth_diesel::SqliteStore;
use axum::extract::Query;
use axum::response::IntoResponse;
use axum::{Router, routing::get};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;
use tokio::net::TcpListener;

/// Users and sessions in SQLite, a session in a cookie, and the pages with the forms.
pub(crate) fn auth(store: SqliteStore, secret: &MasterSecret) -> Result<Auth<User>, ConfigError> {
    let accounts = Accounts::builder(store.clone(), secret)
        .expiring_store(store.clone())
        .sessions(Sessions::new(store, secret));
    let web = Backend::new("web", CookieTransport::new(), OpaqueStrategy::new());
    let forms = Forms::new()
        .login_page("/login")
        .after_login("/")
        .page(FormRoute::Register, "/sign-up");
    Auth::builder(accounts).backend(web).forms(forms).build()
}

/// Each value in `html!` is escaped.
fn page(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
            }
            body { main { h1 { (title) } (content) } }
        }
    }
}

/// A form with the token that proves where it comes from, and with the sentence after a refusal.
fn form(action: &str, (flash, csrf): (&Flash<User>, &CsrfToken<User>), fields: &Markup) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="csrf_token" value=(csrf.token());
            @if let Some(sentence) = flash.detail() { p role="alert" { (sentence) } }
            (fields)
        }
    }
}

fn email(name: &str, typed: &str) -> Markup {
    html! {
        p { label for="email" { "E-mail address" } }
        p { input id="email" name=(name) type="email" autocomplete="username" required value=(typed); }
    }
}

fn password(autocomplete: &str) -> Markup {
    html! {
        p { label for="password" { "Password, at least 15 characters" } }
        p { input id="password" name="password" type="password" autocomplete=(autocomplete) required; }
    }
}

async fn sign_up(flash: Flash<User>, csrf: CsrfToken<User>) -> impl IntoResponse {
    let fields = html! {
        (email("email", flash.typed("email")))
        (password("new-password"))
        button { "Sign up" }
    };
    let form = form("/auth/register", (&flash, &csrf), &fields);
    (flash, csrf, page("Sign up", &form))
}

/// The page that needed a login, if one did.
#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

async fn login(
    flash: Flash<User>,
    csrf: CsrfToken<User>,
    Query(query): Query<Next>,
) -> impl IntoResponse {
    let fields = html! {
        @if let Some(next) = query.next { input type="hidden" name="next" value=(next); }
        (email("identifier", flash.typed("identifier")))
        (password("current-password"))
        p { label { input name="remember" type="checkbox" value="true"; " Stay logged in" } }
        button { "Log in" }
        p { a href="/sign-up" { "Sign up" } }
    };
    let form = form("/auth/login", (&flash, &csrf), &fields);
    (flash, csrf, page("Log in", &form))
}

/// A browser without a login is sent to the login page, and comes back after it.
async fn home(
    user: PageUser<User>,
    flash: Flash<User>,
    csrf: CsrfToken<User>,
) -> impl IntoResponse {
    let content = html! {
        p { "You are logged in as " (user.email()) "." }
        (form("/auth/logout", (&flash, &csrf), &html! { button { "Log out" } }))
    };
    (flash, csrf, page("Home", &content))
}

pub(crate) fn app(auth: &Auth<User>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/sign-up", get(sign_up))
        .route("/login", get(login))
        .merge(routes(auth))
        .layer(csrf_protection(auth))
        .with_state(auth.clone())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let secret = MasterSecret::from_bytes(std::env::var("AUTH_SECRET")?);
    let store = SqliteStore::open("sqlite://site.db").await?;
    let auth = auth(store, &secret)?;
    tokio::spawn(auth.accounts().purge_every(Duration::from_mins(10)));
    let listener = TcpListener::bind("127.0.0.1:8000").await?;
    let app = app(&auth).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).await?;
    Ok(())
}
