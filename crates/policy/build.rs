//! Lists the files of the built-in packs, so that a control is one file and needs no line anywhere.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=packs");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("packs");
    let mut text = String::from(
        "/// Pack, path in the pack, content.\npub(crate) static FILES: &[(&str, &str, &str)] = &[\n",
    );
    for pack in sorted(&root)? {
        let mut files = Vec::new();
        walk(&pack, &mut files)?;
        for file in files {
            let path = file.strip_prefix(&pack).map_err(io::Error::other)?;
            let path = path.to_string_lossy().replace('\\', "/");
            let name = pack.file_name().unwrap_or_default().to_string_lossy();
            let _ =
                writeln!(text, "    ({name:?}, {path:?}, include_str!({:?})),", file.display().to_string());
        }
    }
    text.push_str("];\n");
    fs::write(PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("packs.rs"), text)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for path in sorted(folder)? {
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
