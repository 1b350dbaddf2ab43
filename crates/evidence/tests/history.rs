//! The history of repositories made by git itself: what is found where, and that nothing is lost by
//! reading only what is new.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

mod repository_by_git;

use std::path::{Path, PathBuf};

use domain::{Finding, FindingKind};
use evidence::{
    history::{Asked, Extent, Found, look, report::Report},
    material::history::Limits,
    secrets,
};
use repository_by_git::Repository;

fn found(folder: &Path, extent: Extent) -> Found {
    look(&Asked { folder, limits: Limits::usual(2), extent, stop: &|| false }).unwrap()
}

fn report(folder: &Path) -> Report {
    found(folder, Extent::New).report(None, &mut [], None)
}

/// An example of a rule's own file, whole.
fn example(rule: &str, at: usize) -> String {
    let scanner = secrets::scanner().unwrap();
    scanner.rules().iter().find(|r| r.id == rule).unwrap().examples[at].whole()
}

fn secrets_of(report: &Report) -> Vec<&Finding> {
    report.observed.findings.iter().filter(|f| f.kind == FindingKind::Secret).collect()
}

fn unread(report: &Report) -> Vec<String> {
    report.observed.coverage[0].unread.iter().map(|u| format!("{}: {}", u.place, u.why)).collect()
}

#[test]
fn a_secret_taken_out_again_is_told_with_all_its_places() {
    let repository = Repository::new();
    let token = example("github-token", 0);
    repository.write("README.md", "hello\n");
    repository.commit("start");
    repository.write("src/a.py", &format!("# one\n{token}\n"));
    let second = repository.commit("oops");
    repository.write("src/a.py", "# one\n");
    repository.write("deploy/b.sh", &format!("{token}\n"));
    let third = repository.commit("moved");
    repository.git(&["branch", "release"]);
    repository.remove("deploy/b.sh");
    repository.commit("gone");
    let report = report(repository.path());
    let secrets = secrets_of(&report);
    assert_eq!(secrets.len(), 1);
    let secret = secrets[0];
    assert_eq!(secret.id, "github-token");
    let told: Vec<_> = secret
        .history
        .iter()
        .map(|h| (h.path.as_str(), h.line, h.first.id.clone(), h.last.id.clone(), h.at_head))
        .collect();
    assert_eq!(
        told,
        [
            ("deploy/b.sh", 1, third.clone(), third.clone(), false),
            ("src/a.py", 2, second.clone(), second.clone(), false)
        ]
    );
    let places: Vec<String> = secret.places.iter().map(ToString::to_string).collect();
    let mut expected = [format!("{}:deploy/b.sh:1", &third[..12]), format!("{}:src/a.py:2", &second[..12])];
    expected.sort();
    assert_eq!(places, expected);
    let reached = secret.reached.as_ref().unwrap();
    assert_eq!(
        (reached.total, reached.names.as_slice()),
        (2, &["main".to_owned(), "release".to_owned()][..])
    );
    let text = serde_json::to_string(&report.observed.findings).unwrap() + &report.local.to_string();
    assert!(!text.contains(token.split(' ').next_back().unwrap()), "a value was told");
}

#[test]
fn the_tree_and_the_history_tell_one_finding() {
    use evidence::{
        collector::{Collector as _, Given},
        material::memory::Memory,
    };
    let repository = Repository::new();
    let token = example("github-token", 0);
    repository.write("old.txt", &format!("x\n\n{token}\n"));
    repository.commit("one");
    repository.remove("old.txt");
    repository.write("now.txt", &token);
    repository.commit("two");
    let tree = Memory::new().with("now.txt", token.as_str());
    let mut findings =
        secrets::Secrets.collect(&tree, Given { today: "2026-08-22".parse().unwrap() }).findings;
    assert_eq!(findings.len(), 1);
    let before = findings[0].fingerprint;
    let report = found(repository.path(), Extent::New).report(Some(&tree), &mut findings, Some(b"key"));
    assert_eq!(secrets_of(&report), Vec::<&Finding>::new());
    assert_eq!(findings[0].history.len(), 2);
    assert_eq!(findings[0].aliases, [before.to_string()]);
    assert_eq!(report.local["hmac"].as_object().unwrap().len(), 1);
    assert!(report.local["hmac"][findings[0].fingerprint.to_string()].is_string());
}

