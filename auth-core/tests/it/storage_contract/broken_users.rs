//! Faulty user stores: one wrapper around the store in memory, with one fault at a time.

use std::collections::HashMap;
use std::sync::Mutex as BlockingMutex;

use async_trait::async_trait;
use auth_core::store::memory::MemoryUserDatabase;
use auth_core::store::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, NewUser, Owner, Page, PageRequest, PageStart,
    Precondition, UniqueField, UpdateOutcome, UserChange, UserDatabase,
};
use auth_core::testing::contract::{self, Fresh, Guarantee, Report, Verdict};
use auth_core::testing::{FaultInjector, ProbedUserDatabase};
use auth_core::{Roles, StoreError, User, Username};
use tokio::sync::{Mutex, MutexGuard, Semaphore};
use tokio::task::yield_now;
use uuid::Uuid;

use Guarantee as G;

/// What is wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    LooksBeforeItInserts,
    LooksForNamesBeforeItInserts,
    ComparesEpochsBeforeItUpdates,
    ComparesPendingAddressesBeforeItUpdates,
    IgnoresPendingAddresses,
    KeepsPendingAddresses,
    WritesAllColumnsBack,
    ForgetsOtherColumns,
    AnswersTheOldUser,
    LosesRoles,
    FindsWithoutAccents,
    CutsNames,
    ErrorsAreAbsence,
    AbsenceIsAnError,
    TakenIsAnError,
    BumpsBeforeItLooks,
    CountsSuperusersBeforeItUpdates,
    CountsSuperusersBeforeItDeletes,
    IgnoresSuperusers,
    RefusesEverySuperuser,
    ListsBackwards,
    OffsetIsOneTooMany,
    ForgetsTheLimit,
    PagesByOffset,
    CountsThePage,
    ForgetsThePrefix,
    CountsBesideThePrefix,
    TakesThePrefixForAPattern,
    FindsPrefixesWithoutAccents,
    NeverBumps,
    BumpsTwice,
    DeletesWhateverTheEpoch,
    EmptyChangeIsMissing,
    DeletesTwice,
    KeepsTheAddress,
    RemembersWhatItFound,
    WritesInTwoSteps,
    LeaksConnections,
    Hangs,
    Panics,
}

/// The store in memory with a fault.
struct Broken {
    inner: ProbedUserDatabase<MemoryUserDatabase>,
    fault: Fault,
    /// Held for a whole call by the store that writes in two steps.
    turn: Mutex<()>,
    /// The connections of the store that leaks them.
    pool: Semaphore,
    found: BlockingMutex<HashMap<LoginIdentifier, User>>,
}

impl Broken {
    fn new(fault: Fault, plan: &FaultInjector) -> Self {
        Self {
            inner: ProbedUserDatabase::new(MemoryUserDatabase::new(), plan),
            fault,
            turn: Mutex::new(()),
            pool: Semaphore::new(4),
            found: BlockingMutex::default(),
        }
    }

