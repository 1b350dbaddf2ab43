"""Version catalogues by tomllib."""

import tomllib

from referee import main, text


def read(root, path):
    data = tomllib.loads(text(root, path))

    def version(entry):
        found = entry.get("version", "")
        if isinstance(found, dict):
            found = data["versions"][found["ref"]] if "ref" in found else found.get("strictly") or found.get("require")
        if isinstance(found, dict):
            found = found.get("strictly") or found.get("require")
        return found

    for entry in data.get("libraries", {}).values():
        if isinstance(entry, str):
            group, name, *rest = entry.split(":")
            yield f"{group}:{name}", rest[0] if rest else "", "unknown"
        else:
            name = entry.get("module") or f"{entry['group']}:{entry['name']}"
            yield name, version(entry), "unknown"
    for entry in data.get("plugins", {}).values():
        entry = dict(zip(("id", "version"), entry.split(":"))) if isinstance(entry, str) else entry
        yield f"{entry['id']}:{entry['id']}.gradle.plugin", version(entry), "development"


main(read)
