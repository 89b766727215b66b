/** The scanner: who is heard, live. Built for a thousand reports a second: shown a few times a second, bounded always. */
import { type Failure, failureOf } from "../../link/failure.ts";
import { wipeOutOfBand } from "../../link/out-of-band.ts";
import type { AdvertisingReport, ScanSource } from "../../link/scan.ts";
import type { App } from "../app.ts";
import type { StartOptions } from "../procedure.ts";
import { ALWAYS_OPTIONAL } from "../profiles.ts";
import { Store } from "../store.ts";
import { ScanBonds, type ScanStanding } from "./bonded.ts";
import { type ScanFilter, fits, NO_FILTER } from "./filter.ts";
import type { Heard, HeardDevice } from "./heard.ts";
import { type OobRefusal, readOob } from "../oob.ts";
import { Room, type ScanSort } from "./room.ts";

export interface ScanView {
  readonly state:
    | { readonly kind: "stopped" }
    | { readonly kind: "starting" }
    | { readonly kind: "listening" }
    | { readonly kind: "failed"; readonly failure: Failure };
  /** Those that fit the filter, in order. The rows are live: what they say is what was heard last. */
  readonly rows: readonly HeardDevice[];
  readonly heard: number;
  /** Reports in the last second. */
  readonly rate: number;
  /** Reports of devices for which there was no room. */
  readonly dropped: number;
  readonly filter: ScanFilter;
  readonly sort: ScanSort;
  /** Row id of the one that is looked at. */
  readonly selected: number | null;
  /** Milliseconds since 1970, when this view was made. */
  readonly at: number;
}

/** Milliseconds between two views while it listens. */
const SHOW_MS = 250;
/** An order by signal or name is made anew only so often: a row must not move away under the finger. */
const SORT_MS = 3000;

export class ScanScreen {
  readonly app: App;
  readonly view: Store<ScanView>;
  readonly #source: ScanSource;
  readonly #room = new Room();
  readonly #bonds: ScanBonds;
  #filter = NO_FILTER;
  #sort: ScanSort = "heard";
  #sortedAt = 0;
  #selected: number | null = null;
  #state: ScanView["state"] = { kind: "stopped" };
  #stop: AbortController | undefined;
  #stopTicking: () => void = () => {};
  #rateAt = 0;
  #rateReports = 0;
  #rate = 0;