    /// Drops the condition that was compared already.
    fn drop_condition(&self, change: &UserChange<User>, expect: &mut Precondition) {
        match self.fault {
            // Whether the race of addresses shows this fault depends on its order.
            Fault::ComparesEpochsBeforeItUpdates
                if change.email.is_none() && change.pending_email.is_none() =>
            {
                expect.epoch = None;
            }
            Fault::ComparesPendingAddressesBeforeItUpdates => expect.pending_email = None,
            _ => {}
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// The store that writes in two steps excludes readers.
    async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        match self.fault {
            Fault::WritesInTwoSteps => Some(self.turn.lock().await),
            _ => None,
        }
    }

    /// What goes wrong in every call.
    async fn call(&self) {
        match self.fault {
            Fault::Hangs => std::future::pending().await,
            Fault::Panics => panic!("out of cheese"),
            Fault::LeaksConnections => {
                self.pool.acquire().await.unwrap().forget();
                yield_now().await;
                self.pool.add_permits(1);
            }
            _ => {}
        }
    }

    async fn all_users(&self) -> Result<Vec<User>, StoreError> {
        let page = PageRequest {
            start: PageStart::After(None),
            limit: u32::MAX,
            email: None,
        };
        Ok(self.inner.list(page).await?.items)
    }

    /// Returns the page of the users whose addresses are found.
    async fn list_found(
        &self,
        page: &PageRequest<Uuid>,
        is_found: impl Fn(&str) -> bool,
    ) -> Result<Page<User>, StoreError> {
        let mut items = self.all_users().await?;
        items.retain(|user| is_found(user.account.email.as_str()));
        let total = items.len() as u64;
        let skipped = match page.start {
            PageStart::Offset(offset) => usize::try_from(offset).unwrap(),
            PageStart::After(None) => 0,
            PageStart::After(Some(id)) => items.partition_point(|user| user.id <= id),
        };
        let items = items.into_iter().skip(skipped);
        let items = items.take(page.limit as usize).collect();
        Ok(Page { items, total })
    }

    /// Returns whether this user may be removed: a check that is out of date at the write.
    async fn may_go(&self, id: &Uuid) -> Result<bool, StoreError> {
        let all = self.all_users().await?;
        let is_active_superuser =
            |user: &&User| user.account.is_superuser && user.account.is_active;
        let is_last = all
            .iter()
            .filter(is_active_superuser)
            .all(|user| user.id == *id);
        let led = all
            .iter()
            .filter(is_active_superuser)
            .any(|user| user.id == *id);
        yield_now().await;
        Ok(!(led && is_last))
    }

    /// Makes something else of a change and of what it expects, or refuses it.
    async fn spoil(
        &self,
        before: &User,
        change: &mut UserChange<User>,
        expect: &mut Precondition,
    ) -> Result<Option<UpdateOutcome<User>>, StoreError> {
        let is_fresh = expect
            .epoch
            .is_none_or(|epoch| epoch == before.account.epoch);
        match self.fault {
            Fault::EmptyChangeIsMissing if change.is_empty() => {
                return Ok(Some(UpdateOutcome::Missing));
            }
            Fault::ForgetsOtherColumns => {
                change.is_verified = Some(change.is_verified.unwrap_or(false));
            }
            Fault::WritesAllColumnsBack => {
                yield_now().await;
                change
                    .email
                    .get_or_insert_with(|| before.account.email.clone());
                change.password_hash = change
                    .password_hash
                    .take()
                    .or(before.account.password_hash.clone());
                change.is_active.get_or_insert(before.account.is_active);
                change.is_verified.get_or_insert(before.account.is_verified);
            }
            Fault::ComparesEpochsBeforeItUpdates
            | Fault::ComparesPendingAddressesBeforeItUpdates => {
                if !expect.holds_for(&before.account) {
                    return Ok(Some(UpdateOutcome::Stale));
                }
                yield_now().await;
                self.drop_condition(change, expect);
            }
            Fault::IgnoresPendingAddresses => expect.pending_email = None,
            Fault::KeepsPendingAddresses if change.bump_epoch => {
                let pending = &before.account.pending_email;
                change.pending_email.get_or_insert(pending.clone());
            }
            Fault::NeverBumps => change.bump_epoch = false,
            Fault::CountsSuperusersBeforeItUpdates
                if expect.keep_last_superuser && change.may_demote() =>
            {
                if is_fresh && !self.may_go(&before.id).await? {
                    return Ok(Some(UpdateOutcome::LastSuperuser));
                }
                expect.keep_last_superuser = false;
            }
            Fault::IgnoresSuperusers => expect.keep_last_superuser = false,
            Fault::RefusesEverySuperuser
                if expect.keep_last_superuser && before.account.is_superuser =>
            {
                return Ok(Some(UpdateOutcome::LastSuperuser));
            }
            _ => {}
        }
        Ok(None)
    }

    /// The first write of stores that write in two steps.
    fn first_step(&self, change: &mut UserChange<User>) -> Option<UserChange<User>> {
        let mut first = UserChange::default();
        match self.fault {
            Fault::BumpsBeforeItLooks if change.bump_epoch => {
                change.bump_epoch = false;
                first.bump_epoch = true;
            }
            Fault::WritesInTwoSteps if !change.may_demote() => first.email = change.email.take(),
            _ => {}
        }
        (!first.is_empty()).then_some(first)
    }
}

#[async_trait]
impl UserDatabase for Broken {
    type User = User;

    async fn get(&self, id: &Uuid) -> Result<Option<User>, StoreError> {
        let _turn = self.turn().await;
        self.call().await;
        match self.inner.get(id).await {
            Err(_) if self.is(Fault::ErrorsAreAbsence) => Ok(None),
            Ok(None) if self.is(Fault::AbsenceIsAnError) => Err(StoreError::new("no rows")),
            answer => answer,
        }
    }

