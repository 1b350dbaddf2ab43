"""What every referee script shares: reading the list of files and printing the answer.

A script defines `read(root, path)`, which yields (name, version, scope) and raises on a file that
is not what it claims, and calls `main(read)`. See ../referee.rs for the contract.
"""

import os
import sys


def main(read):
    root = sys.argv[1]
    out = []
    for path in sys.stdin.read().split("\n"):
        if not path:
            continue
        try:
            found = set(read(root, path))
        except Exception as error:  # a referee's refusal is an answer, not a crash
            print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)
            out.append(f"{path}\t!unreadable")
            continue
        for name, version, scope in sorted(found):
            out.append(f"{path}\t{name}\t{version}\t{scope}")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write("".join(line + "\n" for line in out))


def text(root, path):
    with open(os.path.join(root, path), "rb") as file:
        return file.read().decode("utf-8-sig")


def beside(path, name):
    """A path in the same folder."""
    return os.path.join(os.path.dirname(path), name)


def exists(root, path):
    return os.path.isfile(os.path.join(root, path))


# Weakest last; a component reached twice keeps the strongest.
STRENGTH = ["runtime", "unknown", "optional", "development"]


def spread(roots, edges):
    """Scopes by reachability: roots is [(node, scope)], edges is {node: [(node, optional?)]}.

    From runtime an optional edge leads to optional; development stays development.
    """
    found = {}
    work = sorted(roots, key=lambda item: STRENGTH.index(item[1]))
    while work:
        node, scope = work.pop(0)
        before = found.get(node)
        if before is not None and STRENGTH.index(before) <= STRENGTH.index(scope):
            continue
        found[node] = scope
        for other, optional in edges.get(node, []):
            weaker = "optional" if optional and scope in ("runtime", "unknown") else scope
            work.append((other, weaker))
    return found
