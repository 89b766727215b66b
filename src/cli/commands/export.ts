import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exportKeys } from "../../formats/keys/export.ts";
import type { KeyFiles } from "../../formats/keys/input.ts";
import { keyRecordOf } from "../../state/keys/records.ts";
import type { Command } from "../arguments.ts";
import { codeOf } from "../file-key-store-lock.ts";
import { writeNew } from "../new-file.ts";
import { nodeCrypto } from "../node-crypto.ts";
import { openStore } from "../open-store.ts";
import type { Output } from "../output.ts";
import type { Program } from "../program.ts";
import { UsageError } from "../usage-error.ts";

type Export = Extract<Command, { readonly kind: "export" }>;

/** Keys as files of another program, readable by their owner only. Never overwrites what is there. */
export async function exportCommand(command: Export, program: Program, output: Output): Promise<number> {
  await using store = await openStore(command, program.secrets, (text) => output.warn(text));
  const records = await store.keys.export();
  // The key in use of each bond: what waits beside it is ours to try, not another program's.
  const byBond = Map.groupBy(records, ({ adapter, local, peer }) => JSON.stringify([adapter, local, peer]));
  const current = [...byBond.values()].flatMap((group) => group.slice(0, 1)).map(keyRecordOf);
  const made = exportKeys(command.format, current, { aes: nodeCrypto });
  for (const { bond, why } of made.skipped) output.warn(`${bond.peer.address}: left out: ${why}`);
  if (made.written.length === 0) {
    output.say("There is nothing to export");
    return 1;
  }
  await write(command, made.files);
  output.warn(
    "Whoever has this file can listen to these devices and imitate them: delete it when it was used",
  );
  const { length } = made.written;
  output.say(`${length === 1 ? "1 bond is" : `${length} bonds are`} in ${command.to}`);
  return 0;
}

async function write({ format, to }: Export, files: KeyFiles): Promise<void> {
  const places = [...files].map(([path, content]) => ({
    path: format === "bluez" || files.size > 1 ? join(to, path) : to,
    content,
  }));
  for (const { path, content } of places) {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new UsageError(`Cannot write ${path}: ${codeOf(error)}`, { cause: error });
    }
    await writeNew(path, content);
  }
}
