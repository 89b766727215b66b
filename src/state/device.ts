/** The page of one device: what is shown, put together from the record, the link, the history and the table. */
import { type BondState, lastProof, stateOf } from "../bonds/evidence.ts";
import { checkRemoved, purgeBond, removeBond, restoreBond, type RemovalCheck } from "../bonds/remove.ts";
import { type Quirk, quirkOf } from "../bonds/quirks.ts";
import { displayName } from "../bonds/record.ts";
import type { Mode } from "../bonds/result.ts";
import type { CharacteristicRef } from "../link/gatt.ts";
import type { StorageFailure } from "../storage/ports.ts";
import type { BondRecord, HistoryEntry, Level, Proof } from "../storage/records.ts";
import type { App } from "./app.ts";
import { storageFailure } from "./bonds.ts";
import { exportRecord } from "./device-export.ts";
import { type KeyPlace, keyPlaceOf } from "./device-key.ts";
import { chooseProbe } from "./device-edit.ts";
import { attempt } from "./device-record.ts";
import { GattSession } from "./gatt-session.ts";
import { NOTHING_STORED, readTable, type StoredTable } from "./gatt-table.ts";
import type { System } from "./platform.ts";
import type { Procedure } from "./procedure.ts";
import type { Place } from "./place.ts";
import { PlaceWatch } from "./place-watch.ts";
import { Places } from "./places.ts";
import { type Ask, promptsThrough } from "./prompts.ts";
import { type Readable, Store } from "./store.ts";

export type DeviceScreenView =
  | { readonly step: "loading" }
  | { readonly step: "missing" }
  /** The store as a whole, or this one row (`damaged`), cannot be read. */
  | { readonly step: "unreadable"; readonly failure: StorageFailure; readonly damaged: boolean }
  /** The record was deleted for good, here. */
  | { readonly step: "purged"; readonly name: string }
  | ShownDevice;

export interface ShownDevice {
  readonly step: "shown";
  readonly record: BondRecord;
  readonly state: BondState;
  readonly proof: Proof | null;
  /** Since when this tab holds a link. */
  readonly connectedSince: string | null;
  /** Null while it is being read. */
  readonly key: KeyPlace | null;
  /** Newest first; null while it is being read. */
  readonly history: readonly HistoryEntry[] | null;
  readonly stored: StoredTable;
  /** Why it is handled with more patience than others; null where it is not. */
  readonly quirk: Quirk | null;
}

/** Asking, after a removal in the system's settings, whether the bond is gone. */
export type GoneView =
  | { readonly kind: "not-asked" }
  | { readonly kind: "asking" }
  | RemovalCheck
  | { readonly kind: "failed"; readonly failure: StorageFailure };

export const HISTORY_SHOWN = 200;

interface Beside {
  readonly key: KeyPlace | null;
  readonly history: readonly HistoryEntry[] | null;
  readonly stored: StoredTable;
}

export class DeviceScreen {
  readonly view = new Store<DeviceScreenView>({ step: "loading" });
  readonly gone = new Store<GoneView>({ kind: "not-asked" });
  /** A question of the attribute browser; those of the bond procedure are the procedure's own. */
  readonly ask = new Store<Ask | null>(null);
  readonly session: GattSession;
  readonly procedure: Procedure;
  readonly id: string;
  /** For advice. */
  readonly system: System;
  readonly #app: App;
  readonly #open = new AbortController();
  readonly #places: Places;
  readonly #place: PlaceWatch;
  #beside: Beside = { key: null, history: null, stored: NOTHING_STORED };
  #reading = 0;
  #purged: string | undefined;

  constructor(app: App, id: string, system: System) {
    this.#app = app;
    this.id = id;
    this.system = system;
    this.procedure = app.procedures.of(id);
    this.#places = new Places(app.dongles);
    this.#place = new PlaceWatch(this.#places, this.#open.signal);
    this.session = new GattSession(id, {
      bonds: app.ports,
      prompts: promptsThrough(
        (ask) => this.ask.set(ask),
        app.chooser,
        (record) => app.dongles.nameBeside(record, app.ports.backend.bonds?.localIdentity ?? ""),
      ),
      onFrame: (run) => cancellable(run, (wrapped) => app.page.schedule(wrapped)),
    });
  }

