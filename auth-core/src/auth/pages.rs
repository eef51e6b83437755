//! What the pages of a server-rendered application ask: the flash message, the token for their forms, and the
//! redirect to the login page.

use std::fmt;

use super::{Auth, FormRoute, RequestAuth};
use crate::accounts::MaxAge;
use crate::api::{ErrorCode, Rejection};
use crate::backend::Backend;
use crate::csrf::CsrfBinding;
use crate::error::Unavailable;
use crate::flash::{FLASH_LIFETIME, FlashMessage};
use crate::http::{AllowedRedirects, Header, RedirectTarget, Reply, RequestHead};
use crate::login::IssuedTokens;
use crate::transport::{CookieSet, find_cookie};
use crate::user::AuthUser;

/// A value for a page, with the headers that belong to its reply.
#[derive(Clone)]
#[must_use]
pub struct ForPage<T> {
    /// The value.
    pub value: T,
    /// Headers of the reply with the page: cookies that are set or deleted.
    pub headers: Vec<Header>,
}

impl ForPage<Option<FlashMessage>> {
    /// Returns the message; `None` if no form led to this page.
    #[must_use]
    pub fn message(&self) -> Option<&FlashMessage> {
        self.value.as_ref()
    }

    /// Returns the sentence of a refused form.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.message().and_then(FlashMessage::detail)
    }

    /// Returns what the user typed into a field of a refused form; empty if there is nothing. The page must
    /// escape it.
    #[must_use]
    pub fn typed(&self, field: &str) -> &str {
        self.message().map_or("", |message| message.typed(field))
    }
}

impl ForPage<String> {
    /// Returns the token for the hidden field: letters, digits, `-`, `_` and `.`.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.value
    }
}

/// The value can be a token, or what a user typed.
impl<T> fmt::Debug for ForPage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForPage").finish_non_exhaustive()
    }
}

impl<U: AuthUser> Auth<U> {
    /// Takes the flash message of a request, which is then spent: a page shows it once.
    ///
    /// The headers delete its cookie. Without them the cookie stays for up to ten minutes, and costs each
    /// page a question to the expiring store.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the expiring store cannot answer.
    pub async fn take_flash(
        &self,
        head: &dyn RequestHead,
    ) -> Result<ForPage<Option<FlashMessage>>, Unavailable> {
        let mut page = ForPage {
            value: None,
            headers: Vec::new(),
        };
        let Some(cookies) = self.page_cookies() else {
            return Ok(page);
        };
        let text = match find_cookie(head, cookies.flash_cookie()) {
            Ok(None) => return Ok(page),
            Ok(Some(text)) => Some(text),
            Err(_) => None,
        };
        page.headers
            .extend(cookies.clear_flash().unwrap_or_default());
        let now = self.accounts().now();
        let signer = self.inner.flash.as_ref();
        let verified = text
            .zip(signer)
            .and_then(|(text, signer)| signer.verify(text, now));
        if let Some((message, name)) = verified
            && self
                .accounts()
                .spend("flash", &name, FLASH_LIFETIME)
                .await?
        {
            page.value = Some(message);
        }
        Ok(page)
    }

