"""composer.lock by json."""

import json

from referee import main, text


def read(root, path):
    lock = json.loads(text(root, path))
    for table, scope in [("packages", "runtime"), ("packages-dev", "development")]:
        for package in lock[table] if table == "packages" else lock.get(table) or []:
            yield package["name"].lower(), package["version"], scope


main(read)
