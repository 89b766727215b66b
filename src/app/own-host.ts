/**
 * Our own host stack in a page: everything of it that is the same whatever way leads to the adapter. Loaded when a person
 * chooses an adapter, never with the first screen.
 */
import { type HashSearch, plainSearch } from "../../hci/gap/resolver.ts";
import type { Clock, TextPort } from "../../hci/ports.ts";
import { policiesOf } from "../bonds/policies.ts";
import { simdSearch } from "../crypto/simd/search.ts";
import { webCrypto } from "../crypto/web-crypto.ts";
import type { TimeLimits } from "../link/backend.ts";
import { HciBackend } from "../link/hci/backend.ts";
import type { AdapterPort, Chooser, SessionPorts } from "../link/hci/ports.ts";
import { AdapterSession } from "../link/hci/session.ts";
import type { PairingPrompts } from "../link/pairing.ts";
import { pageTimers } from "../link/timers.ts";
import { type AskAboutAdapter, KeysAdmission } from "../storage/keys/admission.ts";
import type { Keys } from "../storage/keys/keys.ts";
import type { Stores } from "../storage/ports.ts";

export interface OwnHostOptions {
  /** `webUsbAdapter(…)`, `webSocketAdapter(…)`, `simulatedAdapter(…)`. */
  readonly adapter: AdapterPort;
  readonly transport: SessionPorts["transport"];
  readonly keys: Keys;
  readonly stores: Pick<Stores, "bonds">;
  /** Who speaks for the person: the pairing manager. */
  readonly prompts: PairingPrompts;
  readonly chooser: Chooser;
  /** A new adapter, or one that differs from what it was. */
  readonly ask: AskAboutAdapter;
  readonly tables?: SessionPorts["tables"];
  readonly waits?: SessionPorts["waits"];
  /** Of the page by default. */
  readonly clock?: Clock;
  /** In place of one AES after the other. */
  readonly search?: HashSearch;
  /** Read with each call. */
  readonly limits?: TimeLimits;
  readonly onListenerError: (error: unknown) => void;
}

export const pageClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => pageTimers.after(ms, run),
};

export const pageText: TextPort = {
  decode: (utf8) => new TextDecoder().decode(utf8),
  encode: (text) => new TextEncoder().encode(text),
};

/**
 * The backend over an adapter that nothing has opened yet: `availability`, and every other call, brings it up and says why
 * it cannot. Rejects with StorageError. `backend.session.close()` lets go for good.
 */
export async function ownHost(options: OwnHostOptions): Promise<HciBackend> {
  const { adapter, transport, keys, stores, prompts, chooser, ask, tables, waits, onListenerError } = options;
  const crypto = webCrypto();
  const search = options.search ?? (await simdSearch(plainSearch(crypto)));
  const closed = new AbortController();
  const policyOf = await policiesOf(stores.bonds, closed.signal, onListenerError);
  const session = AdapterSession.over({
    adapter,
    admission: new KeysAdmission(keys, ask),
    clock: options.clock ?? pageClock,
    crypto,
    text: pageText,
    transport,
    prompts,
    chooser,
    policyOf,
    search,
    ...(tables && { tables }),
    ...(waits && { waits }),
  });
  session.onState(({ kind }) => {
    if (kind === "closed") closed.abort();
  }, closed.signal);
  return new HciBackend(session, options.limits);
}
