//! Facts about a repository, when publication is asked.

super::facts! { Repository:
    /// Live secrets in the tree or any history; a found one counts as live until attested rotated.
    SECRETS: Seen = "secrets", Collector;
    /// Personal or patient data in issuable form in the tree or any history.
    PERSONAL_DATA: Seen = "personal-data", Collector;
    /// It holds policy, statistics or fraud logic that is not released.
    UNRELEASED_CONTENT: bool = "unreleased-content", Person;
    /// The licence file at the root; absent where there is none.
    LICENCE_TEXT: LicenceText = "licence-text", Collector;
    /// A copyright line stands in the licence file or the README.
    COPYRIGHT_LINE: bool = "copyright-line", Collector;
    /// Contracts and intellectual property allow publication.
    RIGHTS_CONFIRMED: bool = "rights-confirmed", Person;
    /// An owning role is named; absent where nothing names one.
    OWNER_NAMED: bool = "owner-named", Person;
    /// A contact of that role is given; absent where nothing gives one.
    OWNER_CONTACT: bool = "owner-contact", Person;
    /// How a flaw can be reported; absent where nothing says so.
    REPORTING_ROUTE: ReportingRoute = "reporting-route", Collector;
    /// A component that ships is malicious.
    SHIPS_MALWARE: bool = "ships-malware", Collector;
    /// A component that ships has a flaw past its due date.
    SHIPS_OVERDUE_FLAW: bool = "ships-overdue-flaw", Collector;
    /// The worst flaw feed over what ships (`none-exists` only where no component has one).
    SHIPS_FEED: Feed = "ships-feed", Collector;
    /// Every version that ships can be ordered against the feed's ranges.
    SHIPS_VERSIONS_DETERMINED: bool = "ships-versions-determined", Collector;
    /// Per cent of past flaws that were mended inside their deadline.
    MENDED_IN_TIME_PERCENT: UpTo<100> = "mended-in-time-percent", Collector;
    /// Whether it is kept up, or archived and says so.
    UPKEEP: Upkeep = "upkeep", Collector;
    /// How many of the eight parts the README has; absent where there is no README.
    README_PARTS: UpTo<8> = "readme-parts", Collector;
    /// Per cent of merges that another person reviewed.
    REVIEWED_PERCENT: UpTo<100> = "reviewed-percent", Collector;
    /// Tests run on every change and gate it.
    TESTS_GATE: bool = "tests-gate", Collector;
    /// The default branch is protected against force pushes and unreviewed changes.
    BRANCH_PROTECTED: bool = "branch-protected", Collector;
    /// A CI workflow checks out untrusted code, lets text be injected, or hands secrets to an unpinned action.
    WORKFLOW_DANGER: bool = "workflow-danger", Collector;
    /// Executable files in the tree, kept up to 250.
    BINARIES: UpTo<250> = "binaries", Collector;
    /// Whether a medical purpose is claimed, and the notice that it then needs.
    DEVICE_CLAIM: DeviceClaim = "device-claim", Collector;
    /// Internal hosts, addresses or account ids are disclosed.
    DISCLOSES_INTERNALS: bool = "discloses-internals", Collector;
    /// Per cent of tags that are signed.
    TAGS_SIGNED_PERCENT: UpTo<100> = "tags-signed-percent", Collector;
    /// The catalogue file (publiccode.yml, code.json); absent where there is none.
    CATALOGUE_FILE: ListingValidity = "catalogue-file", Collector;
    /// The openness category is recorded, with a reason for each step down.
    CATEGORY_RECORDED: bool = "category-recorded", Person;
    /// Commits in the last six months, kept up to 250.
    COMMITS_SIX_MONTHS: UpTo<250> = "commits-six-months", Collector;
    /// Median days until an issue is answered, over three months, kept up to 250.
    ISSUE_REACTION_DAYS: UpTo<250> = "issue-reaction-days", Collector;
    /// A release or tag was made in the last six months.
    RELEASED_SIX_MONTHS: bool = "released-six-months", Collector;
    /// The fewest people who made half of the commits of the last twelve months, kept up to 250.
    BUS_FACTOR: UpTo<250> = "bus-factor", Collector;
    /// A signed decision in force allows publication.
    DECISION_ALLOWS: bool = "decision-allows", Person;
}
