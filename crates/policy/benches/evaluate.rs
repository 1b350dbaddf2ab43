//! What judging costs: loading a pack, one vector afresh, and a million uses.
//!
//! `cargo bench -p policy`. The vectors come from a fixed generator with the shape of real
//! lockfiles; with `FORMULARY_FACTS=FILE` they are read from that file instead, one JSON object a
//! line: `{"judged": "component", "facts": {"feed": "full", …}}` is a vector, `{"use": [0, 3, 1]}` a use that
//! consists of several, by their line (a component, its flaws, its system). Without such lines each vector is
//! a use. `crates/assess/examples/fact_vectors.rs` writes such a file from real inputs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark stops where something is wrong"
)]

use std::{
    collections::HashSet,
    env, fs,
    hint::black_box,
    sync::OnceLock,
    time::{Duration, Instant},
};

use domain::Tier;
use policy::{Facts, Judged, Pack, Setting, Tally, catalogue::FactType};

const USES: usize = 1_000_000;

fn main() {
    loading();
    million();
    divan::main();
}

/// Processor time of this thread, where the system tells it: other work on the machine does not
/// count, so it is the better figure.
fn processor() -> Duration {
    static STARTED: OnceLock<Instant> = OnceLock::new();
    fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next().and_then(|ns| ns.parse().ok()))
        .map_or_else(|| STARTED.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// Reading and parsing the packs, the fastest of twenty: what a command pays before it judges.
fn loading() {
    for (name, what, kinds) in [
        ("use", "for a repository", &[Judged::Component, Judged::Flaw, Judged::System][..]),
        ("use", "whole", &Judged::ALL[..]),
        ("publish", "whole", &Judged::ALL[..]),
    ] {
        let (took, controls) = (0..20)
            .map(|_| {
                let started = Instant::now();
                let pack = Pack::builtin(name).expect("the pack is part of the program");
                let controls: usize = kinds.iter().map(|judged| pack.controls_of(*judged).count()).sum();
                (started.elapsed(), controls)
            })
            .min()
            .expect("twenty rounds");
        println!("{name}, {what}: {controls} controls in {:.1} ms", took.as_secs_f64() * 1e3);
    }
}

/// A million uses through the use pack, and the answer, printed with the memory's hit rate.
fn million() {
    let drawn = Drawn::new();
    let pack = Pack::builtin("use").expect("the pack is part of the program");
    let started = processor();
    let mut tally = Tally::new(&pack);
    let mut judged = 0_usize;
    for part in drawn.uses.iter().flat_map(|number| &drawn.kinds[*number as usize]) {
        judged += 1;
        for judgement in pack.evaluate(&drawn.vectors[*part]).iter() {
            tally.add(judgement, Setting::at(Tier::Operational), false);
        }
    }
    let answer = tally.answer(Tier::Operational, false);
    let took = processor() - started;
    let hits = pack.hits();
    println!(
        "{} uses, {} different among them, of {} distinct vectors, {judged} vectors judged: {:.2} s with memory \
         (hit rate {:.2} %), answer {}",
        drawn.uses.len(),
        drawn.uses.iter().collect::<HashSet<_>>().len(),
        drawn.vectors.iter().collect::<HashSet<_>>().len(),
        took.as_secs_f64(),
        100.0 * hits.hits as f64 / (hits.hits + hits.misses) as f64,
        answer.outcome,
    );
    let sample = drawn.vectors.len().min(5_000);
    let started = processor();
    for facts in &drawn.vectors[..sample] {
        black_box(pack.evaluate_afresh(facts));
    }
    let each = (processor() - started).as_secs_f64() / sample as f64;
    println!(
        "without memory: {:.1} µs a vector, {:.0} s for {judged} of them",
        each * 1e6,
        each * judged as f64,
    );
}

/// What the million consists of.
struct Drawn {
    vectors: Vec<Facts>,
    /// Each different use, as numbers of vectors.
    kinds: Vec<Vec<usize>>,
    /// The uses, as numbers of kinds.
    uses: Vec<u32>,
}

impl Drawn {
    fn new() -> Self {
        let (vectors, kinds) = match env::var_os("FORMULARY_FACTS") {
            Some(file) => read(&fs::read_to_string(&file).expect("FORMULARY_FACTS names a readable file")),
            None => (generated(8_000), Vec::new()),
        };
        let kinds = if kinds.is_empty() { (0..vectors.len()).map(|one| vec![one]).collect() } else { kinds };
        let mut next = sequence(7);
        // A few kinds make most uses, as in a real estate: the square draws towards the beginning.
        let uses = (0..USES)
            .map(|_| {
                let at = next(1 << 20) as f64 / f64::from(1 << 20);
                (at * at * kinds.len() as f64) as u32
            })
            .collect();
        Self { vectors, kinds, uses }
    }
}

fn read(text: &str) -> (Vec<Facts>, Vec<Vec<usize>>) {
    let (mut vectors, mut kinds) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let value: serde_json::Value = serde_json::from_str(line).expect("a JSON object a line");
        if let Some(parts) = value["use"].as_array() {
            kinds.push(parts.iter().map(|n| n.as_u64().expect("a number of a vector") as usize).collect());
            continue;
        }
        let judged = value["judged"].as_str().and_then(Judged::of_word).expect("`judged` is a kind");
        vectors.push(
            Facts::from_json(judged, value["facts"].as_object().expect("`facts`"))
                .expect("facts of the catalogue"),
        );
    }
    (vectors, kinds)
}

