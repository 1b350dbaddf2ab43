"""Says whether the report on standard input is valid by the SARIF schema in the file given.

The schema is in the npm package `@microsoft/jest-sarif` (lib/schemas); needs the PyPI package
`jsonschema`.
"""

import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
errors = list(jsonschema.validators.validator_for(schema)(schema).iter_errors(json.load(sys.stdin)))
for error in errors[:20]:
    print("/".join(map(str, error.absolute_path)), error.message[:300], file=sys.stderr)
sys.exit(1 if errors else 0)
