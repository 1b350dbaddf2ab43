//! The log after every crash: what the disk shows then verifies as it lies there, opening it again
//! brings every acknowledged entry, and no root but one was ever signed for a size.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops where its own scene fails")]

mod scene;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use register::log::{Folder, Log, LogError, OpenError, entries, verify};
use scene::{Remembering, Seeded, foreign, leaf, policy};
use store::{Files as _, Forgetful, Loss, Step};
use tlog::{Frontier, Hash, SignedCheckpoint, leaf_hash};

/// One history: the machine, and what is known outside it.
struct History {
    files: Arc<Forgetful>,
    signer: Remembering,
    /// Entries acknowledged, by the number in them.
    acknowledged: Vec<u64>,
    /// The batch that was being added when the machine stopped.
    in_flight: Vec<u64>,
    /// The number of the next entry: no two entries are alike.
    next: u64,
    /// A head that a reader saw.
    seen: Option<SignedCheckpoint>,
}

impl History {
    fn new() -> Self {
        Self {
            files: Arc::new(Forgetful::new()),
            signer: Remembering::new(),
            acknowledged: Vec::new(),
            in_flight: Vec::new(),
            next: 0,
            seen: None,
        }
    }

    /// Opens the log (or makes it), checks that nothing acknowledged is gone, adds the batches. Stops at
    /// the first error.
    fn run(&mut self, batches: &[u64]) -> Result<(), String> {
        let mut log = match Log::open(self.files.clone(), "log", &self.signer) {
            Err(OpenError::NoLog { .. }) => {
                assert!(self.acknowledged.is_empty(), "a log with entries is gone");
                Log::create(self.files.clone(), "log", &self.signer)
            }
            other => other,
        }
        .map_err(|error| error.to_string())?;
        self.settle(&log);
        for batch in batches {
            self.in_flight = (self.next..self.next + batch).collect();
            self.next += batch;
            let some = self.in_flight.iter().map(|n| leaf(*n)).collect();
            let appended = log.append(some, &self.signer).map_err(|error| error.to_string())?;
            assert_eq!(appended.indices.start, self.acknowledged.len() as u64);
            self.acknowledged.append(&mut self.in_flight);
            assert_eq!(appended.indices.end, self.acknowledged.len() as u64);
        }
        Ok(())
    }

    /// After opening: all that was acknowledged is there, and of the batch in flight all or nothing.
    fn settle(&mut self, log: &Log) {
        let source = log.source();
        let got: Vec<Vec<u8>> = entries(&source, log.checkpoint().checkpoint(), 0..log.size())
            .map(|entry| entry.unwrap().1)
            .collect();
        let known = self.acknowledged.len();
        assert!(got.len() >= known, "{} of {known} acknowledged entries are there", got.len());
        assert!(
            got[..known].iter().eq(self.acknowledged.iter().map(|n| leaf(*n)).collect::<Vec<_>>().iter())
        );
        if got.len() > known {
            let rest: Vec<_> = self.in_flight.iter().map(|n| leaf(*n)).collect();
            assert_eq!(got[known..], rest, "a batch is added whole or not at all");
            self.acknowledged.append(&mut self.in_flight);
        }
        self.in_flight.clear();
    }

    /// The machine stopped: what is left, as a web server would show it, verifies without any repair,
    /// also for whoever saw the last head.
    fn crash(&mut self, loss: Loss) {
        self.files = Arc::new(self.files.crash(loss));
        let source = Folder::new(self.files.clone(), "log");
        if self.files.read("log/checkpoint", 10_000).unwrap().is_none() {
            assert!(self.acknowledged.is_empty(), "the checkpoint is gone");
            return;
        }
        let report = verify(&source, &policy(), self.seen.as_ref());
        assert!(report.is_sound(), "{:?}", report.findings);
        let shown = report.checkpoint.unwrap();
        assert!(shown.checkpoint().size() >= self.acknowledged.len() as u64);
    }

    /// At the end: every head ever signed is one of the final log's.
    fn finish(mut self) {
        self.files.mend();
        self.run(&[1]).unwrap();
        let source = Folder::new(self.files.clone(), "log");
        let report = verify(&source, &policy(), None);
        assert!(report.is_sound(), "{:?}", report.findings);
        let mut roots = vec![Hash::EMPTY_TREE];
        let mut frontier = Frontier::new();
        for n in &self.acknowledged {
            frontier.append(leaf_hash(&leaf(*n))).unwrap();
            roots.push(frontier.root());
        }
        let mut by_size: BTreeMap<u64, Hash> = BTreeMap::new();
        for signed in self.signer.signed() {
            let (size, root) = (signed.checkpoint().size(), *signed.checkpoint().root());
            assert_eq!(*by_size.entry(size).or_insert(root), root, "two roots were signed for size {size}");
            assert_eq!(
                roots[usize::try_from(size).unwrap()],
                root,
                "what was signed for {size} is not the log's"
            );
        }
    }
}

