// Usage: node npm.cjs FOLDER < lines. Orders and ranges by npm's `semver`.
const semver = require(process.argv[2] + "/node_modules/semver");
const version = require(process.argv[2] + "/node_modules/semver/package.json").version;
const out = [`semver ${version} on node ${process.version}`];
for (const line of require("fs").readFileSync(0, "utf8").split("\n")) {
  if (!line) continue;
  const [kind, a, b] = line.split("\t");
  try {
    if (kind === "C") {
      const [x, y] = [semver.clean(a), semver.clean(b)];
      out.push(x === null || y === null ? "x" : String(semver.compare(x, y)));
    } else if (kind === "S") {
      out.push(new semver.Range(a).test(b) ? "1" : "0");
    } else {
      out.push(String(semver.minVersion(a)));
    }
  } catch {
    out.push("x");
  }
}
console.log(out.join("\n"));
