//! The run of one sequence on the servers and the model.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use auth_core::testing::conformance::{WireReply, WireRequest};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::real::{self, Real, Shared, Tokens, password_of};
use super::spec::{Kind, Proof, SessionSpec, Spec};
use super::steps::{Action, CLIENTS, Pick, Step, USERS};

type Checked<T = ()> = Result<T, TestCaseError>;

pub(super) struct Replay {
    real: Real,
    spec: Spec,
    /// How often each user's password was changed.
    changes: [u32; USERS],
    /// The public name of each session.
    names: Vec<String>,
    /// Every issued access token.
    accesses: Vec<Access>,
    /// Every refresh token, with its session and generation.
    refreshes: Vec<(usize, u32, String)>,
    /// The opaque access token of a generation.
    secrets: HashMap<(usize, u32), String>,
    clients: [Option<Held>; CLIENTS],
}

#[derive(Debug, Clone)]
struct Access {
    session: usize,
    proof: Proof,
    text: String,
}

/// The latest tokens of a client, by number.
#[derive(Debug, Clone, Copy)]
struct Held {
    access: usize,
    refresh: usize,
}

impl Replay {
    pub(super) async fn new(shared: &Shared, grace: Duration) -> Self {
        let real = Real::new(shared, grace).await;
        let grace = i64::try_from(grace.as_secs()).unwrap();
        Self {
            spec: Spec::new(real.now(), grace, USERS),
            real,
            changes: [0; USERS],
            names: Vec::new(),
            accesses: Vec::new(),
            refreshes: Vec::new(),
            secrets: HashMap::new(),
            clients: [None; CLIENTS],
        }
    }

    pub(super) async fn step(&mut self, step: &Step) -> Checked {
        let at = step.at;
        match step.action {
            Action::Login { .. } => self.login(at, &step.action).await?,
            Action::Refresh { token, lost } => {
                if let Some(place) = self.picked(token, |held| held.refresh, self.refreshes.len()) {
                    self.refresh(at, place, Some(token).filter(|_| !lost))
                        .await?;
                }
            }
            Action::Forge { name, secrets } => self.forge(at, name, secrets).await?,
            Action::Request(by) => self.list(at, by).await?,
            Action::Logout(by) => self.logout(at, by).await?,
            Action::EndSession { by, session } => self.end_session(at, by, session).await?,
            Action::EndOthers(by) => self.end_others(at, by).await?,
            Action::ChangePassword { by, right } => self.change_password(at, by, right).await?,
            Action::SetActive { user, active } => {
                self.real.set_active(at, user, active).await;
                self.spec.set_active(user, active);
            }
            Action::EndAll(user) => {
                self.real.end_all(at, user).await;
                self.spec.end_all(user, None);
            }
            Action::MoveClock(seconds) => {
                self.real.clock.advance(time::Duration::seconds(seconds));
                self.spec.now += seconds;
            }
            Action::Purge => {
                self.real.purge(at).await;
                self.spec.purge();
            }
        }
        Ok(())
    }

    /// Presents every issued access token to one of the servers.
    pub(super) async fn probe(&mut self) -> Checked {
        for place in 0..self.accesses.len() {
            let (access, kind) = self.access(place);
            let request = WireRequest::get("/users/me");
            let token = (kind, access.text.as_str());
            let reply = self.real.with_access(place % 2, token, request).await;
            let is_good = self.spec.request(access.session, access.proof);
            check(&reply, if is_good { 200 } else { 401 }, "a probe")?;
        }
        Ok(())
    }

    /// Presents every issued refresh token once: most of them are thefts.
    pub(super) async fn present_all(&mut self, newest_first: bool) -> Checked {
        let mut places: Vec<_> = (0..self.refreshes.len()).collect();
        if newest_first {
            places.reverse();
        }
        for place in places {
            self.refresh(place % 2, place, None).await?;
        }
        Ok(())
    }

    async fn login(&mut self, at: usize, action: &Action) -> Checked {
        let Action::Login {
            client,
            user,
            kind,
            right,
            refresh_too,
        } = *action
        else {
            return Ok(());
        };
        let held = self.clients[client].filter(|held| {
            let is_browser = self.access(held.access).1 == Kind::Web;
            kind == Kind::Web && is_browser
        });
        let cookies = held.map(|held| {
            let mut cookies = real::access_cookie(&self.accesses[held.access].text);
            if refresh_too {
                let refresh = &self.refreshes[held.refresh].2;
                cookies = format!("{cookies}; {}", real::refresh_cookie(refresh));
            }
            cookies
        });
        let password = if right {
            password_of(self.changes[user])
        } else {
            "not a password of any user".to_owned()
        };
        let reply = self.real.login(at, kind, (user, &password), cookies).await;
        if !right {
            return check(&reply, 400, "a login with a wrong password");
        }
        let Some(session) = self.spec.login(user, kind) else {
            return check(&reply, 403, "a login of an inactive user");
        };
        if let Some(held) = held {
            let Access { session, proof, .. } = self.accesses[held.access].clone();
            self.spec.replace(session, Some(proof));
            if refresh_too {
                let (session, generation, _) = &self.refreshes[held.refresh];
                self.spec.replace_by_refresh(*session, *generation);
            }
        }
        let tokens = handed_out(kind, &reply, "a login")?;
        self.names.push(real::session_of(&tokens.refresh));
        prop_assert_eq!(self.names.len(), session + 1);
        let held = self.take(session, 0, tokens)?;
        self.clients[client] = Some(held);
        Ok(())
    }

