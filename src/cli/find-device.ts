/** From what was typed to the device that is meant: a record, or what is heard under this address. */
import type { EnsureTarget } from "../bonds/ensure.ts";
import { DeviceError } from "../link/failure.ts";
import { peerIdOf } from "../link/hci/addresses.ts";
import type { Chooser, Sighting } from "../link/hci/ports.ts";
import type { BondRecord } from "../storage/records.ts";
import type { World } from "./world.ts";

/** `C0:FF:EE:00:00:01` of an id such as `random-c0ffee000001`. */
export function addressOfPeer(peerId: string): string {
  const [, digits = ""] = /-([\da-f]{12})$/u.exec(peerId) ?? [];
  return digits.toUpperCase().replaceAll(/(..)(?=.)/gu, "$1:");
}

/** The newest record of this device that is in use; with `own`, one of that identity of ours before any other. */
export async function recordOf(
  { stores }: Pick<World["store"], "stores">,
  device: string,
  own?: string,
): Promise<BondRecord | undefined> {
  const all = await stores.bonds.all();
  const found = all
    .filter(({ archived }) => archived?.why !== "removed")
    .filter(
      ({ id, platformId, transport }) =>
        id === device ||
        (transport !== "web-bluetooth" && platformId !== null && addressOfPeer(platformId) === device),
    )
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  return found.find(({ localIdentity }) => localIdentity === own) ?? found[0];
}

/** "Chooses" the device with this address as soon as it is heard; rejects with DeviceError `unreachable` after `findMs`. */
export function chooserFor(
  device: string,
  findMs: number,
  after: (ms: number, run: () => void) => () => void,
): Chooser {
  return async (sightings, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = (): void => {
      const heard = sightings.all.find(({ id }: Sighting) => addressOfPeer(id) === device);
      if (heard !== undefined) resolve(heard.id);
    };
    const giveUp = (): void => reject(new DeviceError({ kind: "unreachable", detail: "out-of-range" }));
    const stop = after(findMs, giveUp);
    const abort = (): void => reject(new DeviceError({ kind: "cancelled", by: "caller" }));
    signal.addEventListener("abort", abort, { once: true });
    sightings.onChange = look;
    look();
    return promise.finally(() => {
      stop();
      signal.removeEventListener("abort", abort);
    });
  };
}

/**
 * What is meant, for the procedure. A device without a record is looked for on the air, and so is one whose imported
 * identity key may be the wrong way round: only who listens can settle that. A check looks for nothing.
 */
export async function targetOf(
  world: World,
  device: string,
  check: boolean,
  signal: AbortSignal,
): Promise<EnsureTarget> {
  const record = await recordOf(world.store, device, world.backend.bonds.localIdentity);
  const known = record !== undefined && (check || !(await isUnsettled(world, record)));
  if (known || check) return { bondId: record?.id ?? device.replaceAll(":", "") };
  const peer = await world.backend.choose({ services: [], optionalServices: [] }, signal);
  return record === undefined ? { peer, services: [], profile: null, probe: null } : { bondId: record.id };
}

async function isUnsettled({ orders }: World, { platformId }: BondRecord): Promise<boolean> {
  await orders.idle;
  return orders.unsettled.some((identity) => peerIdOf(identity) === platformId);
}
