#!/usr/bin/env bash
# An estate of N small made-up repositories (default 100): the CPU of `formulary estate` against the sum
# of N single `formulary check`s, and its wall time against that sum divided by the cores. Histories and
# feeds are read anew each time, nothing is kept. Each repository has 30 commits, a lockfile of 40
# components of which some have flaws, a README and a licence.
#   scripts/bench-estate.sh [N] [PROGRAM]
# Needs git and Python. Prints seconds; three rounds, single checks and estate in turn.
set -euo pipefail
n=${1:-100}
program=${2:-$(cd "$(dirname "$0")/.." && pwd)/target/release/formulary}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME="$folder/home" GIT_CONFIG_NOSYSTEM=1
mkdir -p "$HOME"
python3 - "$folder" "$n" <<'PY'
import json, os, random, subprocess, sys
folder, n = sys.argv[1], int(sys.argv[2])
random.seed(11)
names = [f"made-up-{i}" for i in range(120)]
os.makedirs(f"{folder}/export/npm")
for i, name in enumerate(names[:30]):
    record = {"id": f"GHSA-aaaa-aaaa-{i:04}", "modified": "2026-01-10T00:00:00Z", "published": "2025-01-10T00:00:00Z",
              "summary": "made up", "affected": [{"package": {"ecosystem": "npm", "name": name}, "ranges": [
                  {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.5.0"}]}]}]}
    json.dump(record, open(f"{folder}/export/npm/{record['id']}.json", "w"))
words = "ward patient list clinic order result import return value class async await const for while".split()
def lock(chosen, turn):
    packages = {"": {"name": "x", "version": "1.0.0", "dependencies": {c: "1.0.0" for c in chosen}}}
    for i, c in enumerate(chosen):
        packages[f"node_modules/{c}"] = {"version": f"1.{(i + turn) % 9}.0", "license": "MIT", "integrity": "sha512-AAAA"}
    return json.dumps({"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}, indent=1)
for r in range(n):
    chosen = random.sample(names, 40)
    stream = []
    for turn in range(30):
        body = "\n".join(" ".join(random.choice(words) for _ in range(8)) for _ in range(60))
        files = [(f"src/m{turn % 12}.js", body), ("package-lock.json", lock(chosen, turn // 6)), ("README.md", f"# r{r}\n"),
                 ("LICENSE", "MIT License\n\nCopyright 2026 T\n")]
        when = 1700000000 + turn * 864000
        stream.append(f"commit refs/heads/main\ncommitter T <t@hospital.example> {when} +0000\ndata 1\nc\n")
        stream += [f"M 100644 inline {p}\ndata {len(t)}\n{t}\n" for p, t in files]
    repository = f"{folder}/src/r{r:03}"
    subprocess.run(["git", "init", "-q", "-b", "main", repository], check=True)
    subprocess.run(["git", "fast-import", "--quiet"], cwd=repository, input="".join(stream).encode(), check=True)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=repository, check=True)
PY
"$program" feeds import "$folder/export" --coverage full --as-of 2026-08-22 --feeds "$folder/feeds" >/dev/null
cat >"$folder/time.py" <<'PY'
import os, resource, shutil, subprocess, sys, time
program, folder, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
usual = ["--as-of", "2026-08-22", "--feeds", f"{folder}/feeds"]
def run(args):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([program, *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in (0, 1, 2, 3)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall
def fresh():
    shutil.rmtree(f"{folder}/home", ignore_errors=True)
    os.makedirs(f"{folder}/home")
cores = len(os.sched_getaffinity(0))
for turn in range(3):
    fresh()
    single = [run(["check", f"{folder}/src/r{r:03}", *usual, "--publish", "--use"]) for r in range(n)]
    fresh()
    cpu, wall = run(["estate", f"{folder}/src", *usual])
    again = run(["estate", f"{folder}/src", *usual])
    sum_cpu, sum_wall = sum(c for c, _ in single), sum(w for _, w in single)
    print(f"round {turn + 1}: {n} checks {sum_cpu:.2f} s CPU, {sum_wall:.2f} s wall; estate {cpu:.2f} s CPU "
          f"({cpu / sum_cpu:.2f} of the sum), {wall:.2f} s wall ({wall / (sum_cpu / cores):.2f} of the sum of CPU over "
          f"{cores} cores); again, all kept: {again[0]:.2f} s CPU, {again[1]:.2f} s wall; "
          f"peak {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MiB, load {os.getloadavg()[0]:.1f}")
PY
python3 "$folder/time.py" "$program" "$folder" "$n"
