#!/usr/bin/env bash
# Whole-process cost of `formulary check` on a lockfile of N components against the advisories of
# $FORMULARY_CORPUS, from start to exit. Prints CPU time (user and system, from the kernel's own account of
# the process, not rounded to ticks) and peak memory. Needs a release build and Python.
set -euo pipefail
cd "$(dirname "$0")/.."
program="${PROGRAM:-$PWD/target/release/formulary}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
"$program" feeds import "${FORMULARY_CORPUS:?}/advisories" --coverage full --as-of 2026-08-22 --feeds "$folder/feeds" >/dev/null
for n in "${@:-1000}"; do
    mkdir -p "$folder/$n"
    # Real names from the advisories and made-up ones, half and half, so that look-ups hit and miss.
    python3 - "$n" "$folder/$n/package-lock.json" "$FORMULARY_CORPUS" <<'PY'
import json, sys, zipfile
n, path, corpus = int(sys.argv[1]), sys.argv[2], sys.argv[3]
names = []
with zipfile.ZipFile(f"{corpus}/advisories/npm/all.zip") as z:
    for entry in sorted(z.namelist()):
        record = json.loads(z.read(entry))
        if entry.startswith("MAL-"):
            continue
        names += [a["package"]["name"] for a in record.get("affected", []) if "package" in a]
names = sorted(set(names))[: n // 2]
names += [f"made-up-{i}" for i in range(n - len(names))]
packages = {"": {"name": "bench", "version": "1.0.0", "dependencies": {x: "1.0.0" for x in names[:50]}}}
for i, name in enumerate(names):
    packages[f"node_modules/{name}"] = {
        "version": f"{i % 5}.{i % 7}.{i % 11}", "license": "MIT", "integrity": "sha512-" + "A" * 86 + "==",
        "dependencies": {names[(i * 7 + 1) % len(names)]: "*"}}
json.dump({"name": "bench", "lockfileVersion": 3, "packages": packages}, open(path, "w"), indent=2)
PY
    python3 - "$n" "$program" check "$folder/$n/package-lock.json" --as-of 2026-08-22 --feeds "$folder/feeds" --use <<'PY'
import os, statistics, sys
n, command = sys.argv[1], sys.argv[2:]
cpu, memory = [], []
quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
for _ in range(max(5, min(25, 30000 // int(n)))):
    _, status, used = os.wait4(os.posix_spawn(command[0], command, os.environ, file_actions=quiet), 0)
    if os.waitstatus_to_exitcode(status) == 3:
        sys.exit("nothing was evaluated")
    cpu.append((used.ru_utime + used.ru_stime) * 1000)
    memory.append(used.ru_maxrss / 1024)
print(f"{n} components: {min(cpu):.0f} ms CPU at least, {statistics.median(cpu):.0f} ms median of {len(cpu)}, "
      f"at most {max(memory):.1f} MiB")
PY
done
