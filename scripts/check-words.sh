#!/usr/bin/env bash
# No public package registry's host and no path of anybody's machine in tracked files: upstream
# addresses are configuration.
set -euo pipefail
cd "$(dirname "$0")/.."
# Written in two halves so that this file does not find itself.
hosts='registry\.npm''js\.org|files\.python''hosted\.org|pypi''\.org|static\.crates''\.io|index\.crates''\.io|deb\.deb''ian\.org|repo1\.maven''\.org|proxy\.gol''ang\.org|ruby''gems\.org'
places='/wo''rk/(main|steering)|/fa''rm/'
if git grep -nIE "$hosts|$places" -- . ':!*.lock'; then
    echo 'these lines name a registry host or a path of a machine'
    exit 1
fi
