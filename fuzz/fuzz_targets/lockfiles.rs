//! Every inventory reader on any bytes: the first byte chooses the file's name and so the reader, the
//! rest is its content.
//!
//! Nothing may panic, and whatever is read must keep the inventory's promises.

#![no_main]

use std::borrow::Cow;

use formats::{
    inventory::{Files, HEAD},
    readers, unread_formats,
};
use libfuzzer_sys::fuzz_target;

/// A name of every format. New ones come last: the committed seeds count on the order.
const NAMES: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "package.json",
    "go.mod",
    "go.sum",
    "composer.lock",
    "composer.json",
    "renv.lock",
    "DESCRIPTION",
    ".github/workflows/ci.yml",
    "Dockerfile",
    "compose.yaml",
    ".tool-versions",
    "mise.toml",
    ".nvmrc",
    "rust-toolchain",
    "global.json",
    "runtime.txt",
    "requirements.txt",
    "pyproject.toml",
    "poetry.lock",
    "uv.lock",
    "Pipfile.lock",
    "Pipfile",
    "pylock.toml",
    "pdm.lock",
    "setup.cfg",
    "setup.py",
    "pom.xml",
    "Gemfile.lock",
    "Gemfile",
    "a.gemspec",
    "a.csproj",
    "packages.lock.json",
    "packages.config",
    "gradle.lockfile",
    "build.gradle",
    "gradle/libs.versions.toml",
    "sbom.json",
];

/// The file itself stands under every name that a reader may ask for.
struct Everywhere<'a>(&'a [u8], Vec<String>);

impl Files for Everywhere<'_> {
    fn read(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        self.1.iter().any(|known| known == path).then_some(Cow::Borrowed(self.0))
    }

    fn paths(&self) -> &[String] {
        &self.1
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, bytes)) = data.split_first() else { return };
    let name = NAMES[usize::from(choice) % NAMES.len()];
    let mut paths: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    paths.sort();
    let files = Everywhere(bytes, paths);
    let head = &bytes[..bytes.len().min(HEAD)];
    let _ = unread_formats::recognise(name, head);
    let Some((reader, _)) = readers::of_file(name, head) else { return };
    let Ok(inventory) = reader.read(name, bytes, &files) else { return };
    let count = inventory.components.len();
    assert!(inventory.edges.iter().all(|(from, to)| (*from as usize) < count && (*to as usize) < count));
    assert!(inventory.covers.iter().all(|path| !path.split('/').any(|part| part == "..")));
    for component in &inventory.components {
        assert!(!component.from.is_empty());
        assert_eq!(component.purl.to_string().parse().as_ref(), Ok(&component.purl));
    }
});
