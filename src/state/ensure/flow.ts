/**
 * What another page asked for by a link: shown with who asks, run after a click, answered to where the person allows.
 * Without a click only that is done which can change nothing: the verification of a bond that was proven before, for a
 * page that the person allowed earlier.
 */
import type { BondResult } from "../../bonds/result.ts";
import { displayName } from "../../bonds/record.ts";
import { lastProof } from "../../bonds/evidence.ts";
import type { StorageFailure } from "../../storage/ports.ts";
import type { BondRecord } from "../../storage/records.ts";
import { cleanName } from "../../storage/text.ts";
import type { AppStore } from "../../storage/apps/store.ts";
import { PROTOCOL, type Ensured } from "../../sdk/messages.ts";
import { AddDevice } from "../add-device.ts";
import type { App } from "../app.ts";
import { storageFailure } from "../bonds.ts";
import type { Procedure, ProcedureView, StartOptions } from "../procedure.ts";
import { applyRemedy } from "../remedy.ts";
import { Store } from "../store.ts";
import { allowReturn, mayReturn } from "./allowed.ts";
import { askerOf, type EnsureRequest, type LinkProblem, parseEnsureLink } from "./link.ts";
import { plainResult } from "./plain-result.ts";
import type { FixedCodes } from "./codes.ts";
import type { ClientHost } from "./client.ts";
import { returnHref, signResult } from "./sign.ts";
import { findBond } from "./target.ts";

/** The window that the link was opened in. */
export interface LinkWindow {
  /** Goes to another page; Back does not come here again, where the link would run once more. */
  leave(href: string): void;
  /** Posts to the page that opened this window, if it is still of that origin. False where there is none. */
  tellOpener(origin: string, message: Ensured): boolean;
}

export interface EnsurePorts {
  readonly apps: AppStore;
  readonly window: LinkWindow;
  /** Null where the system keeps keys and codes. */
  readonly codes: FixedCodes | null;
  /** For a page that opened this window and wants to send messages. */
  client(origin: string): ClientHost;
}

/** Where the result goes, and whether it may. */
export type Delivery =
  | { readonly kind: "none" }
  | {
      readonly kind: "ask" | "ready" | "sent";
      readonly address: string;
      readonly by: "return" | "opener";
    }
  | { readonly kind: "failed"; readonly address: string; readonly why: StorageFailure | "no-opener" };

interface Known {
  readonly request: EnsureRequest;
  /** The origin that asks; null where the link names none. */
  readonly asker: string | null;
}

export type EnsureView =
  | { readonly step: "loading" }
  | { readonly step: "refused"; readonly problem: LinkProblem }
  | { readonly step: "unreadable"; readonly failure: StorageFailure }
  /** Nothing but a page that wants to send messages. */
  | (Known & { readonly step: "messages" })
  /** `tried`: what the verification without a click came to. */
  | (Known & { readonly step: "asking"; readonly record: BondRecord; readonly tried: BondResult | null })
  /** No record fits, or two do: the person chooses the device. */
  | (Known & { readonly step: "unknown"; readonly why: "none" | "several"; readonly add: AddDevice })
  | (Known & { readonly step: "running" })
  | (Known & {
      readonly step: "done";
      readonly run: Extract<ProcedureView, { readonly step: "done" }>;
      readonly delivery: Delivery;
    });

const RUN = "link";

export class EnsureFlow {
  readonly view = new Store<EnsureView>({ step: "loading" });
  /** Null unless the link names a client. */
  readonly client = new Store<ClientHost | null>(null);
  readonly app: App;
  readonly procedure: Procedure;
  readonly #ports: EnsurePorts;
  #link: string | undefined;
  #turn = 0;