    async fn find(&self, login: &LoginIdentifier) -> Result<Option<User>, StoreError> {
        let _turn = self.turn().await;
        self.call().await;
        let found = self.inner.find(login).await?;
        match (self.fault, login) {
            (Fault::FindsWithoutAccents, LoginIdentifier::Email(email)) => {
                let plain = |text: &str| text.replace(['é', 'ê'], "e");
                let all = self.all_users().await?;
                let mut same = all
                    .into_iter()
                    .filter(|user| plain(user.account.email.as_str()) == plain(email.as_str()));
                Ok(same.next())
            }
            (Fault::RemembersWhatItFound, _) => {
                let mut memory = self.found.lock().unwrap();
                if let Some(user) = found {
                    memory.insert(login.clone(), user);
                }
                Ok(memory.get(login).cloned())
            }
            _ => Ok(found),
        }
    }

    async fn insert(&self, mut new: NewUser<User>) -> Result<InsertOutcome<User>, StoreError> {
        let _turn = self.turn().await;
        self.call().await;
        if self.is(Fault::LosesRoles) {
            new.roles = Roles::none();
        }
        if let (Fault::CutsNames, Some(name)) = (self.fault, &new.username) {
            let cut: String = name.as_str().chars().take(100).collect();
            new.username = Some(Username::parse(&cut).unwrap());
        }
        if self.is(Fault::KeepsTheAddress) {
            let mut memory = self.found.lock().unwrap();
            let login = LoginIdentifier::Email(new.email.clone());
            if memory.insert(login, User::from_new(new.clone())).is_some() {
                return Ok(InsertOutcome::Taken(UniqueField::Email));
            }
        }
        let unseen = match self.fault {
            Fault::LooksBeforeItInserts => Some(UniqueField::Email),
            Fault::LooksForNamesBeforeItInserts => Some(UniqueField::Username),
            _ => None,
        };
        let is_free = match (self.fault, &new.username) {
            (Fault::LooksForNamesBeforeItInserts, None) => false,
            (Fault::LooksForNamesBeforeItInserts, Some(name)) => {
                self.inner.find(&name.clone().into()).await?.is_none()
            }
            _ => self.inner.find(&new.email.clone().into()).await?.is_none(),
        };
        if unseen.is_some() {
            yield_now().await;
        }
        match self.inner.insert(new.clone()).await? {
            InsertOutcome::Taken(field) if unseen == Some(field) && is_free => {
                Ok(InsertOutcome::Inserted(User::from_new(new)))
            }
            InsertOutcome::Taken(_) if self.is(Fault::TakenIsAnError) => {
                Err(StoreError::new("unique constraint failed"))
            }
            outcome => Ok(outcome),
        }
    }

    async fn update(
        &self,
        id: &Uuid,
        mut change: UserChange<User>,
        mut expect: Precondition,
    ) -> Result<UpdateOutcome<User>, StoreError> {
        let _turn = self.turn().await;
        self.call().await;
        let Some(before) = self.inner.get(id).await? else {
            return Ok(UpdateOutcome::Missing);
        };
        if let Some(refused) = self.spoil(&before, &mut change, &mut expect).await? {
            return Ok(refused);
        }
        if let Some(first) = self.first_step(&mut change) {
            let outcome = self.inner.update(id, first, expect.clone()).await?;
            let UpdateOutcome::Updated(_) = outcome else {
                return Ok(outcome);
            };
            (expect.epoch, expect.pending_email) = (None, None);
            if self.is(Fault::WritesInTwoSteps) {
                yield_now().await;
            }
        }
        let bumps = change.bump_epoch;
        match self.inner.update(id, change, expect).await? {
            UpdateOutcome::Updated(_) if self.is(Fault::BumpsTwice) && bumps => {
                let again = UserChange {
                    bump_epoch: true,
                    ..UserChange::default()
                };
                self.inner.update(id, again, Precondition::anything()).await
            }
            UpdateOutcome::Updated(_) if self.is(Fault::AnswersTheOldUser) => {
                Ok(UpdateOutcome::Updated(before))
            }
            outcome => Ok(outcome),
        }
    }

    async fn delete(
        &self,
        id: &Uuid,
        mut expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        let _turn = self.turn().await;
        self.call().await;
        match self.fault {
            Fault::DeletesWhateverTheEpoch => expect.epoch = None,
            Fault::IgnoresSuperusers => expect.keep_last_superuser = false,
            Fault::CountsSuperusersBeforeItDeletes if expect.keep_last_superuser => {
                if !self.may_go(id).await? {
                    return Ok(DeleteOutcome::LastSuperuser);
                }
                expect.keep_last_superuser = false;
            }
            Fault::RefusesEverySuperuser if expect.keep_last_superuser => {
                let user = self.inner.get(id).await?;
                if user.is_some_and(|user| user.account.is_superuser) {
                    return Ok(DeleteOutcome::LastSuperuser);
                }
            }
            _ => {}
        }
        match self.inner.delete(id, expect, owner).await? {
            DeleteOutcome::Missing if self.is(Fault::DeletesTwice) => Ok(DeleteOutcome::Deleted),
            outcome => Ok(outcome),
        }
    }

