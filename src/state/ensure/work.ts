/** What a page that was let in may ask for, done with the one procedure and the one removal. */
import { lastProof, stateOf } from "../../bonds/evidence.ts";
import { displayName } from "../../bonds/record.ts";
import { removeBond } from "../../bonds/remove.ts";
import type { BondResult } from "../../bonds/result.ts";
import type { ClientBond, ClientCapabilities, ClientRequest, KeeperAnswer } from "../../sdk/messages.ts";
import { isFull, StorageError } from "../../storage/ports.ts";
import type { BondRecord } from "../../storage/records.ts";
import { AddDevice } from "../add-device.ts";
import type { App } from "../app.ts";
import type { PairingManager } from "../pairing-manager.ts";
import { Store } from "../store.ts";
import { answerOf, refusal, type Worker } from "./session.ts";
import { findBond } from "./target.ts";

type Tell = Parameters<Worker["work"]>[1];
type Of<K extends ClientRequest["kind"]> = Extract<ClientRequest, { readonly kind: K }>;

export const CLIENT_RUN = "client";

export class ClientWork implements Worker {
  /** A device that is not known here: the person chooses it. Null while nothing is to be chosen. */
  readonly choosing = new Store<AddDevice | null>(null);
  readonly #app: App;
  readonly #pairing: PairingManager | null;
  /** The pairing question that a passkey is wanted for, by the request it belongs to. */
  readonly #wanted = new Map<number, string>();

  constructor(app: App, pairing: PairingManager | null) {
    this.#app = app;
    this.#pairing = pairing;
  }

  get capabilities(): ClientCapabilities {
    const { transport, pairing, keysOwnedBy } = this.#app.ports.backend.capabilities;
    return {
      transport,
      pairing,
      unpairing: keysOwnedBy === "bondkeeper",
      cacheClearing: true,
      links: this.#app.live.links.value.size,
      maxLinks: null,
    };
  }

  /** Looking, and forgetting what can be discovered again. */
  isHarmless({ kind }: ClientRequest): boolean {
    return kind === "status" || kind === "clear-cache";
  }

  async work(request: ClientRequest, tell: Tell, signal: AbortSignal): Promise<KeeperAnswer> {
    try {
      switch (request.kind) {
        case "status":
          return await this.#status(request);
        case "clear-cache":
          return await this.#clear(request);
        case "unpair":
          return await this.#unpair(request);
        case "pair":
          return await this.#pair(request, tell, signal);
      }
    } catch (error) {
      if (error instanceof StorageError) return storeRefusal(request, isFull(error));
      throw error;
    }
  }

  respond(id: number, passkey: string | null): void {
    const question = this.#wanted.get(id);
    this.#wanted.delete(id);
    // Null leaves it to the person, whose dialog is open all the time.
    if (question !== undefined && passkey !== null)
      this.#pairing?.respond(question, { accept: true, passkey });
  }

