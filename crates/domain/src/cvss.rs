//! CVSS vectors and scores, in tenths.
