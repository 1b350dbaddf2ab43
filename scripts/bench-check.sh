#!/usr/bin/env bash
# Whole-process cost of `formulary check` on a lockfile of N components against the advisories of
# $FORMULARY_CORPUS, from start to exit. Prints CPU seconds (user+sys, the median of nine runs) and
# peak memory. Needs a release build, GNU time, Python.
set -euo pipefail
cd "$(dirname "$0")/.."
program="$PWD/target/release/formulary"
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
    for _ in 1 2 3 4 5 6 7 8 9; do
        /usr/bin/time -f '%U %S %M' -o "$folder/time" "$program" check "$folder/$n/package-lock.json" \
            --as-of 2026-08-22 --feeds "$folder/feeds" --use >"$folder/out" || true
        tail -1 "$folder/time"
    done | sort -n | awk -v n="$n" '{cpu[NR] = $1 + $2; kib = $3 > kib ? $3 : kib}
        END {printf "%d components: %.0f ms CPU (median of %d), at most %.1f MiB\n", n, cpu[int((NR + 1) / 2)] * 1000, NR, kib / 1024}'
done