#[test]
fn messages_tags_and_notes_are_read() {
    let repository = Repository::new();
    let token = example("github-token", 0);
    repository.write("a", "a\n");
    repository.commit(&format!("Use {token}"));
    repository.git(&["tag", "-a", "v1", "-m", &example("github-token", 1)]);
    repository.git(&["notes", "add", "-m", &example("github-token", 2)]);
    let report = report(repository.path());
    let mut paths: Vec<_> = secrets_of(&report).iter().map(|f| f.history[0].path.clone()).collect();
    paths.sort();
    assert_eq!(paths.len(), 3, "{paths:?}");
    assert_eq!(paths[1..], ["commit message", "message of tags/v1"]);
}

#[test]
fn a_clone_tells_the_same_though_it_has_less() {
    let repository = Repository::new();
    repository.write("a.txt", "one\n");
    repository.commit("one");
    repository.write("a.txt", &format!("one\n{}\n", example("github-token", 0)));
    repository.commit("two");
    repository.write("a.txt", "one\n");
    repository.commit("three");
    // Unreachable, and stashed: in this clone alone.
    repository.write("b.txt", &example("gitlab-token", 0));
    repository.commit("to be undone");
    repository.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repository.write("a.txt", &example("npm-token", 0));
    repository.git(&["stash", "-q"]);
    let own = report(repository.path());
    let clone = repository.clone_to("clone", &[]);
    let other = report(&clone);
    let value = |report: &Report| {
        serde_json::to_value((
            &report.observed.findings,
            &report.observed.evidence,
            &report.observed.coverage,
        ))
        .unwrap()
    };
    assert_eq!(value(&own), value(&other));
    assert_eq!(secrets_of(&own).len(), 1);
    let told = own.local["unreached"].to_string();
    assert!(told.contains("gitlab-token") && told.contains("npm-token"), "{told}");
    assert_eq!(own.local["stashes"], 1);
    assert_eq!(other.local["unreached"].as_array().unwrap().len(), 0);
}

