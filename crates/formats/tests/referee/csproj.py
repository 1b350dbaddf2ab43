"""MSBuild projects by xml.etree: nearest Directory.*.props, properties by substitution, conditions
only as plain comparisons."""

import os
import re
import xml.etree.ElementTree as ET

from referee import exists, main


def tree(root, path):
    with open(os.path.join(root, path), "rb") as file:
        node = ET.fromstring(file.read().decode("utf-8-sig"))
    for element in node.iter():
        element.tag = element.tag.split("}")[-1]
    return node


def nearest(root, path, name):
    folder = os.path.dirname(path)
    while True:
        at = os.path.join(folder, name)
        if exists(root, at):
            return at
        if not folder:
            return None
        folder = os.path.dirname(folder)


def read(root, path):
    documents = [nearest(root, path, n) for n in ("Directory.Build.props", "Directory.Packages.props")]
    documents = [d for d in documents + [path, nearest(root, path, "Directory.Build.targets")] if d]
    for item in tree(root, path).iter("Import"):
        at = os.path.normpath(os.path.join(os.path.dirname(path), item.get("Project").replace("\\", "/")))
        if exists(root, at):
            documents.insert(-1, at)
    properties = {"MSBuildProjectName": os.path.basename(path).rsplit(".", 1)[0]}

    def expand(text):
        return re.sub(r"\$\((\w+)\)", lambda m: properties.get(m.group(1), ""), text or "")

    def applies(element):
        condition = element.get("Condition")
        found = condition and re.fullmatch(r"\s*'([^']*)'\s*(==|!=)\s*'([^']*)'\s*", condition)
        if not found:
            return True
        return (expand(found.group(1)).lower() == expand(found.group(3)).lower()) == (found.group(2) == "==")

    trees = [tree(root, d) for d in documents]
    for document in trees:
        for group in document.iter("PropertyGroup"):
            if applies(group):
                for item in group:
                    if applies(item):
                        properties[item.tag] = expand(item.text).strip()

    def items(tag):
        for document in trees:
            for group in document.iter("ItemGroup"):
                if applies(group):
                    yield from (i for i in group.iter(tag) if applies(i) and i.get("Include"))

    def data(item, name):
        child = item.find(name)
        return expand(item.get(name) or (child.text if child is not None else "") or "").strip()

    central = {i.get("Include").lower(): data(i, "Version") for i in items("PackageVersion")}
    managed = properties.get("ManagePackageVersionsCentrally", "").lower() == "true"
    references = list(items("PackageReference"))
    test = properties.get("IsTestProject", "").lower() == "true"
    test = test or any(i.get("Include").lower() == "microsoft.net.test.sdk" for i in references)
    for tag in ("PackageReference", "GlobalPackageReference"):
        for item in items(tag):
            name = item.get("Include")
            version = data(item, "VersionOverride") or data(item, "Version")
            if not version and managed:
                version = central.get(name.lower(), "")
            private = tag != "PackageReference" or "all" in data(item, "PrivateAssets").lower().split(";")
            exact = re.fullmatch(r"\[\s*([^,\]]+?)\s*\]", version)
            yield name, exact.group(1) if exact else version, "development" if test or private else "runtime"


main(read)
