//! CVSS vectors against two other implementations, over every base vector there is and every vector
//! that real advisories carry, and against the published examples of the specifications.

use std::{collections::BTreeSet, io::Read, str::FromStr};

use domain::{
    Severity,
    cvss::{Cvss, InvalidCvss, LONGEST},
};

/// Vector and base score in tenths, from FIRST's published examples (v2 guide §3.3; v3.1 examples
/// document; v4.0 examples document, CVSS-B) and the NVD entries of the flaws named there.
const PUBLISHED: &[(&str, u8)] = &[
    ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 78),
    ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 100),
    ("AV:L/AC:H/Au:N/C:C/I:C/A:C", 62),
    ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64),
    ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 31),
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61),
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 75),
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100),
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98),
    ("CVSS:3.0/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 68),
    ("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:N", 0),
    ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 73),
    ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 77),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 87),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 100),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 51),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0),
];

#[test]
fn published_examples_have_their_published_scores() {
    for (text, tenths) in PUBLISHED {
        let vector: Cvss = text.parse().unwrap();
        assert_eq!(vector.score_tenths(), *tenths, "{text}");
        assert_eq!(vector.severity(), Severity::of_tenths(*tenths));
        assert_eq!(vector.to_string(), *text);
        assert_eq!(serde_json::from_str::<Cvss>(&serde_json::to_string(&vector).unwrap()).unwrap(), vector);
    }
}

#[test]
fn threat_and_environment_change_the_full_score_only() {
    let vector: Cvss = "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U".parse().unwrap();
    assert_eq!((vector.score_tenths(), vector.full_tenths()), (73, 44));
    let vector: Cvss =
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N/MSI:S".parse().unwrap();
    assert!(vector.full_tenths() > vector.score_tenths());
    let vector: Cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/MAV:L".parse().unwrap();
    assert_eq!((vector.score_tenths(), vector.full_tenths()), (98, 98));
}

#[test]
fn a_text_that_is_not_exactly_a_vector_is_refused() {
    let v3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let v4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    let v2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P";
    for (text, error) in [
        (String::new(), InvalidCvss::Version),
        ("9.8".into(), InvalidCvss::Version),
        (v3.replace("3.1", "3.2"), InvalidCvss::Version),
        (v3.to_lowercase(), InvalidCvss::Version),
        (format!(" {v3}"), InvalidCvss::Version),
        (format!("{v3}/"), InvalidCvss::Part(9)),
        (format!("{v3} "), InvalidCvss::Part(8)),
        (format!("{v3}/XX:N"), InvalidCvss::Part(9)),
        (v3.replace("AV:N", "AV:X"), InvalidCvss::Part(1)),
        (v3.replace("AV:N", "AV:n"), InvalidCvss::Part(1)),
        (v3.replace("AV:N", "AV"), InvalidCvss::Part(1)),
        (v3.replace("/AC:L", "//AC:L"), InvalidCvss::Part(2)),
        (format!("{v3}/AV:N"), InvalidCvss::Twice("AV")),
        (format!("{v3}/AV:L"), InvalidCvss::Twice("AV")),
        (v3.replace("/S:U", ""), InvalidCvss::Missing("S")),
        (v3.replace("3.1", "4.0"), InvalidCvss::Part(5)),
        (v4.replace("AT:N/PR:N", "PR:N/AT:N"), InvalidCvss::Order("AT")),
        (v4.replace("/SA:N", ""), InvalidCvss::Missing("SA")),
        (v4.replace("SI:N", "SI:S"), InvalidCvss::Part(10)),
        (v2.replace("AV:N/AC:L", "AC:L/AV:N"), InvalidCvss::Version),
        (v2.replace("Au:N/C:P", "C:P/Au:N"), InvalidCvss::Order("Au")),
        (v2.replace("Au", "AU"), InvalidCvss::Part(3)),
        (format!("{v3}/{}", "E".repeat(LONGEST)), InvalidCvss::TooLong),
    ] {
        assert_eq!(text.parse::<Cvss>(), Err(error), "{text}");
    }
    // v3.x leaves the order free.
    let shuffled = "CVSS:3.1/C:H/A:H/I:H/S:U/UI:N/PR:N/AC:L/AV:N";
    assert_eq!(shuffled.parse::<Cvss>().unwrap().to_string(), v3);
}

