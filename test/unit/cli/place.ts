/** One device with a fixed code, a store and files with codes, for real processes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inDirectory } from "../keys/file-rig.ts";
import { bondkeeper, Controller, type Ended } from "./processes.ts";

export const PIN = "123456";
export const RADIO = "mesh-radio";

export interface Place {
  readonly directory: string;
  readonly controller: Controller;
  readonly address: string;
  run(...args: string[]): Promise<Ended>;
}

/** A store, a controller with a device that has a fixed code, and files with codes. */
export function place(work: (place: Place) => Promise<void>): () => Promise<void> {
  return () =>
    inDirectory(async (directory) => {
      await using controller = await Controller.start([RADIO]);
      const [address = ""] = controller.devices.values();
      await writeFile(join(directory, "pin"), `${PIN}\n`, { mode: 0o600 });
      await writeFile(join(directory, "wrong-pin"), "654321\n", { mode: 0o600 });
      const run = (...args: string[]): Promise<Ended> =>
        bondkeeper([
          ...args,
          "--transport",
          controller.transport,
          "--store",
          join(directory, "store"),
          "--json",
        ]);
      await work({ directory, controller, address, run });
    });
}

export const pinFile = ({ directory }: Place, name = "pin"): readonly string[] => [
  "--pin-file",
  join(directory, name),
];

/** Of every file of the store, by its name: a lock that was let go is no part of it. */
export async function digestOf({ directory }: Place): Promise<string> {
  const hash = createHash("sha256");
  const store = join(directory, "store");
  const names = (await readdir(store)).filter((name) => name.endsWith(".json"));
  for (const name of names.toSorted()) hash.update(name).update(await readFile(join(store, name)));
  return hash.digest("hex");
}

/** The sealed keys themselves, without what is dated beside them. */
export async function sealedKeys({ directory }: Place): Promise<string> {
  const text = await readFile(join(directory, "store", "keys.json"), "utf8");
  return [...text.matchAll(/"data":"[\da-f]+"/gu)].map(([data]) => data).join("\n");
}

/** A device that refused a wrong code makes everybody wait for a while: so often it is tried at most. */
const TRIES = 20;

export async function bonded(at: Place): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { code, err, result } = await at.run(at.address, ...pinFile(at));
    if (result["reason"] === "repeated-attempts") continue;
    assert.equal(code, 0, err);
    return;
  }
  assert.fail("the device never let us try again");
}

/** The same place, but the device was reset: the controller starts anew, and its devices know nobody. */
export async function afterReset(at: Place, work: (at: Place) => Promise<void>): Promise<void> {
  await at.controller[Symbol.asyncDispose]();
  await using controller = await Controller.start([RADIO], at.controller.port);
  await work({ ...at, controller });
}
