import { lastProof } from "../../bonds/evidence.ts";
import { displayName } from "../../bonds/record.ts";
import type { Common } from "../arguments.ts";
import { addressOfPeer } from "../find-device.ts";
import { openStore } from "../open-store.ts";
import type { Output } from "../output.ts";
import type { Program } from "../program.ts";

/** Bonds, what their keys are worth, and when they were last proven. Opens no adapter and no vault. */
export async function listCommand(common: Common, program: Program, output: Output): Promise<number> {
  await using store = await openStore(common, program.secrets, (text) => output.warn(text));
  const [records, bonds] = await Promise.all([store.stores.bonds.all(), store.keys.list()]);
  const rows = bonds.map((bond) => {
    const { address } = bond.peer;
    const record = records.find(
      ({ platformId }) => platformId !== null && addressOfPeer(platformId) === address,
    );
    return {
      address,
      name: record === undefined ? bond.name : displayName(record),
      key: bond.state,
      method: bond.method,
      authenticated: bond.authenticated,
      keySize: bond.keySize,
      suspect: record?.suspect?.reason ?? null,
      proven: (record === undefined ? undefined : lastProof(record)?.at) ?? bond.provenAt,
    };
  });
  output.rows("bond", rows, "No bonds yet. Pair a device with: bondkeeper ADDRESS");
  return 0;
}
