//! The list of inventory readers, one line per format, in the order they are tried.

use crate::inventory::{Reader, Role};

mod build_gradle;
mod cargo_lock;
mod cargo_toml;
mod compose;
mod composer;
mod csproj;
mod cyclonedx;
mod dockerfile;
pub(crate) mod gemfile;
pub(crate) mod gemfile_lock;
mod go_mod;
mod gradle_lockfile;
mod image;
mod language_pins;
pub(crate) mod npm;
mod package_json;
mod package_lock;
mod packages_config;
mod packages_lock_json;
mod pdm_lock;
mod pipfile;
mod pipfile_lock;
mod pnpm_lock;
pub(crate) mod poetry_lock;
mod pom_xml;
mod pylock_toml;
mod pyproject_toml;
mod renv_lock;
mod requirements_txt;
mod sbom;
mod setup_cfg;
mod spdx;
mod uv_lock;
mod version_catalogue;
mod workflow;
pub(crate) mod yarn_lock;

/// Every format that is read.
#[rustfmt::skip]
pub static READERS: &[&dyn Reader] = &[
    &cargo_lock::CargoLock,
    &cargo_toml::CargoToml,
    &package_lock::PackageLock,
    &yarn_lock::YarnLock,
    &pnpm_lock::PnpmLock,
    &package_json::PackageJson,
    &go_mod::GoMod,
    &go_mod::GoSum,
    &composer::ComposerLock,
    &composer::ComposerJson,
    &renv_lock::RenvLock,
    &renv_lock::Description,
    &workflow::Workflow,
    &dockerfile::Dockerfile,
    &compose::Compose,
    &language_pins::LanguagePins,
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
    &gemfile_lock::GemfileLock,
    &gemfile::Gemfile,
    &gemfile::Gemspec,
    &packages_lock_json::PackagesLockJson,
    &packages_config::PackagesConfig,
    &csproj::Csproj,
    &pom_xml::PomXml,
    &gradle_lockfile::GradleLockfile,
    &build_gradle::BuildGradle,
    &version_catalogue::VersionCatalogue,
    &cyclonedx::CycloneDx,
    &spdx::Spdx,
];

/// The reader of a file, and the part the file plays; by its path and its first
/// [`crate::inventory::HEAD`] bytes. The first that recognises it.
pub fn of_file(path: &str, head: &[u8]) -> Option<(&'static dyn Reader, Role)> {
    READERS.iter().find_map(|reader| Some((*reader, reader.recognises(path, head)?)))
}
