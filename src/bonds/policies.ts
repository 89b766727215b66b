/** What a person demands of each device, at hand without waiting: for whoever must answer in the moment a link opens. */
import type { DevicePolicy } from "../link/security.ts";
import type { BondStore } from "../storage/ports.ts";
import type { BondRecord } from "../storage/records.ts";

export function policyIn({ minimumLevel, legacyAllowed = false }: BondRecord): DevicePolicy {
  return { minimumLevel: minimumLevel ?? "encrypted", legacyAllowed };
}

/**
 * By `Peer.id`, for the records of one identity of ours; follows the store until `signal` aborts. Rejects with
 * StorageError where it cannot be read: what is demanded must not be forgotten.
 */
export async function policiesOf(
  bonds: Pick<BondStore, "all" | "onChange">,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<(peerId: string) => DevicePolicy | undefined> {
  let policies = new Map<string, DevicePolicy>();
  const load = async (): Promise<void> => {
    const records = await bonds.all();
    policies = new Map(
      records.flatMap((record) => {
        const { platformId, archived, transport } = record;
        const counts = archived?.why !== "removed" && (transport === "dongle" || transport === "simulator");
        return platformId === null || !counts ? [] : [[platformId, policyIn(record)] as const];
      }),
    );
  };
  bonds.onChange(() => {
    load().catch(onError);
  }, signal);
  await load();
  return (peerId) => policies.get(peerId);
}
