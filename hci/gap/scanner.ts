import { AdvertisingReports, ExtendedAdvertisingReports } from "../host/advertising-reports.ts";
import {
  LeSetExtendedScanEnable,
  LeSetExtendedScanParameters,
  LeSetScanEnable,
  LeSetScanParameters,
} from "../host/commands/le-scanning.ts";
import type { Host } from "../host/host.ts";
import { LeFeature } from "../host/supported.ts";
import type { TextPort } from "../ports.ts";
import type { AcceptList } from "./accept-list.ts";
import type { Advertisement, ReportFacts } from "./advertisement.ts";
import { extendedFacts, legacyFacts, toAdvertisement } from "./advertisement.ts";
import { usesExtendedCommands } from "./capabilities.ts";
import { ExtendedData } from "./extended-data.ts";
import type { OwnAddress } from "./own-address.ts";
import type { Activity, Radio } from "./radio.ts";
import type { ScanOptions } from "./scan-session.ts";
import { ScanSession } from "./scan-session.ts";

/** A scan that was started; it runs until it is stopped. */
export interface Scan {
  /** Never rejects: what cannot be stopped went with its adapter. */
  stop(): Promise<void>;
}

export interface ScannerParts {
  readonly host: Host;
  readonly radio: Radio;
  readonly own: OwnAddress;
  readonly acceptList: AcceptList;
  readonly text: TextPort;
  /** Whether the controller resolves private addresses now. */
  readonly resolving: () => boolean;
}

/** Data status, bits 5 and 6 of an extended event type. */
const dataStatus = ["complete", "incomplete", "truncated", "truncated"] as const;
/** A public address has an even type; a 48-bit key leaves room for the kind of report below 2⁵³. */
const RANDOM = 2 ** 48;
const KINDS = 8;

