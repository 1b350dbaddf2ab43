//! Models as folders of files: what is found, what is told of it, and what stays unknown.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use domain::Date;
use evidence::{
    collector::Given,
    material::{Material, memory::Memory},
    model::{Model, RunsCode, card, collect, find_models},
};

fn safetensors() -> Vec<u8> {
    let header = r#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F16","shape":[2],"data_offsets":[16,20]}}"#;
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 20]].concat()
}

/// A pickle as torch writes one, with tensors of these names; loading it builds nothing.
fn torch(names: &[&str]) -> Vec<u8> {
    let mut out = b"\x80\x02}q\x00(".to_vec();
    for name in names {
        out.push(b'X');
        out.extend(u32::try_from(name.len()).unwrap().to_le_bytes());
        out.extend(name.as_bytes());
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n)R");
    }
    out.extend(b"u.");
    out
}

const CARD: &str = "---\nlicense: apache-2.0\nbase_model: owner/parent\ndatasets:\n- our-notes\nmodel-index:\n- name: Ward notes\n  results:\n  - metrics:\n    - type: accuracy\n      value: 0.9\n---\n\
# Ward notes\n\n## Model description\n\nIt sorts notes of a ward by topic.\n\n## Intended uses & limitations\n\n\
It is meant for sorting, not for advice.\n\n## Bias\n\nIt was measured on one hospital only, so others may differ.\n\n\
## Training data\n\nSynthetic notes, made by us, under a licence that permits any use.\n\n## Evaluation\n\nOn 200 notes set aside.\n";

fn look(material: &Memory) -> Vec<Model> {
    let today: Date = "2026-08-22".parse().unwrap();
    let observed = collect(material, Given { today });
    let again = collect(material, Given { today });
    assert_eq!(observed.evidence, again.evidence);
    observed.evidence.into_iter().map(|e| serde_json::from_value(e.value).unwrap()).collect()
}

