"""renv.lock by json."""

import json

from referee import main, text


def read(root, path):
    lock = json.loads(text(root, path))
    for key, package in lock["Packages"].items():
        yield package.get("Package", key), package.get("Version", ""), "unknown"
    if "Version" in lock.get("R", {}):
        yield "r", lock["R"]["Version"], "runtime"


main(read)
