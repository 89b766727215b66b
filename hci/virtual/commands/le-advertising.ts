import * as advertising from "../../host/commands/le-advertising.ts";
import { checkOwnAddressType } from "../own-address.ts";
import type { Session } from "../session.ts";
import { checkConnectable } from "../states.ts";
import { allow, bitsOf, demand, within } from "./checks.ts";
import type { Handler } from "./handler.ts";
import { answers, performs } from "./handler.ts";

const UNIT_MS = 0.625;

/** Advertising with legacy commands. */
export function advertisingCommands(session: Session): readonly Handler[] {
  const { legacy } = session.advertising;
  return [
    performs(advertising.LeSetAdvertisingParameters, (given) => {
      session.claim("legacy");
      allow(!legacy.active);
      checkOwnAddressType(session, given.ownAddressType);
      const highDuty = given.type === "connectableDirectedHigh";
      if (!highDuty) {
        within(given.intervalMin, 0x20, 0x4000);
        within(given.intervalMax, given.intervalMin, 0x4000);
      }
      demand(bitsOf(given.channels) !== 0);
      const directed = highDuty || given.type === "connectableDirectedLow";
      legacy.parameters = {
        ...legacy.parameters,
        connectable: directed || given.type === "connectableUndirected",
        scannable: given.type === "connectableUndirected" || given.type === "scannableUndirected",
        directed,
        highDuty,
        intervalMinMs: given.intervalMin * UNIT_MS,
        intervalMaxMs: given.intervalMax * UNIT_MS,
        channels: bitsOf(given.channels),
        ownAddressType: given.ownAddressType,
        peer: { type: given.peerAddressType, octets: given.peerAddress },
        filter: given.filter,
      };
    }),
    answers(advertising.LeReadAdvertisingPhysicalChannelTxPower, () => {
      session.claim("legacy");
      return { power: 0 };
    }),
    performs(advertising.LeSetAdvertisingData, ({ data }) => {
      session.claim("legacy");
      legacy.data = data;
    }),
    performs(advertising.LeSetScanResponseData, ({ data }) => {
      session.claim("legacy");
      legacy.scanResponse = data;
    }),
    performs(advertising.LeSetAdvertisingEnable, ({ enable }) => {
      session.claim("legacy");
      if (enable === "off") {
        legacy.stop();
        return;
      }
      if (legacy.parameters.connectable) checkConnectable(session);
      legacy.checkAddress();
      session.afterAnswer(() => legacy.start(0, 0));
    }),
  ];
}
