//! Which folders hold a model, and which files belong to it.
//!
//! Phases: (1) the first bytes of every file that is no source, text or picture are looked at, and
//! what may be weights is identified by content. (2) Folders with weights of their own are models;
//! arrays, archives and data files alone do not make one. (3) A folder without a card below one
//! that has a model's configuration belongs to that model (`unet/`, `1_Pooling/`, `variables/`).
//! (4) The files beside the weights (configuration, tokenizer, card, code the configuration names)
//! belong to the model too.

use std::collections::{BTreeMap, BTreeSet};

use formats::weights::{HEAD, Weights, identify, may_be_weights};

use crate::{
    material::{Entry, Material},
    paths::{extension, file_name},
    text,
};

/// The most files of one model.
const MOST_FILES: usize = 5_000;

/// What a file of a model is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Weights in a known format.
    Weights(Box<Weights>),
    /// It begins like weights, and is broken; the reason.
    Malformed(String),
    /// A pointer stands where the weights should be; the reason.
    NotHere(String),
    /// Its name or its bytes say weights, its content is of no known format; the reason.
    Unknown(String),
    /// Not weights: configuration, card, tokenizer, licence.
    Side,
}

/// A file of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFile {
    /// Its path.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// What it is.
    pub found: Found,
}

/// A folder that holds a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFolder {
    /// The folder, empty for the root.
    pub path: String,
    /// Its files, sorted by path.
    pub files: Vec<ModelFile>,
}

impl ModelFolder {
    /// The files of weights, with what they are.
    pub fn weights(&self) -> impl Iterator<Item = (&ModelFile, &Weights)> {
        self.files.iter().filter_map(|file| match &file.found {
            Found::Weights(weights) => Some((file, weights.as_ref())),
            _ => None,
        })
    }

    /// The path of a file of this model directly in its folder.
    pub fn inside(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}/{name}", self.path) }
    }
}

/// Extensions whose files are text, source, pictures or documents, and are not opened in search
/// of models. Inside a model's folder every file is looked at whatever its name.
const NOT_LOOKED_AT: [&str; 98] = [
    "adoc",
    "asciidoc",
    "bash",
    "bat",
    "bmp",
    "c",
    "cc",
    "cfg",
    "clj",
    "cmake",
    "conf",
    "cpp",
    "cs",
    "csproj",
    "css",
    "csv",
    "cxx",
    "dart",
    "diff",
    "doc",
    "docx",
    "ear",
    "eot",
    "erb",
    "ex",
    "exs",
    "fs",
    "gif",
    "go",
    "gradle",
    "groovy",
    "h",
    "hbs",
    "hpp",
    "hs",
    "htm",
    "html",
    "ico",
    "ini",
    "ipynb",
    "jar",
    "java",
    "jpeg",
    "jpg",
    "js",
    "json",
    "jsonl",
    "jsx",
    "kt",
    "less",
    "lock",
    "lua",
    "m",
    "map",
    "md",
    "mdx",
    "mjs",
    "mp3",
    "mp4",
    "odt",
    "otf",
    "patch",
    "pdf",
    "php",
    "pl",
    "png",
    "po",
    "pptx",
    "properties",
    "proto",
    "ps1",
    "py",
    "pyi",
    "r",
    "rb",
    "rs",
    "rst",
    "sass",
    "scala",
    "scss",
    "sh",
    "sln",
    "sql",
    "svg",
    "swift",
    "tex",
    "tf",
    "toml",
    "ts",
    "tsv",
    "tsx",
    "ttf",
    "txt",
    "vue",
    "wav",
    "webp",
    "whl",
    "xlsx",
];

/// Extensions that say weights and nothing else.
const WEIGHTS: [&str; 20] = [
    "ckpt",
    "dduf",
    "ggml",
    "gguf",
    "h5",
    "hdf5",
    "joblib",
    "keras",
    "llamafile",
    "mlmodel",
    "mlpackage",
    "nemo",
    "onnx",
    "pickle",
    "pkl",
    "pt",
    "pt2",
    "pth",
    "safetensors",
    "tflite",
];

/// Extensions that may be weights: what is packed in them is told, not passed over.
const PERHAPS: [&str; 6] = ["bin", "dat", "mar", "model", "msgpack", "pb"];

fn is_weights_name(path: &str) -> bool {
    WEIGHTS.contains(&extension(path).to_ascii_lowercase().as_str())
}

