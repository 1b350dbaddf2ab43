"""packages.lock.json by json; scope from the project file beside it."""

import json
import os
import re

from referee import STRENGTH, main, text


def read(root, path):
    data = json.loads(text(root, path))["dependencies"]
    folder = os.path.dirname(path)
    projects = [f for f in os.listdir(os.path.join(root, folder)) if re.search(r"\.(cs|fs|vb)proj$", f)]
    named = re.fullmatch(r"packages\.(.+)\.lock\.json", os.path.basename(path))
    projects = [p for p in projects if not named or p.rsplit(".", 1)[0] == named.group(1)]
    source = "".join(text(root, os.path.join(folder, p)) for p in projects)
    test = "<IsTestProject>true" in source or "Microsoft.NET.Test.Sdk" in source
    private = re.findall(r'Include="([^"]+)"[^>]*PrivateAssets="all"', source)
    answer = {}
    for framework in data.values():
        lower = {name.lower(): name for name in framework}
        roots = []
        for name, entry in framework.items():
            if entry["type"] == "Direct":
                scope = "unknown" if not projects else "development" if test or name in private else "runtime"
                roots.append((name, scope))
            if entry["type"] == "Project":
                scope = "unknown" if not projects else "development" if test else "runtime"
                roots += [(lower[n.lower()], scope) for n in entry.get("dependencies", {}) if n.lower() in lower]
        for scope in reversed(STRENGTH):
            seen, work = set(), [n for n, s in roots if s == scope]
            while work:
                name = work.pop()
                if name in seen:
                    continue
                seen.add(name)
                entry = framework[name]
                work += [lower[n.lower()] for n in entry.get("dependencies", {}) if n.lower() in lower]
                if entry["type"] != "Project":
                    key = (name, entry["resolved"])
                    answer[key] = min(answer.get(key, scope), scope, key=STRENGTH.index)
    for (name, version), scope in answer.items():
        yield name, version, scope


main(read)
