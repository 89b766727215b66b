/** One device, one store and one procedure, put together for tests of `src/bonds`. */
import { type BondPorts, type EnsureOptions, ensureBond, type Surroundings } from "../../src/bonds/ensure.ts";
import type { BondResult, StepReport } from "../../src/bonds/result.ts";
import type { BondRecord, Probe, Proof } from "../../src/storage/records.ts";
import { type MemoryOptions, memoryLocks, memoryStores } from "./memory-stores.ts";
import { LOCK_SERVICE, PROBE_REF, ScriptedBackend, ScriptedPeer } from "./scripted-backend.ts";

export const START = Date.UTC(2026, 0, 2, 3, 4, 5);
export const iso = (ms: number): string => new Date(ms).toISOString();

export const PROBE: Probe = { ref: PROBE_REF, source: "user", level: null, since: iso(START) };
export const PROOF: Proof = {
  at: iso(START - 86_400_000),
  transport: "web-bluetooth",
  localIdentity: "web-bluetooth:profile-1",
  how: "gated-read",
  level: null,
  keySize: null,
  probe: PROBE_REF,
  appVersion: "1.0.0",
};

export const RECORD: BondRecord = {
  v: 1,
  id: "bond-1",
  transport: "web-bluetooth",
  localIdentity: "web-bluetooth:profile-1",
  platformId: "peer-1",
  name: "Lock-1",
  label: null,
  notes: "",
  profile: null,
  services: [LOCK_SERVICE],
  createdAt: iso(START - 86_400_000),
  lastSeenAt: null,
  probe: null,
  refused: [],
  proofs: [],
  suspect: null,
  archived: null,
  minimumLevel: null,
  autoConnect: false,
  importedFrom: null,
};

export const PROVEN: BondRecord = { ...RECORD, probe: PROBE, proofs: [PROOF], autoConnect: true };

export interface Rig {
  readonly peer: ScriptedPeer;
  readonly backend: ScriptedBackend;
  readonly stores: ReturnType<typeof memoryStores>;
  readonly locks: ReturnType<typeof memoryLocks>;
  readonly ports: BondPorts;
  /** Milliseconds slept between attempts. */
  readonly pauses: number[];
  readonly reports: StepReport[];
  ensure(options?: Partial<EnsureOptions>): Promise<BondResult>;
  /** The same procedure for the peer as just chosen, instead of for the record. */
  ensureChosen(options?: Partial<EnsureOptions>, probe?: Probe | null): Promise<BondResult>;
  record(): Promise<BondRecord | undefined>;
}

export function bondRig(bonds: readonly BondRecord[] = [], memory: MemoryOptions = {}): Rig {
  const peer = new ScriptedPeer("peer-1", "Lock-1");
  const backend = new ScriptedBackend();
  backend.peers = [peer];
  const stores = memoryStores({ bonds, ...memory });
  const locks = memoryLocks();
  const pauses: number[] = [];
  const reports: StepReport[] = [];
  let now = START;
  let ids = 0;
  const surroundings: Surroundings = {
    now: () => now++,
    sleep: (ms, signal) => {
      pauses.push(ms);
      return signal.aborted ? Promise.reject(new Error("Aborted")) : Promise.resolve();
    },
    random: () => 0,
    newId: () => `new-${++ids}`,
  };
  const ports: BondPorts = { backend, stores, locks, surroundings, appVersion: "1.0.0" };
  const complete = (options: Partial<EnsureOptions>): EnsureOptions => ({
    mode: "ensure",
    signal: new AbortController().signal,
    onStep: (report) => reports.push(report),
    ...options,
  });
  return {
    peer,
    backend,
    stores,
    locks,
    ports,
    pauses,
    reports,
    ensure: (options = {}) => ensureBond({ bondId: "bond-1" }, complete(options), ports),
    ensureChosen: (options = {}, probe = PROBE) =>
      ensureBond({ peer, services: [LOCK_SERVICE], profile: null, probe }, complete(options), ports),
    record: async () => (await stores.bonds.all())[0],
  };
}

/** `step status` of every report, without `started`. */
export const outline = (reports: readonly StepReport[]): string[] =>
  reports.filter(({ status }) => status !== "started").map(({ step, status }) => `${step} ${status}`);
