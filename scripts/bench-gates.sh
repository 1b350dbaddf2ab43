#!/bin/sh
# Measures `check --staged` and `hook receive` on a made-up repository of 20,000 files, start to exit:
#   staged    three files staged, clean
#   one       a push of one commit
#   thousand  a push of 1,000 commits, each changing two files of some 4 KiB
#   first     the first push of all 20,000 files
# The argument is the program (else target/release/formulary). Prints milliseconds of wall and CPU,
# the lowest of five runs each; git's own work is outside of them.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
program=${1:-$root/target/release/formulary}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME="$folder" GIT_CONFIG_NOSYSTEM=1 PROGRAM="$program"
git config --global user.name T
git config --global user.email t@hospital.example
git config --global init.defaultBranch main

python3 - "$folder" <<'PYTHON'
import random, sys
random.seed(7)
words = "if return let user token for while patient record key value list print import class def".split()
def text(lines):
    return "\n".join(" ".join(random.choice(words) for _ in range(8)) + f" {random.randrange(10**6)}" for _ in range(lines)) + "\n"
out = open(sys.argv[1] + "/stream", "w")
def commit(n, branch, files, parent=None):
    mark = "mark :1\n" if n == 0 else ""
    out.write(f"commit refs/heads/{branch}\n{mark}committer T <t@hospital.example> {1780000000+n} +0000\ndata 2\nc\n")
    if parent:
        out.write(f"from {parent}\n")
    for path, body in files:
        out.write(f"M 100644 inline {path}\ndata {len(body)}\n{body}\n")
path = lambda i: f"d{i % 40}/e{i // 40 % 25}/f{i}.py"
commit(0, "main", ((path(i), text(40)) for i in range(20000)))
for n in range(1, 1001):
    commit(n, "many", [(path(random.randrange(20000)), text(70)) for _ in range(2)], ":1" if n == 1 else None)
commit(2000, "one", [(path(17), text(70))], ":1")
PYTHON

git init -q "$folder/w"
cd "$folder/w"
git fast-import --quiet <"$folder/stream"
git reset -q --hard main
git init -q --bare "$folder/s.git"
git push -q "$folder/s.git" main

# What git would hand to the hook, without git: the objects lie beside the server's own, as in quarantine.
cat >"$folder/time.py" <<'PYTHON'
import os, resource, subprocess, sys, time
name, folder, line, more = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
best = None
for _ in range(5):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run([os.environ["PROGRAM"], *more], cwd=folder, input=line.encode(), stdout=subprocess.PIPE)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    best = min(best or (9e9, 9e9), (wall, cpu))
    assert done.returncode == 0, done.stdout.decode()
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"{name:<10} {best[0]*1000:7.0f} ms wall  {best[1]*1000:7.0f} ms CPU  {peak//1024:5} MiB  {done.stdout.decode().splitlines()[0]}")
PYTHON

for i in 1 2 3; do echo "x = $i" >>"d$i/e0/f$i.py"; done
git add .
python3 "$folder/time.py" staged "$folder/w" "" check --staged
zero=0000000000000000000000000000000000000000
base=$(git rev-parse main)
receive() {
	GIT_OBJECT_DIRECTORY="$folder/w/.git/objects" python3 "$folder/time.py" "$1" "$2" "$3" hook receive --within 60
}
receive one "$folder/s.git" "$base $(git rev-parse one) refs/heads/main
"
receive thousand "$folder/s.git" "$base $(git rev-parse many) refs/heads/main
"
git init -q --bare "$folder/empty.git"
receive first "$folder/empty.git" "$zero $base refs/heads/main
"
# The same through git itself, as a whole: the hook is installed and the push is real.
"$program" hook install "$folder/s.git" --receive --within 60 >/dev/null
start=$(date +%s%N)
git push -q "$folder/s.git" many:refs/heads/main
echo "git push of the thousand, git's own work included: $((($(date +%s%N) - start) / 1000000)) ms"
