"""Pins of language versions by splitting."""

import json
import re
import tomllib

from referee import main, text

PRODUCT = {"golang": "go", "node": "nodejs", "temurin": "eclipse-temurin", "dotnet-core": "dotnet"}
PLAIN = {".nvmrc": "nodejs", ".node-version": "nodejs", ".python-version": "python", ".ruby-version": "ruby"}
PLAIN |= {".java-version": "java", ".go-version": "go", ".php-version": "php", ".terraform-version": "terraform"}
NODE = {"iron": "20", "hydrogen": "18", "jod": "22"}


def pin(name, version):
    if name == "java" and "-" in version:
        name, _, version = version.rpartition("-")
    version = re.sub(r"^v(?=\d)", "", version)
    if version.startswith("lts/") and version[4:] in NODE:
        version = NODE[version[4:]]
    if version in ("system", "") or ":" in version:
        version = ""
    return PRODUCT.get(name, name), version, "runtime"


def read(root, path):
    name = path.rpartition("/")[2]
    content = text(root, path)
    if name == ".tool-versions":
        for line in content.split("\n"):
            words = line.partition("#")[0].split()
            for version in words[1:]:
                yield pin(words[0], version)
    elif name in ("mise.toml", ".mise.toml"):
        for tool, versions in tomllib.loads(content).get("tools", {}).items():
            for version in versions if isinstance(versions, list) else [versions]:
                version = version.get("version") if isinstance(version, dict) else version
                if tool.startswith("npm:"):
                    yield tool[4:], version, "development"
                else:
                    yield pin(tool, version)
    elif name.startswith("rust-toolchain"):
        found = tomllib.loads(content)["toolchain"].get("channel") if "[" in content else content.strip()
        if found:
            yield pin("rust", re.sub(r"^(\d[^-]*)-.*", r"\1", found))
    elif name == "global.json":
        content = json.loads(re.sub(r"^\s*//.*$", "", content, flags=re.M))
        if "sdk" in content:
            yield pin("dotnet", content["sdk"]["version"])
        for sdk, version in content.get("msbuild-sdks", {}).items():
            yield sdk, version, "development"
    elif name == "runtime.txt":
        yield pin(*content.strip().split("-", 1))
    else:
        for line in content.split("\n"):
            for word in line.partition("#")[0].split():
                maker = re.match(r"^([a-z]+)-(\d.*)$", word)
                yield pin(maker[1], maker[2]) if maker else pin(PLAIN[name], word)


main(read)
