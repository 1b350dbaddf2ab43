"""setup.py by Python's own parser (`ast`): readable only if it calls setup() and names nothing."""

import ast

from referee import beside, exists, main, text


def read(root, path):
    declared = any(exists(root, beside(path, name)) for name in ("pyproject.toml", "setup.cfg"))
    for node in ast.walk(ast.parse(text(root, path))):
        if isinstance(node, ast.keyword) and (node.arg is None or "require" in node.arg):
            raise ValueError("asks for something")
    if not declared:
        raise ValueError("a program")
    return []


main(read)
