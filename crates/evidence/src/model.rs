//! AI models: the collector for a model's folder, alone or inside a repository.
//!
//! Decides what can be told from the files: their digests, their formats by content, what runs
//! when they are loaded, what card, licence, origin and training data are *stated*. A statement is
//! recorded as a statement; nobody here says whether it is true or good enough. What could not be
//! opened is unread, and what follows from it unknown.
//!
//! Evidence `model`, one a model: a [`Model`]. Findings: kind `model`, control
//! `model-executes-code` (ids `executes-code`, `may-execute-code`, `remote-code`),
//! `model-identity` (`malformed`, `unknown-format`), `model-origin` (`parents-differ`)
//! and `model-licence` (`licences-differ`).

pub mod card;
pub mod code;
pub mod find;
pub mod licence;
pub mod origin;

use std::collections::BTreeMap;

use domain::{Coverage, Digest, Evidence, Finding, FindingKind, Place, Purl, Unread};
use formats::weights::Executes;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use find::{Found, ModelFile, ModelFolder, find_models};

use crate::{
    collector::{Given, Observed},
    material::{Entry, Material, digest},
};

/// The kind of the evidence, and the collector's name in coverage.
pub const KIND: &str = "model";

/// The largest number that canonical JSON has a form for.
const LARGEST_NUMBER: u64 = 1 << 53;

/// One file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSeen {
    /// Its path.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content; none where it could not be read.
    pub digest: Option<Digest>,
    /// The format of weights it is by its content; none for files that are no weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Whether loading it may run code: `no`, `cannot-tell`, `yes`; none for files that are no weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executes_code: Option<String>,
    /// Why, where the answer is not no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How many numbers its tensors hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<u64>,
    /// Tensors by type of number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dtypes: BTreeMap<String, u64>,
    /// Other files it reads when loaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external: Vec<String>,
    /// What is wrong with it, though it could be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// Safetensors beside it that hold tensors of the same names: it could be deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_tensors_in: Vec<String>,
}

/// What runs when the model is loaded, over all its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunsCode {
    /// No file's format runs code.
    No,
    /// One does, and the same tensors stand beside it in a format that does not.
    BesideSafeCopy,
    /// One does, and it is the only copy.
    OnlyCopy,
    /// A file's format may carry code, or a file could not be opened.
    Unknown,
}

/// What was seen of one model: the value of the evidence `model`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its folder, empty for the root.
    pub path: String,
    /// The name that its card or weights give it.
    pub name: Option<String>,
    /// Its identity as a component.
    pub purl: Purl,
    /// Over the sorted pairs of path and digest of its files; none where one has no digest.
    pub digest: Option<Digest>,
    /// Whether it lies among tests or examples only.
    pub development: bool,
    /// Its files, sorted by path.
    pub files: Vec<FileSeen>,
    /// Files that should be weights and could not be read as any, with the reason.
    pub unread: Vec<Unread>,
    /// Every file has a digest.
    pub files_hashed: bool,
    /// The format of every file of weights is known by its content.
    pub formats_known: bool,
    /// What runs when it is loaded.
    pub runs_code: RunsCode,
    /// Whether it asks its loader to run code of its own; none where that could not be told.
    pub remote_code: Option<bool>,
    /// Where it asks for that, and how.
    pub remote_code_at: Vec<code::Asks>,
    /// Numbers in all tensors of the safest format, where known.
    pub parameters: Option<u64>,
    /// The quantisation stated.
    pub quantisation: Option<String>,
    /// Whether it brings a chat template. Its text is not looked at yet.
    pub chat_template: bool,
    /// The licence stated.
    pub licence: licence::Licence,
    /// Origin, revision and parents stated.
    pub origin: origin::Origin,
    /// The card.
    pub card: card::Card,
}

/// Looks at every model in the material.
pub fn collect(material: &dyn Material, given: Given) -> Observed {
    collect_found(material, &find_models(material), given)
}

/// Looks at models that [`find_models`] found, without finding them again.
pub fn collect_found(material: &dyn Material, found: &[ModelFolder], _given: Given) -> Observed {
    let mut observed = Observed::default();
    let mut coverage = Coverage::new(KIND);
    for folder in found {
        let model = observe(material, folder);
        coverage.read += model.files.len() as u64;
        coverage.unread.extend(model.unread.iter().cloned());
        observed.findings.extend(findings(&model));
        let source =
            if model.path.is_empty() { "model: .".to_owned() } else { format!("model: {}", model.path) };
        let value = serde_json::to_value(&model);
        match value.map_err(Into::into).and_then(|value| Evidence::new(KIND, value, &source)) {
            Ok(evidence) => observed.evidence.push(evidence),
            Err(_) => coverage.cannot_read(Place::file(&model.path), "what was seen has no canonical form"),
        }
    }
    observed.coverage.push(coverage);
    observed
}

