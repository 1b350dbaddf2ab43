//! The fact vectors that real repositories come to, for the benchmark of policies.
//!
//! `cargo run --release -p assess --example fact_vectors -- INPUTS FEEDS… > FILE`, then
//! `FORMULARY_FACTS=FILE cargo bench -p policy --bench evaluate`.
//!
//! Every folder below INPUTS is observed once with each library of feeds (and once without any), and
//! its components, flaws, models and the system are put into facts as they would be for a pack: at
//! every tier, in every mode of deployment, on the first of each month of three years around the
//! day of the feeds, because support ends, feeds grow stale and flaws fall due. One JSON object a
//! line: a vector, each once, numbered from 0 in the order written, or a use, each different one once:
//! `{"use": [4, 17, 17, 2]}` is a component (or a model), each flaw known in it, and the system that uses it, as
//! numbers of vectors. The counts go to standard error.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool of the workshop: it stops where something is wrong"
)]

use std::{
    collections::{HashMap, HashSet},
    env, fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use assess::{
    facts::{self, component::Components},
    observe::{self, Asked, World},
    system::{Declared, Stating},
};
use domain::{Assessment, Date, FindingKind, Purl, Standing, Tier, circumstances::Deployment};
use evidence::material::folder::Folder;
use feeds::Feeds;
use policy::{Facts, Pack};

const DAY: &str = "2026-08-22";
const DEPLOYMENTS: [Deployment; 4] =
    [Deployment::Internal, Deployment::Service, Deployment::Browser, Deployment::Distributed];

fn main() {
    let mut args = env::args_os().skip(1).map(PathBuf::from);
    let inputs = args.next().expect("the folder of inputs");
    let mut libraries: Vec<Option<Feeds>> = args.map(|path| Some(Feeds::open(&path).unwrap())).collect();
    libraries.push(None);
    let packs = [Pack::builtin("use").unwrap()];
    let mut known = HashMap::new();
    let mut seen = HashSet::new();
    let (mut uses, mut plain) = (0_usize, 0_usize);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for folder in folders(&inputs) {
        for (number, feeds) in libraries.iter().enumerate() {
            let Some(mut assessment) = look(&folder, feeds.as_ref(), &packs) else { continue };
            // As one run says it: at the assumed tier, on the day of the feeds.
            let once = joint(&assessment, &packs[0], Tier::Operational);
            if number == 0 {
                plain += once.iter().collect::<HashSet<_>>().len();
            }
            for month in 0..36 {
                for deployment in DEPLOYMENTS {
                    assessment.circumstances.deployment.value = deployment;
                    assessment.as_of = first_of(month).start();
                    for tier in Tier::ALL {
                        for of_one in joint(&assessment, &packs[0], tier) {
                            uses += 1;
                            let numbers: Vec<usize> = of_one
                                .into_iter()
                                .map(|facts| number_of(facts, &mut known, &mut out))
                                .collect();
                            if !seen.contains(&numbers) {
                                writeln!(out, "{}", serde_json::json!({ "use": numbers })).unwrap();
                                seen.insert(numbers);
                            }
                        }
                    }
                }
            }
        }
    }
    out.flush().unwrap();
    eprintln!(
        "{uses} uses, {} of them different, of {} distinct vectors; {plain} different uses within one run over \
         each input with the first feeds",
        seen.len(),
        known.len()
    );
}

/// The vector's number; one not met before is written.
fn number_of(facts: Facts, known: &mut HashMap<Facts, usize>, out: &mut impl Write) -> usize {
    let next = known.len();
    *known.entry(facts).or_insert_with(|| {
        let line = serde_json::json!({ "judged": facts.judged().word(), "facts": facts.to_json() });
        writeln!(out, "{line}").unwrap();
        next
    })
}

/// From two years before the day of the feeds.
fn first_of(month: i32) -> Date {
    format!("{}-{:02}-01", 2024 + (7 + month) / 12, (7 + month) % 12 + 1).parse().unwrap()
}

fn folders(inputs: &Path) -> Vec<PathBuf> {
    let mut out: Vec<_> =
        fs::read_dir(inputs).unwrap().flatten().map(|entry| entry.path()).filter(|p| p.is_dir()).collect();
    out.sort();
    out
}

fn look(folder: &Path, feeds: Option<&Feeds>, packs: &[Pack]) -> Option<Assessment> {
    let material = Folder::open(folder, &[]).unwrap();
    let own = observe::own_files(&material).ok()?;
    let world = World {
        clones: &[],
        reopening: &assess::reopening::Looked::NotAsked,
        settings: None,
        as_of: DAY.parse::<Date>().unwrap().start(),
        feeds,
        stated: Stating::default(),
        standing: &Standing::default(),
        packs,
        reports: &[],
        tool: "fact_vectors",
    };
    observe::observe(&Asked::Material { material: &material, one_file: false, checkout: None }, &own, &world)
        .ok()
}

/// Every use: what is used, each flaw known in it, and the system that uses it.
fn joint(assessment: &Assessment, pack: &Pack, tier: Tier) -> Vec<Vec<Facts>> {
    let look_up = Components::new(assessment, pack);
    let declared = Declared::from_evidence(&assessment.evidence);
    let today = assessment.as_of.date();
    let system = facts::system::facts(assessment, &declared, None);
    let mut flaws: HashMap<&Purl, Vec<Facts>> = HashMap::new();
    for finding in assessment.findings.iter().filter(|f| f.kind == FindingKind::Advisory) {
        if let Some(component) = &finding.component {
            flaws.entry(component).or_default().push(facts::flaw::facts(finding, today));
        }
    }
    let components = assessment.components.iter().map(|component| {
        let known = flaws.get(&component.purl).map_or(&[][..], Vec::as_slice);
        [&[look_up.facts(component, tier)], known, &[system]].concat()
    });
    let models = facts::all(assessment, facts::model::KIND)
        .map(|model| vec![facts::model::facts(assessment, pack, model, tier), system]);
    components.chain(models).collect()
}