    async fn list(&self, mut page: PageRequest<Uuid>) -> Result<Page<User>, StoreError> {
        let _turn = self.turn().await;
        self.call().await;
        if let (Fault::OffsetIsOneTooMany, PageStart::Offset(offset @ 1..)) =
            (self.fault, &mut page.start)
        {
            *offset = offset.saturating_add(1);
        }
        if self.is(Fault::ForgetsTheLimit) {
            page.limit = u32::MAX;
        }
        if let (Fault::PagesByOffset, PageStart::After(Some(id)), None) =
            (self.fault, page.start, &page.email)
        {
            let all = self.all_users().await?;
            // The position of the key before the deletions.
            let before = all.iter().filter(|user| user.id < id).count() as u64;
            page.start = PageStart::Offset(before + 1);
        }
        let loose: Option<fn(&str, &str) -> bool> = match self.fault {
            Fault::TakesThePrefixForAPattern => Some(is_like),
            Fault::FindsPrefixesWithoutAccents => Some(|prefix, text| {
                let plain = |text: &str| text.replace(['é', 'ê'], "e");
                plain(text).starts_with(&plain(prefix))
            }),
            _ => None,
        };
        if let (Some(is_found), Some(prefix)) = (loose, &page.email) {
            return self
                .list_found(&page, |text| is_found(prefix.as_str(), text))
                .await;
        }
        if self.is(Fault::ForgetsThePrefix) {
            page.email = None;
        }
        let is_prefix = page.email.is_some();
        let mut answer = self.inner.list(page).await?;
        match self.fault {
            Fault::ListsBackwards => answer.items.reverse(),
            Fault::CountsBesideThePrefix if is_prefix => {
                answer.total = self.all_users().await?.len() as u64;
            }
            Fault::CountsThePage => answer.total = answer.items.len() as u64,
            _ => {}
        }
        Ok(answer)
    }
    fn validate(&self, _: &mut auth_core::ConfigReport) {}
}

/// Returns whether a text begins with a pattern of SQL.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut pattern = pattern.chars();
    let Some(first) = pattern.next() else {
        return true;
    };
    let (pattern, mut rest) = (pattern.as_str(), text.chars());
    match first {
        '%' => (0..=text.len())
            .any(|start| text.get(start..).is_some_and(|rest| is_like(pattern, rest))),
        '_' => rest.next().is_some() && is_like(pattern, rest.as_str()),
        _ => rest.next() == Some(first) && is_like(pattern, rest.as_str()),
    }
}

/// The clock is paused: a store that hangs does not take a minute.
async fn report_on(fault: Fault) -> Report {
    let make = move || async move {
        let plan = FaultInjector::new();
        Fresh::new(Broken::new(fault, &plan)).with_outage(plan)
    };
    contract::user_database(make).await
}

async fn check(fault: Fault, expected: &[Guarantee]) {
    let report = report_on(fault).await;
    assert_eq!(report.broken(), expected, "{fault:?}\n{report}");
    assert_eq!(report.skipped(), [], "{fault:?}");
}

macro_rules! faults {
    ($($test:ident: $fault:ident => [$($broken:ident),+],)+) => {
        $(#[tokio::test(start_paused = true)]
        async fn $test() {
            check(Fault::$fault, &[$(G::$broken),+]).await;
        })+
    };
}

