/** Which adapter gets which keys, and who we are on it: what a session asks for after Reset, and again after a replug. */
import { isFull } from "../ports.ts";
import type { AdapterKeys } from "./adapter-keys.ts";
import type { AdmittedAdapter, Difference } from "./adapters.ts";
import type { OwnIdentity } from "./identities.ts";
import type { Keys } from "./keys.ts";
import type { AdapterClaim } from "./rows.ts";

/** A known adapter that this one may be. */
export interface AdapterMatch {
  readonly id: string;
  readonly label: string;
  readonly lastSeenAt: string;
  readonly differences: readonly Difference[];
}

export type AdapterDecision =
  /** It is the one of `id` all the same: it gets its keys. */
  | { readonly kind: "same"; readonly id: string }
  /** Another one: it starts without keys. */
  | { readonly kind: "new"; readonly label: string }
  | { readonly kind: "refuse" };

/** Asks a person. `matches` is empty for an adapter that was never seen: then only its label is asked for. */
export type AskAboutAdapter = (
  claim: AdapterClaim,
  matches: readonly AdapterMatch[],
  signal: AbortSignal,
) => Promise<AdapterDecision>;

export interface Admitted {
  readonly adapter: string;
  readonly label: string;
  readonly keys: AdapterKeys;
  readonly identity: OwnIdentity;
}

/** Nobody agreed that this adapter may have keys. */
export class NotAdmittedError extends Error {
  override readonly name = "NotAdmittedError";

  constructor() {
    super("Cannot use this adapter: nobody agreed that it may have the keys");
  }
}

export class KeysAdmission {
  readonly #keys: Keys;
  readonly #ask: AskAboutAdapter;

  /** For pages and programs: a new adapter is stored, a known one noted as seen, one that differs asked about. */
  constructor(keys: Keys, ask: AskAboutAdapter) {
    this.#keys = keys;
    this.#ask = ask;
  }

  /** Rejects with NotAdmittedError, VaultError or StorageError. */
  async admit(claim: AdapterClaim, signal: AbortSignal): Promise<Admitted> {
    return admittedWith(this.#keys, await this.#decide(claim, signal));
  }

  async #decide(claim: AdapterClaim, signal: AbortSignal): Promise<AdmittedAdapter> {
    const { adapters } = this.#keys;
    const recognition = await adapters.recognise(claim);
    if (recognition.kind === "known") return this.#noted(claim);
    const matches =
      recognition.kind === "new"
        ? []
        : recognition.from.map(({ adapter: { id, label, lastSeenAt }, differences }) => ({
            id,
            label,
            lastSeenAt,
            differences,
          }));
    const decision = await this.#ask(claim, matches, signal);
    signal.throwIfAborted();
    if (decision.kind === "refuse") throw new NotAdmittedError();
    if (decision.kind === "new") return adapters.add(claim, decision.label);
    if (!matches.some(({ id }) => id === decision.id)) throw new NotAdmittedError();
    return adapters.consent(decision.id, claim);
  }

  /** On a full disk only the date is missing: the bonds of a known adapter work on. */
  async #noted(claim: AdapterClaim): Promise<AdmittedAdapter> {
    const { adapters } = this.#keys;
    try {
      return await adapters.admit(claim);
    } catch (error) {
      const known = isFull(error) ? await adapters.known(claim) : undefined;
      if (known === undefined) throw error;
      return known;
    }
  }
}

/** For checks, which change nothing: only an adapter that is known in every point, and nothing is noted. */
export class ReadOnlyAdmission {
  readonly #keys: Keys;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** Rejects with NotAdmittedError, VaultError or StorageError. */
  async admit(claim: AdapterClaim): Promise<Admitted> {
    const adapter = await this.#keys.adapters.known(claim);
    // Without an identity there is no bond to check, and one that is asked for would be made.
    if (adapter === undefined || (await this.#keys.identities.addresses(adapter.id)).length === 0)
      throw new NotAdmittedError();
    return admittedWith(this.#keys, adapter);
  }
}

async function admittedWith(keys: Keys, adapter: AdmittedAdapter): Promise<Admitted> {
  const row = (await keys.adapters.all()).find(({ id }) => id === adapter.id);
  return {
    adapter: adapter.id,
    label: row?.label ?? "",
    keys: keys.forAdapter(adapter),
    identity: await keys.identities.own(adapter.id),
  };
}

/** A new adapter gets `label` and starts without keys; one that differs from a known one is refused: nobody is there to ask. */
export function newAdaptersOnly(label: string): AskAboutAdapter {
  return async (_claim, matches) => (matches.length === 0 ? { kind: "new", label } : { kind: "refuse" });
}
