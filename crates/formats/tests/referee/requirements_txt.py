"""requirements files by pip's own reader (`pip._internal.req.req_file`), which follows -r and -c
itself. What a line's `git+…` names without a name is told by the repository's own name."""

import os
import re
import tempfile

from pip._internal.network.session import PipSession
from pip._internal.req.req_file import parse_requirements
from pip._vendor.packaging.utils import canonicalize_name

from python_names import split
from referee import main

DEVELOPMENT = set("dev develop development test tests testing lint linting docs doc readthedocs typing ci qa".split())


def scope_of(path):
    words = re.split(r"[^a-z0-9]", os.path.basename(path).lower())
    return "development" if DEVELOPMENT & set(words) else "unknown"


def is_constraints(path):
    return "constraint" in os.path.basename(path).rsplit(".", 1)[0].lower()


def one(text):
    text = re.split(r"\s--", text)[0].strip()
    try:
        name, version, url = split(text)
    except Exception:
        egg = re.search(r"[#&]egg=([A-Za-z0-9._-]+)", text)
        wheel = re.search(r"/([A-Za-z0-9_.]+)-(\d[^-/]*?)(?:-[^/]*\.whl|\.tar\.gz)", text)
        if egg:
            return canonicalize_name(egg.group(1)), ""
        if wheel:
            return canonicalize_name(wheel.group(1)), wheel.group(2)
        if not re.search(r"[/\\]", text):
            return None
        last = re.split(r"[@#]", text.split("/")[-1])[0]
        return re.sub(r"\.git$", "", last), ""
    if url:
        archive = re.search(r"-(\d[^-/]*?)(\.tar\.gz|\.zip|-[^/]*\.whl)", url)
        return name, archive.group(1) if archive and not url.startswith("git+") else ""
    return name, version


def read(root, path):
    full = os.path.join(root, path)
    with open(full, "rb") as file:
        raw = file.read()
    raw.decode("utf-8-sig")
    if b"\0" in raw:
        raise ValueError("null byte")
    own = is_constraints(path)
    scope = "optional" if own else scope_of(path)
    found = list(parse_requirements(full, session=PipSession(), constraint=own))
    limits = {}
    for entry in found:
        if entry.constraint and not own:
            name, version = one(entry.requirement) or (None, None)
            limits.setdefault(name, version)
    for entry in found:
        if entry.constraint and not own:
            continue
        local = re.sub(r"\s*;.*", "", entry.requirement)
        if entry.is_editable and "://" not in local:
            continue  # a project of this tree
        answer = one(entry.requirement)
        if answer is None:
            continue
        name, version = answer
        if not version or version[0] in "<>=!~":
            limit = limits.get(name, "")
            if limit and limit[0] in "<>=!~":
                version = f"{version},{limit}" if version else limit
            elif limit:
                version = limit
        yield name, version, scope


main(read)
