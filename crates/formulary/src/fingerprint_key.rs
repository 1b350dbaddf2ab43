//! The key by which a secret is known again without being kept: HMACs under it stand in the part of
//! an assessment that its digest leaves out.
//!
//! It is the body's where `FORMULARY_FINGERPRINT_KEY` names its file, else the user's own, made by
//! chance on first use and readable by its owner alone. Who has the key can tell whether two
//! findings are the same secret; nobody can work a secret out of an HMAC without it.

use std::{
    cell::OnceCell,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use evidence::history::report::Told;

use crate::{output::Failure, register_folder::random, world::World};

/// The shortest key that is taken, in bytes.
const SHORTEST: usize = 16;

/// The longest file that is read as a key, in bytes.
const LONGEST: u64 = 4096;

/// The key, made when the first secret is to be known by it.
#[derive(Debug)]
pub(crate) struct FingerprintKey {
    own: Option<PathBuf>,
    bytes: OnceCell<Option<Vec<u8>>>,
}

impl FingerprintKey {
    /// None: findings are known by rule, blob and offset.
    pub(crate) const fn none() -> Self {
        Self { own: None, bytes: OnceCell::new() }
    }

    /// The body's, else the user's own.
    ///
    /// # Errors
    /// When the environment names a file that cannot be read, or is too short for a key.
    pub(crate) fn find(world: &World) -> Result<Self, Failure> {
        let Some(path) = &world.fingerprint_key else {
            return Ok(Self { own: world.own_fingerprint_key.clone(), bytes: OnceCell::new() });
        };
        let next = "FORMULARY_FINGERPRINT_KEY names a file of at least 16 random bytes, the same for the whole body: \
                    head -c 32 /dev/urandom > FILE";
        let key = read(path).map_err(|error| {
            Failure::new(format!("cannot read the fingerprint key {}: {error}", path.display())).next(next)
        })?;
        if key.len() < SHORTEST {
            return Err(Failure::new(format!("{} is too short for a key", path.display())).next(next));
        }
        Ok(Self { own: None, bytes: OnceCell::from(Some(key)) })
    }

    /// Its bytes, where something was found that is to be known by it.
    pub(crate) fn bytes(&self, told: &Told) -> Option<&[u8]> {
        if told.secrets_found() == 0 {
            return None;
        }
        self.bytes.get_or_init(|| self.own.as_deref().and_then(kept_or_made)).as_deref()
    }
}

/// Where no key can be made, findings are known by rule, blob and offset.
fn kept_or_made(path: &Path) -> Option<Vec<u8>> {
    match read(path) {
        Ok(key) => Some(key).filter(|key| key.len() >= SHORTEST),
        Err(_) => make(path),
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Written beside and moved into place, so that two first runs at once end with one key.
fn make(path: &Path) -> Option<Vec<u8>> {
    use std::io::Write as _;
    let folder = path.parent()?;
    fs::create_dir_all(folder).ok()?;
    // Made readable by the owner alone.
    let mut beside = tempfile::NamedTempFile::new_in(folder).ok()?;
    beside.write_all(&random().ok()?).ok()?;
    beside.as_file().sync_all().ok()?;
    // Whoever came first keeps the place.
    let _ = beside.persist_noclobber(path);
    read(path).ok().filter(|key| key.len() >= SHORTEST)
}
