#!/usr/bin/env bash
# The licences of every dependency against the list in deny.toml, with nothing but cargo and
# Python: for machines without cargo-deny.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo metadata --format-version 1 --locked --filter-platform x86_64-unknown-linux-gnu | python3 -c '
import json, re, sys, tomllib

allowed = set(tomllib.load(open("deny.toml", "rb"))["licenses"]["allow"])
denied = {entry["crate"] for entry in tomllib.load(open("deny.toml", "rb"))["bans"]["deny"]}

def fits(expression):
    """SPDX expressions of AND, OR, WITH and parentheses; a slash is the old form of OR."""
    words = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    def either(at):
        value, at = both(at)
        while at < len(words) and words[at] == "OR":
            other, at = both(at + 1)
            value = value or other
        return value, at
    def both(at):
        value, at = one(at)
        while at < len(words) and words[at] == "AND":
            other, at = one(at + 1)
            value = value and other
        return value, at
    def one(at):
        if words[at] == "(":
            value, at = either(at + 1)
            return value, at + 1
        name, at = words[at], at + 1
        if at < len(words) and words[at] == "WITH":
            name, at = f"{name} WITH {words[at + 1]}", at + 2
        return name in allowed or name.split(" WITH ")[0] in allowed, at
    return either(0)[0]

bad = []
count = 0
for package in json.load(sys.stdin)["packages"]:
    if package["source"] is None:
        continue
    count += 1
    licence = package["license"]
    if package["name"] in denied:
        bad.append(package["name"] + " is banned")
    elif not licence or not fits(licence):
        bad.append(package["name"] + " " + package["version"] + ": " + str(licence))
assert count > 50, "the dependencies could not be read"
print(f"{count} dependencies looked at")
if bad:
    sys.exit("not allowed:\n" + "\n".join(bad))
'
