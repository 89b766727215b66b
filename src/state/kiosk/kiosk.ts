/**
 * The kiosk: verifies its bonds at the start and again after sleep, tells how they stand, and hands over when every one
 * is proven. It never pairs: that waits for a person who sets it up.
 */
import { displayName } from "../../bonds/record.ts";
import type { StorageFailure } from "../../storage/ports.ts";
import type { BondRecord } from "../../storage/records.ts";
import type { KioskRow } from "../../storage/apps/rows.ts";
import type { AppStore } from "../../storage/apps/store.ts";
import type { App } from "../app.ts";
import { storageFailure } from "../bonds.ts";
import { Store } from "../store.ts";
import { type KioskLine, roundCode } from "./lines.ts";
import { hashPin, isPin, waitAfter } from "./pin.ts";
import { runRound } from "./round.ts";

export interface KioskWindow {
  leave(href: string): void;
  print(): void;
  /** False where the machine knows that it has no network. */
  online(): boolean;
  /** Keeps the screen on until the signal aborts, where the browser can. */
  keepAwake(signal: AbortSignal): void;
  /** The page was hidden, frozen or offline and is back; until the signal aborts. */
  onBack(listener: () => void, signal: AbortSignal): void;
}

export type KioskView =
  | { readonly kind: "loading" }
  | { readonly kind: "unreadable"; readonly failure: StorageFailure }
  | {
      readonly kind: "setup";
      readonly row: KioskRow;
      readonly records: readonly BondRecord[];
      readonly isNew: boolean;
    }
  | {
      readonly kind: "running";
      readonly row: KioskRow;
      readonly phase: "verifying" | "proven" | "attention" | "leaving" | "waiting-for-network";
    };

export type PinOutcome = "open" | "wrong" | { readonly waitMs: number };

export const EMPTY_KIOSK: KioskRow = {
  v: 1,
  title: "",
  bonds: [],
  limitMs: 45_000,
  retries: 3,
  againMinutes: 15,
  next: null,
  attract: false,
  pin: null,
  wrongPins: 0,
  pinFrom: 0,
};

const TICK_MS = 5_000;
/** A tick that comes so late was slept over. */
const SLEPT_MS = 30_000;
/** Until what failed is tried again. */
const AGAIN_MS = 60_000;

export class Kiosk {
  readonly view = new Store<KioskView>({ kind: "loading" });
  readonly lines = new Store<readonly KioskLine[]>([]);
  readonly app: App;
  readonly #apps: AppStore;
  readonly #window: KioskWindow;
  #stop = new AbortController();
  #round = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #lastTick = 0;
  #stopTick = (): void => {};
  #stopAgain = (): void => {};

  constructor(app: App, apps: AppStore, window: KioskWindow) {
    this.app = app;
    this.#apps = apps;
    this.#window = window;
  }

  /** The screen is shown. Starts by itself where the kiosk was set up. */
  async open(): Promise<void> {
    try {
      const row = await this.#apps.kiosk();
      if (row === null || row.bonds.length === 0) await this.#showSetup(row ?? EMPTY_KIOSK, row === null);
      else await this.#start(row);
    } catch (error) {
      this.view.set({ kind: "unreadable", failure: storageFailure(error) });
    }
  }

  /** The screen is gone: nothing goes on behind it. */
  close(): void {
    this.#stop.abort();
    this.#round.abort();
    this.#stopTick();
    this.#stopAgain();
    this.view.set({ kind: "loading" });
  }

