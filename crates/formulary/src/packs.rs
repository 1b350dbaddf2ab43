//! Packs by name or by folder.

use std::path::Path;

use policy::Pack;

use crate::output::Failure;

/// More files than this are not read: see [`Pack::load`].
const MOST_FILES: usize = 2_000;

/// A built-in pack by its name, or a pack in a folder.
pub(crate) fn pack(named: &str) -> Result<Pack, Failure> {
    if Pack::builtin_names().contains(&named) {
        return Ok(Pack::builtin(named)?);
    }
    let folder = Path::new(named);
    if !folder.is_dir() {
        return Err(Failure::new(format!("there is no pack `{named}`")).next(format!(
            "Built in are: {}. A pack of your own is named by its folder.",
            Pack::builtin_names().join(", ")
        )));
    }
    let mut files = Vec::new();
    read(folder, "", 0, &mut files)?;
    let pack = Pack::load(&files).map_err(|error| {
        Failure::new(format!("the pack in {named} cannot be used: {error}"))
            .next("`formulary policy show` prints a built-in control to imitate.")
    })?;
    if let Some(Err(error)) = pack.disclosure().map(evidence::disclosure::check) {
        return Err(Failure::new(format!("disclosure.toml of the pack in {named} cannot be used: {error}"))
            .next("docs/disclosure.md shows its form."));
    }
    Ok(pack)
}

/// The two built-in packs that answer the two questions, and those asked for besides.
pub(crate) fn packs(asked: &[String], declared: &[String], root: &Path) -> Result<Vec<Pack>, Failure> {
    let mut out: Vec<Pack> = Vec::new();
    if declared.is_empty() {
        out.push(pack("use")?);
        out.push(pack("publish")?);
    }
    for name in declared {
        // A path in formulary.toml is relative to the repository it stands in.
        let inside = root.join(name);
        let name = if Pack::builtin_names().contains(&name.as_str()) || !inside.is_dir() {
            name.clone()
        } else {
            inside.to_string_lossy().into_owned()
        };
        out.push(pack(&name)?);
    }
    for name in asked {
        let pack = pack(name)?;
        if !out.iter().any(|have| have.label() == pack.label()) {
            out.push(pack);
        }
    }
    Ok(out)
}

fn read(folder: &Path, at: &str, depth: usize, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| {
        Failure::new(format!("cannot read the pack in {}: {error}", folder.display()))
    };
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).map_err(cannot)?.collect::<Result<_, _>>().map_err(cannot)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if at.is_empty() { name } else { format!("{at}/{name}") };
        let kind = entry.file_type().map_err(cannot)?;
        if kind.is_dir() && depth < 2 {
            read(&entry.path(), &path, depth + 1, files)?;
        } else if kind.is_file() && (path.ends_with(".cedar") || path.ends_with(".toml")) {
            if files.len() >= MOST_FILES {
                return Err(Failure::new(format!("{} is too large for a pack", folder.display())));
            }
            files.push((path, std::fs::read(entry.path()).map_err(cannot)?));
        }
    }
    Ok(())
}
