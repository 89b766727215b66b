import type { Parameters } from "../codec/command.ts";
import type { HciEvent } from "../codec/event.ts";
import type { SetEventMask, SetEventMaskPage2 } from "../host/commands/basic.ts";
import type { LeSetEventMask } from "../host/commands/le-setup.ts";
import { LeEventMask } from "../host/commands/le-setup.ts";
import * as events from "../host/events.ts";

type PageOne = Parameters<typeof SetEventMask>["mask"];
type PageTwo = Parameters<typeof SetEventMaskPage2>["mask"];
type LeMask = Parameters<typeof LeSetEventMask>["mask"];

/** After Reset (7.3.1): every event of Core 1.2 and older; key refresh and LE are younger. */
const DEFAULT_PAGE_ONE: PageOne = {
  disconnectionComplete: true,
  encryptionChange: true,
  readRemoteVersionInformationComplete: true,
  hardwareError: true,
  dataBufferOverflow: true,
  encryptionKeyRefreshComplete: false,
  leMeta: false,
};
const DEFAULT_PAGE_TWO: PageTwo = { authenticatedPayloadTimeoutExpired: false, encryptionChangeV2: false };
/** After Reset (7.8.1): 0x1F, the events of Core 4.0. */
const FIRST_FIVE = 5;
const leBits = Object.entries(LeEventMask);

/** The bit of Set Event Mask that lets an event out. Events without one are always sent. */
const pageOneBit = new Map<HciEvent, keyof PageOne>([
  [events.DisconnectionComplete, "disconnectionComplete"],
  [events.EncryptionChange, "encryptionChange"],
  [events.ReadRemoteVersionInformationComplete, "readRemoteVersionInformationComplete"],
  [events.HardwareError, "hardwareError"],
  [events.DataBufferOverflow, "dataBufferOverflow"],
  [events.EncryptionKeyRefreshComplete, "encryptionKeyRefreshComplete"],
]);

/** Which events the host wants to hear (Vol 4 Part E 7.3.1, 7.3.69, 7.8.1). */
export class Masks {
  pageOne = DEFAULT_PAGE_ONE;
  pageTwo = DEFAULT_PAGE_TWO;
  /** Subevent codes. */
  #le: ReadonlySet<number> = new Set(leBits.filter(([, bit]) => bit < FIRST_FIVE).map(([, bit]) => bit + 1));

  setLe(mask: LeMask): void {
    const set = new Set(Object.entries(mask).flatMap(([name, on]) => (on ? [name] : [])));
    this.#le = new Set(leBits.filter(([name]) => set.has(name)).map(([, bit]) => bit + 1));
  }

  allows(event: HciEvent): boolean {
    if (event.subevent !== undefined) return this.pageOne.leMeta && this.#le.has(event.subevent);
    const bit = pageOneBit.get(event);
    return bit === undefined || this.pageOne[bit];
  }
}
