"""package-lock.json by json; npm's own marks."""

import fnmatch
import json

from referee import STRENGTH, main, text


def scope(entry):
    if entry.get("dev"):
        return "development"
    return "optional" if entry.get("optional") or entry.get("devOptional") else "runtime"


def walk(packages):
    for name, entry in packages.get("dependencies", {}).items():
        version = entry.get("version", "")
        if version.startswith("npm:"):
            name, _, version = version[4:].rpartition("@")
        if "://" in version or version.startswith(("file:", "github:", "git@")) or "#" in version:
            version = ""
        yield name, version, scope(entry)
        yield from walk(entry)


def flat(packages):
    patterns = packages.get("", {}).get("workspaces", [])
    patterns = patterns.get("packages", []) if isinstance(patterns, dict) else patterns
    patterns = [p.removeprefix("./").rstrip("/") for p in patterns]
    links = {e["resolved"]: at.rpartition("node_modules/")[2] for at, e in packages.items() if e.get("link")}
    for at, entry in packages.items():
        if entry.get("link") or at == "":
            continue
        if "node_modules/" in at:
            name = entry.get("name", at.rpartition("node_modules/")[2])
        else:
            if any(fnmatch.fnmatchcase(at, p) for p in patterns):
                continue
            name = entry.get("name", links.get(at, ""))
        yield name, entry.get("version", ""), scope(entry)


def read(root, path):
    lock = json.loads(text(root, path))
    version = lock.get("lockfileVersion", 1)
    if not isinstance(lock, dict) or version not in (1, 2, 3):
        raise ValueError("no lockfile")
    if version > 1 and "packages" not in lock and "dependencies" in lock:
        raise ValueError("no packages")
    best = {}
    for name, number, kind in flat(lock.get("packages", {})) if version > 1 else walk(lock):
        before = best.get((name, number), "development")
        best[name, number] = min(before, kind, key=STRENGTH.index)
    for (name, number), kind in best.items():
        yield name, number, kind


main(read)
