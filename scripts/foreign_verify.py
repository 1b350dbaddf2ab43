"""Verifies a folder with a log by aics-tlog. See foreign-verify.sh, which finds the Python to run it."""

import argparse
import base64
import sys
from pathlib import Path

from aics_tlog import (
    EMPTY_HASH,
    FileSystemTileReader,
    VerifiedTileReader,
    audit_tiles,
    consistency_proof_from_tiles,
    inclusion_proof_from_tiles,
    leaf_hash,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    tree_root_from_tiles,
    verify_checkpoint,
    verify_consistency,
    verify_inclusion,
)


class Refused(Exception):
    pass


def demand(holds, what):
    if not holds:
        raise Refused(what)


def signed(data, what, log, witnesses, quorum):
    """A note's checkpoint, its log signature and cosignatures verified."""
    note = parse_note(data)
    result = verify_checkpoint(note, log, witnesses, quorum, expected_origin=log.name)
    demand(result.ok, f"{what}: {result.error}")
    return parse_checkpoint(note.text), result


def receipt(path, entry, log, witnesses, quorum):
    """A c2sp.org/tlog-proof@v1 file, for which aics-tlog has no reader: the lines are read here, the
    note and the proof are verified there."""
    head, blank, note = path.read_bytes().partition(b"\n\n")
    lines = head.decode("utf-8").split("\n")
    demand(blank and lines.pop(0) == "c2sp.org/tlog-proof@v1", f"{path}: no tlog-proof")
    if lines[0].startswith("extra "):
        base64.b64decode(lines.pop(0)[6:], validate=True)
    word, index = lines.pop(0).split(" ")
    demand(word == "index" and str(int(index)) == index, f"{path}: no index")
    proof = [base64.b64decode(line, validate=True) for line in lines]
    checkpoint, _ = signed(note, str(path), log, witnesses, quorum)
    held = verify_inclusion(leaf_hash(entry.read_bytes()), int(index), checkpoint.size, proof, checkpoint.root)
    demand(held, f"{path}: the proof does not lead to the root")


def sample(size):
    """Where trees change their shape, and points spread over the rest."""
    near = {p + d for p in (1, 2, 255, 256, 257, 511, 512, 65535, 65536, size // 2, size - 1) for d in (-1, 0, 1)}
    spread = {size * k // 7 for k in range(7)}
    return sorted(n for n in near | spread if 0 <= n < size)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("dir", type=Path)
    arguments.add_argument("vkey")
    arguments.add_argument("--witness", action="append", default=[])
    arguments.add_argument("--quorum", type=int, default=0)
    arguments.add_argument("--old", action="append", type=Path, default=[])
    arguments.add_argument("--receipt", action="append", nargs=2, type=Path, default=[])
    given = arguments.parse_args()

    log = parse_vkey(given.vkey)
    witnesses = [parse_vkey(key) for key in given.witness]
    now, result = signed((given.dir / "checkpoint").read_bytes(), "checkpoint", log, witnesses, given.quorum)
    files = FileSystemTileReader(given.dir)
    report = audit_tiles(files, now.size, now.root, entries=True)
    if now.size == 0:
        demand(now.root == EMPTY_HASH, "the empty log has another root")
    else:
        demand(tree_root_from_tiles(files, now.size) == now.root, "the tiles give another root")

    entries = VerifiedTileReader(files, now.size, now.root)
    places = sample(now.size)
    for index in places:
        proof = inclusion_proof_from_tiles(files, index, now.size)
        held = verify_inclusion(leaf_hash(entries.entry(index)), index, now.size, proof, now.root)
        demand(held, f"entry {index} is not in the log")
    for old in places:
        root = tree_root_from_tiles(files, old, now.size)
        proof = consistency_proof_from_tiles(files, old, now.size)
        demand(verify_consistency(old, now.size, root, now.root, proof), f"the log did not grow from {old} entries")
    for path in given.old:
        old, _ = signed(path.read_bytes(), str(path), log, [], 0)
        demand(old.size <= now.size, f"{path}: the log had {old.size} entries and has {now.size}: rolled back")
        proof = consistency_proof_from_tiles(files, old.size, now.size)
        demand(verify_consistency(old.size, now.size, old.root, now.root, proof), f"{path}: the log was rewritten")
    for path, entry in given.receipt:
        receipt(path, entry, log, witnesses, given.quorum)
    print(
        f"verified by aics-tlog: {now.size} entries, {report.tiles} tiles, {report.bundles} bundles, "
        f"{result.cosignature_count} cosignatures, {len(places)} inclusion and {len(places)} consistency proofs, "
        f"{len(given.old)} older checkpoints, {len(given.receipt)} receipts"
    )


if __name__ == "__main__":
    try:
        main()
    except (Refused, ValueError, OSError, IndexError) as error:
        print(f"not verified: {error}", file=sys.stderr)
        sys.exit(1)
