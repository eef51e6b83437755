//! Settings of HTML forms: which page has which form, and where a browser goes afterwards.

use std::collections::BTreeMap;

use crate::api::Rejection;
use crate::config::{ConfigProblem, ConfigReport};
use crate::http::{AllowedRedirects, RedirectTarget, Reply};

/// A route that takes a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FormRoute {
    /// `POST A/login`.
    Login,
    /// `POST A/logout`.
    Logout,
    /// `POST A/register`.
    Register,
    /// `POST A/verify`.
    Verify,
    /// `POST A/request-verify-token`.
    RequestVerify,
    /// `POST A/forgot-password`.
    ForgotPassword,
    /// `POST A/reset-password`.
    ResetPassword,
    /// `POST U/me/change-password`.
    ChangePassword,
}

/// The pages of a server-rendered application: the routes of the toolkit take HTML forms from them.
///
/// A form is a `POST` with `application/x-www-form-urlencoded` and the members of the JSON body as
/// fields. It has the same checks, limits and events as JSON. The reply is a redirect (303):
///
/// - after a success to the field `next`, if [`redirects`](Self::redirects) allow it, else to the page
///   [`after`](Self::after) the form;
/// - after a failure back to the page of the form, with a [flash message](crate::FlashMessage).
///
/// An absent checkbox is `false`, and an empty field counts as absent if the route does not require it. The field `csrf_token`
/// ([`Auth::csrf_token`](crate::Auth::csrf_token)) is the proof of browsers that send neither `Sec-Fetch-Site` nor `Origin`.
///
/// # Examples
///
/// ```
/// use auth_core::{AuthBuilder, FormRoute, Forms, User};
///
/// fn configure(builder: AuthBuilder<User>) -> AuthBuilder<User> {
///     let forms = Forms::new()
///         .login_page("/login")
///         .after_login("/orders")
///         .page(FormRoute::Register, "/sign-up")
///         .page(FormRoute::ForgotPassword, "/forgot");
///     builder.forms(forms)
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Forms {
    pages: BTreeMap<FormRoute, Page>,
    redirects: AllowedRedirects,
}

/// The paths of one route, as they were configured.
#[derive(Debug, Clone, Default)]
struct Page {
    form: Option<String>,
    after: Option<String>,
}

impl Forms {
    /// Takes forms for login and logout. The login page is `/login`, and both lead to `/`.
    pub fn new() -> Self {
        let none = Self {
            pages: BTreeMap::new(),
            redirects: AllowedRedirects::own_site(),
        };
        none.login_page("/login")
            .after_login("/")
            .after(FormRoute::Logout, "/")
    }

    /// Sets the page with the login form, to which a page guard redirects.
    pub fn login_page(self, path: &str) -> Self {
        self.page(FormRoute::Login, path)
            .page(FormRoute::Logout, path)
    }

    /// Sets where a browser goes after a login without the field `next`.
    pub fn after_login(self, path: &str) -> Self {
        self.after(FormRoute::Login, path)
    }

    /// Sets the page with the form of a route. Without a page, the route takes JSON only.
    pub fn page(mut self, route: FormRoute, path: &str) -> Self {
        self.pages.entry(route).or_default().form = Some(path.to_owned());
        self
    }

    /// Sets where a browser goes after the form of a route without the field `next`: by default from a
    /// change of the password and from a request for mail back to the page of the form, from all other forms
    /// to the login page.
    pub fn after(mut self, route: FormRoute, path: &str) -> Self {
        self.pages.entry(route).or_default().after = Some(path.to_owned());
        self
    }

    /// Sets which values the field `next` may have: by default the paths of the own site.
    pub fn redirects(mut self, allowed: AllowedRedirects) -> Self {
        self.redirects = allowed;
        self
    }

    pub(crate) fn allowed(&self) -> &AllowedRedirects {
        &self.redirects
    }

    /// Returns the page with the form of a route.
    pub(crate) fn page_of(&self, route: FormRoute) -> Option<RedirectTarget> {
        let page = self.pages.get(&route)?;
        own(page.form.as_deref()?)
    }

    /// Returns the page after the form of a route.
    pub(crate) fn page_after(&self, route: FormRoute) -> Option<RedirectTarget> {
        let page = self.pages.get(&route)?;
        let stays = matches!(
            route,
            FormRoute::ChangePassword | FormRoute::ForgotPassword | FormRoute::RequestVerify
        );
        match &page.after {
            Some(path) => own(path),
            None if stays => self.page_of(route),
            None => self.page_of(FormRoute::Login),
        }
    }

    /// Returns the redirect to the login page for a refused request, after which the browser goes to `next`.
    pub(crate) fn redirect_to_login(
        &self,
        next: Option<&RedirectTarget>,
        rejection: &Rejection,
    ) -> Reply {
        let Some(login) = self.page_of(FormRoute::Login) else {
            return rejection.clone().into_reply();
        };
        let login = match next {
            Some(next) => login.with_query("next", next.as_str()),
            None => login,
        };
        login.see_other().with_headers(rejection.cookies())
    }

    pub(super) fn validate(&self, report: &mut ConfigReport) {
        let pages = self.pages.values();
        for path in pages.flat_map(|page| page.form.iter().chain(&page.after)) {
            if own(path).is_none() {
                let path = path.escape_default().to_string();
                report.problem(ConfigProblem::InvalidPage { path });
            }
        }
    }
}

impl Default for Forms {
    fn default() -> Self {
        Self::new()
    }
}

fn own(path: &str) -> Option<RedirectTarget> {
    AllowedRedirects::own_site().target(path).ok()
}
