import { idOfPlain } from "../../storage/keys/ids.ts";
import type { Command } from "../arguments.ts";
import { recordOf } from "../find-device.ts";
import { openStore } from "../open-store.ts";
import type { Output } from "../output.ts";
import type { Program } from "../program.ts";
import { askYesNo, isAnswering } from "../terminal.ts";

type Forget = Extract<Command, { readonly kind: "forget" }>;

/** Deletes the keys of one device and archives its record. Asks first; without a terminal only with `--yes`. */
export async function forgetCommand(command: Forget, program: Program, output: Output): Promise<number> {
  await using store = await openStore(command, program.secrets, (text) => output.warn(text));
  const { device } = command;
  const record = await recordOf(store, device);
  const bonds = (await store.keys.list()).filter(({ peer }) => peer.address === device);
  if (record === undefined && bonds.length === 0) {
    output.say(`There is no bond with ${device}`);
    return 1;
  }
  if (!(await mayForget(command, program))) {
    output.say("Nothing was deleted");
    return 6;
  }
  for (const { id, peer } of bonds) {
    await store.keys.bonds.deletePlace(id);
    await store.cache.forget(idOfPlain(peer)).catch(() => {}); // a table without a bond is never used
  }
  if (record !== undefined) {
    const at = new Date().toISOString();
    const history = [{ bondId: record.id, at, kind: "removed", detail: "" } as const];
    await store.stores.bonds.put([{ ...record, archived: { at, why: "removed" } }], history);
  }
  output.say(`The keys of ${device} are deleted. Remove the bond on the device as well`);
  return 0;
}

async function mayForget({ yes, device }: Forget, program: Program): Promise<boolean> {
  const { terminal, interrupted } = program;
  if (yes || !isAnswering(terminal)) return yes;
  const question = `Delete the keys of ${device}? It has to be paired again afterwards.`;
  return askYesNo(terminal, question, () => program.interrupt(), interrupted);
}
