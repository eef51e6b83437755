//! Extractors and a guard for pages that the server renders.

use std::marker::PhantomData;
use std::ops::Deref;

use auth_core::api::Rejection;
use auth_core::guard::{Active, Admitted, Guard, Policy};
use auth_core::http::Header;
use auth_core::{Auth, AuthUser, FlashMessage, ForPage};
use poem::{Error, FromRequest, IntoResponse, Request, RequestBody, Response, Result};

use crate::endpoint::AuthMiddleware;
use crate::endpoint::Rule;
use crate::extract::CurrentUser;
use crate::reject::AuthRejection;
use crate::reply;
use crate::request::Head;
use crate::wiring::handle;

/// Returns a middleware for pages that need a login: it redirects a browser without one to the login page of
/// [`AuthBuilder::forms`](auth_core::AuthBuilder::forms), with the page in `next`. Every other request is refused as by
/// [`guard`](crate::guard): 401 or 403 for what is not a page, 503 if a store cannot answer.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::{Auth, login_required};
/// use poem::{Endpoint, EndpointExt, Route, get, handler, web::Html};
///
/// #[handler]
/// fn account() -> Html<&'static str> {
///     Html("your account")
/// }
///
/// fn pages(auth: &Auth<User>) -> impl Endpoint {
///     Route::new().at("/account", get(account)).with(login_required(auth))
/// }
/// ```
#[must_use]
pub fn login_required<U: AuthUser>(auth: &Auth<U>) -> AuthMiddleware<U> {
    AuthMiddleware::new(auth, Rule::Page(Box::new(Guard::active())))
}

/// The user of a page. It is [`CurrentUser`], and redirects a browser without a login to the login page, as
/// [`login_required`] does.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::PageUser;
/// use poem::{handler, web::Html};
///
/// #[handler]
/// async fn account(user: PageUser<User>) -> Html<String> {
///     Html(format!("the account of {}", user.id))
/// }
/// ```
#[derive(Debug)]
pub struct PageUser<U, P = Active>(CurrentUser<U, P>);

/// The result of the form that led to this page, which is shown once: see [`FlashMessage`].
///
/// [`on`](Self::on) adds the header to the reply that deletes its cookie.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_poem::{CsrfToken, Flash};
/// use poem::{Response, handler, web::Html};
///
/// #[handler]
/// async fn login_page(flash: Flash<User>, csrf: CsrfToken<User>) -> Response {
///     let sentence = flash.detail().unwrap_or_default();
///     let page = format!(
///         r#"<p>{sentence}</p><form method="post" action="/auth/login">
///            <input type="hidden" name="csrf_token" value="{}"> … </form>"#,
///         csrf.token(),
///     );
///     csrf.on(flash.on(Html(page)))
/// }
/// ```
#[derive(Debug)]
pub struct Flash<U>(ForPage<Option<FlashMessage>>, PhantomData<fn() -> U>);

/// The CSRF token for the hidden field `csrf_token` of the forms of a page.
///
/// [`on`](Self::on) adds the header to the reply that sets the cookie of the token. See [`Flash`] for an example.
#[derive(Debug)]
pub struct CsrfToken<U>(ForPage<String>, PhantomData<fn() -> U>);

impl<U> Flash<U> {
    /// Returns a reply that deletes the cookie of the message.
    pub fn on(&self, reply: impl IntoResponse) -> Response {
        with_headers(reply, &self.0.headers)
    }
}

impl<U> CsrfToken<U> {
    /// Returns a reply that sets the cookie of the token.
    pub fn on(&self, reply: impl IntoResponse) -> Response {
        with_headers(reply, &self.0.headers)
    }
}

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

impl<'r, U: AuthUser, P: Policy<U>> FromRequest<'r> for PageUser<U, P> {
    async fn from_request(request: &'r Request, _: &mut RequestBody) -> Result<Self> {
        let auth = handle::<U>(request)?;
        let admitted = auth.admit(request.data(), &Head(request)).await;
        let user = admitted.map_err(|rejection| refuse(auth, request, rejection))?;
        Ok(Self(CurrentUser(user)))
    }
}

impl<'r, U: AuthUser> FromRequest<'r> for Flash<U> {
    async fn from_request(request: &'r Request, _: &mut RequestBody) -> Result<Self> {
        let taken = handle::<U>(request)?.take_flash(&Head(request)).await;
        let page = taken.map_err(AuthRejection::from)?;
        Ok(Self(page, PhantomData))
    }
}

impl<'r, U: AuthUser> FromRequest<'r> for CsrfToken<U> {
    async fn from_request(request: &'r Request, _: &mut RequestBody) -> Result<Self> {
        let auth = handle::<U>(request)?;
        let token = auth.csrf_token(request.data(), &Head(request)).await;
        let page = token.map_err(AuthRejection::from)?;
        Ok(Self(page, PhantomData))
    }
}

fn with_headers(reply: impl IntoResponse, headers: &[Header]) -> Response {
    let mut response = reply.into_response();
    reply::append(response.headers_mut(), headers);
    response
}

/// Returns the redirect to the login page, or the refusal, as an error.
pub(crate) fn refuse<U: AuthUser>(
    auth: &Auth<U>,
    request: &Request,
    rejection: Rejection,
) -> Error {
    // Nesting removes its prefix from the URI.
    let uri = request.original_uri();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    match auth.login_redirect(&Head(request), path, &rejection) {
        Some(redirect) => Error::from_response(reply::into_response(redirect)),
        None => AuthRejection::from(rejection).into(),
    }
}
