"""go.sum by splitting; silent where a go.mod stands beside it."""

from referee import beside, exists, main, text


def read(root, path):
    lines = [line.split() for line in text(root, path).split("\n") if line.strip()]
    for module, version, _ in lines:
        if not version.endswith("/go.mod") and not exists(root, beside(path, "go.mod")):
            yield module, version, "unknown"


main(read)
