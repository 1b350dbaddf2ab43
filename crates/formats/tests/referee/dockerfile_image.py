"""How an image reference is split; shared by the scripts that meet images."""

import re


def image(reference):
    reference = reference.strip("\"'")
    if "$" in reference:
        name, _, tag = reference.partition(":")
        if "$" in name or not tag:
            return None
        return re.sub(r"^[^/]*[.:][^/]*/", "", name), ""
    name, _, digest = reference.partition("@")
    host = re.match(r"^([^/]*[.:][^/]*|localhost)/", name)
    name = name[host.end() :] if host else name
    name, _, tag = name.partition(":")
    if tag == "latest" or (not tag and not digest):
        return name, "" if not (digest and not tag) else digest
    return name, tag or digest
