//! A repository made by git, in a temporary folder, with clocks and people of its own.

#![expect(clippy::unwrap_used, reason = "a test may stop")]
#![allow(dead_code, reason = "each test uses what it needs")]

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU64, Ordering},
};

/// The repository.
pub(crate) struct Repository {
    folder: tempfile::TempDir,
    clock: AtomicU64,
}

impl Repository {
    /// Without commits, on the branch `main`.
    pub(crate) fn new() -> Self {
        let out = Self { folder: tempfile::tempdir().unwrap(), clock: AtomicU64::new(1_600_000_000) };
        std::fs::create_dir(out.path()).unwrap();
        out.git(&["init", "-q", "-b", "main"]);
        out
    }

    /// With so many commits of one file.
    pub(crate) fn with_commits(count: usize) -> Self {
        let out = Self::new();
        for n in 0..count {
            out.write("a.txt", &format!("line\nline {n}\nline\n"));
            out.commit("more");
        }
        out
    }

    /// Its working tree.
    pub(crate) fn path(&self) -> &Path {
        // A folder inside the temporary one, so that clones lie beside it.
        Box::leak(self.folder.path().join("repository").into_boxed_path())
    }

    /// Runs git in it; what it says, without the line end.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        run(self.path(), self.clock.load(Ordering::Relaxed), arguments)
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: &str) {
        self.write_bytes(path, text.as_bytes());
    }

    /// Writes a file.
    pub(crate) fn write_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Takes a file away, from the index too.
    pub(crate) fn remove(&self, path: &str) {
        self.git(&["rm", "-q", "-f", path]);
    }

    /// Commits everything, a day after the last; the commit's id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.clock.fetch_add(86_400, Ordering::Relaxed);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Clones it beside itself.
    pub(crate) fn clone_to(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let to = self.folder.path().join(name);
        let from = format!("file://{}", self.path().display());
        let mut all = vec!["clone", "-q"];
        all.extend(arguments);
        all.extend([from.as_str(), to.to_str().unwrap()]);
        run(self.folder.path(), self.clock.load(Ordering::Relaxed), &all);
        to
    }
}

fn run(folder: &Path, clock: u64, arguments: &[&str]) -> String {
    let date = format!("{clock} +0000");
    let output = Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "A Person")
        .env("GIT_AUTHOR_EMAIL", "person@trust.example")
        .env("GIT_COMMITTER_NAME", "A Person")
        .env("GIT_COMMITTER_EMAIL", "person@trust.example")
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .env("GIT_TERMINAL_PROMPT", "0")
        .args(["-c", "gc.auto=0", "-c", "core.autocrlf=false", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
