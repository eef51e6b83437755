//! Extractors and a guard for pages that the server renders.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::Deref;

use auth_core::api::Rejection;
use auth_core::guard::{Active, Admitted, Guard, Policy};
use auth_core::{Auth, AuthUser, FlashMessage, ForPage, RequestAuth};
use axum::extract::{FromRef, FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};

use crate::extract::CurrentUser;
use crate::reject::AuthRejection;
use crate::reply;
use crate::request::{Head, cell_of};
use crate::service::{AuthLayer, Task};

/// Returns a layer for pages that need a login: it redirects a browser without one to the login page of
/// [`AuthBuilder::forms`](auth_core::AuthBuilder::forms), with the page in `next`. Every other request is refused as by
/// [`guard`](crate::guard): 401 or 403 for what is not a page, 503 if a store cannot answer.
///
/// # Examples
///
/// ```
/// use auth_axum::{Auth, login_required};
/// use auth_core::User;
/// use axum::{Router, response::Html, routing::get};
///
/// fn pages(auth: Auth<User>) -> Router {
///     Router::new()
///         .route("/account", get(|| async { Html("your account") }))
///         .route_layer(login_required(&auth))
///         .with_state(auth)
/// }
/// ```
#[must_use]
pub fn login_required<U: AuthUser>(auth: &Auth<U>) -> AuthLayer<U> {
    AuthLayer::new(auth, Task::Page(Guard::active()))
}

/// The user of a page. It is [`CurrentUser`], and redirects a browser without a login to the login page, as
/// [`login_required`] does.
///
/// # Examples
///
/// ```
/// use auth_axum::PageUser;
/// use auth_core::User;
/// use axum::response::Html;
///
/// async fn account(user: PageUser<User>) -> Html<String> {
///     Html(format!("the account of {}", user.id))
/// }
/// ```
#[derive(Debug)]
pub struct PageUser<U, P = Active>(CurrentUser<U, P>);

/// The result of the form that led to this page, which is shown once: see [`FlashMessage`].
///
/// As a part of the reply it deletes its cookie.
///
/// # Examples
///
/// ```
/// use auth_axum::{CsrfToken, Flash};
/// use auth_core::User;
/// use axum::response::{Html, IntoResponse};
///
/// async fn login_page(flash: Flash<User>, csrf: CsrfToken<User>) -> impl IntoResponse {
///     let sentence = flash.detail().unwrap_or_default();
///     let page = format!(
///         r#"<p>{sentence}</p><form method="post" action="/auth/login">
///            <input type="hidden" name="csrf_token" value="{}"> … </form>"#,
///         csrf.token(),
///     );
///     (flash, csrf, Html(page))
/// }
/// ```
#[derive(Debug)]
pub struct Flash<U>(ForPage<Option<FlashMessage>>, PhantomData<fn() -> U>);

/// The CSRF token for the hidden field `csrf_token` of the forms of a page.
///
/// As a part of the reply it sets the cookie that the token belongs to. See [`Flash`] for an example.
#[derive(Debug)]
pub struct CsrfToken<U>(ForPage<String>, PhantomData<fn() -> U>);

impl<U> Deref for Flash<U> {
    type Target = ForPage<Option<FlashMessage>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<U> Deref for CsrfToken<U> {
    type Target = ForPage<String>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<U, P> PageUser<U, P> {
    /// Returns the user of the request.
    #[must_use]
    pub fn into_inner(self) -> CurrentUser<U, P> {
        self.0
    }
}

impl<U, P> Deref for PageUser<U, P> {
    type Target = Admitted<U, P>;

    fn deref(&self) -> &Admitted<U, P> {
        &self.0
    }
}

impl<S, U, P> FromRequestParts<S> for PageUser<U, P>
where
    S: Send + Sync,
    U: AuthUser,
    P: Policy<U>,
    Auth<U>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let auth = Auth::from_ref(state);
        let cell = cell_of(&auth, parts);
        let admitted = auth.admit(Some(&cell), &Head(parts)).await;
        let user = admitted.map_err(|rejection| refuse(&auth, parts, rejection))?;
        Ok(Self(CurrentUser(user)))
    }
}

impl<S, U> FromRequestParts<S> for Flash<U>
where
    S: Send + Sync,
    U: AuthUser,
    Auth<U>: FromRef<S>,
{
    type Rejection = AuthRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthRejection> {
        let page = Auth::from_ref(state).take_flash(&Head(parts)).await?;
        Ok(Self(page, PhantomData))
    }
}

impl<S, U> FromRequestParts<S> for CsrfToken<U>
where
    S: Send + Sync,
    U: AuthUser,
    Auth<U>: FromRef<S>,
{
    type Rejection = AuthRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthRejection> {
        let auth = Auth::from_ref(state);
        let cell: RequestAuth<U> = cell_of(&auth, parts);
        let page = auth.csrf_token(Some(&cell), &Head(parts)).await?;
        Ok(Self(page, PhantomData))
    }
}

impl<U> IntoResponseParts for Flash<U> {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        reply::append(parts.headers_mut(), &self.0.headers);
        Ok(parts)
    }
}

impl<U> IntoResponseParts for CsrfToken<U> {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        reply::append(parts.headers_mut(), &self.0.headers);
        Ok(parts)
    }
}

/// Redirects to the login page, or refuses.
pub(crate) fn refuse<U: AuthUser>(auth: &Auth<U>, parts: &Parts, rejection: Rejection) -> Response {
    // Nesting removes its prefix from the URI.
    let original = parts.extensions.get::<OriginalUri>();
    let uri = original.map_or(&parts.uri, |original| &original.0);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    match auth.login_redirect(&Head(parts), path, &rejection) {
        Some(redirect) => reply::into_response(redirect),
        None => AuthRejection::from(rejection).into_response(),
    }
}
