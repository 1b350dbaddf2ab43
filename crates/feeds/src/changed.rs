//! What changed between two states of one feed: which names have other records, which ids are new
//! or different, which CVEs have another value.
//!
//! A re-evaluation starts from these names; whether an assessment is touched is not decided here.

use std::{collections::BTreeMap, path::Path};

use domain::{Digest, FeedStamp};
use formats::advisory::CveId;

use crate::{
    index::{IndexError, bytes::Cursor, names::Names, table::Table},
    library::Library,
};

/// What differs between two states of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Names (of components, as the feed's index spells them) about which something else is said.
    pub names: Vec<String>,
    /// Ids of records, or CVEs, that are new, gone or different.
    pub ids: Vec<String>,
}

/// Compares two states of one feed, both still in the library.
///
/// # Errors
/// When either index is gone or damaged.
pub fn what_changed(library: &Path, old: &FeedStamp, new: &FeedStamp) -> Result<Changed, IndexError> {
    if old.digest == new.digest {
        return Ok(Changed::default());
    }
    let library = Library::at(library);
    let (old_path, new_path) = (library.index_path(&old.digest), library.index_path(&new.digest));
    if matches!(new.name.as_str(), "kev" | "epss" | "ssvc") {
        let read = |path: &Path| {
            let mut all = BTreeMap::new();
            Table::open(path)?.for_each(|key, value| {
                all.insert(key, value);
            })?;
            Ok::<_, IndexError>(all)
        };
        let ids = differing(&read(&old_path)?, &read(&new_path)?);
        let ids = ids.into_iter().map(|key| CveId::from_key(key).to_string()).collect();
        return Ok(Changed { names: Vec::new(), ids });
    }
    let read = |path: &Path| {
        let names = Names::open(path)?;
        let mut blocks = BTreeMap::new();
        names.for_each(|name, block| {
            blocks.insert(name, Digest::of(&block));
        })?;
        Ok::<_, IndexError>((blocks, ids(&names.appendix()?)?))
    };
    let ((old_blocks, old_ids), (new_blocks, new_ids)) = (read(&old_path)?, read(&new_path)?);
    Ok(Changed { names: differing(&old_blocks, &new_blocks), ids: differing(&old_ids, &new_ids) })
}

/// Keys that one map lacks or that have another value, sorted.
fn differing<K: Ord + Clone, V: PartialEq>(old: &BTreeMap<K, V>, new: &BTreeMap<K, V>) -> Vec<K> {
    let mut keys: Vec<K> =
        new.iter().filter(|(k, v)| old.get(*k) != Some(*v)).map(|(k, _)| k.clone()).collect();
    keys.extend(old.keys().filter(|k| !new.contains_key(*k)).cloned());
    keys.sort();
    keys
}

/// Every id of an OSV feed with its date (seconds since 1970, none if not stated) and whether it
/// is withdrawn.
pub(crate) fn ids(appendix: &[u8]) -> Result<BTreeMap<String, (Option<i64>, bool)>, IndexError> {
    let mut all = BTreeMap::new();
    if appendix.is_empty() {
        return Ok(all);
    }
    let mut cursor = Cursor::new(appendix);
    for _ in 0..cursor.count()? {
        let id = cursor.text()?.to_owned();
        let flags = cursor.byte()?;
        let modified = cursor.signed()?;
        all.insert(id, ((flags & 1 == 1).then_some(modified), flags & 2 == 2));
    }
    Ok(all)
}
