"""pnpm-lock.yaml by its fixed indentation; versions 5 and 6 by pnpm's own marks, 9 by the graph."""

import os
import re

from referee import main, spread, text


def blocks(content, name):
    """Entries two spaces deep of one top-level table: key -> [(indent, key, value)]."""
    found, key, inside = {}, None, False
    for line in content.split("\n"):
        if line and not line.startswith(" "):
            inside = line.startswith(name + ":")
        elif inside and line.strip():
            shape = re.match(r"^( +)('[^']+'|[^\s:]+(?=:(?: |$))|[^\s]+(?=:\s*$)|[^ ]+?):(?: (.*))?$", line)
            indent, word, value = len(shape[1]), shape[2].strip("'"), shape[3] or ""
            if indent == 2:
                key = word
                found[key] = []
            else:
                found[key].append((indent, word, value.strip("'")))
    return found


def name_and_version(key, major):
    plain = key.split("(")[0].lstrip("/")
    if major == 5:
        name, _, version = plain.rpartition("/")
        return name, version.split("_")[0]
    at = plain.index("@", 1)
    return plain[:at], plain[at + 1 :]


def read(root, path):
    content = text(root, path)
    major = int(re.search(r"^lockfileVersion: '?(\d+)", content, re.M)[1])
    if not 5 <= major <= 9:
        raise ValueError("version")
    packages = blocks(content, "packages")
    if major < 9:
        for key, fields in packages.items():
            marks = {word: value for indent, word, value in fields if indent == 4}
            scope = "development" if marks.get("dev") == "true" else "runtime"
            if marks.get("optional") == "true" and scope == "runtime":
                scope = "optional"
            yield (*name_and_version(key, major), scope)
        return
    known = {}
    for key, fields in packages.items():
        name, version = name_and_version(key, major)
        told = [value for indent, word, value in fields if indent == 4 and word == "version"]
        version = told[0] if told else "" if ":" in version else version
        known[key.split("(")[0]] = (name, version)

    def find(name, version):
        for key in (f"{name}@{version}", version):
            if key.split("(")[0] in known:
                return known[key.split("(")[0]]
        return None

    edges, roots = {}, []
    for key, fields in blocks(content, "snapshots").items():
        table = None
        for indent, word, value in fields:
            if indent == 4:
                table = word
            elif indent == 6 and table in ("dependencies", "optionalDependencies"):
                target = find(word, value)
                if target:
                    edges.setdefault(known[key.split("(")[0]], []).append((target, table[0] == "o"))
    scopes = {"dependencies": "runtime", "optionalDependencies": "optional", "devDependencies": "development"}
    for place, fields in blocks(content, "importers").items():
        table = name = None
        for indent, word, value in fields:
            if indent == 4:
                table = word
            elif indent == 6:
                name = word
            elif indent == 8 and word == "version" and find(name, value):
                roots.append((find(name, value), scopes[table]))
            elif indent == 8 and word == "version" and value.startswith("link:"):
                if os.path.normpath(os.path.join(place, value[5:])).startswith(".."):
                    yield name, "", scopes[table]
    scope = spread(roots, edges)
    for node in known.values():
        yield (*node, scope.get(node, "unknown"))


main(read)
