"""Gemfile by Bundler itself, which runs it. Needs Ruby."""

import json
import os
import re
import subprocess

from referee import main, text

RUBY = """
require "bundler"; require "json"
dsl = Bundler::Dsl.new
dsl.instance_eval(STDIN.read)
puts JSON.dump(dsl.dependencies.map { |d|
  [d.name, d.requirement.none? ? "" : d.requirements_list.join(", "), d.groups.map(&:to_s)] })
"""
DEVELOPMENT = {"development", "test"}


def read(root, path):
    source = text(root, path)
    full = os.path.join(root, path)
    world = {**os.environ, "BUNDLE_GEMFILE": full, "FAST": "1"}
    out = subprocess.run(["ruby", "-e", RUBY], input=source.encode(), capture_output=True, check=True, cwd=os.path.dirname(full), env=world)
    ruby = re.search(r"^ruby ['\"]([^'\"]+)['\"]", source, re.M)
    if ruby:
        yield "ruby", ruby.group(1), "runtime"
    for name, wanted, groups in json.loads(out.stdout):
        if not re.search(rf"gem ['\"]{name}['\"]", source):
            continue  # what `gemspec` adds is in the gemspec, a file of its own
        groups = set(groups)
        if {"default", "production"} & groups:
            scope = "runtime"
        else:
            scope = "development" if groups <= DEVELOPMENT else "unknown"
        if wanted == ">= 0" and not re.search(rf"['\"]{name}['\"], *['\"]>= 0", source):
            wanted = ""
        exact = re.fullmatch(r"= ([^,]+)", wanted)
        yield name, exact.group(1) if exact else wanted, scope


main(read)
