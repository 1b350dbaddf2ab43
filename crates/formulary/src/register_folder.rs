//! A register as a folder: its log, its blobs, its private texts, its trust file; opened, folded, and
//! added to.
//!
//! | in the folder | what |
//! | --- | --- |
//! | `log/` | the log, as a web server may serve it |
//! | `trust.policy` | which key signs it (C2SP tlog-policy), for everyone who verifies |
//! | `assessments/` | what was decided on, by digest; never in git nor on the site: it names places, contacts, flaws |
//! | `private/` | sealed words; never in git, never on the site |
//! | `.gitignore` | keeps what is this machine's own, and what is private, out of git |
//!
//! The log's signing key lies outside, in the user's configuration folder, or where `--log-key` says.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::{Digest, Timestamp};
use register::{
    Register,
    act::Act,
    batch::Batch,
    leaf::{Leaf, Signature},
    log::{self, Folder, Log},
    statement::{LOG, Statement},
};
use serde::{Deserialize, Serialize};
use store::{Disk, Files, Private};
use tlog::{KeyName, Policy, SignatureType, SignedCheckpoint, SignerKey};

use crate::{
    args::register::{Signing, Where},
    output::{Failure, remark},
    register_lookup,
    register_seen::Seen,
    seals::{Seal, Sealed},
    signer::Signer,
    subject,
    world::World,
};

/// The trust file's name.
pub(crate) const TRUST: &str = "trust.policy";
/// Days after its last entry for which a log is added to without a question.
const LONGEST_PAUSE: i64 = 62;
/// What of a register never goes into git: sealed words; assessments, which hold contacts, places and open
/// flaws; and what is this machine's own.
const IGNORED: [&str; 4] = ["/private/", "/assessments/", ".promise", ".lock"];
/// The log's folder.
pub(crate) const LOG_FOLDER: &str = "log";

/// A register, opened and folded.
pub(crate) struct RegisterFolder {
    files: Arc<dyn Files>,
    /// Its meaning.
    pub(crate) register: Register,
    /// The head it was read under.
    pub(crate) checkpoint: SignedCheckpoint,
    log_key: Option<PathBuf>,
    clock_is_right: bool,
    /// Now.
    pub(crate) now: Timestamp,
    /// What was sealed during this run.
    pub(crate) sealed: Sealed,
    seen: Seen,
}

/// A statement with its signatures, on its way to the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signed {
    /// What is stated.
    pub(crate) statement: Statement,
    /// Who signed it.
    pub(crate) signatures: Vec<Signature>,
    /// What opens its sealed words; for the keeper of the log, who puts them into the private folder. They
    /// never come into the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seals: Vec<Seal>,
}

/// What was appended.
pub(crate) struct Appended {
    /// Where it stands.
    pub(crate) index: u64,
    /// Its digest.
    pub(crate) digest: Digest,
}

/// The folder of the register: named, or the usual ones.
pub(crate) fn find(named: Option<&Path>, world: &World) -> Result<PathBuf, Failure> {
    let is_one = |path: &Path| path.join(TRUST).exists() && path.join(LOG_FOLDER).exists();
    if let Some(path) = named.or(world.register.as_deref()) {
        return if is_one(path) {
            Ok(path.to_owned())
        } else {
            Err(Failure::new(format!("{} is no register: it has no log and {TRUST}", path.display()))
                .next("Make one with `formulary body init`, or name another with --register DIR."))
        };
    }
    [PathBuf::from("."), PathBuf::from("register")].into_iter().find(|p| is_one(p)).ok_or_else(|| {
        Failure::new("no register was found here")
            .next("Name its folder with --register DIR (or FORMULARY_REGISTER), or make one: `formulary body init`.")
    })
}

impl RegisterFolder {
    /// Opens a register, verifies its log under the trust file, and folds it.
    pub(crate) fn open(at: &Where, world: &World) -> Result<Self, Failure> {
        let root = find(at.register.as_deref(), world)?;
        let mut folder = Self::open_at(&root, at.log_key.clone(), world)?;
        folder.clock_is_right = at.clock_is_right;
        Ok(folder)
    }

