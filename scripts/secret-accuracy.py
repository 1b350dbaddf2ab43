#!/usr/bin/env python3
"""How many of another tool's examples of secrets are found, and how many of its counter-examples.

    scripts/secret-accuracy.py PROGRAM FOLDER...

FOLDER holds rule files in YAML (`rules:` with `examples` and `negative_examples`, the form of Nosey
Parker and Titus). Every distinct example becomes one file of a folder that `PROGRAM check --publish`
judges; an example counts as found if any secret is reported in its file. Wilson intervals at 95 %.
Nothing of the examples is printed. The rules of this program are not made from these examples, and are
not to be: they measure it.
"""

import collections
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import yaml


def wilson(hits, of, z=1.96):
    if not of:
        return "none"
    p = hits / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return f"{hits} of {of} ({100 * p:.0f} %, {100 * (middle - reach):.0f} to {100 * (middle + reach):.0f} %)"


def examples(folders):
    """Each distinct text once, with whether it is a secret and the kind of its rule."""
    seen = {}
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.y*ml")):
            try:
                rules = (yaml.safe_load(path.read_text()) or {}).get("rules")
            except (yaml.YAMLError, AttributeError, UnicodeDecodeError):
                continue
            for rule in rules if isinstance(rules, list) else []:
                if not isinstance(rule, dict):
                    continue
                words = {str(word) for word in rule.get("categories") or []}
                kind = next((k for k in ("identifier", "hashed", "fuzzy", "generic") if k in words), "secret")
                for is_secret, key in ((True, "examples"), (False, "negative_examples")):
                    for text in rule.get(key) or []:
                        seen.setdefault((str(text), is_secret), kind)
    return [(text, is_secret, kind) for (text, is_secret), kind in seen.items()]


def main():
    program, *folders = sys.argv[1:]
    cases = examples(folders)
    if not cases:
        sys.exit("no rule file with examples below " + ", ".join(folders))
    with tempfile.TemporaryDirectory() as root:
        for number, (text, _, _) in enumerate(cases):
            place = pathlib.Path(root, f"service/part{number // 100}", f"settings{number}.conf")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text + "\n")
        ran = subprocess.run(
            [program, "check", root, "--publish", "--no-history", "--format", "json"], capture_output=True, text=True
        )
        report = json.loads(ran.stdout)
    found = set()
    for finding in report["findings"]:
        if finding["kind"] == "secret":
            for place in finding["places"]:
                found.add(place.split("!")[0].rsplit(":", 1)[0])
    count = collections.Counter()
    for number, (_, is_secret, kind) in enumerate(cases):
        hit = f"service/part{number // 100}/settings{number}.conf" in found
        for key in ((is_secret, "all"), (is_secret, kind)):
            count[key, "of"] += 1
            count[key, "hit"] += hit
    for kind in ("all", "secret", "generic", "fuzzy", "hashed", "identifier"):
        of = count[(True, kind), "of"], count[(False, kind), "of"]
        if any(of):
            hits = count[(True, kind), "hit"], count[(False, kind), "hit"]
            print(f"{kind:>10}: found {wilson(hits[0], of[0])}; flagged of the counter-examples {wilson(hits[1], of[1])}")


if __name__ == "__main__":
    main()
