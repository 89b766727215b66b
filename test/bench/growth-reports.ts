/** What advertising costs as there is more of it: the scanner's rows alone, and all that a report goes through. */
import assert from "node:assert/strict";
import { encodeEvent } from "../../hci/codec/event.ts";
import { buildAdvertisingData } from "../../hci/gap/advertising-data.ts";
import { LeAdvertisingReport } from "../../hci/host/events.ts";
import type { Transport } from "../../hci/transport/transport.ts";
import { addressOf, peerIdOf } from "../../src/link/hci/addresses.ts";
import { ScanRadio } from "../../src/link/hci/scan-radio.ts";
import { Room } from "../../src/state/scan/room.ts";
import { StackRig, text } from "../support/stack-rig.ts";
import { addressNo, reportOf } from "../unit/scan/scan-world.ts";
import type { Curve } from "./findings.ts";
import { along, several } from "./growth-points.ts";
import { stopwatch } from "./harness.ts";
import { CONTROLLER } from "./pairs.ts";

const DEVICES = 300;
const RATES = [100, 300, 1000, 3000, 10_000];
const NOW = 1_700_000_000_000;

const rssiOf = (i: number): number => -50 - (i % 40);
const fieldsOf = (i: number): { readonly name: string } => ({ name: `Device ${i % DEVICES}` });

/** Milliseconds of a second that the rows take at that rate. */
function rowsAt(rate: number): Promise<number> {
  const air = Array.from({ length: rate }, (_, i) =>
    reportOf(addressNo(i % DEVICES), { rssi: rssiOf(i), fields: fieldsOf(i) }),
  );
  return several(() => {
    const room = new Room();
    const elapsed = stopwatch();
    for (const [i, report] of air.entries()) room.hear(report, NOW + i);
    room.sort("signal");
    return elapsed() / 1e6;
  });
}

/** The same from the controller's event on, through our whole host. */
async function wholeAt(rate: number): Promise<number> {
  const rig = new StackRig();
  let cable: Transport | undefined;
  const { stack } = await rig.host("central", {
    services: null,
    controller: CONTROLLER,
    cable: (inner) => (cable = inner),
  });
  const events = Array.from({ length: rate }, (_, i) =>
    encodeEvent(LeAdvertisingReport, {
      reports: [
        {
          type: "connectableUndirected",
          addressType: "random",
          address: addressNo(i % DEVICES).octets,
          data: buildAdvertisingData(fieldsOf(i), text),
          rssi: rssiOf(i),
        },
      ],
    }),
  );
  let room = new Room();
  let heard = 0;
  const radio = new ScanRadio({
    ready: async () => stack,
    idOf: peerIdOf,
    addressOf,
    choose: () => assert.fail("nothing is chosen"),
  });
  const over = new AbortController();
  await rig.until(radio.scan((report) => void room.hear(report, NOW + heard++), over.signal));
  const ms = await several(() => {
    room = new Room();
    heard = 0;
    const elapsed = stopwatch();
    for (const bytes of events) cable?.onPacket({ type: "event", bytes });
    room.sort("signal");
    const spent = elapsed() / 1e6;
    assert.equal(heard, rate);
    assert.equal(room.order.length, Math.min(rate, DEVICES));
    return spent;
  });
  over.abort();
  return ms;
}

export const reports = async (): Promise<Curve> => ({
  kind: "curve",
  name: `Advertising reports of ${DEVICES} devices`,
  file: "reports",
  across: "reports a second",
  up: "milliseconds of each second",
  series: [
    { name: "from the controller's event to the row", points: await along(RATES, wholeAt) },
    { name: "rows alone", points: await along(RATES, rowsAt) },
  ],
});
