"""SPDX 2.2 and 2.3 JSON by json: packages with a package URL; scopes along the relationships."""

import json

from cyclonedx import purl
from referee import main, text

FORWARD = {"DEPENDS_ON", "DYNAMIC_LINK", "STATIC_LINK", "HAS_PREREQUISITE", "CONTAINS"}
BACKWARD = {
    "DEPENDENCY_OF": 0, "RUNTIME_DEPENDENCY_OF": 0, "PROVIDED_DEPENDENCY_OF": 0, "PREREQUISITE_FOR": 0,
    "CONTAINED_BY": 0, "OPTIONAL_DEPENDENCY_OF": 2, "OPTIONAL_COMPONENT_OF": 2, "DEV_DEPENDENCY_OF": 3,
    "BUILD_DEPENDENCY_OF": 3, "TEST_DEPENDENCY_OF": 3, "DEV_TOOL_OF": 3, "BUILD_TOOL_OF": 3, "TEST_TOOL_OF": 3,
}
WORDS = ["runtime", "unknown", "optional", "development"]


def read(root, path):
    doc = json.loads(text(root, path))
    if doc.get("spdxVersion") not in ("SPDX-2.2", "SPDX-2.3"):
        raise ValueError("another version")
    packages = {package["SPDXID"]: package for package in doc.get("packages", [])}
    described = set(doc.get("documentDescribes", []))
    edges = []
    for relation in doc.get("relationships", []):
        one, kind, other = relation["spdxElementId"], relation["relationshipType"], relation["relatedSpdxElement"]
        if kind == "DESCRIBES":
            described.add(other)
        elif kind == "DESCRIBED_BY":
            described.add(one)
        elif kind in FORWARD:
            edges.append((one, other, 0))
        elif kind in BACKWARD:
            edges.append((other, one, BACKWARD[kind]))
    edges = [(a, b, weight) for a, b, weight in edges if a in packages and b in packages]
    subject = described.pop() if len(described) == 1 else None
    asked = {b for _, b, _ in edges}
    rank = {key: 1 for key in packages if key not in asked}
    if subject in packages:
        rank[subject] = 0
    changed = True
    while changed:
        changed = False
        for a, b, weight in edges:
            if a in rank and b != subject and max(rank[a], weight) < rank.get(b, 9):
                rank[b] = max(rank[a], weight)
                changed = True
    for key, package in packages.items():
        if key == subject:
            continue
        for reference in package.get("externalRefs", []):
            if reference["referenceType"] == "purl":
                yield *purl(reference["referenceLocator"], package.get("versionInfo")), WORDS[rank.get(key, 1)]


main(read)
