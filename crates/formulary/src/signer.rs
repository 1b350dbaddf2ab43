//! Signing as a person: the user's own `ssh-keygen -Y sign`, as git does it, so that agents,
//! passphrases and hardware keys work without our knowing of them. No private key is ever read here.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use register::ssh::{self, NAMESPACE, PublicKey};

use crate::{output::Failure, subject, world::World};

/// A person's key, ready to sign.
pub(crate) struct Signer {
    /// The file given to `ssh-keygen -f`: a private key, or a public one whose private half an agent has.
    file: PathBuf,
    /// Its fingerprint.
    pub(crate) fingerprint: String,
}

impl Signer {
    /// The key that the command line names, else `FORMULARY_KEY`, else git's `user.signingkey`, else the
    /// usual places.
    pub(crate) fn find(named: Option<&Path>, world: &World) -> Result<Self, Failure> {
        let candidates: Vec<PathBuf> = match named {
            Some(path) => vec![path.to_owned()],
            None => world.key.clone().into_iter().chain(from_git()).chain(usual(world)).collect(),
        };
        let file = candidates.iter().find(|path| path.exists()).cloned().ok_or_else(|| {
            Failure::new("no SSH key to sign with was found").next(
                "Name one with --key FILE (or FORMULARY_KEY), or make one: ssh-keygen -t ed25519. \
                 A key in an agent is named by its .pub file.",
            )
        })?;
        let public = public_of(&file)?;
        Ok(Self { fingerprint: public.fingerprint(), file })
    }

    /// Signs bytes; gives the signature in one line.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Result<String, Failure> {
        let cannot = |error: std::io::Error| {
            Failure::new(format!("cannot run ssh-keygen: {error}"))
                .next("OpenSSH 8.1 or newer signs; install it, or have somebody sign who has it.")
        };
        let mut child = Command::new("ssh-keygen")
            .args(["-Y", "sign", "-q", "-n", NAMESPACE, "-f"])
            .arg(&self.file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(cannot)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(bytes).map_err(cannot)?;
        }
        let done = child.wait_with_output().map_err(cannot)?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr);
            let said = said.lines().next().unwrap_or("it said nothing");
            return Err(Failure::new(format!(
                "ssh-keygen did not sign with {}: {said}",
                self.file.display()
            ))
            .next("Is the key in your agent (`ssh-add -l`), or its file readable?"));
        }
        Ok(ssh::bare(&String::from_utf8_lossy(&done.stdout))?)
    }
}

/// The public half of a key file: the file itself, or the one beside it.
pub(crate) fn public_of(file: &Path) -> Result<PublicKey, Failure> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".pub");
    let beside = PathBuf::from(beside);
    let public =
        if file.extension().is_some_and(|e| e == "pub") || !beside.exists() { file } else { &beside };
    let bytes = subject::read(public)?;
    let text = String::from_utf8_lossy(&bytes);
    PublicKey::read(&text).map_err(|e| Failure::from(e).next(format!("This is about {}.", public.display())))
}

fn from_git() -> Option<PathBuf> {
    let done = Command::new("git").args(["config", "--get", "user.signingkey"]).output().ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    let text = text.trim();
    (!text.is_empty() && text.contains(['/', '\\'])).then(|| PathBuf::from(text))
}

fn usual(world: &World) -> Vec<PathBuf> {
    let Some(home) = &world.home else { return Vec::new() };
    ["id_ed25519", "id_ed25519_sk", "id_ecdsa"].iter().map(|name| home.join(".ssh").join(name)).collect()
}
