//! The table of routes: every path that is mounted, with the route of each method.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::declared::BodyRules;
use super::route::Base;
use super::route_setting::Change;
use super::{Method, RouteSetting, RouteSpec, capabilities};
use crate::auth::{Auth, FormRoute, Settings, is_mountable};
use crate::backend::Backend;
use crate::config::ConfigProblem;
use crate::error::AppCode;
use crate::transport::{CredentialSource, RefreshPath};
use crate::user::AuthUser;

/// One path of the surface, with every method that it answers.
///
/// An adapter mounts the path for *all* methods and hands each request to
/// [`Auth::respond`]: which method is allowed is decided there.
pub struct Route<U: AuthUser> {
    path: String,
    /// The value of `Allow`.
    allow: String,
    /// In the order of [`Method::ALL`].
    specs: [Option<Arc<RouteSpec<U>>>; 4],
}

/// What a capability needs to know to list its routes.
pub(crate) struct Surface<'a, U: AuthUser> {
    pub(crate) backends: &'a [Arc<Backend<U>>],
    pub(crate) rules: BodyRules,
    pub(crate) hides_existing_accounts: bool,
    pub(crate) hides_account_state: bool,
    /// Whether a login beyond the limit of sessions is refused.
    pub(crate) refuses_sessions: bool,
    /// The codes of the application's refusals.
    pub(crate) refusal_codes: Vec<AppCode>,
}

/// Every route, ready to mount.
pub(crate) struct RouteTable<U: AuthUser> {
    pub(crate) backends: Vec<Backend<U>>,
    routes: Vec<Route<U>>,
}

impl<U: AuthUser> Route<U> {
    /// Returns the path, with `{id}` where the key of a user or of a session belongs.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the methods that the path answers, besides `OPTIONS`, and `HEAD` beside `GET`.
    pub fn methods(&self) -> impl Iterator<Item = Method> {
        self.specs().map(RouteSpec::method)
    }

    /// Returns the route of each method.
    pub fn specs(&self) -> impl Iterator<Item = &RouteSpec<U>> {
        self.specs.iter().flatten().map(|spec| &**spec)
    }

    /// The route of a method. `HEAD` has the route of `GET` (RFC 9110 §9.3.2): the server sends the
    /// reply without its body.
    pub(super) fn spec(&self, method: &str) -> Option<&RouteSpec<U>> {
        let [delete, get, patch, post] = &self.specs;
        let method = if method == "HEAD" { "GET" } else { method };
        let spec = match Method::parse(method)? {
            Method::Delete => delete,
            Method::Get => get,
            Method::Patch => patch,
            Method::Post => post,
        };
        spec.as_deref()
    }

    /// The value of `Allow`: the methods in alphabetical order.
    pub(super) fn allow(&self) -> &str {
        &self.allow
    }

    fn new(path: String, specs: Vec<RouteSpec<U>>) -> Self {
        let mut names: Vec<_> = specs.iter().map(|spec| spec.method().as_str()).collect();
        names.push("OPTIONS");
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.sort_unstable();
        let allow = names.join(", ");
        let mut by_method = [None, None, None, None];
        for spec in specs {
            let mut places = Method::ALL.iter().zip(&mut by_method);
            if let Some((_, place)) = places.find(|(method, _)| **method == spec.method()) {
                *place = Some(Arc::new(spec));
            }
        }
        Self {
            path,
            allow,
            specs: by_method,
        }
    }
}

