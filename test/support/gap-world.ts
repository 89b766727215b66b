/** Two hosts on two strict controllers in one radio, and the time that passes for them. */
import assert from "node:assert/strict";
import { buildAdvertisingData } from "../../hci/gap/advertising-data.ts";
import type { AdvertisingEnd } from "../../hci/gap/advertiser.ts";
import { Gap } from "../../hci/gap/gap.ts";
import { newIdentity } from "../../hci/gap/own-address.ts";
import { Host } from "../../hci/host/host.ts";
import type { Link } from "../../hci/host/link.ts";
import type { TextPort } from "../../hci/ports.ts";
import { VirtualController } from "../../hci/virtual/controller.ts";
import type { ControllerOptions } from "../../hci/virtual/options.ts";
import { Radio } from "../../hci/virtual/radio.ts";
import { nodeCrypto } from "./crypto.ts";
import { ManualClock } from "./manual-clock.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();
export const text: TextPort = {
  decode: (utf8) => decoder.decode(utf8),
  encode: (string) => Uint8Array.from(encoder.encode(string)),
};

export type Settings = Omit<ControllerOptions, "radio" | "name" | "crypto"> & { readonly privacy?: boolean };

/** Two hosts on two strict controllers in one radio. `peer`: of the peripheral, where it differs. */
export async function pair(settings: Settings = {}, peer: Settings = settings) {
  const clock = new ManualClock();
  const radio = new Radio({ clock, seed: 7 });
  const side = async (name: string, own: Settings) => {
    const controller = new VirtualController({ ...own, radio, name, crypto: nodeCrypto });
    const transport = controller.plug();
    const starting = Host.start(transport, clock);
    await clock.advance(1000);
    const host = await starting;
    const identity = newIdentity(nodeCrypto);
    const options = { crypto: nodeCrypto, text, identity, privacy: own.privacy === true };
    const gapStarting = Gap.start(host, options);
    await clock.advance(100);
    return { controller, host, identity, gap: await gapStarting };
  };
  const central = await side("central", settings);
  const peripheral = await side("peripheral", peer);
  return { clock, radio, central, peripheral };
}

export type World = Awaited<ReturnType<typeof pair>>;

export const data = buildAdvertisingData({ name: "virtual" }, text);

/** Lets time pass until `work` settles. */
export async function during<T>({ clock }: World, work: Promise<T>, limitMs = 60_000): Promise<T> {
  const state = { settled: false };
  const finish = (): void => void (state.settled = true);
  work.then(finish, finish);
  for (let passed = 0; !state.settled && passed < limitMs; passed += 10) await clock.advance(10);
  assert(state.settled, `nothing happened for ${limitMs} ms`);
  return work;
}

export async function connect(world: World): Promise<{ readonly ours: Link; readonly theirs: Link }> {
  const { central, peripheral } = world;
  const ended = Promise.withResolvers<AdvertisingEnd>();
  await during(world, peripheral.gap.advertiser.start({ data, connectable: true }, ended.resolve));
  const ours = await during(world, central.gap.connect({ address: peripheral.gap.own.current }));
  const end = await during(world, ended.promise);
  assert("link" in end);
  return { ours, theirs: end.link };
}

export function noViolations({ central, peripheral }: World): void {
  assert.deepEqual([...central.controller.violations, ...peripheral.controller.violations], []);
}
