//! Facts about one known flaw of one component. They come with the record, so none is ever unknown
//! but the score.

super::facts! { Flaw:
    /// Where it stands on its clock.
    DUE: Due = "due", Collector;
    /// It is listed as exploited.
    KNOWN_EXPLOITED: bool = "known-exploited", Collector;
    /// The highest CVSS base score of its vectors, in tenths; unobserved where it has none.
    SCORE_TENTHS: UpTo<100> = "score-tenths", Collector;
    /// A version that clears it exists.
    FIX_EXISTS: bool = "fix-exists", Collector;
}
