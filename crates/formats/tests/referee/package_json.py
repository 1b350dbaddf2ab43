"""package.json by json and regular expressions."""

import glob
import json
import os
import re

from referee import STRENGTH, main, text

ELSEWHERE = re.compile(r"^(git|https?:|file:|link:|portal:|\.|/|~/|github:|gitlab:|bitbucket:|gist:|ssh:|[^@\s:]+/[^/\s]+$)")
EXACT = re.compile(r"^[=v\s]*(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)$")


def own(root, path):
    """Names of the members of the workspace around."""
    folder = os.path.dirname(path)
    while True:
        at = os.path.join(root, folder, "package.json")
        if os.path.isfile(at):
            spaces = json.load(open(at, encoding="utf-8-sig")).get("workspaces", [])
            spaces = spaces.get("packages", []) if isinstance(spaces, dict) else spaces
            names = set()
            for pattern in spaces:
                for member in glob.glob(os.path.join(root, folder, pattern, "package.json")):
                    names.add(json.load(open(member, encoding="utf-8-sig")).get("name"))
            if names:
                return names
        if not folder:
            return set()
        folder = os.path.dirname(folder)


def read(root, path):
    manifest = json.loads(text(root, path))
    members = own(root, path)
    optional = manifest.get("optionalDependencies", {})
    peers = manifest.get("peerDependenciesMeta", {})
    best = {}
    for table, scope in [
        ("dependencies", "runtime"),
        ("peerDependencies", "runtime"),
        ("optionalDependencies", "optional"),
        ("devDependencies", "development"),
    ]:
        for name, wanted in manifest.get(table, {}).items():
            if name in members or wanted.startswith("workspace:"):
                continue
            if table == "dependencies" and name in optional:
                continue
            kind, wanted = scope, wanted.strip()
            if table == "peerDependencies" and peers.get(name, {}).get("optional"):
                kind = "optional"
            if wanted.startswith("npm:"):
                name, _, wanted = wanted[4:].rpartition("@")
            if ELSEWHERE.match(wanted) or wanted in ("", "*"):
                wanted = ""
            exact = EXACT.match(wanted)
            wanted = exact.group(1) if exact else wanted
            before = best.get((name, wanted), "development")
            best[name, wanted] = min(before, kind, key=STRENGTH.index)
    for (name, wanted), kind in best.items():
        yield name, wanted, kind


main(read)
