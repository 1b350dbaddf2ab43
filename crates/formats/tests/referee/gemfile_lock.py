"""Gemfile.lock by Bundler's own LockfileParser where Ruby is installed, else by regular expression.

Groups come from the Gemfile beside it, by regular expression, for the simple files of the cases.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile

from referee import STRENGTH, beside, exists, main, text

RUBY = """
require "bundler"; require "json"
parsed = Bundler::LockfileParser.new(STDIN.read)
puts JSON.dump(
  specs: parsed.specs.map { |s| [s.name, s.version.to_s, s.dependencies.map(&:name),
                                 s.source.is_a?(Bundler::Source::Path) && !s.source.is_a?(Bundler::Source::Git) ? s.source.path.to_s : nil] },
  direct: parsed.dependencies.keys)
"""


def parsed(content):
    if shutil.which("ruby"):
        with tempfile.TemporaryDirectory() as folder:
            open(os.path.join(folder, "Gemfile"), "w").close()
            out = subprocess.run(["ruby", "-e", RUBY], input=content.encode(), capture_output=True, check=True, cwd=folder)
        data = json.loads(out.stdout)
        return data["specs"], set(data["direct"])
    specs, direct, section, remote = [], set(), None, None
    for line in content.splitlines():
        if re.match(r"[A-Z]", line):
            section, remote = line.strip(), None
        elif found := re.match(r"  remote: (.*)", line):
            remote = found.group(1)
        elif found := re.match(r"    (\S+) \(([^-)]*)", line):
            specs.append([found.group(1), found.group(2), [], remote if section == "PATH" else None])
        elif found := re.match(r"      (\S+)", line):
            specs[-1][2].append(found.group(1))
        elif section == "DEPENDENCIES" and (found := re.match(r"  ([^ !]+)", line)):
            direct.add(found.group(1))
    return specs, direct


def groups(root, path):
    manifest = beside(path, "gems.rb") if path.endswith("gems.locked") else path[: -len(".lock")]
    if not exists(root, manifest):
        return None
    out, block = {}, []
    for line in text(root, manifest).splitlines():
        line = line.split("#")[0].strip()
        if found := re.match(r"group (.*) do$", line):
            block.append(re.findall(r":(\w+)", found.group(1)))
        elif line.endswith(" do") or line.startswith(("if ", "unless ")):
            block.append([])
        elif line == "end":
            block.pop()
        elif found := re.match(r"gem ['\"]([^'\"]+)['\"](.*)", line):
            inline = re.search(r"groups?: *(\[[^\]]*\]|:\w+)", found.group(2))
            names = sum(block, []) + (re.findall(r":(\w+)", inline.group(0).split(":", 1)[1]) if inline else [])
            dev = {"development", "test"}
            if not names or {"default", "production"} & set(names):
                scope = "runtime"
            else:
                scope = "development" if set(names) <= dev else "unknown"
            out[found.group(1)] = scope
    return out


def read(root, path):
    content = text(root, path)
    if "<<<<<<<" in content or not re.search(r"^(GEM|GIT|PATH|DEPENDENCIES)$", content, re.M):
        raise ValueError("no Gemfile.lock")
    specs, direct = parsed(content)
    scopes = groups(root, path)
    folder = os.path.dirname(path)
    own = {n for n, _, _, at in specs if at is not None and os.path.isdir(os.path.join(root, folder, at)) and not at.startswith("..")}
    if scopes is not None:
        for at in {at for n, _, _, at in specs if n in own}:
            for file in os.listdir(os.path.join(root, folder, at)):
                if file.endswith(".gemspec"):
                    for name in re.findall(r"add_development_dependency\W+([\w.-]+)", text(root, os.path.join(folder, at, file))):
                        scopes.setdefault(name, "development")
    edges = {}
    for name, _, needs, _ in specs:
        edges.setdefault(name, set()).update(needs)
    roots = [(n, (scopes or {}).get(n, "unknown")) for n in direct - own]
    roots += [(n, "unknown" if scopes is None else "runtime") for o in own for n in edges[o]]
    found = {}
    for scope in STRENGTH:
        work = [n for n, s in roots if s == scope]
        while work:
            name = work.pop()
            if name not in found:
                found[name] = scope
                work += edges.get(name, ())
    ruby = re.search(r"^RUBY VERSION\n +ruby ([0-9.]+)", content, re.M)
    if ruby:
        yield "ruby", ruby.group(1), "runtime"
    for name, version, _, _ in specs:
        if name not in own:
            yield name, version, found.get(name, "unknown")


main(read)