fn generated(many: usize) -> Vec<Facts> {
    let mut next = sequence(1);
    (0..many)
        .map(|_| {
            let judged = match next(100) {
                0..90 => Judged::Component,
                90..99 => Judged::Flaw,
                _ => Judged::System,
            };
            let mut facts = Facts::new(judged);
            for entry in judged.facts() {
                if next(10) < 3 {
                    continue;
                }
                let word = match entry.kind {
                    FactType::Bool => (next(5) == 0).to_string(),
                    FactType::Words(words) => words[next(words.len() as u64) as usize].to_owned(),
                    FactType::Count { max } => next(u64::from(max) + 1).to_string(),
                };
                facts.set_word(entry.id, &word).expect("a value of the catalogue");
            }
            facts
        })
        .collect()
}

fn sequence(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

/// What a repository's use question parses: components, flaws, the system.
#[divan::bench]
fn load_use_for_a_repository() -> usize {
    let pack = Pack::builtin("use").expect("the pack is part of the program");
    [Judged::Component, Judged::Flaw, Judged::System]
        .map(|judged| pack.controls_of(judged).count())
        .iter()
        .sum()
}

#[divan::bench]
fn load_use_whole() -> usize {
    Pack::builtin("use").expect("the pack is part of the program").controls().count()
}

#[divan::bench]
fn load_publish_whole() -> usize {
    Pack::builtin("publish").expect("the pack is part of the program").controls().count()
}

#[divan::bench]
fn one_component_afresh(bencher: divan::Bencher<'_, '_>) {
    let pack = Pack::builtin("use").expect("the pack is part of the program");
    let facts =
        generated(200).into_iter().find(|f| f.judged() == Judged::Component).expect("most are components");
    bencher.bench_local(|| pack.evaluate_afresh(black_box(&facts)));
}

#[divan::bench]
fn one_component_from_memory(bencher: divan::Bencher<'_, '_>) {
    let pack = Pack::builtin("use").expect("the pack is part of the program");
    let facts =
        generated(200).into_iter().find(|f| f.judged() == Judged::Component).expect("most are components");
    bencher.bench_local(|| pack.evaluate(black_box(&facts)));
}

#[divan::bench]
fn one_flaw_afresh(bencher: divan::Bencher<'_, '_>) {
    let pack = Pack::builtin("use").expect("the pack is part of the program");
    let facts = generated(200).into_iter().find(|f| f.judged() == Judged::Flaw).expect("some are flaws");
    bencher.bench_local(|| pack.evaluate_afresh(black_box(&facts)));
}
