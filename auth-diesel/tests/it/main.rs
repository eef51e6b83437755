//! The guarantees of the storage traits, against SQLite and against the memory stores.
#![cfg(test)]

mod cancel;
mod contract_expiring;
mod contract_users;
mod open;
mod rows;
mod support;

use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use support::File;

/// Instantiates every contract test for the memory store and for SQLite.
macro_rules! against_both {
    ($contract:ident, $memory:expr, [$($name:ident),* $(,)?]) => {
        mod $contract {
            $(mod $name {
                use super::super::*;

                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn memory() {
                    crate::$contract::$name($memory).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn sqlite() {
                    let file = File::new();
                    crate::$contract::$name(file.open().await).await;
                }
            })*
        }
    };
}

mod contracts {
    use super::*;

    against_both!(
        contract_users,
        MemoryUserDatabase::new(),
        [
            what_is_inserted_is_found,
            absence_is_not_an_error,
            taken_values_name_their_column,
            changes_touch_their_column_only,
            an_empty_change_changes_nothing,
            expectations_decide,
            a_taken_address_is_not_written,
            the_last_superuser_stays,
            only_demotion_is_refused,
            pages_are_in_order_of_keys,
            hostile_text_is_only_text,
            one_address_is_inserted_once,
            one_username_is_inserted_once,
            one_epoch_is_bumped_once,
            two_admins_never_demote_each_other,
        ]
    );

    against_both!(
        contract_expiring,
        MemoryExpiringStore::new(),
        [
            an_entry_lives_until_its_expiry,
            a_living_entry_keeps_its_expiry,
            a_fixed_window_ends,
            a_sliding_window_slides,
            fractions_of_a_microsecond_are_not_lost,
            removal_says_what_was_there,
            purging_takes_what_is_over,
            hostile_keys_are_only_keys,
            one_insertion_is_new,
            one_expired_entry_is_replaced_once,
            counts_are_distinct,
            purges_share_the_work,
        ]
    );
}
