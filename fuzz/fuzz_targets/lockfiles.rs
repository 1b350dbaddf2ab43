//! Every inventory reader on any bytes: the first byte chooses the reader, the rest is its file.
//!
//! Nothing may panic, and whatever is read must keep the inventory's promises.

#![no_main]

use std::borrow::Cow;

use formats::{
    inventory::{Files, HEAD},
    readers::{self, READERS},
    unread_formats,
};
use libfuzzer_sys::fuzz_target;

/// Names that the readers recognise; any reader may be given any of them.
const NAMES: &[&str] = &[
    "Cargo.lock", "Cargo.toml", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "package.json", "go.mod",
    "go.sum", "composer.lock", "composer.json", "renv.lock", "DESCRIPTION", ".github/workflows/ci.yml", "Dockerfile",
    "compose.yaml", ".tool-versions", "mise.toml", ".nvmrc", "rust-toolchain", "global.json", "runtime.txt",
    "requirements.txt", "pyproject.toml", "poetry.lock", "pom.xml", "Gemfile.lock", "a.csproj", "packages.lock.json",
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
    let mut paths: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    paths.sort();
    let files = Everywhere(bytes, paths);
    let reader = READERS[usize::from(choice) % READERS.len()];
    let head = &bytes[..bytes.len().min(HEAD)];
    for name in NAMES {
        let _ = unread_formats::recognise(name, head);
        // The reader's own names, else one that fits no reader: the bytes decide.
        if readers::of_file(name, head).is_some_and(|(of, _)| of.name() == reader.name()) {
            if let Ok(inventory) = reader.read(name, bytes, &files) {
                let count = inventory.components.len();
                assert!(inventory.edges.iter().all(|(from, to)| (*from as usize) < count && (*to as usize) < count));
                assert!(inventory.components.iter().all(|component| !component.from.is_empty()));
                for component in &inventory.components {
                    assert_eq!(component.purl.to_string().parse().as_ref(), Ok(&component.purl));
                }
                assert!(inventory.covers.iter().all(|path| !path.split('/').any(|part| part == "..")));
            }
        }
    }
});
