import type { Connection, Peer, Transport } from "../link/backend.ts";
import { DeviceError, type Failure, failureOf } from "../link/failure.ts";
import type { GattTable } from "../link/gatt.ts";
import { type OutOfBand, wipeOutOfBand } from "../link/out-of-band.ts";
import type { BondAdministration, Encrypted, LinkSecurity } from "../link/security.ts";
import type { BondRecord, HistoryEntry, HistoryKind, Level } from "../storage/records.ts";
import type { BondPorts, EnsureOptions, EnsureTarget } from "./ensure.ts";
import { lastProof, strongest } from "./evidence.ts";
import { type Manner, mannerOf, STANDARD } from "./quirks.ts";
import { displayName, historyEntry } from "./record.ts";
import { type BondResult, type Evidence, ResultCode, type StepNote } from "./result.ts";
import { type Patience, Steps } from "./steps.ts";
import { end, type Verdict } from "./verdict.ts";

/** What one run of the procedure knows so far. The steps, each in a module of its own, read and write it. */
export class Run {
  readonly target: EnsureTarget;
  readonly options: EnsureOptions;
  readonly ports: BondPorts;
  readonly steps: Steps;
  readonly history: HistoryEntry[] = [];
  /** The record as it stands in the store; undefined while there is none. */
  stored: BondRecord | undefined;
  /** The bond to put back if the repair under way is not proven. */
  replaced: BondRecord | undefined;
  /** This run made the record. That is no bond yet. */
  remembered = false;
  /** A person knows of a bond with another adapter, and goes on. */
  warnedOfOthers = false;
  /** The least that counts as success, beside what the record demands. */
  level: Level | undefined;
  evidence: Evidence = "none";
  bondChanged: BondResult["bondChanged"] = "none";
  persisted = false;
  halfBondSuspected = false;
  /** What secured the link that the bond was proven on; null where that cannot be known. */
  security: LinkSecurity | null = null;
  /** In what that falls short of what is demanded. */
  shortOf: Encrypted["short"] = null;
  /** The bond works, but its key is kept in memory only. */
  keptForSession = false;
  /** The bond works and its key is stored; that it was proven could not be written beside it. */
  unsaved: Failure | null = null;
  #outOfBand: OutOfBand | undefined;
  #record: BondRecord | undefined;
  #peer: Peer | undefined;
  #connection: Connection | undefined;
  #table: GattTable | undefined;

  constructor(target: EnsureTarget, options: EnsureOptions, ports: BondPorts) {
    this.target = target;
    this.options = options;
    this.ports = ports;
    this.level = options.level;
    this.#outOfBand = options.outOfBand;
    this.steps = new Steps(ports.surroundings, options.signal, options.onStep);
    if ("peer" in target) this.#peer = target.peer;
  }

