#!/usr/bin/env bash
# `formulary check` beside `cargo audit` on one Cargo.lock of N components, in turn, start to exit: CPU time
# (user and system, the kernel's own account) and peak memory. Half of the components are crates that RustSec
# advisories speak of. Ours is given every advisory of $FORMULARY_CORPUS, all ecosystems; theirs its own
# database, as a clone that is not fetched again.
#
#   PROGRAM=target/release/formulary scripts/bench-peers.sh CARGO_AUDIT ADVISORY_DB [N]
set -euo pipefail
cd "$(dirname "$0")/.."
program="$(realpath "${PROGRAM:-target/release/formulary}")"
audit="$(realpath "$1")"
database="$(realpath "$2")"
n="${3:-1000}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
"$program" feeds import "${FORMULARY_CORPUS:?}/advisories" --coverage full --as-of 2026-08-22 --feeds "$folder/feeds" >/dev/null
python3 - "$n" "$database" "$folder" "$program" "$audit" <<'PY'
import os, statistics, sys
n, database, folder, program, audit = int(sys.argv[1]), *sys.argv[2:]
# Where crates come from is what this repository's own lockfile says.
source = next(line for line in open("Cargo.lock") if line.startswith("source = "))
names = sorted(os.listdir(f"{database}/crates"))[: n // 2]
names += [f"made-up-{i}" for i in range(n - len(names) - 1)]
rows = ['version = 3\n\n[[package]]\nname = "bench"\nversion = "0.0.0"\ndependencies = [\n'
        + "".join(f' "{name}",\n' for name in names[:50]) + "]\n"]
for i, name in enumerate(names):
    rows.append(f'[[package]]\nname = "{name}"\nversion = "{i % 5}.{i % 7}.{i % 11}"\n'
                f'{source}checksum = "{"a" * 64}"\n'
                + f'dependencies = [\n "{names[(i * 7 + 1) % len(names)]}",\n]\n')
os.makedirs(f"{folder}/lock")
lock = f"{folder}/lock/Cargo.lock"
open(lock, "w").write("\n".join(rows))
ours = [program, "check", lock, "--use", "--as-of", "2026-08-22", "--feeds", f"{folder}/feeds"]
theirs = [audit, "audit", "--db", database, "--no-fetch", "--stale", "--no-yanked", "--file", lock]
quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
seen = {"formulary": [], "cargo audit": []}
for _ in range(15):
    for name, command in (("formulary", ours), ("cargo audit", theirs)):
        _, status, used = os.wait4(os.posix_spawn(command[0], command, os.environ, file_actions=quiet), 0)
        # Both must have found what is there: 1 is "vulnerable" and "refused".
        if os.waitstatus_to_exitcode(status) != 1:
            sys.exit(f"{name} ended with {os.waitstatus_to_exitcode(status)}")
        seen[name].append(((used.ru_utime + used.ru_stime) * 1000, used.ru_maxrss / 1024))
for name, runs in seen.items():
    cpu = [run[0] for run in runs]
    print(f"{name}: {min(cpu):.0f} ms CPU at least, {statistics.median(cpu):.0f} ms median of {len(cpu)}, "
          f"at most {max(run[1] for run in runs):.1f} MiB")
ratio = statistics.median(a[0] / b[0] for a, b in zip(seen["cargo audit"], seen["formulary"]))
print(f"cargo audit beside formulary, run by run: {ratio:.1f} times the CPU")
PY