faults! {
    looks_before_it_inserts: LooksBeforeItInserts => [UniqueEmail],
    looks_for_names_before_it_inserts: LooksForNamesBeforeItInserts => [UniqueUsername],
    compares_epochs_before_it_updates: ComparesEpochsBeforeItUpdates => [OneWinnerPerEpoch],
    compares_pending_addresses_before_it_updates: ComparesPendingAddressesBeforeItUpdates => [PendingEmail],
    ignores_pending_addresses: IgnoresPendingAddresses => [PendingEmail],
    keeps_pending_addresses: KeepsPendingAddresses => [PendingEmail],
    writes_all_columns_back: WritesAllColumnsBack => [WholeChanges],
    forgets_other_columns: ForgetsOtherColumns => [OnlyNamedColumns, EmptyChange, WholeChanges],
    answers_the_old_user: AnswersTheOldUser => [OnlyNamedColumns, EpochBump, PendingEmail],
    loses_roles: LosesRoles => [InsertedIsFound, HostileText, LongestText, Cancellation],
    finds_without_accents: FindsWithoutAccents => [ExactText],
    cuts_names: CutsNames => [LongestText],
    errors_are_absence: ErrorsAreAbsence => [Outage],
    absence_is_an_error: AbsenceIsAnError => [AbsenceIsNoError, Deletion, OwnWritesAreRead, Cancellation],
    taken_is_an_error: TakenIsAnError => [TakenOnInsert, UniqueEmail, UniqueUsername, Cancellation],
    bumps_before_it_looks: BumpsBeforeItLooks => [TakenOnUpdate, PendingEmail, LastSuperuser],
    counts_superusers_before_it_updates: CountsSuperusersBeforeItUpdates => [LastSuperuserRace],
    counts_superusers_before_it_deletes: CountsSuperusersBeforeItDeletes => [LastSuperuserRace],
    ignores_superusers: IgnoresSuperusers => [LastSuperuser, LastSuperuserRace],
    refuses_every_superuser: RefusesEverySuperuser => [EmptyChange, OnlyDemotion, LastSuperuserRace],
    lists_backwards: ListsBackwards => [ListOrder, EmailPrefixes, StablePages],
    offset_is_one_too_many: OffsetIsOneTooMany => [ListOrder, EmailPrefixes],
    forgets_the_limit: ForgetsTheLimit => [ListOrder, EmailPrefixes],
    pages_by_offset: PagesByOffset => [StablePages],
    counts_the_page: CountsThePage => [ListOrder, EmailPrefixes],
    forgets_the_prefix: ForgetsThePrefix => [EmailPrefixes],
    counts_beside_the_prefix: CountsBesideThePrefix => [EmailPrefixes],
    takes_the_prefix_for_a_pattern: TakesThePrefixForAPattern => [EmailPrefixes],
    finds_prefixes_without_accents: FindsPrefixesWithoutAccents => [EmailPrefixes],
    never_bumps: NeverBumps => [OneWinnerPerEpoch, EpochBump, PendingEmail, Cancellation],
    bumps_twice: BumpsTwice => [EpochBump, PendingEmail, Cancellation],
    deletes_whatever_the_epoch: DeletesWhateverTheEpoch => [ExpectedEpoch, OneWinnerPerEpoch],
    empty_change_is_missing: EmptyChangeIsMissing => [EmptyChange, ExpectedEpoch],
    deletes_twice: DeletesTwice => [AbsenceIsNoError, Deletion],
    keeps_the_address: KeepsTheAddress => [Deletion],
    remembers_what_it_found: RemembersWhatItFound => [OwnWritesAreRead],
    writes_in_two_steps: WritesInTwoSteps => [Cancellation],
    leaks_connections: LeaksConnections => [Cancellation],
}

/// A store that never answers, or that panics, breaks every guarantee.
#[tokio::test(start_paused = true)]
async fn hanging_and_panicking_stores_are_reported() {
    for (fault, seen) in [
        (Fault::Hangs, "no answer within 60 seconds"),
        (Fault::Panics, "a panic: out of cheese"),
    ] {
        let report = report_on(fault).await;
        assert_eq!(report.broken(), Guarantee::OF_USER_DATABASE, "{report}");
        for (guarantee, verdict) in report.verdicts() {
            let Verdict::Broken(text) = verdict else {
                panic!("{guarantee}: {verdict:?}")
            };
            assert_eq!(text, seen, "{guarantee}");
        }
    }
}

/// The failure of the test has the name, the sentence and the observation.
#[tokio::test(start_paused = true)]
async fn failure_names_the_broken_guarantee() {
    let report = report_on(Fault::LooksBeforeItInserts).await;
    let text = report.to_string();
    for words in [
        "1 of 27 guarantees are broken",
        "UniqueEmail is broken",
        Guarantee::UniqueEmail.promise(),
        "how many of 64 simultaneous insertions of one email won: 64 instead of 1",
    ] {
        assert!(text.contains(words), "{text}");
    }
    let panic = std::panic::catch_unwind(|| report.assert_kept()).unwrap_err();
    assert_eq!(*panic.downcast::<String>().unwrap(), text);
}
