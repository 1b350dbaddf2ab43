"""Workflows by regular expressions over lines."""

import re

from dockerfile_image import image
from referee import main, text


def read(root, path):
    content = text(root, path)
    if content.count("[") != content.count("]"):
        raise ValueError("a list does not end")
    if "\t" in re.sub(r"[^\t\n]", "", content.split("jobs:")[0]):
        raise ValueError("a tab")
    for line in content.split("\n"):
        found = re.match(r"^\s*-?\s*uses:\s*['\"]?([^\s'\"#]+)['\"]?\s*(?:#\s*(\S+))?", line)
        if found:
            name, told = found[1], found[2]
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
            if re.fullmatch(r"[0-9a-f]{40}", ref) and told and re.match(r"v?\d", told):
                ref = told
            yield shown.lower() if len(parts) < 3 else "/".join(parts[:2]).lower() + "#" + parts[2], ref, "development"
        found = re.match(r"^\s*(?:image|container):\s*['\"]?([^\s'\"#{]+)['\"]?\s*$", line)
        if found and found[1] != "Dockerfile":
            yield (*image(found[1].removeprefix("docker://")), "development")


main(read)
