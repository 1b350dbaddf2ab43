"""DESCRIPTION by the mail header parser, which reads the same shape."""

import email
import re

from referee import main, text

BASE = "R base compiler datasets graphics grDevices grid methods parallel splines stats stats4 tcltk tools utils".split()


def read(root, path):
    fields = email.message_from_string(text(root, path))
    for names, scope in [(("Depends", "Imports", "LinkingTo"), "runtime"), (("Suggests", "Enhances"), "optional")]:
        for item in ",".join(fields.get(name, "") for name in names).split(","):
            found = re.match(r"\s*([A-Za-z0-9.]+)\s*(?:\(([^)]*)\))?", item)
            if found and found[1] not in BASE:
                wanted = (found[2] or "").strip()
                if wanted.startswith("=="):
                    wanted = wanted[2:].strip()
                yield found[1], wanted, scope


main(read)
