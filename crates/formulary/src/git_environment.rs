//! What git tells a hook through the environment: where its index and its objects are.

use std::path::PathBuf;

use evidence::incoming::GitPaths;

/// Reads git's variables. While a push is received, its objects lie in quarantine, in a folder that
/// only the environment names.
pub(crate) fn read() -> GitPaths {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let mut object_dirs: Vec<PathBuf> = Vec::new();
    object_dirs.extend(named("GIT_QUARANTINE_PATH").map(PathBuf::from));
    object_dirs.extend(named("GIT_OBJECT_DIRECTORY").map(PathBuf::from));
    if let Some(list) = named("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        object_dirs.extend(std::env::split_paths(&list));
    }
    GitPaths {
        git_dir: named("GIT_DIR").map(PathBuf::from),
        index_file: named("GIT_INDEX_FILE").map(PathBuf::from),
        object_dirs,
    }
}