    /// The same, for a folder that is known to be one.
    pub(crate) fn open_at(root: &Path, log_key: Option<PathBuf>, world: &World) -> Result<Self, Failure> {
        let files: Arc<dyn Files> = Arc::new(Disk::new(root));
        let policy = Policy::parse(&subject::read(&root.join(TRUST))?)
            .map_err(|e| Failure::new(format!("{TRUST} cannot be used: {e}")))?;
        let source = Folder::new(files.clone(), LOG_FOLDER);
        let checkpoint = checkpoint(&source, &policy)?;
        let seen = Seen::of(checkpoint.checkpoint().origin(), world.cache.as_deref());
        seen.compare(&source, &checkpoint, &policy).map_err(|why| {
            Failure::new(why).next(format!(
                "Bring the register's folder up to date (`git pull`), and tell its keeper if that does not help. If the \
                 log was truly begun anew, remove {}.",
                seen.path()
            ))
        })?;
        let register = register_lookup::fold(&source, &checkpoint, world.cache.as_deref())?;
        for (index, why) in &register.rejected {
            remark(&format!("warning: entry {index} of the log means nothing: {why}"));
        }
        for unread in &register.unread {
            remark(&format!("warning: {}", unread.words()));
        }
        // Finish erasures that a crash interrupted, before anything private is read.
        Private::new(files.clone(), "private").finish_erasures()?;
        Ok(Self {
            files,
            register,
            checkpoint,
            log_key,
            clock_is_right: false,
            now: world.now,
            sealed: Sealed::default(),
            seen,
        })
    }

    /// The log as a source of files.
    pub(crate) fn source(&self) -> Folder {
        Folder::new(self.files.clone(), LOG_FOLDER)
    }

    /// Keeps an assessment: what was decided on can be read in ten years. It is found again by its own
    /// digest.
    pub(crate) fn keep(&self, assessment: &domain::Assessment) -> Result<(), Failure> {
        let Some(digest) = assessment.digest else {
            return Err(Failure::new("the assessment has no digest"));
        };
        store::files::create_folders(&*self.files, "assessments", store::Readers::Anyone)?;
        let mut bytes = serde_json::to_vec(assessment)?;
        bytes.push(b'\n');
        Ok(store::replace(&*self.files, &format!("assessments/{}.json", digest.hex()), &bytes)?)
    }

    /// A kept assessment by its digest, if it is here and unchanged.
    pub(crate) fn kept(&self, digest: Digest, longest: u64) -> Option<domain::Assessment> {
        kept(&*self.files, digest, longest)
    }

    /// Sealed words.
    pub(crate) fn private(&self) -> Private {
        Private::new(self.files.clone(), "private")
    }

    /// Who signs: the person of the body to whom the key belongs.
    pub(crate) fn signer(&self, signing: &Signing, world: &World) -> Result<(String, Signer), Failure> {
        let signer = Signer::find(signing.key.as_deref(), world)?;
        let (person, _) = self.register.body.holder_of(&signer.fingerprint).ok_or_else(|| {
            Failure::new(format!("the key {} belongs to nobody in this body", signer.fingerprint))
                .next("Sign with a key that `formulary body show` lists, or have yours added by a decision.")
        })?;
        Ok((person.to_owned(), signer))
    }

