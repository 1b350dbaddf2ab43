"""Reads what the register states to others, with programs that are not ours: securesystemslib verifies
DSSE envelopes, in-toto-attestation the Statements in them, cyclonedx-python-lib CycloneDX documents.

Usage: foreign_statements.py FOLDER PUBLIC_KEY_HEX
"""

import json
import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from google.protobuf import json_format
from in_toto_attestation.predicates.vsa.v1 import vsa_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

folder, public = pathlib.Path(sys.argv[1]), sys.argv[2]
key = SSlibKey("log", "ed25519", "ed25519", {"public": public})
other = SSlibKey("log", "ed25519", "ed25519", {"public": "00" * 31 + "01"})

envelopes = 0
for path in sorted(folder.glob("*.dsse.json")):
    said = json.loads(path.read_bytes())
    envelope = Envelope.from_dict(said)
    envelope.verify([key], 1)
    for spoil in ("key", "payload"):
        changed = Envelope.from_dict(json.loads(path.read_bytes()))
        if spoil == "payload":
            changed.payload += b" "
        try:
            changed.verify([other if spoil == "key" else key], 1)
        except (VerificationError, ValueError):
            continue
        sys.exit(f"{path.name}: verified with another {spoil}")
    statement = json_format.Parse(envelope.payload, statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    if statement.predicate_type == "https://slsa.dev/verification_summary/v1":
        predicate = json.loads(envelope.payload)["predicate"]
        # Their message has one string where SLSA has a list of them.
        levels = predicate.pop("verifiedLevels")
        assert levels and all(isinstance(level, str) for level in levels), levels
        summary = json_format.Parse(json.dumps(predicate), vsa_pb2.VerificationSummary())
        assert summary.verification_result in ("PASSED", "FAILED"), summary
    envelopes += 1

documents = 0
validator = JsonStrictValidator(SchemaVersion.V1_6)
for path in sorted(folder.glob("*.cdx.json")):
    fault = validator.validate_str(path.read_text())
    if fault is not None:
        sys.exit(f"{path.name}: {fault}")
    documents += 1

print(f"{envelopes} envelopes verified, {documents} documents valid")
