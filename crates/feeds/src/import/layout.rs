//! Which feeds a folder holds.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A feed found in the folder.
pub(super) struct Found {
    /// `osv/npm`, `kev` …
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Bytes on disk, roughly: the largest is built first.
    pub(super) size: u64,
}

pub(super) enum Kind {
    Osv { ecosystem: String, folder: PathBuf },
    Kev(PathBuf),
    Epss(PathBuf),
    Ssvc(PathBuf),
    EndOfLife(PathBuf),
}

/// Ecosystems of OSV (schema 1.7, "Defined Ecosystems"). A folder that holds loose records and no
/// `all.zip` is taken for one only under such a name.
const ECOSYSTEMS: &[&str] = &[
    "AlmaLinux",
    "Alpaquita",
    "Alpine",
    "Android",
    "Azure Linux",
    "BellSoft Hardened Containers",
    "Bioconductor",
    "Bitnami",
    "CRAN",
    "Chainguard",
    "CleanStart",
    "ConanCenter",
    "Debian",
    "Echo",
    "GHC",
    "GIT",
    "GitHub Actions",
    "Go",
    "Hackage",
    "Hex",
    "Julia",
    "Kubernetes",
    "Linux",
    "Mageia",
    "Maven",
    "MinimOS",
    "NuGet",
    "OSS-Fuzz",
    "Packagist",
    "Photon OS",
    "Pub",
    "PyPI",
    "Red Hat",
    "Rocky Linux",
    "RubyGems",
    "SUSE",
    "SwiftURL",
    "Ubuntu",
    "VSCode",
    "Wolfi",
    "crates.io",
    "npm",
    "opam",
    "openEuler",
    "openSUSE",
];

const KEV: &[&str] = &["kev.json", "known_exploited_vulnerabilities.json"];
const EPSS: &[&str] = &["epss.csv.gz", "epss.csv", "epss_scores-current.csv.gz"];
const SSVC: &[&str] = &["ssvc.tsv", "vulnrichment.tsv"];
const END_OF_LIFE: &[&str] = &["endoflife.jsonl", "products.jsonl"];

/// Whether a folder's name can be that of an ecosystem.
pub(crate) fn is_ecosystem_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'.' | b'_' | b'-');
    !name.is_empty() && name.len() <= 64 && !name.starts_with('.') && name.bytes().all(allowed)
}

/// The feeds of a folder, by name.
pub(super) fn look(folder: &Path, only: Option<&[String]>) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in &entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if path.is_dir() {
            if name == "ssvc" || name == "endoflife" {
                add_values(&mut found, &path)?;
            } else if is_ecosystem_name(&name)
                && let Some(size) = records_in(&path, ECOSYSTEMS.contains(&name.as_str()))
            {
                let kind = Kind::Osv { ecosystem: name.clone(), folder: path };
                found.push(Found { name: format!("osv/{name}"), kind, size });
            }
        }
    }
    add_values(&mut found, folder)?;
    if let Some(only) = only {
        let wanted = |f: &Found| {
            only.iter().any(|o| {
                f.name.eq_ignore_ascii_case(o)
                    || f.name.strip_prefix("osv/").is_some_and(|e| e.eq_ignore_ascii_case(o))
            })
        };
        found.retain(wanted);
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.name == b.name);
    Ok(found)
}

fn add_values(found: &mut Vec<Found>, folder: &Path) -> io::Result<()> {
    let first = |names: &[&str]| names.iter().map(|n| folder.join(n)).find(|p| p.is_file());
    let mut add = |name: &str, path: PathBuf, kind: fn(PathBuf) -> Kind| {
        let size = fs::metadata(&path).map_or(0, |m| m.len());
        found.push(Found { name: name.to_owned(), kind: kind(path), size });
    };
    if let Some(path) = first(KEV) {
        add("kev", path, Kind::Kev);
    }
    if let Some(path) = first(EPSS) {
        add("epss", path, Kind::Epss);
    }
    if let Some(path) = first(END_OF_LIFE) {
        add("endoflife", path, Kind::EndOfLife);
    }
    let mut ssvc = first(SSVC);
    if ssvc.is_none() {
        // `vulnrichment-2024-10-24.tsv`: the newest by name.
        let dated = |name: &str| name.starts_with("vulnrichment-") && name.ends_with(".tsv");
        let mut names: Vec<_> = fs::read_dir(folder)?.flatten().map(|e| e.path()).collect();
        names.retain(|p| p.file_name().and_then(|n| n.to_str()).is_some_and(dated));
        ssvc = names.into_iter().max();
    }
    if let Some(path) = ssvc {
        add("ssvc", path, Kind::Ssvc);
    }
    Ok(())
}

/// How many bytes of records a folder holds; none if it is no ecosystem's.
fn records_in(folder: &Path, known: bool) -> Option<u64> {
    if let Ok(zip) = fs::metadata(folder.join("all.zip")) {
        return Some(zip.len());
    }
    let loose = known
        && fs::read_dir(folder).ok()?.flatten().any(|e| e.path().extension().is_some_and(|x| x == "json"));
    loose.then_some(0)
}
