"""composer.json by json."""

import json
import re

from referee import main, text


def read(root, path):
    manifest = json.loads(text(root, path))
    for table, scope in [("require", "runtime"), ("require-dev", "development")]:
        for name, wanted in manifest.get(table, {}).items():
            if "/" not in name:
                continue
            wanted = wanted.strip()
            if wanted.startswith("dev-"):
                wanted = wanted.split(" as ")[0]
            exact = re.match(r"^[=v]*(\d+(\.\d+){2,3})$", wanted)
            yield name.lower(), exact.group(1) if exact else "" if wanted == "*" else wanted, scope


main(read)
