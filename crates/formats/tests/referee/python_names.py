"""What the Python referees share. pip carries the `packaging` library, which is the reference
implementation of names, specifiers and markers."""

import re

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name


def split(text):
    """(name, specifier as written, url) of a PEP 508 text; raises when it is none."""
    requirement = Requirement(text)
    name = canonicalize_name(requirement.name)
    if requirement.url:
        return name, "", requirement.url
    rest = re.sub(r"^[A-Za-z0-9._-]+\s*(\[[^\]]*\])?", "", text.strip(), count=1)
    written = rest.split(";")[0].strip()
    if written.startswith("("):
        written = written[1:-1].strip()
    return name, version(written), None


def version(written):
    """The version of an exact pin, else the specifier as written."""
    pin = re.fullmatch(r"={2,3}\s*([^,*\s]+)", written.strip())
    return pin.group(1) if pin else written.strip()