    /// Returns the CSRF token for the hidden field `csrf_token` of forms: the one of the request's cookie if it
    /// belongs to the login of the request, else a new one, which the headers set. It is empty if no backend
    /// has cookies.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if a store cannot answer who the user is, or without random numbers.
    pub async fn csrf_token(
        &self,
        cell: Option<&RequestAuth<U>>,
        head: &dyn RequestHead,
    ) -> Result<ForPage<String>, Unavailable> {
        let known = cell.filter(|cell| cell.is_of(self));
        let who = match known {
            Some(cell) => cell
                .authenticate(self, head, MaxAge::OfCache)
                .await?
                .user()
                .cloned(),
            None => self.authenticate(head).await?.user().cloned(),
        };
        let mut page = ForPage {
            value: String::new(),
            headers: Vec::new(),
        };
        let mut backends = self.cookie_backends();
        let backend = match &who {
            Some(user) => backends.find(|backend| backend.name() == user.backend()),
            None => backends.next(),
        };
        let Some(cookies) = backend.and_then(|backend| backend.transport().cookies()) else {
            return Ok(page);
        };
        let binding = who.map_or(CsrfBinding::Anonymous, |user| {
            CsrfBinding::of_login(user.session(), user.id())
        });
        let sent = cookies
            .csrf_cookie()
            .map_or(Ok(None), |name| find_cookie(head, name));
        if sent.is_err() {
            // The new token would be a further value of the name.
            page.headers
                .extend(cookies.clear_csrf().unwrap_or_default());
        }
        // Before a login every genuine token is accepted, and that of an expired login may still refresh it.
        let is_usable = |token: &str| match &binding {
            CsrfBinding::Anonymous => self.csrf().is_genuine(token),
            binding => self.csrf().is_of(token, binding),
        };
        if let Some(token) = sent.ok().flatten().filter(|token| is_usable(token)) {
            token.clone_into(&mut page.value);
            return Ok(page);
        }
        let minted = self.csrf().mint(&binding).map_err(Unavailable::new)?;
        page.value = minted.unwrap_or_default();
        page.headers.extend(cookies.offer_csrf(&page.value).ok());
        Ok(page)
    }

    /// Returns the redirect (303) after a form that a handler of the application answers: to a path of the own
    /// site, whose page shows the message once.
    ///
    /// The handler checks that the form is not forged: the extractors of users and guards do. A message that
    /// is too long for its cookie loses values and errors of fields.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 500 if `path` is not a path of the own site, without random numbers, and if the accounts
    /// have no expiring store ([`without_email_flows`](crate::accounts::AccountsBuilder::without_email_flows)) or no
    /// backend has cookies.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::api::Rejection;
    /// use auth_core::http::Reply;
    /// use auth_core::{Auth, FlashMessage, SessionId, User};
    ///
    /// async fn end_session(auth: &Auth<User>, user: &User, id: &SessionId) -> Result<Reply, Rejection> {
    ///     let accounts = auth.accounts();
    ///     accounts.end_session(&user.id, id, &accounts.context()).await?;
    ///     auth.flash_redirect("/account", FlashMessage::success("session"))
    /// }
    /// ```
    pub fn flash_redirect(&self, path: &str, message: FlashMessage) -> Result<Reply, Rejection> {
        let target = own_page(path)?;
        if self.inner.flash.is_none() {
            tracing::error!(target: "auth", "a flash message needs a backend with cookies and an expiring store");
            return Err(ErrorCode::InternalError.into());
        }
        Ok(self.with_flash(target.see_other(), message))
    }

    /// Returns the redirect (303) after a login by a handler of the application: to a path of the own site, with the
    /// cookies of the login. The backend must have cookies.
    ///
    /// # Security
    ///
    /// The handler must check that this browser has begun the login, for example by a random value that was in a
    /// cookie and comes back. Another site could else log a visitor in to an account of the attacker. The login
    /// route checks it for its forms.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: as [`token_reply`](Self::token_reply), and 500 if `path` is not a path of the own site.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::api::{ErrorCode, Rejection};
    /// use auth_core::http::Reply;
    /// use auth_core::login::{AuthMethod, AuthProof, LoginStep};
    /// use auth_core::{Auth, Context, User};
    ///
    /// /// Ends a login by the own single sign-on.
    /// async fn signed_on(auth: &Auth<User>, user: User, context: &Context) -> Result<Reply, Rejection> {
    ///     let method = AuthMethod::custom("company-sso").map_err(|_| ErrorCode::InternalError)?;
    ///     let proof = AuthProof::vouched_for(user, method);
    ///     match auth.log_in("web", proof, context).await {
    ///         Ok(LoginStep::Done(tokens)) => auth.token_redirect(&tokens, "/account"),
    ///         _ => Err(ErrorCode::LoginUserInactive.into()),
    ///     }
    /// }
    /// ```
    pub fn token_redirect(&self, tokens: &IssuedTokens<U>, path: &str) -> Result<Reply, Rejection> {
        let reply = self.token_reply(tokens)?;
        let cookies = reply
            .headers()
            .filter(|header| header.name() == "set-cookie");
        Ok(own_page(path)?.see_other().with_headers(cookies.cloned()))
    }