  async #status(request: Of<"status">): Promise<KeeperAnswer> {
    const found = request.device === undefined ? null : await this.#find(request.device);
    const bond = found?.kind === "one" ? this.#bondOf(found.record) : null;
    return { kind: "status", id: request.id, capabilities: this.capabilities, bond };
  }

  async #clear(request: Of<"clear-cache">): Promise<KeeperAnswer> {
    const found = await this.#find(request.device);
    if (found.kind !== "one") return refusal(request, "not-valid", "no-record");
    await this.#app.ports.stores.gatt.clear(found.record.id);
    return refusal(request, "ok", null);
  }

  async #unpair(request: Of<"unpair">): Promise<KeeperAnswer> {
    const found = await this.#find(request.device);
    if (found.kind !== "one") return refusal(request, "not-valid", "no-record");
    const { id } = found.record;
    if (this.#pairing === null) {
      const removal = await removeBond(id, this.#app.ports);
      // The system keeps its keys: saying "unpaired" would not be true.
      if (removal.kind === "os-owned") return refusal(request, "unsupported", "operation-not-supported");
      return removal.kind === "removed"
        ? refusal(request, "ok", null)
        : refusal(request, "not-valid", "no-record");
    }
    const outcome = await this.#pairing.remove(id);
    switch (outcome) {
      case "removed":
        return refusal(request, "ok", null);
      case "notFound":
        return refusal(request, "not-valid", "no-record");
      case "osOwned":
        return refusal(request, "unsupported", "operation-not-supported");
      case "pending":
        return refusal(request, "permission", "held-elsewhere");
      case "failed":
      case "full":
        return storeRefusal(request, outcome === "full");
    }
  }

  async #pair(request: Of<"pair">, tell: Tell, signal: AbortSignal): Promise<KeeperAnswer> {
    const found = await this.#find(request.device);
    if (found.kind === "several") return refusal(request, "usage", "bad-parameters");
    const procedure = this.#app.procedures.of(CLIENT_RUN);
    const stop = (): void => {
      procedure.cancel();
      this.choosing.value?.cancelChoice();
    };
    signal.addEventListener("abort", stop, { once: true });
    let told = "";
    const unwatch = procedure.view.watch(() => {
      const view = procedure.view.value;
      const now = view.step === "running" ? view.lines.find(({ status }) => status === "running") : undefined;
      if (now === undefined || now.step === told) return;
      told = now.step;
      tell({ kind: "step", id: request.id, step: now.step, status: now.status });
    });
    const unlisten = this.#wantPasskeys(request.id, found.kind === "one" ? found.record : null, tell);
    try {
      const result =
        found.kind === "one" ? await this.#run(request, found.record) : await this.#choose(request, signal);
      return result === undefined
        ? refusal(request, "permission", "held-elsewhere")
        : answerOf(request, { ...result, device: result.device || request.device });
    } finally {
      signal.removeEventListener("abort", stop);
      unwatch();
      unlisten();
      this.#wanted.delete(request.id);
    }
  }

  #run({ replace, level }: Of<"pair">, record: BondRecord): Promise<BondResult | undefined> {
    return this.#app.procedures.of(CLIENT_RUN).start(
      { bondId: record.id },
      {
        mode: replace ? "repair" : "ensure",
        device: displayName(record),
        ...(level === undefined ? {} : { level }),
      },
    );
  }

  /** The person picks the device in the form; the run that follows is the answer. */
  async #choose({ level }: Of<"pair">, signal: AbortSignal): Promise<BondResult | undefined> {
    const procedure = this.#app.procedures.of(CLIENT_RUN);
    if (procedure.view.value.step === "running") return undefined;
    procedure.close();
    this.choosing.set(new AddDevice(this.#app, { run: CLIENT_RUN, level: level ?? null }));
    const { promise, resolve } = Promise.withResolvers<BondResult | undefined>();
    const unwatch = procedure.view.watch(() => {
      const view = procedure.view.value;
      if (view.step === "done") resolve(view.result);
    });
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    try {
      return await promise;
    } finally {
      unwatch();
      this.choosing.set(null);
    }
  }

  /**
   * Of the pairing of this request and of no other that may be under way: with the device of the record, or with the one
   * that the person chose for it. A record alone would not do, for a device that is paired for the first time gets one
   * on the way.
   */
  #wantPasskeys(id: number, record: BondRecord | null, tell: Tell): () => void {
    if (this.#pairing === null) return () => {};
    const procedure = this.#app.procedures.of(CLIENT_RUN);
    return this.#pairing.listen((event) => {
      if (event.kind !== "asked" || event.ask !== "enter" || procedure.view.value.step !== "running") return;
      const peerId = record === null ? procedure.chosenPeer : record.platformId;
      if (event.request.peerId !== peerId) return;
      this.#wanted.set(id, event.request.id);
      tell({ kind: "passkey-wanted", id });
    });
  }

  async #find(device: string) {
    const { stores, backend } = this.#app.ports;
    return findBond(await stores.bonds.all(), device, backend.capabilities.transport);
  }

  #bondOf(record: BondRecord): ClientBond {
    const proof = lastProof(record);
    return {
      device: displayName(record).slice(0, 300),
      bondId: record.id,
      transport: record.transport,
      evidence: stateOf(record, this.#app.live.of(record.id)).kind,
      suspect: record.suspect?.reason ?? null,
      level: proof?.level ?? null,
      provenAt: proof?.at ?? null,
    };
  }
}

/** `full`: there was no room to write; else the store could not be read. */
function storeRefusal(request: ClientRequest, full: boolean): KeeperAnswer {
  return full
    ? refusal(request, "permission", "store-full", "free-space")
    : refusal(request, "permission", "store-unreadable", "retry");
}
