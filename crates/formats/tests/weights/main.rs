//! Weights by content: each format as it should be, and as a stranger may send it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod fixtures;
mod oracles;

use std::io::Cursor;

use fixtures::*;
use formats::weights::{Executes, HEAD, Malformed, Weights, identify, may_be_weights};

fn look(bytes: &[u8]) -> Result<Option<Weights>, Malformed> {
    let head = &bytes[..bytes.len().min(HEAD)];
    identify(head, &mut Cursor::new(bytes))
}

#[track_caller]
fn seen(bytes: &[u8]) -> Weights {
    assert!(may_be_weights(&bytes[..bytes.len().min(HEAD)]), "the first look misses it");
    look(bytes).unwrap().expect("not recognised")
}

#[track_caller]
fn is(bytes: &[u8], format: &str, executes: Executes) -> Weights {
    let weights = seen(bytes);
    assert_eq!((weights.format, weights.executes_code), (format, executes), "{weights:?}");
    assert_eq!(weights.why.is_some(), executes != Executes::No);
    weights
}

#[test]
fn safetensors_tells_parameters_types_and_names() {
    let weights = is(&good_safetensors(), "safetensors", Executes::No);
    assert_eq!((weights.parameters, weights.tensors), (Some(10), Some(2)));
    assert_eq!(
        weights.dtypes.iter().map(|(k, v)| format!("{k}:{v}")).collect::<Vec<_>>(),
        ["BF16:1", "F32:1"]
    );
    assert_eq!(weights.names, ["a", "b"]);
    assert_eq!(weights.metadata["format"], "pt");
    assert_eq!(seen(&safetensors("{}", 0)).parameters, Some(0));
}

