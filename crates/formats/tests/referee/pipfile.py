"""Pipfile by tomllib."""

import tomllib

from pip._vendor.packaging.utils import canonicalize_name

from python_names import version
from referee import main, text


def read(root, path):
    data = tomllib.loads(text(root, path))
    for table in data.keys() - {"source", "requires", "scripts", "pipenv"}:
        scope = {"packages": "runtime", "dev-packages": "development"}.get(table, "optional")
        for name, spec in data[table].items():
            spec = {"version": spec} if isinstance(spec, str) else spec
            if spec.get("path") == ".":
                continue
            wanted = spec.get("version", "")
            yield canonicalize_name(name), "" if wanted == "*" else version(wanted), scope


main(read)
