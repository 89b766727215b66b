/** Finding the peer of a record again, for the attribute browser. */
import type { EnsurePrompts } from "../bonds/prompts.ts";
import type { BondPorts } from "../bonds/ensure.ts";
import type { Peer } from "../link/backend.ts";
import { DeviceError } from "../link/failure.ts";
import type { BondRecord } from "../storage/records.ts";
import { changeRecord } from "./device-record.ts";

/**
 * Without a chooser where the platform remembers the peer, else with it. An id that is new is only a hint gone stale:
 * the person says whether it is the same device, and the record follows.
 *
 * @throws DeviceError `permission-lost` when nobody can be asked, `cancelled` when the person says no.
 */
export async function reach(
  record: BondRecord,
  ports: BondPorts,
  prompts: EnsurePrompts,
  signal: AbortSignal,
): Promise<Peer> {
  const known = await ports.backend.known(signal);
  const remembered = known.find((peer) => peer.id === record.platformId);
  if (remembered !== undefined) return remembered;
  if (prompts.choosePeer === undefined) throw new DeviceError({ kind: "permission-lost" });
  const peer = await prompts.choosePeer(record, signal);
  if (peer.id === record.platformId) return peer;
  if ((await prompts.confirmIdentity?.(record, peer, signal)) !== true) {
    throw new DeviceError({ kind: "cancelled", by: "caller" });
  }
  await changeRecord(ports, record.id, (stored) => ({
    record: { ...stored, platformId: peer.id },
    history: [{ kind: "identity-confirmed" }],
  }));
  return peer;
}
