"""CycloneDX JSON by json: every component with a package URL, at any depth."""

import json
import re
from urllib.parse import unquote

from referee import main, text

SCOPES = {None: "runtime", "required": "runtime", "optional": "optional", "excluded": "development"}
DEVELOPMENT = {"cdx:npm:package:development", "cdx:composer:package:isDevRequirement"}
LOWER = {"github", "bitbucket", "composer", "deb", "apk", "alpm", "oci", "pypi", "hex", "brew", "bitnami", "pub"}


def purl(said, version):
    """name as the ecosystem writes it, and version"""
    rest, _, subpath = said.partition("#")
    rest = rest.partition("?")[0]
    kind, _, path = rest[len("pkg:"):].lstrip("/").partition("/")
    kind = kind.lower()
    at = path.rfind("@")
    if at > 0:
        path, version = path[:at], unquote(path[at + 1:])
    parts = [unquote(part) for part in path.split("/")]
    if kind in LOWER:
        parts = [part.lower() for part in parts]
    if kind == "pypi":
        parts = [re.sub("[-_.]+", "-", part) for part in parts]
    if kind == "maven":
        name = ":".join(["/".join(parts[:-1]), parts[-1]])
    else:
        name = "/".join(parts)
    if subpath:
        name += "#" + unquote(subpath.strip("/"))
    return name, version or ""


def walk(components):
    for component in components or []:
        yield component
        yield from walk(component.get("components"))


def read(root, path):
    bom = json.loads(text(root, path))
    if bom.get("bomFormat") != "CycloneDX" or not re.fullmatch("1[.][2-7]", bom.get("specVersion", "")):
        raise ValueError("not CycloneDX 1.2 to 1.7")
    inside = bom.get("metadata", {}).get("component", {}).get("components")
    for component in [*walk(bom.get("components")), *walk(inside)]:
        if not component.get("name"):
            raise ValueError("a component without a name")
        if "purl" not in component:
            continue
        scope = SCOPES.get(component.get("scope"), "unknown")
        for prop in component.get("properties", []):
            if prop.get("name") in DEVELOPMENT and prop.get("value") == "true":
                scope = "development"
        yield *purl(component["purl"], component.get("version")), scope


if __name__ == "__main__":
    main(read)
