//! The guarantees by name, each with the sentence that it keeps.

use std::fmt;

/// Declares the guarantees, so that name, sentence and documentation cannot part. Those of `every`
/// belong to the list of each trait.
macro_rules! guarantees {
    (
        traits: {$($(#[$of:meta])* $list:ident: [$($own:ident = $own_promise:literal,)+])+}
        every: $shared:tt
        joint: {
            $($(#[$joint_of:meta])* $joint_list:ident: [$($joint:ident = $joint_promise:literal,)+])+
        }
    ) => {
        guarantees! {
            @enum
            [$($($own = $own_promise,)+)+ $($($joint = $joint_promise,)+)+]
            $shared
        }

        impl Guarantee {
            $(guarantees! { @list $(#[$of])* $list [$($own)+] $shared })+
            $(
                $(#[$joint_of])*
                pub const $joint_list: &[Self] = &[$(Self::$joint,)+];
            )+
        }
    };
    (
        @list $(#[$of:meta])* $list:ident [$($own:ident)+]
        [$($shared:ident = $shared_promise:literal,)+]
    ) => {
        $(#[$of])*
        pub const $list: &[Self] = &[$(Self::$own,)+ $(Self::$shared,)+];
    };
    (
        @enum
        [$($own:ident = $own_promise:literal,)+]
        [$($shared:ident = $shared_promise:literal,)+]
    ) => {
        /// One guarantee of a storage trait.
        ///
        /// ```
        /// use auth_core::testing::contract::Guarantee;
        ///
        /// assert_eq!(Guarantee::UniqueEmail.name(), "UniqueEmail");
        /// println!("{}", Guarantee::UniqueEmail.promise());
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Guarantee {
            $(#[doc = $own_promise] $own,)+
            $(#[doc = $shared_promise] $shared,)+
        }

        impl Guarantee {
            /// Returns the name, as reports show it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$own => stringify!($own),)+
                    $(Self::$shared => stringify!($shared),)+
                }
            }

            /// Returns the sentence that a store keeps.
            #[must_use]
            pub const fn promise(self) -> &'static str {
                match self {
                    $(Self::$own => $own_promise,)+
                    $(Self::$shared => $shared_promise,)+
                }
            }
        }
    };
}

guarantees! {
    traits: {
        /// What [`UserDatabase`](crate::UserDatabase) guarantees.
        OF_USER_DATABASE: [
            InsertedIsFound = "What is inserted is found by key, by address and by user name, with every column as given and the first epoch.",
            AbsenceIsNoError = "Who is not there is `Ok(None)` or `Missing`, and not an error; a new store is empty.",
            TakenOnInsert = "An insertion with the address or the user name of another says which is taken and writes nothing; having no user name is not a name.",
            UniqueEmail = "Of simultaneous insertions of one address, or changes to it, exactly one wins and all others are told that it is taken.",
            UniqueUsername = "Of simultaneous insertions of one user name exactly one wins and all others are told that it is taken.",
            ExactText = "Addresses and user names are compared byte for byte: two that differ are two users, and a look-up finds no other.",
            HostileText = "Text that means something to an engine is only text.",
            LongestText = "The longest address, user name and roles are stored whole.",
            OnlyNamedColumns = "A change writes the columns that it names and no other, of this user and no other, and answers the user as it is now.",
            EmptyChange = "A change that names nothing writes nothing and answers the user.",
            WholeChanges = "A change is seen as a whole or not at all, and simultaneous changes of different columns all stay.",
            ExpectedEpoch = "An update or a deletion that expects another epoch is stale and writes nothing.",
            OneWinnerPerEpoch = "Of simultaneous changes that expect one epoch and bump it exactly one is applied, and all others are stale.",
            EpochBump = "A bump adds exactly one to the epoch in the step of its change, and simultaneous bumps are all counted.",
            TakenOnUpdate = "A change to the address of another says that it is taken and writes nothing, not even the epoch; one's own address is not taken.",
            PendingEmail = "A pending address is stored beside the address, logs no user in, is not unique, and is cleared by every bump of the epoch that sets none; a change that expects one is stale where it is another.",
            LastSuperuser = "An update or a deletion that must leave an active superuser is refused where it would take the last, and writes nothing.",
            OnlyDemotion = "Nothing is refused for the sake of superusers unless it takes the last active one.",
            LastSuperuserRace = "Simultaneous updates and deletions that must leave an active superuser leave one.",
            Deletion = "A deleted user is gone from every look-up and list, once, and the address and the user name are free again.",
            KeysAreNotReused = "The key of a deleted user is never given to another.",
            ListOrder = "Lists are in ascending order of keys, begin and end where asked, and say how many users there are in all.",
            EmailPrefixes = "A list of a prefix has the users whose addresses begin with it byte for byte and no others, on the pages of every list, and says how many they are.",
            StablePages = "Pages by key neither skip nor repeat a user that is there the whole time, while others come and go.",
            OwnWritesAreRead = "What was written is seen by every read that begins afterwards, in any task.",
        ]
        /// What [`ExpiringStore`](crate::ExpiringStore) guarantees.
        OF_EXPIRING_STORE: [
            Expiry = "An entry lives while `now` is before its expiry; from then on it counts as absent, purged or not, and can begin anew.",
            LivingEntry = "An insertion where an entry lives changes neither its expiry nor its count; counting continues from it.",
            FirstInsertion = "Of simultaneous insertions of one key exactly one is new, also where an expired entry is still there.",
            FixedWindow = "A fixed window ends so long after its first count, however many follow.",
            SlidingWindow = "A sliding window ends so long after its latest count.",
            DistinctCounts = "Simultaneous increments answer different counts, without a gap.",
            FinestTime = "A fraction of a microsecond never ends an entry early.",
            FarExpiry = "An entry may expire at the end of time.",
            Removal = "A removal says whether the entry was there, and afterwards it is not.",
            Purge = "A purge takes expired entries only, at most as many as asked for, and answers how many.",
            PurgeRace = "Simultaneous purges count every entry once, and never take one that lives.",
            ExactKeys = "Keys are compared byte for byte, to the longest.",
        ]
        /// What [`SessionStore`](crate::SessionStore) guarantees.
        OF_SESSION_STORE: [
            SessionRoundTrip = "A session is read with every column as it was given, whether or not its time is over: the longest texts whole, times to the microsecond.",
            SessionAbsence = "A session that is not there is `Ok(None)`, `false`, zero or an empty list, and not an error; a new store is empty.",
            SwapFromPreviousVersion = "A swap is written onto the version before its own and onto no other, changes no other session, and says whether it was written.",
            OneSwapWins = "Of simultaneous swaps from one version exactly one is written and says so.",
            OneDeletionWins = "A deleted session is gone from every look-up and list, and of simultaneous deletions exactly one says that it was there.",
            SwapOfDeleted = "A swap never brings a session back that was deleted, also when both happen at once.",
            SessionListing = "A list has the sessions of its owner whose time is not over, those that were used last first and equals by id, at most as many as asked for.",
            SessionPages = "Pages of a list continue after the last session of the page before, and neither skip nor repeat one that is not used meanwhile.",
            ExactOwners = "Owners are compared byte for byte, to the longest.",
            OwnerRemoval = "The removal of an owner's sessions takes all of them and none of another's, and simultaneous ones count each session once.",
            SessionEpochs = "A list has the sessions of one epoch, however many of others there are; the removal of earlier epochs takes at most as many as asked for, of one owner, and answers how many.",
            SessionPurge = "A purge takes sessions whose time is over and no others, at most as many as asked for, and answers how many.",
            SessionPurgeRace = "Simultaneous purges count every session once, and never take one that a swap has prolonged.",
            OneDescendant = "Of simultaneous rotations of one refresh token by the swaps and deletions of the store exactly one makes its successor; a token that was spent before ends the session, and exactly one call reports it.",
            NotedUse = "Of simultaneous notes by swaps that the successor of a refresh token was used exactly one is written; until then the token before it gets the same successor, and from then on it ends the session, and exactly one call reports it.",
            SessionWritesAreRead = "What was written of a session is seen by every read that begins afterwards, in any task.",
        ]
        /// What [`CredentialStore`](crate::CredentialStore) guarantees.
        OF_CREDENTIAL_STORE: [
            CredentialRoundTrip = "A credential is read with every column as it was given: the longest values whole, times to the microsecond.",
            CredentialAbsence = "A credential that does not exist is `Ok(None)`, `false`, zero or an empty list, and not an error; a new store is empty.",
            UniqueCredential = "Of simultaneous insertions of one kind and id exactly one is written; all others, of any owner, are told that it is taken and write nothing.",
            CredentialSwap = "A swap is written onto the version before its own, of the same owner, and onto no other; it changes no other credential, and says whether it was written.",
            OneCredentialSwapWins = "Of simultaneous swaps of a credential from one version exactly one is written and says so.",
            SwapOfDeletedCredential = "A swap never brings a deleted credential back, also when both happen at once.",
            OneCredentialDeletionWins = "A deletion removes the credential of its owner and no other from every look-up and list, and of simultaneous deletions exactly one says that it existed.",
            CredentialListing = "A list has the credentials of its owner, of one kind or of all, the oldest first and those of one time by kind and id, at most as many as asked for.",
            CredentialPages = "Pages of a kind are in ascending order of ids, and neither skip nor repeat a credential that exists the whole time, while others are inserted and deleted.",
            ExactCredentials = "Kinds, ids and owners of credentials are compared byte for byte, to the longest.",
            CredentialRemoval = "The removal of an owner's credentials takes all of them, or all of one kind, and none of another owner's; simultaneous ones count each credential once.",
            CredentialWritesAreRead = "What was written of a credential is seen by every read that begins afterwards, in any task.",
            SealedCredentials = "Sealed data opens as it was; after a change of keys it is sealed anew by exactly one of many callers that use it, and opens when the old key is retired.",
        ]
    }
    every: [
        Cancellation = "A call that is dropped in the middle has done its step or has not, never half of it, and the store answers the next.",
        Outage = "A store that cannot answer says so from every method, and never that something is absent; afterwards it answers again.",
    ]
    joint: {
        /// What a store guarantees besides that is both a [`UserDatabase`](crate::UserDatabase) and a
        /// [`SessionStore`](crate::SessionStore).
        OF_SESSIONS_OF_USERS: [
            KeepsSession = "The session that a change keeps stays valid: it takes the new epoch in the step of the bump, and in no other case; every other session stays as it is.",
        ]
        /// What an [`AccessLookup`](crate::store::AccessLookup) guarantees.
        OF_ACCESS_LOOKUP: [
            LookUpAnswers = "A look-up has what the stores have: whether the token is revoked, the session, and the user, for every query.",
            LookUpOwner = "A look-up by the owner of a session finds the user whose key is exactly that of the owner, in the realm of the query, and no other.",
            LookUpReadsWrites = "A look-up sees every write that ended before it began, in any task.",
            LookUpOutage = "A look-up of a store that cannot answer is an error, and never says that something is absent; afterwards it answers again.",
        ]
        /// What a store guarantees besides that is both a [`UserDatabase`](crate::UserDatabase) and a
        /// [`CredentialStore`](crate::CredentialStore).
        OF_CREDENTIALS_OF_USERS: [
            CredentialsGoWithUser = "A deletion of a user that names an owner removes the credentials of that owner in the same step; one that removes no user, or names no owner, removes none.",
        ]
    }
}

impl fmt::Display for Guarantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
