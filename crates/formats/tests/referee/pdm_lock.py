"""pdm.lock by tomllib, groups as pyproject.toml declares them."""

import tomllib

from pip._vendor.packaging.utils import canonicalize_name

from referee import STRENGTH, beside, exists, main, text


def read(root, path):
    data = tomllib.loads(text(root, path))
    data["metadata"]
    groups = {"default": "runtime"}
    manifest = beside(path, "pyproject.toml")
    if exists(root, manifest):
        project = tomllib.loads(text(root, manifest))
        groups |= {k: "optional" for k in project.get("project", {}).get("optional-dependencies", {})}
        groups |= {k: "development" for k in project.get("tool", {}).get("pdm", {}).get("dev-dependencies", {})}
        groups |= {k: "development" for k in project.get("dependency-groups", {})}
    answer = {}
    for package in data.get("package", []):
        scopes = [groups.get(g, "unknown") for g in package.get("groups", [])] or ["unknown"]
        key = (canonicalize_name(package["name"]), package["version"])
        answer[key] = min([answer.get(key, scopes[0]), *scopes], key=STRENGTH.index)
    for (name, version), scope in answer.items():
        yield name, version, scope


main(read)