  constructor(app: App, ports: EnsurePorts) {
    this.app = app;
    this.#ports = ports;
    this.procedure = app.procedures.of(RUN);
    this.procedure.view.watch(() => this.#follow());
  }

  get request(): EnsureRequest | null {
    const view = this.view.value;
    return "request" in view ? view.request : null;
  }

  /** Looks at a link, once. Another link ends what the one before it began. */
  async open(link: string): Promise<void> {
    if (link === this.#link) return;
    this.#link = link;
    await this.retry();
  }

  async retry(): Promise<void> {
    const turn = ++this.#turn;
    if (this.procedure.view.value.step === "running") this.procedure.cancel();
    this.procedure.close();
    this.view.set({ step: "loading" });
    const parsed = parseEnsureLink(this.#link ?? "");
    this.#listenTo(parsed.kind === "request" ? parsed.request.client : null);
    if (parsed.kind === "refused") return this.view.set({ step: "refused", problem: parsed.problem });
    try {
      await this.#look(parsed.request, turn);
    } catch (error) {
      if (turn === this.#turn) this.view.set({ step: "unreadable", failure: storageFailure(error) });
    }
  }

  /** Trying the link again keeps the port of the page that is connected. */
  #listenTo(client: string | null): void {
    const before = this.client.value;
    if (before?.origin === client) return;
    before?.close();
    this.client.set(client === null ? null : this.#ports.client(client));
    this.client.value?.start();
  }

  /** From the click on the button. */
  async start(): Promise<void> {
    const view = this.view.value;
    if (view.step === "asking") await this.#run(view, view.record, false);
  }

  get codes(): FixedCodes | null {
    return this.#ports.codes;
  }

  /** The person does not want it; the asking page hears that, where it may. */
  async decline(): Promise<void> {
    const view = this.view.value;
    if (view.step !== "asking" && view.step !== "unknown") return;
    const record = view.step === "asking" ? view.record : null;
    const result = plainResult(this.app, view.request.mode, "cancelled", "by-person", record);
    await this.#finish(view, finished(result, record));
  }

  /** From the click on the button: remembers the address, and goes there. */
  async allow(): Promise<void> {
    const view = this.view.value;
    if (view.step !== "done" || view.delivery.kind !== "ask") return;
    const { address, by } = view.delivery;
    try {
      await allowReturn(this.#ports.apps, address, this.#now());
    } catch (error) {
      this.view.set({ ...view, delivery: { kind: "failed", address, why: storageFailure(error) } });
      return;
    }
    this.view.set({ ...view, delivery: { kind: "ready", address, by } });
    await this.deliver();
  }

  /** Takes the result to where it may go. */
  async deliver(): Promise<void> {
    const view = this.view.value;
    if (view.step !== "done" || view.delivery.kind !== "ready") return;
    const { address, by } = view.delivery;
    const { result } = view.run;
    const { nonce } = view.request;
    if (nonce === null) return;
    const audience = new URL(address).origin;
    try {
      const signed = await signResult(result, { audience, nonce, now: this.#now() }, this.#ports.apps);
      this.view.set({ ...view, delivery: { kind: "sent", address, by } });
      if (by === "return") return this.#ports.window.leave(returnHref(address, signed));
      const told = this.#ports.window.tellOpener(audience, {
        protocol: PROTOCOL,
        kind: "ensured",
        ...signed,
      });
      if (!told) this.view.set({ ...view, delivery: { kind: "failed", address, why: "no-opener" } });
    } catch (error) {
      this.view.set({ ...view, delivery: { kind: "failed", address, why: storageFailure(error) } });
    }
  }

  /** What the main button of a result does. */
  async remedy(): Promise<void> {
    const view = this.view.value;
    if (view.step !== "done") return;
    const { remedy } = view.run.result;
    const { kind } = view.delivery;
    if (remedy === "continue" && kind === "ready") return this.deliver();
    if (remedy === "continue" && kind === "ask") return this.allow();
    if (this.procedure.view.value.step === "done") return applyRemedy(this.app, this.procedure);
    await this.retry();
  }

  async #look(request: EnsureRequest, turn: number): Promise<void> {
    const known: Known = { request, asker: askerOf(request) };
    if (request.device === "") return this.view.set({ ...known, step: "messages" });
    const { stores, backend } = this.app.ports;
    const records = await stores.bonds.all();
    const found = findBond(records, request.device, backend.capabilities.transport);
    const destination = destinationOf(request);
    const trusted = destination !== null && (await mayReturn(this.#ports.apps, destination.address));
    if (turn !== this.#turn) return;
    if (found.kind !== "one") return this.#unknown(known, found.kind);
    const { record } = found;
    this.view.set({ ...known, step: "asking", record, tried: null });
    // A page that was allowed before may have looked at what was proven before: nothing can come of it but a proof.
    if (trusted && request.mode !== "repair" && lastProof(record) !== undefined)
      await this.#run({ ...known }, record, true);
  }

  async #unknown(known: Known, why: "none" | "several"): Promise<void> {
    const { mode, level, device } = known.request;
    if (mode === "ensure") {
      const add = new AddDevice(this.app, { run: RUN, level });
      return this.view.set({ ...known, step: "unknown", why, add });
    }
    const missing = mode === "check" && why === "none";
    const result = missing
      ? plainResult(this.app, mode, "not-valid", "no-record", null)
      : plainResult(this.app, mode, "usage", "bad-parameters", null);
    await this.#finish(known, finished({ ...result, device: cleanName(device) }, null));
  }

  async #run(known: Known, record: BondRecord, unattended: boolean): Promise<void> {
    const turn = this.#turn;
    const { mode, level } = known.request;
    const pin = unattended ? undefined : await this.#ports.codes?.of(record.id).catch(() => undefined);
    const options: StartOptions = {
      mode,
      device: displayName(record),
      unattended,
      ...(level === null ? {} : { level }),
      ...(pin === undefined ? {} : { pin }),
    };
    this.#silent = unattended && mode !== "check";
    const result = await this.procedure.start({ bondId: record.id }, options);
    this.#silent = false;
    if (turn !== this.#turn || result === undefined) return;
    const view = this.procedure.view.value;
    if (view.step !== "done") return;
    const needsPerson = unattended && mode !== "check" && result.code !== 0;
    if (!needsPerson) return this.#finish(known, view);
    this.procedure.close();
    const { request, asker } = known;
    this.view.set({ request, asker, step: "asking", record, tried: result });
  }

  /** Runs that were started by a button of the result, or by the form of a device that was not known. */
  #follow(): void {
    const run = this.procedure.view.value;
    const view = this.view.value;
    if (!("request" in view)) return;
    const { request, asker } = view;
    if (run.step === "running" && view.step !== "running") this.view.set({ request, asker, step: "running" });
    if (run.step === "done" && view.step === "running" && !this.#silent)
      void this.#finish({ request, asker }, run);
  }

  #silent = false;

  async #finish(known: Known, run: Extract<ProcedureView, { readonly step: "done" }>): Promise<void> {
    const { request, asker } = known;
    const turn = this.#turn;
    const before = this.view.value;
    if (before.step === "done" && before.run === run) return;
    const destination = destinationOf(request);
    this.view.set({ request, asker, step: "done", run, delivery: { kind: "none" } });
    if (destination === null) return;
    const allowed = await mayReturn(this.#ports.apps, destination.address).catch(() => false);
    const view = this.view.value;
    if (turn !== this.#turn || view.step !== "done" || view.run !== run) return;
    this.view.set({ ...view, delivery: { kind: allowed ? "ready" : "ask", ...destination } });
    // A check asks for an answer, whatever it is; otherwise what did not work is shown to the person first.
    const { code } = run.result;
    if (allowed && (code === 0 || code === 6 || request.mode === "check")) await this.deliver();
  }

  #now(): number {
    return this.app.ports.surroundings.now();
  }
}

function destinationOf({ returnTo, client, nonce }: EnsureRequest): {
  readonly address: string;
  readonly by: "return" | "opener";
} | null {
  if (returnTo !== null) return { address: returnTo, by: "return" };
  return client === null || nonce === null ? null : { address: `${client}/`, by: "opener" };
}

const finished = (
  result: BondResult,
  record: BondRecord | null,
): Extract<ProcedureView, { readonly step: "done" }> => ({
  step: "done",
  mode: result.mode,
  device: record === null ? result.device : displayName(record),
  lines: [],
  result,
});
