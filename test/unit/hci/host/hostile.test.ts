import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toHex } from "../../../../hci/codec/bytes.ts";
import type { HciEvent } from "../../../../hci/codec/event.ts";
import { LE_META } from "../../../../hci/codec/event.ts";
import { AdvertisingReports, ExtendedAdvertisingReports } from "../../../../hci/host/advertising-reports.ts";
import { HardwareError, events } from "../../../../hci/host/events.ts";
import { settle } from "../../../support/manual-clock.ts";
import { Random } from "../../../support/random.ts";
import type { StartedHost } from "../../../support/scripted-controller.ts";
import { linked, startHost } from "../../../support/scripted-controller.ts";

/** A packet of this kind with its length octet right and everything else as given. */
function packetOf(event: HciEvent, parameters: Uint8Array): Uint8Array {
  const sub = event.subevent === undefined ? [] : [event.subevent];
  return Uint8Array.of(event.code, sub.length + parameters.length, ...sub, ...parameters);
}

/** A host that hears everything, with its reports read as the scanner reads them. */
async function listening(): Promise<StartedHost & { readonly closed: unknown[] }> {
  const started = await linked();
  const closed: unknown[] = [];
  started.host.onClosed = (error) => closed.push(error);
  const legacy = new AdvertisingReports();
  const extended = new ExtendedAdvertisingReports();
  started.host.onAdvertisingEvent = (packet, isExtended) => {
    const cursor = isExtended ? extended : legacy;
    if (!cursor.open(packet)) return;
    while (cursor.next()) assert(cursor.data.length === cursor.dataLength && cursor.address.length === 6);
  };
  for (const event of events) started.host.on(event, () => {});
  return { ...started, closed };
}

const harmless = events.filter((event) => event !== HardwareError);

describe("a hostile adapter does not break the host", () => {
  test("with any event cut at any octet", async () => {
    for (const event of harmless) {
      const { host, controller, closed } = await listening();
      const size = event.parameters.size ?? 40;
      for (const fill of [0x00, 0x01, 0xff]) {
        for (let length = 0; length <= size; length++)
          controller.raw(packetOf(event, new Uint8Array(length).fill(fill)));
      }
      await settle();
      assert.deepEqual(closed, [], event.name);
      assert(
        host.counters.malformedEvents > 0 ||
          event.parameters.size === 0 ||
          event.parameters.size === undefined,
        event.name,
      );
    }
  });

  test("with a length octet that is not the packet's", async () => {
    const { host, controller, closed } = await listening();
    for (const packet of [[], [0x05], [0x05, 0x04, 0, 0x40, 0], [0x05, 0x04, 0, 0x40, 0, 0x13, 0]]) {
      controller.raw(Uint8Array.from(packet));
    }
    await settle();
    assert.equal(host.counters.malformedEvents, 4);
    assert.deepEqual(closed, []);
    assert.equal(host.links.all.length, 1);
  });

  test("with events and subevents nobody declared", async () => {
    const { host, controller } = await startHost();
    controller.raw(Uint8Array.of(0x99, 1, 0));
    controller.raw(Uint8Array.of(LE_META, 1, 0x77));
    controller.raw(Uint8Array.of(LE_META, 0));
    await settle();
    assert.equal(host.counters.unknownEvents, 3);
  });

  test("with random events and data of every kind", async () => {
    const seed = 0xc10;
    const random = new Random(seed);
    const { host, controller, closed, clock } = await listening();
    host.links.onOutcome = () => random.below(2) === 0;
    for (let i = 0; i < 20_000; i++) {
      const event = random.pick([harmless[0] ?? HardwareError, ...harmless]);
      const size = event.parameters.size ?? random.below(60);
      if (random.below(4) === 0) controller.rawData(random.octets(random.below(40)));
      else controller.raw(packetOf(event, random.octets(size)));
      if (i % 500 === 0) await clock.advance(50);
    }
    await settle();
    assert.deepEqual(closed, [], `seed 0x${toHex(Uint8Array.of(seed >> 8, seed & 0xff))}`);
    await host.close();
    assert.equal(clock.pending, 0);
  });
});

test("a listener that throws ends the host instead of leaving the transport with an exception", async () => {
  const { host, controller } = await linked();
  const closed: (Error | undefined)[] = [];
  host.onClosed = (error) => closed.push(error);
  const link = host.links.get(0x40);
  assert(link !== undefined);
  link.frameLimit = () => 23;
  link.onFrame = () => {
    throw new TypeError("a mistake of ours");
  };
  controller.frame(0x40, 4, Uint8Array.of(1));
  await settle();
  assert.match(closed[0]?.message ?? "", /a mistake of ours/);
  assert.equal((await link.closed).reason, undefined);
});
