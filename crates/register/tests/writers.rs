//! Several real processes that write to one log on a real disk, and real processes that are killed.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops where its own scene fails")]

mod scene;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use register::log::{Log, OpenError, entries, verify};
use scene::{Seeded, key, policy};
use store::{Disk, FilesError};

/// Not a test of its own: what the others start as a process. Adds entries `NAME-0`, `NAME-1`, … one at a
/// time, opening the log each time, and prints each that was acknowledged with its index.
#[test]
#[ignore = "started by the other tests"]
fn writer() {
    let Ok(folder) = std::env::var("REGISTER_TEST_FOLDER") else { return };
    let name = std::env::var("REGISTER_TEST_NAME").unwrap();
    let count: u64 = std::env::var("REGISTER_TEST_COUNT").unwrap().parse().unwrap();
    for n in 0..count {
        let mut log = loop {
            match Log::open(Arc::new(Disk::new(&folder)), "log", &key(1)) {
                Ok(log) => break log,
                Err(OpenError::Files(FilesError::Locked { .. })) => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) => panic!("{error}"),
            }
        };
        let entry = format!("{name}-{n}");
        let index = log.append(vec![entry.clone().into_bytes()], &key(1)).unwrap().indices.start;
        println!("acknowledged {index} {entry}");
        std::io::stdout().flush().unwrap();
    }
}

fn start(folder: &Path, name: &str, count: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--ignored", "--nocapture"])
        .env("REGISTER_TEST_FOLDER", folder)
        .env("REGISTER_TEST_NAME", name)
        .env("REGISTER_TEST_COUNT", count.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a process said was acknowledged, until it ended.
fn acknowledged(child: &mut Child) -> Vec<(u64, String)> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines = lines.map_while(Result::ok).filter_map(|line| {
        let (index, entry) = line.strip_prefix("acknowledged ")?.split_once(' ')?;
        Some((index.parse().ok()?, entry.to_owned()))
    });
    lines.collect()
}

fn check(folder: &Path, acknowledged: &[(u64, String)]) -> u64 {
    let log = Log::open(Arc::new(Disk::new(folder)), "log", &key(1)).unwrap();
    let source = log.source();
    let report = verify(&source, &policy(), None);
    assert!(report.is_sound(), "{:?}", report.findings);
    let all: Vec<Vec<u8>> = entries(&source, log.checkpoint().checkpoint(), 0..log.size())
        .map(|entry| entry.unwrap().1)
        .collect();
    for (index, entry) in acknowledged {
        assert_eq!(all[usize::try_from(*index).unwrap()], entry.as_bytes());
    }
    log.size()
}

#[test]
fn four_processes_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(Log::create(Arc::new(Disk::new(folder.path())), "log", &key(1)).unwrap());
    let mut children: Vec<Child> =
        ["a", "b", "c", "d"].iter().map(|name| start(folder.path(), name, 10)).collect();
    let mut all = Vec::new();
    for child in &mut children {
        all.extend(acknowledged(child));
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(all.len(), 40);
    assert_eq!(check(folder.path(), &all), 40);
}

#[test]
fn killed_processes_lose_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    drop(Log::create(Arc::new(Disk::new(folder.path())), "log", &key(1)).unwrap());
    let mut seeded = Seeded(5);
    let mut all = Vec::new();
    for round in 0..8 {
        let mut child = start(folder.path(), &round.to_string(), 1_000_000);
        std::thread::sleep(Duration::from_millis(100 + seeded.below(200)));
        child.kill().unwrap();
        all.extend(acknowledged(&mut child));
        child.wait().unwrap();
        let size = check(folder.path(), &all);
        assert!(size >= all.len() as u64 && size <= all.len() as u64 + 1 + round, "{size} {}", all.len());
    }
    println!("{} entries acknowledged by processes that were killed", all.len());
}
