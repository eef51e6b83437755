//! The Tower service of guards and of the CSRF protection.

use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use auth_core::guard::Guard;
use auth_core::{Auth, AuthUser};
use axum::http::{HeaderValue, Request, header};
use axum::response::{IntoResponse, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::page;
use crate::reject::AuthRejection;
use crate::reply;
use crate::request::{Head, cell_of};

/// The layer that [`guard`](crate::guard) and [`csrf_protection`](crate::csrf_protection) return.
#[derive(Debug, Clone)]
pub struct AuthLayer<U: AuthUser> {
    rule: Arc<Rule<U>>,
}

/// The service that [`AuthLayer`] puts around another service.
#[derive(Debug, Clone)]
pub struct AuthService<S, U: AuthUser> {
    inner: S,
    rule: Arc<Rule<U>>,
}

#[derive(Debug, Clone)]
struct Rule<U: AuthUser> {
    auth: Auth<U>,
    /// `None` if only forged requests are refused.
    guard: Option<Guard<U>>,
    /// Whether a page redirects to the login page.
    redirects: bool,
}

impl<U: AuthUser> AuthLayer<U> {
    pub(crate) fn new(auth: &Auth<U>, guard: Option<Guard<U>>) -> Self {
        let auth = auth.clone();
        Self {
            rule: Arc::new(Rule {
                auth,
                guard,
                redirects: false,
            }),
        }
    }
}

impl<U: AuthUser> AuthLayer<U> {
    /// Redirects a browser without a login to the login page, as
    /// [`login_required`](crate::login_required) does: for pages with another guard.
    #[must_use]
    pub fn to_login_page(self) -> Self {
        let Rule { auth, guard, .. } = (*self.rule).clone();
        Self {
            rule: Arc::new(Rule {
                auth,
                guard,
                redirects: true,
            }),
        }
    }
}

impl<S, U: AuthUser> Layer<S> for AuthLayer<U> {
    type Service = AuthService<S, U>;

    fn layer(&self, inner: S) -> Self::Service {
        AuthService {
            inner,
            rule: Arc::clone(&self.rule),
        }
    }
}

impl<S, U, B> Service<Request<B>> for AuthService<S, U>
where
    S: Service<Request<B>> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
    U: AuthUser,
    B: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, task: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let rule = Arc::clone(&self.rule);
        // Call the instance that was polled ready, and keep the clone for the next request.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            let Rule {
                auth,
                guard,
                redirects,
            } = &*rule;
            let (mut parts, body) = request.into_parts();
            let cell = cell_of(auth, &mut parts);
            let passed = match guard {
                Some(guard) => auth.pass(guard, Some(&cell), &Head(&parts)).await.map(drop),
                None => auth.csrf_gate(&cell, &Head(&parts)).await,
            };
            if let Err(rejection) = passed {
                return Ok(if *redirects {
                    page::refuse(auth, &parts, rejection)
                } else {
                    AuthRejection::from(rejection).into_response()
                });
            }
            let response = inner.call(Request::from_parts(parts, body)).await?;
            let mut response = response.into_response();
            let set = response.headers().get_all(header::SET_COOKIE).iter();
            let stale = auth.stale_cookies(&cell, set.map(HeaderValue::as_bytes));
            reply::append(response.headers_mut(), &stale);
            Ok(response)
        })
    }
}