#[test]
fn what_cannot_be_read_is_listed_with_its_path() {
    let repository = Repository::new();
    repository.write("big.lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
    repository.write_bytes("locked.bin", b"\0GITCRYPT\0abcdefgh");
    repository.write("gone.txt", "this object will be lost\n");
    repository.write("large.txt", &"x".repeat(5000));
    repository.commit("one");
    let lost = repository.git(&["rev-parse", "HEAD:gone.txt"]);
    let module = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{module},sub")]);
    repository.remove("locked.bin");
    repository.git(&["commit", "-q", "-m", "two"]);
    std::fs::remove_file(repository.path().join(format!(".git/objects/{}/{}", &lost[..2], &lost[2..])))
        .unwrap();
    let mut limits = Limits::usual(1);
    limits.largest = 4000;
    let found =
        look(&Asked { folder: repository.path(), limits, extent: Extent::New, stop: &|| false }).unwrap();
    let unread = unread(&found.report(None, &mut [], None));
    for (path, why) in [
        ("big.lfs", "Git LFS"),
        ("locked.bin", "git-crypt"),
        ("gone.txt", "missing"),
        ("large.txt", "larger"),
        ("sub", "submodule"),
    ] {
        assert!(unread.iter().any(|line| line.contains(path) && line.contains(why)), "{path}: {unread:#?}");
    }
}

#[test]
fn shallow_and_partial_clones_say_so() {
    let repository = Repository::new();
    for n in 0..3 {
        repository.write("a.txt", &format!("{n}\n"));
        repository.commit("more");
    }
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let shallow = repository.clone_to("shallow", &["--depth", "1", "--no-local"]);
    assert!(unread(&report(&shallow)).iter().any(|line| line.contains("shallow")));
    let partial = repository.clone_to("partial", &["--filter=blob:none", "--no-local", "--no-checkout"]);
    let told = unread(&report(&partial));
    assert!(told.iter().any(|line| line.contains("partial clone")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("a.txt") && line.contains("missing")), "{told:?}");
}

#[test]
fn nothing_to_read_is_no_clean_answer() {
    let empty = Repository::new();
    let report = report(empty.path());
    assert_eq!(report.observed.evidence[0].value["commits"], 0);
    let nowhere = tempfile::tempdir().unwrap();
    let asked =
        Asked { folder: nowhere.path(), limits: Limits::usual(1), extent: Extent::New, stop: &|| false };
    assert!(look(&asked).is_err());
    let stopped = look(&Asked {
        folder: Repository::with_commits(40).path(),
        limits: Limits::usual(1),
        extent: Extent::New,
        stop: &|| true,
    });
    let told = unread(&stopped.unwrap().report(None, &mut [], None));
    assert!(told.iter().any(|line| line.contains("time allowed")), "{told:?}");
}

/// Text made of lines that rules care for, changed here and there again and again.
#[test]
fn reading_only_what_is_new_finds_the_same() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let scanner = secrets::scanner().unwrap();
    let examples: Vec<String> =
        scanner.rules().iter().flat_map(|r| r.examples.iter().map(|e| e.whole())).collect();
    let encoded = |text: &String| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let examples: Vec<String> = examples
        .iter()
        .cloned()
        .chain(examples.iter().step_by(3).map(|text| format!("x: {}", encoded(text))))
        .collect();
    let words = [
        "patient nhs number ",
        "dob surname ",
        "users:\n",
        "kind: config\n",
        "token: ",
        "secret = ",
        "nino ",
    ];
    for round in 0..3 {
        let repository = Repository::new();
        let mut files: Vec<Vec<String>> =
            (0..4).map(|_| (0..60).map(|_| random.line(&words)).collect()).collect();
        for _ in 0..40 {
            let file = random.below(4);
            let lines = &mut files[file];
            for _ in 0..1 + random.below(4) {
                let at = random.below(lines.len());
                match random.below(8) {
                    0 => lines[at] = examples[random.below(examples.len())].clone(),
                    1 => {
                        lines.remove(at);
                    }
                    2 => lines.insert(at, random.line(&words)),
                    3 => lines[at].push_str(&random.number()),
                    4 => lines[at].insert_str(0, words[random.below(words.len())]),
                    5 => {
                        let cut = lines[at].len() / 2;
                        if lines[at].is_char_boundary(cut) {
                            lines[at].truncate(cut);
                        }
                    }
                    6 => {
                        // A long line, changed in its middle.
                        let long = (0..300).map(|_| random.line(&words)).collect::<Vec<_>>().join(" ");
                        lines[at] = long.replace('\n', " ");
                    }
                    _ => lines.swap(at, 0),
                }
                if lines.is_empty() {
                    lines.push("x".to_owned());
                }
            }
            let name = ["a.py", "b.csv", "deploy/c.yml", "d.txt"][file];
            let end = if random.below(3) == 0 { "" } else { "\n" };
            repository.write(name, &(lines.join("\n") + end));
            repository.commit("change");
        }
        if round > 0 {
            repository.git(&["repack", "-q", "-adf", "--depth=60", "--window=60"]);
        }
        let (new, all) = (found(repository.path(), Extent::New), found(repository.path(), Extent::All));
        assert!(all.lines().len() > 50, "{}", all.lines().len());
        assert_eq!(new.lines(), all.lines());
        if round > 0 {
            assert!(new.counts().read < all.counts().read, "{:?} {:?}", new.counts(), all.counts());
        }
        let told = |found: &Found| {
            serde_json::to_value(found.report(None, &mut [], None).observed.findings).unwrap()
        };
        assert_eq!(told(&new), told(&all));
    }
}