  /** Follows stores and link until `close`. */
  start(): void {
    const { signal } = this.#open;
    const stops = [
      this.#app.bonds.view.watch(() => this.#show()),
      this.#app.live.links.watch(() => this.#show()),
      this.session.view.watch(() => this.#sessionChanged()),
    ];
    signal.addEventListener("abort", () => {
      for (const stop of stops) stop();
    });
    this.#app.ports.stores.bonds.onChange(({ id }) => {
      if (id === this.id) void this.#readBeside();
    }, signal);
    this.#show();
    void this.#readBeside();
  }

  /** Ends the link too: nobody is looking at it any more. A procedure goes on. */
  async close(): Promise<void> {
    this.#open.abort();
    await this.session.disconnect();
    if (this.procedure.view.value.step !== "running") this.#app.live.down(this.id);
  }

  /** The procedure makes links of its own, so ours ends first. */
  async run(mode: Mode): Promise<void> {
    const view = this.view.value;
    if (view.step !== "shown" || this.procedure.view.value.step === "running") return;
    await this.session.disconnect();
    await this.procedure.start({ bondId: this.id }, { mode, device: displayName(view.record) });
    await this.#readBeside();
  }

  /** Whether the adapter of this bond is the one in use. */
  get place(): Readable<Place> {
    return this.#place.place;
  }

  /** To the adapter that the bond is with: the page is loaded anew, here. */
  async useRightAdapter(): Promise<void> {
    const view = this.view.value;
    if (view.step !== "shown") return;
    await this.session.disconnect();
    await this.#places.use(view.record);
  }

  /** Archives the record; `restore` is the undo. */
  async forget(): Promise<StorageFailure | null> {
    await this.session.disconnect();
    this.gone.set({ kind: "not-asked" });
    return attempt(() => removeBond(this.id, this.#app.ports));
  }

  async restore(): Promise<StorageFailure | null> {
    return attempt(() => restoreBond(this.id, this.#app.ports));
  }

  /** Final: record, table and history. */
  async purge(): Promise<StorageFailure | null> {
    const view = this.view.value;
    if (view.step !== "shown") return null;
    await this.session.disconnect();
    this.#purged = displayName(view.record);
    const failure = await attempt(() => purgeBond(this.id, this.#app.ports, this.#open.signal));
    if (failure !== null) this.#purged = undefined;
    this.#show();
    return failure;
  }

  async checkGone(): Promise<void> {
    if (this.gone.value.kind === "asking") return;
    await this.session.disconnect();
    this.gone.set({ kind: "asking" });
    try {
      this.gone.set(await checkRemoved(this.id, this.#app.ports, this.#open.signal));
    } catch (error) {
      if (this.#open.signal.aborted) return;
      this.gone.set({ kind: "failed", failure: storageFailure(error) });
    }
  }

  /** Offers the record as a file. */
  async save(): Promise<StorageFailure | null> {
    const view = this.view.value;
    if (view.step !== "shown") return null;
    return attempt(async () => {
      const { name, text } = await exportRecord(view.record, this.#app.ports);
      this.#app.page.save(name, "application/json", text);
      await this.#readBeside();
    });
  }

  /** `level`: what the device demands for this read, as far as the person knows. */
  async chooseProbe(ref: CharacteristicRef, level: Level | null): Promise<StorageFailure | null> {
    return chooseProbe(this.#app.ports, this.id, ref, level);
  }

  /** Forgets the stored table; the next connection discovers it anew, as every connection does. */
  async clearTable(): Promise<StorageFailure | null> {
    const failure = await attempt(() => this.#app.ports.stores.gatt.clear(this.id));
    await this.#readBeside();
    return failure;
  }

  #sessionChanged(): void {
    const view = this.session.view.value;
    if (view.step === "open") {
      this.#app.live.up(this.id, view.since);
      void this.#readBeside();
    } else if (view.step === "off" && this.procedure.view.value.step !== "running") {
      this.#app.live.down(this.id);
    }
  }

  async #readBeside(): Promise<void> {
    const turn = ++this.#reading;
    const { ports } = this.#app;
    const [key, history, stored] = await Promise.all([
      this.#readKey(),
      ports.stores.history.of(this.id, HISTORY_SHOWN).catch(() => []),
      readTable(this.id, ports, this.session.view.value),
    ]);
    if (turn !== this.#reading) return; // what was read later is newer, whichever comes first
    this.#beside = { key, history, stored };
    this.#show();
  }

  async #readKey(): Promise<KeyPlace> {
    const { stores, backend } = this.#app.ports;
    const record = await stores.bonds.get(this.id).catch(() => undefined);
    return record === undefined ? "unknown" : keyPlaceOf(record, backend);
  }

  #show(): void {
    if (this.#open.signal.aborted) return;
    this.view.set(this.#compose());
  }

  #compose(): DeviceScreenView {
    const bonds = this.#app.bonds.view.value;
    if (bonds.kind === "loading") return { step: "loading" };
    if (bonds.kind === "unreadable") return { step: "unreadable", failure: bonds.failure, damaged: false };
    const record = bonds.records.get(this.id);
    if (record !== undefined && this.#purged === undefined) return this.#shown(record);
    if (this.#purged !== undefined) return { step: "purged", name: this.#purged };
    const damaged = bonds.quarantined.find(({ store, key }) => store === "bonds" && key === this.id);
    if (damaged === undefined) return { step: "missing" };
    return { step: "unreadable", failure: { kind: "unreadable", detail: damaged.reason }, damaged: true };
  }

  #shown(record: BondRecord): ShownDevice {
    this.#place.show(record);
    const live = this.#app.live.of(this.id);
    return {
      step: "shown",
      record,
      state: stateOf(record, live),
      proof: lastProof(record) ?? null,
      connectedSince: live.connectedSince,
      quirk: quirkOf(record) ?? null,
      ...this.#beside,
    };
  }
}

function cancellable(run: () => void, schedule: (run: () => void) => void): () => void {
  let live = true;
  schedule(() => {
    if (live) run();
  });
  return () => {
    live = false;
  };
}