/// What was seen of one model.
pub fn observe(material: &dyn Material, folder: &ModelFolder) -> Model {
    let mut files: Vec<FileSeen> = folder.files.iter().map(|file| seen(material, file)).collect();
    let mut unread = Vec::new();
    for file in &folder.files {
        match &file.found {
            Found::Weights(_) | Found::Side => {}
            Found::Malformed(why) | Found::NotHere(why) | Found::Unknown(why) => {
                unread.push(Unread { place: Place::file(&file.path), why: why.clone() });
            }
        }
    }
    unread.extend(
        files
            .iter()
            .filter(|f| f.digest.is_none())
            .map(|file| Unread { place: Place::file(&file.path), why: "could not be read".to_owned() }),
    );
    unread.sort();
    unread.dedup_by(|a, b| a.place == b.place);
    same_tensors(folder, &mut files);

    let weights: Vec<_> = folder.weights().map(|(_, weights)| weights).collect();
    let best = |safe: bool| {
        let of =
            weights.iter().filter(|w| (w.executes_code == Executes::No) == safe && w.parameters.is_some());
        let mut all = of.filter_map(|w| w.parameters).peekable();
        all.peek()?;
        Some(all.fold(0u64, u64::saturating_add)).filter(|n| *n <= LARGEST_NUMBER)
    };
    let code = code::look(material, folder);
    let card = card::look(material, folder);
    let origin = origin::look(material, folder, &card);
    let licence = licence::look(material, folder, &card);
    let name = origin.name.clone();
    let digest = digest_of(&folder.path, &files);
    let purl = origin::purl(&origin, &folder.path, digest);
    Model {
        path: folder.path.clone(),
        name,
        purl,
        digest,
        development: folder.files.iter().all(|file| crate::paths::is_test(&file.path)),
        files_hashed: files.iter().all(|file| file.digest.is_some()),
        formats_known: folder.files.iter().all(|file| match &file.found {
            // What is packed in these was not looked at.
            Found::Weights(weights) => !["archive", "compressed", "zip"].contains(&weights.format),
            Found::Side => true,
            Found::Malformed(_) | Found::NotHere(_) | Found::Unknown(_) => false,
        }),
        runs_code: runs_code(&files, &unread),
        remote_code: code.asks,
        remote_code_at: code.at,
        parameters: best(true).or_else(|| best(false)),
        quantisation: weights.iter().find_map(|w| w.quantisation.clone()).or(code.quantisation),
        chat_template: code.chat_template || weights.iter().any(|w| w.chat_template),
        licence,
        origin,
        card,
        files,
        unread,
    }
}

fn seen(material: &dyn Material, file: &ModelFile) -> FileSeen {
    let entry = Entry { path: file.path.clone(), size: file.size, executable: false };
    let mut seen = FileSeen {
        path: file.path.clone(),
        size: file.size.min(LARGEST_NUMBER),
        digest: digest::file(material, &entry),
        format: None,
        executes_code: None,
        why: None,
        parameters: None,
        dtypes: BTreeMap::new(),
        external: Vec::new(),
        faults: Vec::new(),
        same_tensors_in: Vec::new(),
    };
    if let Found::Weights(weights) = &file.found {
        seen.format = Some(weights.format.to_owned());
        seen.executes_code = Some(weights.executes_code.word().to_owned());
        seen.why.clone_from(&weights.why);
        seen.parameters = weights.parameters.filter(|n| *n <= LARGEST_NUMBER);
        seen.dtypes.clone_from(&weights.dtypes);
        seen.external = weights.external.iter().take(100).cloned().collect();
        seen.faults.clone_from(&weights.faults);
    }
    seen
}

