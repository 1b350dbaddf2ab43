//! Decisions as other people's programs read them, as files: a SLSA summary and our own predicate in DSSE,
//! signed with the log's key; CycloneDX; and one OpenVEX document of flaws that are none here.
//!
//! Decides as of when each is stated: the time since which its state holds, so that the same register gives
//! the same bytes and a site is written only where something changed. A statement that lies there already and
//! says the same is kept, so that a site can be written where the log's key is not.

use std::{fs, path::Path};

use domain::Timestamp;
use formats::provenance::dsse::Envelope;
use register::{
    Register,
    entry::Entry,
    statements::{self, NoStatement},
};
use tlog::SignerKey;

use crate::{
    args::register::Where,
    output::{Failure, answer, remark},
    register_folder::RegisterFolder,
    world::World,
};

/// The folder of statements in a site.
pub(super) const FOLDER: &str = "statements";

/// Where statements go, and what lies there.
pub(super) trait Into {
    /// What lies at a path.
    fn old(&self, path: &str) -> Option<Vec<u8>>;
    /// Puts a file there.
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure>;
}

/// A folder that is only added to.
struct Folder<'p>(&'p Path);

impl Into for Folder<'_> {
    fn old(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.0.join(path)).ok()
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let full = self.0.join(path);
        let written = full.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&full, bytes));
        written.map_err(|e| Failure::new(format!("cannot write {}: {e}", full.display())))
    }
}

pub(super) fn run(out: &Path, at: &Where, world: &World) -> Result<u8, Failure> {
    let folder = RegisterFolder::open(at, world)?;
    let key = folder.key()?;
    let n = write(&folder, Some(&key), "", &mut Folder(out))?;
    answer(&format!(
        "{} stated to others in {}.\n",
        pages::words::count(n, "decision", "decisions"),
        out.display()
    ));
    Ok(0)
}

/// Writes all statements below a prefix; gives of how many decisions. Without the key, only those that lie
/// there already and still say the same.
pub(super) fn write(
    folder: &RegisterFolder,
    key: Option<&SignerKey>,
    prefix: &str,
    into: &mut dyn Into,
) -> Result<usize, Failure> {
    let register = &folder.register;
    let mut list = Vec::new();
    let mut left_out = 0;
    for entry in register.entries.values() {
        let Some(decided) = &entry.decided else { continue };
        let index = decided.logged.index;
        let as_of = since(register, entry, folder.now);
        let mut files = Vec::new();
        for (kind, payload) in [
            ("decision", statements::decision(register, entry, as_of)?),
            ("vsa", statements::vsa(register, entry, as_of)?),
        ] {
            let path = format!("{prefix}{index}.{kind}.dsse.json");
            match signed(&payload, key, into.old(&path))? {
                Some(bytes) => {
                    into.put(&path, &bytes)?;
                    files.push(format!("{index}.{kind}.dsse.json"));
                }
                None => left_out += 1,
            }
        }
        into.put(&format!("{prefix}{index}.cdx.json"), &statements::cyclonedx(register, entry, as_of)?)?;
        files.push(format!("{index}.cdx.json"));
        list.push(serde_json::json!({ "case": entry.case, "entry": index, "as_of": as_of, "files": files }));
    }
    if let Some(vex) = vex(register, folder.now)? {
        into.put(&format!("{prefix}openvex.json"), &vex)?;
    }
    let mut index = serde_json::to_vec_pretty(&serde_json::json!({
        "schema": "formulary/statements/v1", "register": register.origin, "decisions": list,
    }))?;
    index.push(b'\n');
    into.put(&format!("{prefix}index.json"), &index)?;
    if left_out > 0 {
        remark(&format!(
            "{left_out} signed statements are left out: the log's key is not on this machine, and they were not here."
        ));
    }
    Ok(list.len())
}

/// Since when the state of an entry holds.
fn since(register: &Register, entry: &Entry, now: Timestamp) -> Timestamp {
    let stand = entry.stand(now, &register.body.times);
    let day = stand.since.start();
    // A decision of today was made at an hour of today.
    let told = stand.of.and_then(|of| register.statements.get(&of)).and_then(|index| at(register, *index));
    told.filter(|at| at.date() == stand.since).unwrap_or(day).min(now)
}

/// When a leaf was logged.
fn at(register: &Register, index: u64) -> Option<Timestamp> {
    let found = register.story.binary_search_by_key(&index, |told| told.logged.index).ok()?;
    Some(register.story[found].logged.at)
}

/// Flaws that are none here, dated by the newest word on any of them.
fn vex(register: &Register, now: Timestamp) -> Result<Option<Vec<u8>>, NoStatement> {
    let exceptions = register.exceptions.iter().map(|e| e.logged.at);
    let newest = exceptions.chain(register.attestations.iter().map(|(by, _)| by.at)).max();
    // What has ended since is left out, so the day counts as well.
    let ended =
        register.exceptions.iter().map(|e| e.until).chain(register.attestations.iter().map(|(_, a)| a.until));
    let ended = ended.filter(|day| *day < now.date()).max();
    let ended = ended.map(|day| day.plus_days(1).start());
    match newest.max(ended) {
        Some(as_of) => statements::openvex(register, as_of.min(now)),
        None => Ok(None),
    }
}

/// The envelope of a statement: the one that lies there if it says the same, else signed anew.
fn signed(payload: &[u8], key: Option<&SignerKey>, old: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Failure> {
    if let Some(key) = key {
        let sign = |encoded: &[u8]| key.sign_dsse(encoded).map(|s| s.to_vec()).unwrap_or_default();
        return Ok(Some(statements::envelope(payload, &key.verifier().to_string(), sign)?));
    }
    // Whether it is the log's is for who reads it; here it is only kept.
    let same = |bytes: &Vec<u8>| {
        Envelope::read(bytes).is_ok_and(|e| e.open(|_, _| true).is_ok_and(|(_, found)| found == payload))
    };
    Ok(old.filter(same))
}