#[test]
fn safetensors_that_breaks_a_rule_is_not_taken_for_one() {
    let one = |offsets: &str| format!(r#"{{"a":{{"dtype":"F32","shape":[4],"data_offsets":{offsets}}}}}"#);
    let two = |first: &str, second: &str| {
        format!(
            r#"{{"a":{{"dtype":"F32","shape":[4],"data_offsets":{first}}},"b":{{"dtype":"F32","shape":[4],"data_offsets":{second}}}}}"#
        )
    };
    let huge = |length: u64| {
        let mut bytes = good_safetensors();
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        bytes
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("a header of 2^63 bytes", huge(1 << 63)),
        ("a header of 2^64-1 bytes", huge(u64::MAX)),
        ("a header longer than the file", huge(100_000)),
        ("cut off", good_safetensors()[..60].to_vec()),
        ("one byte short", good_safetensors()[..good_safetensors().len() - 1].to_vec()),
        ("one byte more", [good_safetensors(), vec![0]].concat()),
        ("overlapping", safetensors(&two("[0,16]", "[8,24]"), 24)),
        ("a gap", safetensors(&two("[0,16]", "[20,36]"), 36)),
        ("outside the file", safetensors(&one("[0,16]"), 8)),
        ("backwards", safetensors(&one("[16,0]"), 16)),
        ("shape and bytes disagree", safetensors(&one("[0,12]"), 12)),
        ("a size beyond counting", safetensors(&one("[0,16]").replace("[4]", "[4294967296,4294967296]"), 16)),
        ("a negative dimension", safetensors(&one("[0,16]").replace("[4]", "[-4]"), 16)),
        ("a name twice", safetensors(&two("[0,16]", "[16,32]").replace("\"b\":", "\"a\":"), 32)),
        ("a key twice", safetensors(&one("[0,16]").replace("\"shape\"", "\"dtype\":\"F32\",\"shape\""), 16)),
        ("an unknown key", safetensors(&one("[0,16]").replace("\"shape\"", "\"x\":1,\"shape\""), 16)),
        ("metadata twice", safetensors(r#"{"__metadata__":{},"__metadata__":{}}"#, 0)),
        ("metadata that is no text", safetensors(r#"{"__metadata__":{"a":{}}}"#, 0)),
        ("nested a million deep", safetensors(&format!("{{\"a\":{}", "[".repeat(1_000_000)), 0)),
        (
            "many dimensions",
            safetensors(&one("[0,16]").replace("[4]", &format!("[{}]", vec!["1"; 5000].join(","))), 16),
        ),
        ("not JSON", safetensors(r#"{"a":"#, 0)),
    ];
    for (what, bytes) in cases {
        let error = look(&bytes).expect_err(what);
        assert_eq!(error.format, "safetensors", "{what}");
        assert!(error.why.len() < 200, "{what}: {}", error.why);
    }
}

#[test]
fn gguf_of_every_version_and_byte_order() {
    for (version, big) in [(1, false), (2, false), (3, false), (3, true)] {
        let weights = is(&good_gguf(version, big), "gguf", Executes::No);
        assert_eq!(weights.version, Some(version.to_string()));
        assert_eq!(weights.quantisation.as_deref(), Some("Q4_K_M"));
        assert_eq!((weights.parameters, weights.tensors), (Some(544), Some(2)));
        assert_eq!(weights.metadata["general.license"], "apache-2.0");
        assert!(weights.chat_template && weights.faults.is_empty());
    }
}

#[test]
fn hostile_gguf_is_refused() {
    let claims = |tensors, pairs| Gguf::new(3, false, tensors, pairs).out;
    let mut long_text = Gguf::new(3, false, 0, 1);
    long_text.u64(1 << 62);
    let mut long_array = Gguf::new(3, false, 0, 1);
    long_array.text("k");
    long_array.u32(9);
    long_array.u32(8);
    long_array.u64(u64::MAX);
    let mut wide_array = Gguf::new(3, false, 0, 1);
    wide_array.text("k");
    wide_array.u32(9);
    wide_array.u32(12);
    wide_array.u64(u64::MAX / 2);
    let mut nested = Gguf::new(3, false, 0, 1);
    nested.text("k");
    for _ in 0..1_000_000 {
        nested.u32(9);
        nested.u64(1);
    }
    let tensor = |shape: &[u64], second: u64| {
        let mut gguf = Gguf::new(3, false, 2, 0);
        gguf.tensor("a", shape, 0, 0);
        gguf.tensor("b", &[8], 0, second);
        gguf.data(64)
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("2^63 tensors", claims(1 << 63, 0)),
        ("2^63 pairs", claims(0, 1 << 63)),
        ("a million tensors that are not there", claims(1 << 20, 0)),
        ("version 9", [b"GGUF".as_slice(), &9u32.to_le_bytes(), &[0; 16]].concat()),
        ("a text of 2^62 bytes", long_text.out),
        ("an array of 2^64 texts", long_array.out),
        ("an array beyond counting", wide_array.out),
        ("arrays nested a million deep", nested.out),
        ("overlapping tensors", tensor(&[8], 16)),
        ("a tensor outside the file", tensor(&[8], 64)),
        ("a size beyond counting", tensor(&[1 << 32, 1 << 32], 32)),
        ("cut off", good_gguf(3, false)[..120].to_vec()),
    ];
    for (what, bytes) in cases {
        assert_eq!(look(&bytes).expect_err(what).format, "GGUF", "{what}");
    }
}

#[test]
fn onnx_tells_what_it_reaches_for() {
    let weights = is(&onnx("", None), "onnx", Executes::No);
    assert_eq!((weights.parameters, weights.tensors), (Some(6), Some(1)));
    assert_eq!(weights.names, ["w"]);
    let weights = is(&onnx("org.example.secret", None), "onnx", Executes::CannotTell);
    assert_eq!(weights.domains, ["org.example.secret"]);
    let weights = is(&onnx("", Some("weights.data")), "onnx", Executes::No);
    assert_eq!(weights.external, ["weights.data"]);
    for path in ["../../etc/hosts", "/etc/hosts", "a/../../b", "..\\b", "C:/b"] {
        is(&onnx("", Some(path)), "onnx", Executes::CannotTell);
    }
}

#[test]
fn graphs_nested_in_graphs_end() {
    let mut graph = bytes(2, b"g");
    for _ in 0..2000 {
        graph = bytes(1, &bytes(5, &bytes(6, &graph)));
    }
    let model = [number(1, 8), bytes(7, &graph), bytes(8, &number(2, 17))].concat();
    assert_eq!(look(&model).unwrap_err().format, "ONNX");
}

#[test]
fn graphs_of_tensorflow_and_core_ml() {
    is(&saved_model("MatMul"), "tensorflow-saved-model", Executes::CannotTell);
    is(&saved_model("WriteFile"), "tensorflow-saved-model", Executes::Yes);
    let node = [bytes(1, b"a/b"), bytes(2, b"EagerPyFunc")].concat();
    is(&bytes(1, &node), "tensorflow-graph", Executes::Yes);
    let core_ml = [number(1, 5), bytes(2, b"d"), bytes(500, b"n")].concat();
    is(&core_ml, "coreml", Executes::No);
    is(&[core_ml, bytes(555, b"c")].concat(), "coreml", Executes::CannotTell);
    is(b"\x1c\0\0\0TFL3\0\0\0\0", "tflite", Executes::No);
}

#[test]
fn pickles_of_every_protocol() {
    is(&torch_pickle(&["a"]), "pickle", Executes::Yes);
    // Protocol 0 and 1 have no mark: `os.getcwd()` as the old protocols write a call.
    is(b"cos\ngetcwd\n(tR.", "pickle", Executes::Yes);
    is(b"(ios\ngetcwd\n.", "pickle", Executes::Yes);
    is(b"(cos\ngetcwd\no.", "pickle", Executes::Yes);
    is(b"(dp0\nS'a'\np1\nI1\ns.", "pickle", Executes::Yes);
    // A call, then rubbish: a loader has made the call before it meets the rubbish.
    is(b"\x80\x04\x8c\x02os\x8c\x06getcwd\x93)R\xff\xff", "pickle", Executes::Yes);
    is(b"cos\ngetcwd\n(tR\xff", "pickle", Executes::Yes);
    let legacy = [
        b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.".as_slice(),
        b"\x80\x02M\xe9\x03.",
        &torch_pickle(&["w"]),
    ];
    let weights = is(&legacy.concat(), "torch-legacy", Executes::Yes);
    assert!(weights.names.contains(&"w".to_owned()));
    is(b"\x80\x03cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}b.", "joblib", Executes::Yes);
    is(&zlib(b"\x80\x03cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}b."), "joblib", Executes::Yes);
    is(b"BZh91AY&SY", "compressed", Executes::CannotTell);
    assert!(look(b"\x80\x02}q\x00(X\x40\0\0\0abc").is_err(), "cut off");
}

#[test]
fn plain_text_is_no_pickle_and_no_weights() {
    for text in [
        "",
        "\n",
        "# Model card\n\nPlain text.\n",
        "cat\ndog\nbird\nreptile\n",
        "cat\ndog\nRat\n.",
        "import os\nos.getcwd()\n",
        "{\"a\": 1}\n",
        "{ }",
        "0.1 0.2 0.3\n",
        "120012.\n",
        "(see below)\n",
        "]}).",
        "name: test\non: push\n",
        "\nA line, and another one that goes on for a while so that lengths fit in it somewhere.\n",
        "Notes.\nlicence\n",
        "digraph {\n a -> b\n}",
        "12345678{\"a\": 1}",
    ] {
        assert_eq!(look(text.as_bytes()), Ok(None), "{text:?}");
    }
}

#[test]
fn zip_containers() {
    let weights = is(&torch_zip(&["a", "b"]), "torch-zip", Executes::Yes);
    assert!(weights.names.contains(&"a".to_owned()) && weights.names.contains(&"b".to_owned()));
    assert_eq!(weights.metadata["data_bytes"], "16");
    let script =
        zip(&[("m/data.pkl", b"\x80\x02N."), ("m/constants.pkl", b"\x80\x02)."), ("m/code/a.py", b"")]);
    is(&script, "torchscript", Executes::Yes);
    let keras = |config: &str| {
        zip(&[
            ("config.json", config.as_bytes()),
            ("metadata.json", b"{}"),
            ("model.weights.h5", b"\x89HDF\r\n\x1a\n"),
        ])
    };
    is(&keras(r#"{"class_name": "Sequential"}"#), "keras-v3", Executes::CannotTell);
    is(&keras(r#"{"class_name": "Lambda"}"#), "keras-v3", Executes::Yes);
    let packed = deflated(&npy("'<f4'", 24));
    let npz = zip_of(&[("a.npy", 8, 152, packed)]);
    assert_eq!(is(&npz, "npz", Executes::No).parameters, Some(6));
    is(&zip(&[("a.npy", &npy("'|O'", 9))]), "npz", Executes::Yes);
    is(&zip(&[("a/b.pkl", b"\x80\x02N.")]), "zip", Executes::Yes);
    assert_eq!(look(&zip(&[("readme.txt", b"hello")])), Ok(None), "an archive of no weights is none");
}

#[test]
fn hostile_zips() {
    // 512 MiB of zeros in half a megabyte: only the beginning is ever unpacked.
    let bomb = deflated(&vec![b' '; 64 << 20]);
    let keras = zip_of(&[("config.json", 8, 64 << 20, bomb), ("metadata.json", 0, 0, vec![])]);
    assert!(look(&keras).unwrap_err().why.contains("larger"));
    let lying =
        zip_of(&[("config.json", 8, 2, deflated(&vec![b' '; 64 << 20])), ("metadata.json", 0, 0, vec![])]);
    is(&lying, "keras-v3", Executes::CannotTell);

    let mut cut = torch_zip(&["a"]);
    cut.truncate(cut.len() - 30);
    assert_eq!(look(&cut).unwrap_err().format, "zip");

    // Two names for one member: in the directory `x.npy`, where it lies `y.npy`.
    let mut two_names = zip(&[("x.npy", &npy("'<f4'", 24))]);
    two_names[30] = b'y';
    is(&two_names, "npz", Executes::CannotTell);

    let twice = zip(&[("a.npy", &npy("'<f4'", 24)), ("a.npy", &npy("'<f4'", 24))]);
    assert!(!is(&twice, "npz", Executes::No).faults.is_empty());

    // A directory that claims 65,535 members of which none is there.
    let mut many = zip(&[("a.npy", &npy("'<f4'", 24))]);
    let end = many.len() - 22;
    many[end + 10..end + 12].copy_from_slice(&60_000u16.to_le_bytes());
    assert!(look(&many).is_err());
}

#[test]
fn a_zip_behind_other_content_is_seen() {
    let hidden = [good_gguf(3, false), torch_zip(&["a"])].concat();
    let weights = seen(&hidden);
    assert_eq!((weights.format, weights.executes_code), ("gguf", Executes::CannotTell));
    let behind_text = [b"just text\n".to_vec(), torch_zip(&["a"])].concat();
    assert_eq!(look(&behind_text).unwrap().unwrap().format, "torch-zip");
}

#[test]
fn the_others() {
    assert_eq!(is(&npy("'<f4'", 24), "npy", Executes::No).parameters, Some(6));
    is(&npy("'|O'", 24), "npy", Executes::Yes);
    is(&npy("[('a', '<f4'), ('b', 'O')]", 24), "npy", Executes::Yes);
    is(&npy("[('Other', '<f4')]", 24), "npy", Executes::No);
    is(&hdf5("model_config"), "hdf5", Executes::CannotTell);
    is(&hdf5("{\"class_name\": \"Lambda\"}"), "hdf5", Executes::Yes);
    is(b"MZqFpD='\n\nrest", "llamafile", Executes::Yes);
    is(b"\x7fELF\x02\x01\x01\0", "executable", Executes::Yes);
    is(b"7z\xbc\xaf\x27\x1c\0\x04", "archive", Executes::CannotTell);
    is(b"tjgg\x03\0\0\0", "ggml", Executes::CannotTell);
}

/// Every fixture, cut at every length and with bytes changed, is answered without panic, and a
/// cut never turns a file that runs code into one that does not.
#[test]
fn mutations_never_panic() {
    let whole: Vec<Vec<u8>> = vec![
        good_safetensors(),
        good_gguf(1, false),
        good_gguf(3, true),
        onnx("org.example", Some("x")),
        saved_model("WriteFile"),
        torch_zip(&["a", "b"]),
        torch_pickle(&["a"]),
        npy("'|O'", 8),
        hdf5("model_config"),
        zip(&[("a.npy", &npy("'<f4'", 24))]),
        zlib(&torch_pickle(&["a"])),
    ];
    let mut state: u64 = 0x2545_f491_4f6c_dd1d;
    for file in &whole {
        for cut in 0..file.len() {
            let _ = look(&file[..cut]);
        }
        for _ in 0..3000 {
            let mut changed = file.clone();
            for _ in 0..3 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let at = usize::try_from(state >> 16).unwrap() % changed.len();
                changed[at] = state.to_le_bytes()[0];
            }
            let _ = look(&changed);
        }
    }
}
