"""yarn.lock: classic by regular expressions; berry by its fixed line shapes."""

import json
import os
import re

from referee import exists, main, spread, text

TABLES = [
    ("dependencies", "runtime"),
    ("peerDependencies", "runtime"),
    ("optionalDependencies", "optional"),
    ("devDependencies", "development"),
]


def unquote(word):
    return json.loads(word) if word.startswith('"') else word


def split(descriptor):
    at = descriptor.index("@", 1)
    return descriptor[:at], descriptor[at + 1 :]


def blocks(content):
    """(header, [(indent, key, value)])"""
    for block in re.split(r"\n(?=\S)", content):
        lines = [line for line in block.split("\n") if line.strip() and not line.startswith("#")]
        if not lines or lines[0].startswith("__metadata"):
            continue
        fields = []
        for line in lines[1:]:
            found = re.match(r'^( +)("[^"]+"|[^\s:]+):?(?: +(.*))?$', line)
            fields.append((len(found[1]), unquote(found[2]), unquote(found[3] or "")))
        yield lines[0].rstrip(":"), fields


def read(root, path):
    content = text(root, path)
    if "<<<<<<<" in content or not re.search(r"^(# yarn lockfile|__metadata)", content, re.M):
        raise ValueError("no lockfile")
    berry = "\n__metadata:" in content
    entries, places = [], [os.path.dirname(path)]
    for header, fields in blocks(content):
        parts = unquote(header).split(", ") if berry else [unquote(p.strip()) for p in header.split(", ")]
        entry = {"asked": [split(p) for p in parts], "edges": []}
        table, optional = None, set()
        for indent, key, value in fields:
            if indent == 2:
                table = key if not value else None
                entry[key] = value
            elif indent == 4:
                name = key
                if table in ("dependencies", "optionalDependencies"):
                    entry["edges"].append([key, value, table.startswith("opt")])
            elif indent == 6 and table == "dependenciesMeta" and key == "optional":
                optional.add(name)
        for edge in entry["edges"]:
            edge[2] = edge[2] or edge[0] in optional
        entries.append(entry)
    if berry:
        places = []
    nodes = {}
    for entry in entries:
        name, wanted = entry["asked"][0]
        if berry:
            real, reference = split(entry["resolution"])
            if reference.startswith("workspace:"):
                places.append(os.path.normpath(os.path.join(os.path.dirname(path), reference[10:])))
                continue
            name = real if reference.startswith("npm:") else name
        elif wanted.startswith("npm:"):
            name = split(wanted[4:])[0]
        if "version" not in entry:
            raise ValueError("no version")
        entry["node"] = (name, entry["version"])
        for descriptor in entry["asked"]:
            nodes[descriptor] = entry["node"]

    def find(name, wanted):
        for key in ((name, wanted), (name, "npm:" + wanted)):
            if key in nodes:
                return [nodes[key]]
        return [node for (other, _), node in nodes.items() if other == name]

    edges = {}
    for entry in entries:
        if "node" in entry:
            for name, wanted, optional in entry["edges"]:
                for target in find(name, wanted):
                    edges.setdefault(entry["node"], []).append((target, optional))
    roots = []
    if not berry:
        at = os.path.join(places[0], "package.json")
        if exists(root, at):
            import glob

            spaces = json.loads(text(root, at)).get("workspaces", [])
            spaces = spaces.get("packages", []) if isinstance(spaces, dict) else spaces
            members = set()
            for pattern in spaces:
                found = set(glob.glob(os.path.join(root, places[0], pattern.lstrip("!"))))
                members = members - found if pattern.startswith("!") else members | found
            places += [os.path.relpath(member, root) for member in sorted(members)]
    for place in places:
        at = os.path.normpath(os.path.join(place, "package.json"))
        if exists(root, at):
            manifest = json.loads(text(root, at))
            for table, scope in TABLES:
                for name, wanted in manifest.get(table, {}).items():
                    if table == "dependencies" and name in manifest.get("optionalDependencies", {}):
                        continue
                    roots += [(node, scope) for node in find(name, wanted)]
    scope = spread(roots, edges)
    for node in set(nodes.values()):
        yield (*node, scope.get(node, "unknown"))


main(read)
