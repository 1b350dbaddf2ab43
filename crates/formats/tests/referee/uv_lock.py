"""uv.lock by tomllib, walking from the workspace's members."""

import os
import tomllib

from referee import STRENGTH, beside, exists, main, text


def read(root, path):
    data = tomllib.loads(text(root, path))
    if data.get("version") != 1:
        raise ValueError("unknown version")
    packages = data.get("package", [])
    members = set(data.get("manifest", {}).get("members", []))

    def own(package):
        at = next((package["source"][k] for k in ("editable", "virtual", "directory") if k in package["source"]), None)
        if at is None:
            return False
        project = os.path.normpath(beside(path, os.path.join(at, "pyproject.toml")))
        return at == "." or package["name"] in members or (not project.startswith("..") and exists(root, project))

    def meant(entry):
        return [
            i
            for i, p in enumerate(packages)
            if p["name"] == entry["name"] and entry.get("version") in (None, p.get("version"))
        ]

    def asks(entries):
        return [(i, e) for entry in entries for i in meant(entry) for e in [None, *entry.get("extra", entry.get("extras", []))]]

    roots = {scope: [] for scope in STRENGTH}
    for number, package in enumerate(packages):
        if own(package):
            roots["runtime"].append((number, None))
            roots["optional"] += [(number, e) for e in package.get("optional-dependencies", {})]
            for group in package.get("dev-dependencies", {}).values():
                roots["development"] += asks(group)
    manifest = data.get("manifest", {})
    roots["runtime"] += asks(manifest.get("requirements", []))
    for group in manifest.get("dependency-groups", {}).values():
        roots["development"] += asks(group)
    found = {}
    for scope in STRENGTH:
        seen, work = set(), list(roots[scope])
        while work:
            node = work.pop()
            if node in seen:
                continue
            seen.add(node)
            number, extra = node
            found.setdefault(number, scope)
            package = packages[number]
            entries = package.get("dependencies", []) if extra is None else package.get("optional-dependencies", {}).get(extra, [])
            work += asks(entries)
            if extra is not None:
                work.append((number, None))
    for number, package in enumerate(packages):
        if not own(package):
            yield package["name"], package.get("version", ""), found.get(number, "unknown")


main(read)
