//! What a crash left beyond the checkpoint.
//!
//! Decides which files of a log belong to a larger tree than the checkpoint's. Whether they may go is
//! for `open`. Files of other names are none of its business and stay.

use store::{Files, FilesError};
use tlog::{Resource, tile::FULL_WIDTH};

use super::join;

/// The paths (below `folder`) of tiles and bundles that a log of `size` entries does not have, sorted.
/// Folders that lie wholly to the left of the edge are not looked into.
pub(super) fn beyond(files: &dyn Files, folder: &str, size: u64) -> Result<Vec<String>, FilesError> {
    let mut found = Vec::new();
    for level in files.list(&join(folder, "tile"))? {
        let Some(level) = level.strip_suffix('/') else { continue };
        let shift = match (level, level.parse::<u8>()) {
            ("entries", _) => 0,
            (_, Ok(level @ 0..8)) => 8 * u32::from(level),
            _ => continue,
        };
        let edge = (size >> shift) / u64::from(FULL_WIDTH);
        walk(files, folder, &format!("tile/{level}"), &elements(edge), &[], &mut found)?;
    }
    found.retain(|path| Resource::parse(path).is_ok_and(|resource| is_beyond(resource, size)));
    found.sort();
    Ok(found)
}

fn is_beyond(resource: Resource, size: u64) -> bool {
    let (level, index, width) = match resource {
        Resource::Bundle(bundle) => (0, bundle.index(), bundle.width()),
        Resource::Tile(tile) => (tile.level(), tile.index(), tile.width()),
    };
    let hashes = u128::from(size.checked_shr(8 * u32::from(level)).unwrap_or(0));
    u128::from(index) * u128::from(FULL_WIDTH) + u128::from(width) > hashes
}

/// An index in the elements of its path, as numbers.
fn elements(mut index: u64) -> Vec<u64> {
    let mut elements = vec![index % 1000];
    while index >= 1000 {
        index /= 1000;
        elements.insert(0, index % 1000);
    }
    elements
}

/// Collects files at or right of the edge. `at` is the elements on the way so far.
fn walk(
    files: &dyn Files,
    root: &str,
    path: &str,
    edge: &[u64],
    at: &[u64],
    found: &mut Vec<String>,
) -> Result<(), FilesError> {
    // A path has seven elements at most; what is deeper is none of ours.
    if at.len() > 7 {
        return Ok(());
    }
    for name in files.list(&join(root, path))? {
        if let Some(folder) = name.strip_suffix('/') {
            let inner = format!("{path}/{folder}");
            if let Some(number) = folder.strip_prefix('x').and_then(|digits| digits.parse().ok()) {
                let here = [at, &[number]].concat();
                let left = here.len() < edge.len() && here[..] < edge[..here.len()];
                if !left {
                    walk(files, root, &inner, edge, &here, found)?;
                }
            } else if folder.ends_with(".p") {
                let partial = files.list(&join(root, &inner))?;
                found.extend(partial.into_iter().map(|width| format!("{inner}/{width}")));
            }
        } else {
            found.push(format!("{path}/{name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Forgetful;
    use tlog::{TileId, tile::BundleId};

    #[test]
    fn exactly_what_a_smaller_log_does_not_have() {
        for (size, grown) in [(0, 3), (5, 7), (255, 257), (256, 256), (300, 70_000), (255_000, 257_300)] {
            let files = Forgetful::new();
            let paths = |size| {
                BundleId::all(size)
                    .map(|b| b.path())
                    .chain(TileId::all(size).map(|t| t.path()))
                    .collect::<Vec<_>>()
            };
            let (small, large) = (paths(size), paths(grown));
            for path in small.iter().chain(&large) {
                files.put(&format!("log/{path}"), Some(b""));
            }
            files.put("log/tile/readme", Some(b""));
            files.put("log/tile/0/readme", Some(b""));
            let mut expected: Vec<_> = large.into_iter().filter(|path| !small.contains(path)).collect();
            expected.sort();
            assert_eq!(beyond(&files, "log", size).unwrap(), expected, "{size} {grown}");
        }
    }
}
