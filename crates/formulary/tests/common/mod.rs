//! A scene for tests that run the real program: a folder, feeds of our own, a frozen clock, and an
//! environment in which nothing of the machine shows.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part of the scene")]

pub mod body;
pub mod browser;
pub mod git;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The day on which every test takes place.
pub const TODAY: &str = "2026-08-22";

/// What the program answered.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("no JSON ({e}): {self:?}"))
    }

    /// The outcome of the first verdict on a question.
    pub fn outcome(&self, purpose: &str) -> String {
        let value = self.json();
        let verdicts = value["verdicts"].as_array().unwrap();
        let verdict = verdicts.iter().find(|v| v["purpose"] == purpose).unwrap_or_else(|| panic!("{value}"));
        verdict["outcome"].as_str().unwrap().to_owned()
    }

    /// The state of a control.
    pub fn state(&self, control: &str) -> String {
        let value = self.json();
        let controls = value["controls"].as_array().unwrap();
        let found = controls.iter().find(|c| c["id"] == control).unwrap_or_else(|| panic!("no {control}"));
        found["state"].as_str().unwrap().to_owned()
    }

    pub fn has_finding(&self, id: &str) -> bool {
        self.json()["findings"].as_array().unwrap().iter().any(|f| f["id"] == id)
    }
}

