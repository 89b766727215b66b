/** A link that a consuming application may use: proven first, tried again while the device is only away. */
import type { BondPorts } from "../bonds/ensure.ts";
import type { BondResult } from "../bonds/result.ts";
import type { Connection, Peer } from "../link/backend.ts";
import { DeviceError, failureOf } from "../link/failure.ts";
import { DEFAULT_DEVICE_POLICY } from "../link/security.ts";
import type { Level } from "../storage/records.ts";
import type { BondTarget } from "./bondkeeper.ts";

export interface ConnectOptions {
  readonly level?: Level;
  /** How often the device is looked for while it does not answer. Default 5. */
  readonly attempts?: number;
  /**
   * A connection without proof where nothing can be proven here, but nothing speaks against the bond either: called with
   * the result, as a warning to pass on. Without it such a device is not connected. A device whose key is missing or
   * refused, or a bond below the level, is never connected so.
   */
  readonly allowPlain?: (result: BondResult) => boolean;
}

export interface ProvenConnection {
  readonly connection: Connection;
  readonly result: BondResult;
  /** False: `allowPlain` let it pass. */
  readonly proven: boolean;
}

/** The bond is not proven: `result` says why, and what to offer next. */
export class BondError extends Error {
  override readonly name = "BondError";
  readonly result: BondResult;

  constructor(result: BondResult) {
    super(`Cannot connect: ${result.name}${result.reason === null ? "" : ` (${result.reason})`}`);
    this.result = result;
  }
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** Cannot be proven here (no probe, no store), which is no word against the bond. */
const UNDECIDED: ReadonlySet<BondResult["name"]> = new Set(["unsupported", "permission", "not-persisted"]);

interface Attempt {
  readonly ports: BondPorts;
  readonly target: BondTarget;
  readonly ensure: () => Promise<BondResult>;
}

export async function connectProven(
  attempt: Attempt,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<ProvenConnection> {
  const { attempts = 5, allowPlain } = options;
  const { surroundings } = attempt.ports;
  for (let round = 1; ; round++) {
    const result = await attempt.ensure();
    const proven = result.code === 0;
    const allowed = proven || (UNDECIDED.has(result.name) && allowPlain?.(result) === true);
    if (!allowed && result.name !== "unreachable") throw new BondError(result);
    if (allowed) {
      const connection = await linked(attempt, result, options, signal);
      if (connection !== undefined) return { connection, result, proven };
    }
    if (round >= attempts) throw allowed ? unreachable() : new BondError(result);
    // Half of it by chance: devices that were lost together must not all call at once.
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (round - 1));
    await surroundings.sleep(pause * (0.5 + surroundings.random() / 2), signal);
  }
}

/** Undefined where the device went away between the proof and the link. */
async function linked(
  { ports, target }: Attempt,
  { bondId, code }: BondResult,
  { level }: ConnectOptions,
  signal: AbortSignal,
): Promise<Connection | undefined> {
  const peer = await peerOf(ports, target, bondId, signal);
  let connection: Connection | undefined;
  try {
    connection = await peer.connect(signal);
    const policy = { ...DEFAULT_DEVICE_POLICY, ...(level === undefined ? {} : { minimumLevel: level }) };
    if (code === 0) await connection.bonding?.encrypt(policy, signal);
    return connection;
  } catch (error) {
    await connection?.[Symbol.asyncDispose]();
    const { kind } = failureOf(error);
    if (kind === "unreachable" || kind === "link-lost" || kind === "timeout") return undefined;
    throw error;
  }
}

/** The device under the identity that the procedure left it with. */
async function peerOf(
  { backend, stores }: BondPorts,
  target: BondTarget,
  bondId: string | null,
  signal: AbortSignal,
): Promise<Peer> {
  const id = bondId ?? (typeof target === "string" ? target : null);
  const record = id === null ? undefined : await stores.bonds.get(id).catch(() => undefined);
  const known = record && (await backend.known(signal)).find((peer) => peer.id === record.platformId);
  if (known !== undefined) return known;
  if (typeof target === "string") throw new DeviceError({ kind: "device-gone" });
  return target.peer;
}

const unreachable = (): DeviceError => new DeviceError({ kind: "unreachable", detail: "unknown" });
