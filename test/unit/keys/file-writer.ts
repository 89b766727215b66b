/**
 * A process that pairs again and is killed at a step of the write, as by a power cut that spares the file system:
 * `node file-writer.ts directory step operation`.
 */
import { openFile } from "./file-rig.ts";
import { admitted, repaired, SENSOR_BOND } from "./keys-rig.ts";

const [directory = "", step = "", operation = ""] = process.argv.slice(2);
let armed = false;
const { keys } = await openFile(directory, {
  onStep(reached) {
    if (armed && reached === step) process.kill(process.pid, "SIGKILL");
  },
});
const store = keys.forAdapter(await admitted(keys));
const next = repaired(SENSOR_BOND, 41);
armed = true;
if (operation === "put") await store.put(next);
else await store.promote(next);
process.stdout.write("done");
// Still open: whoever looks now finds the directory in use.
await new Promise((resolve) => {
  process.stdin.on("data", resolve);
});
process.exit(0);
