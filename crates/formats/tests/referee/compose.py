"""Compose files by regular expressions over lines; anchors by hand-written cases only."""

import re

from dockerfile_image import image
from referee import main, text


def read(root, path):
    content = text(root, path)
    if content.count("[") != content.count("]"):
        raise ValueError("a list does not end")
    services = re.search(r"^services:\n((?:[ \t#].*\n|\n)*)", content, re.M)
    if not services:
        return
    for block in re.split(r"\n(?=  \S)", services[1]):
        found = re.search(r"^    image:\s*['\"]?([^\s'\"]+)", block, re.M)
        if found and not re.search(r"^    build:", block, re.M):
            name = re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", found[1])
            name = re.sub(r"\$\{\w+\}", "$", name)
            if image(name):
                yield (*image(name), "unknown")


main(read)