#[test]
fn the_answers_other_rules_take() {
    let answers = |text: &str| {
        let v: Cvss = text.parse().unwrap();
        (v.network(), v.low_complexity(), v.privileges_none(), v.user_interaction_none(), v.impact_total())
    };
    assert_eq!(answers("AV:N/AC:L/Au:N/C:C/I:C/A:C"), (true, true, true, None, true));
    assert_eq!(answers("AV:L/AC:M/Au:S/C:C/I:C/A:P"), (false, false, false, None, false));
    let v3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    assert_eq!(answers(v3), (true, true, true, Some(true), true));
    let v3 = "CVSS:3.0/AV:A/AC:H/PR:L/UI:R/S:C/C:H/I:L/A:H";
    assert_eq!(answers(v3), (false, false, false, Some(false), false));
    let v4 = "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    assert_eq!(answers(v4), (true, false, true, Some(false), true));
}

/// Every way to choose one value for each metric.
fn all(prefix: &str, metrics: &[(&str, &str)]) -> Vec<String> {
    let mut out = vec![prefix.to_owned()];
    for (name, values) in metrics {
        let add = |head: String| values.chars().map(move |value| format!("{head}/{name}:{value}"));
        out = out.into_iter().flat_map(add).collect();
    }
    out.into_iter().map(|text| text.trim_start_matches('/').to_owned()).collect()
}

const V2: &[(&str, &str)] =
    &[("AV", "LAN"), ("AC", "HML"), ("Au", "MSN"), ("C", "NPC"), ("I", "NPC"), ("A", "NPC")];
const V3: &[(&str, &str)] = &[
    ("AV", "NALP"),
    ("AC", "LH"),
    ("PR", "NLH"),
    ("UI", "NR"),
    ("S", "UC"),
    ("C", "NLH"),
    ("I", "NLH"),
    ("A", "NLH"),
];
const V4: &[(&str, &str)] = &[
    ("AV", "NALP"),
    ("AC", "LH"),
    ("AT", "NP"),
    ("PR", "NLH"),
    ("UI", "NPA"),
    ("VC", "HLN"),
    ("VI", "HLN"),
    ("VA", "HLN"),
    ("SC", "HLN"),
    ("SI", "HLN"),
    ("SA", "HLN"),
];
const V4_MORE: &[(&str, &str)] = &[
    ("E", "XAPU"),
    ("CR", "XHML"),
    ("IR", "XHML"),
    ("AR", "XHML"),
    ("MAV", "XNALP"),
    ("MAC", "XLH"),
    ("MAT", "XNP"),
    ("MPR", "XNLH"),
    ("MUI", "XNPA"),
    ("MVC", "XHLN"),
    ("MVI", "XHLN"),
    ("MVA", "XHLN"),
    ("MSC", "XHLN"),
    ("MSI", "XSHLN"),
    ("MSA", "XSHLN"),
];

fn tenths(score: f64) -> u8 {
    (score * 10.0).round() as u8
}

/// The score by the crate `cvss` 3, with every metric the vector carries.
fn rustsec(text: &str) -> Option<u8> {
    Some(tenths(cvss::Cvss::from_str(text).ok()?.score()))
}

/// The score by the crate `cvss-rs` 0.5: of v4.0 the full one, else the base score.
fn scm(text: &str) -> Option<u8> {
    Some(tenths(if text.starts_with("CVSS:4") {
        cvss_rs::v4_0::CvssV4::from_str(text).ok()?.calculated_full_score()?
    } else if text.starts_with("CVSS:3") {
        cvss_rs::v3::CvssV3::from_str(text).ok()?.calculated_base_score()?
    } else {
        cvss_rs::v2_0::CvssV2::from_str(text).ok()?.calculated_base_score()?
    }))
}