/// A folder of its own, and feeds beside it.
pub struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    pub fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(scene.root()).unwrap();
        scene
    }

    /// The subject's folder.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("subject")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the subject.
    pub fn file(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let whole = self.root().join(path);
        fs::create_dir_all(whole.parent().unwrap()).unwrap();
        fs::write(whole, content).unwrap();
        self
    }

    /// Writes a record into the scene's own export folder.
    pub fn record(&self, ecosystem: &str, record: &serde_json::Value) -> &Self {
        let folder = self.path("export").join(ecosystem);
        fs::create_dir_all(&folder).unwrap();
        let id = record["id"].as_str().unwrap();
        fs::write(folder.join(format!("{id}.json")), record.to_string()).unwrap();
        self
    }

    /// Imports the scene's records as full feeds of today.
    pub fn import(&self) -> &Self {
        let export = self.path("export");
        let answer = self.run(&[
            "feeds",
            "import",
            export.to_str().unwrap(),
            "--coverage",
            "full",
            "--as-of",
            TODAY,
            "--feeds",
            self.path("feeds").to_str().unwrap(),
        ]);
        assert_eq!(answer.code, 0, "{answer:?}");
        self
    }

    /// Runs the program in the subject's folder.
    pub fn run(&self, args: &[&str]) -> Answer {
        run_in(&self.root(), args)
    }

    /// `check . --format json` on the frozen day with the scene's feeds.
    pub fn check(&self, more: &[&str]) -> Answer {
        let feeds = self.path("feeds");
        let mut args = vec!["check", ".", "--as-of", TODAY, "--format", "json"];
        if feeds.exists() {
            args.extend(["--feeds", feeds.to_str().unwrap()]);
        }
        args.extend(more);
        self.run(&args)
    }

    /// Makes the subject a git repository with one commit of everything.
    pub fn commit(&self) -> &Self {
        self.commit_with(&[])
    }

    /// The same, at a time.
    pub fn commit_on(&self, at: &str) -> &Self {
        self.commit_with(&[("GIT_AUTHOR_DATE", at), ("GIT_COMMITTER_DATE", at)])
    }

    fn commit_with(&self, environment: &[(&str, &str)]) -> &Self {
        if !self.root().join(".git").exists() {
            self.git(&["init", "-q", "-b", "main"]);
        }
        self.git(&["add", "-A"]);
        let who = ["-c", "user.name=T", "-c", "user.email=t@hospital.example"];
        let (done, said) = self.git_with(&[&who[..], &["commit", "-q", "-m", "state"]].concat(), environment);
        assert!(done, "{said}");
        self
    }

    /// git in the subject's folder, which must succeed.
    pub fn git(&self, args: &[&str]) {
        let (done, said) = self.try_git(args);
        assert!(done, "git {args:?}: {said}");
    }

    /// The same, whatever comes of it: whether it succeeded, and all it said.
    pub fn try_git(&self, args: &[&str]) -> (bool, String) {
        self.git_with(args, &[])
    }

    fn git_with(&self, args: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
        let done = Command::new("git")
            .args(args)
            .current_dir(self.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

/// Runs the program with nothing of the machine's environment but what it needs to start.
pub fn run_in(folder: &Path, args: &[&str]) -> Answer {
    // A scene has a home of its own; beside a folder of somebody else's nothing is written.
    let beside = folder.join("../home");
    let made_here = folder.starts_with(std::env::temp_dir());
    let home = if made_here { beside } else { Path::new(env!("CARGO_TARGET_TMPDIR")).join("home") };
    let done = Command::new(env!("CARGO_BIN_EXE_formulary"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("HOME", home)
        .output()
        .unwrap();
    Answer {
        code: done.status.code().unwrap_or(-1),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    }
}

/// The corpus, or nothing (with a line that says so) where the variable is not set.
pub fn corpus(test: &str) -> Option<PathBuf> {
    match std::env::var_os("FORMULARY_CORPUS") {
        Some(path) => {
            let path = PathBuf::from(path);
            assert!(path.join("inputs").is_dir(), "FORMULARY_CORPUS is set and has no inputs");
            Some(path)
        }
        None => {
            println!("SKIPPED: {test}: FORMULARY_CORPUS is not set");
            None
        }
    }
}

/// The corpus' advisories, imported once as full feeds of the frozen day.
pub fn corpus_feeds(corpus: &Path) -> &'static Path {
    static FEEDS: OnceLock<tempfile::TempDir> = OnceLock::new();
    FEEDS
        .get_or_init(|| {
            let library = tempfile::tempdir().unwrap();
            let answer = run_in(
                corpus,
                &[
                    "feeds",
                    "import",
                    "advisories",
                    "--coverage",
                    "full",
                    "--as-of",
                    TODAY,
                    "--feeds",
                    library.path().to_str().unwrap(),
                ],
            );
            assert_eq!(answer.code, 0, "{answer:?}");
            let eol = tempfile::tempdir().unwrap();
            fs::copy(corpus.join("reference/endoflife/products.jsonl"), eol.path().join("endoflife.jsonl"))
                .unwrap();
            let answer = run_in(
                eol.path(),
                &[
                    "feeds",
                    "import",
                    ".",
                    "--coverage",
                    "full",
                    "--as-of",
                    TODAY,
                    "--feeds",
                    library.path().to_str().unwrap(),
                ],
            );
            assert_eq!(answer.code, 0, "{answer:?}");
            library
        })
        .path()
}

/// A made-up advisory in OSV form.
pub fn advisory(id: &str, ecosystem: &str, name: &str, fixed: &str, published: &str) -> serde_json::Value {
    serde_json::json!({
        "id": id,
        "modified": published,
        "published": published,
        "summary": "made up for a test",
        "affected": [{
            "package": { "ecosystem": ecosystem, "name": name },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": fixed }] }]
        }]
    })
}

/// A package-lock.json with these runtime components.
pub fn package_lock(components: &[(&str, &str)]) -> String {
    let mut packages = serde_json::Map::new();
    let wanted: serde_json::Map<_, _> =
        components.iter().map(|(name, version)| ((*name).to_owned(), (*version).into())).collect();
    packages.insert(
        String::new(),
        serde_json::json!({ "name": "subject", "version": "1.0.0", "dependencies": wanted }),
    );
    for (name, version) in components {
        packages.insert(
            format!("node_modules/{name}"),
            serde_json::json!({ "version": version, "license": "MIT", "integrity": "sha512-AAAA" }),
        );
    }
    serde_json::json!({ "name": "subject", "version": "1.0.0", "lockfileVersion": 3, "packages": packages })
        .to_string()
}
