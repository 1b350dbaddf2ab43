"""poetry.lock by tomllib: the scope from groups or category, else by walking from pyproject.toml."""

import re
import tomllib

from pip._vendor.packaging.utils import canonicalize_name

from referee import STRENGTH, beside, exists, main, text


def wanted(root, path):
    """{name: (scope, extras)} as pyproject.toml asks for it, strongest first."""
    manifest = beside(path, "pyproject.toml")
    if not exists(root, manifest):
        return None
    data = tomllib.loads(text(root, manifest))
    poetry = data.get("tool", {}).get("poetry", {})
    tables = [(poetry.get("dependencies", {}), "runtime"), (poetry.get("dev-dependencies", {}), "development")]
    tables += [(g.get("dependencies", {}), "development") for g in poetry.get("group", {}).values()]
    out = []
    for table, scope in tables:
        for name, spec in table.items():
            if name == "python":
                continue
            spec = spec if isinstance(spec, dict) else {}
            kind = "optional" if spec.get("optional") and scope == "runtime" else scope
            out.append((canonicalize_name(name), kind, spec.get("extras", [])))
    for line in data.get("project", {}).get("dependencies", []):
        found = re.match(r"([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?", line)
        out.append((canonicalize_name(found.group(1)), "runtime", [e.strip() for e in (found.group(2) or "").split(",")]))
    return out


def walk(packages, asked):
    """Scopes by reachability; an optional dependency counts only with the extra that names it."""
    found = {}
    for scope in STRENGTH:
        seen = set()
        work = [(name, extra) for name, kind, extras in asked if kind == scope for extra in [None, *extras]]
        while work:
            name, extra = work.pop()
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            for package in packages:
                if canonicalize_name(package["name"]) != name:
                    continue
                found.setdefault((name, package["version"]), scope)
                members = [canonicalize_name(re.match(r"[A-Za-z0-9._-]+", m).group(0)) for m in package.get("extras", {}).get(extra, [])]
                for other, spec in package.get("dependencies", {}).items():
                    spec = spec[0] if isinstance(spec, list) else spec
                    spec = spec if isinstance(spec, dict) else {}
                    if spec.get("optional") and canonicalize_name(other) not in members:
                        continue
                    work += [(canonicalize_name(other), e) for e in [None, *spec.get("extras", [])]]
    return found


def read(root, path):
    data = tomllib.loads(text(root, path))
    if "package" not in data and "metadata" not in data:
        raise ValueError("no poetry.lock")
    packages = data.get("package", [])
    asked = wanted(root, path)
    reached = walk(packages, asked or [])
    for package in packages:
        name = canonicalize_name(package["name"])
        source = package.get("source", {})
        if source.get("type") == "directory" and exists(root, beside(path, source["url"] + "/pyproject.toml")):
            continue
        if "groups" in package or "category" in package:
            main_group = "main" in package.get("groups", [package.get("category")])
            scope = ("optional" if package.get("optional") else "runtime") if main_group else "development"
        else:
            scope = reached.get((name, package["version"])) or ("optional" if package.get("optional") else "unknown")
        yield name, package["version"], scope


main(read)