    /// Presents a refresh token; the client of `taker` takes the reply.
    async fn refresh(&mut self, at: usize, place: usize, taker: Option<Pick>) -> Checked {
        let (session, generation, text) = self.refreshes[place].clone();
        let kind = self.spec.sessions[session].kind;
        let reply = self.real.refresh(at, kind, &text).await;
        let Some(now) = self.spec.refresh(session, generation) else {
            return check(&reply, 401, "a refresh");
        };
        let tokens = handed_out(kind, &reply, "a refresh")?;
        let held = self.take(session, now, tokens)?;
        if let Some(Pick::Of(client)) = taker {
            self.clients[client] = Some(held);
        }
        Ok(())
    }

    /// The id of a session is not sufficient to use it or to end it.
    async fn forge(&mut self, at: usize, name: usize, secrets: usize) -> Checked {
        let pick = |number: usize| number.checked_rem(self.refreshes.len());
        let (Some(name), Some(secrets)) = (pick(name), pick(secrets)) else {
            return Ok(());
        };
        let (victim, _, named) = &self.refreshes[name];
        let (session, _, secret) = &self.refreshes[secrets];
        if victim == session {
            return Ok(());
        }
        let kind = self.spec.sessions[*victim].kind;
        let forged = real::forged(named, secret);
        let reply = self.real.refresh(at, kind, &forged).await;
        check(&reply, 401, "a refresh with a forged token")
    }

    /// Records tokens. The tokens of one generation are always the same, those of two always differ.
    fn take(&mut self, session: usize, generation: u32, tokens: Tokens) -> Checked<Held> {
        let Tokens { access, refresh } = tokens;
        let known = self
            .refreshes
            .iter()
            .position(|(_, _, text)| *text == refresh);
        let expected = self
            .refreshes
            .iter()
            .position(|(s, g, _)| (*s, *g) == (session, generation));
        prop_assert_eq!(known, expected, "which refresh token is handed out");
        let refresh = known.unwrap_or_else(|| {
            self.refreshes.push((session, generation, refresh));
            self.refreshes.len() - 1
        });
        let proof = match self.spec.sessions[session].kind {
            Kind::Jwt => Proof::Signed {
                at: self.spec.now,
                generation,
                renewals: self.spec.sessions[session].renewals,
            },
            Kind::Api | Kind::Web => Proof::Generation(generation),
        };
        if let Proof::Generation(_) = proof {
            let key = (session, generation);
            let secret = self.secrets.entry(key).or_insert_with(|| access.clone());
            prop_assert_eq!(&*secret, &access, "which access token is handed out");
        }
        let same = |known: &Access| known.text == access;
        let access = if let Some(place) = self.accesses.iter().position(same) {
            let known = &self.accesses[place];
            prop_assert_eq!((known.session, known.proof), (session, proof));
            place
        } else {
            self.accesses.push(Access {
                session,
                proof,
                text: access,
            });
            self.accesses.len() - 1
        };
        Ok(Held { access, refresh })
    }

    /// Compares the caller's sessions, their order, and their ends.
    async fn list(&mut self, at: usize, by: Pick) -> Checked {
        let request = WireRequest::get("/auth/sessions");
        let Some((reply, Some(own))) = self.ask(at, by, request).await? else {
            return Ok(());
        };
        check(&reply, 200, "a list of sessions")?;
        let mut expected = self.spec.listed(self.spec.sessions[own].owner);
        let row = |number: usize| &self.spec.sessions[number];
        expected.sort_by_key(|number| (Reverse(row(*number).last_used), &self.names[*number]));
        let expected: Vec<_> = expected
            .into_iter()
            .map(|number| {
                (
                    self.names[number].clone(),
                    row(number).expires,
                    number == own,
                )
            })
            .collect();
        let body = reply.json();
        let sessions = body["sessions"].as_array().cloned().unwrap_or_default();
        let listed: Vec<_> = sessions
            .iter()
            .map(|session| {
                let text = |name: &str| session[name].as_str().unwrap_or_default().to_owned();
                let ends = OffsetDateTime::parse(&text("expires_at"), &Rfc3339).unwrap();
                let is_current = session["is_current"] == json!(true);
                (text("session_id"), ends.unix_timestamp(), is_current)
            })
            .collect();
        prop_assert_eq!(listed, expected);
        Ok(())
    }

