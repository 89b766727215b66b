/** Store, adapter and host of one command, opened in order and closed in reverse. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { BondPorts, Surroundings } from "../bonds/ensure.ts";
import { simdSearch } from "../crypto/simd/search.ts";
import { DONGLE_LIMITS } from "../link/backend.ts";
import { HciBackend } from "../link/hci/backend.ts";
import { matchIrk } from "../formats/keys/irk-order.ts";
import { IrkWatch } from "../link/hci/irk-watch.ts";
import type { Chooser } from "../link/hci/ports.ts";
import { AdapterSession } from "../link/hci/session.ts";
import { KeysAdmission, newAdaptersOnly, ReadOnlyAdmission } from "../storage/keys/admission.ts";
import type { Keys } from "../storage/keys/keys.ts";
import { UnsettledIrks } from "../storage/keys/unsettled-irks.ts";
import type { Locks } from "../storage/ports.ts";
import { plainSearch } from "../../hci/gap/resolver.ts";
import { type Trace, traced } from "../../hci/trace/trace.ts";
import { adapterOf, type ChosenAdapter } from "./adapter-port.ts";
import { NO_ANSWERS } from "./answers.ts";
import type { Common } from "./arguments.ts";
import { KEYS_FILE } from "./file-key-store-rows.ts";
import { nodeClock } from "./node-clock.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { nodeText } from "./node-text.ts";
import { openStore, type OpenStore } from "./open-store.ts";
import type { Program } from "./program.ts";

export interface World extends AsyncDisposable {
  readonly store: OpenStore;
  readonly backend: HciBackend;
  readonly ports: BondPorts;
  readonly adapter: ChosenAdapter;
  /** Settles the order of imported identity keys by what is heard; not in a check. */
  readonly orders: IrkWatch;
}

export interface WorldOptions {
  readonly program: Program;
  readonly common: Common;
  /** Nothing is stored, and an adapter that was never seen gets nothing. */
  readonly readOnly: boolean;
  readonly chooser: Chooser;
  readonly warn: (text: string) => void;
  readonly trace?: Trace;
  readonly signal: AbortSignal;
}

/** Rejects as `openStore` and `AdapterSession.open` do. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { program, common, readOnly, warn, trace, signal } = options;
  const adapter = await adapterOf(common.transport);
  const store = await openStore(await untouched(common, readOnly), program.secrets, warn, readOnly);
  try {
    const search = await simdSearch(plainSearch(nodeCrypto));
    const session = await AdapterSession.open(
      {
        adapter: {
          async open(opening) {
            const opened = await adapter.port.open(opening);
            return trace === undefined ? opened : { ...opened, transport: traced(opened.transport, trace) };
          },
        },
        admission: readOnly
          ? new ReadOnlyAdmission(store.keys)
          : new KeysAdmission(store.keys, newAdaptersOnly(adapter.name)),
        clock: nodeClock,
        crypto: nodeCrypto,
        text: nodeText,
        transport: adapter.transport,
        prompts: NO_ANSWERS,
        chooser: options.chooser,
        tables: store.tables,
        waits: store.waits,
        search,
      },
      signal,
    );
    const backend = new HciBackend(session, { ...DONGLE_LIMITS, connect: common.connectMs });
    const ports: BondPorts = {
      backend,
      stores: store.stores,
      locks: processLocks(),
      surroundings: processSurroundings(),
      appVersion: program.version,
    };
    const ended = new AbortController();
    const orders = orderOfIrks(store.keys, session, warn);
    if (!readOnly) orders.start(ended.signal);
    const close = async (): Promise<void> => {
      ended.abort();
      await orders.idle;
      await session.close();
      await store[Symbol.asyncDispose]();
    };
    return { store, backend, ports, adapter, orders, [Symbol.asyncDispose]: close };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

/** A file may have an identity key in either order: what is heard decides, here as on the page. */
function orderOfIrks(keys: Keys, session: AdapterSession, warn: (text: string) => void): IrkWatch {
  return new IrkWatch({
    session,
    irks: new UnsettledIrks(keys),
    order: (irk, heard) => matchIrk(nodeCrypto, irk, heard).order,
    aes: nodeCrypto,
    clock: nodeClock,
    onTurned: () =>
      warn("An imported identity key was the wrong way round; what was heard settled its order"),
    onError: () => warn("The order of an imported identity key could not be settled"),
  });
}

/** A passphrase for keys that are not there yet would make a vault: a check must not. */
async function untouched(common: Common, readOnly: boolean): Promise<Pick<Common, "store" | "passphrase">> {
  if (!readOnly || common.store === null) return common;
  try {
    await access(join(common.store, KEYS_FILE));
    return common;
  } catch {
    return { ...common, passphrase: { kind: "ask" } };
  }
}

/** The lock of the directory keeps other processes out. */
function processLocks(): Locks {
  const held = new Set<string>();
  return {
    async exclusive(name, work) {
      if (held.has(name)) return { kind: "held-elsewhere" };
      held.add(name);
      try {
        return { kind: "done", value: await work() };
      } finally {
        held.delete(name);
      }
    },
  };
}

function processSurroundings(): Surroundings {
  return {
    now: () => Date.now(),
    sleep(ms, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const abort = (): void => reject(signal.reason);
      const stop = nodeClock.after(ms, resolve);
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort, { once: true });
      return promise.finally(() => {
        stop();
        signal.removeEventListener("abort", abort);
      });
    },
    random: () => Math.random(),
    newId: () => crypto.randomUUID(),
  };
}
