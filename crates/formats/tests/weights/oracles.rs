//! Files made by the formats' own libraries, where `FORMULARY_ORACLES` names the folder that
//! `scripts/install-oracles.sh` filled. Unset: skipped, and said so. Set: anything missing fails.

use std::{fs, path::PathBuf, process::Command};

use formats::weights::Executes;

const MAKE: &str = r#"
import sys, os, zlib, pickle
out = sys.argv[1]
import numpy as np
from safetensors.numpy import save_file
save_file({"a": np.zeros((3, 4), np.float32), "b": np.zeros((2,), np.int64)}, os.path.join(out, "st"), metadata={"k": "v"})
import onnx
from onnx import helper, TensorProto, numpy_helper
w = numpy_helper.from_array(np.zeros((5, 7), np.float32), "w")
x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [5, 5])
y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [5, 7])
graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", [x], [y], [w])
onnx.save(helper.make_model(graph), os.path.join(out, "onnx"))
custom = helper.make_graph([helper.make_node("Odd", ["x"], ["y"], domain="org.example")], "g", [x], [y], [])
onnx.save(helper.make_model(custom, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("org.example", 1)]), os.path.join(out, "onnx-custom"))
from onnx.external_data_helper import convert_model_to_external_data
model = helper.make_model(graph)
convert_model_to_external_data(model, location="w.data", size_threshold=0)
onnx.save(model, os.path.join(out, "onnx-external"))
import gguf
writer = gguf.GGUFWriter(os.path.join(out, "gguf"), "llama")
writer.add_license("mit"); writer.add_file_type(1); writer.add_chat_template("{{ x }}")
writer.add_token_list(["a", "b", "c"])
writer.add_tensor("t", np.zeros((4, 32), np.float16)); writer.add_tensor("u", np.zeros((6,), np.float32))
writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
np.save(os.path.join(out, "array.npy"), np.zeros((3, 5), np.float64))
np.save(os.path.join(out, "objects.npy"), np.array([{"a": 1}], dtype=object), allow_pickle=True)
np.savez(os.path.join(out, "arrays.npz"), a=np.zeros(3), b=np.zeros((2, 2)))
np.savez_compressed(os.path.join(out, "packed.npz"), a=np.zeros(3), b=np.array([None], dtype=object))
import joblib
joblib.dump({"w": np.zeros(4)}, os.path.join(out, "plain.joblib"))
joblib.dump({"w": np.zeros(4)}, os.path.join(out, "zlib.joblib"), compress=3)
for n in range(6):
    with open(os.path.join(out, f"pickle{n}"), "wb") as f:
        pickle.dump({"a": [1, 2.5, None, True, "text", b"bytes", (1,), {1}, 1 << 80], "c": complex(1, 2)}, f, protocol=n)
import h5py
with h5py.File(os.path.join(out, "h5"), "w") as f:
    f.attrs["model_config"] = '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda"}]}}'
    f.attrs["keras_version"] = "3"
    f.create_dataset("w", data=np.zeros(4))
"#;

fn made() -> Option<PathBuf> {
    let Some(oracles) = std::env::var_os("FORMULARY_ORACLES") else {
        println!("SKIPPED: FORMULARY_ORACLES is not set, so no library made files to compare with");
        return None;
    };
    // As the script: an absolute path is the folder; anything else means `target/oracles`.
    let oracles = PathBuf::from(oracles);
    let folder = if oracles.is_absolute() {
        oracles
    } else {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/oracles")
    };
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("weights-by-libraries");
    fs::create_dir_all(&out).unwrap();
    let run = Command::new("python3")
        .env("PYTHONPATH", folder.join("models"))
        .args(["-c", MAKE])
        .arg(&out)
        .output();
    let run = run.unwrap_or_else(|e| panic!("python3 cannot be started: {e}"));
    assert!(
        run.status.success(),
        "scripts/install-oracles.sh first: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    Some(out)
}

#[test]
fn files_made_by_the_formats_own_libraries() {
    let Some(folder) = made() else { return };
    let is = |name: &str, format: &str, executes: Executes| {
        let bytes = fs::read(folder.join(name)).unwrap();
        let weights = super::seen(&bytes);
        assert_eq!((weights.format, weights.executes_code), (format, executes), "{name}: {weights:?}");
        assert_eq!(weights.faults, Vec::<String>::new(), "{name}");
        weights
    };
    let st = is("st", "safetensors", Executes::No);
    assert_eq!((st.parameters, st.metadata["k"].as_str()), (Some(14), "v"));
    assert_eq!(st.names, ["a", "b"]);
    let onnx = is("onnx", "onnx", Executes::No);
    assert_eq!((onnx.parameters, onnx.names.as_slice()), (Some(35), ["w".to_owned()].as_slice()));
    assert_eq!(is("onnx-custom", "onnx", Executes::CannotTell).domains, ["org.example"]);
    assert_eq!(is("onnx-external", "onnx", Executes::No).external, ["w.data"]);
    let gguf = is("gguf", "gguf", Executes::No);
    assert_eq!((gguf.parameters, gguf.tensors, gguf.chat_template), (Some(134), Some(2), true));
    assert_eq!(
        (gguf.metadata["general.license"].as_str(), gguf.quantisation.as_deref()),
        ("mit", Some("F16"))
    );
    assert_eq!(is("array.npy", "npy", Executes::No).parameters, Some(15));
    is("objects.npy", "npy", Executes::Yes);
    assert_eq!(is("arrays.npz", "npz", Executes::No).parameters, Some(7));
    is("packed.npz", "npz", Executes::Yes);
    is("plain.joblib", "joblib", Executes::Yes);
    is("zlib.joblib", "joblib", Executes::Yes);
    for n in 0..6 {
        is(&format!("pickle{n}"), "pickle", Executes::Yes);
    }
    is("h5", "hdf5", Executes::Yes);
}