impl<U: AuthUser> RouteTable<U> {
    /// Makes the table, and finds what is wrong with the settings of routes.
    pub(crate) fn new(
        settings: &Settings,
        backends: &[Backend<U>],
        rules: BodyRules,
        refuses_sessions: bool,
    ) -> (Self, Vec<ConfigProblem>) {
        let mounted = |(place, backend): (usize, &Backend<U>)| {
            let id = match place {
                0 => "auth.refresh".to_owned(),
                _ => format!("auth.refresh@{}", backend.name()),
            };
            let base = settings.backend_path(place, backend.name());
            let path = placed(settings, &id, &base, "/refresh");
            backend.mounted_at(RefreshPath::new(format!(
                "{}{path}",
                settings.public_prefix
            )))
        };
        let backends: Vec<Backend<U>> = backends.iter().enumerate().map(mounted).collect();
        let of_routes =
            |backend: &Backend<U>| Arc::new(backend.mounted_at(backend.refresh_path().clone()));
        let shared: Vec<_> = backends.iter().map(of_routes).collect();
        let surface = Surface {
            backends: &shared,
            rules,
            hides_existing_accounts: settings.hide_existing_accounts,
            hides_account_state: settings.hide_account_state,
            refuses_sessions,
            refusal_codes: refusal_codes(settings),
        };
        let specs = capabilities::routes(&surface);
        let mut problems = unknown(settings, &specs);
        problems.extend(taken_names(&backends, &specs));
        let has_cookies = backends
            .iter()
            .any(|b| b.transport().source() == CredentialSource::Cookie);
        let routes = mount(settings, &backends, specs, has_cookies, &mut problems);
        (Self { backends, routes }, problems)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Route<U>> {
        self.routes.iter()
    }

    /// Whether a route of this id, or of this group, is there.
    pub(crate) fn has(&self, id: &str) -> bool {
        let mut specs = self.routes.iter().flat_map(Route::specs);
        specs.any(|spec| is_within(spec.id(), id))
    }
}

/// The declared codes of refusals. An invalid one is a problem that the builder reports.
fn refusal_codes(settings: &Settings) -> Vec<AppCode> {
    let codes = settings.refusal_codes.iter();
    codes.filter_map(|code| AppCode::new(code).ok()).collect()
}

/// Whether the application has a page with the form of this route.
fn has_page(settings: &Settings, route: FormRoute) -> bool {
    let forms = settings.forms.as_ref();
    forms.is_some_and(|forms| forms.page_of(route).is_some())
}

/// Gives each route its path, and leaves out those that are off.
fn mount<U: AuthUser>(
    settings: &Settings,
    backends: &[Backend<U>],
    specs: Vec<RouteSpec<U>>,
    has_cookies: bool,
    problems: &mut Vec<ConfigProblem>,
) -> Vec<Route<U>> {
    let mut paths: Vec<String> = Vec::new();
    let mut by_path: BTreeMap<String, Vec<RouteSpec<U>>> = BTreeMap::new();
    for mut spec in specs.into_iter().filter(|spec| is_on(settings, spec)) {
        let base = match spec.base {
            Base::Auth => settings.auth_path.clone(),
            Base::Users => settings.users_path.clone(),
            Base::Backend(place) => {
                let name = backends.get(place).map_or("", Backend::name);
                settings.backend_path(place, name)
            }
        };
        let path = placed(settings, &spec.id, &base, &spec.path);
        if !is_route_path(&path, &spec.path) {
            problems.push(ConfigProblem::InvalidRoutePath {
                id: spec.id.clone(),
                path,
            });
            continue;
        }
        let beside = by_path.entry(path.clone()).or_default();
        if let Some(first) = beside.iter().find(|other| other.method == spec.method) {
            problems.push(ConfigProblem::RouteCollision {
                first: first.id.clone(),
                second: spec.id.clone(),
                path,
            });
            continue;
        }
        if beside.is_empty() {
            paths.push(path.clone());
        }
        spec.path = path;
        spec.form = spec.form.filter(|route| has_page(settings, *route));
        spec.finish(has_cookies);
        beside.push(spec);
    }
    let route = |path: String| {
        let specs = by_path.remove(&path).unwrap_or_default();
        Route::new(path, specs)
    };
    paths.into_iter().map(route).collect()
}

/// Whether a route that was declared at `declared` can be mounted at `path`: a path with at least one
/// segment, and with `{id}` as a whole segment as often as the declared path has it.
fn is_route_path(path: &str, declared: &str) -> bool {
    let ids = |path: &str| path.split('/').filter(|segment| *segment == "{id}").count();
    let fixed: Vec<_> = path
        .split('/')
        .map(|segment| if segment == "{id}" { "id" } else { segment })
        .collect();
    !path.is_empty() && ids(path) == ids(declared) && is_mountable(&fixed.join("/"))
}

/// Whether `id` is this id, or of the group of this name.
fn is_within(id: &str, name: &str) -> bool {
    let rest = id.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '@']))
}

