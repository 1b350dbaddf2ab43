"""Workflows by regular expressions over lines."""

import re

from dockerfile_image import image
from referee import main, text


SETUPS = {
    "actions/setup-python": ("python-version", "python"),
    "actions/setup-node": ("node-version", "nodejs"),
    "actions/setup-go": ("go-version", "go"),
    "actions/setup-java": ("java-version", "java"),
    "actions/setup-dotnet": ("dotnet-version", "dotnet"),
    "ruby/setup-ruby": ("ruby-version", "ruby"),
}


def installed(content):
    """Languages that steps set up: by indentation, line by line."""
    lines = content.split("\n")
    for number, line in enumerate(lines):
        found = re.match(r"^\s*-?\s*uses:\s*['\"]?([^\s'\"#@]+)@", line)
        if not found or found[1] not in SETUPS:
            continue
        name, product = SETUPS[found[1]]
        column = line.index("uses:")
        for at in range(number + 1, len(lines)):
            inner = lines[at]
            if inner.strip() and (len(inner) - len(inner.lstrip()) < column or inner.lstrip().startswith("- ")):
                break
            value = re.match(r"^\s*" + name + r":\s*(.*)$", inner)
            if not value:
                continue
            values = [value[1]]
            if value[1] == "|":
                values = []
                for more in lines[at + 1 :]:
                    if len(more) - len(more.lstrip()) <= len(inner) - len(inner.lstrip()):
                        break
                    values.append(more)
            varied = re.fullmatch(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}", value[1])
            if varied:
                before = "\n".join(lines[:number])
                before = before[before.rindex("matrix:") :]
                values = []
                for listed in re.findall(r"^\s*" + varied[1] + r":\s*\[(.*)\]", before, flags=re.M):
                    values += listed.split(",")
                values += re.findall(r"^\s*-\s*" + varied[1] + r":\s*([^\[\s]+)\s*$", before, flags=re.M)
            near = "\n".join(lines[number : at + 4])
            if product == "java" and re.search(r"distribution:\s*['\"]?temurin", near):
                product = "eclipse-temurin"
            for one in values:
                one = re.sub(r"\.x$", "", one.strip().strip("'\""))
                one = {"lts/hydrogen": "18", "lts/iron": "20", "lts/jod": "22"}.get(one, one)
                if one and "${{" not in one:
                    yield product, one, "development"
            break


def read(root, path):
    content = text(root, path)
    if content.count("[") != content.count("]"):
        raise ValueError("a list does not end")
    if "\t" in re.sub(r"[^\t\n]", "", content.split("jobs:")[0]):
        raise ValueError("a tab")
    yield from installed(content)
    for line in content.split("\n"):
        found = re.match(r"^\s*-?\s*uses:\s*['\"]?([^\s'\"#]+)['\"]?\s*(?:#\s*(\S+))?", line)
        if found:
            name = found[1]
            if name.startswith("."):
                continue
            if name.startswith("docker://"):
                yield (*image(name[9:]), "development")
                continue
            name, _, ref = name.partition("@")
            parts = name.split("/", 2)
            if len(parts) < 2:
                continue
            shown = "/".join(parts[:2]) + ("#" + parts[2] if len(parts) > 2 else "")
            yield shown.lower() if len(parts) < 3 else "/".join(parts[:2]).lower() + "#" + parts[2], ref, "development"
        found = re.match(r"^\s*(?:image|container):\s*['\"]?([^\s'\"#{]+)['\"]?\s*$", line)
        if found and found[1] != "Dockerfile":
            yield (*image(found[1].removeprefix("docker://")), "development")


main(read)
