"""Cargo.toml by tomllib."""

import os
import tomllib

from referee import exists, main, text


def shared(root, path):
    folder = os.path.dirname(path)
    while True:
        at = os.path.join(folder, "Cargo.toml")
        if exists(root, at):
            found = tomllib.loads(text(root, at)).get("workspace")
            if found is not None:
                return found.get("dependencies", {}), folder
        if not folder:
            return {}, ""
        folder = os.path.dirname(folder)


def read(root, path):
    manifest = tomllib.loads(text(root, path))
    workspace, base = shared(root, path)
    for table in [manifest] + list(manifest.get("target", {}).values()):
        for key, scope in [
            ("dependencies", "runtime"),
            ("dev-dependencies", "development"),
            ("build-dependencies", "development"),
        ]:
            for name, spec in table.get(key, {}).items():
                spec = {"version": spec} if isinstance(spec, str) else spec
                kind = "optional" if spec.get("optional") and scope == "runtime" else scope
                folder = os.path.dirname(path)
                if spec.get("workspace"):
                    spec = workspace.get(name, spec)
                    spec = {"version": spec} if isinstance(spec, str) else spec
                    folder = base
                if "path" in spec:
                    at = os.path.normpath(os.path.join(folder, spec["path"], "Cargo.toml"))
                    if exists(root, at):
                        continue
                version = spec.get("version", "").strip()
                if version.startswith("=") and version.count(".") == 2 and "," not in version:
                    version = version[1:].strip()
                yield spec.get("package", name), version, kind


main(read)