/// The same on real repositories, named by `FORMULARY_REPOSITORIES` (paths with `:` between).
#[test]
fn reading_only_what_is_new_finds_the_same_in_real_repositories() {
    let Some(named) = std::env::var_os("FORMULARY_REPOSITORIES") else {
        println!("SKIPPED: FORMULARY_REPOSITORIES is not set");
        return;
    };
    for folder in std::env::split_paths(&named).collect::<Vec<PathBuf>>() {
        let new = found(&folder, Extent::New).lines();
        let all = found(&folder, Extent::All).lines();
        assert!(!all.is_empty(), "{} holds nothing to find", folder.display());
        let lost: Vec<_> = all.iter().filter(|line| new.binary_search(line).is_err()).collect();
        let more: Vec<_> = new.iter().filter(|line| all.binary_search(line).is_err()).collect();
        assert!(lost.is_empty() && more.is_empty(), "{}: {lost:?} {more:?}", folder.display());
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    fn number(&mut self) -> String {
        let n = 4_000_000_000 + self.next() % 3_900_000_000;
        let n = n.to_string();
        match self.below(3) {
            0 => n,
            1 => format!("{} {} {}", &n[..3], &n[3..6], &n[6..]),
            _ => format!("{}-{}-{}", &n[..3], &n[3..6], &n[6..]),
        }
    }

    fn line(&mut self, words: &[&str]) -> String {
        let mut out = String::new();
        for _ in 0..self.below(6) {
            match self.below(4) {
                0 => out.push_str(words[self.below(words.len())]),
                1 => out.push_str(&self.number()),
                _ => out.push_str(&format!("{:x} ", self.next())),
            }
        }
        out
    }
}

#[test]
fn a_second_reading_reads_only_what_is_new() {
    use evidence::history::cache;
    let repository = Repository::new();
    repository.write("keys.txt", &format!("{}\n", example("github-token", 0)));
    repository.write("p.csv", "nhs_number,surname,dob\n");
    repository.commit("one");
    for n in 0..30 {
        repository.write("a.txt", &format!("line\nline {n}\nline\n"));
        repository.commit("more");
    }
    repository.git(&["repack", "-q", "-ad"]);
    let asked =
        |extent| Asked { folder: repository.path(), limits: Limits::usual(2), extent, stop: &|| false };
    let value = |told: &evidence::history::report::Told| {
        let report = told.report(None, &mut [], Some(b"key"));
        serde_json::to_value((
            report.observed.findings,
            report.observed.evidence,
            report.observed.coverage,
            &report.local["hmac"],
        ))
        .unwrap()
    };
    let first = cache::read(&asked(Extent::New), None).unwrap();
    let kept = first.keep.unwrap();
    let text = String::from_utf8(kept.clone()).unwrap();
    let token = example("github-token", 0);
    assert!(!text.contains(token.rsplit(' ').next().unwrap()), "a value was kept");
    // Nothing new: the same, and nothing to keep.
    let again = cache::read(&asked(Extent::New), Some(&kept)).unwrap();
    assert!(again.keep.is_none());
    assert_eq!(value(&first.told), value(&again.told));
    // Something new, packed and loose.
    repository.write("deploy.sh", &format!("{}\n{}\n", token, example("gitlab-token", 0)));
    repository.commit("two");
    let third = cache::read(&asked(Extent::New), Some(&kept)).unwrap();
    let fresh = cache::read(&asked(Extent::New), None).unwrap();
    assert_eq!(value(&third.told), value(&fresh.told));
    let told = third.told.report(None, &mut [], None);
    assert_eq!(secrets_of(&told).len(), 2);
    assert!(secrets_of(&told).iter().any(|f| f.history.len() == 2));
    // What does not fit is as good as none: other rules, other bytes, objects that are gone.
    for broken in [&b"{}"[..], b"", &kept[..kept.len() / 2]] {
        let read = cache::read(&asked(Extent::New), Some(broken)).unwrap();
        assert_eq!(value(&read.told), value(&fresh.told));
    }
    repository.git(&["repack", "-q", "-adf"]);
    let rewritten = cache::read(&asked(Extent::New), third.keep.as_deref()).unwrap();
    assert_eq!(value(&rewritten.told), value(&fresh.told));
}