/// Partial and full tiles, both levels, folders made and outgrown.
const BATCHES: [u64; 5] = [1, 252, 1, 3, 1];

fn undisturbed() -> Vec<Step> {
    let mut history = History::new();
    history.run(&BATCHES[..2]).unwrap();
    history.run(&BATCHES[2..]).unwrap();
    let trace = history.files.trace();
    history.finish();
    trace
}

#[test]
fn a_failpoint_stands_between_any_two_operations() {
    let trace = undisturbed();
    for pair in trace.windows(2) {
        if let [Step::Operation(doing, path), Step::Operation(next, after)] = pair {
            panic!("no failpoint between {doing} {path} and {next} {after}");
        }
    }
}

/// How many syncs an addition costs, as the log's page says.
#[test]
fn seven_syncs_a_batch() {
    let syncs = |files: &Forgetful| {
        let synced = |step: &&Step| matches!(step, Step::Operation("sync" | "sync-folder", _));
        files.trace().iter().filter(synced).count()
    };
    for batch in [1, 100] {
        let mut history = History::new();
        history.run(&[1]).unwrap();
        let mut log = Log::open(history.files.clone(), "log", &history.signer).unwrap();
        log.append(scene::leaves(1..2), &history.signer).unwrap();
        let before = syncs(&history.files);
        log.append(scene::leaves(2..2 + batch), &history.signer).unwrap();
        assert_eq!(syncs(&history.files) - before, 7);
    }
}

#[test]
fn killed_at_every_failpoint_and_inside_every_operation() {
    let trace = undisturbed();
    let mut killed = BTreeSet::new();
    let mut sampled = BTreeSet::new();
    for (step, what) in trace.iter().enumerate() {
        for (n, loss) in [Loss::Nothing, Loss::Unsynced, Loss::Random(step as u64)].into_iter().enumerate() {
            let mut history = History::new();
            history.files.kill_at_step(step as u64, (step + n) as u64);
            let stopped = history.run(&BATCHES[..2]).and_then(|()| history.run(&BATCHES[2..]));
            assert!(stopped.is_err(), "step {step} was not reached");
            history.crash(loss);
            // What is left after the first kill at each failpoint goes to the verifier that is not ours.
            if let Step::Failpoint(name) = what
                && loss != Loss::Nothing
                && history.seen_size() > 0
                && sampled.insert((name.clone(), n))
            {
                foreign(&history.files);
            }
            history.finish();
        }
        if let Step::Failpoint(name) = what {
            killed.insert(name.clone());
        }
    }
    let all = [
        "files.folder-created",
        "log.checkpoint-synced-again",
        "log.file-synced",
        "log.file-written",
        "log.folder-synced",
        "log.locked",
        "log.outgrown-folder-removed",
        "log.outgrown-removed",
        "log.promise-synced",
        "log.promise-written",
        "log.signed",
        "replace.folder-synced",
        "replace.renamed",
        "replace.synced",
        "replace.written",
    ];
    assert!(all.iter().all(|name| killed.contains(*name)), "{killed:?}");
}

/// What a crash leaves is opened, and that is killed too, at every step.
#[test]
fn killed_while_the_last_crash_is_being_mended() {
    let trace = undisturbed();
    let (mut swept, mut begun) = (BTreeSet::new(), BTreeSet::new());
    for (step, what) in trace.iter().enumerate() {
        // Each failpoint once, in the part where tiles are filled.
        let Step::Failpoint(name) = what else { continue };
        if step < trace.len() / 2 || !begun.insert(name.clone()) {
            continue;
        }
        let crashed = || {
            let mut history = History::new();
            history.files.kill_at_step(step as u64, 0);
            let _ = history.run(&BATCHES[..2]).and_then(|()| history.run(&BATCHES[2..]));
            history.crash(Loss::Nothing);
            history
        };
        let mut mended = crashed();
        mended.run(&[]).unwrap();
        let steps = mended.files.trace();
        for (again, what) in steps.iter().enumerate() {
            for loss in [Loss::Unsynced, Loss::Random(again as u64)] {
                let mut history = crashed();
                history.files.kill_at_step(again as u64, again as u64);
                assert!(history.run(&[]).is_err());
                history.crash(loss);
                history.finish();
            }
            if let Step::Failpoint(name) = what {
                swept.insert(name.clone());
            }
        }
    }
    for name in ["log.leftover-removed", "replace.swept"] {
        assert!(swept.contains(name), "{swept:?}");
    }
}

