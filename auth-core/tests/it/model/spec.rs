//! The rules of sessions as a model, without tokens, digests and stores.

/// After how many seconds an unused session ends.
pub(super) const IDLE: i64 = 2 * 86_400;
/// After how many seconds every session ends.
pub(super) const ABSOLUTE: i64 = 3 * 86_400;
/// How long an opaque access token lives.
pub(super) const OPAQUE_LIFE: i64 = 3_600;
/// How long a JWT lives.
pub(super) const JWT_LIFE: i64 = 900;
/// How far the clocks of two servers may differ.
const TOLERANCE: i64 = 30;
/// For how long a client that lost the reply of a refresh gets the same tokens, unless there is no grace.
const LOST_REPLY: i64 = 300;
/// How often a use is noted.
const STEP: i64 = 60;

/// A backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An opaque token in a header.
    Api,
    /// An opaque token in a cookie, which a browser's tabs share.
    Web,
    /// A JWT in a header.
    Jwt,
}

/// The proof in an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// It is the secret of this generation of its session.
    Generation(u32),
    /// It was signed then, for this generation, after this many renewals of its session.
    Signed {
        at: i64,
        generation: u32,
        renewals: u32,
    },
}

#[derive(Debug)]
pub(super) struct Spec {
    pub(super) now: i64,
    grace: i64,
    pub(super) users: Vec<UserSpec>,
    pub(super) sessions: Vec<SessionSpec>,
}

#[derive(Debug)]
pub(super) struct UserSpec {
    epoch: u32,
    pub(super) active: bool,
}

#[derive(Debug)]
pub(super) struct SessionSpec {
    pub(super) owner: usize,
    pub(super) kind: Kind,
    epoch: u32,
    pub(super) last_used: i64,
    pub(super) expires: i64,
    ends: i64,
    /// Until it is ended, or purged after its expiry.
    there: bool,
    pub(super) generation: u32,
    /// How often it got new secrets, and the first generation of the present ones.
    pub(super) renewals: u32,
    renewed_at: u32,
    rotated_at: i64,
    /// Whether a token of this generation was presented.
    received: bool,
    /// Until when the secret of this generation is good.
    secret_until: i64,
    /// The same of the generation before, if it was good when it was replaced.
    previous_until: Option<i64>,
}

impl Spec {
    pub(super) fn new(now: i64, grace: i64, users: usize) -> Self {
        let user = || UserSpec {
            epoch: 0,
            active: true,
        };
        Self {
            now,
            grace,
            users: (0..users).map(|_| user()).collect(),
            sessions: Vec::new(),
        }
    }

    /// The number of the new session; none where the user is inactive.
    pub(super) fn login(&mut self, user: usize, kind: Kind) -> Option<usize> {
        let UserSpec { epoch, active } = self.users[user];
        active.then(|| {
            self.sessions.push(SessionSpec {
                owner: user,
                kind,
                epoch,
                last_used: self.now,
                expires: self.now + IDLE,
                ends: self.now + ABSOLUTE,
                there: true,
                generation: 0,
                renewals: 0,
                renewed_at: 0,
                rotated_at: self.now,
                received: false,
                secret_until: self.now + OPAQUE_LIFE,
                previous_until: None,
            });
            self.sessions.len() - 1
        })
    }

    /// A browser that logs in again gives away what it had (A7.2.4): if its access token proves the
    /// session, or if it shows any refresh token of it.
    pub(super) fn replace(&mut self, session: usize, proof: Option<Proof>) {
        let proves = proof.is_none_or(|proof| self.names_its_session(session, proof));
        if proves && self.is_there(session) {
            self.sessions[session].there = false;
        }
    }

    /// A logout ends the session of its access token, also where an opaque one has expired.
    pub(super) fn logout(&mut self, session: usize, proof: Proof) {
        self.replace(session, Some(proof));
    }

    /// Whether an access token is good; if it is, its session is used.
    pub(super) fn request(&mut self, session: usize, proof: Proof) -> bool {
        let is_good = self.lives(session) && self.is_fresh(session, proof);
        if is_good {
            let (Proof::Generation(number)
            | Proof::Signed {
                generation: number, ..
            }) = proof;
            let is_current = number == self.sessions[session].generation;
            let is_current = is_current && self.is_within(self.lost_reply(), session);
            let is_received = is_current && self.receive(session);
            let row = &self.sessions[session];
            if is_received || self.now - row.last_used >= STEP {
                self.touch(session);
            }
        }
        is_good
    }

    /// A browser that logs in again shows a refresh token of its session. One of before a change of the
    /// password proves nothing.
    pub(super) fn replace_by_refresh(&mut self, session: usize, generation: u32) {
        if generation >= self.sessions[session].renewed_at {
            self.replace(session, None);
        }
    }

    /// A change of the password ends all that a user has; the session that it comes from gets new secrets.
    pub(super) fn renew(&mut self, user: usize, session: usize) {
        self.end_all(user, Some(session));
        let now = self.now;
        let row = &mut self.sessions[session];
        row.generation += 1;
        row.renewals += 1;
        row.renewed_at = row.generation;
        row.rotated_at = now;
        row.received = false;
        row.secret_until = now + OPAQUE_LIFE;
        row.previous_until = None;
        self.touch(session);
    }

