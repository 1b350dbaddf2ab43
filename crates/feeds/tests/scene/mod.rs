//! Sets the scene: an export folder with a few records, a library, components.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use domain::{Component, Place, Timestamp};
use feeds::{ComponentMatches, Feeds, ImportOptions, ImportReport, Match};

pub(crate) struct Scene {
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn now() -> Timestamp {
    "2026-08-23T00:00:00Z".parse().unwrap()
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A scene with these records of one ecosystem, imported.
    pub(crate) fn with(ecosystem: &str, records: &[&str]) -> Self {
        let scene = Self::new();
        scene.zip(ecosystem, records);
        scene.import().unwrap();
        scene
    }

    pub(crate) fn export(&self) -> PathBuf {
        self.folder.path().join("export")
    }

    pub(crate) fn library(&self) -> PathBuf {
        self.folder.path().join("library")
    }

    /// Writes `all.zip` of an ecosystem; each record is named after its id.
    pub(crate) fn zip(&self, ecosystem: &str, records: &[&str]) -> &Self {
        let folder = self.export().join(ecosystem);
        std::fs::create_dir_all(&folder).unwrap();
        let entries: Vec<(String, &str)> =
            records.iter().map(|r| (format!("{}.json", id_of(r)), *r)).collect();
        write_zip(&folder.join("all.zip"), &entries);
        self
    }

    /// Writes any file of the export.
    pub(crate) fn file(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.export().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn import(&self) -> Result<ImportReport, feeds::ImportError> {
        self.import_with(&ImportOptions::new(now()))
    }

    pub(crate) fn import_with(&self, options: &ImportOptions) -> Result<ImportReport, feeds::ImportError> {
        feeds::import(&self.export(), &self.library(), options, &mut |_| {})
    }

    pub(crate) fn open(&self) -> Feeds {
        Feeds::open(&self.library()).unwrap()
    }

    /// Everything known about one component.
    pub(crate) fn look(&self, purl: &str) -> ComponentMatches {
        self.open().matches(&[component(purl)]).components.remove(0)
    }

    /// The matches of one component.
    pub(crate) fn matches(&self, purl: &str) -> Vec<Match> {
        self.look(purl).matches
    }
}

fn id_of(record: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(record).unwrap_or_default();
    value["id"].as_str().unwrap_or("broken").to_owned()
}

pub(crate) fn component(purl: &str) -> Component {
    Component::new(purl.parse().unwrap(), Place::file("lock"))
}

pub(crate) fn write_zip(path: &Path, entries: &[(String, &str)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, content) in entries {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

/// The corpus of real data, if there is one.
pub(crate) fn corpus() -> Option<PathBuf> {
    match std::env::var_os("FORMULARY_CORPUS") {
        Some(path) => Some(path.into()),
        None => {
            println!("SKIPPED: FORMULARY_CORPUS is not set");
            None
        }
    }
}

/// The advisories of the corpus, imported once for each test binary.
pub(crate) fn corpus_library() -> Option<&'static Path> {
    static LIBRARY: std::sync::OnceLock<Option<tempfile::TempDir>> = std::sync::OnceLock::new();
    let held = LIBRARY.get_or_init(|| {
        let corpus = corpus()?;
        let library = tempfile::tempdir().unwrap();
        for part in ["advisories", "reference"] {
            feeds::import(&corpus.join(part), library.path(), &ImportOptions::new(now()), &mut |_| {})
                .unwrap();
        }
        Some(library)
    });
    held.as_ref().map(tempfile::TempDir::path)
}
