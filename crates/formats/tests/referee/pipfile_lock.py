"""Pipfile.lock by json."""

import json

from pip._vendor.packaging.utils import canonicalize_name

from python_names import version
from referee import STRENGTH, main, text


def read(root, path):
    data = json.loads(text(root, path))
    if "_meta" not in data:
        raise ValueError("no Pipfile.lock")
    answer = {}
    for category, entries in data.items():
        if category == "_meta":
            continue
        scope = {"default": "runtime", "develop": "development"}.get(category, "optional")
        for name, entry in entries.items():
            if entry.get("path") == ".":
                continue
            key = (canonicalize_name(name), version(entry.get("version", "")))
            answer[key] = min(answer.get(key, scope), scope, key=STRENGTH.index)
    for (name, found), scope in answer.items():
        yield name, found, scope


main(read)
