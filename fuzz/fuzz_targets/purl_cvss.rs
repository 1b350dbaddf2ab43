//! Package URLs and CVSS vectors from strangers.
//!
//! What is read must be written so that it is read the same, whatever a builder then makes of it; a
//! score is one there is.

#![no_main]

use domain::{Purl, Severity, cvss::Cvss, purl::LONGEST};
use libfuzzer_sys::fuzz_target;

fn keeps_the_rules(purl: &Purl) {
    let text = purl.to_string();
    assert!(text.is_ascii() && text.len() <= LONGEST);
    assert!(!text.bytes().any(|b| b.is_ascii_control()));
    assert_eq!(text.parse::<Purl>().as_ref(), Ok(purl));
    let segments =
        purl.namespace().into_iter().chain([purl.name()]).chain(purl.version()).chain(purl.subpath());
    assert!(segments.flat_map(|part| part.split('/')).all(|segment| segment != ".."));
    assert!(!purl.name().is_empty() && !purl.native_name().is_empty());
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(purl) = text.parse::<Purl>() {
        keeps_the_rules(&purl);
    }
    if let Ok(purl) = format!("pkg:{text}").parse::<Purl>() {
        keeps_the_rules(&purl);
    }
    // The parts as a reader of some file would hand them over.
    let mut parts = text.split('\n');
    let (kind, namespace, name) =
        (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or_default());
    if let Ok(purl) = Purl::new(kind, namespace, name, parts.next()) {
        keeps_the_rules(&purl);
        keeps_the_rules(&purl.with_version(Some(text)));
        for other in
            [purl.with_qualifier(kind, text), purl.with_subpath(Some(text)), purl.with_qualifier("a", name)]
        {
            other.iter().for_each(keeps_the_rules);
        }
    }
    for text in [text.to_owned(), format!("CVSS:3.1/{text}"), format!("CVSS:4.0/{text}")] {
        if let Ok(vector) = text.parse::<Cvss>() {
            assert!(vector.score_tenths() <= 100 && vector.full_tenths() <= 100);
            assert_eq!(vector.severity(), Severity::of_tenths(vector.score_tenths()));
            assert_eq!(vector.to_string().parse(), Ok(vector));
        }
    }
});
