//! Faulty stores of credentials: each breaks the expected guarantees.

mod fault;
mod store;

use auth_core::testing::FaultInjector;
use auth_core::testing::contract::{self, Fresh, Guarantee, Report, Verdict};

use Guarantee as G;
use fault::Fault;
use store::Broken;

async fn report_on(fault: Fault) -> Report {
    let make = move || async move {
        let plan = FaultInjector::new();
        Fresh::new(Broken::new(fault, &plan)).with_outage(plan)
    };
    contract::credential_store(make).await
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
    insertion_replaces: InsertionReplaces => [UniqueCredential, SealedCredentials],
    looks_before_it_inserts: LooksBeforeItInserts => [UniqueCredential],
    is_unique_for_an_owner: UniqueForAnOwner => [UniqueCredential],
    is_unique_for_all_kinds: UniqueForAllKinds => [UniqueCredential, OneCredentialDeletionWins, CredentialPages, ExactCredentials, CredentialRemoval, Cancellation],
    ignores_the_version: IgnoresTheVersion => [CredentialSwap, OneCredentialSwapWins, SealedCredentials],
    takes_any_later_version: TakesAnyLaterVersion => [CredentialSwap],
    compares_before_it_swaps: ComparesBeforeItSwaps => [OneCredentialSwapWins, SealedCredentials],
    swap_is_silent: SwapIsSilent => [CredentialAbsence, CredentialSwap, OneCredentialSwapWins, SwapOfDeletedCredential, SealedCredentials],
    swap_inserts: SwapInserts => [CredentialAbsence, SwapOfDeletedCredential],
    swap_ignores_the_owner: SwapIgnoresTheOwner => [CredentialSwap],
    swap_moves_the_insertion: SwapMovesTheInsertion => [CredentialSwap],
    swap_keeps_the_label: SwapKeepsTheLabel => [CredentialRoundTrip],
    loses_the_label: LosesTheLabel => [CredentialRoundTrip],
    cuts_the_label: CutsTheLabel => [CredentialRoundTrip],
    cuts_data: CutsData => [CredentialRoundTrip],
    trims_data: TrimsData => [CredentialRoundTrip],
    keeps_data_as_text: KeepsDataAsText => [CredentialRoundTrip, SealedCredentials],
    rounds_times: RoundsTimes => [CredentialRoundTrip, CredentialListing],
    loses_the_use: LosesTheUse => [CredentialRoundTrip, CredentialListing, SealedCredentials],
    absence_is_an_error: AbsenceIsAnError => [CredentialAbsence, SwapOfDeletedCredential, OneCredentialDeletionWins, CredentialRemoval, CredentialWritesAreRead, Cancellation],
    deletion_is_silent: DeletionIsSilent => [CredentialAbsence, OneCredentialDeletionWins],
    looks_before_it_deletes: LooksBeforeItDeletes => [OneCredentialDeletionWins],
    deletion_ignores_the_owner: DeletionIgnoresTheOwner => [OneCredentialDeletionWins],
    lists_deleted_ones: ListsDeletedOnes => [SwapOfDeletedCredential, OneCredentialDeletionWins, CredentialWritesAreRead, Cancellation],
    lists_the_newest_first: ListsTheNewestFirst => [CredentialListing],
    lists_by_id_backwards: ListsByIdBackwards => [CredentialListing],
    lists_without_case: ListsWithoutCase => [CredentialListing],
    lists_one_too_many: ListsOneTooMany => [CredentialListing],
    lists_all_kinds: ListsAllKinds => [CredentialListing],
    pages_begin_with_the_last: PagesBeginWithTheLast => [CredentialPages],
    pages_without_case: PagesWithoutCase => [CredentialPages],
    pages_all_kinds: PagesAllKinds => [CredentialAbsence, CredentialPages],
    pages_one_too_many: PagesOneTooMany => [CredentialPages],
    folds_case_of_ids: FoldsCaseOfIds => [CredentialListing, CredentialPages, ExactCredentials, SealedCredentials],
    cuts_ids: CutsIds => [CredentialRoundTrip, ExactCredentials],
    folds_case_of_owners: FoldsCaseOfOwners => [ExactCredentials],
    trims_owners: TrimsOwners => [ExactCredentials],
    removes_a_hundred_at_most: RemovesAHundred => [CredentialRemoval],
    removes_all_kinds: RemovesAllKinds => [CredentialRemoval],
    errors_are_absence: ErrorsAreAbsence => [Outage],
    returns_cached_rows: RemembersWhatItRead => [CredentialRoundTrip, CredentialSwap, OneCredentialSwapWins, CredentialWritesAreRead, SealedCredentials, Cancellation],
    writes_in_two_steps: WritesInTwoSteps => [Cancellation],
    removes_one_by_one: RemovesOneByOne => [Cancellation],
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
        assert_eq!(report.broken(), Guarantee::OF_CREDENTIAL_STORE, "{report}");
        for (guarantee, verdict) in report.verdicts() {
            let Verdict::Broken(text) = verdict else {
                panic!("{guarantee}: {verdict:?}")
            };
            assert_eq!(text, seen, "{guarantee}");
        }
    }
}
