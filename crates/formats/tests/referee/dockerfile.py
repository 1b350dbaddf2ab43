"""Dockerfiles by regular expressions, one instruction a line."""

import re

from dockerfile_image import image
from referee import main, text


def filled(word, args):
    return re.sub(
        r"\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)",
        lambda m: args.get(m[1] or m[3], m[2] if m[2] is not None else "$"),
        word,
    )


def read(root, path):
    content = re.sub(r"^\s*#.*\n", "", text(root, path), flags=re.M)
    content = re.sub(r"<<-?\"?'?(\w+)'?\"?.*?\n\1\n", "\n", content, flags=re.S)
    content = re.sub(r"\\\s*\n", " ", content)
    args, stages, copies = {}, [], []
    for line in content.split("\n"):
        words = line.split()
        if not words:
            continue
        verb = words[0].upper()
        if verb == "ARG" and not stages:
            name, equals, value = words[1].partition("=")
            if equals:
                args[name] = filled(value.strip("\"'"), args)
        elif verb == "FROM":
            words = [w for w in words[1:] if not w.startswith("--")]
            stages.append((words[2].lower() if len(words) > 2 else None, filled(words[0], args)))
        else:
            for found in re.findall(r"(--from=|--mount=\S*?from=)([^\s,]+)", line):
                copies.append((len(stages) - 1, found[1], found[0] == "--from="))
    if not stages:
        raise ValueError("no FROM")
    names = {name: number for number, (name, _) in enumerate(stages) if name}

    def stage(word, before):
        at = names.get(word.lower(), int(word) if word.isdigit() else None)
        return at if at is not None and at < before else None

    scope, last = {}, len(stages) - 1
    at = last
    while at is not None:  # the chain under the last stage
        scope[at] = "runtime"
        base = stages[at][1].lower()
        at = names[base] if names.get(base, at) < at else None
    changed = True
    while changed:  # everything that chain takes files from, and what that takes
        changed = False
        for at in range(len(stages)):
            if at not in scope:
                continue
            feeds = [stage(word, at) for number, word, _ in copies if number == at]
            base = stages[at][1].lower()
            if names.get(base, at) < at:
                feeds.append(names[base])
            for other in feeds:
                if other is not None and other not in scope:
                    scope[other] = "development"
                    changed = True
    for at, (_, base) in enumerate(stages):
        if base != "scratch" and not names.get(base.lower(), at) < at:
            found = image(base)
            if found:
                yield (*found, scope.get(at, "unknown"))
    for at, word, stays in copies:
        if word.lower() not in names and not word.isdigit():
            found = image(word)
            if found:
                yield (*found, scope.get(at, "unknown") if stays else "development")


main(read)