/// The vector with its base metrics alone, which stand first.
fn base_alone(text: &str) -> String {
    let count = if text.starts_with("CVSS:4") { 12 } else { usize::MAX };
    text.split('/').take(count).collect::<Vec<_>>().join("/")
}

/// How many vectors were compared, and those where base or full score are not what both others say.
fn compare(vectors: impl IntoIterator<Item = String>) -> (usize, Vec<String>) {
    let (mut compared, mut differ) = (0, Vec::new());
    for text in vectors {
        compared += 1;
        let Ok(here) = text.parse::<Cvss>() else {
            // `I:U` stands in one real record: what all three refuse is no vector.
            if rustsec(&text).is_some() || scm(&text).is_some() {
                differ.push(format!("{text} is refused here alone"));
            }
            continue;
        };
        let full = (Some(here.full_tenths()), Some(here.full_tenths()));
        let base = (Some(here.score_tenths()), Some(here.score_tenths()));
        let bare = base_alone(&text);
        if full != (rustsec(&text), scm(&text)) || base != (rustsec(&bare), scm(&bare)) {
            differ.push(format!("{text}: base {base:?}, full {full:?} here; {:?} there", rustsec(&text)));
        }
    }
    (compared, differ)
}

#[test]
fn every_base_vector_has_the_score_two_others_give_it() {
    let sweeps = [
        (all("", V2), 729),
        (all("CVSS:3.0", V3), 2592),
        (all("CVSS:3.1", V3), 2592),
        (all("CVSS:4.0", V4), 104_976),
    ];
    for (vectors, count) in sweeps {
        let (compared, differ) = compare(vectors);
        assert_eq!((compared, differ), (count, vec![]));
    }
}

/// Numbers that look random and are the same on every run (a linear congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

#[test]
fn vectors_with_threat_and_environment_have_the_score_another_gives_them() {
    let mut numbers = Numbers(1);
    let vectors = (0..40_000).map(|_| {
        let mut text = "CVSS:4.0".to_owned();
        for (i, (name, values)) in V4.iter().chain(V4_MORE).enumerate() {
            if i < V4.len() || numbers.below(2) == 0 {
                let at = numbers.below(values.len());
                text.push_str(&format!("/{name}:{}", &values[at..=at]));
            }
        }
        text
    });
    let (compared, differ) = compare(vectors);
    assert_eq!((compared, differ), (40_000, vec![]));
}

#[test]
fn every_vector_of_real_advisories_is_read_and_scored_as_others_do() {
    let Some(corpus) = std::env::var_os("FORMULARY_CORPUS") else {
        println!("SKIPPED: FORMULARY_CORPUS is unset");
        return;
    };
    let advisories = std::path::Path::new(&corpus).join("advisories");
    let mut vectors = BTreeSet::new();
    for folder in std::fs::read_dir(&advisories).unwrap() {
        let path = folder.unwrap().path().join("all.zip");
        if !path.exists() {
            continue;
        }
        let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
        for i in 0..archive.len() {
            let mut bytes = Vec::new();
            archive.by_index(i).unwrap().read_to_end(&mut bytes).unwrap();
            let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            let affected = record["affected"].as_array().into_iter().flatten();
            for holder in affected.chain([&record]) {
                for severity in holder["severity"].as_array().into_iter().flatten() {
                    if severity["type"].as_str().is_some_and(|kind| kind.starts_with("CVSS_")) {
                        vectors.insert(severity["score"].as_str().unwrap().to_owned());
                    }
                }
            }
        }
    }
    let (compared, differ) = compare(vectors);
    println!("{compared} distinct vectors compared");
    assert!(compared > 1000);
    assert_eq!(differ, Vec::<String>::new());
}