    async fn logout(&mut self, at: usize, by: Pick) -> Checked {
        let Some(place) = self.picked(by, |held| held.access, self.accesses.len()) else {
            return Ok(());
        };
        let (access, kind) = self.access(place);
        let request = WireRequest::new("POST", &real::path(kind, "logout"));
        let token = (kind, access.text.as_str());
        let reply = self.real.with_access(at, token, request).await;
        self.spec.logout(access.session, access.proof);
        check(&reply, 204, "a logout")
    }

    async fn end_session(&mut self, at: usize, by: Pick, session: usize) -> Checked {
        if self.names.is_empty() {
            return Ok(());
        }
        let session = session % self.names.len();
        let target = format!("/auth/sessions/{}", self.names[session]);
        let request = WireRequest::new("DELETE", &target);
        if let Some((reply, Some(own))) = self.ask(at, by, request).await? {
            let owner = self.spec.sessions[own].owner;
            let expected = if self.spec.end(owner, session) {
                204
            } else {
                404
            };
            check(&reply, expected, "the end of a session")?;
        }
        Ok(())
    }

    async fn end_others(&mut self, at: usize, by: Pick) -> Checked {
        let request = WireRequest::new("POST", "/auth/sessions/revoke-others");
        if let Some((reply, Some(own))) = self.ask(at, by, request).await? {
            let owner = self.spec.sessions[own].owner;
            self.spec.end_all(owner, Some(own));
            check(&reply, 204, "the end of all others")?;
        }
        Ok(())
    }

    async fn change_password(&mut self, at: usize, by: Pick, right: bool) -> Checked {
        let Some(place) = self.picked(by, |held| held.access, self.accesses.len()) else {
            return Ok(());
        };
        let owner = self.spec.sessions[self.accesses[place].session].owner;
        let changes = self.changes[owner];
        let current = password_of(if right { changes } else { changes + 7 });
        let body = json!({"current_password": current, "new_password": password_of(changes + 1)});
        let request = WireRequest::post("/users/me/change-password", &body);
        let Some((reply, Some(own))) = self.ask(at, by, request).await? else {
            return Ok(());
        };
        if !right {
            return check(&reply, 400, "a change with a wrong password");
        }
        self.changes[owner] += 1;
        self.spec.renew(owner, own);
        let SessionSpec {
            kind, generation, ..
        } = self.spec.sessions[own];
        let tokens = handed_out(kind, &reply, "a change of the password")?;
        let held = self.take(own, generation, tokens)?;
        if let Pick::Of(client) = by {
            self.clients[client] = Some(held);
        }
        Ok(())
    }

    /// Sends a request with an access token, if there is one. Where the token is good the answer names
    /// its session; where it is not, the reply has been checked.
    async fn ask(
        &mut self,
        at: usize,
        by: Pick,
        request: WireRequest,
    ) -> Checked<Option<(WireReply, Option<usize>)>> {
        let Some(place) = self.picked(by, |held| held.access, self.accesses.len()) else {
            return Ok(None);
        };
        let (access, kind) = self.access(place);
        let token = (kind, access.text.as_str());
        let reply = self.real.with_access(at, token, request).await;
        if self.spec.request(access.session, access.proof) {
            return Ok(Some((reply, Some(access.session))));
        }
        check(&reply, 401, "a request with a token that is not good")?;
        Ok(Some((reply, None)))
    }

    fn picked(&self, pick: Pick, of: impl Fn(Held) -> usize, count: usize) -> Option<usize> {
        match pick {
            Pick::Of(client) => self.clients[client].map(of),
            Pick::Any(number) => number.checked_rem(count),
        }
    }

    fn access(&self, place: usize) -> (Access, Kind) {
        let access = self.accesses[place].clone();
        let kind = self.spec.sessions[access.session].kind;
        (access, kind)
    }
}

fn handed_out(kind: Kind, reply: &WireReply, what: &str) -> Checked<Tokens> {
    let tokens = real::tokens(kind, reply).filter(|_| reply.status < 300);
    let seen = || format!("{what} hands out no tokens: {}", shown(reply));
    tokens.ok_or_else(|| TestCaseError::fail(seen()))
}

fn check(reply: &WireReply, status: u16, what: &str) -> Checked {
    let is_expected = reply.status == status;
    prop_assert!(
        is_expected,
        "{what} answered {}, not {status}",
        shown(reply)
    );
    Ok(())
}

fn shown(reply: &WireReply) -> String {
    let body = String::from_utf8_lossy(&reply.body);
    format!("{} {body}", reply.status)
}