/** Scans for everyone who wants to listen, with the least that satisfies all of them. */
export class Scanner implements Activity {
  /** Of everything that somebody listens for, once. Synchronous, and must not throw. */
  onHeard: ((advertisement: Advertisement) => void) | undefined;
  readonly #parts: ScannerParts;
  readonly #sessions = new Set<ScanSession>();
  readonly #legacy = new AdvertisingReports();
  readonly #extended = new ExtendedAdvertisingReports();
  readonly #gathered = new ExtendedData();
  readonly #facts: ReportFacts = {
    connectable: false,
    scannable: false,
    directed: false,
    scanResponse: false,
    legacy: true,
  };
  readonly #usesExtended: boolean;
  #running = false;
  #suspensions = 0;

  constructor(parts: ScannerParts) {
    this.#parts = parts;
    this.#usesExtended = usesExtendedCommands(parts.host.controller);
    parts.host.onAdvertisingEvent = (packet, extended) => this.#receive(packet, extended);
  }

  /** Resolves when the radio listens. `listener` is called synchronously for each report and must not throw. */
  async start(options: ScanOptions, listener: (advertisement: Advertisement) => void): Promise<Scan> {
    const { host, radio } = this.#parts;
    const session = new ScanSession(options, host.clock, listener);
    const leave = async (): Promise<void> => {
      this.#sessions.delete(session);
      await this.#apply();
    };
    try {
      await radio.turn(async () => {
        this.#sessions.add(session);
        await this.#apply();
      });
    } catch (error) {
      this.#sessions.delete(session);
      throw error;
    }
    return {
      stop: () => (this.#sessions.has(session) ? radio.turn(leave).catch(() => {}) : Promise.resolve()),
    };
  }

  get running(): boolean {
    return this.#running;
  }

  async pause(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#gathered.clear();
    const { host } = this.#parts;
    const off = { enable: "off", filterDuplicates: "off" } as const;
    if (this.#usesExtended) await host.run(LeSetExtendedScanEnable, { ...off, duration: 0, period: 0 });
    else await host.run(LeSetScanEnable, off);
  }

  async resume(): Promise<void> {
    if (!this.#running && this.#suspensions === 0 && this.#sessions.size > 0) await this.#enable();
  }

  /** In the radio's turn: no scan until `release`, whoever asks. */
  async suspend(): Promise<void> {
    this.#suspensions++;
    await this.pause();
  }

  async release(): Promise<void> {
    this.#suspensions--;
    await this.resume();
  }

  async #apply(): Promise<void> {
    await this.pause();
    if (this.#sessions.size === 0) this.#parts.radio.remove(this);
    else this.#parts.radio.add(this);
    await this.resume();
  }

  async #enable(): Promise<void> {
    const { host, own, acceptList, resolving } = this.#parts;
    const sessions = [...this.#sessions];
    const busiest = sessions.reduce((a, b) =>
      b.windowMs / b.intervalMs > a.windowMs / a.intervalMs ? b : a,
    );
    const only = sessions.flatMap(({ options }) => options.only ?? []);
    const listed = sessions.every(({ options }) => options.only !== undefined) && acceptList.fits(only);
    if (listed) await acceptList.program(only);
    await own.prepare();
    const one = {
      type: sessions.some(({ options }) => options.active) ? "active" : "passive",
      interval: toUnits(busiest.intervalMs),
      window: toUnits(busiest.windowMs),
    } as const;
    const all = { ownAddressType: own.type(resolving()), filter: listed ? "acceptList" : "all" } as const;
    // Only a scan in which nobody cares for later reports may drop them in the controller.
    const once = sessions.every(({ options }) => options.duplicates.report === "first");
    const on = { enable: "on", filterDuplicates: once ? "on" : "off" } as const;
    if (this.#usesExtended) {
      const coded =
        host.controller.has(LeFeature.phyCoded) && sessions.some(({ options }) => options.coded === true);
      const parameters = coded ? [one, one] : [one];
      await host.run(LeSetExtendedScanParameters, { ...all, phys: { "1M": true, coded }, parameters });
      await host.run(LeSetExtendedScanEnable, { ...on, duration: 0, period: 0 });
    } else {
      await host.run(LeSetScanParameters, { ...one, ...all });
      await host.run(LeSetScanEnable, on);
    }
    this.#running = true;
  }

  #receive(packet: Uint8Array, extended: boolean): void {
    if (!this.#running && this.#sessions.size === 0) return;
    const cursor = extended ? this.#extended : this.#legacy;
    if (!cursor.open(packet)) {
      this.#parts.host.counters.malformedEvents++;
      return;
    }
    while (cursor.next()) this.#report(cursor);
  }

  #report(cursor: AdvertisingReports | ExtendedAdvertisingReports): void {
    const facts = this.#facts;
    const isExtended = cursor instanceof ExtendedAdvertisingReports;
    if (isExtended) extendedFacts(cursor.type, facts);
    else legacyFacts(cursor.type, facts);
    const sid = isExtended && cursor.sid !== 0xff ? cursor.sid : undefined;
    const status = (isExtended ? dataStatus[(cursor.type >> 5) & 0b11] : undefined) ?? "complete";

    const address = cursor.addressKey + (cursor.addressType & 1) * RANDOM;
    const kind =
      (facts.scanResponse ? 1 : 0) + (facts.legacy ? 2 : 0) + (cursor.addressType === 0xff ? 4 : 0);
    const whole = facts.legacy || (status === "complete" && this.#gathered.idle);
    const gathered = whole
      ? { data: cursor.data, complete: true }
      : this.#gathered.add(`${address} ${kind} ${sid}`, cursor.data, status);
    if (gathered === undefined) return;

    let advertisement: Advertisement | undefined;
    for (const session of this.#sessions) {
      if (!session.wants(address, address * KINDS + kind, gathered.data)) continue;
      const more = { data: Uint8Array.from(gathered.data), complete: gathered.complete, sid };
      advertisement ??= toAdvertisement(cursor, facts, more, this.#parts.text);
      session.tell(advertisement);
    }
    if (advertisement !== undefined) this.onHeard?.(advertisement);
  }
}

/** Units of 0.625 ms, within what the controller takes. */
function toUnits(ms: number): number {
  return Math.min(0x4000, Math.max(4, Math.round(ms / 0.625)));
}
