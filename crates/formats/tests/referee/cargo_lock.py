"""Cargo.lock by tomllib; scopes by the manifests beside it."""

import os
import tomllib

from referee import main, spread, text


def manifests(root, folder):
    for where, folders, files in os.walk(os.path.join(root, folder)):
        if "Cargo.toml" in files:
            with open(os.path.join(where, "Cargo.toml"), "rb") as file:
                yield tomllib.load(file)


def asked(manifest, shared):
    """name -> set of scopes"""
    tables = [manifest] + list(manifest.get("target", {}).values())
    found = {}
    for table in tables:
        for key, scope in [
            ("dependencies", "runtime"),
            ("dev-dependencies", "development"),
            ("build-dependencies", "development"),
        ]:
            for name, spec in table.get(key, {}).items():
                optional = isinstance(spec, dict) and spec.get("optional", False)
                if isinstance(spec, dict) and spec.get("workspace"):
                    spec = shared.get(name, spec)
                real = spec.get("package", name) if isinstance(spec, dict) else name
                kind = "optional" if optional and scope == "runtime" else scope
                found.setdefault(real, set()).add(kind)
    return found


def read(root, path):
    lock = tomllib.loads(text(root, path))
    packages = lock.get("package", [])
    if not packages and "version" not in lock or lock.get("version", 1) > 4:
        raise ValueError("no lockfile")
    every = list(manifests(root, os.path.dirname(path)))
    shared = {}
    for manifest in every:
        shared.update(manifest.get("workspace", {}).get("dependencies", {}))
    own = {m["package"]["name"]: asked(m, shared) for m in every if "package" in m}

    def is_own(package):
        return "source" not in package and (not own or package["name"] in own)

    def find(written):
        name, _, rest = written.partition(" ")
        version = rest.split(" ")[0]
        return [p for p in packages if p["name"] == name and version in ("", p["version"])]

    roots, edges = [], {}
    for package in packages:
        for written in package.get("dependencies", []):
            for target in find(written):
                if is_own(target):
                    continue
                to = (target["name"], target["version"])
                if is_own(package):
                    scopes = own.get(package["name"], {}).get(target["name"], {"unknown"})
                    roots += [(to, scope) for scope in scopes]
                else:
                    edges.setdefault((package["name"], package["version"]), []).append((to, False))
    scope = spread(roots, edges)
    for package in packages:
        if not is_own(package):
            key = (package["name"], package["version"])
            yield (*key, scope.get(key, "unknown"))


main(read)