  /** The record as this run would leave it. */
  get record(): BondRecord {
    return required(this.#record);
  }

  set record(record: BondRecord) {
    this.#record = record;
  }

  get recordOrNone(): BondRecord | undefined {
    return this.#record;
  }

  get peer(): Peer {
    return required(this.#peer);
  }

  set peer(peer: Peer) {
    this.#peer = peer;
  }

  get hasPeer(): boolean {
    return this.#peer !== undefined;
  }

  get hasTable(): boolean {
    return this.#table !== undefined;
  }

  get table(): GattTable {
    return required(this.#table);
  }

  get transport(): Transport {
    return this.ports.backend.capabilities.transport;
  }

  /** This run has shown that the bond works. */
  get proven(): boolean {
    return this.evidence === "encrypted" || this.evidence === "access-verified";
  }

  /** Bonds whose keys are ours; undefined where the system keeps them. */
  get keys(): BondAdministration | undefined {
    return this.ports.backend.bonds;
  }

  /** What came from the device over another way than the radio. */
  get outOfBand(): OutOfBand | undefined {
    return this.#outOfBand;
  }

  /** A person gives a code while the run is under way: nothing less than it gives counts from now on. */
  demandCode(outOfBand: OutOfBand): void {
    this.wipe();
    this.#outOfBand = outOfBand;
    if (this.keys === undefined) throw end("usage", "bad-parameters", "fix-call");
    this.level = strongest(this.level ?? null, "secure") ?? "secure";
  }

  /** Zeroes the code, used or not. */
  wipe(): void {
    wipeOutOfBand(this.#outOfBand);
  }

  /** ISO 8601, UTC. */
  now(): string {
    return new Date(this.ports.surroundings.now()).toISOString();
  }

  /** How this device is handled, by what it called itself. */
  get manner(): Manner {
    return mannerOf(this.record);
  }

  /** For a new bond on a new link. No more attempts than usual: each encrypts, or reads what is protected. */
  get provingPatience(): Patience {
    return { attempts: STANDARD.connectAttempts, pauseMs: this.manner.connectPauseMs };
  }

  note(kind: HistoryKind, detail = ""): void {
    this.history.push(historyEntry(this.record.id, this.now(), kind, detail));
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  async connect(signal: AbortSignal): Promise<void> {
    await this.release();
    this.#connection = await this.peer.connect(signal);
    if (!this.proven) this.evidence = "reachable";
  }

  /** Also after `connect` on a new link: attributes of an old one are gone. */
  async discover(signal: AbortSignal): Promise<void> {
    this.#table = await this.onLink(signal, (connection) => connection.discover(signal));
  }

  /** Works on the link that is up. One that was lost or hung is given up; the next call brings up another. */
  async onLink<T>(signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> {
    if (this.#connection === undefined) await this.#reconnect(signal);
    try {
      return await work(required(this.#connection));
    } catch (error) {
      const { kind } = failureOf(error);
      if (kind === "link-lost" || kind === "stale-handle" || kind === "timeout") await this.release();
      throw error;
    }
  }

  /** Leaves the link alone for `ms`. Rejects with `link-lost` where it ends meanwhile: then there is nothing to go on with. */
  async settle(ms: number, signal: AbortSignal): Promise<void> {
    if (ms === 0) return;
    await this.onLink(signal, async ({ closed }) => {
      const over = new AbortController();
      const lost = closed.then(() => {
        throw new DeviceError({ kind: "link-lost", during: "idle" });
      });
      const slept = this.ports.surroundings.sleep(ms, AbortSignal.any([signal, over.signal]));
      try {
        await Promise.race([slept, lost]);
      } catch (error) {
        if (signal.aborted) throw new DeviceError({ kind: "cancelled", by: "caller" }, { cause: error });
        throw error;
      } finally {
        over.abort();
        slept.catch(() => {}); // given up with the link
        lost.catch(() => {}); // a link that ends later ends what is done on it
      }
    });
  }

  async #reconnect(signal: AbortSignal): Promise<void> {
    await this.connect(signal);
    if (this.#table !== undefined) await this.discover(signal);
  }

  /**
   * The device is known under its identity now. Where there is a record of that already, the one that was just made for a
   * passing address is given up for it.
   */
  async adoptRecordOf(peer: Peer): Promise<void> {
    const { bonds } = this.ports.stores;
    const { record, stored } = this;
    const other = (await bonds.byPlatformId(peer.id)).find(
      ({ id, localIdentity, archived }) =>
        id !== record.id && localIdentity === record.localIdentity && archived?.why !== "removed",
    );
    if (other === undefined || this.replaced !== undefined) {
      this.record = { ...record, platformId: peer.id };
      return;
    }
    if (this.remembered && stored !== undefined) await bonds.delete(stored.id);
    this.remembered = false;
    this.stored = other;
    this.record = { ...other, archived: null };
  }

  /** Ends the link, whatever happened. */
  async release(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.[Symbol.asyncDispose]();
  }

  /** A pairing would begin now. */
  requirePerson(): void {
    if (this.options.unattended === true) throw end("usage", "no-gesture", "run-ensure");
  }

  /** `verdict` null is success. */
  result(verdict: Verdict | null): BondResult {
    const record = this.#record;
    const name = verdict?.name ?? "ok";
    return {
      code: ResultCode[name],
      name,
      reason: verdict?.reason ?? null,
      mode: this.options.mode,
      bondId: this.stored?.id ?? null,
      device: record === undefined ? "" : displayName(record),
      transport: this.transport,
      level:
        this.security?.level ?? (this.evidence === "access-verified" ? (record?.probe?.level ?? null) : null),
      keySize: this.security?.keySize ?? null,
      evidence: this.evidence,
      provenAt: record === undefined ? null : (lastProof(record)?.at ?? null),
      persisted: this.persisted && !this.keptForSession && this.unsaved === null,
      bondChanged: this.bondChanged,
      halfBondSuspected: this.halfBondSuspected,
      remedy: verdict?.remedy ?? "continue",
      failure: verdict?.failure ?? null,
      steps: this.steps.reports,
      appVersion: this.ports.appVersion,
    };
  }
}

/** Reading what an earlier step should have set is a mistake of ours, never of the device. */
function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("Cannot go on: an earlier step of the bond procedure did not run");
  return value;
}

/** What is told of a pairing that waits first. */
export function settling({ manner: { settleMs } }: Run): StepNote | null {
  return settleMs === 0 ? null : { kind: "settling", ms: settleMs };
}
