"""Usage: python3 packaging.py FOLDER < lines. Orders and specifiers by `packaging`."""
import sys

sys.path[0] = sys.argv[1] + "/python"
import packaging
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

print(f"packaging {packaging.__version__} on Python {sys.version.split()[0]}")
for line in sys.stdin.read().split("\n"):
    if not line:
        continue
    kind, a, b = line.split("\t")
    try:
        if kind == "C":
            a, b = Version(a), Version(b)
            print((a > b) - (a < b))
        else:
            print(int(SpecifierSet(a, prereleases=True).contains(Version(b))))
    except (InvalidVersion, InvalidSpecifier):
        print("x")
