/** One link to one device, as the attribute browser uses it: connect, discover, read, write, subscribe. */
import type { BondPorts } from "../bonds/ensure.ts";
import { sameRef } from "../bonds/evidence.ts";
import type { EnsurePrompts } from "../bonds/prompts.ts";
import { type KeptTable, keepTable } from "../bonds/table.ts";
import type { Connection } from "../link/backend.ts";
import { type Failure, failureOf } from "../link/failure.ts";
import type { CharacteristicRef, GattTable } from "../link/gatt.ts";
import type { BondRecord } from "../storage/records.ts";
import { type RecordChange, changeRecord } from "./device-record.ts";
import * as activity from "./gatt-activity.ts";
import { afterFailure, afterSuccess } from "./gatt-evidence.ts";
import { Inbox, type OnFrame } from "./gatt-inbox.ts";
import { reach } from "./gatt-reach.ts";
import { refKey } from "./gatt-tree.ts";
import { Store } from "./store.ts";

/** By `refKey`: the characteristic that tells of a change of the table (Vol 3 Part G 7.1). */
const SERVICE_CHANGED = refKey({
  service: "00001801-0000-1000-8000-00805f9b34fb",
  characteristic: "00002a05-0000-1000-8000-00805f9b34fb",
  instance: 0,
});

export type SessionView =
  /** `ended`: why there is no link any more; null before the first one and after our own disconnect. */
  | { readonly step: "off"; readonly ended: SessionEnd | null }
  | { readonly step: "looking" | "connecting" | "discovering" }
  | { readonly step: "open"; readonly since: string; readonly table: KeptTable };

export type SessionEnd =
  | { readonly kind: "lost" }
  | { readonly kind: "no-record" }
  | { readonly kind: "failed"; readonly failure: Failure };

export interface SessionPorts {
  readonly bonds: BondPorts;
  readonly prompts: EnsurePrompts;
  readonly onFrame: OnFrame;
}

/** No method rejects: what went wrong is part of the views. */
export class GattSession {
  readonly view = new Store<SessionView>({ step: "off", ended: null });
  /** By `refKey`. */
  readonly activities = new Store<ReadonlyMap<string, activity.Activity>>(new Map());
  readonly #bondId: string;
  readonly #ports: SessionPorts;
  readonly #inbox: Inbox;
  readonly #unsubscribe = new Map<string, () => Promise<void>>();
  readonly #running = new Map<string, AbortController>();
  #connection: Connection | undefined;
  /** The link on which the probe was answered. */
  #securedLink: Connection | undefined;
  #attempt: AbortController | undefined;

  constructor(bondId: string, ports: SessionPorts) {
    this.#bondId = bondId;
    this.#ports = ports;
    this.#inbox = new Inbox(ports.onFrame, (batches) => this.#receive(batches));
  }

  activity(ref: CharacteristicRef): activity.Activity {
    return this.activities.value.get(refKey(ref)) ?? activity.IDLE;
  }