#[track_caller]
fn one(material: &Memory) -> Model {
    let mut all = look(material);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

#[test]
fn a_well_kept_model() {
    let folder = Memory::new()
        .with("model.safetensors", safetensors())
        .with("config.json", r#"{"architectures":["X"],"_name_or_path":"owner/parent"}"#)
        .with("README.md", CARD)
        .with("tokenizer.json", "{}")
        .with(
            ".cache/huggingface/download/model.safetensors.metadata",
            format!("{}\nx\n1\n", "ab".repeat(20)),
        );
    let model = one(&folder);
    assert_eq!((model.path.as_str(), model.runs_code, model.remote_code), ("", RunsCode::No, Some(false)));
    assert!(model.files_hashed && model.formats_known && model.unread.is_empty() && !model.development);
    assert_eq!(model.parameters, Some(6));
    assert_eq!(model.licence.id.as_deref(), Some("apache-2.0"));
    assert_eq!(model.card.state, card::State::Complete, "{:#?}", model.card);
    assert_eq!(model.card.results, 1);
    assert_eq!(
        (model.card.data_origin, model.card.data_sensitivity, model.card.data_rights),
        (Some(true), Some(true), Some(true))
    );
    assert_eq!(model.origin.revision.as_deref(), Some("ab".repeat(20).as_str()));
    assert_eq!(model.origin.parents.len(), 1);
    assert_eq!(model.origin.conflict, None);
    assert_eq!(model.purl.kind(), "generic");
    assert_eq!(model.purl.name(), "Ward-notes");
    assert_eq!(model.purl.qualifiers()["checksum"], model.digest.unwrap().to_string());
}

#[test]
fn a_torch_file_runs_code_and_beside_its_copy_can_be_deleted() {
    let alone = Memory::new().with("m/pytorch_model.bin", torch(&["a", "b"]));
    assert_eq!(one(&alone).runs_code, RunsCode::OnlyCopy);
    let beside = alone.clone().with("m/model.safetensors", safetensors());
    let model = one(&beside);
    assert_eq!((model.path.as_str(), model.runs_code), ("m", RunsCode::BesideSafeCopy));
    let other =
        alone.with("m/model.safetensors", safetensors()).with("m/pytorch_model.bin", torch(&["a", "c"]));
    assert_eq!(one(&other).runs_code, RunsCode::OnlyCopy, "other tensors are no copy");
    let today = "2026-08-22".parse().unwrap();
    let findings = collect(&beside, Given { today }).findings;
    assert_eq!(findings.len(), 1);
    assert!(findings[0].remedy.as_ref().unwrap().starts_with("Delete"));
}

#[test]
fn a_name_deceives_nobody() {
    let model = one(&Memory::new().with("m/model.safetensors", torch(&["a"])));
    assert_eq!(model.files[0].format.as_deref(), Some("pickle"));
    assert_eq!(model.runs_code, RunsCode::OnlyCopy);
    let model = one(&Memory::new().with("m/weights.dat", torch(&["a"])));
    assert_eq!(model.runs_code, RunsCode::OnlyCopy);
}

#[test]
fn what_cannot_be_opened_is_unknown() {
    let cut = safetensors()[..60].to_vec();
    let pointer = "version https://git-lfs.example/spec/v1\noid sha256:00\nsize 5\n";
    for (what, name, content) in [
        ("cut off", "model.safetensors", cut),
        ("a pointer", "model.safetensors", pointer.as_bytes().to_vec()),
        ("rubbish", "model.onnx", b"this is no model at all".to_vec()),
        ("packed", "model.joblib", b"BZh91AY&SYxxxx".to_vec()),
    ] {
        let model = one(&Memory::new().with(&format!("m/{name}"), content));
        assert_eq!(model.runs_code, RunsCode::Unknown, "{what}");
        assert!(!model.formats_known, "{what}");
    }
    let unreadable =
        one(&Memory::new().with("m/a.safetensors", safetensors()).with("m/config.json", "{\"auto_map\""));
    assert_eq!(unreadable.remote_code, None);
    let odd = one(&Memory::new()
        .with("m/a.safetensors", safetensors())
        .with("m/odd.bin", vec![0u8, 1, 2, 3, 4, 5, 6, 7, 8]));
    assert_eq!((odd.formats_known, odd.runs_code), (false, RunsCode::Unknown));
}

#[test]
fn a_program_beside_weights_is_told() {
    let beside = Memory::new()
        .with("m/a.safetensors", safetensors())
        .with("m/custom_ops.so", b"\x7fELF\x02\x01\x01\0\0\0\0\0".to_vec());
    assert_eq!(one(&beside).runs_code, RunsCode::OnlyCopy);
    assert_eq!(
        one(&Memory::new().with("m/talk", b"MZqFpD='\n\n\0\0".to_vec())).runs_code,
        RunsCode::OnlyCopy
    );
}

#[test]
fn remote_code_in_every_place() {
    let base = || Memory::new().with("m/a.safetensors", safetensors());
    let cases = [
        ("m/config.json", "{\"auto_map\": {\"AutoModel\": \"x.Y\"}}"),
        ("m/tokenizer_config.json", "{\"auto_map\": {\"AutoTokenizer\": [\"x.Y\", null]}}"),
        ("m/modeling_ours.py", "class X: pass"),
        ("m/modules.json", "[{\"idx\": 0, \"type\": \"ours.Module\"}]"),
        ("m/model_index.json", "{\"_class_name\": \"P\", \"unet\": [\"ours\", \"Net\"]}"),
        ("m/README.md", "# X\n\n```python\nload('x', trust_remote_code = True)\n```\n"),
        ("m/custom_generate/generate.py", "def generate(): pass"),
    ];
    for (path, content) in cases {
        let model = one(&base().with(path, content));
        assert_eq!(model.remote_code, Some(true), "{path}");
        assert!(!model.remote_code_at.is_empty());
    }
    let fine = base()
        .with("m/modules.json", "[{\"type\": \"sentence_transformers.models.Pooling\"}]")
        .with("m/train.py", "x");
    assert_eq!(one(&fine).remote_code, Some(false));
}

#[test]
fn empty_answers_are_no_answers() {
    let with = |text: &str| {
        one(&Memory::new().with("m/a.safetensors", safetensors()).with("m/README.md", text)).card
    };
    assert_eq!(
        with(&CARD.replace("It was measured on one hospital only, so others may differ.", "None")).state,
        card::State::EmptyAnswers
    );
    assert_eq!(
        with(&CARD.replace(
            "It was measured on one hospital only, so others may differ.",
            "[More Information Needed]"
        ))
        .state,
        card::State::EmptyAnswers
    );
    assert_eq!(
        with(&CARD.replace(
            "It was measured on one hospital only, so others may differ.",
            "<!-- say something long about bias here -->"
        ))
        .state,
        card::State::EmptyAnswers
    );
    assert_eq!(with(&CARD.replace("## Bias", "## Colour")).state, card::State::FieldsMissing);
    assert_eq!(with("just a few words").state, card::State::FieldsMissing);
    assert_eq!(with("---\nlicense: [\n---\n# X\n").state, card::State::Unread);
    assert_eq!(one(&Memory::new().with("m/a.safetensors", safetensors())).card.state, card::State::Absent);
    let reasoned = CARD.replace(
        "It was measured on one hospital only, so others may differ.",
        "None known: measured on 14 subgroups.",
    );
    assert_eq!(with(&reasoned).state, card::State::Complete);
    let silent = CARD.replace(
        "Synthetic notes, made by us, under a licence that permits any use.",
        "Notes of a ward, from 2020 to 2024.",
    );
    let card = with(&silent);
    assert_eq!(
        (card.data_origin, card.data_sensitivity, card.data_rights),
        (Some(true), Some(false), Some(false))
    );
}

#[test]
fn licences_and_parents_that_differ_are_told() {
    let base = Memory::new().with("m/a.safetensors", safetensors()).with("m/README.md", CARD);
    let adapter =
        base.clone().with("m/adapter_config.json", r#"{"base_model_name_or_path": "owner/another"}"#);
    assert!(one(&adapter).origin.conflict.is_some());
    let same = base.clone().with("m/adapter_config.json", r#"{"base_model_name_or_path": "Owner/Parent"}"#);
    assert!(one(&same).origin.conflict.is_none());
    let other = base
        .clone()
        .with("m/LICENSE", "LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\nLlama 3.2 Version Release Date");
    let model = one(&other);
    assert!(!model.licence.agree);
    assert_eq!(
        model.licence.stated.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(),
        ["apache-2.0", "llama3.2"]
    );
    let unknown = Memory::new().with("m/a.safetensors", safetensors()).with(
        "m/LICENSE",
        "You may look at it on Tuesdays only, and never on a Friday, whatever the weather.",
    );
    assert_eq!(one(&unknown).licence.id.as_deref(), Some("other"));
    assert_eq!(one(&Memory::new().with("m/a.safetensors", safetensors())).licence.id, None);
}

#[test]
fn people_may_state_origin_in_a_note() {
    let note =
        "origin = \"owner/name\"\nrevision = \"0123456789012345678901234567890123456789\"\nparents = []\n";
    let model = one(&Memory::new().with("m/a.safetensors", safetensors()).with("m/model.toml", note));
    assert!(model.origin.no_parents);
    assert_eq!(model.purl.to_string(), "pkg:huggingface/owner/name@0123456789012345678901234567890123456789");
    let bad =
        one(&Memory::new().with("m/a.safetensors", safetensors()).with("m/model.toml", "orign = \"x\""));
    assert!(bad.origin.note_unread.unwrap().contains("origin"));
}

#[test]
fn folders_of_one_model_are_one_and_others_stay_apart() {
    let diffusion = Memory::new()
        .with("model_index.json", r#"{"_class_name": "P", "unet": ["diffusers", "U"]}"#)
        .with("unet/config.json", "{}")
        .with("unet/d.safetensors", safetensors())
        .with("vae/d.safetensors", safetensors());
    let model = one(&diffusion);
    assert_eq!((model.path.as_str(), model.files.len()), ("", 4));
    let two = Memory::new()
        .with("src/main.py", "print()")
        .with("package.json", "{}")
        .with("models/a/m.safetensors", safetensors())
        .with("models/b/m.safetensors", safetensors())
        .with("tests/fixtures/m.pkl", torch(&["a"]));
    let found = look(&two);
    assert_eq!(
        found.iter().map(|m| m.path.as_str()).collect::<Vec<_>>(),
        ["models/a", "models/b", "tests/fixtures"]
    );
    assert_eq!(found.iter().map(|m| m.development).collect::<Vec<_>>(), [false, false, true]);
}

#[test]
fn a_repository_without_models_has_none() {
    let repository = Memory::new()
        .with("README.md", "# X\n")
        .with("src/lib.rs", "fn main() {}")
        .with("data/table.npy", b"\x93NUMPY\x01\0\x46\0{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }             \n0000".to_vec())
        .with("bin/tool", b"\x7fELF\x02\x01\x01\0\0\0\0\0".to_vec())
        .with("logo.png", b"\x89PNG\r\n\x1a\n\0\0".to_vec())
        .with("lang/tutor.pt", "Bem-vindo ao tutor\n")
        .with("lib/site.pth", "import os; os.environ\n")
        .with("notes", "cat\ndog\nRat\n.");
    assert_eq!(find_models(&repository), []);
    assert_eq!(repository.entries().len(), 8);
}

#[test]
fn the_digest_is_of_the_files_not_of_where_they_lie() {
    let here = one(&Memory::new().with("a/m.safetensors", safetensors()));
    let there = one(&Memory::new().with("b/c/m.safetensors", safetensors()));
    assert_eq!(here.digest, there.digest);
    let mut changed = safetensors();
    *changed.last_mut().unwrap() = 1;
    assert_ne!(one(&Memory::new().with("a/m.safetensors", changed)).digest, here.digest);
}
