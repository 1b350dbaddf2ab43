//! By what a kept assessment is known to be still the answer: a digest of everything the answer
//! depends on.
//!
//! Of a repository: its references, packs and loose objects; and the files of its working tree by
//! path, size and times, because what is not committed is judged too. Files are not read: whoever sets
//! both clocks of a file back deceives only themselves.

use std::{fs, path::Path};

use assess::{judge::Questions, observe::Own};
use domain::Digest;
use evidence::material::{Material, history::History};

use super::{find::Named, list};
use crate::{
    args::estate::Estate,
    output::Failure,
    packs,
    subject::{Judge, Opened},
};

/// What is the same for all repositories of a run.
pub(super) fn of_run(judge: &Judge, questions: Questions, args: &Estate) -> Result<Digest, Failure> {
    Ok(Digest::of_value(&serde_json::json!({
        "judge": judge.inputs()?,
        "questions": [questions.use_, questions.publish, args.publish_only],
        "history": !args.no_history,
        "stated": format!("{:?}", judge.stated),
    }))?)
}

/// One repository; none where its answer is not kept (a single file, which is judged in no time).
pub(super) fn of_one(
    run: &Digest,
    named: &Named,
    opened: &Opened,
    own: &Own,
) -> Result<Option<Digest>, Failure> {
    let (material, checkout, root): (&dyn Material, _, _) = match opened {
        Opened::Folder { folder, checkout, .. } => (folder, checkout.as_ref(), folder.root()),
        Opened::Bare { root, revision, checkout, .. } => (revision.as_ref(), Some(checkout), root.as_path()),
        _ => return Ok(None),
    };
    let mut said = Vec::new();
    let mut add = |part: &[u8]| {
        said.extend_from_slice(&(part.len() as u64).to_be_bytes());
        said.extend_from_slice(part);
    };
    add(run.as_bytes());
    add(format!("{:?}", list::over(named.stated, assess::system::Stating::default())).as_bytes());
    add(named.path.to_string_lossy().as_bytes());
    if let Some(checkout) = checkout {
        add(format!("{:?} {} {:?}", checkout.head, checkout.shallow, checkout.last_change).as_bytes());
        // Where it cannot be told, it is judged anew.
        let Ok(state) = History::state(root) else { return Ok(None) };
        add(state.as_bytes());
    }
    for entry in material.entries() {
        add(entry.path.as_bytes());
        add(format!("{} {} {}", entry.size, entry.executable, times(&root.join(&entry.path))).as_bytes());
    }
    for unread in material.unread() {
        add(unread.place.to_string().as_bytes());
        add(unread.why.as_bytes());
    }
    let declared = own.system.as_ref().map_or(&[][..], |system| &system.packs);
    if !declared.is_empty() {
        for pack in packs::packs(&[], declared, &named.path)? {
            add(pack.digest().as_bytes());
        }
    }
    for (_, folder) in own.system.iter().flat_map(|system| &system.clones) {
        add(folder.as_bytes());
        // One that is not there is as good as another.
        add(History::state(&root.join(folder)).map_or([0; 32], |state| *state.as_bytes()).as_slice());
    }
    Ok(Some(Digest::of(&said)))
}

/// When the file was changed, and when the system says that it was.
fn times(path: &Path) -> String {
    let Ok(meta) = fs::symlink_metadata(path) else { return "gone".to_owned() };
    let modified = meta.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    format!("{modified:?} {}", changed(&meta))
}

#[cfg(unix)]
fn changed(meta: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    format!("{} {}", meta.ctime(), meta.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_meta: &fs::Metadata) -> String {
    String::new()
}

/// How long it may take, roughly: the bytes of its packs.
pub(super) fn weight(path: &Path) -> u64 {
    let git = path.join(".git");
    let packs = if git.is_dir() { git } else { path.to_owned() }.join("objects/pack");
    let files = fs::read_dir(packs).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|meta| meta.len()).sum()
}
