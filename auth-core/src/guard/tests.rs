//! The parts of a guard, alone and together.

use super::*;
use crate::testing::admit::authenticated;
use crate::user::{Role, User};

fn user(change: impl FnOnce(&mut User)) -> Authenticated<User> {
    let mut user = crate::testing::user("ada@example.com");
    change(&mut user);
    authenticated(user)
}

fn roles(names: &[&str]) -> impl FnOnce(&mut User) {
    let roles = Roles::parse(names.iter().copied()).unwrap();
    move |user| user.account.roles = roles
}

fn check(guard: &Guard, user: &Authenticated<User>, expected: Result<(), GuardError>) {
    assert_eq!(guard.check(Some(user)), expected, "{guard:?}");
}

#[test]
fn no_user_passes_no_guard() {
    for guard in [Guard::active(), Guard::active().verified()] {
        let refused = Err(GuardError::Unauthenticated);
        assert_eq!(Guard::<User>::check(&guard, None), refused);
    }
}

#[test]
fn verified_superuser_is_both() {
    let guard = Guard::active().verified().superuser();
    for verified in [false, true] {
        for superuser in [false, true] {
            let user = user(|user| {
                user.account.is_verified = verified;
                user.account.is_superuser = superuser;
            });
            let expected = (verified && superuser)
                .then_some(())
                .ok_or(GuardError::Forbidden);
            check(&guard, &user, expected);
        }
    }
}

#[test]
fn lists_of_roles_are_all_required() {
    const GUARD: Guard = Guard::active()
        .any_role(&["support", "sales"])
        .any_role(&["europe", "asia"])
        .all_roles(&["staff", "trained"]);
    let missing = Err(GuardError::InsufficientRoles);
    for (names, expected) in [
        (&["sales", "asia", "staff", "trained"][..], Ok(())),
        (&["sales", "support", "staff", "trained"], missing),
        (&["sales", "asia", "staff"], missing),
        (&["asia", "staff", "trained"], missing),
        (&[], missing),
    ] {
        check(&GUARD, &user(roles(names)), expected);
    }
}

#[test]
fn roles_known_at_run_time_are_required_too() {
    let any =
        |names: &[&str]| Guard::active().any_role_of(Roles::parse(names.iter().copied()).unwrap());
    let missing = Err(GuardError::InsufficientRoles);
    check(
        &any(&["Sales", "support"]),
        &user(roles(&["sales"])),
        Ok(()),
    );
    check(&any(&["sales"]), &user(roles(&["support"])), missing);
    // An empty list has no role that a user could hold.
    check(&any(&[]), &user(roles(&["support"])), missing);
    check(
        &any(&["sales"]).any_role(&["support"]),
        &user(roles(&["sales"])),
        missing,
    );
}

#[test]
fn custom_rule_sees_the_user_and_the_authentication() {
    let guard = Guard::<User>::active()
        .verified()
        .custom("NO_EXAMPLES", "Not for examples.", |user, _| {
            !user.email().as_str().starts_with("ada")
        })
        .custom("API_ONLY", "For programs.", |_, login| {
            login.backend() == "api"
        });
    let refused = |code, detail| {
        let code = AppCode::from_static(code);
        Err(GuardError::Custom { code, detail })
    };
    check(&guard, &user(|_| {}), Err(GuardError::Forbidden));
    let ada = user(|user| user.account.is_verified = true);
    check(&guard, &ada, refused("NO_EXAMPLES", "Not for examples."));
    let bob = user(|user| {
        user.account.is_verified = true;
        user.account.email = crate::testing::email("bob@example.com");
    });
    check(&guard, &bob, refused("API_ONLY", "For programs."));
}

#[test]
#[should_panic(expected = "at most eight rules")]
fn ninth_rule_is_refused() {
    let guard: Guard = Guard::active();
    let _ = (0..9).fold(guard, |guard, _| guard.any_role(&["support"]));
}

#[test]
#[should_panic(expected = "at least one role")]
fn empty_list_of_roles_is_refused() {
    let _ = Guard::<User>::active().all_roles(&[]);
}

#[test]
fn static_role_equals_the_parsed_one() {
    assert_eq!(Role::parse(" SUPPORT "), Ok(Role::from_static("support")));
}
