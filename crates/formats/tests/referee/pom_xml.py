"""pom.xml by xml.etree: parents by relativePath, properties, dependencyManagement and BOMs of the
tree. What cannot be told has no version."""

import os
import re
import xml.etree.ElementTree as ET

from referee import exists, main

LIFECYCLE = set(
    f"maven-{n}-plugin" for n in "clean compiler deploy ear install jar resources site surefire war".split()
)


def tree(root, path):
    with open(os.path.join(root, path), "rb") as file:
        raw = file.read()
    if b"<!ENTITY" in raw:
        raise ValueError("entities are not expanded")
    node = ET.fromstring(raw)
    for element in node.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.split("}")[-1]
    if node.tag != "project":
        raise ValueError("no pom")
    return node


def text_of(node, name):
    found = node.find(name)
    return (found.text or "").strip() if found is not None else ""


def poms(root):
    for folder, _, files in os.walk(root):
        for name in files:
            if name == "pom.xml":
                yield os.path.relpath(os.path.join(folder, name), root)


def coordinates(node):
    return text_of(node, "groupId") or text_of(node, "parent/groupId"), text_of(node, "artifactId")


def chain(root, path):
    out = []
    while True:
        node = tree(root, path)
        out.append(node)
        parent = node.find("parent")
        if parent is None:
            return out
        relative = parent.find("relativePath")
        relative = "../pom.xml" if relative is None else (relative.text or "").strip()
        if not relative:
            return out
        at = os.path.normpath(os.path.join(os.path.dirname(path), relative))
        if os.path.isdir(os.path.join(root, at)):
            at = os.path.join(at, "pom.xml")
        if at.startswith("..") or not exists(root, at):
            return out
        if coordinates(tree(root, at)) != (text_of(parent, "groupId"), text_of(parent, "artifactId")):
            return out
        path = at


def parts(node):
    active = [p for p in node.findall("profiles/profile") if text_of(p, "activation/activeByDefault") == "true"]
    return [*active, node]


class Project:
    def __init__(self, root, path, depth=0):
        self.chain = chain(root, path)
        self.managed, self.plugins, imports = {}, {}, []
        for pom in self.chain:
            for part in parts(pom):
                for entry in part.findall("dependencyManagement/dependencies/dependency"):
                    key = self.key(entry)
                    if text_of(entry, "scope") == "import":
                        imports.append(key)
                    else:
                        self.managed.setdefault(key, (self.expand(text_of(entry, "version")), text_of(entry, "scope")))
                for plugin in part.findall("build/plugins/plugin") + part.findall("build/pluginManagement/plugins/plugin"):
                    if text_of(plugin, "version"):
                        self.plugins.setdefault(self.key(plugin, "org.apache.maven.plugins")[:2], self.expand(text_of(plugin, "version")))
        for group, artifact, *_ in imports:
            for path in poms(root):
                if depth < 5 and coordinates(tree(root, path)) == (group, artifact):
                    for key, value in Project(root, path, depth + 1).managed.items():
                        self.managed.setdefault(key, value)

    def key(self, entry, default=""):
        return (
            self.expand(text_of(entry, "groupId") or default),
            self.expand(text_of(entry, "artifactId")),
            text_of(entry, "type") or "jar",
            text_of(entry, "classifier"),
        )

    def lookup(self, name):
        for pom in self.chain:
            for part in parts(pom):
                found = part.find("properties")
                for entry in found if found is not None else ():
                    if entry.tag == name:
                        return (entry.text or "").strip()
        own = self.chain[0]
        name = re.sub(r"^(project|pom)\.", "", name)
        if name in ("version", "groupId"):
            return text_of(own, name) or text_of(own, f"parent/{name}") or None
        if name == "artifactId":
            return text_of(own, name)
        if name.startswith("parent."):
            return text_of(own, "parent/" + name[7:]) or None
        return None

    def expand(self, value):
        for _ in range(10):
            found = re.search(r"\$\{([^}]*)\}", value)
            if not found:
                return value
            inner = self.lookup(found.group(1))
            if inner is None:
                return ""
            value = value[: found.start()] + inner + value[found.end() :]
        return ""


def read(root, path):
    project = Project(root, path)
    own = {coordinates(tree(root, p)) for p in poms(root)}
    node = project.chain[0]
    answer = {}

    def add(entry, version, scope, default=""):
        group, artifact = project.key(entry, default)[:2]
        if (group, artifact) in own:
            return
        exact = re.fullmatch(r"\[([^,\]]+)\]", version)
        key = (f"{group}:{artifact}", exact.group(1) if exact else version)
        order = ["runtime", "optional", "development"]
        answer[key] = min(answer.get(key, scope), scope, key=order.index)

    def tool(entry, default=""):
        version = project.expand(text_of(entry, "version")) or project.plugins.get(project.key(entry, default)[:2], "")
        add(entry, version, "development", default)

    for part in [node, *node.findall("profiles/profile")]:
        idle = part is not node and text_of(part, "activation/activeByDefault") != "true"
        for entry in part.findall("dependencies/dependency"):
            managed = project.managed.get(project.key(entry), ("", ""))
            version = project.expand(text_of(entry, "version")) or managed[0]
            word = project.expand(text_of(entry, "scope") or managed[1])
            scope = {"test": "development", "provided": "optional"}.get(word, "runtime")
            if scope == "runtime" and word != "system" and text_of(entry, "optional") == "true":
                scope = "optional"
            if scope == "runtime" and idle:
                scope = "optional"
            add(entry, version, scope)
        plugins = part.findall("build/plugins/plugin") + part.findall("reporting/plugins/plugin")
        plugins += [p for p in part.findall("build/pluginManagement/plugins/plugin") if text_of(p, "artifactId") in LIFECYCLE]
        for plugin in plugins:
            tool(plugin, "org.apache.maven.plugins")
            for entry in plugin.findall("dependencies/dependency"):
                tool(entry)
        for extension in part.findall("build/extensions/extension"):
            tool(extension)
    for (name, version), scope in answer.items():
        yield name, version, scope


main(read)
