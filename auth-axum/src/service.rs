//! The Tower service of guards, of the CSRF protection and of the renewal of sessions.

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
use crate::request::{self, Head, cell_of};

/// The layer that [`guard`](crate::guard), [`csrf_protection`](crate::csrf_protection) and
/// [`renew_sessions`](crate::renew_sessions) return.
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
    task: Task<U>,
}

/// The task of a layer before a request.
#[derive(Debug, Clone)]
pub(crate) enum Task<U> {
    Guard(Guard<U>),
    /// A guard that redirects a browser to the login page.
    Page(Guard<U>),
    Csrf,
    Renew,
}

impl<U: AuthUser> AuthLayer<U> {
    pub(crate) fn new(auth: &Auth<U>, task: Task<U>) -> Self {
        let auth = auth.clone();
        Self {
            rule: Arc::new(Rule { auth, task }),
        }
    }

    /// Redirects a browser without a login to the login page, as
    /// [`login_required`](crate::login_required) does: for pages with another guard.
    #[must_use]
    pub fn to_login_page(self) -> Self {
        match &self.rule.task {
            Task::Guard(guard) => Self::new(&self.rule.auth, Task::Page(guard.clone())),
            _ => self,
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
            let Rule { auth, task } = &*rule;
            let (mut parts, body) = request.into_parts();
            let mut cell = cell_of(auth, &mut parts);
            let mut refreshed = None;
            let passed = match task {
                Task::Guard(guard) | Task::Page(guard) => {
                    auth.pass(guard, Some(&cell), &Head(&parts)).await.map(drop)
                }
                Task::Csrf => auth.csrf_gate(&cell, &Head(&parts)).await,
                Task::Renew => {
                    let answer = auth.refresh_request(&cell, &Head(&parts)).await;
                    answer.map(|answer| refreshed = answer)
                }
            };
            if let Err(rejection) = passed {
                return Ok(match task {
                    Task::Page(_) => page::refuse(auth, &parts, rejection),
                    _ => AuthRejection::from(rejection).into_response(),
                });
            }
            if let Some(refreshed) = &refreshed {
                cell = request::with_cookies(auth, &mut parts, refreshed);
            }
            let response = inner.call(Request::from_parts(parts, body)).await?;
            let mut response = response.into_response();
            let set = response.headers().get_all(header::SET_COOKIE).iter();
            let set: Vec<_> = set.map(HeaderValue::as_bytes).collect();
            let more = match &refreshed {
                Some(refreshed) => refreshed.reply_headers(set.iter().copied()),
                None => auth.reply_headers(&cell, set).await,
            };
            reply::append(response.headers_mut(), &more);
            Ok(response)
        })
    }
}