/// The settings that concern a route, the most general first; among equals the last one counts.
fn settings_of<'s>(settings: &'s Settings, id: &str) -> Vec<&'s Change> {
    let concerning = settings.routes.iter();
    let concerning = concerning.filter(|(name, _)| is_within(id, name));
    let mut concerning: Vec<_> = concerning.collect();
    concerning.sort_by_key(|(name, _)| name.len());
    let change = |(_, RouteSetting(change)): &'s (String, RouteSetting)| change;
    concerning.into_iter().map(change).collect()
}

fn is_on<U: AuthUser>(settings: &Settings, spec: &RouteSpec<U>) -> bool {
    let own = settings.routes.iter().rev().find(|(id, _)| *id == spec.id);
    let is_on = match (own, settings_of(settings, &spec.id).last()) {
        (Some((_, RouteSetting(change))), _) => *change != Change::Off,
        // A group switches off what is on by default. What is off by default needs its own name.
        (None, Some(Change::Off)) => false,
        (None, _) => spec.is_on,
    };
    spec.is_available && is_on
}

/// The path of a route below its base, or where the application puts it.
fn placed(settings: &Settings, id: &str, base: &str, path: &str) -> String {
    let changes = settings_of(settings, id);
    let change = changes.iter().rev().find_map(|change| match change {
        Change::Renamed(path) => Some(format!("{base}{path}")),
        Change::Moved(path) => Some(path.clone()),
        Change::On | Change::Off => None,
    });
    change.unwrap_or_else(|| format!("{base}{path}"))
}

/// Settings of routes that do not exist, and paths for more than one route.
fn unknown<U: AuthUser>(settings: &Settings, specs: &[RouteSpec<U>]) -> Vec<ConfigProblem> {
    let mut problems = Vec::new();
    for (name, RouteSetting(change)) in &settings.routes {
        let concerned = specs.iter().filter(|spec| is_within(&spec.id, name));
        let places = matches!(change, Change::Renamed(_) | Change::Moved(_));
        let is_group = places && !specs.iter().any(|spec| spec.id == *name);
        if concerned.count() == 0 || is_group {
            let ids = specs.iter().map(|spec| spec.id.clone()).collect();
            problems.push(ConfigProblem::UnknownRoute {
                id: name.clone(),
                ids,
            });
        }
    }
    problems
}

/// Backends whose name is the first segment of a route beside their own.
fn taken_names<U: AuthUser>(backends: &[Backend<U>], specs: &[RouteSpec<U>]) -> Vec<ConfigProblem> {
    let segments = specs.iter().filter(|spec| spec.base != Base::Users);
    let segments: Vec<_> = segments
        .filter_map(|spec| spec.path.split('/').nth(1))
        .collect();
    let taken = backends.iter().filter(|b| segments.contains(&b.name()));
    let problem = |backend: &Backend<U>| ConfigProblem::InvalidBackendName {
        name: backend.name().to_owned(),
    };
    taken.map(problem).collect()
}

impl<U: AuthUser> Auth<U> {
    /// Returns the routes to mount.
    pub fn routes(&self) -> impl Iterator<Item = &Route<U>> {
        self.table().iter()
    }
}

impl<U: AuthUser> Clone for Route<U> {
    fn clone(&self) -> Self {
        Self {
            path: self.path.clone(),
            allow: self.allow.clone(),
            specs: self.specs.clone(),
        }
    }
}

impl<U: AuthUser> fmt::Debug for Route<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("path", &self.path)
            .field("allow", &self.allow)
            .finish_non_exhaustive()
    }
}