#[test]
fn five_hundred_random_kills() {
    let seed = std::env::var("FORMULARY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_122);
    println!("seed {seed} (FORMULARY_SEED)");
    let mut seeded = Seeded(seed);
    let mut kills = 0;
    while kills < 500 {
        let mut history = History::new();
        for _ in 0..10 {
            let batches: Vec<u64> =
                (0..6).map(|_| [1, 1, 2, 60, 256, 300][seeded.below(6) as usize]).collect();
            history.files.kill_at_step(history.files.steps() + seeded.below(250), seeded.next());
            if history.run(&batches).is_ok() {
                continue;
            }
            kills += 1;
            // A reader may have seen whatever was there before the cut.
            if let Some(bytes) = history.files.files().get("log/checkpoint") {
                history.seen_before_the_cut(bytes);
            }
            let loss = match seeded.below(4) {
                0 => Loss::Nothing,
                1 => Loss::Unsynced,
                _ => Loss::Random(seeded.next()),
            };
            history.crash_then_open(loss);
        }
        history.finish();
    }
    println!("{kills} kills");
}

impl History {
    /// Entries of the checkpoint on the disk; 0 if there is none.
    fn seen_size(&self) -> u64 {
        let bytes = self.files.files().remove("log/checkpoint");
        bytes.map_or(0, |bytes| SignedCheckpoint::parse(&bytes).unwrap().checkpoint().size())
    }

    fn seen_before_the_cut(&mut self, bytes: &[u8]) {
        self.seen = Some(SignedCheckpoint::parse(bytes).unwrap());
    }

    /// A head may have been seen that the cut took back; once the log is opened, it is there again.
    fn crash_then_open(&mut self, loss: Loss) {
        let seen = self.seen.take();
        self.crash(loss);
        self.run(&[]).unwrap();
        if let Some(seen) = seen {
            let source = Folder::new(self.files.clone(), "log");
            let report = verify(&source, &policy(), Some(&seen));
            assert!(report.is_sound(), "{:?}", report.findings);
            self.seen = report.checkpoint;
        }
    }
}

/// Every single step fails once, and the program lives on: it says so, and the log can be opened again.
#[test]
fn every_operation_fails_once() {
    let trace = undisturbed();
    for (step, what) in trace.iter().enumerate() {
        if matches!(what, Step::Failpoint(_)) {
            continue;
        }
        let mut history = History::new();
        history.files.fail_at_step(step as u64);
        let _ = history.run(&BATCHES[..2]).and_then(|()| history.run(&BATCHES[2..]));
        history.files.mend();
        history.run(&[2]).unwrap();
        history.crash(Loss::Unsynced);
        history.finish();
    }
}

#[test]
fn a_full_disk_loses_nothing_and_room_lets_it_go_on() {
    let written = {
        let mut history = History::new();
        history.run(&BATCHES).unwrap();
        history.files.files().values().map(|bytes| bytes.len() as u64).sum::<u64>() * 4
    };
    let mut refused = 0;
    for room in (0..written).step_by(997) {
        let mut history = History::new();
        history.files.full_after(room);
        refused += u32::from(history.run(&BATCHES).is_err());
        // Whoever reads meanwhile sees a sound log.
        let (acknowledged, in_flight) = (history.acknowledged.clone(), history.in_flight.clone());
        history.crash(if room % 2 == 0 { Loss::Nothing } else { Loss::Unsynced });
        (history.acknowledged, history.in_flight) = (acknowledged, in_flight);
        history.finish();
    }
    assert!(refused > 20, "the disk was full {refused} times");
}

#[test]
fn an_error_says_whether_it_is_sure() {
    let mut history = History::new();
    history.run(&[5]).unwrap();
    let mut log = Log::open(history.files.clone(), "log", &history.signer).unwrap();
    history.files.full_after(10);
    let error = log.append(scene::leaves(5..6), &history.signer).unwrap_err();
    assert!(matches!(&error, LogError::NotAppended(source) if source.is_full()), "{error}");
    assert!(matches!(log.append(scene::leaves(5..6), &history.signer), Err(LogError::Broken)));
    drop(log);
    history.files.mend();
    let mut log = Log::open(history.files.clone(), "log", &history.signer).unwrap();
    assert_eq!(log.size(), 5);
    history.files.kill_at("log.promise-synced", 0);
    let error = log.append(scene::leaves(5..6), &history.signer).unwrap_err();
    assert!(matches!(error, LogError::Unsure { first: 5, count: 1, .. }), "{error}");
    let left = Arc::new(history.files.crash(Loss::Unsynced));
    assert_eq!(Log::open(left, "log", &history.signer).unwrap().size(), 6, "the promise is kept");
}
