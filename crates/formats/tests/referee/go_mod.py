"""go.mod by regular expressions."""

import os
import re

from referee import beside, exists, main, text


def read(root, path):
    content = re.sub(r"//(?! indirect).*", "", text(root, path))
    if not re.search(r"^module\s+\S+", content, re.M):
        raise ValueError("no module")
    if content.count("(") != content.count(")"):
        raise ValueError("a block does not end")

    def statements(verb):
        for block in re.findall(rf"^{verb}\s*\(([^)]*)\)", content, re.M):
            yield from (line.strip() for line in block.split("\n") if line.strip())
        yield from (line.strip() for line in re.findall(rf"^{verb}\s+([^(\n]+)$", content, re.M))

    replaced = {}
    for line in statements("replace"):
        left, right = line.split("=>")
        left, right = left.split(), right.split()
        replaced[left[0], left[1] if len(left) > 1 else ""] = right
    listed = set()
    for line in statements("require"):
        module, version = line.replace("// indirect", "").split()
        listed.add(module)
        new = replaced.get((module, version), replaced.get((module, "")))
        if new and len(new) == 1:
            inside = os.path.normpath(os.path.join(os.path.dirname(path), new[0]))
            if not inside.startswith(("..", "/")):
                continue
        elif new:
            module, version = new
        yield module, version, "unknown"
    go = next(statements("go"), None)
    major, minor = (int(n) for n in (go or "1.0").split(".")[:2])
    sums = beside(path, "go.sum")
    if (major, minor) < (1, 17) and exists(root, sums):
        for module, version, _ in re.findall(r"^(\S+) (\S+) (h1:\S+)$", text(root, sums), re.M):
            if not version.endswith("/go.mod") and module not in listed:
                yield module, version, "unknown"
    tool = next(statements("toolchain"), None)
    if tool and tool != "default":
        yield "go", tool.removeprefix("go").split("-")[0], "runtime"
    elif go:
        yield "go", ">=" + go, "runtime"


main(read)