    /// States some acts: signs them (several under one signature), and adds them to the log, or writes
    /// them to a file for the keeper of the log.
    pub(crate) fn state(
        &mut self,
        acts: Vec<Act>,
        signing: &Signing,
        world: &World,
    ) -> Result<Option<Vec<Appended>>, Failure> {
        let (person, signer) = self.signer(signing, world)?;
        let statements: Vec<Statement> = acts
            .into_iter()
            .map(|act| Statement::new(&self.register.origin, self.now, &person, act))
            .collect();
        // Asked before anybody touches a hardware key: what may not be said is not signed.
        self.rehearse(&statements, &person)?;
        let mut signed = Vec::new();
        let mut places = Vec::new();
        let value = match statements.as_slice() {
            [] => return Ok(Some(Vec::new())),
            [one] => signer.sign(&one.bytes()?)?,
            _ => {
                let digests: Vec<Digest> =
                    statements.iter().map(Statement::digest).collect::<Result<_, _>>()?;
                let (batch, found) = Batch::of(&self.register.origin, &digests).ok_or_else(|| {
                    Failure::new(format!("one signature covers at most {} statements", Batch::MOST))
                })?;
                places = found;
                signer.sign(&batch.bytes()?)?
            }
        };
        let mut places = places.into_iter();
        for statement in statements {
            let signature = Signature {
                person: person.clone(),
                key: signer.fingerprint.clone(),
                value: value.clone(),
                batch: places.next(),
            };
            signed.push(Signed { statement, signatures: vec![signature], seals: Vec::new() });
        }
        match &signing.to {
            Some(path) => {
                let mut text = String::new();
                let seals = self.fresh_seals();
                if let Some(first) = signed.first_mut() {
                    first.seals = seals;
                }
                for one in &signed {
                    text.push_str(&serde_json::to_string(one)?);
                    text.push('\n');
                }
                std::fs::write(path, text)
                    .map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))?;
                remark(&format!(
                    "Signed as {person}, not yet in the log: the keeper adds it with `formulary log append {}`.",
                    path.display()
                ));
                if signed.iter().any(|one| !one.seals.is_empty()) {
                    remark("The file holds what you sealed, for the keeper alone: hand it over privately.");
                }
                Ok(None)
            }
            None => Ok(Some(self.append(signed)?)),
        }
    }

    /// Whether the acts would be taken, signature apart: each is applied to a copy, in order.
    fn rehearse(&self, statements: &[Statement], person: &str) -> Result<(), Failure> {
        let mut copy = self.register.clone();
        for statement in statements {
            copy.would(statement, self.now).map_err(|refused| {
                Failure::new(refused.to_string()).next(format!("Nothing was signed or logged ({person})."))
            })?;
        }
        Ok(())
    }

    /// Adds signed statements to the log: one durable batch.
    pub(crate) fn append(&mut self, signed: Vec<Signed>) -> Result<Vec<Appended>, Failure> {
        self.check_clock()?;
        let key = self.key()?;
        ignore_private(&*self.files)?;
        let mut log = Log::open(self.files.clone(), LOG_FOLDER, &key)?;
        if log.size() != self.register.size {
            return Err(Failure::new("the log has grown since it was read: another program has added to it")
                .next("Run the command again: it will read the log as it is now."));
        }
        for one in &signed {
            self.take_seals(&one.seals)?;
        }
        let logged = self.now.max(self.register.last);
        let mut leaves = Vec::new();
        let mut out = Vec::new();
        let mut next = self.register.clone();
        for one in signed {
            let leaf = Leaf::new(logged, one.statement, one.signatures);
            let at = next
                .accept(&leaf)
                .map_err(|refused| Failure::new(refused.to_string()).next("Nothing was logged."))?;
            out.push(Appended { index: at.index, digest: at.digest });
            leaves.push(leaf.bytes()?);
        }
        let appended = log.append(leaves, &key)?;
        self.register = next;
        self.checkpoint = appended.checkpoint;
        self.seen.remember(&self.checkpoint);
        Ok(out)
    }

    /// A log's time never goes back: one entry of a wrong clock, and every later one is refused until that day.
    fn check_clock(&self) -> Result<(), Failure> {
        let days = self.now.date().days_since(self.register.last.date());
        if days <= LONGEST_PAUSE || self.clock_is_right {
            return Ok(());
        }
        Err(Failure::new(format!(
            "this machine's clock says {}, {days} days after the last entry of the log: nothing was logged",
            self.now.date()
        ))
        .next(
            "An entry of a wrong clock would lock the log until that day. If the clock is right, say so with \
             --clock-is-right.",
        ))
    }

    /// Adds what follows from dates, as the log itself.
    pub(crate) fn append_consequences(&mut self) -> Result<Vec<Appended>, Failure> {
        let consequences = self.register.consequences(self.now);
        let signed = consequences
            .into_iter()
            .map(|c| Signed {
                statement: Statement::new(
                    &self.register.origin,
                    self.now,
                    LOG,
                    Act::Consequence(Box::new(c)),
                ),
                signatures: Vec::new(),
                seals: Vec::new(),
            })
            .collect::<Vec<_>>();
        if signed.is_empty() { Ok(Vec::new()) } else { self.append(signed) }
    }

    /// The log's own key.
    pub(crate) fn key(&self) -> Result<SignerKey, Failure> {
        let origin = self.checkpoint.checkpoint().origin().to_string();
        let path = key_file(self.log_key.as_deref(), &origin)?;
        let bytes = subject::read(&path).map_err(|_| {
            Failure::new(format!("the key of the log {origin} is not on this machine ({})", path.display())).next(
                "Write the signed statement to a file with --to FILE and give it to the keeper of the log, or name \
                 the key with --log-key FILE (or FORMULARY_LOG_KEY).",
            )
        })?;
        let text = String::from_utf8(bytes).map_err(|_| Failure::new("the log's key is not text"))?;
        SignerKey::decode(text.trim()).map_err(Failure::from)
    }
}

/// A kept assessment of a register's folder by its digest, if it is here and unchanged.
pub(crate) fn kept(files: &dyn Files, digest: Digest, longest: u64) -> Option<domain::Assessment> {
    let bytes = files.read(&format!("assessments/{}.json", digest.hex()), longest).ok()??;
    let kept: domain::Assessment = serde_json::from_slice(&bytes).ok()?;
    (kept.compute_digest().ok() == Some(digest)).then_some(kept)
}

/// The head of a log, accepted under a policy.
pub(crate) fn checkpoint(source: &dyn log::Source, policy: &Policy) -> Result<SignedCheckpoint, Failure> {
    let bytes = source
        .read(log::CHECKPOINT, 1 << 20)
        .map_err(|e| Failure::new(format!("the log's checkpoint cannot be read: {e}")))?
        .ok_or_else(|| Failure::new("the log has no checkpoint"))?;
    let checkpoint = SignedCheckpoint::parse(&bytes)?;
    policy.check(&checkpoint)?;
    Ok(checkpoint)
}

