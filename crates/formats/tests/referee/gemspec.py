"""Gemspecs by RubyGems itself (`Gem::Specification.load`). Needs Ruby."""

import json
import os
import re
import subprocess

from referee import main

RUBY = """
require "rubygems"; require "json"
spec = Gem::Specification.load(ARGV[0]) or abort "no gemspec"
puts JSON.dump(spec.dependencies.map { |d| [d.name, d.requirements_list.join(", "), d.type.to_s] })
"""


def read(root, path):
    out = subprocess.run(["ruby", "-e", RUBY, os.path.join(root, path)], capture_output=True, check=True)
    for name, wanted, kind in json.loads(out.stdout):
        wanted = "" if wanted == ">= 0" else wanted
        exact = re.fullmatch(r"= ([^,]+)", wanted)
        yield name, exact.group(1) if exact else wanted, "runtime" if kind == "runtime" else "development"


main(read)
