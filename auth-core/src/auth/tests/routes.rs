//! Settings of single routes: off, on, renamed, moved; and the settings that are refused.

use super::{backend, builder, jwt, jwt_of, problems};
use crate::config::ConfigProblem;
use crate::{Auth, AuthBuilder, RouteSetting, User};

fn with(settings: &[(&str, RouteSetting)]) -> AuthBuilder<User> {
    let settings = settings.iter().cloned();
    settings.fold(
        builder().backend(backend("jwt", jwt())),
        |builder, (id, setting)| builder.route(id, setting),
    )
}

/// The path of a route, if the route is there.
fn path_of(auth: &Auth<User>, id: &str) -> Option<String> {
    let route = auth
        .routes()
        .find(|route| route.specs().any(|spec| spec.id() == id))?;
    Some(route.path().to_owned())
}

fn built(settings: &[(&str, RouteSetting)]) -> Auth<User> {
    with(settings).build().unwrap()
}

#[test]
fn renamed_route_stays_below_its_base_and_moved_route_does_not() {
    let auth = built(&[
        ("auth.login", RouteSetting::renamed("/sign-in")),
        ("users.me.read", RouteSetting::moved("/whoami")),
        ("users.read", RouteSetting::moved("/people/{id}/card")),
    ]);
    assert_eq!(path_of(&auth, "auth.login").unwrap(), "/auth/sign-in");
    assert_eq!(path_of(&auth, "users.me.read").unwrap(), "/whoami");
    assert_eq!(path_of(&auth, "users.read").unwrap(), "/people/{id}/card");
    assert_eq!(path_of(&auth, "users.me.update").unwrap(), "/users/me");
    assert_eq!(path_of(&auth, "users.update").unwrap(), "/users/{id}");
}

#[test]
fn route_that_is_off_by_default_is_added_by_each_setting_but_off() {
    assert_eq!(path_of(&built(&[]), "users.me.delete"), None);
    let off = [("users.me.delete", RouteSetting::off())];
    assert_eq!(path_of(&built(&off), "users.me.delete"), None);
    for (setting, path) in [
        (RouteSetting::on(), "/users/me"),
        (RouteSetting::renamed("/me/close"), "/users/me/close"),
        (RouteSetting::moved("/close"), "/close"),
    ] {
        let auth = built(&[("users.me.delete", setting)]);
        assert_eq!(path_of(&auth, "users.me.delete").unwrap(), path);
    }
}

#[test]
fn group_setting_adds_no_route_that_is_off_by_default() {
    let auth = built(&[("users", RouteSetting::on())]);
    assert_eq!(path_of(&auth, "users.me.delete"), None);
    let both = [
        ("users.me.delete", RouteSetting::on()),
        ("users", RouteSetting::off()),
    ];
    assert!(path_of(&built(&both), "users.me.delete").is_some());
}

#[test]
fn setting_of_one_route_counts_more_than_the_setting_of_its_group() {
    let group_last = [
        ("users.read", RouteSetting::on()),
        ("users", RouteSetting::off()),
    ];
    let auth = built(&group_last);
    assert!(path_of(&auth, "users.read").is_some());
    assert_eq!(path_of(&auth, "users.list"), None);
    assert_eq!(path_of(&auth, "users.me.read"), None);
}

#[test]
fn route_of_a_further_backend_has_a_setting_of_its_own() {
    let auth = builder()
        .backend(backend("jwt", jwt()))
        .backend(backend("api", jwt_of(7)))
        .route("auth.login@api", RouteSetting::renamed("/token"))
        .route("auth.logout@api", RouteSetting::off())
        .build()
        .unwrap();
    assert_eq!(path_of(&auth, "auth.login").unwrap(), "/auth/login");
    assert_eq!(path_of(&auth, "auth.login@api").unwrap(), "/auth/api/token");
    assert!(path_of(&auth, "auth.logout").is_some());
    assert_eq!(path_of(&auth, "auth.logout@api"), None);
}

#[test]
fn unknown_route_name_is_a_problem_that_lists_the_names() {
    for name in ["users.me.rename", "user", "auth.login@api", "", "USERS"] {
        let found = problems(with(&[(name, RouteSetting::off())]));
        let [ConfigProblem::UnknownRoute { id, ids }] = found.as_slice() else {
            panic!("{name}: {found:?}");
        };
        assert_eq!(id, name);
        assert!(ids.iter().any(|id| id == "users.me.read"), "{ids:?}");
    }
}

#[test]
fn path_for_a_group_of_routes_is_a_problem() {
    for setting in [RouteSetting::renamed("/x"), RouteSetting::moved("/x")] {
        let found = problems(with(&[("users.me", setting)]));
        let [ConfigProblem::UnknownRoute { id, .. }] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(id, "users.me");
    }
}

#[test]
fn invalid_path_of_a_route_is_a_problem() {
    let of_read = ["/card", "/{id}/{id}", "/{name}", "/{id}x", "x/{id}"];
    let of_login = [
        "", "sign-in", "/a b", "/../x", "/{id}", "/ä", "//x", "/x?y", "/x#y",
    ];
    let moved = |id: &'static str, path: &'static str| (id, RouteSetting::moved(path));
    let all = of_read.map(|path| moved("users.read", path));
    let all = all
        .into_iter()
        .chain(of_login.map(|path| moved("auth.login", path)));
    for (id, setting) in all {
        let found = problems(with(&[(id, setting.clone())]));
        let [ConfigProblem::InvalidRoutePath { id: named, .. }] = found.as_slice() else {
            panic!("{setting:?}: {found:?}");
        };
        assert_eq!(named, id);
    }
}

#[test]
fn two_routes_of_one_method_at_one_path_are_a_problem() {
    let found = problems(with(&[("register", RouteSetting::renamed("/login"))]));
    let [
        ConfigProblem::RouteCollision {
            first,
            second,
            path,
        },
    ] = found.as_slice()
    else {
        panic!("{found:?}");
    };
    assert_eq!(
        (first.as_str(), second.as_str(), path.as_str()),
        ("auth.login", "register", "/auth/login")
    );
    // Routes of different methods share a path.
    let shared = [("users.me.read", RouteSetting::moved("/auth/register"))];
    assert!(with(&shared).build().is_ok());
}

#[test]
fn backend_with_the_name_of_a_route_is_a_problem() {
    for name in ["login", "register", "verify", "sessions", ".well-known"] {
        let second = backend(name, jwt_of(7));
        let found = problems(builder().backend(backend("jwt", jwt())).backend(second));
        assert!(
            matches!(found.as_slice(), [ConfigProblem::InvalidBackendName { name: named }] if named == name),
            "{name}: {found:?}"
        );
    }
}
