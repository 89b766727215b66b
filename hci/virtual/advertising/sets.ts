import { LeAdvertisingSetTerminated } from "../../host/events.ts";
import { announceFailure } from "../connect.ts";
import type { Session } from "../session.ts";
import { Status } from "../status.ts";
import type { AdvertisingParameters, Termination } from "./set.ts";
import { AdvertisingSet } from "./set.ts";

/** The set that legacy commands mean; no extended command can name it. */
const LEGACY = -1;

const legacyDefaults: AdvertisingParameters = {
  legacy: true,
  connectable: true,
  scannable: true,
  directed: false,
  highDuty: false,
  anonymous: false,
  includeTxPower: false,
  intervalMinMs: 1280,
  intervalMaxMs: 1280,
  channels: 7,
  ownAddressType: "public",
  peer: { type: "public", octets: new Uint8Array(6) },
  filter: "all",
  primaryPhy: 1,
  secondaryPhy: 0,
  sid: 0xff,
  txPower: 127,
  scanRequestNotification: false,
};

/** All advertising of one controller. */
export class AdvertisingSets {
  readonly legacy: AdvertisingSet;
  readonly #session: Session;
  readonly #sets = new Map<number, AdvertisingSet>();

  constructor(session: Session) {
    this.#session = session;
    this.legacy = new AdvertisingSet(session, LEGACY, legacyDefaults, (_, { status }) => {
      // 7.8.9: directed advertising that nobody answered is reported as a connection that failed.
      if (status === Status.AdvertisingTimeout) announceFailure(session, status, "peripheral");
    });
  }

  get active(): boolean {
    return this.legacy.active || [...this.#sets.values()].some((set) => set.active);
  }

  get connectable(): boolean {
    return [this.legacy, ...this.#sets.values()].some((set) => set.active && set.parameters.connectable);
  }

  get usesAcceptList(): boolean {
    return [this.legacy, ...this.#sets.values()].some((set) => set.active && set.parameters.filter !== "all");
  }

  get count(): number {
    return this.#sets.size;
  }

  find(id: number): AdvertisingSet | undefined {
    return this.#sets.get(id);
  }

  create(id: number, parameters: AdvertisingParameters): AdvertisingSet {
    const set = new AdvertisingSet(this.#session, id, parameters, (ended, termination) =>
      this.#terminated(ended, termination),
    );
    this.#sets.set(id, set);
    return set;
  }

  remove(id: number): void {
    this.#sets.delete(id);
  }

  stopAll(): void {
    for (const set of this.#sets.values()) set.stop();
  }

  clear(): void {
    this.legacy.stop();
    this.stopAll();
    this.#sets.clear();
  }

  #terminated(set: AdvertisingSet, { status, handle, completedEvents }: Termination): void {
    this.#session.emit(LeAdvertisingSetTerminated, { status, set: set.id, handle, completedEvents });
  }
}
