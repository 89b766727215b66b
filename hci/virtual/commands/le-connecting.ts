import * as connection from "../../host/commands/le-connection.ts";
import { checkOwnAddressType } from "../own-address.ts";
import type { Session } from "../session.ts";
import { checkInitiating } from "../states.ts";
import { allow, checkedRange, demand, linkParameters, peerOf, within } from "./checks.ts";
import type { Handler } from "./handler.ts";
import { performs } from "./handler.ts";

const UNIT_MS = 0.625;
/** PHYs that a peer can be heard on at first, by their place in the command. */
const PRIMARY: ReadonlyMap<string, number> = new Map([
  ["1M", 1],
  ["2M", 2],
  ["coded", 3],
]);

/** Making a connection, with legacy and with extended commands. */
export function connectingCommands(session: Session): readonly Handler[] {
  const { initiator } = session;
  return [
    performs(connection.LeCreateConnection, (given) => {
      session.claim("legacy");
      checkInitiating(session);
      checkAddressTypes(session, given);
      checkWindow(given.scanInterval, given.scanWindow, 0x4000);
      const phy = { ...windowOf(given), link: linkParameters(checkedRange(given)) };
      initiator.start({
        extended: false,
        peer: given.filter === "all" ? peerOf(given.peerAddressType, given.peerAddress) : undefined,
        ownAddressType: given.ownAddressType,
        phys: new Map([[1, phy]]),
      });
    }),
    performs(connection.LeExtendedCreateConnection, (given) => {
      session.claim("extended");
      checkInitiating(session);
      checkAddressTypes(session, given);
      const chosen = Object.entries(given.phys).flatMap(([name, on]) => (on ? [PRIMARY.get(name) ?? 1] : []));
      demand(chosen.length === given.perPhy.length && (given.phys["1M"] || given.phys.coded));
      const phys = given.perPhy.map((each, i) => {
        checkWindow(each.scanInterval, each.scanWindow, 0xffff);
        const phy = { ...windowOf(each), link: linkParameters(checkedRange(each)) };
        return [chosen[i] ?? 1, phy] as const;
      });
      initiator.start({
        extended: true,
        peer: given.filter === "all" ? peerOf(given.peerAddressType, given.peerAddress) : undefined,
        ownAddressType: given.ownAddressType,
        phys: new Map(phys),
      });
    }),
    performs(connection.LeCreateConnectionCancel, () => {
      allow(initiator.active);
      initiator.cancel();
    }),
  ];
}

function checkAddressTypes(
  session: Session,
  given: {
    readonly ownAddressType: "public" | "random" | "resolvableOrPublic" | "resolvableOrRandom";
    readonly peerAddressType: string;
  },
): void {
  checkOwnAddressType(session, given.ownAddressType);
  const identity = given.peerAddressType.endsWith("Identity");
  demand(!identity || session.core.profile.name !== "4.0");
}

function checkWindow(interval: number, window: number, most: number): void {
  within(interval, 4, most);
  within(window, 4, interval);
}

function windowOf(given: { readonly scanInterval: number; readonly scanWindow: number }): {
  readonly intervalMs: number;
  readonly windowMs: number;
} {
  return { intervalMs: given.scanInterval * UNIT_MS, windowMs: given.scanWindow * UNIT_MS };
}