/// Reads a log whole, verified against its checkpoint under a policy.
pub(crate) fn read(
    source: &dyn log::Source,
    policy: &Policy,
) -> Result<(SignedCheckpoint, Vec<Vec<u8>>), Failure> {
    let checkpoint = checkpoint(source, policy)?;
    let size = checkpoint.checkpoint().size();
    let mut leaves = Vec::new();
    for entry in log::entries(source, checkpoint.checkpoint(), 0..size) {
        leaves.push(entry?.1);
    }
    Ok((checkpoint, leaves))
}

/// Makes a register: the key of its log, its trust file, and the log with its first entry.
pub(crate) fn create(
    root: &Path,
    origin: &str,
    log_key: Option<&Path>,
    world: &World,
    first: impl FnOnce(&str) -> Result<Signed, Failure>,
) -> Result<RegisterFolder, Failure> {
    if root.join(LOG_FOLDER).exists() {
        return Err(Failure::new(format!("{} has a log already", root.display()))
            .next("A body is changed by decisions: `formulary body change --help`."));
    }
    let name = KeyName::new(origin).map_err(|e| {
        Failure::from(e).next("The origin is the log's name among logs, e.g. log.trust.example/register.")
    })?;
    let signed = first(origin)?;
    let key_path = key_file(log_key, origin)?;
    let key = if key_path.exists() {
        let bytes = subject::read(&key_path)?;
        SignerKey::decode(String::from_utf8_lossy(&bytes).trim())?
    } else {
        let key = SignerKey::new(name, SignatureType::Ed25519, &random()?)?;
        write_secret(&key_path, &key.encode())?;
        key
    };
    std::fs::create_dir_all(root)
        .map_err(|e| Failure::new(format!("cannot make {}: {e}", root.display())))?;
    let files: Arc<dyn Files> = Arc::new(Disk::new(root));
    let leaf = Leaf::new(world.now, signed.statement, signed.signatures);
    // Refused before anything is written.
    Register::founded(origin, &leaf).map_err(|e| Failure::new(e.to_string()).next("Nothing was written."))?;
    ignore_private(&*files)?;
    let trust = format!("log {}\nquorum none\n", key.verifier());
    store::replace(&*files, TRUST, trust.as_bytes())?;
    let mut log = Log::create(files.clone(), LOG_FOLDER, &key)?;
    log.append(vec![leaf.bytes()?], &key)?;
    drop(log);
    Seen::of(origin, world.cache.as_deref()).forget();
    RegisterFolder::open_at(root, Some(key_path), world)
}

/// Keeps out of git what must not go there; in a register of an older program too.
fn ignore_private(files: &dyn Files) -> Result<(), Failure> {
    let before = files.read(".gitignore", 64 << 10)?;
    let text = before.map_or_else(
        || "# This machine's own, and what is private.\n".to_owned(),
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    );
    let missing: Vec<&str> =
        IGNORED.into_iter().filter(|one| !text.lines().any(|l| l.trim() == *one)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let text = format!("{text}{end}{}\n", missing.join("\n"));
    Ok(store::replace(files, ".gitignore", text.as_bytes())?)
}

/// Where the key of a log lies: named, in the environment, or the user's configuration folder.
fn key_file(named: Option<&Path>, origin: &str) -> Result<PathBuf, Failure> {
    let env = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(path) = named.map(Path::to_owned).or_else(|| env("FORMULARY_LOG_KEY")) {
        return Ok(path);
    }
    let folder = env("XDG_CONFIG_HOME")
        .or_else(|| Some(env("HOME")?.join(".config")))
        .or_else(|| env("APPDATA"))
        .ok_or_else(|| Failure::new("no folder for the log's key: name a file with --log-key"))?;
    let plain: String =
        origin.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    Ok(folder.join("formulary").join(format!("{plain}.log-key")))
}

/// Writes a secret that only its owner may read.
fn write_secret(path: &Path, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let cannot =
        |e: std::io::Error| Failure::new(format!("cannot write the log's key to {}: {e}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(cannot)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(cannot)?;
    writeln!(file, "{text}").and_then(|()| file.sync_all()).map_err(cannot)
}

/// 32 bytes of the system's randomness.
pub(crate) fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| Failure::new(format!("the system gives no randomness: {e}")))?;
    Ok(bytes)
}

/// People's names as the public may read them: the name with consent, else the id.
pub(crate) fn names(register: &Register) -> BTreeMap<String, String> {
    register
        .body
        .people
        .iter()
        .map(|(id, person)| {
            let name = person.name.text().map_or_else(|| id.clone(), |name| format!("{name} ({id})"));
            (id.clone(), name)
        })
        .collect()
}
