"""packages.config by xml.etree."""

import os
import xml.etree.ElementTree as ET

from referee import main


def read(root, path):
    document = ET.parse(os.path.join(root, path)).getroot()
    if document.tag != "packages":
        raise ValueError("no packages.config")
    for entry in document.iter("package"):
        scope = "development" if entry.get("developmentDependency") == "true" else "runtime"
        yield entry.get("id"), entry.get("version"), scope


main(read)
