/** What is done with a dongle once it is open, whichever way it is reached. */
import assert from "node:assert/strict";
import type { Backend, Connection } from "../../../src/link/backend.ts";
import { DEFAULT_DEVICE_POLICY, type PairOutcome } from "../../../src/link/security.ts";
import { agreeable, type HciWorld } from "../../support/hci-world.ts";
import type { RigHost } from "../../support/stack-rig.ts";

export const never = new AbortController().signal;

export async function reach(world: HciWorld, backend: Backend, device: RigHost): Promise<Connection> {
  const peer = await world.until(backend.choose({ services: [], optionalServices: [] }, never));
  assert.equal(peer.name, device.name);
  return world.until(peer.connect(never));
}

export function pair({ bonding }: Connection): Promise<PairOutcome> {
  assert.ok(bonding);
  const how = { prompts: agreeable(), policy: DEFAULT_DEVICE_POLICY, unstored: "refuse" } as const;
  return bonding.pair({ ...how, signal: never });
}

export async function leave(world: HciWorld, connection: Connection): Promise<void> {
  await world.until(Promise.resolve(connection[Symbol.asyncDispose]()));
}

/** Comes back to the bonded device and encrypts with the stored key. */
export async function encrypts(world: HciWorld, backend: Backend): Promise<boolean | null> {
  const [peer] = await world.until(backend.known(never));
  assert.ok(peer);
  const connection = await world.until(peer.connect(never));
  assert.ok(connection.bonding);
  const { security } = await world.until(connection.bonding.encrypt(DEFAULT_DEVICE_POLICY, never));
  await leave(world, connection);
  return security.encrypted;
}
