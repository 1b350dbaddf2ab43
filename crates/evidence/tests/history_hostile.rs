//! Repositories made to do harm, and odd ones: an answer or an error, never a panic, never a clean
//! answer on what was not read, and nothing of theirs run.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

mod repository_by_git;

use std::{fs, io::Write as _, path::Path};

use evidence::{
    history::{Asked, Extent, look, report::Report},
    material::history::Limits,
    secrets,
};
use repository_by_git::Repository;

fn read(folder: &Path, limits: Limits) -> Result<Report, String> {
    look(&Asked { folder, limits, extent: Extent::New, stop: &|| false })
        .map(|found| found.report(None, &mut [], None))
        .map_err(|error| error.to_string())
}

fn report(folder: &Path) -> Report {
    read(folder, Limits::usual(2)).unwrap()
}

fn unread(report: &Report) -> String {
    report.observed.coverage[0].unread.iter().map(|u| format!("{}: {}\n", u.place, u.why)).collect()
}

fn token() -> String {
    let scanner = secrets::scanner().unwrap();
    scanner.rules().iter().find(|r| r.id == "github-token").unwrap().examples[0].whole()
}

/// The only file with this ending in the repository's pack folder.
fn packed(repository: &Repository, ending: &str) -> std::path::PathBuf {
    fs::read_dir(repository.path().join(".git/objects/pack"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == ending))
        .unwrap()
}

fn write_over(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).unwrap();
}

#[test]
fn damaged_packs_end_in_an_answer_that_says_so() {
    let repository = Repository::with_commits(60);
    repository.git(&["repack", "-q", "-adf", "--depth=50"]);
    let whole = report(repository.path());
    assert_eq!(unread(&whole), "");
    let mut random = 0x2545_f491_4f6c_dd1du64;
    let mut told = 0;
    for ending in ["pack", "idx"] {
        let path = packed(&repository, ending);
        let sound = fs::read(&path).unwrap();
        for round in 0..60 {
            let mut bytes = sound.clone();
            for _ in 0..1 + round % 4 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let at = usize::try_from(random % bytes.len() as u64).unwrap();
                bytes[at] ^= 1 << (random >> 60 & 7);
            }
            if round % 5 == 0 {
                bytes.truncate(bytes.len() / 2 + round);
            }
            write_over(&path, &bytes);
            // Where nothing is said, the damage was in a checksum that is not looked at.
            let now = report(repository.path());
            told += usize::from(!unread(&now).is_empty());
        }
        write_over(&path, &sound);
    }
    assert!(told > 60, "{told}");
    assert_eq!(unread(&report(repository.path())), "");
}

#[test]
fn borrowing_in_a_circle_ends() {
    let repository = Repository::with_commits(2);
    let other = Repository::with_commits(3);
    let objects = |r: &Repository| r.path().join(".git/objects");
    for (from, to) in [(&repository, &other), (&other, &repository)] {
        let text = format!("{}\n/nowhere/at/all\n", objects(to).display());
        fs::write(objects(from).join("info/alternates"), text).unwrap();
    }
    assert!(unread(&report(repository.path())).contains("borrowed"));
}

#[test]
fn what_unpacks_to_more_than_the_limit_is_not_unpacked() {
    let repository = Repository::new();
    repository.write_bytes("bomb", &vec![b'0'; 30 << 20]);
    repository.write("line.txt", &format!("{} {}", "a ".repeat(2 << 20), token()));
    repository.write("fine.txt", &token());
    repository.commit("one");
    for packed in [false, true] {
        if packed {
            repository.git(&["repack", "-q", "-adf"]);
        }
        let mut limits = Limits::usual(2);
        limits.largest = 8 << 20;
        let report = read(repository.path(), limits).unwrap();
        assert!(unread(&report).contains("bomb: larger than"), "{}", unread(&report));
        // One endless line is read like any other as far as it is under the limit.
        let paths: Vec<_> = report.observed.findings[0].history.iter().map(|h| h.path.as_str()).collect();
        assert_eq!(paths, ["fine.txt", "line.txt"]);
    }
}

