"""pylock.toml by tomllib; markers by Python's own `eval` over `extras` and `dependency_groups`."""

import re
import tomllib

from pip._vendor.packaging.utils import canonicalize_name

from referee import beside, exists, main, text


class Anything:
    """Compares true with everything: an environment that could be."""

    def _yes(self, _other):
        return True

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _yes
    __hash__ = None


class All:
    def __contains__(self, _item):
        return True


def holds(marker, extras, groups):
    names = re.findall(r"[a-z_]+(?=\s*(?:[<>=!]|in\b|not\b))", marker)
    world = {name: Anything() for name in names if name not in ("and", "or", "not", "in")}
    return eval(marker, {"__builtins__": {}}, {**world, "extras": extras, "dependency_groups": groups})


def read(root, path):
    data = tomllib.loads(text(root, path))
    if not data["lock-version"].startswith("1."):
        raise ValueError("unknown version")
    defaults = set(data.get("default-groups", []))
    for package in data.get("packages", []):
        if "directory" in package and exists(root, beside(path, package["directory"]["path"] + "/pyproject.toml")):
            continue
        marker = package.get("marker")
        if not marker or holds(marker, set(), defaults):
            scope = "runtime"
        elif holds(marker, All(), defaults):
            scope = "optional"
        else:
            scope = "development"
        yield canonicalize_name(package["name"]), package.get("version", ""), scope


main(read)