    /// The generation that a refresh token of this one is answered with, if it is.
    pub(super) fn refresh(&mut self, session: usize, generation: u32) -> Option<u32> {
        let owner = self.sessions[session].owner;
        if !self.is_there(session) || !self.users[owner].active {
            return None;
        }
        let now = self.now;
        let is_in_grace = self.is_within(self.grace, session);
        let is_in_window = self.is_within(self.lost_reply(), session);
        let row = &mut self.sessions[session];
        if generation < row.renewed_at {
            return None;
        }
        if generation == row.generation {
            let is_shared = row.kind == Kind::Web;
            let is_new = generation > 0 && is_in_grace && row.secret_until > now;
            if is_shared && is_new {
                if self.lost_reply() > 0 && self.receive(session) {
                    self.touch(session);
                }
            } else {
                row.previous_until = Some(row.secret_until).filter(|until| *until > now);
                row.secret_until = now + OPAQUE_LIFE;
                row.generation += 1;
                row.rotated_at = now;
                row.received = false;
                self.touch(session);
            }
        } else if generation + 1 != row.generation
            || !(is_in_grace || is_in_window && !row.received)
        {
            row.there = false;
            return None;
        }
        self.is_of_this_epoch(session)
            .then_some(self.sessions[session].generation)
    }

    /// Whether a session of the user was there to be ended: one that the user sees.
    pub(super) fn end(&mut self, user: usize, session: usize) -> bool {
        let is_seen = self.is_there(session) && self.is_of_this_epoch(session);
        let is_theirs = is_seen && self.sessions[session].owner == user;
        if is_theirs {
            self.sessions[session].there = false;
        }
        is_theirs
    }

    /// Ends all that a user has, but for one session.
    pub(super) fn end_all(&mut self, user: usize, keep: Option<usize>) {
        self.users[user].epoch += 1;
        if let Some(keep) = keep {
            self.sessions[keep].epoch = self.users[user].epoch;
        }
    }

    pub(super) fn set_active(&mut self, user: usize, active: bool) {
        self.users[user].active = active;
        if !active {
            self.end_all(user, None);
        }
    }

    pub(super) fn purge(&mut self) {
        for row in &mut self.sessions {
            row.there &= row.expires > self.now;
        }
    }

    /// The sessions that a user sees.
    pub(super) fn listed(&self, user: usize) -> Vec<usize> {
        let all = 0..self.sessions.len();
        let theirs = all.filter(|number| self.sessions[*number].owner == user);
        theirs.filter(|number| self.lives(*number)).collect()
    }

    fn lives(&self, session: usize) -> bool {
        let owner = self.sessions[session].owner;
        self.is_there(session) && self.users[owner].active && self.is_of_this_epoch(session)
    }

    fn is_there(&self, session: usize) -> bool {
        let row = &self.sessions[session];
        row.there && self.now < row.expires && self.now < row.ends
    }

    fn is_of_this_epoch(&self, session: usize) -> bool {
        let row = &self.sessions[session];
        row.epoch == self.users[row.owner].epoch
    }

    fn is_fresh(&self, session: usize, proof: Proof) -> bool {
        let (row, now) = (&self.sessions[session], self.now);
        match proof {
            Proof::Signed { at, renewals, .. } => {
                let is_in_time = at - TOLERANCE <= now && now < at + JWT_LIFE + TOLERANCE;
                is_in_time && renewals == row.renewals
            }
            Proof::Generation(number) if number == row.generation => now < row.secret_until,
            Proof::Generation(number) => {
                let is_before = number + 1 == row.generation;
                is_before && row.previous_until.is_some_and(|until| now < until)
            }
        }
    }

    /// Whether an access token still proves its session, to end it. The row forgets the secret of the
    /// generation before if it had expired at the rotation.
    fn names_its_session(&self, session: usize, proof: Proof) -> bool {
        let row = &self.sessions[session];
        match proof {
            Proof::Signed { .. } => self.is_fresh(session, proof),
            Proof::Generation(number) => {
                let is_before = number + 1 == row.generation && row.previous_until.is_some();
                number == row.generation || is_before
            }
        }
    }

    /// Whether the last rotation is so many seconds ago, for clocks that differ.
    fn is_within(&self, limit: i64, session: usize) -> bool {
        let since = self.now - self.sessions[session].rotated_at;
        limit > 0 && -TOLERANCE < since && since < limit + TOLERANCE
    }

    fn lost_reply(&self) -> i64 {
        if self.grace > 0 { LOST_REPLY } else { 0 }
    }

    /// The client has the tokens of this generation. Whether that is news, and a token before depends on it.
    fn receive(&mut self, session: usize) -> bool {
        let row = &mut self.sessions[session];
        let is_news = !row.received && row.generation > row.renewed_at;
        row.received |= is_news;
        is_news
    }

    /// A clock that was set back shortens nothing.
    fn touch(&mut self, session: usize) {
        let now = self.now;
        let row = &mut self.sessions[session];
        row.last_used = row.last_used.max(now);
        row.expires = row.expires.max(now + IDLE).min(row.ends);
    }
}
