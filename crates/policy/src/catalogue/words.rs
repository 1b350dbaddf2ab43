//! The word lists of the catalogue: each is an enumeration, so that a wrong word does not compile.

use super::{FactType, Value};

macro_rules! words {
    ($( $(#[doc = $doc:literal])+ $name:ident { $( #[doc = $meaning:literal] $variant:ident = $word:literal ),+ $(,)? } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $( #[doc = $meaning] $variant ),+ }

        impl $name {
            /// Every value, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];
            /// The words, in the same order.
            pub const WORDS: &'static [&'static str] = &[ $( $word ),+ ];

            /// The word used in packs and on screens.
            pub const fn word(self) -> &'static str {
                Self::WORDS[self as usize]
            }
        }

        impl Value for $name {
            const KIND: FactType = FactType::Words(Self::WORDS);
            fn position(self) -> u8 {
                self as u8
            }
        }
    )+ };
}

words! {
    /// How complete and how fresh the flaw feed for an ecosystem is, the best first. Freshness is
    /// compared by the caller with the pack's limit `feed-days` for the tier.
    Feed {
        /// Declared full, and fresh.
        Full = "full",
        /// Not declared full.
        Partial = "partial",
        /// Older than the pack's limit for the tier.
        Stale = "stale",
        /// None is loaded, though one exists for the ecosystem.
        NoneLoaded = "none-loaded",
        /// Nobody publishes one (images, actions, tools).
        NoneExists = "none-exists",
    }

    /// How exactly the file names the version.
    Resolution {
        /// One exact version.
        Exact = "exact",
        /// A range, judged at its lowest version.
        Range = "range",
        /// No version at all.
        Unresolved = "unresolved",
    }

    /// Where a component comes from, seen beside its neighbours.
    Origin {
        /// The same source as its neighbours, or made by this repository.
        Usual = "usual",
        /// Another source, with a reason on record.
        Reasoned = "reasoned",
        /// Another host than its neighbours.
        OtherHost = "other-host",
        /// A git repository.
        Git = "git",
        /// An archive at an address that is no registry.
        Archive = "archive",
        /// A path outside what the repository builds.
        Path = "path",
    }

    /// Whether installing a component runs a script of its own.
    InstallScript {
        /// It declares none.
        None = "none",
        /// It declares one that the body or a shipped list knows.
        Known = "known",
        /// It declares one that nobody has looked at.
        Unknown = "unknown-script",
    }

    /// What the licence table says for the deployment mode and the openness of the code.
    LicenceAnswer {
        /// Allowed.
        Allowed = "allowed",
        /// Not allowed, or no licence at all.
        NotAllowed = "not-allowed",
        /// A person must look: a licence that the table does not hold.
        NeedsView = "needs-view",
    }

    /// Whether something is kept up.
    Upkeep {
        /// Commits and releases as before.
        Active = "active",
        /// Quiet because it is finished, with the reason on record.
        Finished = "finished",
        /// Less and less is done.
        Declining = "declining",
        /// Nothing is done any more.
        Ceased = "ceased",
        /// A record or its author says that it is unmaintained.
        Notice = "unmaintained-notice",
        /// Archived, and its front page says so.
        Archived = "archived",
        /// Archived, and nothing says so.
        ArchivedSilent = "archived-silent",
        /// Little is done, and there is no open flaw that would need it.
        Quiet = "quiet-but-stable",
        /// Nothing was done for two years, and nothing says whether it is finished or given up.
        Silent = "silent",
    }

    /// Where a flaw stands on its clock.
    Due {
        /// Past its due date.
        Overdue = "overdue",
        /// Inside its due date.
        Inside = "inside",
        /// The table gives no days: mended on the next upgrade.
        OnUpgrade = "on-upgrade",
    }

    /// How much of the inventory could be read.
    InventoryRead {
        /// Everything recognised was read.
        Whole = "whole",
        /// A recognised manifest or lockfile was not read.
        SomeUnread = "some-unread",
        /// There is source code, and no manifest at all.
        NoManifest = "source-without-manifest",
    }

    /// Whether something that must not be published was found, and whether all was read.
    Seen {
        /// Everything was read, nothing found.
        None = "none",
        /// Found.
        Found = "found",
        /// Nothing found in what was read; files or history were not read.
        PartUnread = "part-unread",
    }

    /// The licence file of a repository; where there is none the fact is absent.
    LicenceText {
        /// The full text of a known licence.
        Recognised = "recognised",
        /// Some other text.
        Unrecognised = "unrecognised",
    }

    /// How a flaw can be reported; where nothing says so the fact is absent.
    ReportingRoute {
        /// A private route, in date.
        Private = "private",
        /// Only a public one.
        PublicOnly = "public-only",
        /// The file has expired.
        Expired = "expired",
    }

    /// Whether a medical purpose is claimed, and the notice that it then needs.
    DeviceClaim {
        /// No medical purpose is claimed.
        None = "none",
        /// Claimed, with the notice.
        WithNotice = "claimed-with-notice",
        /// Claimed, without the notice.
        WithoutNotice = "claimed-without-notice",
    }

    /// A catalogue file such as publiccode.yml; where there is none the fact is absent.
    ListingValidity {
        /// Valid by its schema.
        Valid = "valid",
        /// Not valid.
        Invalid = "invalid",
    }

    /// Whether the system is a medical device, as a person has stated it.
    DeviceStatus {
        /// Not a device, with the reason.
        NotADevice = "not-a-device",
        /// A device, with evidence of conformity in date.
        InDate = "conformity-in-date",
        /// A device whose evidence of conformity has expired.
        Expired = "conformity-expired",
        /// A device without evidence of conformity.
        Missing = "conformity-missing",
    }

    /// A model file whose format runs code when loaded.
    CodeFormat {
        /// None.
        None = "none",
        /// There is one, and the same tensors stand beside it in a format that runs none.
        BesideSafe = "beside-safe-copy",
        /// There is one, and it is the only copy.
        OnlyCopy = "only-copy",
    }

    /// Whether a licence and its use bars fit the purpose and the place.
    Fit {
        /// It fits.
        Fits = "fits",
        /// It does not.
        DoesNotFit = "does-not-fit",
        /// A person must look.
        NeedsView = "needs-view",
    }

    /// What stands in a model's card; where there is no card the fact is absent.
    CardState {
        /// Every field that is asked for has an answer.
        Complete = "complete",
        /// Fields are missing.
        Missing = "fields-missing",
        /// Fields are there and say "None" or "N/A" without a reason.
        Empty = "empty-answers",
    }

    /// Whether the inventory that the supplier gave is that of this version.
    SbomMatch {
        /// It is.
        ThisVersion = "this-version",
        /// It is that of another version.
        OtherVersion = "other-version",
    }
}
