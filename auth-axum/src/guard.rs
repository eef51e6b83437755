//! A guard around a whole router.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use auth_core::guard::Guard;
use auth_core::{Auth, AuthUser};
use axum::http::Request;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::reject::AuthRejection;
use crate::request::authenticate_once;

/// Lets only those requests through to the routes below whom the guard lets pass.
///
/// Extractors in these routes take the answer of the guard: a request is authenticated once.
///
/// # Examples
///
/// ```
/// use auth_axum::{Auth, Guard, guard};
/// use auth_core::User;
/// use axum::{Router, routing::get};
///
/// fn staff(auth: Auth<User>) -> Router {
///     Router::new()
///         .route("/reports", get(|| async { "the figures" }))
///         .route_layer(guard(&auth, Guard::superuser()))
///         .with_state(auth)
/// }
/// ```
///
/// With [`Router::route_layer`](axum::Router::route_layer) a path that does not exist stays 404;
/// with [`Router::layer`](axum::Router::layer) it is 401 for who may not pass.
#[must_use]
pub fn guard<U: AuthUser>(auth: &Auth<U>, guard: Guard) -> GuardLayer<U> {
    GuardLayer {
        rule: Arc::new(Rule {
            auth: auth.clone(),
            guard,
        }),
    }
}

/// The layer that [`guard`] makes.
pub struct GuardLayer<U: AuthUser> {
    rule: Arc<Rule<U>>,
}

/// The service that [`GuardLayer`] puts around another one.
pub struct GuardService<S, U: AuthUser> {
    inner: S,
    rule: Arc<Rule<U>>,
}

struct Rule<U: AuthUser> {
    auth: Auth<U>,
    guard: Guard,
}

impl<U: AuthUser> Rule<U> {
    async fn admit(&self, parts: &mut Parts) -> Result<(), AuthRejection> {
        let who = authenticate_once(&self.auth, parts).await?;
        self.auth.require(&self.guard, &who)?;
        Ok(())
    }
}

impl<S, U: AuthUser> Layer<S> for GuardLayer<U> {
    type Service = GuardService<S, U>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardService {
            inner,
            rule: Arc::clone(&self.rule),
        }
    }
}

impl<S, U, B> Service<Request<B>> for GuardService<S, U>
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
        // The one that said it is ready is called, and its clone stays to be asked again.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            if let Err(rejection) = rule.admit(&mut parts).await {
                return Ok(rejection.into_response());
            }
            let response = inner.call(Request::from_parts(parts, body)).await?;
            Ok(response.into_response())
        })
    }
}

impl<U: AuthUser> Clone for GuardLayer<U> {
    fn clone(&self) -> Self {
        Self {
            rule: Arc::clone(&self.rule),
        }
    }
}

impl<S: Clone, U: AuthUser> Clone for GuardService<S, U> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            rule: Arc::clone(&self.rule),
        }
    }
}

impl<U: AuthUser> fmt::Debug for GuardLayer<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardLayer")
            .field("guard", &self.rule.guard)
            .finish_non_exhaustive()
    }
}

impl<S, U: AuthUser> fmt::Debug for GuardService<S, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardService")
            .field("guard", &self.rule.guard)
            .finish_non_exhaustive()
    }
}
