#!/bin/sh
# What a register of some size costs the program itself, in seconds of the processor (user and system):
# `check` without a register, with one that was never asked, with one that was; the site, written whole and
# then again. Registers are those that `cargo bench -p register --bench lookup` leaves behind (REGISTERS=DIR).
#
#   scripts/bench-register.sh PROGRAM DIR SIZE...
set -eu
program=$1
registers=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/subject"
printf 'name = "system 400"\nversion = "1"\ntier = "research"\nexposure = "controlled"\nstarted = 2026-11-20\n' \
    >"$scratch/subject/formulary.toml"
printf '{"name":"x","version":"1.0.0","lockfileVersion":3,"packages":{}}\n' >"$scratch/subject/package-lock.json"
export FORMULARY_CACHE="$scratch/cache" FORMULARY_FEEDS="$scratch/feeds" FORMULARY_NOW=2027-02-10T09:00:00Z

# Runs a command so many times and prints the seconds of each.
cost() {
    what=$1
    times=$2
    shift 2
    times >"$scratch/before"
    i=0
    while [ "$i" -lt "$times" ]; do
        "$@" >/dev/null 2>&1 || [ $? -lt 3 ] || :
        i=$((i + 1))
    done
    times >"$scratch/after"
    echo "$(sed -n 2p "$scratch/before") $(sed -n 2p "$scratch/after")" | awk -v what="$what" -v n="$times" '
        function seconds(t, p) { split(t, p, /[ms]/); return p[1] * 60 + p[2] }
        { printf "  %-46s %9.1f ms\n", what, (seconds($3) + seconds($4) - seconds($1) - seconds($2)) / n * 1000 }'
}

for size in "$@"; do
    register="$registers/$size"
    echo "$size entries"
    cost "check without a register" 40 "$program" check "$scratch/subject" --use
    cost "check, the register never asked before" 1 "$program" check "$scratch/subject" --use --register "$register"
    cost "check, the register asked before" 40 "$program" check "$scratch/subject" --use --register "$register"
    cost "site, written whole" 1 "$program" register site "$scratch/site-$size" --register "$register"
    cost "site, written again, nothing changed" 1 "$program" register site "$scratch/site-$size" --register "$register"
    rm -rf "$scratch/site-$size"
done
