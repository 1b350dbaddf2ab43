//! Code that a model asks its loader to run beside the weights: `auto_map`, modules of its own,
//! a card that tells people to switch the loader's guard off.

use domain::Place;
use formats::tree::{Node, Tree};
use serde::{Deserialize, Serialize};

use super::find::ModelFolder;
use crate::{material::Material, paths::file_name, text};

/// A place that asks for code to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks {
    /// Where.
    pub place: Place,
    /// How, in a sentence.
    pub how: String,
}

/// What was seen of code beside the weights.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// Whether any is asked for; none where a configuration could not be read.
    pub asks: Option<bool>,
    /// Where.
    pub at: Vec<Asks>,
    /// A chat template stands in a configuration or a file.
    pub chat_template: bool,
    /// The quantisation a configuration states.
    pub quantisation: Option<String>,
}

/// Libraries whose own modules a pipeline may name.
const LIBRARIES: [&str; 8] = [
    "diffusers",
    "transformers",
    "sentence_transformers",
    "onnxruntime",
    "peft",
    "optimum",
    "k_diffusion",
    "flax",
];

/// Names under which loaders look for code of a model's own.
pub(super) fn is_code_name(name: &str) -> bool {
    const BEGINNINGS: [&str; 7] = [
        "modeling_",
        "configuration_",
        "tokenization_",
        "processing_",
        "image_processing_",
        "feature_extraction_",
        "pipeline",
    ];
    name.ends_with(".py") && (name == "handler.py" || BEGINNINGS.iter().any(|b| name.starts_with(b)))
}

/// Looks for it.
pub fn look(material: &dyn Material, folder: &ModelFolder) -> Code {
    let mut code = Code::default();
    let mut unread = false;
    for file in &folder.files {
        let name = file_name(&file.path);
        if is_code_name(name) {
            code.add(
                Place::file(&file.path),
                "a module of the model's own, which its loader can be told to run",
            );
        }
        if name.ends_with(".jinja") || name == "chat_template.json" {
            code.chat_template = true;
        }
        if name.ends_with(".json")
            && !name.ends_with(".index.json")
            && name != "tokenizer.json"
            && name != "vocab.json"
        {
            unread |= !json(material, &file.path, &mut code);
        }
        if name.eq_ignore_ascii_case("README.md") {
            readme(material, &file.path, &mut code);
        }
    }
    let generate = folder.inside("custom_generate/generate.py");
    if material.entries().binary_search_by(|e| e.path.cmp(&generate)).is_ok() {
        code.add(
            Place::file(generate),
            "a generation loop of the model's own, which its loader can be told to run",
        );
    }
    code.asks = if code.at.is_empty() && unread { None } else { Some(!code.at.is_empty()) };
    code
}

impl Code {
    fn add(&mut self, place: Place, how: &str) {
        if self.at.len() < 100 {
            self.at.push(Asks { place, how: how.to_owned() });
        }
    }
}

/// Whether the configuration could be read.
fn json(material: &dyn Material, path: &str, code: &mut Code) -> bool {
    let Some(content) = text::small(material, path) else { return false };
    let Ok(tree) = Tree::json(path, content.as_bytes()) else { return false };
    let root = tree.root();
    let name = file_name(path);
    if let Some(map) = root.get("auto_map")
        && map.entries().next().is_some()
    {
        code.add(Place::line(path, map.line()), "`auto_map` names classes that the model brings itself");
    }
    if let Some(custom) = root.get("custom_pipelines")
        && custom.entries().next().is_some()
    {
        code.add(
            Place::line(path, custom.line()),
            "`custom_pipelines` names code that the model brings itself",
        );
    }
    if name == "modules.json" {
        for module in root.entries() {
            let foreign = module.text_at("type").filter(|kind| !kind.starts_with("sentence_transformers."));
            if foreign.is_some() {
                code.add(Place::line(path, module.line()), "a module that the library itself does not have");
            }
        }
    }
    if name == "model_index.json" {
        pipeline(path, root, code);
    }
    code.chat_template |= root.get("chat_template").is_some_and(|t| !t.is_null());
    if let Some(quantised) = root.get("quantization_config") {
        let method = ["quant_method", "quant_type"].iter().find_map(|key| quantised.text_at(key));
        code.quantisation = code.quantisation.take().or_else(|| Some(method.unwrap_or("stated").to_owned()));
    }
    true
}

/// A pipeline's parts are `["library", "Class"]`; a library that is none is a file beside it.
fn pipeline(path: &str, root: Node<'_>, code: &mut Code) {
    for part in root.entries() {
        let mut names = part.entries().filter_map(Node::text);
        let (Some(library), true) = (names.next(), part.is_list()) else { continue };
        if part.key() == "_class_name" || !LIBRARIES.contains(&library) {
            code.add(
                Place::line(path, part.line()),
                "a part of the pipeline comes from a module the model brings itself",
            );
        }
    }
}

fn readme(material: &dyn Material, path: &str, code: &mut Code) {
    let Some(content) = text::small(material, path) else { return };
    for (number, line) in (1..).zip(content.lines()) {
        let plain: String = line.chars().filter(|c| !c.is_whitespace()).take(2000).collect();
        if plain.contains("trust_remote_code=True") {
            code.add(Place::line(path, number), "the card tells people to load it with `trust_remote_code`");
            return;
        }
    }
}
