//! Facts about one AI model.

super::facts! { Model:
    /// Every file of it was hashed.
    FILES_HASHED: bool = "files-hashed", Collector;
    /// The format of every weights file is known by its content.
    FORMATS_KNOWN: bool = "formats-known", Collector;
    /// Where it comes from is stated.
    ORIGIN_STATED: bool = "origin-stated", Collector;
    /// Its exact revision is stated.
    REVISION_STATED: bool = "revision-stated", Collector;
    /// The models it was made from are stated, or that there is none.
    PARENTS_STATED: bool = "parents-stated", Collector;
    /// A format that runs code when loaded; unobserved where a file could not be opened.
    CODE_FORMAT: CodeFormat = "code-format", Collector;
    /// It asks its loader to fetch or run code of its own.
    REMOTE_CODE: bool = "remote-code", Collector;
    /// Whether its licence class and use bars fit the purpose and the place.
    LICENCE: Fit = "licence", Collector;
    /// What stands in its card; absent where there is none.
    CARD: CardState = "card", Collector;
    /// Where its training data comes from is stated.
    DATA_ORIGIN: bool = "data-origin", Collector;
    /// How sensitive its training data is is stated.
    DATA_SENSITIVITY: bool = "data-sensitivity", Collector;
    /// The right to use its training data is stated.
    DATA_RIGHTS: bool = "data-rights", Collector;
    /// Results on the local population are at hand.
    EVALUATED_LOCALLY: bool = "evaluated-locally", Person;
    /// Results for subgroups are at hand.
    EVALUATED_SUBGROUPS: bool = "evaluated-subgroups", Person;
    /// The results meet thresholds that were set beforehand.
    THRESHOLDS_MET: bool = "thresholds-met", Person;
    /// The use is the purpose that its maker states.
    USE_IS_STATED_PURPOSE: bool = "use-is-stated-purpose", Person;
    /// People can contest what it says.
    CONTEST_ROUTE: bool = "contest-route", Person;
    /// Metrics are watched in use.
    METRICS_WATCHED: bool = "metrics-watched", Person;
    /// Drift is watched in use.
    DRIFT_WATCHED: bool = "drift-watched", Person;
    /// A rule says when it is stopped.
    STOP_RULE: bool = "stop-rule", Person;
    /// The way back to the state before it is known and tried.
    ROLLBACK: bool = "rollback", Person;
}
