//! Faulty stores of sessions: each breaks the expected guarantees.

mod store;

use auth_core::testing::FaultInjector;
use auth_core::testing::contract::{self, Fresh, Guarantee, Report, Verdict};

use Guarantee as G;
use store::{Broken, Fault};

async fn report_on(fault: Fault) -> Report {
    let make = move || async move {
        let plan = FaultInjector::new();
        Fresh::new(Broken::new(fault, &plan)).with_outage(plan)
    };
    contract::session_store(make).await
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
    ignores_the_version: IgnoresTheVersion => [SwapFromPreviousVersion, OneSwapWins],
    takes_any_later_version: TakesAnyLaterVersion => [SwapFromPreviousVersion],
    compares_before_it_swaps: ComparesBeforeItSwaps => [OneSwapWins, OneDescendant, NotedUse],
    swap_is_silent: SwapIsSilent => [SessionAbsence, SwapFromPreviousVersion, OneSwapWins, SwapOfDeleted, SessionPurgeRace],
    swap_inserts: SwapInserts => [SessionAbsence, SwapOfDeleted],
    swap_keeps_the_deadline: SwapKeepsTheDeadline => [SessionRoundTrip, SessionListing],
    loses_the_client: LosesTheClient => [SessionRoundTrip],
    cuts_the_client: CutsTheClient => [SessionRoundTrip],
    loses_the_auth_time: LosesTheAuthTime => [SessionRoundTrip],
    loses_the_methods: LosesTheMethods => [SessionRoundTrip],
    swap_keeps_the_methods: SwapKeepsTheMethods => [SessionRoundTrip],
    writes_uses_later: WritesUsesLater => [SessionListing, NotedUse],
    rounds_times: RoundsTimes => [SessionRoundTrip],
    hides_expired_sessions: HidesWhatIsOver => [SessionRoundTrip],
    absence_is_an_error: AbsenceIsAnError => [SessionAbsence, OneDeletionWins, SwapOfDeleted, OwnerRemoval, SessionPurge, SessionPurgeRace, OneDescendant, NotedUse, SessionWritesAreRead, Cancellation],
    deletion_is_silent: DeletionIsSilent => [SessionAbsence, OneDeletionWins],
    lists_deleted_sessions: ListsWhatIsGone => [OneDeletionWins, SwapOfDeleted, SessionPages, SessionWritesAreRead, Cancellation],
    looks_before_it_deletes: LooksBeforeItDeletes => [OneDeletionWins, OneDescendant, NotedUse],
    lists_expired_sessions: ListsWhatIsOver => [SessionListing],
    lists_sessions_of_earlier_epochs: ListsEarlierEpochs => [SessionEpochs],
    removes_sessions_of_the_present_epoch: RemovesThePresentEpoch => [SessionEpochs],
    removes_more_sessions_than_asked: RemovesAllEarlierEpochs => [SessionEpochs],
    removes_sessions_of_every_owner: RemovesOfEveryOwner => [SessionEpochs],
    lists_the_oldest_first: ListsOldestFirst => [SessionListing, SessionPages],
    lists_by_id_backwards: ListsByIdBackwards => [SessionListing, SessionPages],
    lists_one_too_many: ListsOneTooMany => [SessionListing],
    starts_each_page_at_the_first: StartsEachPageAtTheFirst => [SessionPages],
    repeats_the_last_of_a_page: RepeatsTheLastOfAPage => [SessionPages],
    pages_by_time_only: PagesByTimeOnly => [SessionPages],
    folds_case: FoldsCase => [ExactOwners],
    trims_owners: TrimsOwners => [ExactOwners],
    removes_live_sessions_only: RemovesTheLivingOnly => [OwnerRemoval],
    removes_a_hundred_at_most: RemovesAHundred => [OwnerRemoval],
    purges_live_sessions: PurgesTheLiving => [SessionPurge],
    spares_the_last_moment: SparesTheLastMoment => [SessionPurge, SessionPurgeRace],
    purges_without_limit: PurgesWithoutLimit => [SessionPurge, SessionPurgeRace],
    purges_stale_list: PurgesWhatItSawBefore => [SessionPurgeRace],
    errors_are_absence: ErrorsAreAbsence => [Outage],
    returns_cached_rows: RemembersWhatItRead => [SessionRoundTrip, SwapFromPreviousVersion, OneSwapWins, OneDescendant, NotedUse, SessionWritesAreRead, Cancellation],
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
        assert_eq!(report.broken(), Guarantee::OF_SESSION_STORE, "{report}");
        for (guarantee, verdict) in report.verdicts() {
            let Verdict::Broken(text) = verdict else {
                panic!("{guarantee}: {verdict:?}")
            };
            assert_eq!(text, seen, "{guarantee}");
        }
    }
}