fn is_perhaps_name(path: &str) -> bool {
    PERHAPS.contains(&extension(path).to_ascii_lowercase().as_str())
}

/// Finds every model in the material, sorted by folder.
pub fn find_models(material: &dyn Material) -> Vec<ModelFolder> {
    let mut seen: BTreeMap<&str, (Found, bool)> = BTreeMap::new();
    for entry in material.entries() {
        let end = extension(&entry.path).to_ascii_lowercase();
        if entry.size < 8 || NOT_LOOKED_AT.contains(&end.as_str()) || is_local_state(&entry.path) {
            continue;
        }
        if is_generated_pickle(material, &entry.path) {
            continue;
        }
        if let Some(found) = look(material, entry, false) {
            let carries = carries(&entry.path, &found);
            seen.insert(&entry.path, (found, carries));
        }
    }
    let homes: BTreeSet<&str> =
        seen.iter().filter(|(_, (_, carries))| *carries).map(|(path, _)| folder_of(path)).collect();
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for home in homes {
        folders.entry(owner(material, home)).or_default().insert(home);
    }
    folders
        .into_iter()
        .map(|(path, homes)| ModelFolder {
            path: path.to_owned(),
            files: files(material, path, &homes, &mut seen),
        })
        .collect()
}

/// What a hub's client notes beside the files it fetched: about the model, not of it.
fn is_local_state(path: &str) -> bool {
    path.starts_with(".cache/") || path.contains("/.cache/")
}

/// Whether a file is a pickle that a tool of development wrote for itself (Sphinx' doctrees, a
/// checker's cache): it runs code when it is loaded, and is no model, unless its folder says so.
pub fn is_generated_pickle(material: &dyn Material, path: &str) -> bool {
    const CACHES: [&str; 5] = [".doctrees", "doctrees", ".mypy_cache", ".pytest_cache", "__pycache__"];
    let by_tool = extension(path).eq_ignore_ascii_case("doctree")
        || file_name(path) == "environment.pickle"
        || folder_of(path).split('/').any(|part| CACHES.contains(&part));
    if !by_tool {
        return false;
    }
    let folder = folder_of(path);
    let model = is_marked(material, folder) || has(material, &join(folder, "README.md"));
    !model && material.head(path, 2).is_ok_and(|head| matches!(head.as_slice(), [0x80, 2..=5]))
}

fn look(material: &dyn Material, entry: &Entry, among_weights: bool) -> Option<Found> {
    let named = is_weights_name(&entry.path);
    let head = match material.head(&entry.path, HEAD) {
        Ok(head) => head,
        Err(error) => return named.then(|| Found::Unknown(format!("could not be opened: {error}"))),
    };
    if head.starts_with(b"version https://git-lfs") {
        let why = "a Git LFS pointer stands here, not the weights: `git lfs pull` fetches them";
        return (named || is_perhaps_name(&entry.path)).then(|| Found::NotHere(why.to_owned()));
    }
    // A program is no model's only file, except the portable ones with the weights inside.
    let program = !among_weights
        && crate::magic::executable(&head).is_some()
        && !(head.starts_with(b"MZqFpD='") || head.starts_with(b"jartsr='"));
    if !named && (program || !may_be_weights(&head)) {
        return None;
    }
    let mut open = match material.open(&entry.path) {
        Ok(open) => open,
        Err(error) => return Some(Found::Unknown(format!("could not be opened: {error}"))),
    };
    match identify(&head, &mut open) {
        Ok(Some(weights)) => Some(Found::Weights(Box::new(weights))),
        Ok(None) => (named && !is_other_text(&entry.path, &head))
            .then(|| Found::Unknown("its content is of no format of weights that is known".to_owned())),
        Err(error) if named || is_perhaps_name(&entry.path) => Some(Found::Malformed(error.to_string())),
        Err(error) if ["safetensors", "GGUF"].contains(&error.format) => {
            Some(Found::Malformed(error.to_string()))
        }
        Err(_) => None,
    }
}

/// Text under a name that weights share with others: Python's own `.pth`, a Portuguese `.pt`.
fn is_other_text(path: &str, head: &[u8]) -> bool {
    ["pt", "pth", "ckpt"].contains(&extension(path).to_ascii_lowercase().as_str()) && !text::is_binary(head)
}

