/**
 * The Web Bluetooth backend in a page of its own, to be driven by tests. Every answer is plain data: what an operation
 * gave, or the failure it ended with.
 */
import type { ChooseRequest, Connection, Peer, TimeLimits } from "../../../src/link/backend.ts";
import { DEFAULT_LIMITS } from "../../../src/link/backend.ts";
import { type Failure, failureOf } from "../../../src/link/failure.ts";
import type { CharacteristicRef } from "../../../src/link/gatt.ts";
import { WebBluetoothBackend } from "../../../src/link/web-bluetooth/backend.ts";
import { pageSurroundings } from "../../../src/link/web-bluetooth/platform.ts";

export type Outcome<T> = { readonly value: T } | { readonly failure: Failure };

/** `?limit=<ms>` shortens every time limit, for what never settles. */
function limits(): TimeLimits {
  const limit = Number(new URLSearchParams(location.search).get("limit") ?? Number.NaN);
  if (!Number.isFinite(limit)) return DEFAULT_LIMITS;
  return {
    availability: limit,
    connect: limit,
    discover: limit,
    read: limit,
    write: limit,
    subscribe: limit,
    pair: limit,
    encrypt: limit,
    forget: limit,
    disconnect: limit,
  };
}

const backend = new WebBluetoothBackend(pageSurroundings(globalThis), { limits: limits() });
const { signal } = new AbortController();

async function outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

let peer: Peer | undefined;
let connection: Connection | undefined;
let chosen: Promise<Outcome<string | undefined>> | undefined;

function current<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("Cannot go on: nothing is chosen or connected");
  return value;
}

const harness = {
  backend,
  /** The next click on the button chooses with this request; `chosen` tells how it went. */
  prepare(request: ChooseRequest): void {
    const choose = (): void => {
      chosen = outcome(async () => {
        peer = await backend.choose(request, signal);
        return peer.name;
      });
    };
    document.querySelector("#choose")?.addEventListener("click", choose, { once: true });
  },
  chosen: (): Promise<Outcome<string | undefined>> => current(chosen),
  knownIds: () =>
    outcome(async () => {
      const peers = await backend.known(signal);
      peer = peers[0];
      return peers.map(({ id }) => id);
    }),
  availability: () => outcome(() => backend.availability(signal)),
  connect: () =>
    outcome(async () => {
      connection = await current(peer).connect(signal);
      return "connected";
    }),
  discover: () => outcome(() => current(connection).discover(signal)),
  read: (ref: CharacteristicRef, mayPair = false) =>
    outcome(async () => [...(await current(connection).read(ref, { signal, mayPair }))]),
  write: (ref: CharacteristicRef, value: readonly number[], mayPair = false) =>
    outcome(async () => {
      const options = { signal, mayPair, response: true };
      await current(connection).write(ref, Uint8Array.from(value), options);
      return "written";
    }),
  subscribe: (ref: CharacteristicRef, mayPair = false) =>
    outcome(async () => {
      await current(connection).subscribe(ref, (value) => harness.seen.push([...value]), { signal, mayPair });
      return "subscribed";
    }),
  /** Values that arrived by subscription. */
  seen: [] as number[][],
  closed: () => outcome(() => current(connection).closed),
  disconnect: () =>
    outcome(async () => {
      await current(connection)[Symbol.asyncDispose]();
      return "closed";
    }),
  forget: () => outcome(() => current(peer).forget(signal)),
};

export type Harness = typeof harness;
declare global {
  var harness: Harness;
}
globalThis.harness = harness;
