"""setup.cfg by configparser."""

import configparser

from pip._vendor.packaging.utils import canonicalize_name

from python_names import split
from referee import main, text

ORDER = ["runtime", "optional", "development"]


def read(root, path):
    parser = configparser.RawConfigParser()
    parser.read_string(text(root, path))
    own = canonicalize_name(parser.get("metadata", "name", fallback="-"))
    options = parser["options"] if parser.has_section("options") else {}
    lists = [(options.get("install_requires", ""), "runtime")]
    lists += [(options.get(key, ""), "development") for key in ("setup_requires", "tests_require")]
    if parser.has_section("options.extras_require"):
        lists += [(value, "optional") for value in parser["options.extras_require"].values()]
    answer = {}
    for block, scope in lists:
        for line in block.split("\n"):
            line = line.split(" #")[0].strip()
            if not line or line.startswith("#") or line.startswith("file:"):
                continue
            name, version, _ = split(line)
            if name == own:
                continue
            before = answer.get((name, version), "development")
            answer[(name, version)] = min(before, scope, key=ORDER.index)
    for (name, version), scope in answer.items():
        yield name, version, scope


main(read)