/// Whether a file alone makes its folder a model's.
fn carries(path: &str, found: &Found) -> bool {
    let named = is_weights_name(path);
    match found {
        Found::Weights(weights) => match weights.format {
            // Data of any kind is kept in these; models are told by their names or their markers.
            "npy" | "npz" | "executable" => false,
            "zip" | "compressed" | "archive" => named || extension(path).eq_ignore_ascii_case("bin"),
            "hdf5" => named && (weights.version.is_some() || file_name(path).contains("model")),
            _ => true,
        },
        Found::Malformed(_) | Found::NotHere(_) => true,
        Found::Unknown(_) => named && !["h5", "hdf5"].contains(&extension(path)),
        Found::Side => false,
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn has(material: &dyn Material, path: &str) -> bool {
    material.entries().binary_search_by(|entry| entry.path.as_str().cmp(path)).is_ok()
}

/// The model's own folder: this one, or one of the two above it that has a model's configuration
/// while this one has no card.
fn owner<'p>(material: &dyn Material, home: &'p str) -> &'p str {
    let mut best = home;
    let mut at = home;
    for _ in 0..2 {
        if at.is_empty() || has(material, &join(at, "README.md")) {
            break;
        }
        at = folder_of(at);
        if is_marked(material, at) {
            best = at;
        }
    }
    best
}

/// Whether a folder has a model's configuration.
fn is_marked(material: &dyn Material, folder: &str) -> bool {
    if ["model_index.json", "modules.json", "adapter_config.json", "saved_model.pb"]
        .iter()
        .any(|name| has(material, &join(folder, name)))
    {
        return true;
    }
    text::small(material, &join(folder, "config.json")).is_some_and(|config| {
        ["\"architectures\"", "\"model_type\"", "\"auto_map\""].iter().any(|k| config.contains(k))
    })
}

fn files(
    material: &dyn Material,
    root: &str,
    homes: &BTreeSet<&str>,
    seen: &mut BTreeMap<&str, (Found, bool)>,
) -> Vec<ModelFile> {
    let config = text::small(material, &join(root, "config.json")).unwrap_or_default();
    let mut out = Vec::new();
    let mut dropped = false;
    for entry in material.entries() {
        let folder = folder_of(&entry.path);
        if (folder != root && !homes.contains(folder)) || is_local_state(&entry.path) {
            continue;
        }
        let found = match seen.remove(entry.path.as_str()) {
            Some((found, _)) => found,
            None => match beside(material, entry, &config) {
                Some(found) => found,
                None => continue,
            },
        };
        if out.len() >= MOST_FILES {
            dropped = true;
            break;
        }
        out.push(ModelFile { path: entry.path.clone(), size: entry.size, found });
    }
    if dropped {
        let why = format!("the folder has more than {MOST_FILES} files: the rest was not looked at");
        out.push(ModelFile { path: join(root, "…"), size: 0, found: Found::Unknown(why) });
    }
    out
}

/// A file beside weights that was not taken for weights before: looked at whatever its name.
fn beside(material: &dyn Material, entry: &Entry, config: &str) -> Option<Found> {
    let end = extension(&entry.path).to_ascii_lowercase();
    let name = file_name(&entry.path);
    if end == "py" {
        let stem = name.trim_end_matches(".py");
        return (config.contains(stem) || super::code::is_code_name(name)).then_some(Found::Side);
    }
    if let Some(found @ (Found::Weights(_) | Found::NotHere(_))) = look(material, entry, true) {
        return Some(found);
    }
    if NOT_LOOKED_AT.contains(&end.as_str()) {
        let model_text = ["json", "jsonl", "txt", "md", "pdf", "csv"].contains(&end.as_str());
        return model_text.then_some(Found::Side);
    }
    let Ok(head) = material.head(&entry.path, HEAD) else {
        return Some(Found::Unknown("could not be opened".to_owned()));
    };
    // Tokenizers, and what TensorFlow keeps beside a graph, are known by name: none runs code.
    let known = ["model", "spm", "tiktoken", "vocab", "index"].contains(&end.as_str())
        || ["fingerprint.pb", "keras_metadata.pb"].contains(&name)
        || (name.starts_with("variables.data-") && folder_of(&entry.path).ends_with("variables"));
    if known || !text::is_binary(&head) {
        return Some(Found::Side);
    }
    Some(Found::Unknown("its content is of no format that is known".to_owned()))
}
