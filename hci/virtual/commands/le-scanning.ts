import * as scanning from "../../host/commands/le-scanning.ts";
import { checkOwnAddressType } from "../own-address.ts";
import type { ScanParameters } from "../scanning/scanner.ts";
import type { Session } from "../session.ts";
import { allow, demand, within } from "./checks.ts";
import type { Handler } from "./handler.ts";
import { performs } from "./handler.ts";

const UNIT_MS = 0.625;
const DURATION_MS = 10;
const PERIOD_MS = 1280;

/** Scanning with legacy and with extended commands. */
export function scanningCommands(session: Session): readonly Handler[] {
  const { scanner } = session;
  return [
    performs(scanning.LeSetScanParameters, (given) => {
      session.claim("legacy");
      allow(!scanner.active);
      checkCommon(session, given);
      within(given.interval, 4, 0x4000);
      within(given.window, 4, given.interval);
      scanner.parameters = {
        ownAddressType: given.ownAddressType,
        filter: given.filter,
        phys: new Map([[1, scanWindow(given)]]),
      };
    }),
    performs(scanning.LeSetScanEnable, ({ enable, filterDuplicates }) => {
      session.claim("legacy");
      if (enable === "off") scanner.stop();
      else scanner.start({ extended: false, filterDuplicates, durationMs: 0, periodMs: 0 });
    }),
    performs(scanning.LeSetExtendedScanParameters, (given) => {
      session.claim("extended");
      allow(!scanner.active);
      checkCommon(session, given);
      const chosen = [...(given.phys["1M"] ? [1] : []), ...(given.phys.coded ? [3] : [])];
      demand(chosen.length > 0 && given.parameters.length === chosen.length);
      for (const { interval, window } of given.parameters) {
        within(interval, 4, 0xffff);
        within(window, 4, interval);
      }
      scanner.parameters = {
        ownAddressType: given.ownAddressType,
        filter: given.filter,
        phys: new Map(given.parameters.map((each, i) => [chosen[i] ?? 1, scanWindow(each)])),
      };
    }),
    performs(scanning.LeSetExtendedScanEnable, ({ enable, filterDuplicates, duration, period }) => {
      session.claim("extended");
      if (enable === "off") {
        scanner.stop();
        return;
      }
      const [durationMs, periodMs] = [duration * DURATION_MS, period * PERIOD_MS];
      demand(filterDuplicates !== "eachPeriod" || (durationMs > 0 && periodMs > 0));
      demand(durationMs === 0 || periodMs === 0 || periodMs > durationMs);
      scanner.start({ extended: true, filterDuplicates, durationMs, periodMs });
    }),
  ];
}

function checkCommon(session: Session, given: Pick<ScanParameters, "ownAddressType" | "filter">): void {
  checkOwnAddressType(session, given.ownAddressType);
  const basic = given.filter === "all" || given.filter === "acceptList";
  // The policies that let unresolved directed advertising through came with Core 4.2.
  demand(basic || session.core.profile.name !== "4.0");
}

function scanWindow(given: {
  readonly interval: number;
  readonly window: number;
  readonly type: "passive" | "active";
}): { readonly intervalMs: number; readonly windowMs: number; readonly active: boolean } {
  return {
    intervalMs: given.interval * UNIT_MS,
    windowMs: given.window * UNIT_MS,
    active: given.type === "active",
  };
}
