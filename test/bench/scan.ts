/** The scanner's list under a flood: what one advertising report costs from the host's event to the row that shows it. */
import { Room } from "../../src/state/scan/room.ts";
import { cleanName } from "../../src/storage/text.ts";
import { addressNo, reportOf } from "../unit/scan/scan-world.ts";
import { measuredBy, type Section } from "./findings.ts";
import { type Contest, timed } from "./harness.ts";

const DEVICES = 300;
const REPORTS = 20_000;
const SERVICE = "0000180d-0000-1000-8000-00805f9b34fb";

/** Twenty thousand reports of three hundred devices: names, services, makers, and a signal that never stands still. */
const AIR = Array.from({ length: REPORTS }, (_, i) =>
  reportOf(addressNo(i % DEVICES), {
    rssi: -50 - (i % 40),
    fields: { name: `Device ${i % DEVICES}`, services: [SERVICE] },
  }),
);

/** A row made anew for each report, as a page does that renders what comes. */
interface PlainRow {
  readonly id: string;
  readonly name: string;
  readonly services: readonly string[];
  readonly signal: readonly number[];
}

function plain(): void {
  const rows = new Map<number, PlainRow>();
  for (const report of AIR) {
    const { name = "", services } = report.fields();
    const before = rows.get(report.key);
    const signal = [...(before?.signal ?? []), report.rssi ?? 0].slice(-60);
    rows.set(report.key, { id: report.address().id, name: cleanName(name), services, signal });
  }
  if (rows.size !== DEVICES) throw new Error("Cannot measure: the rows are not those that were heard");
}

function ours(): void {
  const room = new Room();
  for (const [i, report] of AIR.entries()) room.hear(report, 1_700_000_000_000 + i);
  room.sort("signal");
  if (room.order.length !== DEVICES)
    throw new Error("Cannot measure: the rows are not those that were heard");
}

/** At a thousand reports a second, one microsecond each is a thousandth of the page's time. */
const contest: Contest = {
  name: "scanner: one advertising report into its row",
  note: "the other parses every report and makes every row anew",
  rivals: [
    { name: "rows changed in place", sample: () => timed(1, ours) / REPORTS },
    { name: "rows made anew", sample: () => timed(1, plain) / REPORTS, goal: 0.5 },
  ],
};

export const scan = (): Section => ({
  name: "scan",
  title: "The scanner",
  measurements: [measuredBy(contest)],
});
