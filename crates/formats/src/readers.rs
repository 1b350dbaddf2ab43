//! The list of inventory readers, one line per format, in the order they are tried.

use crate::inventory::{Reader, Role};

mod cargo_lock;
mod cargo_toml;
mod npm;
mod package_json;
mod package_lock;
mod pdm_lock;
mod pipfile;
mod pipfile_lock;
mod poetry_lock;
mod pylock_toml;
mod pyproject_toml;
mod requirements_txt;
mod setup_cfg;
mod uv_lock;
mod yarn_lock;

/// Every format that is read.
pub static READERS: &[&dyn Reader] = &[
    &cargo_lock::CargoLock,
    &cargo_toml::CargoToml,
    &package_lock::PackageLock,
    &yarn_lock::YarnLock,
    &package_json::PackageJson,
    &requirements_txt::RequirementsTxt,
    &poetry_lock::PoetryLock,
    &uv_lock::UvLock,
    &pipfile_lock::PipfileLock,
    &pylock_toml::PylockToml,
    &pdm_lock::PdmLock,
    &pyproject_toml::PyprojectToml,
    &pipfile::Pipfile,
    &setup_cfg::SetupCfg,
    &setup_cfg::SetupPy,
];

/// The reader of a file, and the part the file plays; by its path and its first
/// [`crate::inventory::HEAD`] bytes. The first that recognises it.
pub fn of_file(path: &str, head: &[u8]) -> Option<(&'static dyn Reader, Role)> {
    READERS.iter().find_map(|reader| Some((*reader, reader.recognises(path, head)?)))
}