#[test]
fn little_memory_is_enough_for_deep_families() {
    let repository = Repository::new();
    let mut lines: Vec<String> =
        (0..3000).map(|n| format!("line {n} of a file that is changed a little")).collect();
    for n in 0..120usize {
        lines[n * 17 % 3000] = format!("changed {n} {}", if n % 40 == 7 { token() } else { String::new() });
        repository.write("a.txt", &lines.join("\n"));
        repository.commit("more");
    }
    repository.git(&["repack", "-q", "-adf", "--depth=200", "--window=200"]);
    let usual = report(repository.path());
    let mut limits = Limits::usual(2);
    limits.held = 0;
    let little = read(repository.path(), limits).unwrap();
    let value = |report: &Report| {
        serde_json::to_value((&report.observed.findings, &report.observed.coverage)).unwrap()
    };
    assert_eq!(value(&usual), value(&little));
    assert_eq!(usual.observed.findings.len(), 1);
}

#[test]
fn a_hundred_thousand_references() {
    let repository = Repository::with_commits(3);
    repository.write("a.txt", &token());
    let id = repository.commit("secret");
    let mut file = fs::File::create(repository.path().join(".git/packed-refs")).unwrap();
    writeln!(file, "# pack-refs with: peeled fully-peeled sorted ").unwrap();
    for n in 0..100_000 {
        writeln!(file, "{id} refs/pull/{n}/head").unwrap();
    }
    drop(file);
    let report = report(repository.path());
    let reached = report.observed.findings[0].reached.as_ref().unwrap();
    assert_eq!(reached.total, 100_001);
    assert_eq!((reached.names.len(), reached.names[0].as_str()), (5, "main"));
}

#[test]
fn only_merges_and_names_that_are_no_text() {
    let repository = Repository::with_commits(1);
    for n in 0..5 {
        let base = repository.git(&["rev-parse", "HEAD"]);
        let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
        let other = repository.git(&["commit-tree", &tree, "-p", &base, "-m", &format!("side {n}")]);
        let merge = repository.git(&["commit-tree", &tree, "-p", &base, "-p", &other, "-m", "merge"]);
        repository.git(&["reset", "-q", "--hard", &merge]);
    }
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(b"odd-\xff\xfe-name.txt");
        fs::write(repository.path().join(name), token()).unwrap();
        repository.commit("odd");
        let report = report(repository.path());
        assert!(report.observed.findings[0].history[0].path.starts_with("odd-"));
    }
    assert_eq!(unread(&report(repository.path())), "");
}

#[test]
fn nothing_of_the_repository_is_run() {
    let repository = Repository::with_commits(2);
    let mark = repository.path().join("ran");
    let script = format!("#!/bin/sh\ntouch '{}'\n", mark.display());
    let hooks = repository.path().join(".git/hooks");
    fs::create_dir_all(&hooks).unwrap();
    for hook in
        ["post-checkout", "pre-commit", "reference-transaction", "fsmonitor-watchman", "post-index-change"]
    {
        fs::write(hooks.join(hook), &script).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(hooks.join(hook), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let run = hooks.join("pre-commit").display().to_string();
    let mut config = fs::OpenOptions::new().append(true).open(repository.path().join(".git/config")).unwrap();
    write!(
        config,
        "[core]\n\tfsmonitor = {run}\n\tsshCommand = {run}\n\tpager = {run}\n[credential]\n\thelper = !{run}\n\
         [filter \"x\"]\n\tclean = {run}\n\tsmudge = {run}\n\trequired = true\n[diff \"x\"]\n\ttextconv = {run}\n\
         [include]\n\tpath = /nowhere\n"
    )
    .unwrap();
    fs::write(repository.path().join(".gitattributes"), "* filter=x diff=x\n").unwrap();
    let report = report(repository.path());
    assert_eq!(report.observed.evidence[0].value["commits"], 2);
    assert!(!mark.exists());
}

#[test]
fn an_unknown_form_of_ids_is_an_error() {
    let repository = Repository::new();
    let mut config = fs::OpenOptions::new().append(true).open(repository.path().join(".git/config")).unwrap();
    writeln!(config, "[extensions]\n\tobjectformat = sha512").unwrap();
    assert!(read(repository.path(), Limits::usual(1)).unwrap_err().contains("sha512"));
}

#[test]
fn changing_while_it_is_read_ends_in_an_answer() {
    let repository = Repository::with_commits(200);
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..4 {
                repository.git(&["repack", "-q", "-adf"]);
                repository.git(&["prune"]);
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            let report = report(repository.path());
            let commits = report.observed.evidence[0].value["commits"].as_u64().unwrap();
            assert!(commits == 200 || !unread(&report).is_empty(), "{commits} commits and nothing said");
        }
    });
}
