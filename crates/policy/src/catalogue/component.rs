//! Facts about one component.

super::facts! { Component:
    /// A malicious-package record names this version; unobserved where no feed was looked into.
    MALICIOUS: bool = "malicious", Collector;
    /// How complete and fresh the flaw feed of its ecosystem is.
    FEED: Feed = "feed", Collector;
    /// Its ecosystem's rules can order the version against the feed's ranges (true where there is no version: that is the inventory's fault).
    VERSION_DETERMINED: bool = "version-determined", Collector;
    /// How exactly its version is named.
    RESOLUTION: Resolution = "resolution", Collector;
    /// A content hash is recorded.
    HAS_HASH: bool = "has-hash", Collector;
    /// Where it comes from, beside its neighbours; unobserved where the file does not say.
    ORIGIN: Origin = "origin", Collector;
    /// Whether installing it runs a script; unobserved where the file does not say.
    INSTALL_SCRIPT: InstallScript = "install-script", Collector;
    /// Whole days since this version was released, kept up to 90; unobserved without release dates.
    AGE_DAYS: UpTo<90> = "age-days", Collector;
    /// This version mends a known flaw of an earlier one.
    SECURITY_FIX: bool = "security-fix", Collector;
    /// What the licence table says; unobserved where its licence is not known.
    LICENCE: LicenceAnswer = "licence", Collector;
    /// Its licence is another than at the last assessment; unobserved where there was none.
    LICENCE_CHANGED: bool = "licence-changed", Collector;
    /// It is a runtime, an image or a tool whose vendor publishes support dates.
    HAS_SUPPORT_DATES: bool = "has-support-dates", Collector;
    /// Whole days of vendor support left, 0 when it has ended, kept up to 250; 250 where no end is set.
    SUPPORT_DAYS_LEFT: UpTo<250> = "support-days-left", Collector;
    /// Whether it is kept up, by its history or by a notice; unobserved where neither is at hand.
    UPKEEP: Upkeep = "upkeep", Collector;
    /// A known flaw of this version is open.
    OPEN_FLAW: bool = "open-flaw", Collector;
    /// The practices that the pack asks for were seen, or imported from a report.
    PRACTICES: bool = "practices", Collector;
    /// A provenance statement about it verifies.
    PROVENANCE_VERIFIES: bool = "provenance-verifies", Collector;
}
