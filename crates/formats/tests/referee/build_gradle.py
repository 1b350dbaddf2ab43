"""build.gradle by regular expression, for the plain files of the cases."""

import re

from referee import beside, exists, main, text

SCOPES = [(r"test|annotationProcessor|kapt|classpath", "development"), (r"compileOnly", "optional"), (r"implementation|api|runtimeOnly", "runtime")]


def read(root, path):
    source = re.sub(r"/\*.*?\*/", "", text(root, path), flags=re.S)
    source = re.sub(r"(?<!:)//.*", "", source)
    values = dict(re.findall(r"(?:def|val|ext\.)\s*(\w+)\s*=\s*[\"']([^\"']+)[\"']", source))
    if exists(root, beside(path, "gradle.properties")):
        values |= dict(re.findall(r"^(\w+)=(.*)$", text(root, beside(path, "gradle.properties")), re.M))

    def expand(value):
        return re.sub(r"\$\{?(\w+)\}?", lambda m: values.get(m.group(1), ""), value)

    inside = re.search(r"^dependencies\s*\{(.*?)^\}", source, re.S | re.M)
    for line in (inside.group(1) if inside else "").splitlines():
        word = re.match(r"\s*(\w+)", line)
        if not word or "project(" in line or "libs." in line:
            if word and "libs." in line:
                yield from catalogue(root, path, line, word.group(1))
            continue
        scope = next((s for p, s in SCOPES if re.search(p, word.group(1), re.I)), "unknown")
        mapped = dict(re.findall(r"(group|name|version)\s*[:=]\s*[\"']([^\"']*)[\"']", line))
        if word.group(1) == "exclude":
            continue
        if "group" in mapped:
            yield f"{mapped['group']}:{mapped['name']}", expand(mapped.get("version", "")), scope
            continue
        for found in re.findall(r"[\"']([\w.-]+):([\w.-]+)(?::([^\"'@]+))?[^\"']*[\"']", line):
            yield f"{found[0]}:{found[1]}", expand(found[2]), scope
    for id, version in re.findall(r"id\s*\(?[\"']([^\"']+)[\"']\)?\s*version\s*[\"']([^\"']+)[\"']", source):
        yield f"{id}:{id}.gradle.plugin", version, "development"


def catalogue(root, path, line, word):
    import tomllib

    data = tomllib.loads(text(root, beside(path, "gradle/libs.versions.toml")))
    alias = re.search(r"libs\.([\w.]+)", line).group(1).replace(".", "-")
    entry = data["libraries"][alias]
    scope = next((s for p, s in SCOPES if re.search(p, word, re.I)), "unknown")
    yield entry["module"], data["versions"][entry["version"]["ref"]], scope


main(read)
