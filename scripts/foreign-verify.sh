#!/bin/sh
# Verifies a folder with a log by an implementation that is not ours (aics-tlog): its checkpoint and
# cosignatures, every tile and entry bundle, inclusion and consistency over the whole range of sizes,
# and receipts. For tests of every crate that writes a log, and for whoever does not believe us.
#
#   scripts/foreign-verify.sh DIR VKEY [--witness VKEY]... [--quorum N] [--old CHECKPOINT]...
#                                      [--receipt FILE ENTRY]...
#
# Exit code 0: all of it verified, and a line says what. 1: something did not, and what. 77: the
# implementation is not installed (scripts/install-oracles.sh installs it).
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${FORMULARY_ORACLES:-}
case $folder in
/*) ;;
*) folder=$root/target/oracles ;;
esac
python=$folder/tlog/bin/python
if ! "$python" -c 'import aics_tlog' 2>/dev/null; then
	echo "aics-tlog is not installed in $folder/tlog: run scripts/install-oracles.sh" >&2
	exit 77
fi
exec "$python" "$root/scripts/foreign_verify.py" "$@"
