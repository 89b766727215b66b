#!/usr/bin/env node
// Written so that an old Node can read it and say what is missing; 70 is no result of a bond operation.
const major = Number(process.versions.node.split(".")[0]);
if (major < 22) {
  process.stderr.write(
    "Cannot start bondkeeper: Node 22 or newer is needed, this is " + process.version + "\n",
  );
  process.exit(70);
}
void import("./lib/src/cli/main.js");