  constructor(app: App, source: ScanSource) {
    this.app = app;
    this.#source = source;
    this.#bonds = new ScanBonds(app, () => this.#show());
    this.view = new Store(this.#viewNow());
  }

  /** Listens until `pause`. */
  async start(): Promise<void> {
    if (this.#stop !== undefined) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#become({ kind: "starting" });
    try {
      await this.#source.scan((report) => this.#hear(report), stop.signal);
      if (stop.signal.aborted) return;
      this.#rateAt = this.#now();
      this.#rateReports = this.#room.reports;
      void this.#bonds.refresh();
      this.#become({ kind: "listening" });
      this.#tick();
    } catch (error) {
      if (this.#stop !== stop) return;
      this.#stop = undefined;
      this.#become({ kind: "failed", failure: failureOf(error) });
    }
  }

  /** The list stays as it is, and the radio is silent. */
  pause(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#stopTicking();
    this.#rate = 0;
    if (this.#state.kind !== "failed") this.#become({ kind: "stopped" });
  }

  clear(): void {
    this.#room.clear();
    this.#selected = null;
    this.#show();
  }

  narrow(change: Partial<ScanFilter>): void {
    this.#filter = { ...this.#filter, ...change };
    this.#show();
  }

  sortBy(sort: ScanSort): void {
    this.#sort = sort;
    this.#sortedAt = 0;
    this.#show();
  }

  select(rowId: number | null): void {
    this.#selected = rowId;
    this.#show();
  }

  /** Whether there is a bond with a device, by the identity behind a private address, too. */
  standingOf({ identityId, address }: HeardDevice): ScanStanding {
    return this.#bonds.of(identityId ?? address.id);
  }

  /** Whether a code from another channel could be used with it: pairing is ours, and there is no bond yet. */
  takesCode(device: HeardDevice): boolean {
    const { pairing } = this.app.ports.backend.capabilities;
    return pairing === "explicit" && device.connectable && !this.standingOf(device).bonded;
  }

  /**
   * Pairs with a code that came over another way than the radio: never with less than such a code gives, neither now nor
   * when this run is tried again. The octets are zeroed at its end. Returns what is wrong with the code.
   */
  pairWithCode(device: HeardDevice, text: string): OobRefusal | null {
    const reading = readOob(text, device);
    if (reading.kind === "refused") return reading.refusal;
    const { outOfBand } = reading;
    if (!this.#start(device, { level: "secure", outOfBand })) wipeOutOfBand(outOfBand);
    return null;
  }

  /** From a row into the same procedure as everywhere, on the screen where devices are added. A click leads here. */
  pair(device: HeardDevice): void {
    this.#start(device, {});
  }

  /** False: nothing was begun. */
  #start(device: HeardDevice, options: Pick<StartOptions, "level" | "outOfBand">): boolean {
    const procedure = this.app.procedures.of("add");
    const { bonded, recordId } = this.standingOf(device);
    if (bonded && recordId !== undefined) {
      this.pause();
      this.app.router.go({ screen: "device", id: recordId, view: "overview" });
      return false;
    }
    if (procedure.view.value.step === "running") {
      this.app.notices.problem("A device is being added already: finish that first");
      return false;
    }
    this.pause();
    procedure.close();
    const peer = this.#source.choose(device.identityId ?? device.address.id, device.name);
    const services = [...new Set([...device.services, ...ALWAYS_OPTIONAL])];
    void procedure.start(
      { peer, services, profile: null, probe: null },
      { mode: "ensure", device: device.name, ...options },
    );
    this.app.router.go({ screen: "add" });
    return true;
  }

  #hear(report: AdvertisingReport): void {
    const outcome = this.#room.hear(report, this.#now());
    if (outcome?.fresh === true) void this.#identify(outcome.heard);
  }

  async #identify(heard: Heard): Promise<void> {
    const identityId = await this.#source.identify(heard.address);
    if (identityId !== undefined) this.#room.identified(heard, identityId);
  }

  /** However much is heard, it is shown this often, and with a frame. */
  #tick(): void {
    const { page } = this.app;
    this.#stopTicking = page.after(SHOW_MS, () => {
      page.schedule(() => {
        if (this.#state.kind !== "listening") return;
        this.#show();
        this.#tick();
      });
    });
  }

  #become(state: ScanView["state"]): void {
    this.#state = state;
    this.#show();
  }

  #show(): void {
    const now = this.#now();
    if (now - this.#sortedAt >= SORT_MS) {
      this.#sortedAt = now;
      this.#room.sort(this.#sort);
    }
    if (this.#state.kind === "listening" && now - this.#rateAt >= 1000) {
      this.#rate = Math.round(((this.#room.reports - this.#rateReports) * 1000) / (now - this.#rateAt));
      this.#rateAt = now;
      this.#rateReports = this.#room.reports;
    }
    this.view.set(this.#viewNow());
  }

  #viewNow(): ScanView {
    const filter = this.#filter;
    const rows = this.#room.order.filter((row) =>
      fits(filter, row, filter.bonded && this.standingOf(row).bonded),
    );
    return {
      state: this.#state,
      rows,
      heard: this.#room.order.length,
      rate: this.#rate,
      dropped: this.#room.dropped,
      filter,
      sort: this.#sort,
      selected: this.#selected,
      at: this.#now(),
    };
  }

  #now(): number {
    return this.app.ports.surroundings.now();
  }
}
