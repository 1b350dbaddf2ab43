//! Real git in a folder of its own, with nothing of the machine's configuration; and secrets that
//! are made up as a test runs, so that none stands in a source.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A place for repositories.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let config = "[user]\nname = T\nemail = t@hospital.example\n[init]\ndefaultBranch = main\n[protocol \"file\"]\nallow = always\n[core]\nautocrlf = false\n";
        std::fs::write(place.path(".gitconfig"), config).unwrap();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a program with an environment of ours alone.
    pub fn run(&self, program: &str, folder: &Path, args: &[&str]) -> Output {
        Command::new(program)
            .args(args)
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_EDITOR", "true")
            .output()
            .unwrap()
    }

    /// git, which must succeed.
    pub fn git(&self, folder: &Path, args: &[&str]) -> String {
        let done = self.run("git", folder, args);
        assert!(done.status.success(), "git {args:?}: {}", said(&done));
        String::from_utf8_lossy(&done.stdout).trim_end().to_owned()
    }

    /// git, whatever comes of it: whether it succeeded, and all it said.
    pub fn try_git(&self, folder: &Path, args: &[&str]) -> (bool, String) {
        let done = self.run("git", folder, args);
        (done.status.success(), said(&done))
    }

    /// The program: its exit code, and all it said.
    pub fn formulary(&self, folder: &Path, args: &[&str]) -> (i32, String) {
        let done = self.run(env!("CARGO_BIN_EXE_formulary"), folder, args);
        (done.status.code().unwrap_or(-1), said(&done))
    }

    /// An empty repository with a work tree.
    pub fn repository(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        std::fs::create_dir_all(&folder).unwrap();
        self.git(&folder, &["init", "-q"]);
        folder
    }

    /// A bare repository whose pre-receive hook is ours, with time to spare on a busy machine; and
    /// a clone of it with one commit pushed.
    pub fn server(&self, flags: &str) -> (PathBuf, PathBuf) {
        let server = self.path("server.git");
        std::fs::create_dir_all(&server).unwrap();
        self.git(&server, &["init", "-q", "--bare"]);
        let hook = format!(
            "#!/bin/sh\nexec '{}' hook receive --as-of {} {flags}\n",
            env!("CARGO_BIN_EXE_formulary"),
            super::TODAY
        );
        std::fs::write(server.join("hooks/pre-receive"), hook).unwrap();
        executable(&server.join("hooks/pre-receive"));
        let clone = self.repository("clone");
        self.git(&clone, &["remote", "add", "origin", server.to_str().unwrap()]);
        write(&clone, "README.md", "# A service\n");
        self.commit(&clone, "first");
        self.git(&clone, &["push", "-q", "origin", "main"]);
        (server, clone)
    }

    /// Commits everything.
    pub fn commit(&self, folder: &Path, message: &str) {
        self.git(folder, &["add", "-A"]);
        self.git(folder, &["commit", "-q", "--no-verify", "--allow-empty", "-m", message]);
    }
}

fn said(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

/// Lets a hook run.
#[cfg(unix)]
pub fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
pub fn executable(_path: &Path) {}

/// git in a folder, on a day; it must succeed.
pub fn on(root: &Path, day: &str, args: &[&str]) -> String {
    let done = Command::new("git")
        .args(["-c", "user.name=T", "-c", "user.email=t@hospital.example", "-c", "safe.directory=*"])
        .args(args)
        .current_dir(root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_DATE", format!("{day}T12:00:00Z"))
        .env("GIT_COMMITTER_DATE", format!("{day}T12:00:00Z"))
        .output()
        .unwrap();
    assert!(done.status.success(), "git {args:?}: {}", said(&done));
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

/// Commits everything on a day.
pub fn commit_on(root: &Path, day: &str, message: &str) {
    if !root.join(".git").exists() {
        on(root, day, &["init", "-q", "-b", "main"]);
    }
    on(root, day, &["add", "-A"]);
    on(root, day, &["commit", "-q", "--allow-empty", "-m", message]);
}

/// Writes a file below a folder.
pub fn write(folder: &Path, path: &str, content: impl AsRef<[u8]>) {
    let whole = folder.join(path);
    std::fs::create_dir_all(whole.parent().unwrap()).unwrap();
    std::fs::write(whole, content).unwrap();
}

/// A made-up GitHub token whose checksum holds, another for each number.
pub fn token(number: u64) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1;
    let mut body = String::new();
    for _ in 0..30 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        body.push(char::from(DIGITS[(state % 62) as usize]));
    }
    let mut sum = crc32(body.as_bytes());
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(sum % 62) as usize];
        sum /= 62;
    }
    format!("ghp_{body}{}", std::str::from_utf8(&digits).unwrap())
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = !0u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

/// A made-up number in the range that is issued, put together so that none stands here.
pub fn nhs_number() -> String {
    ["45631", "98722"].concat()
}
