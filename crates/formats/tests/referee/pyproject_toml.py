"""pyproject.toml by tomllib, its requirements by the `packaging` library that pip carries."""

import os
import re
import tomllib

from pip._vendor.packaging.utils import canonicalize_name

from python_names import split, version
from referee import beside, exists, main, text


def project(root, path, to):
    at = os.path.normpath(beside(path, to))
    return not at.startswith("..") and any(exists(root, os.path.join(at, n)) for n in ("pyproject.toml", "setup.py", "setup.cfg"))


def read(root, path):
    data = tomllib.loads(text(root, path))
    tool = data.get("tool", {})
    poetry = tool.get("poetry", {})
    own = canonicalize_name(data.get("project", {}).get("name") or poetry.get("name") or "-")
    sources = {canonicalize_name(k): (v[0] if isinstance(v, list) else v) for k, v in tool.get("uv", {}).get("sources", {}).items()}
    lists = [(data.get("project", {}).get("dependencies", []), "runtime")]
    lists += [(v, "optional") for v in data.get("project", {}).get("optional-dependencies", {}).values()]
    lists += [(v, "development") for v in data.get("dependency-groups", {}).values()]
    lists += [(tool.get("uv", {}).get("dev-dependencies", []), "development")]
    lists += [(v, "development") for v in tool.get("pdm", {}).get("dev-dependencies", {}).values()]
    for env in tool.get("hatch", {}).get("envs", {}).values():
        lists += [(env.get("dependencies", []), "development"), (env.get("extra-dependencies", []), "development")]
    sourced = len(lists)
    lists += [(data.get("build-system", {}).get("requires", []), "development")]
    answer = {}

    def add(name, version, scope):
        order = ["runtime", "optional", "development"]
        before = answer.get((name, version))
        if before is None or order.index(scope) < order.index(before):
            answer[(name, version)] = scope

    for number, (entries, scope) in enumerate(lists):
        for entry in entries:
            if not isinstance(entry, str):
                continue
            name, wanted, url = split(entry)
            source = sources.get(name, {}) if number < sourced else {}
            if name == own or source.get("workspace") or ("path" in source and project(root, path, source["path"])):
                continue
            add(name, wanted, scope)
    tables = [(poetry.get("dependencies", {}), "runtime"), (poetry.get("dev-dependencies", {}), "development")]
    tables += [(g.get("dependencies", {}), "runtime" if n == "main" else "development") for n, g in poetry.get("group", {}).items()]
    for table, scope in tables:
        for name, specs in table.items():
            if name == "python" or canonicalize_name(name) == own:
                continue
            for spec in specs if isinstance(specs, list) else [specs]:
                spec = {"version": spec} if isinstance(spec, str) else spec
                if "path" in spec and project(root, path, spec["path"]):
                    continue
                kind = "optional" if spec.get("optional") and scope == "runtime" else scope
                written = spec.get("version", "")
                exact = written[:1].isdigit() and not any(c in written for c in "*,| ")
                written = "" if {"git", "url", "path"} & set(spec) or written == "*" else written
                archive = re.search(r"-(\d[^-/]*?)(\.zip|\.tar\.gz|-[^/]*\.whl)$", spec.get("url", ""))
                if archive:
                    written, exact = archive.group(1), True
                add(canonicalize_name(name), written if exact else version(written), kind)
    for (name, written), scope in answer.items():
        yield name, written, scope


main(read)