  async connect(): Promise<void> {
    if (this.view.value.step !== "off") return;
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      await this.#open(attempt.signal);
    } catch (error) {
      // Aborted: `disconnect` was here first and has said all there is to say.
      if (!attempt.signal.aborted) await this.#end({ kind: "failed", failure: failureOf(error) });
    }
  }

  /** Also stops a connection that is being made. */
  async disconnect(): Promise<void> {
    await this.#end(null);
  }

  async read(ref: CharacteristicRef): Promise<void> {
    await this.#operate(ref, "read", async (connection, signal) => {
      try {
        const bytes = await connection.read(ref, { signal, mayPair: true });
        this.#change(ref, (now) => activity.valueRead(now, bytes, this.#now()));
        const record = await this.#observe((stored, at) => afterSuccess(stored, ref, this.#context(at)));
        const probe = record?.probe ?? null;
        if (probe !== null && sameRef(probe.ref, ref)) void this.#askMore(connection);
      } catch (error) {
        await this.#observe((record, at) => afterFailure(record, ref, failureOf(error), at));
        throw error;
      }
    });
  }

  async write(ref: CharacteristicRef, bytes: Uint8Array, response: boolean): Promise<void> {
    await this.#operate(ref, "write", async (connection, signal) => {
      await connection.write(ref, bytes, { signal, response, mayPair: true });
      this.#change(ref, (now) => activity.written(now, bytes.length, response, this.#now()));
    });
  }

  async subscribe(ref: CharacteristicRef): Promise<void> {
    const key = refKey(ref);
    await this.#operate(ref, "subscribe", async (connection, signal) => {
      const early: activity.Received[] = [];
      let live = false;
      const stop = await connection.subscribe(
        ref,
        (value) => {
          if (refKey(ref) === SERVICE_CHANGED) void this.#outdated();
          const received: activity.Received = { at: this.#now(), bytes: value.slice(), by: "notification" };
          if (live) this.#inbox.push(key, received);
          else early.push(received);
        },
        { signal, mayPair: true },
      );
      this.#unsubscribe.set(key, stop);
      this.#change(ref, activity.subscribed);
      live = true;
      for (const received of early) this.#inbox.push(key, received);
    });
  }

  async unsubscribe(ref: CharacteristicRef): Promise<void> {
    const stop = this.#unsubscribe.get(refKey(ref));
    if (stop === undefined) return;
    await this.#operate(ref, "unsubscribe", async () => {
      await stop();
      this.#unsubscribe.delete(refKey(ref));
      this.#inbox.flush();
      this.#change(ref, activity.unsubscribed);
    });
  }

  /** Stops waiting for what runs on this characteristic. */
  cancel(ref: CharacteristicRef): void {
    this.#running.get(refKey(ref))?.abort();
  }

  async #open(signal: AbortSignal): Promise<void> {
    const { bonds, prompts } = this.#ports;
    this.view.set({ step: "looking" });
    const record = await bonds.stores.bonds.get(this.#bondId);
    if (record === undefined) return this.#end({ kind: "no-record" });
    const peer = await reach(record, bonds, prompts, signal);
    signal.throwIfAborted();
    this.view.set({ step: "connecting" });
    const connection = await peer.connect(signal);
    if (signal.aborted) return connection[Symbol.asyncDispose]();
    this.#connection = connection;
    const since = this.#iso();
    void connection.closed.then((lost) => this.#closed(connection, lost.by));
    this.view.set({ step: "discovering" });
    const table = await connection.discover(signal);
    const kept = await this.#keep(table, connection, false, signal);
    await this.#observe((stored, at) => ({ record: { ...stored, lastSeenAt: at }, history: [] }));
    if (!signal.aborted && this.#connection === connection) {
      this.view.set({ step: "open", since, table: kept });
    }
  }

  #keep(
    table: GattTable,
    connection: Connection,
    secured: boolean,
    signal: AbortSignal,
    judge?: KeptTable["before"],
  ): Promise<KeptTable> {
    const seen = { bondId: this.#bondId, at: this.#iso(), table, connection, secured, signal };
    const { stores } = this.#ports.bonds;
    return keepTable(judge === undefined ? seen : { ...seen, judge }, stores);
  }

  /** The probe was answered, so what may be protected too can be asked: once per link. */
  async #askMore(connection: Connection): Promise<void> {
    const view = this.view.value;
    const signal = this.#attempt?.signal;
    if (view.step !== "open" || signal === undefined || this.#securedLink === connection) return;
    this.#securedLink = connection;
    const { now, before } = view.table;
    const table = await this.#keep(now.table, connection, true, signal, before);
    const latest = this.view.value;
    if (latest.step !== "open" || this.#connection !== connection) return;
    this.view.set({ ...latest, table });
    if (latest.table.now.serviceChanged) await this.#outdated();
  }

  /** The device changed what it offers under the link: the table is kept, marked as out of date. */
  async #outdated(): Promise<void> {
    const view = this.view.value;
    if (view.step !== "open" || view.table.now.serviceChanged) return;
    const now = { ...view.table.now, serviceChanged: true };
    this.view.set({ ...view, table: { ...view.table, now } });
    await this.#ports.bonds.stores.gatt.put(now).catch(() => undefined);
  }

  async #closed(connection: Connection, by: "us" | "peer"): Promise<void> {
    if (this.#connection !== connection) return;
    await this.#end(by === "us" ? null : { kind: "lost" });
  }

  async #end(ended: SessionEnd | null): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#securedLink = undefined;
    this.#attempt?.abort();
    this.#attempt = undefined;
    for (const running of this.#running.values()) running.abort();
    this.#unsubscribe.clear();
    this.#inbox.flush();
    this.activities.update((all) => new Map([...all].map(([key, now]) => [key, activity.linkEnded(now)])));
    this.view.set({ step: "off", ended });
    try {
      await connection?.[Symbol.asyncDispose]();
    } catch {
      // A link that does not close in order is given up by the backend's own time limit.
    }
  }

  async #operate(
    ref: CharacteristicRef,
    operation: activity.Operation,
    work: (connection: Connection, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const connection = this.#connection;
    const key = refKey(ref);
    if (connection === undefined || this.#running.has(key)) return;
    const running = new AbortController();
    this.#running.set(key, running);
    this.#change(ref, (now) => activity.started(now, operation));
    try {
      await work(connection, running.signal);
    } catch (error) {
      const failure = failureOf(error);
      this.#change(ref, (now) => activity.failed(now, operation, failure, this.#now()));
      if (failure.kind === "stale-handle") void this.#outdated();
    } finally {
      this.#running.delete(key);
    }
  }

  #change(ref: CharacteristicRef, change: (now: activity.Activity) => activity.Activity): void {
    const key = refKey(ref);
    this.activities.update((all) => new Map(all).set(key, change(all.get(key) ?? activity.IDLE)));
  }

  #receive(batches: ReadonlyMap<string, { values: readonly activity.Received[]; dropped: number }>): void {
    this.activities.update((all) => {
      const next = new Map(all);
      for (const [key, { values, dropped }] of batches) {
        next.set(key, activity.notified(all.get(key) ?? activity.IDLE, values, dropped));
      }
      return next;
    });
  }

  /** A record that cannot be written now does not spoil the value that was read; the next observation tries again. */
  async #observe(
    change: (...args: Parameters<Parameters<typeof changeRecord>[2]>) => RecordChange,
  ): Promise<BondRecord | undefined> {
    return changeRecord(this.#ports.bonds, this.#bondId, change).catch(() => undefined);
  }

  #context(at: string): { at: string; connectedSince: string; appVersion: string } {
    const view = this.view.value;
    const connectedSince = view.step === "open" ? view.since : at;
    return { at, connectedSince, appVersion: this.#ports.bonds.appVersion };
  }

  #now(): number {
    return this.#ports.bonds.surroundings.now();
  }

  #iso(): string {
    return new Date(this.#now()).toISOString();
  }
}
