//! The steps of a sequence.

use proptest::collection::vec;
use proptest::prelude::*;

use super::spec::Kind;

/// How many clients there are, each with the tokens that it took last.
pub(super) const CLIENTS: usize = 3;
/// How many users.
pub(super) const USERS: usize = 2;

#[derive(Debug, Clone)]
pub(super) struct Sequence {
    pub(super) steps: Vec<Step>,
    /// Whether every access token is presented after every step. That is a use: without it sessions are
    /// unused for long enough to end.
    pub(super) probes: bool,
    /// In which order all refresh tokens are presented in the end.
    pub(super) newest_first: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Which of the two servers is asked.
    pub(super) at: usize,
    pub(super) action: Action,
}

/// Whose token is used.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pick {
    /// The one that this client took last.
    Of(usize),
    /// Any issued token, by number: a thief, or a client with an old copy.
    Any(usize),
}

#[derive(Debug, Clone)]
pub(super) enum Action {
    Login {
        client: usize,
        user: usize,
        kind: Kind,
        /// Whether the password is the right one.
        right: bool,
        /// Whether a browser sends its refresh token as well as its access token.
        refresh_too: bool,
    },
    Request(Pick),
    Refresh {
        token: Pick,
        /// Whether the client does not get the reply.
        lost: bool,
    },
    /// A refresh token with the name of one session and the secrets of another.
    Forge {
        name: usize,
        secrets: usize,
    },
    Logout(Pick),
    EndSession {
        by: Pick,
        session: usize,
    },
    EndOthers(Pick),
    ChangePassword {
        by: Pick,
        right: bool,
    },
    SetActive {
        user: usize,
        active: bool,
    },
    EndAll(usize),
    /// By so many seconds; back, where they are negative.
    MoveClock(i64),
    Purge,
}

pub(super) fn sequence() -> impl Strategy<Value = Sequence> {
    let steps = vec(step(), 1..=20);
    let parts = (steps, prop::bool::weighted(0.75), any::<bool>());
    parts.prop_map(|(steps, probes, newest_first)| Sequence {
        steps,
        probes,
        newest_first,
    })
}

fn step() -> impl Strategy<Value = Step> {
    (0..2_usize, action()).prop_map(|(at, action)| Step { at, action })
}

fn action() -> impl Strategy<Value = Action> {
    use Action as A;
    prop_oneof![
        6 => login(),
        3 => pick().prop_map(A::Request),
        8 => (pick(), prop::bool::weighted(0.25))
            .prop_map(|(token, lost)| A::Refresh { token, lost }),
        1 => (0..64_usize, 0..64_usize)
            .prop_map(|(name, secrets)| A::Forge { name, secrets }),
        1 => pick().prop_map(A::Logout),
        1 => (pick(), 0..64_usize).prop_map(|(by, session)| A::EndSession { by, session }),
        1 => pick().prop_map(A::EndOthers),
        1 => (pick(), prop::bool::weighted(0.8))
            .prop_map(|(by, right)| A::ChangePassword { by, right }),
        1 => (0..USERS, prop::bool::weighted(0.6))
            .prop_map(|(user, active)| A::SetActive { user, active }),
        1 => (0..USERS).prop_map(A::EndAll),
        5 => clock().prop_map(A::MoveClock),
        1 => Just(A::Purge),
    ]
}

fn login() -> impl Strategy<Value = Action> {
    let kinds = prop::sample::select(&[Kind::Api, Kind::Web, Kind::Jwt][..]);
    let right = prop::bool::weighted(0.95);
    (0..CLIENTS, 0..USERS, kinds, right, any::<bool>()).prop_map(
        |(client, user, kind, right, refresh_too)| Action::Login {
            client,
            user,
            kind,
            right,
            refresh_too,
        },
    )
}

fn pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        3 => (0..CLIENTS).prop_map(Pick::Of),
        2 => (0..64_usize).prop_map(Pick::Any),
    ]
}

/// Moments on both sides of everything that has an end.
fn clock() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => 1..30_i64,
        2 => prop::sample::select(&[39, 40, 41, 60, 61, 329, 330, 331][..]),
        2 => 60..5_000_i64,
        2 => 40_000..200_000_i64,
        2 => -30..0_i64,
    ]
}
