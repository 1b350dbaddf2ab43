"""Writes the weights of the two model examples, byte for byte the same each time.

Needs nothing but Python: safetensors is written by hand, and the torch file is a zip archive with
a pickle that names torch's function for rebuilding a tensor and two tensors of zeros.
"""

import json
import pathlib
import struct
import zipfile

here = pathlib.Path(__file__).parent

header = json.dumps(
    {
        "__metadata__": {"format": "pt"},
        "topic.bias": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
        "topic.weight": {"dtype": "F32", "shape": [2, 2], "data_offsets": [8, 24]},
    },
    separators=(",", ":"),
).encode()
header += b" " * (-len(header) % 8)
(here / "model/model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(24))


def text(word):
    return b"X" + struct.pack("<I", len(word)) + word.encode()


def tensor(name, key, shape, strides):
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu") + b"K" + bytes([4 if key == "1" else 2]) + b"tQ"
    numbers = lambda values: b"(" + b"".join(b"K" + bytes([v]) for v in values) + b"t"
    return (
        text(name)
        + b"ctorch._utils\n_rebuild_tensor_v2\n("
        + storage + b"K\x00" + numbers(shape) + numbers(strides) + b"\x89ccollections\nOrderedDict\n)R"
        + b"tR"
    )


pickle = b"\x80\x02}(" + tensor("topic.bias", "0", [2], [1]) + tensor("topic.weight", "1", [2, 2], [2, 1]) + b"u."
members = {
    "model/data.pkl": pickle,
    "model/byteorder": b"little",
    "model/data/0": bytes(8),
    "model/data/1": bytes(16),
    "model/version": b"3\n",
}
with zipfile.ZipFile(here / "model-pickle/pytorch_model.bin", "w", zipfile.ZIP_STORED) as archive:
    for name, content in members.items():
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
