//! What a register says of a subject, looked up and handed to the assessment; and whether one of its
//! receipts covers the release.

use std::{
    cell::OnceCell,
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use assess::{change, judge::Questions};
use domain::{Assessment, Digest, EntryState, Purl, Purpose, Standing, SubjectName, Timestamp};
use policy::Pack;
use register::log::{Folder, Source};
use store::{Disk, Files, Private};
use tlog::{Policy, SignedCheckpoint};

use crate::{
    output::{Failure, remark},
    register_folder::{self, LOG_FOLDER, TRUST},
    register_lookup::Looked,
    register_remote::{self, Asking, Remote},
    register_seen::Seen,
    seals::{self, Seal},
    subject,
    world::World,
};

/// The longest kept assessment read, in bytes.
const LONGEST: u64 = 256 << 20;

/// The register that a run asks, if one was named.
///
/// One look-up at a time: they read one file by position.
pub(crate) struct Asked(Option<Mutex<Register>>);

/// The register, whatever became of another thread that asked it.
fn locked(register: &Mutex<Register>) -> MutexGuard<'_, Register> {
    register.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A register, as far as a verdict needs it.
struct Register {
    looked: Looked,
    source: Box<dyn Source + Send>,
    checkpoint: SignedCheckpoint,
    /// The folder of a register that lies here.
    files: Option<Arc<dyn Files>>,
    /// Sealed words that were handed to whom they concern.
    seals: BTreeMap<Digest, String>,
    /// Why nothing certain can be said.
    unknown: Option<String>,
    /// Whether it was said as of when it speaks.
    told: OnceCell<()>,
    as_of: Option<String>,
}

impl Asked {
    /// No register.
    pub(crate) const fn nobody() -> Self {
        Self(None)
    }

    /// The register in a folder, or behind an address.
    pub(crate) fn open(
        named: &Path,
        trust: Option<&Path>,
        ca: Option<&Path>,
        asking: Asking,
        seals: Option<&Path>,
        world: &World,
    ) -> Result<Self, Failure> {
        let cache = world.cache.as_deref();
        let seals = match seals {
            Some(path) => seals::read(path)?.iter().filter_map(Seal::opens).collect(),
            None => BTreeMap::new(),
        };
        let register = if let Some(address) = register_remote::address(named) {
            let remote = Remote::open(address, trust, ca, asking, world)?;
            let looked = Looked::open(&remote.source, &remote.checkpoint, cache)?;
            Register {
                looked,
                unknown: remote.unknown(),
                as_of: Some(remote.as_of()),
                checkpoint: remote.checkpoint.clone(),
                source: Box::new(remote.source),
                files: None,
                seals,
                told: OnceCell::new(),
            }
        } else {
            let root = register_folder::find(Some(named), world)?;
            let files: Arc<dyn Files> = Arc::new(Disk::new(&root));
            let policy = Policy::parse(&subject::read(&root.join(TRUST))?)
                .map_err(|e| Failure::new(format!("{TRUST} cannot be used: {e}")))?;
            let source = Folder::new(files.clone(), LOG_FOLDER);
            let checkpoint = register_folder::checkpoint(&source, &policy)?;
            let seen = Seen::of(checkpoint.checkpoint().origin(), cache);
            Register {
                unknown: seen.compare(&source, &checkpoint, &policy).err(),
                looked: Looked::open(&source, &checkpoint, cache)?,
                source: Box::new(source),
                checkpoint,
                files: Some(files),
                seals,
                told: OnceCell::new(),
                as_of: None,
            }
        };
        for line in register.looked.remarks() {
            remark(&line);
        }
        Ok(Self(Some(Mutex::new(register))))
    }

    /// The signed head of its log, and why nothing certain can be said of it: where both are equal, so are
    /// the answers.
    pub(crate) fn state(&self) -> Option<(String, Option<String>)> {
        self.0.as_ref().map(|register| {
            let register = locked(register);
            (register.checkpoint.to_string(), register.unknown.clone())
        })
    }

    /// What it says of a subject by its declared name or package URL.
    pub(crate) fn standing(
        &self,
        declared: Option<&str>,
        purl: Option<&Purl>,
        as_of: Timestamp,
    ) -> Result<Standing, Failure> {
        let Some(register) = &self.0 else { return Ok(Standing::default()) };
        let name: Option<SubjectName> = match (purl, declared) {
            (Some(purl), _) => purl.to_string().parse().ok(),
            (None, Some(name)) => format!("repository:{name}").parse().ok(),
            (None, None) => None,
        };
        locked(register).standing(name.as_ref(), as_of)
    }

    /// What it says of an assessed model or product, whose name is known only now; none where there is
    /// nothing to say.
    pub(crate) fn late(
        &self,
        assessment: &Assessment,
        as_of: Timestamp,
    ) -> Result<Option<Standing>, Failure> {
        let Some(register) = &self.0 else { return Ok(None) };
        let name = SubjectName::of(&assessment.subject).filter(|n| matches!(n.kind(), "model" | "product"));
        let Some(name) = name else { return Ok(None) };
        let standing = locked(register).standing(Some(&name), as_of)?;
        let something =
            !standing.listings.is_empty() || !standing.attested.is_empty() || standing.unknown.is_some();
        Ok(something.then_some(standing))
    }

    /// Judges again with the receipt, where a decision covers this release: its basis is the one decided
    /// on, or only patch updates lie between, with nothing new found and no state worse.
    pub(crate) fn cover(
        &self,
        assessment: &mut Assessment,
        packs: &[Pack],
        questions: Questions,
    ) -> Result<(), Failure> {
        let Some(register) = &self.0 else { return Ok(()) };
        let register = locked(register);
        let now = &*assessment;
        let covers: Vec<bool> = assess::standing::of(now)
            .listings
            .iter()
            .map(|l| {
                let good = matches!(
                    l.state,
                    EntryState::Listed | EntryState::ListedWithObligations | EntryState::Overdue
                );
                let same = l.basis.is_some() && l.basis == now.basis;
                let patched = || l.assessment.is_some_and(|digest| patched(&register, digest, now));
                l.purpose == Purpose::Use && good && (same || patched())
            })
            .collect();
        if !assess::standing::cover(assessment, &covers)? {
            return Ok(());
        }
        assess::judge::judge(assessment, packs, questions);
        Ok(assess::seal::seal(assessment)?)
    }
}

impl Register {
    fn standing(&self, name: Option<&SubjectName>, as_of: Timestamp) -> Result<Standing, Failure> {
        if let Some(line) = self.as_of.as_ref().filter(|_| self.told.set(()).is_ok()) {
            remark(line);
        }
        let private = self.files.as_ref().map(|files| Private::new(files.clone(), "private"));
        let open = |digest: &Digest| {
            let kept = private.as_ref().and_then(|private| seals::open(private, digest));
            kept.or_else(|| self.seals.get(digest).cloned())
        };
        let mut out = self.looked.standing(name, as_of, &open, &*self.source, &self.checkpoint)?;
        if let Some(why) = &self.unknown {
            out.unknown.get_or_insert_with(|| why.clone());
        }
        Ok(out)
    }
}

/// Whether only patch updates lie between the assessment decided on and this one. What was decided on is
/// kept in the register's folder, and not on its site: it names places.
fn patched(register: &Register, digest: Digest, now: &Assessment) -> bool {
    let Some(files) = &register.files else { return false };
    let Some(then) = register_folder::kept(&**files, digest, LONGEST) else { return false };
    let changes = change::between(&then, now);
    changes.only_patches() && changes.new_findings.is_empty() && changes.nothing_worse()
}
