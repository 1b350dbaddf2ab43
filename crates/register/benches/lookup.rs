//! What it costs to ask a register about one subject: folding the whole log (up to 20,000 entries), folding it
//! again with what an earlier run has verified, laying it out, and looking one subject up in that.
//!
//! `cargo bench -p register --bench lookup -- 10000 100000` (numbers of entries). Times are those of the
//! processor for this thread, not of the clock on the wall. With `REGISTERS=DIR` the registers are left
//! there as folders, for `scripts/bench-register.sh` to ask the program itself.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench may panic and print"
)]

use std::{collections::BTreeMap, ops::Range, path::Path, sync::Arc};

use domain::{Outcome, SubjectName, Tier, Timestamp};
use register::{
    Register,
    act::{
        Act,
        decision::{Means, Ruling},
        review::Asks,
    },
    case::Case,
    leaf::Leaf,
    log::Log,
    lookup::{self, Head, Known, Lookup},
    review::short,
    statement::Statement,
};
use tlog::{Frontier, KeyName, SignatureType, SignerKey, leaf_hash};

#[path = "../tests/governing/committee.rs"]
mod committee;

use committee::{CHAIR, DEVELOPER, ORIGIN, Scene, assessed, signature};

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    for size in if sizes.is_empty() { vec![1_000] } else { sizes } {
        measure(size);
    }
}

/// Seconds that this thread has computed.
fn computed() -> f64 {
    let text =
        std::fs::read_to_string("/proc/thread-self/schedstat").expect("this bench counts as Linux does");
    text.split_whitespace().next().and_then(|ns| ns.parse::<u64>().ok()).unwrap() as f64 / 1e9
}

fn timed<T>(what: &str, times: u32, mut run: impl FnMut() -> T) -> T {
    let before = computed();
    let mut last = run();
    for _ in 1..times {
        last = run();
    }
    let each = (computed() - before) / f64::from(times);
    println!("  {what:<58} {:>12.3} ms", each * 1e3);
    last
}

/// A log of so many entries, each opened with its assessment and decided at once by a rule.
fn leaves(entries: usize) -> Vec<Vec<u8>> {
    let mut scene = Scene::new();
    let review = scene.asks_use(Tier::Research, Outcome::Allowed);
    let template = scene.decision(&review, Ruling::Grant, Means::Rule);
    let mut leaves = vec![scene.leaves[0].clone()];
    let mut now = scene.now;
    for n in 0..entries {
        now = Timestamp::from_unix(now.unix() + 60);
        let kind =
            if n % 4 == 0 { format!("repository:system {n}") } else { format!("pkg:npm/part-{n}@1.0.0") };
        let case = Case::of_use(kind.parse().unwrap(), Tier::Research);
        let seen = assessed(Outcome::Allowed, 1, &now.to_string());
        let mut decision = template.clone();
        (decision.assessment, decision.basis) = (Some(seen.digest), Some(seen.basis));
        decision.terms.review_on = now.date().plus_days(30 + (n % 300) as i64);
        let opening = scene.opening(Asks::Use, Some(case), Some(seen));
        let opened = says(&mut leaves, DEVELOPER, now, Act::Open(Box::new(opening)));
        decision.review = short('R', &opened);
        says(&mut leaves, CHAIR, now, Act::Decide(Box::new(decision)));
    }
    leaves
}

fn says(leaves: &mut Vec<Vec<u8>>, who: &str, now: Timestamp, act: Act) -> domain::Digest {
    let statement = Statement::new(ORIGIN, now, who, act);
    let digest = statement.digest().unwrap();
    let signed = signature(who, &statement);
    leaves.push(Leaf::new(now, statement, vec![signed]).bytes().unwrap());
    digest
}

fn measure(entries: usize) {
    let log = leaves(entries);
    println!(
        "{entries} entries of the register, {} of the log, {} MB",
        log.len(),
        log.iter().map(Vec::len).sum::<usize>() >> 20
    );
    let mut frontier = Frontier::default();
    for leaf in &log {
        frontier.append(leaf_hash(leaf)).unwrap();
    }
    let root = frontier.root();
    let head = Head::new(ORIGIN, log.len() as u64, &root);
    if entries <= 20_000 {
        timed("the log folded whole, every signature verified", 1, || {
            Register::read(ORIGIN, log.iter().cloned()).unwrap().size
        });
    }
    let known = Known { head: head.clone(), rejected: BTreeMap::new() };
    let register = timed("folded again, signatures known from an earlier run", 1, || {
        Register::read_on(ORIGIN, log.iter().cloned(), Some(&known)).unwrap()
    });
    assert!(register.entries.len() == entries && register.rejected.is_empty());
    let bytes = timed("laid out to be looked into", 1, || lookup::write(&register, &root).unwrap());
    println!("  {} MB", bytes.len() >> 20);
    let read = |range: Range<u64>| bytes.get(range.start as usize..range.end as usize).map(<[u8]>::to_vec);
    // A month in which nothing is past its dates yet: what a well-kept register looks like.
    let as_of = register.last;
    let quiet: Timestamp = "2026-11-25T09:00:00Z".parse().unwrap();
    let name: SubjectName = "repository:system 400".parse().unwrap();
    timed("looked up, opening included: one subject", 200, || {
        let found = Lookup::open(&read, &head).unwrap();
        found.standing(&read, Some(&name), quiet, &|_| None).unwrap().listings.len()
    });
    timed("the same as of the last entry, dates having passed", 3, || {
        let found = Lookup::open(&read, &head).unwrap();
        found.standing(&read, Some(&name), as_of, &|_| None).unwrap().of_components.len()
    });
    timed("the whole register asked instead, once it is folded", 3, || {
        register.standing(Some(&name), quiet, &|_| None).listings.len()
    });
    if let Some(folder) = std::env::var_os("REGISTERS") {
        let folder = Path::new(&folder).join(entries.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let key = SignerKey::new(KeyName::new(ORIGIN).unwrap(), SignatureType::Ed25519, &[1; 32]).unwrap();
        let mut disk = Log::create(Arc::new(store::Disk::new(&folder)), "log", &key).unwrap();
        for batch in log.chunks(4_096) {
            disk.append(batch.to_vec(), &key).unwrap();
        }
        std::fs::write(folder.join("trust.policy"), format!("log {}\nquorum none\n", key.verifier()))
            .unwrap();
    }
}