    /// Returns the redirect to the login page for a request of a page that needs a login; `None` where the
    /// refusal is sent as it is.
    ///
    /// It is a redirect for a `GET` or `HEAD` that accepts HTML and was refused with 401, if
    /// [`forms`](crate::AuthBuilder::forms) are configured. `path` is the path with the query, as the client sent it; it becomes
    /// the parameter `next`. The login page itself is not redirected.
    #[must_use]
    pub fn login_redirect(
        &self,
        head: &dyn RequestHead,
        path: &str,
        rejection: &Rejection,
    ) -> Option<Reply> {
        let forms = self.settings().forms.as_ref()?;
        let login = forms.page_of(FormRoute::Login)?;
        let is_page = matches!(head.method(), "GET" | "HEAD") && accepts_html(head);
        let is_login = path.split('?').next() == login.as_str().split('?').next();
        if !is_page || is_login || rejection.code() != ErrorCode::AuthenticationFailed {
            return None;
        }
        let next = AllowedRedirects::own_site().target(path).ok();
        let reply = forms.redirect_to_login(next.as_ref(), rejection);
        Some(reply.header("vary", "accept"))
    }

    /// Adds the cookie of a flash message to a redirect.
    pub(crate) fn with_flash(&self, reply: Reply, message: FlashMessage) -> Reply {
        let (Some(signer), Some(cookies)) = (&self.inner.flash, self.page_cookies()) else {
            return reply;
        };
        let cookie = signer.sign(message, self.accounts().now());
        match cookie.map(|text| cookies.set_flash(&text, FLASH_LIFETIME)) {
            Ok(Ok(cookie)) => reply.with_headers([cookie]),
            _ => Rejection::new(ErrorCode::InternalError).into_reply(),
        }
    }

    /// Returns the path and query of a URL of this site.
    pub(crate) fn own_path<'u>(&self, head: &dyn RequestHead, url: &'u str) -> Option<&'u str> {
        let start = url.find("://")?.saturating_add(3);
        let end = url.get(start..)?.find('/')?.saturating_add(start);
        let (origin, path) = url.split_at_checked(end)?;
        self.csrf().is_own(head, origin.as_bytes()).then_some(path)
    }

    fn cookie_backends(&self) -> impl Iterator<Item = &Backend<U>> {
        let backends = self.backends().iter();
        backends.filter(|backend| backend.transport().cookies().is_some())
    }

    fn page_cookies(&self) -> Option<&dyn CookieSet> {
        self.cookie_backends().next()?.transport().cookies()
    }
}

/// Returns a path of the own site as a target.
fn own_page(path: &str) -> Result<RedirectTarget, Rejection> {
    AllowedRedirects::own_site().target(path).map_err(|_| {
        tracing::error!(target: "auth", "a redirect to a path that is not of the own site");
        ErrorCode::InternalError.into()
    })
}

/// Returns whether the client names HTML among what it accepts, as a browser does for a page.
fn accepts_html(head: &dyn RequestHead) -> bool {
    let mut values = (0..).map_while(|index| head.header("accept", index));
    values.any(|value| {
        let mut types = value.split(|byte| *byte == b',');
        types.any(|kind| {
            let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default();
            kind.trim_ascii().eq_ignore_ascii_case(b"text/html")
        })
    })
}