  /** From a click, with the PIN where there is one. */
  async enterSetup(pin: string): Promise<PinOutcome> {
    const view = this.view.value;
    if (view.kind !== "running") return "open";
    const outcome = await this.#tryPin(pin);
    if (outcome !== "open") return outcome;
    const row = (await this.#apps.kiosk()) ?? view.row;
    this.close();
    await this.#showSetup(row, false);
    return "open";
  }

  /** `pin`: a new one, "" for none, null to leave it as it is. Rejects with TypeError for what cannot be stored. */
  async save(row: KioskRow, pin: string | null): Promise<void> {
    const next = { ...row, pin: pin === null ? row.pin : pin === "" ? null : await hashPin(pin) };
    await this.#apps.setKiosk({ ...next, wrongPins: 0, pinFrom: 0 });
    await this.open();
  }

  /** Anew, from the first bond on. */
  again(): void {
    const view = this.view.value;
    if (view.kind !== "running" || view.phase === "leaving") return;
    void this.#verify(view.row);
  }

  print(): void {
    this.#window.print();
  }

  async #tryPin(pin: string): Promise<PinOutcome> {
    const row = await this.#apps.kiosk();
    if (row === null || row.pin === null) return "open";
    const now = this.#now();
    if (now < row.pinFrom) return { waitMs: row.pinFrom - now };
    // Counted before it is looked at, so that a reload in between wins nothing.
    const wrongPins = row.wrongPins + 1;
    const waitMs = waitAfter(wrongPins);
    await this.#apps.setKiosk({ ...row, wrongPins, pinFrom: now + waitMs });
    if (!(await isPin(pin, row.pin))) return waitMs > 0 ? { waitMs } : "wrong";
    await this.#apps.setKiosk({ ...row, wrongPins: 0, pinFrom: 0 });
    return "open";
  }

  async #showSetup(row: KioskRow, isNew: boolean): Promise<void> {
    const all = await this.app.ports.stores.bonds.all();
    const records = all.filter(({ archived }) => archived === null);
    this.view.set({ kind: "setup", row, records, isNew });
  }

  async #start(row: KioskRow): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#window.keepAwake(this.#stop.signal);
    this.#window.onBack(() => this.#back(), this.#stop.signal);
    this.#lastTick = this.#now();
    this.#tick();
    await this.#verify(row);
  }

  async #verify(row: KioskRow): Promise<void> {
    this.#round.abort();
    this.#stopAgain();
    const round = new AbortController();
    this.#round = round;
    this.view.set({ kind: "running", row, phase: "verifying" });
    const records = new Map((await this.app.ports.stores.bonds.all()).map((record) => [record.id, record]));
    if (round.signal.aborted) return;
    this.lines.set(
      row.bonds.map((bondId) => {
        const record = records.get(bondId);
        return {
          bondId,
          name: record === undefined ? bondId : displayName(record),
          state: { kind: "waiting" },
        };
      }),
    );
    // The run that was just stopped has to end first: there is one at a time.
    await this.#running;
    if (round.signal.aborted) return;
    const stuck = (): void => this.app.page.reload();
    this.#running = runRound(row, { app: this.app, lines: this.lines, stuck }, round.signal);
    await this.#running;
    if (!round.signal.aborted) this.#settled(row);
  }

  #settled(row: KioskRow): void {
    const proven = roundCode(this.lines.value) === 0;
    this.app.notices.say(proven ? "Every bond is proven" : "Somebody is needed");
    if (proven && row.next !== null) return this.#handOver(row, row.next);
    this.view.set({ kind: "running", row, phase: proven ? "proven" : "attention" });
    const ms = proven ? row.againMinutes * 60_000 : AGAIN_MS;
    if (ms > 0) this.#stopAgain = this.app.page.after(ms, () => this.again());
  }

  #handOver(row: KioskRow, next: string): void {
    if (!this.#window.online()) return this.view.set({ kind: "running", row, phase: "waiting-for-network" });
    this.view.set({ kind: "running", row, phase: "leaving" });
    this.#window.leave(`${next}#bond-code=0&bond-count=${row.bonds.length}`);
  }

  /** Hidden, asleep or offline for a while: what was proven before that says nothing about now. */
  #back(): void {
    const view = this.view.value;
    if (view.kind !== "running" || view.phase === "verifying") return;
    if (view.phase === "waiting-for-network" && view.row.next !== null)
      return this.#handOver(view.row, view.row.next);
    this.again();
  }

  #tick(): void {
    const now = this.#now();
    const slept = now - this.#lastTick > SLEPT_MS;
    this.#lastTick = now;
    this.#stopTick();
    this.#stopTick = this.app.page.after(TICK_MS, () => this.#tick());
    if (slept) this.again();
  }

  #now(): number {
    return this.app.ports.surroundings.now();
  }
}