/// Marks files that run code and hold the tensors that safetensors beside them hold too. Tensors
/// are compared by name, over all shards together: numbers are not read.
fn same_tensors(folder: &ModelFolder, files: &mut [FileSeen]) {
    let names = |pick: &dyn Fn(&str) -> bool| {
        let mut names: Vec<&str> = folder
            .weights()
            .filter(|(_, w)| pick(w.format))
            .flat_map(|(_, w)| w.names.iter().map(String::as_str))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let safe = names(&|format| format == "safetensors");
    let risky = names(&|format| format.starts_with("torch") || format == "pickle");
    if safe.is_empty() || !safe.iter().all(|name| risky.binary_search(name).is_ok()) {
        return;
    }
    let copies: Vec<String> =
        folder.weights().filter(|(_, w)| w.format == "safetensors").map(|(f, _)| f.path.clone()).collect();
    for (file, weights) in folder.weights() {
        let holds = weights.names.iter().any(|name| safe.binary_search(&name.as_str()).is_ok());
        if weights.executes_code == Executes::Yes
            && holds
            && let Some(seen) = files.iter_mut().find(|seen| seen.path == file.path)
        {
            seen.same_tensors_in.clone_from(&copies);
        }
    }
}

fn runs_code(files: &[FileSeen], unread: &[Unread]) -> RunsCode {
    let says = |file: &FileSeen, word: &str| file.executes_code.as_deref() == Some(word);
    let mut running = files.iter().filter(|file| says(file, "yes")).peekable();
    if running.peek().is_some() {
        let spare = running.all(|file| !file.same_tensors_in.is_empty());
        return if spare { RunsCode::BesideSafeCopy } else { RunsCode::OnlyCopy };
    }
    if !unread.is_empty() || files.iter().any(|file| says(file, "cannot-tell")) {
        return RunsCode::Unknown;
    }
    RunsCode::No
}

fn digest_of(folder: &str, files: &[FileSeen]) -> Option<Digest> {
    let mut whole = Sha256::new();
    for file in files {
        let inside = file.path.strip_prefix(folder).unwrap_or(&file.path).trim_start_matches('/');
        whole.update(inside.as_bytes());
        whole.update([0]);
        whole.update(file.digest?.as_bytes());
        whole.update(b"\n");
    }
    Some(Digest::from_bytes(whole.finalize().into()))
}

const AS_SAFETENSORS: &str =
    "Use the weights as safetensors: ask the maker for them, or convert in a sandbox.";
/// The same, and what is not yet done: a harmless pickle and a hostile one are refused alike.
const AS_SAFETENSORS_OF_PICKLE: &str = "Use the weights as safetensors: ask the maker for them, or convert in a sandbox. Pickles are not yet judged opcode by opcode: any counts as running code.";

fn findings(model: &Model) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut add = |id: &str, control: &str, title: String, remedy: &str, place: Place| {
        let identity = format!("{}\0{place}", model.path);
        let mut finding = Finding::new(FindingKind::Model, id, control, title, &identity);
        finding.remedy = Some(remedy.to_owned());
        finding.component = Some(model.purl.clone());
        finding.places = vec![place];
        finding.development_only = model.development;
        out.push(finding);
    };
    for file in &model.files {
        let (Some(format), Some(executes)) = (&file.format, &file.executes_code) else { continue };
        let why = file.why.as_deref().unwrap_or_default();
        let place = Place::file(&file.path);
        match executes.as_str() {
            "yes" if file.same_tensors_in.is_empty() => add(
                "executes-code",
                "model-executes-code",
                format!("{format}: {why}"),
                if why.contains("opcode") { AS_SAFETENSORS_OF_PICKLE } else { AS_SAFETENSORS },
                place,
            ),
            "yes" => add(
                "executes-code",
                "model-executes-code",
                format!("{format}: {why}"),
                "Delete this file: tensors of the same names stand beside it as safetensors.",
                place,
            ),
            "cannot-tell" => add(
                "may-execute-code",
                "model-executes-code",
                format!("{format}: {why}"),
                "Use a format that holds tensors alone, such as safetensors.",
                place,
            ),
            _ => {}
        }
        for fault in &file.faults {
            let remedy = "Fetch the file again from its maker and compare the digest.";
            add("malformed", "model-identity", format!("{format}: {fault}"), remedy, Place::file(&file.path));
        }
    }
    for asks in &model.remote_code_at {
        let remedy =
            "Use a model whose architecture the library itself has, or have the code reviewed and pinned.";
        add("remote-code", "model-executes-code", asks.how.clone(), remedy, asks.place.clone());
    }
    for unread in &model.unread {
        let remedy = "Fetch the file again, whole, and keep only formats that can be told by their content.";
        add("unknown-format", "model-identity", unread.why.clone(), remedy, unread.place.clone());
    }
    if let Some(differ) = &model.origin.conflict {
        let remedy = "Ask the maker which one it is, and correct the card or the configuration.";
        add("parents-differ", "model-origin", differ.clone(), remedy, Place::file(&model.path));
    }
    if !model.licence.agree {
        let title = "the card, the weights or the licence file state different licences".to_owned();
        let remedy = "Ask the maker which licence holds; until then the strictest does.";
        add("licences-differ", "model-licence", title, remedy, Place::file(&model.path));
    }
    out
}
