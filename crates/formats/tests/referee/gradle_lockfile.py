"""gradle.lockfile by splitting lines."""

from referee import STRENGTH, main, text

TOOLS = {"classpath", "checkstyle", "pmd", "spotbugs", "detekt", "jacocoagent", "jacocoant", "errorprone", "spotless"}


def scope(configuration):
    name = configuration.lower()
    if "test" in name or "annotationprocessor" in name or "compiler" in name or name.startswith(("kapt", "ksp")) or name in TOOLS:
        return "development"
    return "runtime" if name.endswith(("runtimeclasspath", "compileclasspath")) else "unknown"


def read(root, path):
    for line in text(root, path).splitlines():
        line = line.strip()
        if not line or line.startswith(("#", "empty=")):
            continue
        coordinates, configurations = line.split("=")
        group, name, version = coordinates.split(":")
        names = configurations.split(",")
        scopes = [scope(n) for n in names]
        found = min(scopes, key=STRENGTH.index)
        shipped = [n for n in names if scope(n) != "development"]
        if shipped and all(n.lower().endswith("compileclasspath") for n in shipped):
            found = "optional"
        if path.split("/")[-1].startswith("buildscript"):
            found = "development"
        yield f"{group}:{name}", version, found


main(read)
